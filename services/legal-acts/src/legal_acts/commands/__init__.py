"""What changes drafts and what is said of them: load, decide by the rules, write, and enter it in the journal.

Each command is one transaction.
"""

from legal_acts.commands.comments import (
    Answer,
    Remark,
    answer_comment,
    comment_on_draft,
    comment_on_opinion,
    moderate_comment,
    oldest_overdue,
    record_overdue,
)
from legal_acts.commands.drafts import (
    Posting,
    add_version,
    adopt_draft,
    close_discussions,
    oldest_ended,
    post_draft,
    withdraw_draft,
)
from legal_acts.commands.opinions import Expertise, post_opinion
from legal_acts.commands.reports import produce_report

__all__ = [
    "Answer",
    "Expertise",
    "Posting",
    "Remark",
    "add_version",
    "adopt_draft",
    "answer_comment",
    "close_discussions",
    "comment_on_draft",
    "comment_on_opinion",
    "moderate_comment",
    "oldest_ended",
    "oldest_overdue",
    "post_draft",
    "post_opinion",
    "produce_report",
    "record_overdue",
    "withdraw_draft",
]

"""The report that ends a discussion: made only when every comment has its answer, and kept as it was made."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert

from legal_acts import notices
from legal_acts.commands.steps import DRAFT, begin
from legal_acts.domain.draft import Action
from legal_acts.domain.errors import Unanswered
from legal_acts.domain.report import report_of
from legal_acts.queries import all_comments
from legal_acts.tables import drafts, reports
from servicekit.database import Row, Writing
from servicekit.identity import Caller
from servicekit.journal import digest
from servicekit.notices import notify
from servicekit.steps import change, changing, enter

# So many of the comments that still wait are named in the refusal.
_NAMED = 10


async def produce_report(writing: Writing, caller: Caller, draft: Row, *, now: datetime) -> dict[str, Any]:
    """Report on a discussion; the report in plain values.

    Raises:
        Forbidden, NotAllowedNow: as `begin`.
        Unanswered: comments wait for their answers.
        ChangedMeanwhile: somebody else changed the draft.
    """
    step = begin(draft, caller, Action.REPORT, now)
    # The draft first: whoever is commenting holds it, so what they say is among what is read next.
    new = await change(writing, _REPORT, step.row, step.target, reported_at=now)
    comments = await all_comments(writing, draft["id"])
    waiting = sorted((each["due_on"], str(each["id"])) for each in comments if each["answered_at"] is None)
    if waiting:
        raise Unanswered(len(waiting), [(comment, due_on) for due_on, comment in waiting[:_NAMED]])
    body = report_of(new, comments, now)
    public = {"number": new["number"], "counts": body["counts"], "digest": digest(body)}
    enter(writing, step, new, kind=DRAFT, public=public)
    authors = {(each["author_scheme"], each["author_id"]) for each in comments}
    await notify(writing, *(notices.reported(new, author) for author in sorted(authors)), at=now)
    writing.defer(_KEEP, draft_id=new["id"], produced_at=now, body=body)
    return body


_REPORT = changing(drafts, "reported_at", status="phase")
_KEEP = insert(reports).values({name: bindparam(name) for name in reports.c.keys()})  # noqa: SIM118

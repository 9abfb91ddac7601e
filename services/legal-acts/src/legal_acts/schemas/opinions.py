"""The JSON shapes of expert opinions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from legal_acts.domain.draft import OPEN, Phase
from legal_acts.domain.opinion import PORTAL_NUMBERS, Channel, Conclusion
from legal_acts.permissions import PERMISSIONS
from legal_acts.schemas.comments import Author, author_of
from legal_acts.schemas.words import Line, Words
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Language
from servicekit.shapes import Asked, NextAction
from statute.deadlines import local


class NewOpinion(Asked):
    """An opinion of an expert, through the channel of the body that asked for it."""

    channel: Channel
    conclusion: Conclusion
    organisation: Annotated[Line | None, Field(description="For which organisation the expert speaks.")] = None
    text: Words
    language: Language


class OpinionSummary(BaseModel):
    """An opinion as it stands in a list; `portal_channel` is the channel's number on the portal of open legal acts."""

    id: UUID
    draft: UUID
    version: int
    channel: Channel
    portal_channel: int
    conclusion: Conclusion
    organisation: str | None
    author: Author
    text: str
    language: Language
    posted_at: datetime
    synthetic: bool


class Opinion(OpinionSummary):
    """An opinion with what this caller may do now."""

    actions: list[NextAction]


def opinion_summary_of(row: Row) -> OpinionSummary:
    """A row as it stands in a list."""
    channel = Channel(row["channel"])
    return OpinionSummary(
        id=row["id"],
        draft=row["draft_id"],
        version=row["on_version"],
        channel=channel,
        portal_channel=PORTAL_NUMBERS[channel],
        conclusion=row["conclusion"],
        organisation=row["organisation"],
        author=author_of(row),
        text=row["text"],
        language=row["language"],
        posted_at=local(row["posted_at"]),
        synthetic=row["synthetic"],
    )


def opinion_of(row: Row, phase: str, caller: Caller) -> Opinion:
    """A row as this caller sees it, while its draft is in this phase."""
    may = Phase(phase) in OPEN and PERMISSIONS.role_for("comment_on_opinion", caller, "")
    action = NextAction(name="comments", method="POST", href=f"/v1/opinions/{row['id']}/comments")
    return Opinion(**opinion_summary_of(row).model_dump(), actions=[action] if may else [])

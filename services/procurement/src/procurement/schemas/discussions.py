"""The shapes of the discussion of a draft."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from procurement.domain.discussion import Status
from procurement.schemas.parts import Asked, Supplier, Words, supplier_of
from servicekit.languages import Language
from statute.deadlines import local


class NewComment(Asked):
    """What should be otherwise in a draft; published at once, so without names of people."""

    text: Words
    language: Language


class NewAnswer(Asked):
    """The buyer's answer to a comment; published at once, so without names of people."""

    text: Words


class Comment(BaseModel):
    """A comment on a draft and its answer."""

    id: UUID
    tender: UUID
    status: Status
    supplier: Supplier
    text: str
    language: Language
    made_at: AwareDatetime
    answer: str | None
    answered_at: AwareDatetime | None
    synthetic: bool


def comment_of(row: Mapping[str, Any]) -> Comment:
    """A comment as everybody sees it."""
    return Comment(
        tender=row["tender_id"],
        supplier=supplier_of(row["party_id"], row["scheme"], row["number"], row["name"]),
        made_at=local(row["made_at"]),
        answered_at=row["answered_at"] and local(row["answered_at"]),
        **{name: row[name] for name in ("id", "status", "text", "language", "answer", "synthetic")},
    )

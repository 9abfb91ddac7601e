"""The shape of a file that is attached to an appeal, and its name."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, Field

from appeals.domain.attachments import plain_name
from servicekit.database import Row
from servicekit.feed import Actor
from statute.deadlines import local

FileName = Annotated[
    str,
    AfterValidator(plain_name),
    Query(min_length=1, max_length=200, description="The file's name, whose ending says what it is."),
]


class Attachment(BaseModel):
    """A file of an appeal; it can be read when it is clean."""

    id: UUID
    name: str
    media_type: Annotated[str, Field(description="As found in the file itself.")]
    size: Annotated[int, Field(description="In bytes.")]
    sha256: Annotated[str, Field(description="Of the file's bytes, in hex; the public journal has it too.")]
    state: Literal["quarantined", "clean", "infected"]
    finding: Annotated[str | None, Field(description="What the scanner calls what it found.")]
    by: Actor
    at: datetime


def attachment_of(row: Row) -> Attachment:
    """A row as it is shown to the parties."""
    return Attachment(
        id=row["id"],
        name=row["name"],
        media_type=row["media_type"],
        size=row["size"],
        sha256=row["sha256"].hex(),
        state=row["state"],
        finding=row["finding"],
        by=Actor(role=row["role"]),
        at=local(row["attached_at"]),
    )

"""What the parties of an appeal send as it goes on, and what they are shown of its points and grounds."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from appeals.domain.appeal import Outcome
from appeals.domain.vocabulary import Ground, Procedure
from appeals.schemas.agencies import AgencyKey
from appeals.schemas.texts import Line, Words
from servicekit.languages import Language, Translated
from servicekit.shapes import Asked

_MOST_DAYS = 60
Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Field(description="A token's `sub`.")
]


class NewAssignment(Asked):
    """Which officer of the body is charged with the appeal."""

    executor: Subject
    name: Line


class NewDefect(Asked):
    """What the appeal lacks, and within how many working days it must be brought into line."""

    text: Words
    days: Annotated[int | None, Field(ge=1, le=_MOST_DAYS, description="Without it, as many as the rules say.")] = None


class NewCorrection(Asked):
    """What the applicant adds."""

    text: Words


class NewForwarding(Asked):
    """To which body, why it is the competent one, and which points, if not the whole."""

    agency: AgencyKey
    reason: Words
    points: Annotated[list[int] | None, Field(min_length=1, max_length=50)] = None


class NewExtension(Asked):
    """Until which day, and which facts must be established."""

    until: date
    reason: Words


class NewHearing(Asked):
    """When and where the applicant will be heard."""

    at: AwareDatetime
    place: Line


class NewPreliminaryDecision(Asked):
    """What the body means to decide against the applicant, and where they are heard, or why they are not."""

    outcome: Literal[Outcome.PARTLY_SATISFIED, Outcome.REFUSED]
    text: Words
    language: Language
    hearing: NewHearing | None = None
    no_hearing_reason: Words | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.hearing is None) == (self.no_hearing_reason is None):
            raise ValueError("say where the applicant is heard, or why not")
        return self


class NewObjection(Asked):
    """What the applicant says against the preliminary decision."""

    text: Words


class NewHearingRecord(Asked):
    """The record of a hearing (APPC art. 74), or why it was not held."""

    began_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    place: Line | None = None
    participants: Annotated[list[Line], Field(max_length=100, default_factory=list)]
    content: Words | None = None
    not_held_reason: Words | None = None

    @model_validator(mode="after")
    def _held_or_not(self) -> Self:
        record = (self.began_at, self.ended_at, self.place, self.content)
        if self.not_held_reason is None and None in record:
            raise ValueError("a record has its place, its beginning and end, and what was said")
        if self.not_held_reason is not None and record != (None, None, None, None):
            raise ValueError("a hearing that was not held has no record")
        if self.began_at and self.ended_at and self.ended_at < self.began_at:
            raise ValueError("it ended before it began")
        return self


class NewDecision(Asked):
    """The body's answer."""

    outcome: Outcome
    text: Words
    language: Language


class NewRework(Asked):
    """What the head asks to be changed before signing."""

    reason: Words


class NewLeaving(Asked):
    """The ground of the law, from `GET /v1/leaving-grounds`, and what it rests on."""

    ground: Annotated[str, StringConstraints(max_length=100)]
    detail: Words | None = None
    earlier: Annotated[UUID | None, Field(description="The earlier appeal that this one repeats.")] = None


class NewWithdrawal(Asked):
    """Nobody needs a reason to withdraw, and may give one."""

    reason: Words | None = None


class Point(BaseModel):
    """One thing that an appeal asks for."""

    n: int
    text: str


class LeavingGround(BaseModel):
    """A ground on which the law lets an appeal be left without consideration."""

    code: str
    name: Translated
    procedures: list[Procedure]
    needs: Annotated[str | None, Field(description="`earlier`, `defect` or `detail`: what the ground rests on.")]
    source: str


def ground_of(ground: Ground) -> LeavingGround:
    """A ground as the list shows it."""
    return LeavingGround(
        code=ground.code,
        name=Translated(**ground.name),
        procedures=list(ground.procedures),
        needs=ground.needs,
        source=ground.source,
    )

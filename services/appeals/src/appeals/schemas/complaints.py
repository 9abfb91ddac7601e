"""The shapes of a complaint: as it is filed and decided, in lists, and as its parties see it."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from appeals.domain.appeal import Outcome as AppealOutcome
from appeals.domain.appeal import Status as AppealStatus
from appeals.domain.clocks import Clock
from appeals.domain.complaint import (
    ADDRESSES,
    RULING_GROUNDS,
    RULINGS,
    Action,
    Ground,
    Outcome,
    Relation,
    Ruling,
    RulingGround,
    Status,
    actions_in,
    require_unbiased,
)
from appeals.domain.complaint_clocks import complaint_clocks, running_clock
from appeals.domain.errors import ConflictOfInterest
from appeals.domain.next_step import complaint_step
from appeals.permissions import COMPLAINT_OPERATIONS, PERMISSIONS
from appeals.schemas.agencies import AgencyName, name_of
from appeals.schemas.appeals import Applicant
from appeals.schemas.texts import Line, Words
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Language, Translated
from servicekit.shapes import Asked, Basis, NextAction, Term, basis_of, term_of
from statute.deadlines import local


class NewComplaint(Asked):
    """A complaint about an answer, a leaving or a silence, to the body itself."""

    text: Words
    language: Language
    learned_on: Annotated[
        date | None, Field(description="When the applicant learned of the act; without it, when it was delivered.")
    ] = None
    official: Annotated[
        Line | None, Field(description="The official who is complained of, by name: they never decide it.")
    ] = None
    late_reason: Annotated[Words | None, Field(description="Why the complaint comes late, if it does.")] = None


class NewComplaintCorrection(Asked):
    """The favourable decision that satisfies a complaint in full."""

    text: Words
    language: Language


class NewSendingUp(Asked):
    """What the body says of the complaint to the body above it."""

    opinion: Words


class NewRuling(Asked):
    """What the body above decides; an act falls on grounds, and on nothing else."""

    outcome: Outcome
    grounds: Annotated[list[Ground], Field(max_length=len(Ground), default_factory=list)]
    text: Words
    language: Language

    @model_validator(mode="after")
    def _grounds_where_the_act_falls(self) -> Self:
        if RULINGS[self.outcome].against_act != bool(self.grounds):
            raise ValueError("grounds are named where the act falls, and only there")
        if len(set(self.grounds)) != len(self.grounds):
            raise ValueError("each ground is named once")
        return self


class NewComplaintWithdrawal(Asked):
    """Nobody needs a reason to take a complaint back, and may give one."""

    reason: Words | None = None


class ChallengedAct(BaseModel):
    """What is complained about, as it was then: an answer, a leaving on a ground, or a silence."""

    status: AppealStatus
    delivered_on: date
    due_on: date
    outcome: AppealOutcome | None
    answer: str | None
    answer_language: Language | None
    ground: str | None
    ground_detail: str | None


class ComplaintCorrection(BaseModel):
    """The body's favourable decision."""

    text: str
    language: Language


class SentUp(BaseModel):
    """When the complaint went to the body above: with the body's opinion or, where it did nothing, by law."""

    on: date
    by_law: bool
    opinion: str | None


class RulingGroundShown(BaseModel):
    """Why an act falls, by the law."""

    code: Ground
    name: Translated
    source: str


class RulingOutcomeShown(BaseModel):
    """How a complaint may be ruled on; `against_act` says that the act falls, which needs grounds."""

    code: Outcome
    name: Translated
    against_act: bool
    source: str


class ComplaintRuling(BaseModel):
    """What the body above decided."""

    outcome: RulingOutcomeShown
    grounds: list[RulingGroundShown]
    text: str
    language: Language
    at: datetime


class ComplaintClock(BaseModel):
    """A term of the complaint: what it is for, from which day it runs, its last day, and the rule."""

    matter: str
    starts_on: date
    due_on: date
    term: Term
    basis: Basis


class ComplaintSummary(BaseModel):
    """A complaint as it stands in a list; `due_on` ends the term that runs now."""

    id: UUID
    number: str
    status: Status
    appeal: UUID
    agency: AgencyName
    higher: AgencyName | None
    filed_at: datetime
    late: Annotated[bool, Field(description="Filed after the term, which is a fact and no ground to refuse it.")]
    due_on: date | None
    court_until: date | None
    synthetic: Annotated[bool, Field(description="Filed by an invented person.")]


class Complaint(ComplaintSummary):
    """A complaint as its parties see it."""

    text: str
    language: Language
    applicant: Applicant
    official: str | None
    registered_on: date
    learned_on: date
    complain_by: date
    late_reason: str | None
    act: ChallengedAct
    correct_by: date
    correction: ComplaintCorrection | None
    sent_up: SentUp | None
    ruling: ComplaintRuling | None
    clocks: list[ComplaintClock]
    term: Term | None
    basis: Basis | None
    next_step: Translated
    actions: list[NextAction]


def complaint_summary_of(row: Row) -> ComplaintSummary:
    """A row as it stands in a list."""
    return ComplaintSummary(**_summary(row))


def complaint_of(row: Row, caller: Caller, relation: Relation) -> Complaint:
    """A row as this party sees it, with what they may do now."""
    running = running_clock(row)
    return Complaint(
        **_summary(row),
        text=row["text"],
        language=row["language"],
        applicant=Applicant(scheme=row["applicant_scheme"], id=row["applicant_id"], name=row["applicant_name"]),
        official=row["official"],
        registered_on=row["registered_on"],
        learned_on=row["learned_on"],
        complain_by=row["complain_by"],
        late_reason=row["late_reason"],
        act=ChallengedAct(**row["act"]),
        correct_by=row["correct_by"],
        correction=_correction(row),
        sent_up=_sent_up(row),
        ruling=_ruling(row),
        clocks=[clock_of(clock) for clock in complaint_clocks(row)],
        term=None if running is None else term_of(running.rule.term),
        basis=None if running is None else basis_of(running.rule),
        next_step=_next_step(row),
        actions=[
            NextAction(name=name, method="POST", href=f"/v1/complaints/{row['id']}/{name}")
            for name in _addresses(row, caller, relation)
        ],
    )


def clock_of(clock: Clock) -> ComplaintClock:
    """A term with its rule."""
    return ComplaintClock(
        matter=clock.matter,
        starts_on=clock.starts_on,
        due_on=clock.due_on,
        term=term_of(clock.rule.term),
        basis=basis_of(clock.rule),
    )


def outcome_of(ruling: Ruling) -> RulingOutcomeShown:
    """An outcome as the list shows it."""
    return RulingOutcomeShown(
        code=ruling.code, name=Translated(**ruling.name), against_act=ruling.against_act, source=ruling.source
    )


def ruling_ground_of(ground: RulingGround) -> RulingGroundShown:
    """A ground as the list shows it."""
    return RulingGroundShown(code=ground.code, name=Translated(**ground.name), source=ground.source)


def _summary(row: Row) -> dict[str, Any]:
    running = running_clock(row)
    return {
        "id": row["id"],
        "number": row["number"],
        "status": row["status"],
        "appeal": row["appeal_id"],
        "agency": name_of(row["agency"]),
        "higher": None if row["higher"] is None else name_of(row["higher"]),
        "filed_at": local(row["filed_at"]),
        "late": row["late"],
        "due_on": None if running is None else running.due_on,
        "court_until": row["court_until"],
        "synthetic": row["synthetic"],
    }


def _addresses(row: Row, caller: Caller, relation: Relation) -> list[str]:
    """The last words of the addresses where this party may act now, each once."""
    allowed = (each for each in actions_in(Status(row["status"])) if _may(each, row, caller, relation))
    return list(dict.fromkeys(ADDRESSES.get(each, each) for each in allowed))


def _may(action: Action, row: Row, caller: Caller, relation: Relation) -> bool:
    if PERMISSIONS.role_for(COMPLAINT_OPERATIONS[action], caller, relation) is None:
        return False
    if action is Action.SENDING_UP:
        return row["higher"] is not None
    if ADDRESSES.get(action, action) is not Action.RULING:
        return True
    try:
        require_unbiased(
            relation, subject=caller.subject, name=caller.name, barred=row["barred"], official=row["official"]
        )
    except ConflictOfInterest:
        return False
    return True


def _next_step(row: Row) -> Translated:
    dates = {name: row[name] for name in ("correct_by", "review_by", "court_until")}
    return Translated(**complaint_step(Status(row["status"]), dates, higher=row["higher"] is not None))


def _correction(row: Row) -> ComplaintCorrection | None:
    if row["correction"] is None:
        return None
    return ComplaintCorrection(text=row["correction"], language=row["correction_language"])


def _sent_up(row: Row) -> SentUp | None:
    if row["sent_up_on"] is None:
        return None
    return SentUp(on=row["sent_up_on"], by_law=row["opinion"] is None, opinion=row["opinion"])


def _ruling(row: Row) -> ComplaintRuling | None:
    if row["ruling"] is None:
        return None
    return ComplaintRuling(
        outcome=outcome_of(RULINGS[Outcome(row["outcome"])]),
        grounds=[ruling_ground_of(RULING_GROUNDS[Ground(code)]) for code in row["grounds"]],
        text=row["ruling"],
        language=row["ruling_language"],
        at=local(row["ended_at"]),
    )

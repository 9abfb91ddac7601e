"""The JSON shapes of appeals: the public contract."""

from datetime import date, datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from appeals.domain.agencies import Agency as Body
from appeals.domain.agencies import agency
from appeals.domain.appeal import Kind, Outcome, Relation, Status, actions_in
from appeals.domain.clocks import pinned_clocks
from appeals.domain.next_step import next_step
from appeals.permissions import OPERATIONS, PERMISSIONS
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Language, Translated
from servicekit.shapes import Asked, Basis, Day, NextAction, Term, basis_of, day_of, term_of
from statute.calendars import Week
from statute.deadlines import Deadline as CountedDeadline
from statute.deadlines import local
from statute.rules import Rule

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
AgencyKey = Annotated[str, Field(description="The code or the BIN of an agency.", examples=["min-transport"])]


class Contact(Asked):
    """Where the applicant wants to be told."""

    phone: Annotated[str, StringConstraints(pattern=r"^\+7\d{10}$")] | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)] | None = None


class NewAppeal(Asked):
    """An appeal to be filed."""

    kind: Kind
    agency: AgencyKey
    subject: Line
    text: Words
    language: Language
    channel: Literal["portal", "mobile", "front_office"] = "portal"
    contact: Contact | None = None


class NewForwarding(Asked):
    """To which body, and why it is the competent one."""

    agency: AgencyKey
    reason: Words


class NewDecision(Asked):
    """The body's answer."""

    outcome: Outcome
    text: Words
    language: Language


class NewWithdrawal(Asked):
    """Nobody needs a reason to withdraw, and may give one."""

    reason: Words | None = None


class Agency(BaseModel):
    """A state body that takes appeals. `bin_placeholder` marks a BIN that we could not verify."""

    bin: str
    bin_placeholder: bool
    code: str
    name: Translated
    level: str
    week: Week
    higher: str | None


class AgencyName(BaseModel):
    """A state body, as it stands on an appeal."""

    bin: str
    code: str
    name: Translated


class Deadline(BaseModel):
    """By when an answer is due, with every day that was counted or skipped on the way."""

    registered_on: date
    due_on: date
    term: Term
    week: Week
    basis: Basis
    calendar: str
    days: list[Day]


class Applicant(BaseModel):
    """Who filed the appeal; shown to its parties only."""

    scheme: str
    id: str
    name: str | None


class AppealDecision(BaseModel):
    """The body's answer."""

    outcome: Outcome
    text: str
    language: Language
    answered_at: datetime


class AppealSummary(BaseModel):
    """An appeal as it stands in a list."""

    id: UUID
    number: str
    kind: Kind
    status: Status
    agency: AgencyName
    subject: str
    language: Language
    submitted_at: datetime
    registered_on: date
    due_on: date
    synthetic: Annotated[bool, Field(description="Filed by an invented person.")]


class Appeal(AppealSummary):
    """An appeal as its parties see it."""

    text: str
    channel: str
    applicant: Applicant
    contact: Contact | None
    forward_by: date
    term: Term
    basis: Basis
    decision: AppealDecision | None
    next_step: Translated
    actions: list[NextAction]


class Access(BaseModel):
    """Somebody in office looked at the appeal."""

    at: datetime
    role: str
    agency: AgencyName | None
    operation: str


def agency_of(body: Body) -> Agency:
    """A body as the list of agencies shows it."""
    return Agency(
        bin=body.bin,
        bin_placeholder=body.bin_placeholder,
        code=body.code,
        name=Translated(**body.name),
        level=body.level,
        week=body.week,
        higher=body.higher,
    )


def summary_of(row: Row) -> AppealSummary:
    """A row as it stands in a list."""
    return AppealSummary(**_summary(row))


def appeal_of(row: Row, caller: Caller, relation: Relation) -> Appeal:
    """A row as this party sees it, with what they may do now."""
    status = Status(row["status"])
    rule = pinned_clocks(row).rule
    contact = row["contact"] if relation is Relation.APPLICANT else None
    return Appeal(
        **_summary(row),
        text=row["text"],
        channel=row["channel"],
        applicant=Applicant(scheme=row["applicant_scheme"], id=row["applicant_id"], name=row["applicant_name"]),
        contact=None if contact is None else Contact(**contact),
        forward_by=row["forward_by"],
        term=term_of(rule.term),
        basis=basis_of(rule),
        decision=_decision(row),
        next_step=_next_step(status, row["due_on"]),
        actions=[
            NextAction(name=action, method="POST", href=f"/v1/appeals/{row['id']}/{action}")
            for action in actions_in(status)
            if PERMISSIONS.role_for(OPERATIONS[action], caller, relation)
        ],
    )


def deadline_of(counted: CountedDeadline, rule: Rule) -> Deadline:
    """A deadline with its explanation."""
    return Deadline(
        registered_on=counted.starts_on,
        due_on=counted.due_on,
        term=term_of(rule.term),
        week=counted.week,
        basis=basis_of(rule),
        calendar=counted.calendar,
        days=[day_of(day) for day in counted.days],
    )


def access_of(row: Row) -> Access:
    """A row of the record of who looked."""
    return Access(
        at=row["at"],
        role=row["role"],
        agency=None if row["agency"] is None else _name_of(row["agency"]),
        operation=row["operation"],
    )


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "kind": row["kind"],
        "status": row["status"],
        "agency": _name_of(row["agency"]),
        "subject": row["subject"],
        "language": row["language"],
        "submitted_at": local(row["submitted_at"]),
        "registered_on": row["registered_on"],
        "due_on": row["due_on"],
        "synthetic": row["synthetic"],
    }


@lru_cache(maxsize=1024)
def _next_step(status: Status, due_on: date) -> Translated:
    return Translated(**next_step(status, due_on))


@cache
def _name_of(key: str) -> AgencyName:
    body = agency(key)
    return AgencyName(bin=body.bin, code=body.code, name=Translated(**body.name))


def _decision(row: Row) -> AppealDecision | None:
    if row["answer"] is None:
        return None
    return AppealDecision(
        outcome=row["outcome"],
        text=row["answer"],
        language=row["answer_language"],
        answered_at=local(row["answered_at"]),
    )

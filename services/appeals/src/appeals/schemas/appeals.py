"""The shapes of an appeal: as it is filed, in lists, and as its parties see it."""

from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from appeals.domain.appeal import ADDRESSES, Kind, Outcome, Relation, Status, actions_in
from appeals.domain.channels import Channel, Form, is_confidential
from appeals.domain.clocks import pinned_clocks
from appeals.domain.crimes import Crime
from appeals.domain.next_step import next_step
from appeals.domain.vocabulary import GROUNDS
from appeals.domain.warning import CaseWarning, Code, warnings_of
from appeals.permissions import OPERATIONS, PERMISSIONS
from appeals.schemas.agencies import AgencyKey, AgencyName, name_of
from appeals.schemas.filing import ByChannel, CoApplicant, Representative, Slip, channel_shown
from appeals.schemas.texts import Line, Words
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Language, Translated
from servicekit.shapes import Asked, Basis, NextAction, Term, basis_of, term_of
from statute.deadlines import local

_DATES_TOLD = ("due_on", "forward_by", "correct_by", "object_by", "decide_from", "court_until")


class Contact(Asked):
    """Where the applicant wants to be told."""

    phone: Annotated[str, StringConstraints(pattern=r"^\+7\d{10}$")] | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)] | None = None


class NewAppeal(ByChannel):
    """An appeal to be filed. None is refused for what it says: what it lacks, its body asks for."""

    kind: Kind
    agency: AgencyKey
    subject: Line
    text: Words
    language: Language
    contact: Contact | None = None
    reports_crime: Annotated[
        bool, Field(description="Of a crime or a threat to security: such an appeal is never sent back or left.")
    ] = False
    crime: Annotated[
        Crime | None, Field(description="What is reported, which decides who investigates; without it `other`.")
    ] = None
    points: Annotated[
        list[Words] | None,
        Field(
            min_length=2,
            max_length=50,
            description="What is asked for, one by one: each can go to the body that is competent for it.",
        ),
    ] = None

    @model_validator(mode="after")
    def _names_a_crime_that_it_reports(self) -> Self:
        if self.crime is not None and not self.reports_crime:
            raise ValueError("a crime is named by an appeal that reports one")
        return self

    @property
    def crime_reported(self) -> Crime | None:
        return (self.crime or Crime.OTHER) if self.reports_crime else None


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


class Executor(BaseModel):
    """The officer who is charged with an appeal."""

    name: str


class Defect(BaseModel):
    """What an appeal lacked, and what its applicant said then."""

    text: str
    noticed_on: date
    correct_by: date
    correction: str | None


class Extension(BaseModel):
    """Why the term was extended."""

    until: date
    reason: str


class HearingPlanned(BaseModel):
    """When and where the applicant is heard."""

    at: datetime
    place: str


class PreliminaryDecision(BaseModel):
    """What the body means to decide, from when it may, until when one may object, and the objection."""

    outcome: Outcome
    text: str
    language: Language
    told_on: date
    decide_from: date
    object_by: date
    hearing: HearingPlanned | None
    no_hearing_reason: str | None
    objection: str | None


class HearingRecord(BaseModel):
    """What was said at the hearing, or why it was not held."""

    began_at: datetime | None
    ended_at: datetime | None
    place: str | None
    participants: list[str]
    content: str | None
    not_held_reason: str | None


class GroundShown(BaseModel):
    """On which ground of the law the appeal was left."""

    code: str
    name: Translated
    source: str
    detail: str | None


class AppealWarning(BaseModel):
    """What the appeal warns of today, in plain words: `since` is the first day of it."""

    code: Code
    text: Translated
    since: date


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
    channel: Channel
    form: Form
    slip: Slip
    confidential: Annotated[bool, Field(description="Kept from the penal administration.")]
    applicant: Annotated[Applicant | None, Field(description="Nobody, where a report of a crime names nobody.")]
    representative: Representative | None
    co_applicants: list[CoApplicant]
    contact: Contact | None
    forward_by: date
    term: Term
    basis: Basis
    reports_crime: bool
    parent: Annotated[UUID | None, Field(description="The appeal that this is a part of.")]
    executor: Executor | None
    defect: Defect | None
    extension: Extension | None
    preliminary_decision: PreliminaryDecision | None
    hearing: HearingRecord | None
    ground: GroundShown | None
    decision: AppealDecision | None
    court_until: Annotated[date | None, Field(description="The last day for a suit, once a complaint has opened it.")]
    next_step: Translated
    warnings: list[AppealWarning]
    actions: list[NextAction]


class CrimeReport(Appeal):
    """A report that names nobody, with the code by which it is read later. It is told once, and kept nowhere."""

    code: str


class Access(BaseModel):
    """Somebody in office looked at the appeal."""

    at: datetime
    role: str
    agency: AgencyName | None
    operation: str


_OFFICES = frozenset({Relation.EXECUTOR, Relation.HOLDER, Relation.REVIEWER, Relation.FORWARDER, Relation.SUPERVISOR})


def summary_of(row: Row) -> AppealSummary:
    """A row as it stands in a list."""
    return AppealSummary(**_summary(row))


def appeal_of(row: Row, caller: Caller, relation: Relation, today: date) -> Appeal:
    """A row as this party sees it on a day, with what they may do now."""
    status = Status(row["status"])
    rule = pinned_clocks(row).rule
    contact = row["contact"] if relation in {Relation.APPLICANT, Relation.REPRESENTATIVE} else None
    return Appeal(
        **_summary(row),
        **channel_shown(row),
        text=row["text"],
        confidential=is_confidential(row["channel"]),
        applicant=_applicant(row),
        contact=None if contact is None else Contact(**contact),
        forward_by=row["forward_by"],
        term=term_of(rule.term),
        basis=basis_of(rule),
        reports_crime=row["crime"],
        parent=row["parent"],
        executor=None if row["executor_name"] is None else Executor(name=row["executor_name"]),
        defect=_defect(row),
        extension=_extension(row),
        preliminary_decision=_preliminary(row),
        hearing=None if row["hearing"] is None else HearingRecord(**row["hearing"]),
        ground=_ground(row),
        decision=_decision(row),
        court_until=row["court_until"],
        next_step=_next_step(status, relation in _OFFICES, **{name: row[name] for name in _DATES_TOLD}),
        warnings=[_warning(each) for each in warnings_of(row, today)],
        actions=[
            NextAction(name=name, method="POST", href=f"/v1/appeals/{row['id']}/{name}")
            for name in _addresses(status, caller, relation)
        ],
    )


def report_of(row: Row, nobody: Caller, code: str, today: date) -> CrimeReport:
    """A report that names nobody, as whoever sent it sees it once."""
    return CrimeReport(**dict(appeal_of(row, nobody, Relation.NONE, today)), code=code)


def access_of(row: Row) -> Access:
    """A row of the record of who looked."""
    return Access(
        at=row["at"],
        role=row["role"],
        agency=None if row["agency"] is None else name_of(row["agency"]),
        operation=row["operation"],
    )


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "kind": row["kind"],
        "status": row["status"],
        "agency": name_of(row["agency"]),
        "subject": row["subject"],
        "language": row["language"],
        "submitted_at": local(row["submitted_at"]),
        "registered_on": row["registered_on"],
        "due_on": row["due_on"],
        "synthetic": row["synthetic"],
    }


def _addresses(status: Status, caller: Caller, relation: Relation) -> list[str]:
    """The last words of the addresses where this party may act now, each once."""
    allowed = (each for each in actions_in(status) if PERMISSIONS.role_for(OPERATIONS[each], caller, relation))
    return list(dict.fromkeys(ADDRESSES.get(each, each) for each in allowed))


@lru_cache(maxsize=1024)
def _next_step(status: Status, in_office: bool, **dates: date | None) -> Translated:  # noqa: FBT001 - a key
    return Translated(**next_step(status, dates, in_office=in_office))


@lru_cache(maxsize=1024)
def _warning(warning: CaseWarning) -> AppealWarning:
    return AppealWarning(code=warning.code, text=Translated(**warning.text), since=warning.since)


def _applicant(row: Row) -> Applicant | None:
    if row["applicant_id"] is None:
        return None
    return Applicant(scheme=row["applicant_scheme"], id=row["applicant_id"], name=row["applicant_name"])


def _defect(row: Row) -> Defect | None:
    if row["defect"] is None:
        return None
    return Defect(
        text=row["defect"],
        noticed_on=row["defect_noticed_on"],
        correct_by=row["correct_by"],
        correction=row["correction"],
    )


def _extension(row: Row) -> Extension | None:
    if row["extended_until"] is None:
        return None
    return Extension(until=row["extended_until"], reason=row["extension_reason"])


def _preliminary(row: Row) -> PreliminaryDecision | None:
    if row["preliminary"] is None:
        return None
    return PreliminaryDecision(
        **row["preliminary"],
        told_on=row["preliminary_on"],
        decide_from=row["decide_from"],
        object_by=row["object_by"],
        objection=row["objection"],
    )


def _ground(row: Row) -> GroundShown | None:
    if row["ground"] is None:
        return None
    found = GROUNDS[row["ground"]]
    return GroundShown(code=found.code, name=Translated(**found.name), source=found.source, detail=row["ground_detail"])


def _decision(row: Row) -> AppealDecision | None:
    if row["answer"] is None:
        return None
    return AppealDecision(
        outcome=row["outcome"],
        text=row["answer"],
        language=row["answer_language"],
        answered_at=local(row["answered_at"]),
    )

"""The JSON shapes of drafts, the versions of their text, and how they are answered."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from legal_acts.domain.clauses import Change, Clause, Difference
from legal_acts.domain.clocks import DISCUSSION, pinned_discussion_clock, rules_on
from legal_acts.domain.draft import Phase, actions_in
from legal_acts.domain.draft_types import DraftType
from legal_acts.domain.metrics import Metrics
from legal_acts.permissions import OPERATIONS, PERMISSIONS, relation_to
from legal_acts.schemas.words import ClauseId, Languages, Line, NewTitle, NewWording, Wording, Words, wording_of
from servicekit.database import Row
from servicekit.feed import Actor, HistoryEntry
from servicekit.identity import Caller
from servicekit.languages import Language, Translated
from servicekit.shapes import Asked, Basis, NextAction, Term, basis_of, term_of
from statute.deadlines import local


class NewClause(Asked):
    """A clause. In a later version its `id` says which clause it is, wherever it stands now; without one it is new."""

    id: ClauseId | None = None
    number: Annotated[Line, Field(examples=["3.1"])]
    heading: NewTitle | None = None
    text: NewWording


Clauses = Annotated[list[NewClause], Field(min_length=1, max_length=5_000)]


class NewDraft(Asked):
    """A draft act to be put before the public."""

    type: Annotated[str, Field(description="A code of the list of draft types.", examples=["law"])]
    agency_name: Annotated[NewTitle, Field(description="The body that drafts; its BIN is that of the token.")]
    title: NewTitle
    languages: Languages
    clauses: Clauses
    discussion_until: Annotated[date, Field(description="The last day on which the public may comment.")]


class NewVersion(Asked):
    """The whole text anew; a clause that is missing is removed."""

    clauses: Clauses


class NewWithdrawal(Asked):
    """Why the draft is given up; the public reads it."""

    reason: Words


class NewAdoption(Asked):
    """Under which number the draft became an act."""

    act_number: Line


class DraftKind(BaseModel):
    """A type of draft in force today, with the shortest discussion that the law allows for it."""

    code: str
    name: Translated
    discussion: Term
    basis: Basis
    since: date
    source: str


class DraftAgency(BaseModel):
    """The body that drafts, as it names itself."""

    bin: str
    name: Wording


class DraftClause(BaseModel):
    """A clause of a text; its id stays when words or number change."""

    id: str
    number: str
    heading: Wording | None
    text: Wording


class DraftSummary(BaseModel):
    """A draft as it stands in a list. `version` is the number of its text's last version."""

    id: UUID
    number: str
    type: str
    phase: Phase
    agency: DraftAgency
    title: Wording
    languages: list[Language]
    version: int
    posted_at: datetime
    discussion_until: date
    synthetic: bool


class Discussion(BaseModel):
    """How long the public may comment, and the earliest end that the law allowed."""

    opened_on: date
    until: date
    earliest_until: date
    term: Term
    basis: Basis
    calendar: str


class Adoption(BaseModel):
    """The draft became an act."""

    act_number: str
    adopted_at: datetime


class Withdrawal(BaseModel):
    """The draft was given up."""

    reason: str
    withdrawn_at: datetime


class Draft(DraftSummary):
    """A draft with its current text and what this caller may do now."""

    clauses: list[DraftClause]
    discussion: Discussion
    reported_at: datetime | None
    adoption: Adoption | None
    withdrawal: Withdrawal | None
    actions: list[NextAction]


class Version(BaseModel):
    """A version of the text. `digest` is the SHA-256 of the clauses as canonical JSON (RFC 8785)."""

    draft: UUID
    version: int
    posted_at: datetime
    digest: str
    clauses: list[DraftClause]


class ClauseChange(BaseModel):
    """One clause in two versions: what happened to it, and how it stood before and stands after."""

    id: str
    change: Change
    old: DraftClause | None
    new: DraftClause | None


class VersionDiff(BaseModel):
    """Two versions compared clause by clause, in the order of the newer; removed clauses come last."""

    draft: UUID
    from_version: int
    to_version: int
    changes: list[ClauseChange]


class ResponseRate(BaseModel):
    """Answers in time out of the comments whose day has come or whose answer is there; no share where there is none."""

    in_time: int
    of: int
    share: str | None


class DraftMetrics(BaseModel):
    """How the drafter answers. `received` = `answered` + `overdue` + `not_yet_due` + `released` (by withdrawal)."""

    received: int
    answered: int
    answered_in_time: int
    answered_late: int
    overdue: int
    not_yet_due: int
    released: int
    hidden: int
    accepted: int
    accepted_without_change: int
    response_rate: ResponseRate


def given(clause: NewClause) -> dict[str, Any]:
    """A clause in plain values, as `domain.clauses.compose` reads it."""
    return {
        "id": clause.id,
        "number": clause.number,
        "heading": None if clause.heading is None else clause.heading.by_language(),
        "text": clause.text.by_language(),
    }


def kind_of(kind: DraftType, today: date) -> DraftKind:
    """A type as the list of types shows it."""
    rule = rules_on(today).rule(DISCUSSION, kind.code)
    return DraftKind(
        code=kind.code,
        name=Translated(**kind.name),
        discussion=term_of(rule.term),
        basis=basis_of(rule),
        since=kind.since,
        source=kind.source,
    )


def draft_summary_of(row: Row) -> DraftSummary:
    """A row as it stands in a list."""
    return DraftSummary(**_summary(row))


def draft_of(row: Row, clauses: list[Any], caller: Caller) -> Draft:
    """A row as this caller sees it; `clauses` as they are stored."""
    phase = Phase(row["phase"])
    clock = pinned_discussion_clock(row)
    relation = relation_to(row, caller)
    return Draft(
        **_summary(row),
        clauses=[_clause_of(each) for each in clauses],
        discussion=Discussion(
            opened_on=clock.started_on,
            until=row["discussion_until"],
            earliest_until=clock.due_on,
            term=term_of(clock.rule.term),
            basis=basis_of(clock.rule),
            calendar=clock.calendar,
        ),
        reported_at=None if row["reported_at"] is None else local(row["reported_at"]),
        adoption=_adoption(row),
        withdrawal=_withdrawal(row),
        actions=[
            NextAction(name=action, method="POST", href=f"/v1/drafts/{row['id']}/{action}")
            for action in actions_in(phase)
            if PERMISSIONS.role_for(OPERATIONS[action], caller, relation)
        ],
    )


def version_of(row: Row) -> Version:
    """A version with its whole text."""
    return Version(
        draft=row["draft_id"],
        version=row["n"],
        posted_at=local(row["posted_at"]),
        digest=row["digest"],
        clauses=[_clause_of(each) for each in row["clauses"]],
    )


def change_shown(difference: Difference) -> ClauseChange:
    """What a version did to one clause."""
    return ClauseChange(
        id=difference.id, change=difference.change, old=_shown(difference.old), new=_shown(difference.new)
    )


def draft_metrics_of(metrics: Metrics, *, accepted: int, without_change: int) -> DraftMetrics:
    """Metrics with their shares; a share of nothing is not a number."""
    share = f"{metrics.answered_in_time / metrics.decided:.4f}" if metrics.decided else None
    names = (
        "received",
        "answered",
        "answered_in_time",
        "answered_late",
        "overdue",
        "not_yet_due",
        "released",
        "hidden",
    )
    return DraftMetrics(
        **{name: getattr(metrics, name) for name in names},
        accepted=accepted,
        accepted_without_change=without_change,
        response_rate=ResponseRate(in_time=metrics.answered_in_time, of=metrics.decided, share=share),
    )


def step_of(row: Row) -> HistoryEntry:
    """A step in the life of something public: what the journal publishes of it, and no private part."""
    return HistoryEntry(
        at=row["at"], event=row["event"], by=Actor(role=row["role"]), data=row["public"], entry=row["id"]
    )


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "type": row["type"],
        "phase": row["phase"],
        "agency": DraftAgency(bin=row["agency_bin"], name=wording_of(row["agency_name"])),
        "title": wording_of(row["title"]),
        "languages": row["languages"],
        "version": row["current"],
        "posted_at": local(row["posted_at"]),
        "discussion_until": row["discussion_until"],
        "synthetic": row["synthetic"],
    }


def _adoption(row: Row) -> Adoption | None:
    if row["adopted_at"] is None:
        return None
    return Adoption(act_number=row["act_number"], adopted_at=local(row["adopted_at"]))


def _withdrawal(row: Row) -> Withdrawal | None:
    if row["withdrawn_at"] is None:
        return None
    return Withdrawal(reason=row["withdrawal_reason"], withdrawn_at=local(row["withdrawn_at"]))


def _clause_of(clause: dict[str, Any]) -> DraftClause:
    return DraftClause.model_validate(clause)


def _shown(clause: Clause | None) -> DraftClause | None:
    if clause is None:
        return None
    heading = None if clause.heading is None else Wording(**clause.heading)
    return DraftClause(id=clause.id, number=clause.number, heading=heading, text=Wording(**clause.text))

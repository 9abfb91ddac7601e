"""All terms of one appeal as facts on a day: whom each binds, by when, whether it was kept, and how late.

What was done, and when, is read off the appeal's own entries in the journal; the dates are those that were set then.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from appeals.domain.agencies import agency
from appeals.domain.appeal import OPEN, Status
from appeals.domain.clocks import (
    DEFECT_CORRECTION,
    EXTENSION_NOTICE,
    FORWARDING,
    OBJECTION,
    PRELIMINARY_NOTICE,
    clock,
    pinned_clocks,
    pinned_rules,
)
from statute.calendars import Calendar, Week, calendar
from statute.deadlines import due_on, local, registration_day
from statute.rules import Rule, rules_on

_ONE_DAY = timedelta(days=1)
_RECEIVED = frozenset({"appeal.registered", "appeal.split_off", "appeal.forwarded"})
_COMPETENT_OR_NOT = frozenset({Status.REGISTERED, Status.FORWARDED, Status.IN_PROGRESS})


class Binds(StrEnum):
    """Whose term it is: the body's that must answer, the applicant's, or the higher body's."""

    BODY = "body"
    APPLICANT = "applicant"
    HIGHER = "higher"


class State(StrEnum):
    """How a term stands. `not_needed`: what it was for never became due, or was nobody's duty."""

    RUNNING = "running"
    PAUSED = "paused"
    KEPT = "kept"
    LATE = "late"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Fact:
    """A step that was taken, when, and what the public may know of it."""

    event: str
    at: datetime
    data: Mapping[str, Any]

    @property
    def on(self) -> date:
        return local(self.at).date()


@dataclass(frozen=True, kw_only=True)
class CaseClock:
    """A term of an appeal as it stands on a day.

    `kept_on` is the day on which it was done; `late_by` counts the working days after `due_on` until then, or until
    now where it was not done. `days_left` are the working days after today, in a pause those after its beginning; None
    when the term does not run. `agency` is the body at which the appeal was then, and of a complaint's review the body
    above. `complaint` is that whose term it is, if it is not the appeal's own.
    """

    matter: str
    binds: Binds
    agency: str
    starts_on: date
    due_on: date
    kept_on: date | None
    late_by: int
    state: State
    days_left: int | None
    rule: Rule
    complaint: UUID | None = None


def clocks_of(
    row: Mapping[str, Any], facts: Sequence[Fact], today: date, *, further: Iterable[CaseClock] = ()
) -> list[CaseClock]:
    """Every term of an appeal that has begun, in the order of their beginnings.

    `facts` are its entries in the journal, oldest first. `further` are terms that others know of, such as those of a
    complaint about it.

    Raises:
        OutsideCalendar: a term ends beyond the known calendar.
    """
    case = _Case(row, facts, today)
    own = (_forwarding, _consideration, _extension_notice, _defect_correction, _preliminary_notice, _objection)
    return sorted([*(each for terms in own for each in terms(case)), *further], key=lambda each: each.starts_on)


def working_days(after: date, until: date, days: Calendar, week: Week) -> int:
    """How many working days lie after a day up to and with another, as far as the calendar is known."""
    last = min(until, days.last)
    return sum(day.working for day in days.days(after + _ONE_DAY, last, week)) if after < last else 0


class _Case:
    """An appeal with what was done to it, as it stands on a day."""

    def __init__(self, row: Mapping[str, Any], facts: Sequence[Fact], today: date) -> None:
        self.row, self.facts, self.today = row, facts, today
        self.clocks = pinned_clocks(row)
        self.open = Status(row["status"]) in OPEN
        self.received_on = local(row["received_at"]).date()

    def day_of(self, *events: str, since: date = date.min) -> date | None:
        """The first day on which one of these happened."""
        return next((fact.on for fact in self.facts if fact.event in events and fact.on >= since), None)

    def reckon(self, matter: str, binds: Binds, *, at: Mapping[str, Any] | None = None, **sides: Any) -> CaseClock:
        """How a term stands today; `at` names another body, calendar and week than those of the appeal now."""
        return reckoned(at or self.row, self.today, matter, binds, **sides)


def reckoned(  # noqa: PLR0913 - a term has these sides
    at: Mapping[str, Any],
    today: date,
    matter: str,
    binds: Binds,
    *,
    starts_on: date,
    ends_on: date,
    rule: Rule,
    kept_on: date | None,
    owed_until: date | None = None,
    paused_since: date | None = None,
    complaint: UUID | None = None,
) -> CaseClock:
    """How a term stands on a day: kept or late by when it was done, else by whether it is still owed.

    It is owed until a day on which it was given up, or still; `owed_until` before its end means that it was no longer
    needed then. A term that rests since a day cannot be missed: how much longer it is shows when it goes on. `at` names
    the body, the calendar and the week.
    """
    days, week = calendar(at["calendar"]), Week(at["week"])
    until = kept_on or owed_until or today
    late = until > ends_on and paused_since is None
    if kept_on is not None or late:
        state = State.LATE if late else State.KEPT
    elif owed_until is not None:
        state = State.NOT_NEEDED
    else:
        state = State.RUNNING if paused_since is None else State.PAUSED
    running = state in {State.RUNNING, State.PAUSED}
    return CaseClock(
        matter=matter,
        binds=binds,
        agency=at["agency"],
        starts_on=starts_on,
        due_on=ends_on,
        kept_on=kept_on,
        late_by=working_days(ends_on, until, days, week) if late else 0,
        state=state,
        days_left=working_days(paused_since or today, ends_on, days, week) if running else None,
        rule=rule,
        complaint=complaint,
    )


def _forwarding(case: _Case) -> Iterator[CaseClock]:
    """The days in which each body may say that another is competent; who says nothing is competent, and late never."""
    received = [fact for fact in case.facts if fact.event in _RECEIVED]
    for fact, following in pairwise(received):
        yield _forwarded_on(case, fact, following.on)
    row, rules = case.row, pinned_rules(case.row)
    days, week = calendar(row["calendar"]), Week(row["week"])
    still = Status(row["status"]) in _COMPETENT_OR_NOT and case.today <= row["forward_by"]
    yield case.reckon(
        FORWARDING,
        Binds.BODY,
        starts_on=registration_day(row["received_at"], day_ends=rules.day_ends, calendar=days, week=week),
        ends_on=row["forward_by"],
        rule=rules.rule(FORWARDING),
        kept_on=case.day_of("appeal.forwarded_in_part", since=case.received_on),
        owed_until=None if still else min(case.today, row["forward_by"]),
    )


def _forwarded_on(case: _Case, fact: Fact, day: date) -> CaseClock:
    """The term of a body that passed the appeal on, reckoned from when it got it."""
    body = agency(fact.data.get("to") or fact.data["agency"])
    rules = rules_on(fact.on, fact.data["rules"])
    days, rule = calendar(fact.data["calendar"]), rules.rule(FORWARDING)
    starts_on = registration_day(fact.at, day_ends=rules.day_ends, calendar=days, week=body.week)
    return case.reckon(
        FORWARDING,
        Binds.BODY,
        starts_on=starts_on,
        ends_on=due_on(starts_on, rule.term, days, body.week),
        rule=rule,
        kept_on=day,
        at={"agency": body.code, "calendar": days.version, "week": body.week},
    )


def _consideration(case: _Case) -> Iterator[CaseClock]:
    row, rule = case.row, case.clocks.rule
    answered = None if row["answered_at"] is None else local(row["answered_at"]).date()
    done = answered or case.day_of("appeal.left")
    rests = row["status"] == Status.DEFECT_TERM and (
        pinned_rules(row).rule(DEFECT_CORRECTION).parameters["while_defective"] == "paused"
    )
    refused = row["status"] == Status.REFUSED_BY_EXPIRY or case.day_of("appeal.refused_by_expiry")
    withdrawn = None if case.open or refused else min(case.day_of("appeal.withdrawn") or row["due_on"], row["due_on"])
    yield case.reckon(
        rule.matter,
        Binds.BODY,
        starts_on=row["registered_on"],
        ends_on=row["due_on"],
        rule=rule,
        kept_on=done,
        owed_until=withdrawn,
        paused_since=row["defect_noticed_on"] if rests else None,
    )


def _extension_notice(case: _Case) -> Iterator[CaseClock]:
    """The applicant is told in the transaction of the extension, and so on its day."""
    day = case.day_of("appeal.extended", since=case.received_on)
    if day is not None:
        term = clock(case.row, EXTENSION_NOTICE, day)
        yield case.reckon(term.matter, Binds.BODY, starts_on=day, ends_on=term.due_on, rule=term.rule, kept_on=day)


def _defect_correction(case: _Case) -> Iterator[CaseClock]:
    row = case.row
    noticed = row["defect_noticed_on"]
    if noticed is None:
        return
    yield case.reckon(
        DEFECT_CORRECTION,
        Binds.APPLICANT,
        starts_on=noticed,
        ends_on=row["correct_by"],
        rule=pinned_rules(row).rule(DEFECT_CORRECTION),
        kept_on=case.day_of("appeal.corrected"),
        owed_until=None
        if row["status"] == Status.DEFECT_TERM
        else case.day_of("appeal.not_corrected", "appeal.withdrawn") or noticed,
    )


def _preliminary_notice(case: _Case) -> Iterator[CaseClock]:
    """Here `due_on` is the first day on which an adverse decision is allowed; it comes by itself."""
    row = case.row
    if row["preliminary_on"] is None:
        return
    ended = _ended_on(case)
    reached = row["decide_from"] <= (ended or case.today)
    yield case.reckon(
        PRELIMINARY_NOTICE,
        Binds.BODY,
        starts_on=row["preliminary_on"],
        ends_on=row["decide_from"],
        rule=pinned_rules(row).rule(PRELIMINARY_NOTICE),
        kept_on=row["decide_from"] if reached else None,
        owed_until=ended,
    )


def _objection(case: _Case) -> Iterator[CaseClock]:
    """The applicant's right, which nobody owes: what is not said is not late."""
    row = case.row
    if row["preliminary_on"] is None:
        return
    running = case.open and case.today <= row["object_by"]
    yield case.reckon(
        OBJECTION,
        Binds.APPLICANT,
        starts_on=row["preliminary_on"],
        ends_on=row["object_by"],
        rule=pinned_rules(row).rule(OBJECTION),
        kept_on=case.day_of("appeal.objected"),
        owed_until=None if running else row["preliminary_on"],
    )


def _ended_on(case: _Case) -> date | None:
    """The day on which the body's own work on the appeal ended; None while it goes on."""
    if case.open:
        return None
    if case.row["answered_at"] is not None:
        return local(case.row["answered_at"]).date()
    return case.day_of("appeal.left", "appeal.withdrawn", "appeal.refused_by_expiry") or case.row["due_on"]

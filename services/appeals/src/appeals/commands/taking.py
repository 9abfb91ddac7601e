"""What every step of an appeal has in common: who may take it now, what stays to be told, and in whose name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from appeals.domain.appeal import Action, Status, transition
from appeals.domain.clocks import Clocks
from appeals.domain.errors import TermExpired
from appeals.notices import KIND, TOLD, notices_of
from appeals.permissions import OPERATIONS, PERMISSIONS, SIGHT, relation_to
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.notices import notify
from servicekit.steps import Step, take
from statute.calendars import CalendarMissing, OutsideCalendar
from statute.deadlines import local


def begin(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step that an action is, if this caller may do it now.

    Raises:
        NotFound: the appeal is not the caller's to see.
        Forbidden: the caller sees it and may not do this.
        NotAllowedNow: the appeal's status does not allow it.
    """
    role = PERMISSIONS.require(OPERATIONS[action], caller, relation_to(row, caller), sight=SIGHT)
    edge = transition(Status(row["status"]), action)
    return Step(row, edge.target, edge.event, role, now)


def begin_in_time(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step as `begin` gives it, while the body's term still runs.

    Raises:
        NotFound, Forbidden, NotAllowedNow: as `begin`.
        TermExpired: the term is over, and silence was a refusal.
    """
    step = begin(row, caller, action, now)
    require_running_term(row, local(now).date())
    return step


def require_running_term(row: Row, today: date) -> None:
    """Raises TermExpired when the body's term has passed."""
    if today > row["due_on"]:
        raise TermExpired(row["due_on"])


async def tell(
    writing: Writing,
    step: Step,
    query: Query,
    values: dict[str, Any],
    *,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> Row:
    """Take a step, enter it in the journal, and tell the applicant of it if others took it; the appeal as it is now.

    Raises:
        ChangedMeanwhile: somebody else changed the appeal since it was read.
    """
    new = await take(
        writing, step, query, values, kind=KIND, public=public, private=private, owner=applicant_of(step.row)
    )
    if step.event in TOLD:
        await notify(writing, *notices_of(step.event, new), at=step.now)
    return new


def applicant_of(row: Row) -> tuple[str, str] | None:
    """Scheme and number of the applicant; None where a report of a crime names nobody."""
    return None if row["applicant_id"] is None else (row["applicant_scheme"], row["applicant_id"])


@contextmanager
def calendar_needed() -> Iterator[None]:
    """A deadline beyond the calendar is the house's lack, never the applicant's mistake."""
    try:
        yield
    except OutsideCalendar as error:
        raise CalendarMissing from error


def dates_of(clocks: Clocks) -> dict[str, Any]:
    """The columns in which a body's dates and their grounds are kept."""
    return {
        "registered_on": clocks.registered_on,
        "forward_by": clocks.forward_by,
        "due_on": clocks.due_on,
        "rules": clocks.rule.rules,
        "rules_version": clocks.rule.version,
        "calendar": clocks.calendar,
        "week": clocks.week,
    }


def pauses_of(clocks: Clocks) -> list[list[str]]:
    """The days on which the term did not run, as they are kept."""
    return [[pause.first.isoformat(), pause.last.isoformat()] for pause in clocks.pauses]


def told_of(clocks: Clocks) -> dict[str, str]:
    """The dates and their grounds as the journal publishes them."""
    return {
        "registered_on": clocks.registered_on.isoformat(),
        "due_on": clocks.due_on.isoformat(),
        "rules": clocks.rule.rules,
        "rules_version": clocks.rule.version,
        "calendar": clocks.calendar,
    }

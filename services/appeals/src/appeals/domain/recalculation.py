"""What another calendar makes of the dates of an appeal that is still open, and which of both then hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from appeals.domain.appeal import Status
from appeals.domain.clocks import (
    DEFECT_CORRECTION,
    FORWARDING,
    OBJECTION,
    PRELIMINARY_NOTICE,
    Clocks,
    explain_clocks,
    pinned_clocks,
    pinned_rules,
)
from statute.calendars import Calendar, OutsideCalendar, Week, calendar
from statute.deadlines import due_on, local, registration_day
from statute.terms import Term

DATES = ("registered_on", "forward_by", "due_on", "extended_until", "correct_by", "object_by", "decide_from")
"""The columns of an appeal that a calendar can move."""
_PARAMETER = "on_recalculation"


@dataclass(frozen=True)
class Recalculated:
    """The dates of an appeal after another calendar was asked, and the version that explains its deadline."""

    dates: Mapping[str, date | None]
    calendar: str

    def moved(self, row: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """What is another date than it was in this row: old and new, by column."""
        return {
            name: {"old": row[name].isoformat(), "new": day.isoformat()}
            for name, day in self.dates.items()
            if day is not None and day != row[name]
        }


def recalculated(row: Mapping[str, Any], newest: Calendar, today: date) -> Recalculated:
    """The dates of an open appeal, by the calendar it has and by the newest.

    Which of both holds for the body's term is a parameter of the rule on consideration. What the applicant has to act
    in is never shorter than they were told. The dates of the term and the calendar that explains them go together: a
    term that stays keeps its calendar.

    Where the newest calendar does not reach far enough, all stays.
    """
    try:
        body = _of_body(row, newest, today)
        own = _of_applicant(row, newest)
    except OutsideCalendar:
        return Recalculated({name: row[name] for name in DATES}, row["calendar"])
    return Recalculated({**body.dates, **own}, body.calendar)


def _of_body(row: Mapping[str, Any], newest: Calendar, today: date) -> Recalculated:
    before = pinned_clocks(row)
    after = _recounted(row, before, newest, today)
    held = after if _newer_holds(before, after, today) else before
    ends = {"registered_on": held.registered_on, "due_on": held.due_on, "extended_until": held.extended_until}
    forward_by = max(row["forward_by"], _forward_by(row, after, newest))
    return Recalculated({**ends, "forward_by": forward_by}, held.calendar)


def _recounted(row: Mapping[str, Any], before: Clocks, newest: Calendar, today: date) -> Clocks:
    """The body's dates as if the newest calendar had always been."""
    registered_on = before.registered_on
    if registered_on > today:
        ends = pinned_rules(row).day_ends
        registered_on = registration_day(row["received_at"], day_ends=ends, calendar=newest, week=before.week)
    until = before.extended_until
    after = replace(
        before,
        registered_on=registered_on,
        calendar=newest.version,
        extended_until=None if until is None else newest.next_working_day(until, before.week),
    )
    return replace(after, due_on=explain_clocks(after).due_on)


def _newer_holds(before: Clocks, after: Clocks, today: date) -> bool:
    """Whether the recounted term replaces the one that was told; never by one that would have passed already."""
    if after.due_on == before.due_on:
        return True
    if after.due_on < today:
        return False
    answer = after.rule.parameters[_PARAMETER]
    if answer == "as_counted":
        return True
    return (after.due_on > before.due_on) is (answer == "later_of_both")


def _forward_by(row: Mapping[str, Any], after: Clocks, newest: Calendar) -> date:
    rule = pinned_rules(row).rule(FORWARDING)
    received_on = max(after.registered_on, local(row["received_at"]).date())
    return due_on(received_on, rule.term, newest, after.week)


def _of_applicant(row: Mapping[str, Any], newest: Calendar) -> dict[str, date | None]:
    """The applicant's own days, and the first on which a body may decide against them: later or as they were told."""
    rules, week = pinned_rules(row), Week(row["week"])
    found: dict[str, date | None] = {name: row[name] for name in ("correct_by", "object_by", "decide_from")}
    if row["status"] == Status.DEFECT_TERM:
        term = rules.rule(DEFECT_CORRECTION, row["kind"]).term
        old = calendar(row["calendar"])
        given = _as_given(row["defect_noticed_on"], row["correct_by"], term, old, week)
        found["correct_by"] = max(row["correct_by"], due_on(row["defect_noticed_on"], given, newest, week))
    for name, matter in (("object_by", OBJECTION), ("decide_from", PRELIMINARY_NOTICE)):
        if row[name] is not None:
            term = rules.rule(matter, row["kind"]).term
            found[name] = max(row[name], due_on(row["preliminary_on"], term, newest, week))
    return found


def _as_given(start: date, end: date, term: Term, old: Calendar, week: Week) -> Term:
    """The term with the length that the officer gave it, which its end tells; the rule's where no length fits."""
    for n in range(1, (end - start + timedelta(days=1)).days + 1):
        if due_on(start, candidate := replace(term, n=n), old, week) == end:
            return candidate
    return term

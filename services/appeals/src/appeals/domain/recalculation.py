"""What another calendar makes of the dates of appeals and complaints that still run, and which of both then hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from appeals.domain import complaint
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
from appeals.domain.complaint_clocks import COMPLAINT, CORRECTION, COURT, REVIEW, complaint_rules, week_of
from statute.calendars import Calendar, OutsideCalendar, Week, calendar
from statute.deadlines import due_on, local, registration_day
from statute.terms import Term

DATES = ("registered_on", "forward_by", "due_on", "extended_until", "correct_by", "object_by", "decide_from")
"""The columns of an appeal that a calendar can move."""
COMPLAINT_DATES = ("registered_on", "complain_by", "correct_by", "review_by", "court_until")
"""The same of a complaint."""
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


def recalculated_complaint(row: Mapping[str, Any], newest: Calendar, today: date) -> Recalculated:
    """The dates of a complaint in which somebody still has time: the body, the one above, or who may go to court.

    Which calendar holds for the bodies is a parameter of their rules; the applicant's own days, to complain and to go
    to court, are never fewer than they were told.
    """
    try:
        body = _of_bodies(row, newest, today)
        own = _of_complainant(row, newest)
    except OutsideCalendar:
        return Recalculated({name: row[name] for name in COMPLAINT_DATES}, row["calendar"])
    return Recalculated({**{name: row[name] for name in COMPLAINT_DATES}, **body.dates, **own}, body.calendar)


def _of_bodies(row: Mapping[str, Any], newest: Calendar, today: date) -> Recalculated:
    """The end of the term that runs for a body, and when the complaint is registered if that is still to come."""
    dates: dict[str, date | None] = {}
    if row["status"] == complaint.Status.FILED:
        matter, ends, starts_on = CORRECTION, "correct_by", row["registered_on"]
        if starts_on > today:
            ends_at, week = complaint_rules(row).day_ends, week_of(row, matter)
            starts_on = registration_day(row["filed_at"], day_ends=ends_at, calendar=newest, week=week)
        dates["registered_on"] = starts_on
    elif row["status"] == complaint.Status.UNDER_REVIEW:
        matter, ends, starts_on = REVIEW, "review_by", row["sent_up_on"]
    else:
        return Recalculated({}, newest.version)
    rule = complaint_rules(row).rule(matter)
    dates[ends] = end = due_on(starts_on, rule.term, newest, week_of(row, matter))
    if not _newer_holds(row[ends], end, rule.parameters[_PARAMETER], today):
        return Recalculated({}, row["calendar"])
    return Recalculated(dates, newest.version)


def _of_complainant(row: Mapping[str, Any], newest: Calendar) -> dict[str, date | None]:
    """Until when one could complain, while that still matters, and until when one may go to court."""
    terms = [("court_until", COURT, row["court_from"])]
    if row["status"] in complaint.LIVE:
        terms.append(("complain_by", COMPLAINT, row["learned_on"]))
    return {
        name: max(row[name], due_on(starts_on, complaint_rules(row).rule(matter).term, newest, week_of(row, matter)))
        for name, matter, starts_on in terms
        if row[name] is not None
    }


def _of_body(row: Mapping[str, Any], newest: Calendar, today: date) -> Recalculated:
    before = pinned_clocks(row)
    after = _recounted(row, before, newest, today)
    answer = after.rule.parameters[_PARAMETER]
    held = after if _newer_holds(before.due_on, after.due_on, answer, today) else before
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


def _newer_holds(before: date, after: date, answer: str, today: date) -> bool:
    """Whether the recounted end replaces the one that was told; never by one that would have passed already."""
    if after == before:
        return True
    if after < today:
        return False
    if answer == "as_counted":
        return True
    return (after > before) is (answer == "later_of_both")


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

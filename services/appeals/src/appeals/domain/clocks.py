"""The dates that bind a body and an applicant, each by the rule that the appeal came under when it was received."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from appeals.domain.appeal import Kind
from statute.calendars import Calendar, Day, OutsideCalendar, Week, calendar
from statute.deadlines import CountedDay, Deadline, Pause, due_on, explain, local, registration_day
from statute.rules import Rule, RuleSet, rules_on
from statute.terms import Term

CONSIDERATION = "appeal.consideration"
FORWARDING = "appeal.forwarding"
EXTENSION = "appeal.extension"
EXTENSION_NOTICE = "appeal.extension_notice"
DEFECT_CORRECTION = "appeal.defect_correction"
PRELIMINARY_NOTICE = "appeal.preliminary_notice"
OBJECTION = "appeal.objection"
WARNING = "appeal.warning"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Clocks:
    """A body's dates for an appeal, with the rule and the calendar that gave them.

    `pauses` are the days on which the term did not run; `extended_until` replaces where it would end.
    """

    registered_on: date
    forward_by: date
    due_on: date
    rule: Rule
    calendar: str
    week: Week
    pauses: tuple[Pause, ...] = ()
    extended_until: date | None = None


@dataclass(frozen=True)
class Clock:
    """One term of an appeal: what it is for, from which day it runs, and its last day."""

    matter: str
    starts_on: date
    due_on: date
    rule: Rule


def set_clocks(received_at: datetime, kind: Kind, week: Week, *, rules: str = "report") -> Clocks:
    """The dates of a body that received an appeal at a moment (aware).

    What comes after the end of the working day or on a day off is registered on the next working day (APPC
    art. 64(3)), and the terms run from registration.

    Raises:
        OutsideCalendar: the days to count lie beyond the known calendar.
        UnknownRuleSet, Undecided: as `statute.rules`.
    """
    days = calendar()
    rule_set = rules_on(local(received_at).date(), rules)
    consideration, forwarding = rule_set.rule(CONSIDERATION, kind), rule_set.rule(FORWARDING)
    registered_on = registration_day(received_at, day_ends=rule_set.day_ends, calendar=days, week=week)
    return Clocks(
        registered_on=registered_on,
        forward_by=due_on(registered_on, forwarding.term, days, week),
        due_on=due_on(registered_on, consideration.term, days, week),
        rule=consideration,
        calendar=days.version,
        week=week,
    )


def pinned_rules(row: Mapping[str, Any]) -> RuleSet:
    """The rules that judge an appeal to its end: those of the day on which its body received it."""
    return rules_on(local(row["received_at"]).date(), row["rules"])


def pinned_clocks(row: Mapping[str, Any]) -> Clocks:
    """The dates that were set when the body got the appeal, with the rule that judged it then, whatever holds today."""
    return Clocks(
        registered_on=row["registered_on"],
        forward_by=row["forward_by"],
        due_on=row["due_on"],
        rule=pinned_rules(row).rule(CONSIDERATION, row["kind"]),
        calendar=row["calendar"],
        week=Week(row["week"]),
        pauses=tuple(_pauses(row["pauses"] or ())),
        extended_until=row["extended_until"],
    )


def reset_clocks(before: Clocks, received_at: datetime, kind: Kind, week: Week) -> Clocks:
    """The dates of a body to which an appeal was forwarded.

    Whether the term begins anew there is a parameter of the rule on forwarding: it `restarts`, or it `continues` and
    only the days for forwarding further are counted from the receipt.
    """
    anew = set_clocks(received_at, kind, week, rules=before.rule.rules)
    forwarding = rules_on(local(received_at).date(), before.rule.rules).rule(FORWARDING)
    if forwarding.parameters["term_at_receiving_body"] == "restarts":
        return anew
    return replace(before, forward_by=anew.forward_by)


def paused_clocks(clocks: Clocks, first: date, last: date) -> Clocks:
    """The dates after days on which the term did not run; without such days they stay.

    A term that was extended before rests too: after the pause it has as many working days as were left of it.
    """
    if last < first:
        return clocks
    until = clocks.extended_until
    if until is not None and first <= until:
        days = calendar(clocks.calendar)
        left = sum(day.working for day in days.days(first, until, clocks.week))
        # The extended day is a working day, so at least one was left.
        until = days.nth_working_day(last, left, clocks.week, start_counts=False)
    longer = replace(clocks, pauses=(*clocks.pauses, Pause(first, last)), extended_until=until)
    return replace(longer, due_on=explain_clocks(longer).due_on)


def longest_extension(clocks: Clocks, rule: Rule) -> date:
    """The last day to which the term may be extended; whether that is counted from registration is a parameter."""
    start = clocks.registered_on if rule.parameters["longest"] == "in_all" else clocks.due_on
    return due_on(start, rule.term, calendar(clocks.calendar), clocks.week)


def clock(row: Mapping[str, Any], matter: str, starts_on: date, *, n: int | None = None) -> Clock:
    """A term of an appeal that begins on a day, in the calendar and the week of its body; `n` replaces its length.

    Raises:
        OutsideCalendar: it ends beyond the known calendar.
    """
    rule = pinned_rules(row).rule(matter, row["kind"])
    term = rule.term if n is None else replace(rule.term, n=n)
    return Clock(matter, starts_on, due_on(starts_on, term, calendar(row["calendar"]), Week(row["week"])), rule)


def days_taken(clocks: Clocks, answered_on: date) -> int:
    """The working days from registration to an answer, in the week of the body; none of an answer on the same day."""
    days = calendar(clocks.calendar).days(clocks.registered_on + _ONE_DAY, answered_on, clocks.week)
    return sum(day.working for day in days)


def last_day_for_notice(clocks: Clocks, rule: Rule) -> date:
    """The last working day on which a preliminary decision can be told, so that the decision is still in time.

    From the day after it, the term is too short for an adverse decision (APPC art. 73(1)).
    """
    days = calendar(clocks.calendar)
    day = clocks.due_on
    while due_or_never(day, rule.term, days, clocks.week) > clocks.due_on or not days.is_working(day, clocks.week):
        day -= _ONE_DAY
    return day


def due_or_never(start: date, term: Term, days: Calendar, week: Week) -> date:
    """The end of a term for comparing it with days that are known; past them all when it leaves the calendar."""
    try:
        return due_on(start, term, days, week)
    except OutsideCalendar:
        return date.max


def explain_clocks(clocks: Clocks) -> Deadline:
    """The days from registration to the deadline, each counted or skipped, and why.

    After an extension the days of the rule's own term come first; those up to the extended day are `extended`. Where
    pauses have brought the term itself further than that, it ends by itself.
    """
    days = calendar(clocks.calendar)
    counted = explain(clocks.registered_on, clocks.rule.term, days, clocks.week, clocks.pauses)
    if clocks.extended_until is None or clocks.extended_until <= counted.due_on:
        return counted
    return _extended(counted, clocks.extended_until, clocks)


def _extended(counted: Deadline, until: date, clocks: Clocks) -> Deadline:
    added = calendar(clocks.calendar).days(counted.due_on + _ONE_DAY, until, clocks.week)
    told = (CountedDay(day.date, counted=False, n=None, why=_why(day, clocks), name=day.name) for day in added)
    return replace(counted, due_on=until, days=(*counted.days, *told))


def _why(day: Day, clocks: Clocks) -> str:
    if not day.working:
        return day.why
    return "paused" if any(pause.holds(day.date) for pause in clocks.pauses) else "extended"


def _pauses(rows: Any) -> Iterator[Pause]:
    for first, last in rows:
        yield Pause(date.fromisoformat(first), date.fromisoformat(last))

"""From the moment something was filed to the date an answer is due, with every day accounted for."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from zoneinfo import ZoneInfo

from statute.calendars import Calendar, Day, OutsideCalendar, Week
from statute.terms import Term, Unit

ALMATY = ZoneInfo("Asia/Almaty")
"""The zone of legal time: UTC+6 until the end of February 2024, UTC+5 since, as tzdata knows."""

_ONE_DAY = dt.timedelta(days=1)
_MONTHS_IN_YEAR = 12


@dataclass(frozen=True)
class Pause:
    """Days on which a term does not run, from `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def holds(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


Pauses: TypeAlias = Sequence[Pause]


@dataclass(frozen=True)
class CountedDay:
    """One day between start and due date: whether it counted and what day it is.

    `n` is the running number of a counted day, from 1, in terms of days and months alike; None if not counted.
    `why` is the calendar's word for the day, or `first_day_not_counted` for the start of a term that begins the day
    after, or `paused`, or `end_moved_here` for the working day to which an end on a day off has rolled.
    """

    date: dt.date
    counted: bool
    n: int | None
    why: str
    name: dict[str, str] | None


@dataclass(frozen=True)
class Deadline:
    """A due date with its reasons: the days from `starts_on` to `due_on`, both included, without a gap.

    `calendar` is the version of the calendar that gave the answer. The term ends with the local day `due_on`.
    """

    starts_on: dt.date
    due_on: dt.date
    term: Term
    week: Week
    calendar: str
    days: tuple[CountedDay, ...]


def local(moment: dt.datetime) -> dt.datetime:
    """Return the moment in legal time.

    Raises:
        ValueError: the moment has no offset, so nobody knows which moment it is.
    """
    if moment.utcoffset() is None:
        msg = "a moment needs its offset from UTC"
        raise ValueError(msg)
    return moment.astimezone(ALMATY)


def registration_day(submitted_at: dt.datetime, *, day_ends: dt.time, calendar: Calendar, week: Week) -> dt.date:
    """Return the day on which something submitted at this moment is registered (APPC art. 64(3)).

    That is the local day of submission; after the end of the working day or on a day off, the next working day.
    The moment `day_ends` itself still belongs to the day.

    Raises:
        ValueError: the moment has no offset.
        OutsideCalendar: the calendar does not cover the day.
    """
    moment = local(submitted_at)
    late = moment.time() > day_ends
    return calendar.next_working_day(moment.date() + _ONE_DAY * late, week)


def due_on(start: dt.date, term: Term, calendar: Calendar, week: Week, pauses: Pauses = ()) -> dt.date:
    """Return the last day of a term that starts on `start`.

    Working days are counted; calendar days and months run through, and an end on a day off rolls to the next working
    day. A month ends on the day of the same number, or on the last day of a month that has no such day. Days of a pause
    do not count, in whatever the term is measured: it ends later by as many as would have counted, and never on one.

    Raises:
        OutsideCalendar: the start or the answer is not covered.
    """
    return _rolled(_runs_out_on(start, term, calendar, week, pauses), calendar, week, pauses)


def explain(start: dt.date, term: Term, calendar: Calendar, week: Week, pauses: Pauses = ()) -> Deadline:
    """Return the deadline that `due_on` gives, with every day from the start on and why it counted or not.

    The start is always listed, also when the term begins the day after.

    Raises:
        OutsideCalendar: the start or the answer is not covered.
    """
    runs_out = _runs_out_on(start, term, calendar, week, pauses)
    due = _rolled(runs_out, calendar, week, pauses)
    days = tuple(_counted(calendar.days(start, due, week), term, runs_out, pauses))
    return Deadline(starts_on=start, due_on=due, term=term, week=week, calendar=calendar.version, days=days)


def _counted(days: tuple[Day, ...], term: Term, counts_until: dt.date, pauses: Pauses) -> Iterator[CountedDay]:
    n = 0
    for position, day in enumerate(days):
        in_term = day.date <= counts_until
        counted = in_term and (day.working or term.unit is not Unit.WORKING_DAY)
        why = day.why
        if position == 0 and not term.first_day_counts:
            counted, why = False, "first_day_not_counted"
        elif (counted or (day.working and not in_term)) and _holds(pauses, day.date):
            counted, why = False, "paused"
        elif day.working and not in_term:
            why = "end_moved_here"
        n += counted
        yield CountedDay(day.date, counted, n if counted else None, why, day.name)


def _rolled(runs_out: dt.date, calendar: Calendar, week: Week, pauses: Pauses) -> dt.date:
    """Return the first working day from there on that is in no pause."""
    due = calendar.next_working_day(runs_out, week)
    while _holds(pauses, due):
        due = calendar.nth_working_day(due, 1, week, start_counts=False)
    return due


def _holds(pauses: Pauses, day: dt.date) -> bool:
    return any(pause.holds(day) for pause in pauses)


def _runs_out_on(start: dt.date, term: Term, calendar: Calendar, week: Week, pauses: Pauses) -> dt.date:
    """Return the day a term ends on before any rolling; the days of pauses that would count are made up for."""
    begins = start if term.first_day_counts else start + _ONE_DAY
    runs_out = _unpaused(start, term, calendar, week)
    made_up = 0
    while (paused := _paused(begins, runs_out, term, calendar, week, pauses)) > made_up:
        if term.unit is Unit.WORKING_DAY:
            longer = replace(term, n=term.n + paused)
            runs_out = _unpaused(start, longer, calendar, week)
        else:
            if (calendar.last - runs_out).days < paused - made_up:
                raise OutsideCalendar(calendar.last + _ONE_DAY, calendar.first, calendar.last)
            runs_out += _ONE_DAY * (paused - made_up)
        made_up = paused
    return runs_out


def _paused(first: dt.date, last: dt.date, term: Term, calendar: Calendar, week: Week, pauses: Pauses) -> int:
    """Return how many days from `first` to `last` would count and are paused; pauses may overlap."""
    days = {
        day
        for pause in pauses
        for day in _each(max(first, pause.first), min(last, pause.last))
        if term.unit is not Unit.WORKING_DAY or calendar.is_working(day, week)
    }
    return len(days)


def _each(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + _ONE_DAY * n for n in range((last - first).days + 1))


def _unpaused(start: dt.date, term: Term, calendar: Calendar, week: Week) -> dt.date:
    """Return the day a term ends on that no pause holds up, before any rolling."""
    if term.unit is Unit.WORKING_DAY:
        return calendar.nth_working_day(start, term.n, week, start_counts=term.first_day_counts)
    days_left = (calendar.last - start).days
    if start < calendar.first or days_left < 0:
        raise OutsideCalendar(start, calendar.first, calendar.last)
    # A month is longer than a day, so this bound holds for both and keeps the arithmetic inside the years of `date`.
    if term.n > days_left + 1:
        raise OutsideCalendar(calendar.last + _ONE_DAY, calendar.first, calendar.last)
    if term.unit is Unit.MONTH:
        return _months_later(start, term)
    return start + dt.timedelta(days=term.n - term.first_day_counts)


def _months_later(start: dt.date, term: Term) -> dt.date:
    months = start.year * _MONTHS_IN_YEAR + start.month - 1 + term.n
    year, month = months // _MONTHS_IN_YEAR, months % _MONTHS_IN_YEAR + 1
    last_day = monthrange(year, month)[1]
    if start.day > last_day:
        return dt.date(year, month, last_day)
    # A counted first day brings the end one day forward; a month cut short by its length is not cut again.
    return dt.date(year, month, start.day) - _ONE_DAY * term.first_day_counts

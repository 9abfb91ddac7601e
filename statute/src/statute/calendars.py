"""Working days of Kazakhstan: which days are off, for which working week, and by which act."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

VERSIONS: tuple[str, ...] = ("kz-2026.1",)
"""Every calendar in the package, oldest first. A published one never changes: a new act makes a new version."""

_ONE_DAY = dt.timedelta(days=1)


class Week(StrEnum):
    """The working week of an employer. Moved rest days bind the five-day week only."""

    FIVE = "five"
    SIX = "six"


@dataclass(frozen=True)
class Day:
    """One date as one working week sees it.

    `why` is `working_day`, `weekend`, `holiday`, `holiday_observed` (a holiday that fell on a day off is taken here),
    `day_off_moved_here` or `working_day_moved_here` (the two ends of a swap).
    `name` is the holiday's name by language (`kk`, `ru`, `en`); `source` is the act or, where none is known, the
    publication the row was taken from. Both are None for ordinary days.
    """

    date: dt.date
    working: bool
    why: str
    name: dict[str, str] | None
    source: str | None


class OutsideCalendar(Exception):
    """The answer needs a date the calendar does not cover."""

    def __init__(self, date: dt.date, first: dt.date, last: dt.date) -> None:
        super().__init__(f"{date} is outside the calendar, which covers {first} to {last}")
        self.date = date
        self.first = first
        self.last = last


class CalendarMissing(Exception):
    """The working calendar of the days that would have to be counted is not known yet."""


class UnknownCalendar(Exception):
    """No calendar has this version."""

    def __init__(self, version: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no calendar {version!r}; known: {', '.join(known)}")
        self.version = version
        self.known = ", ".join(known)


class Calendar:
    """Every day from `first` to `last` under one version of the facts.

    All questions are answered by look-up in tables built once, so a deadline costs the same however long its term.
    Every method raises OutsideCalendar when the day asked about, or the answer, is not covered.
    """

    def __init__(self, days: Mapping[Week, tuple[Day, ...]], facts: Mapping[str, Any]) -> None:
        """Take the days of each week, without a gap and in order, and the facts that they follow from."""
        self.version: str = facts["version"]
        self.facts = facts
        self.first = days[Week.FIVE][0].date
        self.last = days[Week.FIVE][-1].date
        self._first_ordinal = self.first.toordinal()
        self._days = dict(days)
        self._working = {week: tuple(day.date for day in row if day.working) for week, row in days.items()}
        self._working_before = {week: _running_count(row) for week, row in days.items()}

    def day(self, date: dt.date, week: Week) -> Day:
        """Return what kind of day this is, why, and by which act."""
        return self._days[week][self._index(date)]

    def days(self, first: dt.date, last: dt.date, week: Week) -> tuple[Day, ...]:
        """Return the days from `first` to `last`, both included."""
        return self._days[week][self._index(first) : self._index(last) + 1]

    def is_working(self, date: dt.date, week: Week) -> bool:
        return self.day(date, week).working

    def next_working_day(self, date: dt.date, week: Week) -> dt.date:
        """Return the date itself if it is a working day, else the first one after it."""
        return self.nth_working_day(date, 1, week, start_counts=True)

    def nth_working_day(self, start: dt.date, n: int, week: Week, *, start_counts: bool) -> dt.date:
        """Return the n-th working day from `start` (n >= 1), or from the day after it if the start does not count."""
        passed = self._working_before[week][self._index(start) + (not start_counts)]
        working = self._working[week]
        if passed + n > len(working):
            raise OutsideCalendar(self.last + _ONE_DAY, self.first, self.last)
        return working[passed + n - 1]

    def _index(self, date: dt.date) -> int:
        if not self.first <= date <= self.last:
            raise OutsideCalendar(date, self.first, self.last)
        return date.toordinal() - self._first_ordinal


class Calendars:
    """The packaged calendars, and those that became known since, by version; a later name is a newer calendar."""

    def __init__(self) -> None:
        self._held: dict[str, Calendar] = {}
        self.versions = VERSIONS

    def hold(self, made: Calendar) -> None:
        """Have a calendar beside the packaged ones. What a version says never changes, so the first stays."""
        if made.version not in self.versions:
            self._held[made.version] = made
            self.versions = tuple(sorted((*self.versions, made.version), key=version_key))

    def get(self, version: str | None = None) -> Calendar:
        """Return the calendar of a version, or the newest; the same object every time.

        Raises:
            UnknownCalendar: there is no such version here.
        """
        chosen = self.versions[-1] if version is None else version
        if chosen not in self.versions:
            raise UnknownCalendar(chosen, self.versions)
        return self._held.get(chosen) or _packaged(chosen)


_PACKAGED = Calendars()
# Of whoever asks, and not of the process: services that share one hold calendars of their own.
_HERE: ContextVar[Calendars | None] = ContextVar("calendars", default=None)


@contextmanager
def holding(calendars: Calendars) -> Iterator[None]:
    """Within, `calendar` answers out of these; like the context of `decimal`, this binds the caller and nobody else."""
    before = _HERE.set(calendars)
    try:
        yield
    finally:
        _HERE.reset(before)


def calendars_here() -> Calendars:
    """Return the calendars that hold where this is asked; outside of `holding` the packaged ones, for the asker."""
    return _HERE.get() or Calendars()


def calendar(version: str | None = None) -> Calendar:
    """Return the calendar of a version, or the newest, out of those that `holding` gave, or else that are packaged.

    Raises:
        UnknownCalendar: there is no such version here.
    """
    return (_HERE.get() or _PACKAGED).get(version)


def version_key(version: str) -> tuple[int, int]:
    """Return what orders versions: the year and the number in a name like `kz-2026.1`.

    Raises:
        ValueError: the name is not of that form.
    """
    year, number = version.removeprefix("kz-").split(".")
    return int(year), int(number)


def read_calendar(text: str) -> Calendar:
    """Build a calendar from the JSON text described in docs/law/calendar.md.

    Raises:
        KeyError, TypeError, ValueError: the text does not have that form.
    """
    return calendar_of(json.loads(text))


def calendar_of(facts: Mapping[str, Any]) -> Calendar:
    """Build a calendar from its facts, as `read_calendar` does from their text.

    Raises:
        KeyError, TypeError, ValueError: they do not have that form.
    """
    first, last = dt.date.fromisoformat(facts["first"]), dt.date.fromisoformat(facts["last"])
    special = {Week.FIVE: _special(facts, Week.FIVE) | _swapped(facts), Week.SIX: _special(facts, Week.SIX)}
    return Calendar(
        {
            week: tuple(rows.get(date) or _ordinary(date, week) for date in _dates(first, last))
            for week, rows in special.items()
        },
        facts,
    )


@cache
def _packaged(version: str) -> Calendar:
    return read_calendar(files("statute").joinpath("data", f"calendar-{version}.json").read_text(encoding="utf-8"))


def _special(facts: Mapping[str, Any], week: Week) -> dict[dt.date, Day]:
    names = facts["names"]
    holidays = {row["date"]: row for row in facts["holidays"]}
    days = [_day(row["date"], "holiday", row["source"], name=names[row["name"]]) for row in holidays.values()]
    for row in facts["observed"][week]:
        name = names[holidays[row["holiday"]]["name"]]
        days.append(_day(row["date"], "holiday_observed", row["source"], name=name))
    return {day.date: day for day in days}


def _swapped(facts: Mapping[str, Any]) -> dict[dt.date, Day]:
    off = [_day(row["off"], "day_off_moved_here", row["source"]) for row in facts["swaps"]]
    worked = [_day(row["worked"], "working_day_moved_here", row["source"], working=True) for row in facts["swaps"]]
    return {day.date: day for day in off + worked}


def _day(date: str, why: str, source: str, *, working: bool = False, name: dict[str, str] | None = None) -> Day:
    return Day(dt.date.fromisoformat(date), working, why, name, source)


def _ordinary(date: dt.date, week: Week) -> Day:
    working_days_in_week = 5 if week is Week.FIVE else 6
    working = date.weekday() < working_days_in_week
    return Day(date, working, "working_day" if working else "weekend", None, None)


def _dates(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (dt.date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))


def _running_count(days: tuple[Day, ...]) -> tuple[int, ...]:
    """Return, for each day and for the day after the last, how many working days come before it."""
    return tuple(accumulate((day.working for day in days), initial=0))

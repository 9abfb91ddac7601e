"""A calendar made of another and an act: what it may move, what follows from it, and which days differ then."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from statute.calendars import Calendar, Day, Week, calendar_of

MOVED_BY = "Labour Code art. 84"
"""By what a holiday that falls on a day of rest is taken on the next working day."""
_SUNDAY = 6
_SATURDAY_SUNDAY = (5, _SUNDAY)
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Swap:
    """A day of rest that an act moves: `off` becomes one, and `worked` is worked instead; five-day week only."""

    off: dt.date
    worked: dt.date
    source: str


@dataclass(frozen=True)
class Holiday:
    """A day that an act makes a holiday; where it `moves` from a day of rest, the next working day is taken for it."""

    date: dt.date
    name: Mapping[str, str]
    moves: bool
    source: str


@dataclass(frozen=True)
class Dropped:
    """A holiday that an act takes back, or the day off of a swap, and so the whole swap."""

    date: dt.date
    source: str


@dataclass(frozen=True)
class Changes:
    """What a new version changes in the one that it is based on."""

    version: str
    based_on: str
    swaps: tuple[Swap, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A day that is not the same to a week in two calendars."""

    week: Week
    before: Day
    after: Day


class DayTwice(Exception):
    """The changes name a day twice, so that what it becomes is not certain."""

    def __init__(self, date: dt.date) -> None:
        super().__init__(f"{date} is named twice")
        self.date = date


class DayUnfit(Exception):
    """A day is not what the change takes it for, by the calendar that is changed.

    `must` says what it should have been: `working_day` to become a day off, `day_off` to be worked, `not_holiday` to
    become one, `holiday` or the day off of a swap to be dropped.
    """

    def __init__(self, date: dt.date, must: str, based_on: str) -> None:
        super().__init__(f"{date} should have been in {based_on}: {must}")
        self.date = date
        self.must = must
        self.based_on = based_on


class NothingChanges(Exception):
    """The changes are empty."""


def changed(base: Calendar, changes: Changes) -> Calendar:
    """Return a new calendar: `base` with the changes, and the observed days that follow from both.

    Raises:
        NothingChanges, DayTwice, DayUnfit: as the classes say.
        OutsideCalendar: a day lies outside of `base`.
    """
    _require_sound(base, changes)
    dropped = {row.date.isoformat() for row in changes.dropped}
    facts = dict(base.facts)
    names = dict(facts["names"])
    kept = [row for row in facts["holidays"] if row["date"] not in dropped]
    made = []
    for row in changes.holidays:
        names[key := f"{changes.version}/{row.date}"] = dict(row.name)
        told = {"date": row.date.isoformat(), "name": key, "moves": row.moves, "estimated": False}
        made.append(told | {"source": row.source})
    swaps = [row for row in facts["swaps"] if row["off"] not in dropped]
    swaps += [
        {"off": row.off.isoformat(), "worked": row.worked.isoformat(), "source": row.source} for row in changes.swaps
    ]
    holidays = sorted(kept + made, key=lambda row: row["date"])
    facts |= {
        "version": changes.version,
        "based_on": changes.based_on,
        "changes": _told(changes),
        "names": names,
        "holidays": holidays,
        "observed": observed_days(holidays, swaps),
        "swaps": sorted(swaps, key=lambda row: row["off"]),
    }
    return calendar_of(facts)


def observed_days(holidays: Iterable[Mapping[str, Any]], swaps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return for each week where holidays are taken that fall on its days of rest (Labour Code art. 84)."""
    rows = list(holidays)
    off = {dt.date.fromisoformat(row["off"]) for row in swaps}
    return {
        "five": list(_observed(rows, _SATURDAY_SUNDAY, off)),
        "six": list(_observed(rows, (_SUNDAY,), set())),
    }


@lru_cache(maxsize=64)
def differences(before: Calendar, after: Calendar) -> tuple[Difference, ...]:
    """Return the days of both that are not the same, by date, each for the week that it concerns."""
    first, last = max(before.first, after.first), min(before.last, after.last)
    found = [
        Difference(week, was, now)
        for week in Week
        for was, now in zip(before.days(first, last, week), after.days(first, last, week), strict=True)
        if was != now
    ]
    return tuple(sorted(found, key=lambda each: (each.after.date, each.week)))


def _observed(
    holidays: Sequence[Mapping[str, Any]], weekend: tuple[int, ...], off: set[dt.date]
) -> Iterator[dict[str, str]]:
    """Each movable holiday on a day of rest gets the next day that nothing else takes, earlier holidays first."""
    taken = {dt.date.fromisoformat(row["date"]) for row in holidays}
    for row in holidays:
        date = dt.date.fromisoformat(row["date"])
        if not row["moves"] or not (date.weekday() in weekend or date in off):
            continue
        while date in taken or date.weekday() in weekend or date in off:
            date += _ONE_DAY
        taken.add(date)
        yield {"date": date.isoformat(), "holiday": row["date"], "source": MOVED_BY}


def _require_sound(base: Calendar, changes: Changes) -> None:
    holidays = {dt.date.fromisoformat(row["date"]) for row in base.facts["holidays"]}
    swapped_off = {dt.date.fromisoformat(row["off"]) for row in base.facts["swaps"]}
    checks = [
        *((row.off, "working_day", base.is_working(row.off, Week.FIVE)) for row in changes.swaps),
        *((row.worked, "day_off", not base.is_working(row.worked, Week.FIVE)) for row in changes.swaps),
        *((row.date, "not_holiday", row.date not in holidays) for row in changes.holidays),
        *((row.date, "holiday", row.date in holidays | swapped_off) for row in changes.dropped),
    ]
    if not checks:
        raise NothingChanges
    seen: set[dt.date] = set()
    for date, must, fits in checks:
        base.day(date, Week.FIVE)
        if date in seen:
            raise DayTwice(date)
        if not fits:
            raise DayUnfit(date, must, base.version)
        seen.add(date)


def _told(changes: Changes) -> dict[str, Any]:
    """The changes as JSON has them."""
    rows = {name: [asdict(row) for row in getattr(changes, name)] for name in ("swaps", "holidays", "dropped")}
    return {
        name: [
            {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in row.items()}
            for row in told
        ]
        for name, told in rows.items()
    }

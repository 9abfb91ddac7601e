"""The calendar and the counting against a second, slow way of doing both from the raw rows.

The second way keeps a set of rest days and walks day by day. It reads only holidays and swaps, so the observed days
in the data are checked too, and it knows the offset of legal time by itself. Pauses are a set of days that it passes.
"""

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import pytest

from statute.calendar_changes import Changes, Holiday, Swap, changed
from statute.calendars import Calendar, OutsideCalendar, Week, calendar
from statute.deadlines import Pause, due_on, explain, registration_day
from statute.terms import Term, Unit

END = dt.date(2027, 12, 31)
KZ = calendar()
STEP = dt.timedelta(1)


def rest_days(raw: Mapping[str, Any], weekend: str, *, follow_swaps: bool) -> set[dt.date]:
    every = [dt.date(2015, 1, 1) + STEP * passed for passed in range(4748)]
    rest = {date for date in every if f"{date:%a}" in weekend} | {
        dt.date.fromisoformat(h["date"]) for h in raw["holidays"]
    }
    worked = set()
    for swap in raw["swaps"] if follow_swaps else []:
        rest.add(dt.date.fromisoformat(swap["off"]))
        worked.add(dt.date.fromisoformat(swap["worked"]))
    for holiday in sorted(h["date"] for h in raw["holidays"] if h["name"] not in {"orthodox_christmas", "kurban_ait"}):
        date = dt.date.fromisoformat(holiday)
        if f"{date:%a}" in weekend:
            rest.add(next(later for later in every if later > date and later not in rest))
    return rest - worked


# Holidays of every month and moved days that became known late, each in a version of its own.
LATE = changed(
    KZ,
    Changes(
        "kz-2026.2",
        "kz-2026.1",
        swaps=(Swap(dt.date(2025, 6, 9), dt.date(2025, 6, 14), "act"),),
        holidays=tuple(
            Holiday(dt.date(year, month, 13), {}, moves=True, source="act")
            for year in range(2015, 2028)
            for month in range(1, 13)
        ),
    ),
)
REST = {
    (made.version, week): rest_days(made.facts, weekend, follow_swaps=week is Week.FIVE)
    for made in (KZ, LATE)
    for week, weekend in ((Week.FIVE, "Sat Sun"), (Week.SIX, "Sun"))
}


def first_working(date: dt.date, rest: set[dt.date]) -> dt.date | None:
    while date in rest:
        date += STEP
    return date if date <= END else None


def registered(utc: dt.datetime, day_ends: dt.time, rest: set[dt.date]) -> dt.date | None:
    """Local time ran six hours ahead of UTC until the clocks went back on 1 March 2024, five since."""
    hours = 6 if utc < dt.datetime(2024, 2, 29, 18, tzinfo=dt.UTC) else 5
    clock = utc.replace(tzinfo=None) + dt.timedelta(hours=hours)
    return first_working(clock.date() + STEP if clock.time() > day_ends else clock.date(), rest)


def due(start: dt.date, term: Term, rest: set[dt.date], paused: set[dt.date]) -> dt.date | None:
    """Walk over the days of the term, then on to a day that is neither one of rest nor paused."""
    date = start if term.first_day_counts else start + STEP
    left = term.n
    if term.unit is Unit.MONTH:
        end = months_later(start, term)
        # What was paused in the months is owed in days after them.
        left = 1 + sum(start + STEP * passed in paused for passed in range((date - start).days, (end - start).days + 1))
        if left == 1:
            return first_open(end, rest, paused)
        left, date = left - 1, end + STEP
    while date <= END:
        left -= date not in paused and (term.unit is not Unit.WORKING_DAY or date not in rest)
        if left == 0:
            return first_open(date, rest, paused)
        date += STEP
    return None


def first_open(date: dt.date, rest: set[dt.date], paused: set[dt.date]) -> dt.date | None:
    while date in rest or date in paused:
        date += STEP
    return date if date <= END else None


def months_later(start: dt.date, term: Term) -> dt.date:
    """Step over one first-of-month after another, then go to the day, or as near as the month allows."""
    month = start.replace(day=1)
    for _ in range(term.n):
        month = (month + STEP * 31).replace(day=1)
    date = month + STEP * (start.day - 1)
    after = (month + STEP * 31).replace(day=1)
    return after - STEP if date >= after else date - STEP * term.first_day_counts


def compare(cases: int, seed: int) -> None:
    """Compare the two on random moments, terms and weeks, the last months of the calendar among them."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    first = dt.datetime(2015, 1, 2, tzinfo=dt.UTC)
    seconds = int((dt.datetime(2027, 12, 31, tzinfo=dt.UTC) - first).total_seconds())
    for case in range(cases):
        moment = first + dt.timedelta(seconds=dice.randrange(seconds))
        day_ends = dt.time(dice.choice((18, 18, 17)), dice.choice((30, 0)))
        unit = dice.choice((Unit.WORKING_DAY, Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.MONTH))
        term = Term(
            n=dice.randint(1, 12 if unit is Unit.MONTH else 60), unit=unit, first_day_counts=dice.random() < 0.5
        )
        week = dice.choice((Week.FIVE, Week.SIX))
        made = dice.choice((KZ, LATE))
        rest = REST[made.version, week]
        start = registered(moment, day_ends, rest)
        told = f"seed {seed}, case {case}: {moment}, day ends {day_ends}, {term}, week {week}, {made.version}"
        assert ours_registered(moment, day_ends, made, week) == start, told
        if start is not None:
            pauses = some_pauses(dice, start)
            paused = {one.first + STEP * passed for one in pauses for passed in range((one.last - one.first).days + 1)}
            ours = ours_due(start, term, made, week, pauses, explained=case % 10 == 0)
            assert ours == due(start, term, rest, paused), f"{told}, {pauses}"


def some_pauses(dice: random.Random, start: dt.date) -> list[Pause]:
    """None for every second case; else up to three near the start, which may overlap, touch, or hold the start."""
    firsts = [start + STEP * dice.randint(-10, 60) for _ in range(dice.choice((0, 0, 0, 1, 2, 3)))]
    return [Pause(first, first + STEP * dice.choice((0, 1, 3, 9, 30))) for first in firsts]


def ours_registered(moment: dt.datetime, day_ends: dt.time, made: Calendar, week: Week) -> dt.date | None:
    try:
        return registration_day(moment, day_ends=day_ends, calendar=made, week=week)
    except OutsideCalendar:
        return None


def ours_due(
    start: dt.date, term: Term, made: Calendar, week: Week, pauses: list[Pause], *, explained: bool
) -> dt.date | None:
    """Our answer; where it is to be explained, the explanation must add up to it."""
    try:
        if not explained:
            return due_on(start, term, made, week, pauses)
        told = explain(start, term, made, week, pauses)
    except OutsideCalendar:
        return None
    paused = [day for day in told.days if any(one.first <= day.date <= one.last for one in pauses)]
    assert not any(day.counted for day in paused)
    assert {day.why for day in told.days if day.why == "paused"} <= {day.why for day in paused}
    if term.unit is not Unit.MONTH:
        assert sum(day.counted for day in told.days) == term.n
    return told.due_on


@pytest.mark.parametrize("week", Week)
@pytest.mark.parametrize("made", [KZ, LATE], ids=["packaged", "late"])
def test_every_day_is_the_same_in_both(made: Calendar, week: Week) -> None:
    ours = {date for passed in range(4748) if not made.is_working(date := made.first + STEP * passed, week)}
    assert ours == {date for date in REST[made.version, week] if date <= END}


def test_twenty_thousand_deadlines() -> None:
    compare(20_000, seed=350)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_a_million_deadlines() -> None:
    compare(1_000_000, seed=random.SystemRandom().randrange(2**32))

"""The calendar and the counting against a second, slow way of doing both from the raw rows.

The second way keeps a set of rest days and walks day by day. It reads only holidays and swaps, so the observed days
in the data are checked too, and it knows the offset of legal time by itself.
"""

import datetime as dt
import json
import random
from importlib.resources import files

import pytest

from statute.calendars import OutsideCalendar, Week, calendar
from statute.deadlines import due_on, explain, registration_day
from statute.terms import Term, Unit

RAW = json.loads(files("statute").joinpath("data", "calendar-kz-2026.1.json").read_text(encoding="utf-8"))
END = dt.date(2027, 12, 31)
KZ = calendar()
STEP = dt.timedelta(1)


def rest_days(weekend: str, *, follow_swaps: bool) -> set[dt.date]:
    every = [dt.date(2015, 1, 1) + STEP * passed for passed in range(4748)]
    rest = {date for date in every if f"{date:%a}" in weekend} | {
        dt.date.fromisoformat(h["date"]) for h in RAW["holidays"]
    }
    worked = set()
    for swap in RAW["swaps"] if follow_swaps else []:
        rest.add(dt.date.fromisoformat(swap["off"]))
        worked.add(dt.date.fromisoformat(swap["worked"]))
    for holiday in sorted(h["date"] for h in RAW["holidays"] if h["name"] not in {"orthodox_christmas", "kurban_ait"}):
        date = dt.date.fromisoformat(holiday)
        if f"{date:%a}" in weekend:
            rest.add(next(later for later in every if later > date and later not in rest))
    return rest - worked


REST = {Week.FIVE: rest_days("Sat Sun", follow_swaps=True), Week.SIX: rest_days("Sun", follow_swaps=False)}


def first_working(date: dt.date, week: Week) -> dt.date | None:
    while date in REST[week]:
        date += STEP
    return date if date <= END else None


def registered(utc: dt.datetime, day_ends: dt.time, week: Week) -> dt.date | None:
    """Local time ran six hours ahead of UTC until the clocks went back on 1 March 2024, five since."""
    hours = 6 if utc < dt.datetime(2024, 2, 29, 18, tzinfo=dt.UTC) else 5
    clock = utc.replace(tzinfo=None) + dt.timedelta(hours=hours)
    return first_working(clock.date() + STEP if clock.time() > day_ends else clock.date(), week)


def due(start: dt.date, term: Term, week: Week) -> dt.date | None:
    if term.unit is Unit.MONTH:
        return first_working(months_later(start, term), week)
    date = start if term.first_day_counts else start + STEP
    left = term.n
    while date <= END:
        left -= term.unit is Unit.CALENDAR_DAY or date not in REST[week]
        if left == 0:
            return first_working(date, week)
        date += STEP
    return None


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
        start = registered(moment, day_ends, week)
        told = f"seed {seed}, case {case}: {moment}, day ends {day_ends}, {term}, week {week}"
        assert ours_registered(moment, day_ends, week) == start, told
        if start is not None:
            assert ours_due(start, term, week, explained=case % 10 == 0) == due(start, term, week), told


def ours_registered(moment: dt.datetime, day_ends: dt.time, week: Week) -> dt.date | None:
    try:
        return registration_day(moment, day_ends=day_ends, calendar=KZ, week=week)
    except OutsideCalendar:
        return None


def ours_due(start: dt.date, term: Term, week: Week, *, explained: bool) -> dt.date | None:
    try:
        return explain(start, term, KZ, week).due_on if explained else due_on(start, term, KZ, week)
    except OutsideCalendar:
        return None


@pytest.mark.parametrize("week", Week)
def test_every_day_is_the_same_in_both(week: Week) -> None:
    ours = {date for passed in range(4748) if not KZ.is_working(date := KZ.first + STEP * passed, week)}
    assert ours == {date for date in REST[week] if date <= END}


def test_twenty_thousand_deadlines() -> None:
    compare(20_000, seed=350)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_a_million_deadlines() -> None:
    compare(1_000_000, seed=random.SystemRandom().randrange(2**32))

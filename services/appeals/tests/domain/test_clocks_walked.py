"""The dates of an appeal against a second, slow way to them: from day to day, in any kind, week, pause and calendar."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from appeals.domain import clocks as counting
from appeals.domain.appeal import Kind
from appeals.domain.clocks import Clocks, explain_clocks, last_day_for_notice, longest_extension, paused_clocks
from appeals.domain.recalculation import recalculated
from statute.calendar_changes import Changes, Holiday, Swap, changed
from statute.calendars import Calendar, Calendars, OutsideCalendar, Week, calendar, holding
from statute.deadlines import ALMATY
from statute.rules import rules_on
from statute.terms import Term, Unit

STEP = timedelta(1)
FIRST = date(2022, 1, 10)
DAYS = (date(2027, 3, 1) - FIRST).days


@dataclass(frozen=True)
class Case:
    """An appeal as the dice made it: what was received when, then pauses before and after an extension."""

    received_at: datetime
    kind: Kind
    week: Week
    rules: str
    pauses: list[tuple[int, int]]
    extended_by: int | None
    later: list[tuple[int, int]]


def cases(count: int, seed: int) -> Iterator[Case]:
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(count):
        day = FIRST + STEP * dice.randrange(DAYS)
        hours = time(dice.randrange(24), dice.choice((0, 30, 31)), dice.choice((0, 1)))
        yield Case(
            received_at=datetime.combine(day, hours, ALMATY),
            kind=dice.choice([*Kind]),
            week=dice.choice([*Week]),
            rules=dice.choice(("report", "eotinish-2022")),
            pauses=[(dice.randint(0, 9), dice.choice((-1, 0, 1, 4, 20))) for _ in range(dice.choice((0, 0, 1, 2)))],
            extended_by=dice.choice((None, None, 1, 7, 30)),
            later=[(dice.randint(-3, 40), dice.choice((0, 3, 15))) for _ in range(dice.choice((0, 0, 1)))],
        )


def late(seed: int) -> Calendar:
    """A newer calendar, with holidays and moved days that nobody knew of."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    known = calendar()
    free = [FIRST + STEP * n for n in range(DAYS) if known.day(FIRST + STEP * n, Week.FIVE).why == "working_day"]
    rest = [FIRST + STEP * n for n in range(DAYS) if known.day(FIRST + STEP * n, Week.FIVE).why == "weekend"]
    off, worked = dice.sample(free, 90), dice.sample(rest, 60)
    swaps = tuple(Swap(one, other, "act") for one, other in zip(off[:60], worked, strict=True))
    made = tuple(Holiday(one, {"kk": "", "ru": "", "en": ""}, moves=True, source="act") for one in off[60:])
    return changed(known, Changes("kz-2026.2", "kz-2026.1", swaps=swaps, holidays=made))


# The second way.


def open_day(day: date, week: Week, paused: set[date], days: Calendar) -> date:
    while not days.is_working(day, week) or day in paused:
        day += STEP
    return day


def walked(start: date, term: Term, week: Week, paused: set[date], days: Calendar) -> date:
    day = start if term.first_day_counts else start + STEP
    if term.unit is Unit.MONTH:
        month, left = start.month - 1 + term.n, 0
        end = date(start.year + month // 12, month % 12 + 1, 1) + STEP * (start.day - 1)
        while end.month != month % 12 + 1:
            end -= STEP
        assert not paused
        return open_day(end, week, paused, days)
    left = term.n
    while True:
        left -= day not in paused and (term.unit is Unit.CALENDAR_DAY or days.is_working(day, week))
        if left == 0:
            return open_day(day, week, paused, days)
        day += STEP


def days_of(first: date, last: date) -> set[date]:
    return {first + STEP * n for n in range((last - first).days + 1)}


# An appeal is taken through a case by the functions under test, and by the second way beside them.


def lived(case: Case) -> tuple[Clocks, date]:
    """The clocks at the end of a case, and when the second way says that they end."""
    clocks = counting.set_clocks(case.received_at, case.kind, case.week, rules=case.rules)
    term, days = clocks.rule.term, calendar()
    local_day = case.received_at.date() + STEP * (case.received_at.time() > time(18, 30))
    registered = open_day(local_day, case.week, set(), days)
    assert clocks.registered_on == registered
    assert clocks.due_on == walked(registered, term, case.week, set(), days)
    paused: set[date] = set()
    for after, length in case.pauses:
        first, last = registered + STEP * (1 + after), registered + STEP * (1 + after + length)
        clocks = paused_clocks(clocks, first, last)
        paused |= days_of(first, last)
        assert clocks.due_on == walked(registered, term, case.week, paused, days)
    end = clocks.due_on
    if case.extended_by is not None:
        until = open_day(end + STEP * case.extended_by, case.week, set(), days)
        clocks = replace(clocks, due_on=until, extended_until=until)
        end = until
        for after, length in case.later:
            first = max(registered + STEP, end + STEP * (after - 20))
            last = first + STEP * length
            left = sum(days.is_working(each, case.week) for each in days_of(first, end)) if first <= end else 0
            day = last
            while left:
                day += STEP
                left -= days.is_working(day, case.week)
                end = day
            clocks = paused_clocks(clocks, first, last)
            paused |= days_of(first, last)
            # The rule's own term may have come to last longer than the extension.
            own = walked(registered, term, case.week, paused, days)
            assert clocks.due_on == max(end, own)
    return clocks, max(end, walked(registered, term, case.week, paused, days))


def hold(case: Case) -> Clocks:
    clocks, end = lived(case)
    assert clocks.due_on == end
    told = explain_clocks(clocks)
    assert (told.starts_on, told.due_on) == (clocks.registered_on, end)
    assert {day.date for day in told.days} == days_of(told.starts_on, end)
    assert [day.n for day in told.days if day.counted] == [*range(1, 1 + sum(day.counted for day in told.days))]
    paused = {each for pause in clocks.pauses for each in days_of(pause.first, pause.last)}
    assert not any(day.counted for day in told.days if day.date in paused)
    if clocks.rule.term.unit is Unit.WORKING_DAY:
        assert sum(day.counted for day in told.days) == clocks.rule.term.n
    notice = rules_on(case.received_at.date(), case.rules).rule(counting.PRELIMINARY_NOTICE)
    day, days = end, calendar()
    while not days.is_working(day, case.week) or walked(day, notice.term, case.week, set(), days) > end:
        day -= STEP
    assert last_day_for_notice(clocks, notice) == day
    extension = rules_on(case.received_at.date(), case.rules).rule(counting.EXTENSION)
    for longest, start in (("in_all", clocks.registered_on), ("added", clocks.due_on)):
        rule = replace(extension, parameters={"longest": longest})
        assert longest_extension(clocks, rule) == walked(start, rule.term, case.week, set(), calendar())
    return clocks


def row_of(case: Case, clocks: Clocks) -> dict[str, Any]:
    """What the database keeps of an appeal's dates."""
    kept = {name: getattr(clocks, name) for name in ("registered_on", "forward_by", "due_on", "calendar")}
    pauses = [[pause.first.isoformat(), pause.last.isoformat()] for pause in clocks.pauses]
    judged = {"rules": case.rules, "kind": str(case.kind), "received_at": case.received_at, "week": str(case.week)}
    own = dict.fromkeys(("correct_by", "object_by", "decide_from"))
    return {**kept, **judged, **own, "pauses": pauses, "extended_until": clocks.extended_until, "status": "in_progress"}


def hold_after(case: Case, clocks: Clocks, newest: Calendar) -> None:
    row = row_of(case, clocks)
    found = recalculated(row, newest, clocks.registered_on)
    new = {**row, **found.dates, "calendar": found.calendar}
    assert explain_clocks(counting.pinned_clocks(new)).due_on == new["due_on"] >= row["due_on"]
    paused = {each for pause in clocks.pauses for each in days_of(pause.first, pause.last)}
    own = walked(clocks.registered_on, clocks.rule.term, case.week, paused, newest)
    if clocks.extended_until is not None:
        own = max(own, open_day(clocks.extended_until, case.week, set(), newest))
    assert new["due_on"] == max(row["due_on"], own)
    assert new["forward_by"] >= row["forward_by"]
    assert recalculated(new, newest, clocks.registered_on).moved(new) == {}


def compare(count: int, seed: int) -> int:
    """Hold so many cases to the second way, each then also to a newer calendar; how many the calendars reached."""
    newest, held = late(seed), Calendars()
    held.hold(newest)
    reached = 0
    for case in cases(count, seed):
        try:
            clocks = hold(case)
            with holding(held):
                hold_after(case, clocks, newest)
        except OutsideCalendar:
            continue
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {case}") from error
        reached += 1
    return reached


def test_two_thousand_appeals() -> None:
    assert compare(2_000, seed=34) > 1_990


@pytest.mark.prove
@pytest.mark.timeout(3000)
def test_two_hundred_thousand_appeals() -> None:
    assert compare(200_000, seed=random.SystemRandom().randrange(2**32)) > 199_000

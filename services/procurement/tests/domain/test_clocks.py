"""Clocks: what is due by when, what is late and by how much, and what the rules do not say."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.domain.clocks import (
    TENDER_STEPS,
    Bound,
    Law,
    State,
    Step,
    late_fact,
    read_clocks,
    working_days_after,
)
from statute.deadlines import ALMATY

LAW = Law("report", date(2026, 11, 23), "rating-point")
RESULTS = Step("procurement.results", "opened", "evaluated")
MONDAY = date(2026, 11, 23)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ALMATY)


@pytest.mark.parametrize(
    ("done", "today", "state", "late_by"),
    [
        (None, date(2026, 11, 26), State.RUNNING, 0),
        (None, date(2026, 11, 27), State.OVERDUE, 1),
        (None, date(2026, 11, 30), State.OVERDUE, 2),  # over a weekend
        (date(2026, 11, 26), date(2026, 12, 30), State.KEPT, 0),
        (date(2026, 11, 28), date(2026, 12, 30), State.LATE, 1),  # a Saturday: one working day has passed
        (date(2026, 12, 17), date(2026, 12, 30), State.LATE, 14),  # Independence Day on the 16th does not count
    ],
)
def test_a_step_is_in_time_to_the_last_day_and_late_by_working_days(
    done: date | None, today: date, state: State, late_by: int
) -> None:
    [clock] = read_clocks([RESULTS], {"opened": MONDAY, "evaluated": done}, LAW, today=today)
    assert (clock.due_on, clock.state, clock.late_by) == (date(2026, 11, 26), state, late_by)
    assert clock.rule is not None
    assert "cl. 208-211" in clock.rule.source


def test_a_moment_counts_by_its_day_in_almaty() -> None:
    late_evening = at("2026-11-26T23:59")
    [kept] = read_clocks([RESULTS], {"opened": at("2026-11-23T00:00"), "evaluated": late_evening}, LAW, today=MONDAY)
    assert (kept.starts_on, kept.done_on, kept.state) == (MONDAY, date(2026, 11, 26), State.KEPT)


def test_what_has_not_started_has_no_clock() -> None:
    assert read_clocks(TENDER_STEPS, {}, LAW, today=MONDAY) == ()
    [window] = read_clocks(TENDER_STEPS, {"published": MONDAY, "opened": None}, LAW, today=MONDAY)
    assert (window.matter, window.bound, window.state) == ("procurement.bid_window", Bound.EARLIEST, State.RUNNING)
    assert window.due_on == date(2026, 11, 26)


def test_what_may_come_at_the_earliest_is_never_late() -> None:
    step = TENDER_STEPS[0]
    for done, state in ((date(2026, 11, 25), State.EARLY), (date(2026, 11, 26), State.KEPT)):
        [clock] = read_clocks([step], {"published": MONDAY, "bids_closed": done}, LAW, today=date(2027, 1, 11))
        assert (clock.state, clock.late_by) == (state, 0)


def test_what_no_rule_says_is_undecided_and_what_the_calendar_does_not_hold_is_uncounted() -> None:
    [unknown] = read_clocks([RESULTS], {"opened": MONDAY}, Law("kz-2015", date(2024, 3, 1)), today=MONDAY)
    assert (unknown.state, unknown.due_on, unknown.rule) == (State.UNDECIDED, None, None)
    [beyond] = read_clocks([RESULTS], {"opened": date(2027, 12, 30)}, LAW, today=date(2027, 12, 30))
    assert (beyond.state, beyond.due_on) == (State.UNCOUNTED, None)


def test_the_journal_tells_a_late_step_and_is_silent_about_one_in_time() -> None:
    assert late_fact(RESULTS, MONDAY, date(2026, 11, 26), LAW) == {}
    told = late_fact(RESULTS, MONDAY, date(2026, 11, 30), LAW)["late"]
    assert (told["matter"], told["due_on"], told["late_by"]) == ("procurement.results", "2026-11-26", 2)
    assert late_fact(RESULTS, MONDAY, date(2026, 11, 30), Law("kz-2015", date(2024, 3, 1))) == {}


@given(start=st.dates(date(2026, 1, 1), date(2027, 6, 1)), lengths=st.lists(st.integers(0, 60), min_size=3, max_size=3))
def test_lateness_adds_up_and_never_falls(start: date, lengths: list[int]) -> None:
    first, second, third = (start.fromordinal(start.toordinal() + sum(lengths[:n])) for n in range(1, 4))
    assert working_days_after(start, third) == working_days_after(start, second) + working_days_after(second, third)
    assert 0 <= working_days_after(start, first) <= working_days_after(start, second)
    assert working_days_after(second, start) == 0

"""Calendars made of others: what an act may change, what follows from it, and who holds the result."""

import datetime as dt
from typing import Any

import pytest

from statute.calendar_changes import (
    Changes,
    DayTwice,
    DayUnfit,
    Dropped,
    Holiday,
    NothingChanges,
    Swap,
    changed,
    differences,
    observed_days,
)
from statute.calendars import (
    VERSIONS,
    Calendars,
    OutsideCalendar,
    UnknownCalendar,
    Week,
    calendar,
    calendar_of,
    calendars_here,
    holding,
    version_key,
)

KZ = calendar("kz-2026.1")
ACT = "G26G0000999"
NAME = {"kk": "Сынақ мерекесі", "ru": "Пробный праздник", "en": "Trial Day"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def changes(**fields: Any) -> Changes:
    return Changes(version="kz-2026.2", based_on="kz-2026.1", **fields)


def swap(off: str, worked: str) -> Swap:
    return Swap(day(off), day(worked), ACT)


def holiday(date: str, *, moves: bool = True) -> Holiday:
    return Holiday(day(date), NAME, moves, ACT)


SWAP = swap("2026-12-07", "2026-12-19")


def told(made: Changes) -> list[tuple[str, str, str]]:
    """The days that differ: date, week, and why it is so now."""
    return [(each.after.date.isoformat(), each.week, each.after.why) for each in differences(KZ, changed(KZ, made))]


def test_the_packaged_observed_days_follow_from_its_holidays_and_swaps() -> None:
    assert observed_days(KZ.facts["holidays"], KZ.facts["swaps"]) == KZ.facts["observed"]


def test_a_swap_binds_the_five_day_week_alone() -> None:
    assert told(changes(swaps=(SWAP,))) == [
        ("2026-12-07", "five", "day_off_moved_here"),
        ("2026-12-19", "five", "working_day_moved_here"),
    ]


def test_a_holiday_on_a_day_of_rest_is_taken_later_unless_it_never_moves() -> None:
    on_saturday = [("2026-12-12", "five", "holiday"), ("2026-12-12", "six", "holiday")]
    assert told(changes(holidays=(holiday("2026-12-12", moves=False),))) == on_saturday
    observed = ("2026-12-14", "five", "holiday_observed")
    assert told(changes(holidays=(holiday("2026-12-12"),))) == [*on_saturday, observed]
    # Monday is moved off by the same act: the holiday is taken on Tuesday.
    both = changes(holidays=(holiday("2026-12-12"),), swaps=(swap("2026-12-14", "2026-12-20"),))
    assert ("2026-12-15", "five", "holiday_observed") in told(both)


def test_a_holiday_that_is_dropped_takes_its_observed_day_along() -> None:
    dropped = changes(dropped=(Dropped(day("2026-10-25"), ACT),))
    assert told(dropped) == [
        ("2026-10-25", "five", "weekend"),
        ("2026-10-25", "six", "weekend"),
        ("2026-10-26", "five", "working_day"),
        ("2026-10-26", "six", "working_day"),
    ]


def test_a_swap_that_is_dropped_gives_both_days_back() -> None:
    assert told(changes(dropped=(Dropped(day("2025-01-03"), ACT),))) == [
        ("2025-01-03", "five", "working_day"),
        ("2025-01-05", "five", "weekend"),
    ]


def test_an_estimated_day_is_replaced_by_the_one_that_was_announced() -> None:
    announced = changes(dropped=(Dropped(day("2027-05-16"), ACT),), holidays=(holiday("2027-05-17", moves=False),))
    made = changed(KZ, announced)
    assert made.is_working(day("2027-05-17"), Week.FIVE) is False
    assert made.day(day("2027-05-17"), Week.SIX).name == NAME


def test_the_base_stays_what_it_was_and_what_is_made_says_of_what() -> None:
    before = calendar_of(KZ.facts)
    made = changed(KZ, changes(swaps=(SWAP,)))
    assert differences(before, KZ) == ()
    assert (made.version, made.facts["based_on"], made.first, made.last) == ("kz-2026.2", KZ.version, KZ.first, KZ.last)
    assert made.facts["changes"] == {
        "swaps": [{"off": "2026-12-07", "worked": "2026-12-19", "source": ACT}], "holidays": [], "dropped": []
    }  # fmt: skip
    assert differences(made, calendar_of(made.facts)) == ()
    again = changed(made, Changes("kz-2026.3", "kz-2026.2", holidays=(holiday("2026-12-10"),)))
    assert made.day(day("2026-12-07"), Week.FIVE) == again.day(day("2026-12-07"), Week.FIVE)


@pytest.mark.parametrize(
    ("made", "date", "must"),
    [
        (changes(swaps=(swap("2026-12-06", "2026-12-19"),)), "2026-12-06", "working_day"),
        (changes(swaps=(swap("2026-12-16", "2026-12-19"),)), "2026-12-16", "working_day"),
        (changes(swaps=(swap("2026-12-07", "2026-12-08"),)), "2026-12-08", "day_off"),
        (changes(holidays=(holiday("2026-12-16"),)), "2026-12-16", "not_holiday"),
        (changes(dropped=(Dropped(day("2026-12-08"), ACT),)), "2026-12-08", "holiday"),
    ],
)
def test_a_day_must_be_what_the_change_takes_it_for(made: Changes, date: str, must: str) -> None:
    with pytest.raises(DayUnfit) as refused:
        changed(KZ, made)
    assert (refused.value.date, refused.value.must, refused.value.based_on) == (day(date), must, "kz-2026.1")


@pytest.mark.parametrize(
    "made",
    [
        changes(swaps=(SWAP, swap("2026-12-07", "2026-12-20"))),
        changes(swaps=(SWAP, swap("2026-12-08", "2026-12-19"))),
        changes(swaps=(SWAP,), holidays=(holiday("2026-12-07"),)),
        changes(holidays=(holiday("2026-12-07"), holiday("2026-12-07"))),
    ],
)
def test_a_day_is_named_once(made: Changes) -> None:
    with pytest.raises(DayTwice):
        changed(KZ, made)


@pytest.mark.parametrize(
    "made",
    [
        changes(swaps=(swap("2028-01-03", "2026-12-19"),)),
        changes(swaps=(swap("2026-12-07", "2014-12-27"),)),
        changes(holidays=(holiday("2028-01-03"),)),
        changes(dropped=(Dropped(day("2014-12-16"), ACT),)),
    ],
)
def test_a_day_outside_is_refused(made: Changes) -> None:
    with pytest.raises(OutsideCalendar):
        changed(KZ, made)


def test_no_change_is_none() -> None:
    with pytest.raises(NothingChanges):
        changed(KZ, changes())


class TestHolding:
    def test_what_is_held_is_there_within_and_nowhere_else(self) -> None:
        made = changed(KZ, changes(swaps=(SWAP,)))
        held = Calendars()
        with holding(held):
            assert calendar() is KZ
            held.hold(made)
            assert (calendar(), calendar("kz-2026.1"), calendars_here()) == (made, KZ, held)
        assert calendar() is KZ
        assert calendars_here().versions == VERSIONS
        with pytest.raises(UnknownCalendar) as refused:
            calendar("kz-2026.2")
        assert (refused.value.version, refused.value.known) == ("kz-2026.2", "kz-2026.1")
        with holding(held):
            assert calendar("kz-2026.2") is made

    def test_who_holds_within_another_has_its_own(self) -> None:
        outer, inner = Calendars(), Calendars()
        outer.hold(changed(KZ, changes(swaps=(SWAP,))))
        with holding(outer):
            with holding(inner):
                assert calendar() is KZ
            assert calendar().version == "kz-2026.2"

    def test_the_newest_is_told_by_its_name_and_the_first_of_a_name_stays(self) -> None:
        held = Calendars()
        tenth = changed(KZ, Changes("kz-2026.10", "kz-2026.1", swaps=(SWAP,)))
        second = changed(KZ, changes(swaps=(SWAP,)))
        for made in (tenth, second, changed(KZ, changes(holidays=(holiday("2026-12-10"),)))):
            held.hold(made)
        assert held.versions == ("kz-2026.1", "kz-2026.2", "kz-2026.10")
        assert (held.get(), held.get("kz-2026.2")) == (tenth, second)

    @pytest.mark.parametrize("name", ["kz-2026", "kz-2026.1.2", "first", ""])
    def test_a_name_that_orders_nothing_is_refused(self, name: str) -> None:
        with pytest.raises(ValueError, match=r"unpack|invalid"):
            version_key(name)

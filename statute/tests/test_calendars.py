"""The calendar against acts, known days and an independent publication."""

import datetime as dt
import doctest
import json
from importlib.resources import files
from pathlib import Path

import holidays
import pytest

from statute.calendars import VERSIONS, Calendar, OutsideCalendar, UnknownCalendar, Week, calendar, read_calendar

ROOT = Path(__file__).parents[2]
KZ = calendar()
PUBLISHED = holidays.country_holidays("KZ", years=range(2014, 2029))

# Days on which week `five` differs from the package, each with its reason. Empty: they agree on all 4,748 days.
DIFFERENCES: dict[dt.date, str] = {}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def every_day() -> list[dt.date]:
    return [KZ.first + dt.timedelta(days=passed) for passed in range((KZ.last - KZ.first).days + 1)]


def test_it_covers_the_promised_years() -> None:
    assert (KZ.version, KZ.first, KZ.last) == ("kz-2026.1", day("2015-01-01"), day("2027-12-31"))
    assert len(every_day()) == 4748


def test_week_five_agrees_with_the_published_calendar() -> None:
    differing = {date for date in every_day() if KZ.is_working(date, Week.FIVE) != PUBLISHED.is_working_day(date)}
    assert differing == set(DIFFERENCES)


@pytest.mark.parametrize(
    ("date", "week", "working", "why"),
    [
        ("2025-01-03", Week.FIVE, False, "day_off_moved_here"),
        ("2025-01-03", Week.SIX, True, "working_day"),
        ("2025-01-05", Week.FIVE, True, "working_day_moved_here"),
        ("2025-01-05", Week.SIX, False, "weekend"),
        ("2020-05-11", Week.FIVE, True, "working_day_moved_here"),  # the observed day off of 9 May, moved to the 8th
        ("2020-05-08", Week.FIVE, False, "day_off_moved_here"),
        ("2020-05-11", Week.SIX, True, "working_day"),
        ("2017-09-01", Week.FIVE, False, "holiday"),
        ("2022-05-10", Week.FIVE, False, "holiday_observed"),
        ("2022-05-10", Week.SIX, True, "working_day"),  # 7 May was a Saturday, a working day that is simply off
        ("2022-01-03", Week.SIX, False, "holiday_observed"),
        ("2022-01-04", Week.SIX, True, "working_day"),
        ("2026-03-07", Week.FIVE, False, "weekend"),
        ("2026-03-07", Week.SIX, True, "working_day"),
        ("2024-06-17", Week.FIVE, True, "working_day"),  # Kurban Ait on a Sunday does not move
        ("2024-06-17", Week.SIX, True, "working_day"),
        ("2018-01-08", Week.SIX, True, "working_day"),  # nor does Orthodox Christmas
        ("2024-08-30", Week.FIVE, False, "holiday"),
        ("2027-08-30", Week.FIVE, True, "working_day"),
        ("2026-08-31", Week.FIVE, True, "working_day"),
        ("2026-03-16", Week.FIVE, True, "working_day"),
        ("2027-03-15", Week.FIVE, False, "holiday"),
    ],
)
def test_known_days(date: str, week: Week, working: bool, why: str) -> None:  # noqa: FBT001 - a column of the table
    found = KZ.day(day(date), week)
    assert (found.date, found.working, found.why) == (day(date), working, why)
    assert KZ.is_working(day(date), week) is working


@pytest.mark.parametrize(
    ("date", "act"),
    [("2023-07-07", "P2300000326"), ("2024-05-08", "G24G0000109"), ("2025-01-05", "G24G0000436")],
)
def test_moved_days_name_their_act(date: str, act: str) -> None:
    assert KZ.day(day(date), Week.FIVE).source == act


def test_holidays_are_named_in_three_languages_with_a_source() -> None:
    off = [KZ.day(date, week) for week in Week for date in every_day()]
    named = [found for found in off if found.why in {"holiday", "holiday_observed"}]
    assert len(named) > 400
    for found in named:
        assert found.name is not None
        assert set(found.name) == {"kk", "ru", "en"}
        assert found.source


def test_an_observed_day_carries_the_name_of_its_holiday() -> None:
    assert KZ.day(day("2026-03-09"), Week.FIVE).name == KZ.day(day("2026-03-08"), Week.FIVE).name


def test_kurban_ait_is_marked_estimated_from_2026() -> None:
    marked = [date for date in every_day() if "estimated" in (KZ.day(date, Week.FIVE).source or "")]
    assert marked == [day("2026-05-27"), day("2027-05-16")]


def test_every_weekend_day_worked_is_paid_for_with_a_day_off() -> None:
    moved = [KZ.day(date, Week.FIVE).why for date in every_day()]
    assert moved.count("working_day_moved_here") == moved.count("day_off_moved_here") == 19


@pytest.mark.parametrize(
    ("date", "week", "following"),
    [
        ("2025-01-01", Week.FIVE, "2025-01-05"),
        ("2025-01-01", Week.SIX, "2025-01-03"),
        ("2025-01-08", Week.FIVE, "2025-01-08"),
        ("2026-11-21", Week.FIVE, "2026-11-23"),
        ("2026-11-21", Week.SIX, "2026-11-21"),
    ],
)
def test_next_working_day(date: str, week: Week, following: str) -> None:
    assert KZ.next_working_day(day(date), week) == day(following)


@pytest.mark.parametrize("date", ["2014-12-31", "2028-01-01", "0001-01-01", "9999-12-31"])
def test_a_date_outside_is_refused_with_the_limits(date: str) -> None:
    with pytest.raises(OutsideCalendar) as refused:
        KZ.day(day(date), Week.FIVE)
    assert (refused.value.date, refused.value.first, refused.value.last) == (day(date), KZ.first, KZ.last)


def test_calendars_by_version() -> None:
    assert calendar(VERSIONS[-1]) is calendar() is KZ
    for unknown in ("kz-1999.1", "", "../rules"):
        with pytest.raises(UnknownCalendar) as refused:
            calendar(unknown)
        assert refused.value.version == unknown


def test_a_new_act_makes_a_new_calendar_without_touching_the_old() -> None:
    document = json.loads(files("statute").joinpath("data", "calendar-kz-2026.1.json").read_text(encoding="utf-8"))
    document["version"] = "kz-test"
    document["swaps"].append({"off": "2027-05-06", "worked": "2027-05-15", "source": "an act of this test"})
    changed: Calendar = read_calendar(json.dumps(document))
    assert not changed.is_working(day("2027-05-06"), Week.FIVE)
    assert changed.is_working(day("2027-05-15"), Week.FIVE)
    assert changed.is_working(day("2027-05-06"), Week.SIX)
    assert KZ.is_working(day("2027-05-06"), Week.FIVE)


def test_the_document_lists_the_same_swaps() -> None:
    document = json.loads(files("statute").joinpath("data", "calendar-kz-2026.1.json").read_text(encoding="utf-8"))
    rows = "\n".join(f"| {swap['off']} | {swap['worked']} | {swap['source']} |" for swap in document["swaps"])
    text = (ROOT / "docs" / "law" / "calendar.md").read_text(encoding="utf-8")
    assert f"|---|---|---|\n{rows}\n\n" in text


def test_the_example_in_the_readme_works() -> None:
    failures, examples = doctest.testfile(str(ROOT / "statute" / "README.md"), module_relative=False)
    assert (failures, examples) == (0, 9)

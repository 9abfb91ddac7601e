"""Registration and deadlines: known answers, properties, and an explanation that adds up."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.calendars import OutsideCalendar, Week, calendar
from statute.deadlines import ALMATY, Deadline, due_on, explain, local, registration_day
from statute.terms import Term, Unit

KZ = calendar()
DAY_ENDS = dt.time(18, 30)
FIFTEEN = Term(n=15, unit=Unit.WORKING_DAY, first_day_counts=False)
FIFTEEN_FROM_RECEIPT = Term(n=15, unit=Unit.WORKING_DAY, first_day_counts=True)

weeks = st.sampled_from(Week)
units = st.sampled_from(Unit)
# Room to the end of the calendar for the longest term below.
starts = st.dates(KZ.first, dt.date(2024, 1, 1))
terms = st.builds(Term, n=st.integers(1, 36), unit=units, first_day_counts=st.booleans())
EARLIEST, LATEST = (dt.datetime(year, month, day) for year, month, day in ((2015, 1, 3), (2027, 12, 20)))  # noqa: DTZ001 - zone is drawn
moments = st.datetimes(EARLIEST, LATEST, timezones=st.timezones())


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def registered(moment: str, week: Week = Week.FIVE) -> dt.date:
    return registration_day(dt.datetime.fromisoformat(moment), day_ends=DAY_ENDS, calendar=KZ, week=week)


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        ("2024-12-20", FIFTEEN, "2025-01-15"),  # over a year's end, a rest day worked and one moved
        ("2022-06-07", FIFTEEN, "2022-06-28"),
        ("2022-06-07", FIFTEEN_FROM_RECEIPT, "2022-06-27"),  # a deadline the running system stored
        ("2026-11-23", FIFTEEN, "2026-12-14"),
    ],
)
def test_fifteen_working_days(start: str, term: Term, due: str) -> None:
    assert due_on(day(start), term, KZ, Week.FIVE) == day(due)


def test_a_six_day_week_ends_sooner() -> None:
    assert due_on(day("2026-11-23"), FIFTEEN, KZ, Week.SIX) == day("2026-12-10")


@pytest.mark.parametrize(
    ("moment", "week", "on"),
    [
        ("2022-06-07T13:58:00+06:00", Week.FIVE, "2022-06-07"),
        ("2026-11-21T10:00:00+05:00", Week.FIVE, "2026-11-23"),  # a Saturday
        ("2026-11-21T10:00:00+05:00", Week.SIX, "2026-11-21"),
        ("2026-11-23T20:00:00+05:00", Week.FIVE, "2026-11-24"),
        ("2026-11-23T18:30:00+05:00", Week.FIVE, "2026-11-23"),
        ("2026-11-23T18:30:00.000001+05:00", Week.FIVE, "2026-11-24"),
        ("2026-11-20T20:00:00+05:00", Week.FIVE, "2026-11-23"),
        ("2026-11-22T20:00:00+00:00", Week.FIVE, "2026-11-23"),  # one o'clock on Monday in Almaty
        ("2024-02-28T12:31:00+00:00", Week.FIVE, "2024-02-29"),  # UTC+6 still: 18:31
        ("2024-03-04T12:31:00+00:00", Week.FIVE, "2024-03-04"),  # UTC+5 now: 17:31
        ("2024-12-31T19:00:00+05:00", Week.FIVE, "2025-01-05"),  # a Sunday worked
    ],
)
def test_registration(moment: str, week: Week, on: str) -> None:
    assert registered(moment, week) == day(on)


def test_a_moment_without_offset_is_refused() -> None:
    naive = dt.datetime(2026, 11, 23, 10)  # noqa: DTZ001 - what is to be refused
    with pytest.raises(ValueError, match="offset"):
        local(naive)
    with pytest.raises(ValueError, match="offset"):
        registration_day(naive, day_ends=DAY_ENDS, calendar=KZ, week=Week.FIVE)


def test_local_keeps_the_moment() -> None:
    moment = dt.datetime(2026, 11, 23, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert local(moment) == moment
    assert local(moment).tzinfo is ALMATY
    assert local(moment).date() == day("2026-11-24")


@pytest.mark.parametrize(
    ("start", "n", "unit", "first_day_counts", "due"),
    [
        ("2026-11-02", 10, Unit.CALENDAR_DAY, False, "2026-11-12"),
        ("2026-11-02", 10, Unit.CALENDAR_DAY, True, "2026-11-11"),
        ("2026-11-04", 10, Unit.CALENDAR_DAY, False, "2026-11-16"),  # ends on Saturday the 14th
        ("2026-11-12", 1, Unit.MONTH, False, "2026-12-14"),  # ends on Saturday the 12th
        ("2024-01-31", 1, Unit.MONTH, False, "2024-02-29"),
        ("2023-01-31", 1, Unit.MONTH, False, "2023-02-28"),
        ("2023-01-31", 1, Unit.MONTH, True, "2023-02-28"),
        ("2023-03-01", 1, Unit.MONTH, True, "2023-03-31"),
        ("2023-02-27", 12, Unit.MONTH, False, "2024-02-27"),
        ("2025-10-05", 3, Unit.MONTH, False, "2026-01-05"),
    ],
)
def test_calendar_terms(start: str, n: int, unit: Unit, first_day_counts: bool, due: str) -> None:  # noqa: FBT001 - a column
    term = Term(n=n, unit=unit, first_day_counts=first_day_counts)
    assert due_on(day(start), term, KZ, Week.FIVE) == day(due)


def told(deadline: Deadline) -> list[tuple[str, bool, int | None, str]]:
    return [(f"{one.date:%m-%d}", one.counted, one.n, one.why) for one in deadline.days]


def test_the_explanation_tells_every_day() -> None:
    term = Term(n=4, unit=Unit.WORKING_DAY, first_day_counts=False)
    assert told(explain(day("2024-12-31"), term, KZ, Week.FIVE)) == [
        ("12-31", False, None, "first_day_not_counted"),
        ("01-01", False, None, "holiday"),
        ("01-02", False, None, "holiday"),
        ("01-03", False, None, "day_off_moved_here"),
        ("01-04", False, None, "weekend"),
        ("01-05", True, 1, "working_day_moved_here"),
        ("01-06", True, 2, "working_day"),
        ("01-07", False, None, "holiday"),
        ("01-08", True, 3, "working_day"),
        ("01-09", True, 4, "working_day"),
    ]


def test_the_explanation_shows_an_end_that_rolled() -> None:
    term = Term(n=3, unit=Unit.CALENDAR_DAY, first_day_counts=True)
    assert told(explain(day("2026-11-19"), term, KZ, Week.FIVE)) == [
        ("11-19", True, 1, "working_day"),
        ("11-20", True, 2, "working_day"),
        ("11-21", True, 3, "weekend"),
        ("11-22", False, None, "weekend"),
        ("11-23", False, None, "end_moved_here"),
    ]


def test_the_explanation_names_holidays_and_what_judged() -> None:
    deadline = explain(day("2026-12-15"), FIFTEEN_FROM_RECEIPT, KZ, Week.FIVE)
    assert deadline.days[1].name == {"kk": "Тәуелсіздік күні", "ru": "День Независимости", "en": "Independence Day"}
    assert (deadline.calendar, deadline.week, deadline.term) == ("kz-2026.1", Week.FIVE, FIFTEEN_FROM_RECEIPT)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("week", Week)
def test_the_end_of_the_calendar_is_an_answer_not_a_guess(unit: Unit, week: Week) -> None:
    last = day("2027-12-31")
    one = Term(n=1, unit=unit, first_day_counts=False)
    for ask in (due_on, explain):
        with pytest.raises(OutsideCalendar) as refused:
            ask(last, one, KZ, week)
        assert refused.value.date > last
        with pytest.raises(OutsideCalendar):
            ask(day("2026-01-01"), Term(n=10**30, unit=unit, first_day_counts=True), KZ, week)
        for start in (day("2014-12-31"), day("2028-01-01")):
            with pytest.raises(OutsideCalendar) as refused:
                ask(start, one, KZ, week)
            assert refused.value.date == start


def test_the_last_day_of_the_calendar_can_still_be_due() -> None:
    today = Term(n=1, unit=Unit.WORKING_DAY, first_day_counts=True)
    assert due_on(KZ.last, today, KZ, Week.FIVE) == KZ.last
    assert due_on(day("2027-12-10"), FIFTEEN_FROM_RECEIPT, KZ, Week.FIVE) == KZ.last
    with pytest.raises(OutsideCalendar):
        due_on(day("2027-12-10"), FIFTEEN, KZ, Week.FIVE)
    with pytest.raises(OutsideCalendar):
        registered("2027-12-31T18:31:00+05:00")


@pytest.mark.parametrize("n", [0, -1])
def test_a_term_has_a_length(n: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Term(n=n, unit=Unit.MONTH, first_day_counts=True)


@given(starts, terms, weeks)
def test_the_due_day_is_a_working_day_not_before_the_start(start: dt.date, term: Term, week: Week) -> None:
    due = due_on(start, term, KZ, week)
    assert KZ.is_working(due, week)
    assert due >= start


@given(starts, terms, weeks)
def test_a_longer_term_never_ends_sooner(start: dt.date, term: Term, week: Week) -> None:
    longer = Term(n=term.n + 1, unit=term.unit, first_day_counts=term.first_day_counts)
    sooner, later = due_on(start, term, KZ, week), due_on(start, longer, KZ, week)
    assert sooner < later if term.unit is Unit.WORKING_DAY else sooner <= later


@given(starts, st.integers(1, 40), terms, weeks)
def test_a_later_start_never_ends_sooner(start: dt.date, days: int, term: Term, week: Week) -> None:
    assert due_on(start, term, KZ, week) <= due_on(start + dt.timedelta(days=days), term, KZ, week)


@given(starts, terms, weeks)
def test_a_counted_first_day_never_ends_later(start: dt.date, term: Term, week: Week) -> None:
    counted, passed = (Term(n=term.n, unit=term.unit, first_day_counts=first) for first in (True, False))
    assert due_on(start, counted, KZ, week) <= due_on(start, passed, KZ, week)


@given(starts, terms, weeks)
def test_the_explanation_agrees_and_adds_up(start: dt.date, term: Term, week: Week) -> None:
    deadline = explain(start, term, KZ, week)
    assert deadline.due_on == due_on(start, term, KZ, week)
    assert deadline.starts_on == deadline.days[0].date == start
    assert deadline.days[-1].date == deadline.due_on
    assert {later.date - one.date for one, later in zip(deadline.days, deadline.days[1:], strict=False)} <= {
        dt.timedelta(days=1)
    }
    numbers = [one.n for one in deadline.days if one.counted]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(one.n is None for one in deadline.days if not one.counted)
    if term.unit is not Unit.MONTH:
        assert len(numbers) == term.n


@given(moments, weeks)
def test_registration_is_on_a_working_day_never_before_the_local_date(moment: dt.datetime, week: Week) -> None:
    on = registration_day(moment, day_ends=DAY_ENDS, calendar=KZ, week=week)
    assert KZ.is_working(on, week)
    assert on >= local(moment).date()

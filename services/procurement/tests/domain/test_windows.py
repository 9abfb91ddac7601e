"""The days that the law gives, on the days that matter: weekends, holidays, the end of the calendar."""

from datetime import date, datetime

import pytest

from procurement.domain.award import require_open_window, require_window_over
from procurement.domain.errors import BidWindowTooShort, ComplaintWindowOver, ContractTooEarly
from procurement.domain.tender import AUTOMATIC, Method
from procurement.domain.windows import bid_window, complaint_window, require_bid_window, rule_on
from statute.calendars import CalendarMissing
from statute.deadlines import ALMATY
from statute.rules import Undecided, UnknownRuleSet


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ALMATY)


@pytest.mark.parametrize(
    ("published", "method", "first_end"),
    [
        ("2026-11-23T10:00", Method.RATING_POINT, date(2026, 11, 26)),
        ("2026-11-23T23:59", Method.RATING_POINT, date(2026, 11, 26)),
        ("2026-11-27T10:00", Method.RATING_POINT, date(2026, 12, 2)),  # a weekend
        ("2026-12-14T10:00", Method.RATING_POINT, date(2026, 12, 18)),  # Independence Day on the 16th
        ("2026-11-23T10:00", Method.TENDER, date(2026, 11, 30)),
    ],
)
def test_bids_are_taken_for_so_many_working_days(published: str, method: Method, first_end: date) -> None:
    assert bid_window(at(published), method, "report").until == first_end


def test_a_day_less_is_too_short_and_the_error_says_which_day_would_do() -> None:
    published = at("2026-11-23T10:00")
    require_bid_window(published, Method.RATING_POINT, at("2026-11-26T00:00"), "report")
    with pytest.raises(BidWindowTooShort) as caught:
        require_bid_window(published, Method.RATING_POINT, at("2026-11-25T23:59"), "report")
    assert caught.value.earliest == date(2026, 11, 26)


def test_nothing_is_published_whose_complaints_could_not_be_counted() -> None:
    published = at("2027-12-20T10:00")
    assert bid_window(published, Method.RATING_POINT, "report").until < date(2027, 12, 28)
    with pytest.raises(CalendarMissing):
        require_bid_window(published, Method.RATING_POINT, at("2027-12-28T10:00"), "report")


def test_the_report_gives_five_days_to_complain_and_the_law_of_2024_three() -> None:
    awarded = published = at("2026-11-23T10:00")
    assert complaint_window(awarded, published, "report").until == date(2026, 11, 30)
    assert complaint_window(awarded, published, "kz-2025").until == date(2026, 11, 26)


def test_what_the_rules_do_not_say_is_not_guessed() -> None:
    with pytest.raises(Undecided):
        rule_on(date(2024, 12, 31), "procurement.complaint_window", rules="kz-2025")
    with pytest.raises(UnknownRuleSet):
        rule_on(date(2026, 1, 1), "procurement.complaint_window", rules="none")


def test_the_window_takes_complaints_to_its_last_day_and_holds_the_contract_as_long() -> None:
    last = date(2026, 12, 3)
    require_open_window(last, last)
    require_window_over(last, date(2026, 12, 4))
    with pytest.raises(ComplaintWindowOver):
        require_open_window(last, date(2026, 12, 4))
    with pytest.raises(ContractTooEarly) as caught:
        require_window_over(last, last)
    assert caught.value.try_after == "2026-12-04"


def test_only_what_needs_no_people_is_automatic() -> None:
    assert {Method.RATING_POINT} == AUTOMATIC

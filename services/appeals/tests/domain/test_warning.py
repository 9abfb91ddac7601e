"""What an appeal warns of, on which day it begins to, and that the limits by which many are found say the same."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from appeals.domain.appeal import Kind, Status
from appeals.domain.clocks import set_clocks
from appeals.domain.warning import UNDECIDED, Code, Thresholds, heard_kinds, thresholds, warnings_of
from statute.calendars import Week, calendar
from statute.deadlines import ALMATY
from statute.rules import rules_on

FIRST = date(2026, 11, 23)
DAYS = [FIRST + timedelta(days=n) for n in range(60)]


def row_of(
    kind: Kind = Kind.APPLICATION, received: date = FIRST, week: Week = Week.FIVE, **fields: Any
) -> dict[str, Any]:
    """An appeal that was received on the morning of a day."""
    at = datetime.combine(received, time(10), ALMATY)
    clocks = set_clocks(at, kind, week)
    dates = {name: getattr(clocks, name) for name in ("registered_on", "forward_by", "due_on", "calendar")}
    usual = {"received_at": at, "rules": "report", "kind": kind, "week": week, "status": Status.REGISTERED}
    return dates | usual | {"pauses": None, "extended_until": None, "decide_from": None} | fields


def told(row: dict[str, Any], today: date) -> dict[str, date]:
    return {str(each.code): each.since for each in warnings_of(row, today)}


def test_an_application_warns_day_by_day() -> None:
    row = row_of()
    assert row["due_on"] == date(2026, 12, 14)
    soon = {"term_ends_soon": date(2026, 12, 9)}
    assert told(row, date(2026, 12, 8)) == {}
    assert told(row, date(2026, 12, 9)) == {"notice_by": date(2026, 12, 9)} | soon
    for day in (10, 11, 12, 13, 14):
        assert told(row, date(2026, 12, day)) == {"term_too_short": date(2026, 12, 10)} | soon
    assert told(row, date(2026, 12, 15)) == {"overdue": date(2026, 12, 15)}
    assert [each.code for each in warnings_of(row, date(2026, 12, 14))] == [Code.TERM_TOO_SHORT, Code.TERM_ENDS_SOON]


def test_nobody_need_be_heard_of_a_request() -> None:
    assert told(row_of(Kind.REQUEST), date(2026, 12, 14)) == {"term_ends_soon": date(2026, 12, 9)}


def test_a_preliminary_decision_in_time_ends_the_warning_and_one_too_late_does_not() -> None:
    day = date(2026, 12, 14)
    in_time = row_of(status=Status.HEARING, decide_from=date(2026, 12, 14))
    late = row_of(status=Status.HEARING, decide_from=date(2026, 12, 15))
    assert told(in_time, day) == {"term_ends_soon": date(2026, 12, 9)}
    assert told(late, day) == {"term_too_short": date(2026, 12, 10), "term_ends_soon": date(2026, 12, 9)}


def test_a_longer_term_warns_later() -> None:
    longer = row_of(status=Status.EXTENDED, due_on=date(2026, 12, 28), extended_until=date(2026, 12, 28))
    assert told(longer, date(2026, 12, 15)) == {}
    assert told(longer, date(2026, 12, 24)) == {
        "term_too_short": date(2026, 12, 24),
        "term_ends_soon": date(2026, 12, 23),
    }


def test_a_term_of_three_days_ends_soon_from_its_beginning() -> None:
    row = row_of(Kind.BAILIFF_REQUEST)
    assert told(row, FIRST) == {"term_ends_soon": FIRST}


@pytest.mark.parametrize("status", Status)
def test_what_has_ended_warns_of_nothing_but_that_it_was_not_answered(status: Status) -> None:
    codes = {each.code for each in warnings_of(row_of(status=status), date(2026, 12, 14))}
    if status is Status.REFUSED_BY_EXPIRY:
        assert codes == {Code.OVERDUE}
    elif status in UNDECIDED:
        assert codes == {Code.TERM_TOO_SHORT, Code.TERM_ENDS_SOON}
    elif status is Status.TO_SIGN:
        assert codes == {Code.TERM_ENDS_SOON}
    else:
        assert codes == set()


def test_every_warning_has_its_words_in_three_languages() -> None:
    for day in (9, 14, 15):
        for each in warnings_of(row_of(), date(2026, 12, day)):
            assert list(each.text) == ["kk", "ru", "en"]
            assert "2026 жылғы 14 желтоқсанға дейін" in each.text["kk"]
            assert "14 December 2026" in each.text["en"]


@pytest.mark.parametrize("week", Week)
@pytest.mark.parametrize("kind", [Kind.REQUEST, Kind.APPLICATION, Kind.PUBLIC_SERVICE_COMPLAINT])
def test_the_limits_of_a_day_find_the_same_appeals(kind: Kind, week: Week) -> None:
    rules, heard = rules_on(FIRST), heard_kinds(rules_on(FIRST))
    row = row_of(kind, week=week)
    for today in DAYS[: (row["due_on"] - FIRST).days + 1]:
        found = thresholds(rules, calendar(), week, today)
        codes = {each.code for each in warnings_of(row, today)}
        assert (row["due_on"] <= found.soon) is (Code.TERM_ENDS_SOON in codes), today
        assert (kind in heard and row["due_on"] < found.short) is (Code.TERM_TOO_SHORT in codes), today


def test_at_the_end_of_the_calendar_the_days_that_are_known_decide() -> None:
    last = calendar().last
    row = row_of(due_on=last, registered_on=last - timedelta(days=30))
    assert {each.code for each in warnings_of(row, last)} == {Code.TERM_TOO_SHORT, Code.TERM_ENDS_SOON}
    assert thresholds(rules_on(FIRST), calendar(), Week.FIVE, last - timedelta(days=1)) == Thresholds(
        date.max, date.max
    )

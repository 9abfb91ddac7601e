"""How long a discussion lasts at least, and by when an answer is owed."""

from datetime import date, datetime

import pytest

from legal_acts.domain.clocks import (
    answer_clock,
    discussion_clock,
    explain_clock,
    pinned_answer_clock,
    pinned_discussion_clock,
    require_long_enough,
    rules_on,
)
from legal_acts.domain.draft_types import TYPES, draft_type, types_on
from legal_acts.domain.errors import DiscussionTooShort, UnknownType
from statute.calendars import CalendarMissing
from statute.deadlines import ALMATY
from statute.rules import Undecided


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ALMATY)


@pytest.mark.parametrize("kind", [each.code for each in TYPES])
def test_laws_and_consultative_documents_have_fifteen_working_days_and_by_laws_ten(kind: str) -> None:
    long = kind in {"law", "consultative_document"}
    clock = discussion_clock(at("2026-11-23T10:00"), kind)
    assert (clock.rule.term.n, clock.due_on) == ((15, date(2026, 12, 14)) if long else (10, date(2026, 12, 7)))
    counted = explain_clock(clock)
    assert counted.due_on == clock.due_on
    assert [day.n for day in counted.days if day.counted] == list(range(1, clock.rule.term.n + 1))


def test_nauryz_is_skipped() -> None:
    assert discussion_clock(at("2025-03-18T10:00"), "law").due_on == date(2025, 4, 11)


def test_a_real_discussion_of_a_local_decision_was_long_enough() -> None:
    require_long_enough(date(2026, 9, 30), discussion_clock(at("2026-09-15T09:00"), "local_decision"))


def test_a_day_too_short_is_refused_with_the_earliest_day_and_its_source() -> None:
    clock = discussion_clock(at("2026-11-23T23:59"), "law")
    require_long_enough(date(2026, 12, 14), clock)
    with pytest.raises(DiscussionTooShort) as caught:
        require_long_enough(date(2026, 12, 13), clock)
    assert caught.value.earliest == date(2026, 12, 14)
    assert caught.value.errors == [{"pointer": "/discussion_until", "detail": ">= 2026-12-14"}]
    assert "art. 17-1" in caught.value.source


def test_an_answer_is_owed_in_ten_working_days_and_days_are_those_of_almaty() -> None:
    assert answer_clock(at("2026-11-23T10:00")).due_on == date(2026, 12, 7)
    assert answer_clock(datetime.fromisoformat("2026-11-23T18:59:59+00:00")).due_on == date(2026, 12, 7)
    assert answer_clock(datetime.fromisoformat("2026-11-23T19:00:00+00:00")).due_on == date(2026, 12, 8)


def test_the_clock_that_judged_is_found_again() -> None:
    discussion, answer = discussion_clock(at("2026-11-23T10:00"), "law"), answer_clock(at("2026-11-23T10:00"))
    row = {"posted_at": at("2026-11-23T10:00"), "submitted_at": at("2026-11-23T10:00"), "type": "law"}
    row |= {"earliest_until": discussion.due_on, "due_on": answer.due_on, "calendar": answer.calendar}
    assert pinned_discussion_clock(row) == discussion
    assert pinned_answer_clock(row) == answer


def test_beyond_the_calendar_and_before_the_rules_nothing_is_guessed() -> None:
    with pytest.raises(CalendarMissing):
        answer_clock(at("2027-12-20T10:00"))
    with pytest.raises(Undecided):
        discussion_clock(at("2016-12-31T10:00"), "law")
    assert rules_on(date(2016, 12, 31)).rules == ()


def test_types_are_a_dated_list() -> None:
    assert draft_type("law", date(2026, 11, 23)).name["ru"] == "Проект закона"
    assert types_on(date(2016, 12, 31)) == ()
    with pytest.raises(UnknownType):
        draft_type("edict", date(2026, 11, 23))

"""The dates of an appeal: when it is registered, until when it may be passed on, and when the answer is due."""

import dataclasses
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import pytest

from appeals.domain import clocks as subject
from appeals.domain.appeal import Kind
from appeals.domain.clocks import (
    CONSIDERATION,
    FORWARDING,
    Clocks,
    explain_clocks,
    pinned_clocks,
    reset_clocks,
    set_clocks,
)
from statute.calendars import OutsideCalendar, Week
from statute.deadlines import ALMATY
from statute.rules import RuleSet, Undecided, UnknownRuleSet, rules_on
from statute.terms import Term, Unit


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY)


def row_of(clocks: Clocks, kind: Kind, received_at: datetime) -> dict[str, Any]:
    """What the database keeps of an appeal's dates."""
    kept = {name: getattr(clocks, name) for name in ("registered_on", "forward_by", "due_on", "calendar")}
    judged = {"rules": clocks.rule.rules, "kind": str(kind), "received_at": received_at}
    return kept | judged | {"week": str(clocks.week), "pauses": None, "extended_until": None}


class TestSetting:
    def test_a_working_morning_registers_the_same_day(self) -> None:
        clocks = set_clocks(moment("2026-11-23T10:00"), Kind.REQUEST, Week.FIVE)
        assert clocks.registered_on == date(2026, 11, 23)
        assert clocks.forward_by == date(2026, 11, 26)
        assert clocks.due_on == date(2026, 12, 14)
        assert (clocks.rule.rules, clocks.calendar, clocks.week) == ("report", "kz-2026.1", Week.FIVE)

    @pytest.mark.parametrize(
        ("received", "registered_on"),
        [
            ("2026-11-23T18:30:00", date(2026, 11, 23)),
            ("2026-11-23T18:30:01", date(2026, 11, 24)),
            ("2026-11-23T00:00:00", date(2026, 11, 23)),
            ("2026-11-27T20:00:00", date(2026, 11, 30)),  # Friday evening
            ("2026-11-28T11:00:00", date(2026, 11, 30)),  # Saturday
            ("2026-12-16T11:00:00", date(2026, 12, 17)),  # Independence Day
        ],
    )
    def test_after_hours_and_on_a_day_off_the_next_working_day_registers(
        self, received: str, registered_on: date
    ) -> None:
        assert set_clocks(moment(received), Kind.REQUEST, Week.FIVE).registered_on == registered_on

    def test_a_body_of_the_six_day_week_registers_on_saturday_and_counts_it(self) -> None:
        clocks = set_clocks(moment("2026-11-28T11:00"), Kind.REQUEST, Week.SIX)
        assert clocks.registered_on == date(2026, 11, 28)
        assert clocks.due_on == date(2026, 12, 17)  # the sixteenth is a holiday

    @pytest.mark.parametrize("kind", list(Kind)[:6])
    def test_the_report_gives_its_six_kinds_fifteen_working_days_from_the_day_after(self, kind: Kind) -> None:
        rule = set_clocks(moment("2026-11-23T10:00"), kind, Week.FIVE).rule
        assert rule.term == Term(n=15, unit=Unit.WORKING_DAY, first_day_counts=False)

    @pytest.mark.parametrize(
        ("kind", "n", "unit"),
        [
            (Kind.INFORMATION_REQUEST, 15, Unit.CALENDAR_DAY),
            (Kind.NOTARY_REQUEST, 10, Unit.CALENDAR_DAY),
            (Kind.LAWYER_REQUEST, 10, Unit.WORKING_DAY),
            (Kind.MEDIA_REQUEST, 5, Unit.WORKING_DAY),
            (Kind.BAILIFF_REQUEST, 3, Unit.WORKING_DAY),
            (Kind.DECLASSIFICATION_REQUEST, 30, Unit.CALENDAR_DAY),
            (Kind.REHABILITATION_APPLICATION, 90, Unit.CALENDAR_DAY),
            (Kind.PUBLIC_SERVICE_COMPLAINT, 5, Unit.WORKING_DAY),
            (Kind.TAX_COMPLAINT, 30, Unit.WORKING_DAY),
            (Kind.TAX_MONITORING_COMPLAINT, 45, Unit.WORKING_DAY),
        ],
    )
    def test_every_other_kind_has_a_term_of_its_own(self, kind: Kind, n: int, unit: Unit) -> None:
        rule = set_clocks(moment("2026-11-23T10:00"), kind, Week.FIVE).rule
        assert rule.term == Term(n=n, unit=unit, first_day_counts=False)

    def test_the_media_had_two_days_more_before_the_law_of_2024(self) -> None:
        assert set_clocks(moment("2024-08-19T10:00"), Kind.MEDIA_REQUEST, Week.FIVE).rule.term.n == 7
        assert set_clocks(moment("2024-08-20T10:00"), Kind.MEDIA_REQUEST, Week.FIVE).rule.term.n == 5

    def test_eotinish_counted_the_first_day_and_gave_complaints_twenty(self) -> None:
        at = moment("2022-06-07T13:58")
        assert set_clocks(at, Kind.REQUEST, Week.FIVE).due_on == date(2022, 6, 28)
        assert set_clocks(at, Kind.REQUEST, Week.FIVE, rules="eotinish-2022").due_on == date(2022, 6, 27)
        complaint = set_clocks(at, Kind.COMPLAINT, Week.FIVE, rules="eotinish-2022")
        assert (complaint.rule.term.n, complaint.due_on) == (20, date(2022, 7, 4))

    def test_the_local_date_decides_and_not_that_of_utc(self) -> None:
        late_in_utc = datetime.fromisoformat("2026-11-22T19:30:00+00:00")  # 00:30 on Monday in Almaty
        assert set_clocks(late_in_utc, Kind.REQUEST, Week.FIVE).registered_on == date(2026, 11, 23)

    def test_before_the_code_was_in_force_nothing_is_decided(self) -> None:
        with pytest.raises(Undecided) as caught:
            set_clocks(moment("2021-06-30T10:00"), Kind.REQUEST, Week.FIVE)
        assert (caught.value.rules, caught.value.matter, caught.value.kind) == ("report", CONSIDERATION, "request")

    def test_unknown_rules_and_days_beyond_the_calendar_are_refused(self) -> None:
        with pytest.raises(UnknownRuleSet):
            set_clocks(moment("2026-11-23T10:00"), Kind.REQUEST, Week.FIVE, rules="report-2099")
        with pytest.raises(OutsideCalendar):
            set_clocks(moment("2027-12-20T10:00"), Kind.REQUEST, Week.FIVE)


class TestPinning:
    @pytest.mark.parametrize("rules", ["report", "eotinish-2022"])
    @pytest.mark.parametrize("week", Week)
    @pytest.mark.parametrize("received", ["2022-06-07T13:58", "2024-12-20T11:00", "2026-11-28T20:00"])
    def test_what_was_kept_explains_the_same_day(self, received: str, week: Week, rules: str) -> None:
        clocks = set_clocks(moment(received), Kind.COMPLAINT, week, rules=rules)
        pinned = pinned_clocks(row_of(clocks, Kind.COMPLAINT, moment(received)))
        assert pinned == clocks
        explained = explain_clocks(pinned)
        assert (explained.starts_on, explained.due_on) == (clocks.registered_on, clocks.due_on)
        assert explained.days[-1].n == clocks.rule.term.n


class TestForwarding:
    BEFORE = set_clocks(datetime(2026, 11, 23, 10, tzinfo=ALMATY), Kind.REQUEST, Week.FIVE)

    def test_the_receiving_body_has_the_whole_term_in_its_own_week(self) -> None:
        after = reset_clocks(self.BEFORE, moment("2026-11-25T10:00"), Kind.REQUEST, Week.SIX)
        assert after == set_clocks(moment("2026-11-25T10:00"), Kind.REQUEST, Week.SIX)
        assert after.registered_on == date(2026, 11, 25)

    def test_the_rules_that_judged_first_judge_on(self) -> None:
        before = set_clocks(moment("2026-11-23T10:00"), Kind.REQUEST, Week.FIVE, rules="eotinish-2022")
        after = reset_clocks(before, moment("2026-11-25T10:00"), Kind.REQUEST, Week.FIVE)
        assert (after.rule.rules, after.due_on) == ("eotinish-2022", date(2026, 12, 15))

    def test_where_a_rule_lets_the_term_continue_only_the_days_for_forwarding_are_new(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(subject, "rules_on", continuing)
        after = reset_clocks(self.BEFORE, moment("2026-11-25T10:00"), Kind.REQUEST, Week.FIVE)
        assert after == dataclasses.replace(self.BEFORE, forward_by=date(2026, 11, 30))


def continuing(day: date, name: str = "report") -> RuleSet:
    """The rules in force with the other answer to the open question; no packaged row gives it."""
    known = rules_on(day, name)
    rows = tuple(
        dataclasses.replace(rule, parameters=MappingProxyType({"term_at_receiving_body": "continues"}))
        if rule.matter == FORWARDING
        else rule
        for rule in known.rules
    )
    return dataclasses.replace(known, rules=rows)

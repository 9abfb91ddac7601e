"""The table of a complaint's transitions, cell by cell, its words, and its dates by the parameters of the law."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from appeals.domain import complaint_clocks
from appeals.domain.complaint import (
    ADDRESSES,
    BY_LAW,
    LIVE,
    RULING_GROUNDS,
    RULINGS,
    TAKING,
    TRANSITIONS,
    Action,
    Ground,
    Outcome,
    Relation,
    Status,
    actions_in,
    require_unbiased,
    ruling_by,
    transition,
)
from appeals.domain.complaint_clocks import clocks_after_sending_back, complaint_dates
from appeals.domain.errors import ConflictOfInterest
from appeals.domain.recalculation import recalculated_complaint
from statute.calendars import Week, calendar
from statute.deadlines import ALMATY
from statute.procedures import NotAllowedNow
from statute.rules import RULE_SETS, RuleSet, rules_on

STATUSES: tuple[Status | None, ...] = (None, *Status)
CELLS = [(status, action) for status in STATUSES for action in Action]
DAY = dt.date(2026, 11, 23)


def at(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), ALMATY)


@pytest.mark.parametrize(("status", "action"), [cell for cell in CELLS if cell not in TRANSITIONS])
def test_any_step_outside_the_table_is_refused_with_what_is_allowed_instead(
    status: Status | None, action: Action
) -> None:
    with pytest.raises(NotAllowedNow) as caught:
        transition(status, action)
    assert caught.value.allowed_actions == [str(allowed) for allowed in actions_in(status)]


def test_a_complaint_is_over_wherever_nothing_leads_out_and_every_status_is_reached() -> None:
    assert {Status.FILED, Status.UNDER_REVIEW} == LIVE
    assert set(Status) - {edge.target for edge in TRANSITIONS.values()} == set()
    assert {action for _, action in TRANSITIONS} == set(Action)
    assert not BY_LAW & {action for status in STATUSES for action in actions_in(status)}


def test_only_the_body_has_it_first_and_only_the_body_above_rules() -> None:
    assert actions_in(Status.FILED) == (Action.CORRECTION, Action.SENDING_UP, Action.WITHDRAWAL)
    assert actions_in(Status.UNDER_REVIEW) == (Action.RULING, Action.SENDING_BACK, Action.WITHDRAWAL)


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_action_says_who_takes_it_and_its_term_is_a_rule(name: str) -> None:
    assert TAKING.keys() == set(Action) >= ADDRESSES.keys() | set(ADDRESSES.values())
    for taking in TAKING.values():
        if taking.clock is not None:
            assert rules_on(DAY, name).rule(taking.clock).term.n > 0


def test_the_words_of_a_ruling_are_data_with_a_source_in_three_languages() -> None:
    assert (list(RULINGS), list(RULING_GROUNDS)) == (list(Outcome), list(Ground))
    words = [(row.name, row.source) for row in RULINGS.values()]
    words += [(row.name, row.source) for row in RULING_GROUNDS.values()]
    for name, source in words:
        assert (list(name), len(set(name.values()))) == (["kk", "ru", "en"], 3)
        assert "art. 100" in source
    falls = {Outcome.CANCEL_ACT, Outcome.CANCEL_AND_ADOPT, Outcome.PERFORM_ACTION, Outcome.SEND_BACK}
    assert {code for code, ruling in RULINGS.items() if ruling.against_act} == falls
    assert [ruling_by(outcome) for outcome in Outcome].count(Action.SENDING_BACK) == 1


@pytest.mark.parametrize(
    ("relation", "subject", "name", "biased"),
    [
        (Relation.REVIEWER, "g1", "Гүлнар Оспанова", False),
        (Relation.BODY, "g1", "Гүлнар Оспанова", True),
        (Relation.REVIEWER, "o1", "Гүлнар Оспанова", True),
        (Relation.REVIEWER, "g1", "ЕРБОЛАТ  Жұманов", True),
        (Relation.REVIEWER, "Ерболат Жұманов", None, True),
        (Relation.REVIEWER, None, None, False),
    ],
)
def test_nobody_judges_their_own_act(relation: Relation, subject: str | None, name: str | None, biased: bool) -> None:  # noqa: FBT001 - a case
    sides: dict[str, Any] = {"subject": subject, "name": name, "barred": ["o1", "h1"], "official": "Ерболат Жұманов"}
    if not biased:
        require_unbiased(relation, **sides)
        return
    with pytest.raises(ConflictOfInterest):
        require_unbiased(relation, **sides)


@pytest.mark.parametrize(
    ("hour", "registered", "correct_by"),
    [(10, DAY, dt.date(2026, 11, 26)), (19, dt.date(2026, 11, 24), dt.date(2026, 11, 27))],
)
def test_the_dates_by_the_law(hour: int, registered: dt.date, correct_by: dt.date) -> None:
    dates = complaint_dates(
        at(DAY, hour), Week.FIVE, rules="report", learned_on=dt.date(2026, 11, 20), delivered_on=DAY, higher=True
    )
    assert (dates.registered_on, dates.correct_by) == (registered, correct_by)
    assert (dates.complain_by, dates.court_from, dates.court_until) == (dt.date(2027, 2, 22), None, None)


@pytest.mark.parametrize(
    ("answer", "until"), [("from_act", dt.date(2026, 12, 2)), ("from_complaint", dt.date(2026, 12, 23))]
)
def test_without_a_higher_body_the_court_is_open_from_the_day_that_the_parameter_says(
    answer: str, until: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, complaint_clocks.COURT, without_higher_body=answer)
    dates = complaint_dates(
        at(DAY), Week.FIVE, rules="report", learned_on=DAY, delivered_on=dt.date(2026, 11, 2), higher=False
    )
    assert dates.court_until == until


@pytest.mark.parametrize(
    ("answer", "acted_on", "ruled_on", "due_on"),
    [
        ("restarts", dt.date(2026, 11, 25), dt.date(2026, 12, 1), dt.date(2026, 12, 23)),
        # Four working days have rested, from 26 November to 1 December.
        ("continues", dt.date(2026, 11, 25), dt.date(2026, 12, 1), dt.date(2026, 12, 21)),
        ("continues", dt.date(2026, 12, 15), dt.date(2026, 12, 15), dt.date(2027, 1, 11)),  # nothing was left of it
    ],
)
def test_sent_back_the_term_is_the_one_that_the_parameter_says(
    answer: str, acted_on: dt.date, ruled_on: dt.date, due_on: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, complaint_clocks.REVIEW, term_after_sending_back=answer)
    appeal = {
        "kind": "request",
        "agency": "min-transport",
        "rules": "report",
        "received_at": at(DAY),
        "week": "five",
        "registered_on": DAY,
        "forward_by": dt.date(2026, 11, 26),
        "due_on": dt.date(2026, 12, 14),
        "calendar": "kz-2026.1",
        "pauses": None,
        "extended_until": None,
    }
    complaint = {
        "filed_at": at(acted_on),
        "rules": "report",
        "agency": "min-transport",
        "higher": "government",
        "sent_up_on": acted_on,
        "review_by": dt.date(2026, 12, 30),
        "act": {"delivered_on": acted_on.isoformat()},
    }
    clocks = clocks_after_sending_back(appeal, complaint, at(ruled_on))
    assert clocks.due_on == due_on


@pytest.mark.parametrize(
    ("answer", "today", "told", "found"),
    [
        ("later_of_both", 24, 25, 26),
        ("later_of_both", 24, 27, 27),
        ("as_counted", 24, 27, 26),
        ("as_counted", 24, 25, 26),
        ("earlier_of_both", 24, 27, 26),
        ("earlier_of_both", 24, 25, 25),
        ("as_counted", 27, 27, 27),  # never one that has passed already
    ],
)
def test_which_of_two_calendars_holds_for_the_body_is_a_parameter(
    answer: str, today: int, told: int, found: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, complaint_clocks.CORRECTION, on_recalculation=answer)
    row = {
        "status": "filed",
        "filed_at": at(DAY),
        "rules": "report",
        "agency": "min-transport",
        "registered_on": DAY,
        "learned_on": DAY,
        "complain_by": dt.date(2027, 2, 23),
        "correct_by": dt.date(2026, 11, told),
        "review_by": None,
        "court_from": None,
        "court_until": None,
        "calendar": "kz-2026.0",
    }
    held = recalculated_complaint(row, calendar(), dt.date(2026, 11, today))
    assert held.dates["correct_by"] == dt.date(2026, 11, found)
    assert held.calendar == ("kz-2026.1" if found == 26 else "kz-2026.0")


def choose(monkeypatch: pytest.MonkeyPatch, matter: str, **answer: str) -> None:
    """Let the rules of this test answer an open question otherwise than those in force."""

    def answered(day: dt.date, name: str = "report") -> RuleSet:
        found = rules_on(day, name)
        rows = tuple(
            replace(rule, parameters={**rule.parameters, **answer}) if rule.matter == matter else rule
            for rule in found.rules
        )
        return replace(found, rules=rows)

    monkeypatch.setattr(complaint_clocks, "rules_on", answered)

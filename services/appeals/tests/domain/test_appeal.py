"""The table of transitions, cell by cell: what it allows leads where it says, all else is refused."""

import datetime as dt

import pytest

from appeals.domain.appeal import ADDRESSES, EXPIRING, OPEN, TAKING, TRANSITIONS, Action, Status, actions_in, transition
from statute.procedures import NotAllowedNow
from statute.rules import RULE_SETS, rules_on

STATUSES: tuple[Status | None, ...] = (None, *Status)
CELLS = [(status, action) for status in STATUSES for action in Action]
TERMINAL = {Status.WITHDRAWN, Status.CLOSED}
CHALLENGED = {Status.ANSWERED, Status.LEFT_WITHOUT_CONSIDERATION, Status.REFUSED_BY_EXPIRY}
BY_COMPLAINT = {
    *(Action.CORRECTING, Action.ANSWER_STANDS, Action.LEAVING_STANDS, Action.REFUSAL_STANDS),
    *(Action.SENDING_BACK, Action.CLOSING),
}
BY_LAW = {Action.EXPIRY, Action.LAPSE, Action.RECALCULATION} | BY_COMPLAINT
EVENTS = {
    Action.FILING: "appeal.registered",
    Action.ASSIGNMENT: "appeal.assigned",
    Action.DEFECT: "appeal.defect_noticed",
    Action.CORRECTION: "appeal.corrected",
    Action.LAPSE: "appeal.not_corrected",
    Action.FORWARDING: "appeal.forwarded",
    Action.EXTENSION: "appeal.extended",
    Action.PRELIMINARY_DECISION: "appeal.preliminary_decision",
    Action.OBJECTION: "appeal.objected",
    Action.HEARING: "appeal.heard",
    Action.DRAFT: "appeal.drafted",
    Action.REWORK: "appeal.returned_for_rework",
    Action.DECISION: "appeal.answered",
    Action.SIGNATURE: "appeal.answered",
    Action.LEAVING: "appeal.left",
    Action.WITHDRAWAL: "appeal.withdrawn",
    Action.ATTACHMENT: "appeal.attached",
    Action.EXPIRY: "appeal.refused_by_expiry",
    Action.RECALCULATION: "appeal.deadline_recalculated",
    Action.COMPLAINT: "appeal.complained",
    Action.CORRECTING: "appeal.act_corrected",
    Action.ANSWER_STANDS: "appeal.act_stands",
    Action.LEAVING_STANDS: "appeal.act_stands",
    Action.REFUSAL_STANDS: "appeal.act_stands",
    Action.SENDING_BACK: "appeal.sent_back",
    Action.CLOSING: "appeal.closed",
}


@pytest.mark.parametrize(("status", "action"), [cell for cell in CELLS if cell in TRANSITIONS])
def test_an_allowed_step_leads_where_the_table_says(status: Status | None, action: Action) -> None:
    edge = transition(status, action)
    assert edge == TRANSITIONS[status, action]
    part = "appeal.split_off" if status is None else "appeal.forwarded_in_part"
    assert edge.event == (part if action is Action.SPLIT else EVENTS[action])


@pytest.mark.parametrize(("status", "action"), [cell for cell in CELLS if cell not in TRANSITIONS])
def test_any_other_step_is_refused_with_what_is_allowed_instead(status: Status | None, action: Action) -> None:
    with pytest.raises(NotAllowedNow) as caught:
        transition(status, action)
    assert caught.value.action == action
    assert caught.value.status == (status or "new")
    assert caught.value.allowed_actions == [str(allowed) for allowed in actions_in(status)]
    assert str(action) not in caught.value.allowed_actions


@pytest.mark.parametrize("status", STATUSES)
def test_what_people_may_do_is_in_the_table_and_what_the_law_does_is_never_theirs(status: Status | None) -> None:
    offered = actions_in(status)
    assert set(offered) == {action for known, action in TRANSITIONS if known is status} - BY_LAW
    assert len(offered) == len(set(offered))


def test_every_status_is_reached_from_filing() -> None:
    reached: set[Status | None] = {None}
    for _ in Status:
        reached |= {edge.target for (status, _), edge in TRANSITIONS.items() if status in reached}
    assert reached == set(STATUSES)


def test_an_appeal_starts_by_filing_or_as_a_part_of_one() -> None:
    assert actions_in(None) == (Action.FILING, Action.SPLIT)
    assert [status for status, action in TRANSITIONS if action is Action.FILING] == [None]


def test_every_open_status_has_a_term_and_can_be_withdrawn() -> None:
    assert {Status.DEFECT_TERM} == OPEN - EXPIRING
    assert transition(Status.DEFECT_TERM, Action.LAPSE).target in EXPIRING
    for status in EXPIRING:
        assert transition(status, Action.EXPIRY).target is Status.REFUSED_BY_EXPIRY
    for status in OPEN:
        assert transition(status, Action.WITHDRAWAL).target is Status.WITHDRAWN


def test_every_open_status_can_come_to_an_answer() -> None:
    leading = {Status.ANSWERED}
    for _ in Status:
        leading |= {status for (status, _), edge in TRANSITIONS.items() if edge.target in leading and status}
    assert leading >= OPEN


def test_an_act_can_be_complained_about_and_nothing_else_be_done_to_it() -> None:
    for status in CHALLENGED:
        assert actions_in(status) == (Action.COMPLAINT,)
        assert transition(status, Action.COMPLAINT).target is Status.UNDER_COMPLAINT


def test_what_becomes_of_an_appeal_after_a_complaint_is_nobodys_own_step() -> None:
    assert actions_in(Status.UNDER_COMPLAINT) == ()
    after = {transition(Status.UNDER_COMPLAINT, action).target for action in BY_COMPLAINT}
    assert after == CHALLENGED | {Status.IN_PROGRESS, Status.CLOSED}


def test_nothing_leads_out_of_the_other_statuses() -> None:
    assert set(Status) - OPEN - CHALLENGED - {Status.UNDER_COMPLAINT} == TERMINAL
    assert [cell for cell in TRANSITIONS if cell[0] in TERMINAL] == []


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_action_says_who_takes_it_and_its_term_is_a_rule(name: str) -> None:
    assert TAKING.keys() == set(Action) >= ADDRESSES.keys() | set(ADDRESSES.values())
    for taking in TAKING.values():
        if taking.clock is not None:
            assert rules_on(dt.date(2026, 11, 23), name).rule(taking.clock, "request").term.n > 0

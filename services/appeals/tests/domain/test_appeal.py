"""The table of transitions, cell by cell: what it allows leads where it says, all else is refused."""

import pytest

from appeals.domain.appeal import OPEN, TRANSITIONS, Action, Status, actions_in, transition
from statute.procedures import NotAllowedNow

STATUSES: tuple[Status | None, ...] = (None, *Status)
CELLS = [(status, action) for status in STATUSES for action in Action]
TERMINAL = {Status.ANSWERED, Status.WITHDRAWN, Status.REFUSED_BY_EXPIRY}
EVENTS = {
    Action.FILING: "appeal.registered",
    Action.FORWARDING: "appeal.forwarded",
    Action.DECISION: "appeal.answered",
    Action.WITHDRAWAL: "appeal.withdrawn",
    Action.EXPIRY: "appeal.refused_by_expiry",
}


@pytest.mark.parametrize(("status", "action"), [cell for cell in CELLS if cell in TRANSITIONS])
def test_an_allowed_step_leads_where_the_table_says(status: Status | None, action: Action) -> None:
    edge = transition(status, action)
    assert edge == TRANSITIONS[status, action]
    assert edge.event == EVENTS[action]


@pytest.mark.parametrize(("status", "action"), [cell for cell in CELLS if cell not in TRANSITIONS])
def test_any_other_step_is_refused_with_what_is_allowed_instead(status: Status | None, action: Action) -> None:
    with pytest.raises(NotAllowedNow) as caught:
        transition(status, action)
    assert caught.value.action == action
    assert caught.value.status == (status or "new")
    assert caught.value.allowed_actions == [str(allowed) for allowed in actions_in(status)]
    assert str(action) not in caught.value.allowed_actions


@pytest.mark.parametrize("status", STATUSES)
def test_what_people_may_do_is_in_the_table_and_expiry_is_never_theirs(status: Status | None) -> None:
    offered = actions_in(status)
    assert set(offered) == {action for known, action in TRANSITIONS if known is status} - {Action.EXPIRY}
    assert len(offered) == len(set(offered))


def test_every_status_is_reached_from_filing() -> None:
    reached: set[Status | None] = {None}
    for _ in Status:
        reached |= {edge.target for (status, _), edge in TRANSITIONS.items() if status in reached}
    assert reached == set(STATUSES)


def test_an_appeal_starts_by_filing_alone() -> None:
    assert actions_in(None) == (Action.FILING,)
    assert [status for status, action in TRANSITIONS if action is Action.FILING] == [None]


def test_every_open_status_can_expire_be_answered_and_be_withdrawn() -> None:
    assert {Status.REGISTERED, Status.FORWARDED} == OPEN
    for status in OPEN:
        assert transition(status, Action.EXPIRY).target is Status.REFUSED_BY_EXPIRY
        assert {Action.DECISION, Action.WITHDRAWAL} <= set(actions_in(status))


def test_nothing_leads_out_of_the_other_statuses() -> None:
    assert set(Status) - OPEN == TERMINAL
    assert [cell for cell in TRANSITIONS if cell[0] in TERMINAL] == []

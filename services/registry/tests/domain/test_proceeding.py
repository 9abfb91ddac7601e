"""The table of transitions, cell by cell: what it allows leads where it says, all else is refused."""

import pytest

from registry.domain.proceeding import TRANSITIONS, Action, Status, actions_in, transition
from statute.procedures import NotAllowedNow

STATUSES: tuple[Status | None, ...] = (None, *Status)
LEADS = {
    (None, Action.RECEIPT): ("received", "proceeding.received"),
    (Status.RECEIVED, Action.OVERDUE): ("received", "proceeding.opening_overdue"),
    (Status.RECEIVED, Action.OPENING): ("opened", "proceeding.opened"),
    (Status.OPENED, Action.RESTRICTIONS): ("opened", "proceeding.restricted"),
    (Status.OPENED, Action.PROCEEDS): ("opened", "proceeding.proceeds_distributed"),
    (Status.OPENED, Action.CLOSING): ("closed", "proceeding.closed"),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("action", Action)
def test_every_cell_leads_where_it_should_or_is_refused(status: Status | None, action: Action) -> None:
    if (status, action) in LEADS:
        edge = transition(status, action)
        assert (edge.target, edge.event) == LEADS[status, action]
        return
    with pytest.raises(NotAllowedNow) as caught:
        transition(status, action)
    assert (caught.value.action, caught.value.status) == (action, status or "new")
    assert caught.value.allowed_actions == [str(allowed) for allowed in actions_in(status)]


@pytest.mark.parametrize("status", STATUSES)
def test_what_people_may_do_is_in_the_table_and_overdue_is_never_theirs(status: Status | None) -> None:
    assert set(actions_in(status)) == {action for known, action in TRANSITIONS if known is status} - {Action.OVERDUE}


def test_nothing_leads_out_of_closed() -> None:
    assert actions_in(Status.CLOSED) == ()

"""The one table of a procedure decides, and says what else could be done."""

from enum import StrEnum

import pytest

from statute.procedures import NotAllowedNow, Procedure, Transition, actions_from, follow


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Action(StrEnum):
    OPENING = "opening"
    NOTE = "note"
    EXPIRY = "expiry"
    CLOSING = "closing"


TABLE: Procedure[Status, Action] = {
    (None, Action.OPENING): Transition(Status.OPEN, "opened"),
    (Status.OPEN, Action.NOTE): Transition(Status.OPEN, "noted"),
    (Status.OPEN, Action.EXPIRY): Transition(Status.CLOSED, "expired"),
    (Status.OPEN, Action.CLOSING): Transition(Status.CLOSED, "closed"),
}
BY_LAW = frozenset({Action.EXPIRY})


@pytest.mark.parametrize("status", [None, *Status])
@pytest.mark.parametrize("action", Action)
def test_an_edge_is_followed_and_nothing_else(status: Status | None, action: Action) -> None:
    if (status, action) in TABLE:
        assert follow(TABLE, status, action) is TABLE[status, action]
    else:
        with pytest.raises(NotAllowedNow):
            follow(TABLE, status, action)


def test_what_is_refused_says_what_people_may_do_instead() -> None:
    with pytest.raises(NotAllowedNow) as refused:
        follow(TABLE, Status.OPEN, Action.OPENING, by_law=BY_LAW)
    assert (refused.value.action, refused.value.status) == ("opening", "open")
    assert refused.value.allowed_actions == ["note", "closing"]
    with pytest.raises(NotAllowedNow) as refused:
        follow(TABLE, None, Action.NOTE)
    assert (refused.value.status, refused.value.allowed_actions) == ("new", ["opening"])


def test_actions_stand_in_the_order_of_the_table() -> None:
    assert actions_from(TABLE, Status.OPEN) == (Action.NOTE, Action.EXPIRY, Action.CLOSING)
    assert actions_from(TABLE, Status.OPEN, by_law=BY_LAW) == (Action.NOTE, Action.CLOSING)
    assert actions_from(TABLE, Status.CLOSED) == ()

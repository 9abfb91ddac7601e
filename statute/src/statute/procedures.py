"""The form of a procedure: one table of what may follow what, which nothing else decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

Status = TypeVar("Status", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


@dataclass(frozen=True)
class Transition(Generic[Status]):
    """An edge of a table: where it leads, and the event that the journal records."""

    target: Status
    event: str


# From a status (None is before the object exists) by an action; in the order in which people are offered actions.
Procedure: TypeAlias = Mapping[tuple[Status | None, Action], Transition[Status]]


class NotAllowedNow(Exception):
    """The status does not allow the action; `allowed_actions` are those that people may take instead."""

    def __init__(self, *, action: str, status: str, allowed_actions: Sequence[str]) -> None:
        super().__init__(f"{action} is not allowed in {status}")
        self.action = action
        self.status = status
        self.allowed_actions = [str(allowed) for allowed in allowed_actions]


def follow(
    procedure: Procedure[Status, Action],
    status: Status | None,
    action: Action,
    *,
    by_law: frozenset[Action] = frozenset(),
) -> Transition[Status]:
    """Where an action leads from a status. `by_law` are the actions that nobody takes: time or the rules do.

    Raises:
        NotAllowedNow: the table has no such edge.
    """
    found = procedure.get((status, action))
    if found is None:
        allowed = actions_from(procedure, status, by_law=by_law)
        raise NotAllowedNow(action=action, status=status or "new", allowed_actions=allowed)
    return found


def actions_from(
    procedure: Procedure[Status, Action], status: Status | None, *, by_law: frozenset[Action] = frozenset()
) -> tuple[Action, ...]:
    """What people may do in a status, each by whom the permission table names."""
    return tuple(action for known, action in procedure if known == status and action not in by_law)

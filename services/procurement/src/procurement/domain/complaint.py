"""The life of a complaint about an award."""

from enum import StrEnum
from functools import partial

from statute.procedures import Procedure, Transition, follow


class Status(StrEnum):
    """Where a complaint stands. One `lapses` when the award that it is about is cancelled by another."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class Action(StrEnum):
    """What can be done with a complaint."""

    FILING = "filing"
    UPHOLDING = "upholding"
    DISMISSAL = "dismissal"
    LAPSE = "lapse"


class Outcome(StrEnum):
    """How an auditor may decide a complaint."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.FILING): Transition(Status.OPEN, "complaint.filed"),
    (Status.OPEN, Action.UPHOLDING): Transition(Status.UPHELD, "complaint.upheld"),
    (Status.OPEN, Action.DISMISSAL): Transition(Status.DISMISSED, "complaint.dismissed"),
    (Status.OPEN, Action.LAPSE): Transition(Status.LAPSED, "complaint.lapsed"),
}
BY_LAW = frozenset({Action.LAPSE})
DECIDING = {Outcome.UPHELD: Action.UPHOLDING, Outcome.DISMISSED: Action.DISMISSAL}
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)

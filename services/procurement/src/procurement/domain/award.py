"""The life of an award: announced, held by complaints, final, and a contract at its end."""

from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from procurement.domain.errors import ComplaintWindowOver, ContractTooEarly
from statute.procedures import Procedure, Transition, follow


class Status(StrEnum):
    """Where an award stands. A complaint suspends it, an upheld one cancels it."""

    ANNOUNCED = "announced"
    SUSPENDED = "suspended"
    FINAL = "final"
    CONTRACTED = "contracted"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What happens to an award. `dismissal` is of one complaint among several, `resumption` of the last."""

    ANNOUNCEMENT = "announcement"
    COMPLAINT = "complaint"
    DISMISSAL = "dismissal"
    RESUMPTION = "resumption"
    UPHOLDING = "upholding"
    FINALITY = "finality"
    CONTRACT = "contract"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.ANNOUNCEMENT): Transition(Status.ANNOUNCED, "award.announced"),
    (Status.ANNOUNCED, Action.COMPLAINT): Transition(Status.SUSPENDED, "award.suspended"),
    (Status.SUSPENDED, Action.COMPLAINT): Transition(Status.SUSPENDED, "award.suspended"),
    (Status.SUSPENDED, Action.DISMISSAL): Transition(Status.SUSPENDED, "award.complaint_dismissed"),
    (Status.SUSPENDED, Action.RESUMPTION): Transition(Status.ANNOUNCED, "award.resumed"),
    (Status.SUSPENDED, Action.UPHOLDING): Transition(Status.CANCELLED, "award.cancelled"),
    (Status.ANNOUNCED, Action.FINALITY): Transition(Status.FINAL, "award.final"),
    (Status.ANNOUNCED, Action.CONTRACT): Transition(Status.CONTRACTED, "award.contracted"),
    (Status.FINAL, Action.CONTRACT): Transition(Status.CONTRACTED, "award.contracted"),
}
BY_LAW = frozenset({Action.ANNOUNCEMENT, Action.DISMISSAL, Action.RESUMPTION, Action.UPHOLDING, Action.FINALITY})
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)


def require_open_window(complaints_until: date, today: date) -> None:
    """Complaints are taken to the end of the window's last day.

    Raises:
        ComplaintWindowOver: that day has passed.
    """
    if today > complaints_until:
        raise ComplaintWindowOver(complaints_until)


def require_window_over(complaints_until: date, today: date) -> None:
    """The window holds the contract, whether or not a sweep has recorded that the award is final.

    Raises:
        ContractTooEarly: the window is open still.
    """
    if today <= complaints_until:
        raise ContractTooEarly(complaints_until + timedelta(days=1))

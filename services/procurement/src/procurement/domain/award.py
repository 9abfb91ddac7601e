"""The life of an award: announced, held by complaints, final, and a contract at its end."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from procurement.domain.errors import ComplaintWindowOver, ContractTooEarly
from statute.procedures import Procedure, Transition, follow


class Status(StrEnum):
    """Where an award stands. A complaint suspends it; an upheld one cancels it, or has the lot evaluated again."""

    ANNOUNCED = "announced"
    SUSPENDED = "suspended"
    UNDER_REVISION = "under_revision"
    FINAL = "final"
    CONTRACTED = "contracted"
    CANCELLED = "cancelled"


class ForeignStatus(StrEnum):
    """Where an imported award stands: the words of OCDS."""

    PENDING = "pending"
    ACTIVE = "active"
    CANCELLED = "cancelled"
    UNSUCCESSFUL = "unsuccessful"


class Action(StrEnum):
    """What happens to an award.

    `closing` is of one complaint among several that comes to nothing, `resumption` of the last. `order` is of a
    revision, which ends in another award of the lot or, if nobody is left, in `failure`; so does a contract that
    nobody signs. `runner_up` calls the supplier in second place, when the first has not signed.
    """

    ANNOUNCEMENT = "announcement"
    COMPLAINT = "complaint"
    CLOSING = "closing"
    RESUMPTION = "resumption"
    UPHOLDING = "upholding"
    ORDER = "order"
    REVISION = "revision"
    FAILURE = "failure"
    FINALITY = "finality"
    CONTRACT = "contract"
    RUNNER_UP = "runner_up"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.ANNOUNCEMENT): Transition(Status.ANNOUNCED, "award.announced"),
    (Status.ANNOUNCED, Action.COMPLAINT): Transition(Status.SUSPENDED, "award.suspended"),
    (Status.SUSPENDED, Action.COMPLAINT): Transition(Status.SUSPENDED, "award.suspended"),
    (Status.SUSPENDED, Action.CLOSING): Transition(Status.SUSPENDED, "award.complaint_closed"),
    (Status.SUSPENDED, Action.RESUMPTION): Transition(Status.ANNOUNCED, "award.resumed"),
    (Status.SUSPENDED, Action.UPHOLDING): Transition(Status.CANCELLED, "award.cancelled"),
    (Status.SUSPENDED, Action.ORDER): Transition(Status.UNDER_REVISION, "award.revision_ordered"),
    (Status.UNDER_REVISION, Action.REVISION): Transition(Status.ANNOUNCED, "award.revised"),
    (Status.UNDER_REVISION, Action.FAILURE): Transition(Status.CANCELLED, "award.cancelled"),
    (Status.ANNOUNCED, Action.FINALITY): Transition(Status.FINAL, "award.final"),
    (Status.ANNOUNCED, Action.CONTRACT): Transition(Status.CONTRACTED, "award.contracted"),
    (Status.FINAL, Action.CONTRACT): Transition(Status.CONTRACTED, "award.contracted"),
    (Status.CONTRACTED, Action.RUNNER_UP): Transition(Status.CONTRACTED, "award.runner_up_called"),
    (Status.CONTRACTED, Action.FAILURE): Transition(Status.CANCELLED, "award.cancelled"),
}
BY_LAW = frozenset(set(Action) - {Action.COMPLAINT, Action.CONTRACT, Action.RUNNER_UP})
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)


@dataclass(frozen=True, slots=True)
class Appeal:
    """Whether a result is open to complaint, and where that is written."""

    open: bool
    source: str


def require_open_window(complaints_until: date, today: date) -> None:
    """Complaints are taken to the end of the window's last day.

    Raises:
        ComplaintWindowOver: that day has passed.
    """
    if today > complaints_until:
        raise ComplaintWindowOver(complaints_until)


def require_window_over(complaints_until: date | None, today: date) -> None:
    """The window holds the contract, whether or not a sweep has recorded that the award is final.

    None is the window of a result that is not open to complaint.

    Raises:
        ContractTooEarly: the window is open still.
    """
    if complaints_until is not None and today <= complaints_until:
        raise ContractTooEarly(complaints_until + timedelta(days=1))

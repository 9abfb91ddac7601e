"""The life of an enforcement proceeding: its statuses, and the one table of what may follow what."""

from enum import StrEnum
from functools import partial

from statute.procedures import Procedure, Transition, actions_from, follow


class Status(StrEnum):
    """Where a proceeding stands. Its debtor is in the register exactly while it is `opened`."""

    RECEIVED = "received"
    OPENED = "opened"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done with a proceeding; each is the last word of an address, but for receipt and overdue."""

    RECEIPT = "receipt"
    OPENING = "opening"
    OVERDUE = "overdue"
    RESTRICTIONS = "restrictions"
    PROCEEDS = "proceeds"
    CLOSING = "closing"


class Ground(StrEnum):
    """Why a proceeding is closed (Law of 2 April 2010 No. 261-IV; docs/law/registry.md)."""

    PAID = "paid"
    WITHDRAWN = "withdrawn"
    IMPOSSIBLE = "impossible"
    DOCUMENT_CANCELLED = "document_cancelled"
    DEBTOR_CEASED = "debtor_ceased"
    BANKRUPTCY = "bankruptcy"


class Relation(StrEnum):
    """What ties a caller to a proceeding."""

    HOLDER = "holder"  # the bailiff who conducts it
    DEBTOR = "debtor"
    CLAIMANT = "claimant"
    NONE = "none"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.RECEIPT): Transition(Status.RECEIVED, "proceeding.received"),
    (Status.RECEIVED, Action.OVERDUE): Transition(Status.RECEIVED, "proceeding.opening_overdue"),
    (Status.RECEIVED, Action.OPENING): Transition(Status.OPENED, "proceeding.opened"),
    (Status.OPENED, Action.RESTRICTIONS): Transition(Status.OPENED, "proceeding.restricted"),
    (Status.OPENED, Action.PROCEEDS): Transition(Status.OPENED, "proceeding.proceeds_distributed"),
    (Status.OPENED, Action.CLOSING): Transition(Status.CLOSED, "proceeding.closed"),
}


_BY_LAW = frozenset({Action.OVERDUE})
actions_in = partial(actions_from, TRANSITIONS, by_law=_BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=_BY_LAW)

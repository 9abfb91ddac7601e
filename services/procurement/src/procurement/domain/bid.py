"""The life of a bid: sealed until the deadline, then open to all."""

from enum import StrEnum
from functools import partial

from statute.identifiers import InvalidIdentifier, parse_bin, parse_iin
from statute.procedures import Procedure, Transition, follow


class Status(StrEnum):
    """Where a bid stands."""

    SEALED = "sealed"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    EVALUATED = "evaluated"


class Action(StrEnum):
    """What can be done with a bid; a new submission takes the place of the one before.

    `revision` is of the result of its lot, upon a complaint.
    """

    SUBMISSION = "submission"
    WITHDRAWAL = "withdrawal"
    OPENING = "opening"
    EVALUATION = "evaluation"
    REVISION = "revision"


class DebtorCheck(StrEnum):
    """What the register of debtors said of the supplier; a foreign number is not in it."""

    CLEAR = "clear"
    DEBTOR = "debtor"
    PENDING = "pending"
    NOT_APPLICABLE = "not_applicable"


SCHEMES = frozenset({"KZ-BIN", "KZ-IIN"})
"""The numbers that the register of debtors knows; a foreign one is in no register here."""

TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.SUBMISSION): Transition(Status.SEALED, "bid.submitted"),
    (Status.SEALED, Action.SUBMISSION): Transition(Status.SEALED, "bid.replaced"),
    (Status.WITHDRAWN, Action.SUBMISSION): Transition(Status.SEALED, "bid.submitted"),
    (Status.SEALED, Action.WITHDRAWAL): Transition(Status.WITHDRAWN, "bid.withdrawn"),
    (Status.SEALED, Action.OPENING): Transition(Status.OPENED, "bid.opened"),
    (Status.OPENED, Action.EVALUATION): Transition(Status.EVALUATED, "bid.evaluated"),
    (Status.EVALUATED, Action.REVISION): Transition(Status.EVALUATED, "bid.reevaluated"),
}
BY_LAW = frozenset({Action.OPENING, Action.EVALUATION, Action.REVISION})
# What was offered can be read by everybody in these.
OPEN = frozenset({Status.OPENED, Status.EVALUATED})
# What the journal calls it when a bid comes too late to be one.
LATE = "bid.late"
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)


def is_sound(scheme: str, number: str) -> bool:
    """Whether a supplier's number can be one: Kazakhstan's own have a form, of foreign ones we know none."""
    try:
        if scheme == "KZ-BIN":
            parse_bin(number)
        elif scheme == "KZ-IIN":
            parse_iin(number)
    except InvalidIdentifier:
        return False
    return True

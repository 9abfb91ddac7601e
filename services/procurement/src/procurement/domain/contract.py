"""The life of a contract, which for now begins and stays."""

from enum import StrEnum

from statute.procedures import Procedure, Transition


class Status(StrEnum):
    """Where a contract stands."""

    CONCLUDED = "concluded"


class Action(StrEnum):
    """What can be done with a contract."""

    CONCLUSION = "conclusion"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.CONCLUSION): Transition(Status.CONCLUDED, "contract.concluded"),
}

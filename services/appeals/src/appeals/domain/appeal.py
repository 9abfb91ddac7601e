"""The life of an appeal: its kinds, its statuses, and the one table of what may follow what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appeals.domain.errors import NotAllowedNow


class Kind(StrEnum):
    """The six kinds of appeal (the national report on the rule of law; APPC, 29.06.2020 No. 350-VI, art. 4)."""

    REQUEST = "request"
    RESPONSE = "response"
    PROPOSAL = "proposal"
    MESSAGE = "message"
    APPLICATION = "application"
    COMPLAINT = "complaint"


class Status(StrEnum):
    """Where an appeal stands. `forwarded` is with another body than it was filed with, which has its own term."""

    REGISTERED = "registered"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    REFUSED_BY_EXPIRY = "refused_by_expiry"


class Action(StrEnum):
    """What can be done with an appeal; each is the last word of an address, but for filing and expiry."""

    FILING = "filing"
    FORWARDING = "forwarding"
    DECISION = "decision"
    WITHDRAWAL = "withdrawal"
    EXPIRY = "expiry"


class Outcome(StrEnum):
    """How a body may decide an appeal."""

    EXPLAINED = "explained"
    SATISFIED = "satisfied"
    PARTLY_SATISFIED = "partly_satisfied"
    REFUSED = "refused"
    NOTED = "noted"


class Relation(StrEnum):
    """What ties a caller to an appeal."""

    APPLICANT = "applicant"
    HOLDER = "holder"  # the body that must answer now
    FORWARDER = "forwarder"  # a body that has passed it on
    NONE = "none"


@dataclass(frozen=True)
class Transition:
    """An edge of the table: where it leads, and the event that the journal records."""

    target: Status
    event: str


TRANSITIONS: Mapping[tuple[Status | None, Action], Transition] = {
    (None, Action.FILING): Transition(Status.REGISTERED, "appeal.registered"),
    (Status.REGISTERED, Action.FORWARDING): Transition(Status.FORWARDED, "appeal.forwarded"),
    (Status.FORWARDED, Action.FORWARDING): Transition(Status.FORWARDED, "appeal.forwarded"),
    (Status.REGISTERED, Action.DECISION): Transition(Status.ANSWERED, "appeal.answered"),
    (Status.FORWARDED, Action.DECISION): Transition(Status.ANSWERED, "appeal.answered"),
    (Status.REGISTERED, Action.WITHDRAWAL): Transition(Status.WITHDRAWN, "appeal.withdrawn"),
    (Status.FORWARDED, Action.WITHDRAWAL): Transition(Status.WITHDRAWN, "appeal.withdrawn"),
    (Status.REGISTERED, Action.EXPIRY): Transition(Status.REFUSED_BY_EXPIRY, "appeal.refused_by_expiry"),
    (Status.FORWARDED, Action.EXPIRY): Transition(Status.REFUSED_BY_EXPIRY, "appeal.refused_by_expiry"),
}

# An answer is still owed in these.
OPEN = frozenset(status for status, action in TRANSITIONS if action is Action.EXPIRY and status is not None)


def actions_in(status: Status | None) -> tuple[Action, ...]:
    """What people may do with an appeal in this status, each by whom the permission table names."""
    return tuple(action for known, action in TRANSITIONS if known is status and action is not Action.EXPIRY)


def transition(status: Status | None, action: Action) -> Transition:
    """Where an action leads from a status; None is before filing.

    Raises:
        NotAllowedNow: the table has no such edge.
    """
    found = TRANSITIONS.get((status, action))
    if found is None:
        raise NotAllowedNow(action=action, status=status or "new", allowed_actions=actions_in(status))
    return found

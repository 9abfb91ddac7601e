"""The life of an appeal: its kinds, its statuses, and the one table of what may follow what."""

from enum import StrEnum
from functools import partial

from statute.procedures import Procedure, Transition, actions_from, follow


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


TRANSITIONS: Procedure[Status, Action] = {
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

_BY_LAW = frozenset({Action.EXPIRY})
# An answer is still owed in these.
OPEN = frozenset(status for status, action in TRANSITIONS if action in _BY_LAW and status is not None)

actions_in = partial(actions_from, TRANSITIONS, by_law=_BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=_BY_LAW)

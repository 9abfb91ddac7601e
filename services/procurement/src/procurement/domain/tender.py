"""The life of a tender: its methods, its statuses, and the one table of what may follow what."""

from enum import StrEnum
from functools import partial

from procurement.domain.errors import MethodNotAutomatic
from statute.procedures import Procedure, Transition, actions_from, follow


class Method(StrEnum):
    """How a supplier is chosen. Only `rating-point` is decided by rule alone, so only it is carried out here."""

    RATING_POINT = "rating-point"
    TENDER = "tender"
    AUCTION = "auction"
    PRICE_QUOTES = "price-quotes"
    SINGLE_SOURCE = "single-source"


class ForeignMethod(StrEnum):
    """How an imported award came about: the words of OCDS."""

    OPEN = "open"
    SELECTIVE = "selective"
    LIMITED = "limited"
    DIRECT = "direct"


AUTOMATIC = frozenset({Method.RATING_POINT})


class Status(StrEnum):
    """Where a tender stands. `opened` waits for the award; `evaluated` has an outcome for every lot."""

    DRAFT = "draft"
    IN_DISCUSSION = "in_discussion"
    PUBLISHED = "published"
    OPENED = "opened"
    EVALUATED = "evaluated"
    CANCELLED = "cancelled"


class Action(StrEnum):
    """What can be done with a tender; people's are the last word of an address, but for creation."""

    CREATION = "creation"
    DISCUSSION = "discussion"
    PUBLICATION = "publication"
    CANCELLATION = "cancellation"
    OPENING = "opening"
    EVALUATION = "evaluation"


class Relation(StrEnum):
    """What ties a caller to a tender, a bid or an award."""

    BUYER = "buyer"  # holds office in the body that buys
    BIDDER = "bidder"  # has the bid, or bid for the lot
    REVIEWER = "reviewer"  # decides complaints about the award by law
    NONE = "none"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.CREATION): Transition(Status.DRAFT, "tender.created"),
    (Status.DRAFT, Action.PUBLICATION): Transition(Status.PUBLISHED, "tender.published"),
    (Status.DRAFT, Action.DISCUSSION): Transition(Status.IN_DISCUSSION, "tender.discussion_opened"),
    (Status.IN_DISCUSSION, Action.PUBLICATION): Transition(Status.PUBLISHED, "tender.published"),
    (Status.IN_DISCUSSION, Action.CANCELLATION): Transition(Status.CANCELLED, "tender.cancelled"),
    (Status.DRAFT, Action.CANCELLATION): Transition(Status.CANCELLED, "tender.cancelled"),
    (Status.PUBLISHED, Action.CANCELLATION): Transition(Status.CANCELLED, "tender.cancelled"),
    (Status.PUBLISHED, Action.OPENING): Transition(Status.OPENED, "tender.opened"),
    (Status.OPENED, Action.EVALUATION): Transition(Status.EVALUATED, "tender.evaluated"),
}
BY_LAW = frozenset({Action.OPENING, Action.EVALUATION})
actions_in = partial(actions_from, TRANSITIONS, by_law=BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)


def require_automatic(method: Method) -> None:
    """Hold a tender to the methods in which nobody chooses.

    Raises:
        MethodNotAutomatic: the method needs people.
    """
    if method not in AUTOMATIC:
        raise MethodNotAutomatic(method)

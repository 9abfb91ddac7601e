"""What the rules of procurement refuse, in facts; how it is told to people is settled elsewhere."""

from collections.abc import Collection
from datetime import date, datetime


class MethodNotAutomatic(Exception):
    """The method needs a commission or an auction, and nobody chooses a winner here."""

    def __init__(self, method: str) -> None:
        super().__init__(f"{method} is not determined by rule")
        self.method = method


class ProfileAsksMore(Exception):
    """The profile needs facts that no offer can state, so that no bid could be scored; they come in `facts`."""

    def __init__(self, facts: Collection[str]) -> None:
        self.facts = ", ".join(sorted(facts))
        super().__init__(f"offers do not state {self.facts}")


class BidWindowTooShort(Exception):
    """Bids would be taken for fewer days than the law gives; `earliest` is the first day on which they may end."""

    def __init__(self, earliest: date) -> None:
        super().__init__(f"bids may be closed from {earliest}")
        self.earliest = earliest


class BidsClosed(Exception):
    """The deadline for bids has passed: no bid comes, changes or goes any more, and no tender is cancelled."""

    def __init__(self, bids_until: datetime) -> None:
        super().__init__(f"bids were taken until {bids_until}")
        self.bids_until = bids_until.isoformat(timespec="minutes")


class UnknownLot(Exception):
    """The tender has no such lot."""


class Debtor(Exception):
    """The supplier is in the register of debtors, which bars it from bidding (law on procurement, art. 7)."""


class ComplaintWindowOver(Exception):
    """The days for complaints have passed; what remains is the court."""

    def __init__(self, complaints_until: date) -> None:
        super().__init__(f"complaints were taken until {complaints_until}")
        self.complaints_until = complaints_until


class AlreadyComplained(Exception):
    """The supplier has complained about this award before."""


class ContractTooEarly(Exception):
    """The days for complaints are not over, and they hold the contract; `try_after` is the first day without them."""

    def __init__(self, try_after: date) -> None:
        super().__init__(f"a contract is possible from {try_after}")
        self.try_after = try_after.isoformat()


class TooManyPlanChanges(Exception):
    """The plan has been changed as often this month as the law allows; `try_after` is the first day of the next."""

    def __init__(self, most: int, try_after: date) -> None:
        super().__init__(f"a plan is changed at most {most} times a month")
        self.most = most
        self.try_after = try_after.isoformat()


class AlreadyPlanned(Exception):
    """The buyer has a plan for this year; it is changed rather than made twice."""

    def __init__(self, year: int) -> None:
        super().__init__(f"there is a plan for {year}")
        self.year = year


class UnknownPlanItem(Exception):
    """The item is in no published plan of this buyer."""


class AbovePlan(Exception):
    """The lots would cost more than what the plan has for the item."""

    def __init__(self, planned: str) -> None:
        super().__init__(f"the plan has {planned} tenge")
        self.planned = planned


class PlanItemInUse(Exception):
    """A tender carries the item out, so it cannot be taken out of the plan."""


class NothingChanged(Exception):
    """A change of a plan adds or removes at least one item."""


class NotAppealable(Exception):
    """By law the result is not open to complaint, because the rules reached it by themselves; the court remains."""

    def __init__(self, source: str) -> None:
        super().__init__(f"not open to complaint: {source}")
        self.source = source


class UnknownGround(Exception):
    """The list of grounds for complaints did not have this one on the day that counts."""

    def __init__(self, ground: str) -> None:
        super().__init__(f"no ground {ground!r}")
        self.ground = ground


class UnfitRuling(Exception):
    """The ruling cannot be carried out: a revision without orders about the lot's bids, or orders without one."""


class CommentsClosed(Exception):
    """The days for comments on a draft have passed, or none were opened."""

    def __init__(self, comments_until: date) -> None:
        super().__init__(f"comments were taken until {comments_until}")
        self.comments_until = comments_until


class DiscussionOpen(Exception):
    """A tender under discussion is not published before its days for comments are over and all have an answer."""

    def __init__(self, comments_until: date, unanswered: int) -> None:
        super().__init__(f"comments until {comments_until}, {unanswered} without an answer")
        self.comments_until = comments_until
        self.unanswered = unanswered


class DiscussionMissing(Exception):
    """By law the tender is discussed before it is published."""

    def __init__(self, source: str) -> None:
        super().__init__(f"to be discussed first: {source}")
        self.source = source


class BidsNotYetOpen(Exception):
    """After a discussion bids are taken from nine in the morning of the next working day."""

    def __init__(self, bids_from: datetime) -> None:
        super().__init__(f"bids are taken from {bids_from}")
        self.try_after = bids_from.isoformat(timespec="minutes")


class SignatureAwaited(Exception):
    """The supplier may sign still; `try_after` is the first day on which it has evaded the contract."""

    def __init__(self, try_after: date) -> None:
        super().__init__(f"the contract may be signed until before {try_after}")
        self.try_after = try_after.isoformat()


class ContractStands(Exception):
    """The first supplier has neither refused the contract nor let its days pass, so nobody else is called."""

    def __init__(self, number: str, status: str) -> None:
        super().__init__(f"the contract {number} is {status}")
        self.number = number


class NoRunnerUp(Exception):
    """Several bids share the second place, and the law does not say which of them is called."""


class AdvanceAboveAmount(Exception):
    """The advance is larger than the contract; `amount` in tenge."""

    def __init__(self, amount: str) -> None:
        super().__init__(f"the contract is for {amount}")
        self.amount = amount


class DayOutsideContract(Exception):
    """What is entered is said to have been done before the contract was concluded, or in the future."""

    def __init__(self, earliest: date, latest: date) -> None:
        super().__init__(f"a day from {earliest} to {latest}")
        self.earliest = earliest.isoformat()
        self.latest = latest.isoformat()


class LessThanAccepted(Exception):
    """The amended amount is below what was accepted; `accepted` in tenge."""

    def __init__(self, accepted: str) -> None:
        super().__init__(f"{accepted} is accepted")
        self.accepted = accepted


class MoreThanContracted(Exception):
    """More would be accepted than was contracted; `left` in tenge."""

    def __init__(self, left: str) -> None:
        super().__init__(f"{left} is left")
        self.left = left


class MoreThanAccepted(Exception):
    """More would be paid than was accepted, or agreed in advance; `left` in tenge."""

    def __init__(self, left: str) -> None:
        super().__init__(f"{left} may be paid")
        self.left = left

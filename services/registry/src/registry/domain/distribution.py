"""How money received from a debtor is shared: queue by queue, and inside a queue in proportion to the claims.

Law of 2 April 2010 No. 261-IV, art. 110-112: a later queue gets something only when every earlier one is paid in full.
The report says "in proportion to the amounts recovered", which is the rule inside one queue; the pure proportion over
all claims stands beside each share. All amounts are whole tiyn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True)
class Claim:
    """What is still owed to one claimant, and in which queue; `id` settles what amount and date leave equal."""

    id: str
    queue: int
    tiyn: int
    claimed_on: date


@dataclass(frozen=True)
class Share:
    """What one claim gets, and why.

    `of_queue` is the claim's part of all claims of its queue; `proportional` is what it would get if there were no
    queues.
    """

    claim: Claim
    of_queue: Fraction
    paid: int
    proportional: int

    @property
    def rest(self) -> int:
        return self.claim.tiyn - self.paid


@dataclass(frozen=True)
class Distribution:
    """The shares in the order of queues; `surplus` is what no claim needs, and goes back to the debtor."""

    proceeds: int
    shares: tuple[Share, ...]

    @property
    def distributed(self) -> int:
        return sum(share.paid for share in self.shares)

    @property
    def surplus(self) -> int:
        return self.proceeds - self.distributed


def distribute(proceeds: int, claims: Iterable[Claim]) -> Distribution:
    """Share `proceeds` tiyn among claims, the same whatever order they are given in.

    Raises:
        ValueError: an amount is negative.
    """
    ordered = sorted(claims, key=lambda claim: (claim.queue, claim.claimed_on, claim.id))
    if proceeds < 0 or any(claim.tiyn < 0 for claim in ordered):
        raise ValueError("an amount of money is never negative")
    proportional = _in_proportion(proceeds, ordered)
    left = proceeds
    shares: list[Share] = []
    for queue in sorted({claim.queue for claim in ordered}):
        members = [claim for claim in ordered if claim.queue == queue]
        total = sum(claim.tiyn for claim in members)
        paid = _in_proportion(left, members)
        left -= sum(paid.values())
        shares += [
            Share(claim, Fraction(claim.tiyn, total or 1), paid[claim.id], proportional[claim.id]) for claim in members
        ]
    return Distribution(proceeds, tuple(shares))


def _in_proportion(amount: int, claims: Sequence[Claim]) -> dict[str, int]:
    """Parts of `amount` by claim, none above its claim, which sum to all that can be paid.

    Each gets the whole tiyn of its exact part; the tiyn that are left go one each to the largest remainders, of equal
    ones to the earlier claim, then to the smaller id.
    """
    total = sum(claim.tiyn for claim in claims)
    if total == 0:
        return {claim.id: 0 for claim in claims}
    payable = min(amount, total)
    parts = {claim.id: divmod(payable * claim.tiyn, total) for claim in claims}
    spare = payable - sum(whole for whole, _ in parts.values())
    by_remainder = sorted(claims, key=lambda claim: (-parts[claim.id][1], claim.claimed_on, claim.id))
    favoured = {claim.id for claim in by_remainder[:spare]}
    return {claim.id: parts[claim.id][0] + (claim.id in favoured) for claim in claims}

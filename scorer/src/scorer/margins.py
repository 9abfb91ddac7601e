"""How far a bid was from winning: what would have been enough, the other bids being as they are."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from scorer.bids import Bid, Lot
from scorer.profiles import Profile
from scorer.scoring import score


@dataclass(frozen=True)
class Margin:
    """What alone would make a bid win: each one changed by itself, or None where no change of it would do.

    `price` is the highest winning one in tiyn, `experience_years` and `warranty_months` the least. For the winner
    they say how much it had to spare.
    """

    price: int | None
    experience_years: int | None
    warranty_months: int | None


def margin(profile: Profile, lot: Lot, bids: Iterable[Bid], bid: str) -> Margin:
    """Return the margin of one of the bids, by its id.

    Every search is by halves: lowering a price or adding a year or a month never makes a place worse.

    Raises:
        KeyError: none of the bids has this id.
        UnfitLot, UnfitBid: as `score`.
    """
    received = list(bids)
    known = {one.id: one for one in received}
    own = known[bid]
    # Nobody changes how others stand to each other, so whoever beats the best of the others beats all of them.
    others = [ranked.bid for ranked in score(profile, lot, received).ranking if ranked.bid != bid]
    rivals = [known[one] for one in others[:1]]

    def wins(**change: int) -> bool:
        return score(profile, lot, [*rivals, replace(own, **change)]).winner == bid  # type: ignore[arg-type]

    most_years = max([int(profile.number("experience_full_years")), *(rival.experience_years for rival in rivals)]) + 1
    most_months = lot.warranty_months + int(profile.number("warranty_full_months"))
    saved = _least(lot.amount, lambda sum_: wins(price=lot.amount - sum_))
    return Margin(
        price=None if saved is None else lot.amount - saved,
        experience_years=_least(most_years, lambda years: wins(experience_years=years)),
        warranty_months=_least(most_months, lambda months: wins(warranty_months=months)),
    )


def _least(most: int, enough: Callable[[int], bool]) -> int | None:
    """Return the least number from 0 to `most` that is enough, if once enough means ever after."""
    found = bisect_left(range(most + 1), 1, key=enough)
    return None if found > most else found

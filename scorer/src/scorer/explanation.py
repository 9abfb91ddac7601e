"""Why a result is as it is: what would have won for each who lost, and whose absence would change the winner."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scorer.inputs import Bid, Lot
from scorer.margins import Margin, margin
from scorer.profiles import Profile
from scorer.scoring import Scoring, score, winner_of


@dataclass(frozen=True)
class Reversal:
    """A bid that did not win, and who would have won without it; None where nobody would."""

    without: str
    winner: str | None


@dataclass(frozen=True)
class Explanation:
    """The result, and beside it what the rules make of small changes.

    `margins` has every bid but the winner. `reversals` lists each of them whose absence would change the winner; it is
    None where the profile compares no bid with another, for then there can be none (a property test shows it).
    """

    scoring: Scoring
    margins: dict[str, Margin]
    reversals: tuple[Reversal, ...] | None

    def as_data(self) -> dict[str, Any]:
        """Return the explanation ready for JSON, without the scoring; money in tiyn."""
        places = {ranked.bid: ranked.place for ranked in self.scoring.ranking}
        bars = {refused.bid: refused.bars for refused in self.scoring.refused}
        dumped = {one.bid for one in self.scoring.dumping}
        return {
            "winner": self.scoring.winner,
            "would_have_won": [
                {
                    "bid": bid,
                    "place": places.get(bid),
                    "bars": list(bars.get(bid, ())),
                    "dumping": bid in dumped,
                    **found.as_data(),
                }
                for bid, found in self.margins.items()
            ],
            "absolute": self.reversals is None,
            "reversals": [{"without": one.without, "winner": one.winner} for one in self.reversals or ()],
        }


def explain(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> Explanation:
    """Score the bids of a lot and explain the result.

    The work grows with the number of bids, and with its square where bids are compared with each other: for a
    thousand bids ask for the `margin` of one instead.

    Raises:
        UnfitLot, UnfitBid: as `score`.
    """
    received = sorted(bids, key=lambda bid: bid.id)
    scoring = score(profile, lot, received)
    losers = [bid.id for bid in received if bid.id != scoring.winner]
    return Explanation(
        scoring=scoring,
        margins={bid: margin(profile, lot, received, bid) for bid in losers},
        reversals=reversals(profile, lot, received) if profile.relative else None,
    )


def reversals(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> tuple[Reversal, ...]:
    """Return each bid that did not win and without which the winner would be another, or nobody.

    Raises:
        UnfitLot, UnfitBid: as `score`.
    """
    received = sorted(bids, key=lambda bid: bid.id)
    winner = score(profile, lot, received).winner
    losers = (bid for bid in received if bid.id != winner)
    found = (Reversal(one.id, winner_of(profile, lot, [bid for bid in received if bid.id != one.id])) for one in losers)
    return tuple(one for one in found if one.winner != winner)

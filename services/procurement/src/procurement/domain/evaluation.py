"""What becomes of a lot when its bids are open: who is admitted, who wins, or why nobody does."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from typing import Any

from scorer import Bid, Lot, Profile, UnknownProfile, profile, read_bid, read_lot, score
from statute.money import Money

FEWEST_ADMITTED = 1
"""How many admitted bids a lot needs to be awarded.

The report names no number. The law before 2025 wanted two; of the rating-point method the Rules (No. 687, cl. 219)
only say that a single bid gets no discounts, so that it may win.
"""

DEBTOR = "debtor"
_REFUSALS: dict[str, Any] = json.loads((files("procurement") / "data" / "refusals.json").read_text("utf-8"))


class ProfileChanged(Exception):
    """The profile that was published with the tender is not the one that is known by its name now."""


class Outcome(StrEnum):
    """What became of a lot. All but the first leave it without a supplier."""

    AWARDED = "awarded"
    UNDECIDED = "undecided"  # the rules set nobody apart at the first place
    NO_BIDS = "no_bids"
    NONE_ADMITTED = "none_admitted"


@dataclass(frozen=True)
class Evaluation:
    """The outcome of a lot. `result` is the whole scoring as data; `refusals` has the reason by refused bid."""

    outcome: Outcome
    winner: str | None
    refusals: Mapping[str, str]
    result: dict[str, Any]


def evaluate(rules: Profile, lot: Lot, bids: Sequence[Bid], debtors: Collection[str]) -> Evaluation:
    """Score the bids of a lot without those of debtors (`debtors` are ids of bids), who are barred from it.

    Raises:
        UnfitLot, UnfitBid: as `scorer.score`; what was published and taken is fit.
    """
    scoring = score(rules, lot, [bid for bid in bids if bid.id not in debtors])
    barred = [{"bid": bid.id, "reason": DEBTOR, **_REFUSALS[DEBTOR]} for bid in bids if bid.id in debtors]
    result = scoring.as_data()
    result["refused"] += barred
    winner = scoring.winner if len(scoring.ranking) >= FEWEST_ADMITTED else None
    return Evaluation(
        outcome=_outcome(bids=len(bids), admitted=len(scoring.ranking), winner=winner),
        winner=winner,
        refusals={each["bid"]: each["reason"] for each in result["refused"]},
        result=result,
    )


def lot_of(rules: Profile, row: Mapping[str, Any]) -> Lot:
    """A lot as it is scored; `row` has its amount in tiyn and, by name, the terms that the profile asks for.

    Raises:
        UnfitLot: it cannot be scored by this profile.
    """
    terms = {name: row[name] for name in rules.lot if row.get(name) is not None}
    return read_lot(rules, {"amount": row["amount"], "terms": terms})


def bid_of(rules: Profile, bid_id: str, received_at: datetime, content: Mapping[str, Any]) -> Bid:
    """A bid as it is scored, from what its supplier sent; of this, the facts that the profile asks for.

    Raises:
        UnfitBid: it cannot be scored by this profile.
    """
    facts = {name: _in_tiyn(content[name]) for name in rules.bid if content.get(name) is not None}
    received = received_at.isoformat()
    return read_bid(rules, {"id": bid_id, "price": tiyn(content["price"]), "received_at": received, "facts": facts})


def pinned_profile(row: Mapping[str, Any]) -> Profile:
    """The profile that was published with the tender in this row.

    Raises:
        ProfileChanged: what goes by its name now is another.
    """
    try:
        found = profile(row["profile"])
    except UnknownProfile as error:
        raise ProfileChanged from error
    if found.hash != row["profile_hash"]:
        raise ProfileChanged
    return found


def tiyn(amount: Mapping[str, Any]) -> int:
    """The tiyn in an amount as it is sent."""
    return Money.from_text(amount["amount"]).tiyn


def _in_tiyn(value: Any) -> Any:
    """A fact with its amounts of money as whole tiyn."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_in_tiyn(each) for each in value]
    return tiyn(value) if isinstance(value, Mapping) and "amount" in value else value


def _outcome(*, bids: int, admitted: int, winner: str | None) -> Outcome:
    if winner is not None:
        return Outcome.AWARDED
    if not bids:
        return Outcome.NO_BIDS
    return Outcome.UNDECIDED if admitted else Outcome.NONE_ADMITTED

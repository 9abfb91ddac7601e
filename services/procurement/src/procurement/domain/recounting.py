"""What would have become of a lot by another profile: the same bids, as far as they say what it asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scorer import Bid, Lot, Profile, UnfitBid, UnfitLot, read_lot, read_stated, score


@dataclass(frozen=True)
class Recount:
    """The scoring by another profile, or why there is none.

    `missing` names what the profile asks of the lot (under the empty id) and of bids and nobody said. `unfit` is one
    word for why it cannot be scored although all is said. `lot` is the lot as it was scored.
    """

    lot: dict[str, Any] | None
    result: dict[str, Any] | None
    missing: Mapping[str, tuple[str, ...]]
    unfit: str | None


def recount_by(rules: Profile, certificate: Mapping[str, Any]) -> Recount:
    """Score the bids of a certificate by a profile; who was barred from it then is barred here."""
    barred = {each["bid"] for each in certificate["barred"]}
    stated = [each for each in certificate["bids"] if each["id"] not in barred]
    terms = _terms(rules, certificate["lot"]["terms"])
    missing = {"": _unsaid(rules.lot, terms)}
    missing |= {each["id"]: _unsaid(rules.bid, each["stated"] | each["confirmed"]) for each in stated}
    missing = {bid: names for bid, names in missing.items() if names}
    if missing:
        return Recount(None, None, missing, None)
    try:
        lot: Lot = read_lot(rules, {"amount": certificate["lot"]["amount"], "terms": terms})
        bids: list[Bid] = [read_stated(rules, each) for each in stated]
        return Recount(lot.as_data(), score(rules, lot, bids).as_data(), {}, None)
    except (UnfitLot, UnfitBid) as error:
        return Recount(None, None, {}, error.reason)


def _terms(rules: Profile, published: Mapping[str, Any]) -> dict[str, Any]:
    """What was published and the profile asks for; weights of other criteria say nothing here."""
    terms = {name: value for name, value in published.items() if name in rules.lot}
    weights = terms.get("weights")
    if weights is not None and set(weights) != set(rules.criteria):
        del terms["weights"]
    return terms


def _unsaid(asked: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, one in asked.items() if one.default is None and said.get(name) is None)

"""Lots and bids from plain data, and whether they are such as a profile asks for."""

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from scorer.cases import Case, Field
from scorer.inputs import Bid, Lot, UnfitBid, UnfitLot, read_values, unfit
from scorer.profiles import Profile

_FIELDS = frozenset({"id", "price", "received_at", "facts"})


def read_lot(profile: Profile, data: Mapping[str, Any]) -> Lot:
    """Read a lot from plain data, as `Lot.as_data` gives it; defaults of the profile where a term is not said.

    Raises:
        UnfitLot: it is not such as the profile asks for (`check_lot`), or has `other_fields`.
    """
    terms = data.get("terms", {})
    if not {"amount"} <= data.keys() <= {"amount", "terms"} or not isinstance(terms, Mapping):
        raise UnfitLot("other_fields")
    lot = Lot(data["amount"], read_values(profile.lot, terms))
    check_lot(profile, lot)
    return lot


def read_bid(profile: Profile, data: Mapping[str, Any]) -> Bid:
    """Read a bid from plain data, as `Bid.as_data` gives it; defaults of the profile where a fact is not said.

    Raises:
        UnfitBid: it is not such as the profile asks for (`check_bids`), or has `other_fields`.
    """
    called, facts = data.get("id"), data.get("facts", {})
    if not isinstance(called, str) or not isinstance(facts, Mapping):
        raise UnfitBid(str(called), "other_fields")
    if not _FIELDS - {"facts"} <= data.keys() <= _FIELDS:
        raise UnfitBid(called, "other_fields")
    bid = Bid(called, data["price"], _moment(called, data["received_at"]), read_values(profile.bid, facts))
    _check_facts(profile, bid)
    return bid


def check_lot(profile: Profile, lot: Lot) -> None:
    """Check that bids for the lot can be scored.

    Raises:
        UnfitLot: a term is `missing`, `not_asked_for` or not of its kind, the weights are
            `weights_of_other_criteria`, or the reason is the name of a requirement of the profile that is not met.
    """
    for name, asked in profile.lot.items():
        if asked.kind == "weights" and set(lot.terms.get(name, ())) != set(profile.criteria):
            raise UnfitLot("weights_of_other_criteria", name)
    if problem := unfit(profile.lot, lot.terms):
        raise UnfitLot(*problem)
    scope = Case(profile, lot, Bid("", 0, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)), Field())
    for requirement in profile.requirements:
        if requirement.of == "lot" and not requirement.formula.value(scope):
            raise UnfitLot(requirement.name)


def check_bids(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> None:
    """Check that bids can be scored together.

    Raises:
        UnfitBid: `same_id_twice`; a fact is `missing`, `not_asked_for` or not of its kind; `years_wrong` when there
            are not as many years as the profile counts; or the name of a requirement that is not met.
    """
    received = sorted(bids, key=lambda bid: bid.id)
    for before, bid in pairwise(received):
        if before.id == bid.id:
            raise UnfitBid(bid.id, "same_id_twice")
    required = [requirement for requirement in profile.requirements if requirement.of == "bid"]
    for bid in received:
        _check_facts(profile, bid)
        for requirement in required:
            if not requirement.formula.value(Case(profile, lot, bid, Field())):
                raise UnfitBid(bid.id, requirement.name)


def _check_facts(profile: Profile, bid: Bid) -> None:
    if problem := unfit(profile.bid, bid.facts):
        raise UnfitBid(bid.id, *problem)


def _moment(bid: str, text: Any) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise UnfitBid(bid, "received_is_no_moment") from None

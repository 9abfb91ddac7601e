"""The result: who is admitted, who stands where, why, and what the rules leave undecided."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from scorer.bids import Bid, Lot, UnfitBid
from scorer.criteria import Earned, check_weights, earned, refusal
from scorer.notation import written
from scorer.profiles import Profile
from scorer.ties import Group, TieStep, settle


@dataclass(frozen=True)
class Ranked:
    """A bid in its place, from 1. Bids that nothing sets apart share a place, and the next one counts them all."""

    bid: str
    place: int
    total: Fraction
    points: tuple[Earned, ...]


@dataclass(frozen=True)
class Refused:
    """A bid that is not admitted, and why."""

    bid: str
    reason: str
    words: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Scoring:
    """The whole result of one lot under one profile.

    Either `winner` is the id of a bid, or `undecided` says why there is none: `no_bids` when none is admitted,
    `all_equal` when the chain of ties has run out at the first place.
    """

    profile: Profile
    ranking: tuple[Ranked, ...]
    refused: tuple[Refused, ...]
    ties: tuple[TieStep, ...]
    winner: str | None
    undecided: str | None

    def as_data(self) -> dict[str, Any]:
        """Return the result ready for JSON, every number as an exact fraction beside a rounded display."""
        places = int(self.profile.number("display_places"))
        return {
            "profile": {"name": self.profile.name, "version": self.profile.version, "hash": self.profile.hash},
            "winner": self.winner,
            "undecided": self.undecided and self._gap(self.undecided),
            "ranking": [_ranked(ranked, places) for ranked in self.ranking],
            "ties": [_tie(tie) for tie in self.ties],
            "refused": [_refused(refused) for refused in self.refused],
        }

    def _gap(self, reason: str) -> dict[str, Any]:
        told = self.profile.gaps[reason]
        return {"reason": reason, "words": dict(told.words), "source": told.source}


def check_lot(profile: Profile, lot: Lot) -> None:
    """Check that bids for the lot can be scored.

    Raises:
        UnfitLot: the weights are not such as the profile allows (`check_weights`).
    """
    check_weights(profile, lot.weights)


def score(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> Scoring:
    """Score the bids of a lot. Their order does not matter, and no bid changes how others stand to each other.

    Raises:
        UnfitLot: the weights are not such as the profile allows.
        UnfitBid: `same_id_twice`, or `years_wrong` when figures are not given for as many years as the profile counts.
    """
    check_weights(profile, lot.weights)
    received = sorted(bids, key=lambda bid: bid.id)
    _check_bids(profile, received)
    reasons = {bid.id: refusal(profile, lot, bid) for bid in received}
    points = {bid.id: earned(profile, lot, bid) for bid in received if reasons[bid.id] is None}
    totals = {bid: sum((one.points for one in row), Fraction()) for bid, row in points.items()}
    groups, ties = _ordered(profile, [bid for bid in received if bid.id in totals], totals)
    return Scoring(
        profile=profile,
        ranking=tuple(Ranked(bid, place, totals[bid], points[bid]) for bid, place in _places(groups)),
        refused=tuple(_refusal(profile, bid, reason) for bid, reason in reasons.items() if reason is not None),
        ties=tuple(ties),
        winner=groups[0][0].id if groups and len(groups[0]) == 1 else None,
        undecided=_undecided(groups),
    )


def _check_bids(profile: Profile, bids: list[Bid]) -> None:
    for before, bid in pairwise(bids):
        if before.id == bid.id:
            raise UnfitBid(bid.id, "same_id_twice")
    for bid in bids:
        if {len(bid.income), len(bid.taxes), len(bid.payroll)} != {profile.number("financial_years")}:
            raise UnfitBid(bid.id, "years_wrong")


def _ordered(profile: Profile, bids: list[Bid], totals: Mapping[str, Fraction]) -> tuple[list[Group], list[TieStep]]:
    groups: list[Group] = []
    steps: list[TieStep] = []
    # Sorting keeps the order of equals, so a group stays in the order of ids.
    for _, tied in groupby(sorted(bids, key=lambda bid: -totals[bid.id]), key=lambda bid: totals[bid.id]):
        settled, asked = settle(profile, tuple(tied))
        groups += settled
        steps += asked
    return groups, steps


def _places(groups: list[Group]) -> Iterator[tuple[str, int]]:
    place = 1
    for group in groups:
        for bid in group:
            yield bid.id, place
        place += len(group)


def _undecided(groups: list[Group]) -> str | None:
    if not groups:
        return "no_bids"
    return "all_equal" if len(groups[0]) > 1 else None


def _refusal(profile: Profile, bid: str, reason: str) -> Refused:
    told = profile.refusals[reason]
    return Refused(bid=bid, reason=reason, words=told.words, source=told.source)


def _ranked(ranked: Ranked, places: int) -> dict[str, Any]:
    return {
        "bid": ranked.bid,
        "place": ranked.place,
        "total": written(ranked.total, places),
        "points": [_earned(one, places) for one in ranked.points],
    }


def _earned(one: Earned, places: int) -> dict[str, Any]:
    return {
        "criterion": one.criterion,
        "value": written(one.value, places) | {"unit": one.unit},
        "parts": [
            {"name": part.name, "value": _or_none(part.value, places), "share": _or_none(part.share, places)}
            for part in one.parts
        ],
        "weight": one.weight,
        "share": written(one.share, places),
        "points": written(one.points, places),
        "formula": one.formula,
        "words": dict(one.words),
        "source": one.source,
    }


def _or_none(value: Fraction | None, places: int) -> dict[str, str] | None:
    return None if value is None else written(value, places)


def _tie(tie: TieStep) -> dict[str, Any]:
    return {
        "step": tie.step,
        "bids": list(tie.bids),
        "order": [list(group) for group in tie.order],
        "decided": tie.decided,
        "words": dict(tie.words),
        "source": tie.source,
    }


def _refused(refused: Refused) -> dict[str, Any]:
    return {
        "bid": refused.bid,
        "reason": refused.reason,
        "words": dict(refused.words),
        "source": refused.source,
    }

"""The result: who is admitted, who stands where, why, and what the rules leave undecided."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scorer.cases import Case, admitted, cases
from scorer.inputs import Bid, Lot
from scorer.notation import written
from scorer.profiles import Criterion, Profile
from scorer.reading import check_bids, check_lot
from scorer.ties import Group, TieStep, ordered

_TIYN_IN_TENGE = 100


@dataclass(frozen=True)
class Part:
    """A number on the way to points; None when it is missing."""

    name: str
    value: Fraction | None
    unit: str


@dataclass(frozen=True)
class Earned:
    """Points of one bid under one criterion. Where it has a weight, they are `weight` · `share`.

    `value` is what was judged, in `unit`; `tenge` are counted in tiyn here, and in tenge as data.
    """

    criterion: str
    value: Fraction
    unit: str
    parts: tuple[Part, ...]
    weight: int | None
    share: Fraction | None
    points: Fraction
    formula: str
    words: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Ranked:
    """A bid in its place, from 1. Bids that nothing sets apart share a place, and the next one counts them all."""

    bid: str
    place: int
    total: Fraction
    points: tuple[Earned, ...]


@dataclass(frozen=True)
class Refused:
    """A bid that is not admitted, and why: the first of the bars it did not pass, all of which are `bars`."""

    bid: str
    reason: str
    bars: tuple[str, ...]
    words: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Dumped:
    """A bid whose price is below the lowest one that the rules expect, and by how much; in tiyn."""

    bid: str
    floor: Fraction
    shortfall: Fraction


@dataclass(frozen=True)
class Differing:
    """A question that the law leaves open, and who wins by another answer than the profile's."""

    parameter: str
    answer: str
    winner: str | None


@dataclass(frozen=True)
class Scoring:
    """The whole result of one lot under one profile.

    Either `winner` is the id of a bid, or `undecided` says why there is none: `no_bids` when none is admitted,
    `too_few_bids` when the rules want more of them, `all_equal` when the chain of ties has run out at the first place,
    `answers_differ` when the law leaves a question open on whose answer the winner depends (`differing`).
    """

    profile: Profile
    ranking: tuple[Ranked, ...]
    refused: tuple[Refused, ...]
    ties: tuple[TieStep, ...]
    dumping: tuple[Dumped, ...]
    differing: tuple[Differing, ...]
    winner: str | None
    undecided: str | None

    @property
    def runner_up(self) -> str | None:
        """The id of the bid that alone is second after a winner."""
        second = [ranked.bid for ranked in self.ranking if ranked.place == len("12")]
        return second[0] if self.winner is not None and len(second) == 1 else None

    def as_data(self) -> dict[str, Any]:
        """Return the result ready for JSON, every number as an exact fraction beside a rounded display."""
        write = _Writer(self.profile)
        return {
            "profile": {"name": self.profile.name, "version": self.profile.version, "hash": self.profile.hash},
            "winner": self.winner,
            "runner_up": self.runner_up,
            "undecided": self.undecided and self._gap(self.undecided),
            "ranking": [write.ranked(ranked) for ranked in self.ranking],
            "ties": [_tie(tie) for tie in self.ties],
            "refused": [_refusal(refused) for refused in self.refused],
            "dumping": [write.dumped(dumped) for dumped in self.dumping],
        }

    def _gap(self, reason: str) -> dict[str, Any]:
        told = self.profile.gaps[reason]
        return {
            "reason": reason,
            "words": dict(told.words),
            "source": told.source,
            "differing": [vars(one) for one in self.differing],
        }


def score(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> Scoring:
    """Score the bids of a lot; their order does not matter.

    Raises:
        UnfitLot, UnfitBid: as `check_lot` and `check_bids`.
    """
    received = sorted(bids, key=lambda bid: bid.id)
    check_lot(profile, lot)
    check_bids(profile, lot, received)
    compared, refused = admitted(profile, lot, received)
    groups, ties = ordered(profile, compared)
    first = _first(profile, groups)
    differing = _differing(profile, lot, received, first)
    return Scoring(
        profile=profile,
        ranking=tuple(_ranked(case, place) for case, place in _places(groups)),
        refused=tuple(_refused(profile, bid, bars) for bid, bars in refused.items()),
        ties=tuple(ties),
        dumping=_dumping(profile, lot, received),
        differing=differing,
        winner=None if differing else first,
        undecided=_undecided(profile, groups, differing),
    )


def winner_of(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> str | None:
    """Return who wins, as `score` does of what was checked before, without its reasons."""
    received = sorted(bids, key=lambda bid: bid.id)
    first = _first_of(profile, lot, received)
    return None if _differing(profile, lot, received, first) else first


def standing(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> tuple[tuple[str, ...], str | None]:
    """Return the ids of the bids in their order, and who wins, as `score` does of what was checked before."""
    received = sorted(bids, key=lambda bid: bid.id)
    groups, _ = ordered(profile, admitted(profile, lot, received)[0])
    first = _first(profile, groups)
    winner = None if _differing(profile, lot, received, first) else first
    return tuple(case.bid.id for group in groups for case in group), winner


def _first_of(profile: Profile, lot: Lot, received: list[Bid]) -> str | None:
    compared, _ = admitted(profile, lot, received)
    return _first(profile, ordered(profile, compared)[0])


def _first(profile: Profile, groups: list[Group]) -> str | None:
    enough = sum(map(len, groups)) >= profile.fewest
    return groups[0][0].bid.id if groups and enough and len(groups[0]) == 1 else None


def _differing(profile: Profile, lot: Lot, received: list[Bid], first: str | None) -> tuple[Differing, ...]:
    """Ask each question that the law leaves open anew; each by itself, the others as the profile answers them."""
    found = ((name, answer, _first_of(other, lot, received)) for name, answer, other in profile.alternatives)
    return tuple(Differing(name, answer, winner) for name, answer, winner in found if winner != first)


def _places(groups: list[Group]) -> Iterator[tuple[Case, int]]:
    place = 1
    for group in groups:
        for case in group:
            yield case, place
        place += len(group)


def _undecided(profile: Profile, groups: list[Group], differing: tuple[Differing, ...]) -> str | None:
    if not groups:
        return "no_bids"
    if sum(map(len, groups)) < profile.fewest and not differing:
        return "too_few_bids"
    if differing:
        return "answers_differ"
    return "all_equal" if len(groups[0]) > 1 else None


def _ranked(case: Case, place: int) -> Ranked:
    points = tuple(_earned(case, criterion) for criterion in case.profile.criteria.values())
    return Ranked(case.bid.id, place, Fraction(case.total()), points)


def _earned(case: Case, criterion: Criterion) -> Earned:
    points = Fraction(case.named("points")[criterion.name])
    weighed = criterion.weight is not None
    return Earned(
        criterion=criterion.name,
        value=Fraction(criterion.value.value(case)),
        unit=criterion.unit,
        parts=tuple(_part(case, name) for name in criterion.parts),
        weight=int(criterion.weight.value(case)) if criterion.weight else None,
        share=Fraction(criterion.formula.value(case)) if weighed else None,
        points=points,
        formula=criterion.formula.text,
        words=criterion.words,
        source=criterion.source,
    )


def _part(case: Case, name: str) -> Part:
    value = case.named(name)
    return Part(name, None if value is None else Fraction(value), case.profile.measures[name].unit)


def _refused(profile: Profile, bid: str, bars: tuple[str, ...]) -> Refused:
    told = profile.refusals[bars[0]]
    return Refused(bid=bid, reason=told.name, bars=bars, words=told.words, source=told.source)


def _dumping(profile: Profile, lot: Lot, received: list[Bid]) -> tuple[Dumped, ...]:
    if profile.dumping is None:
        return ()
    floors = ((case.bid, Fraction(case.named(profile.dumping.name))) for case in cases(profile, lot, received))
    return tuple(Dumped(bid.id, floor, floor - bid.price) for bid, floor in floors if bid.price < floor)


class _Writer:
    """Numbers as a profile shows them."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._places = int(profile.number("display_places"))

    def number(self, value: Fraction, unit: str = "") -> dict[str, str]:
        return written(value / _TIYN_IN_TENGE if unit == "tenge" else value, self._places)

    def counted(self, value: Fraction, unit: str) -> dict[str, str]:
        return self.number(value, unit) | {"unit": unit}

    def or_none(self, value: Fraction | None, unit: str = "") -> dict[str, str] | None:
        return None if value is None else self.number(value, unit)

    def ranked(self, ranked: Ranked) -> dict[str, Any]:
        return {
            "bid": ranked.bid,
            "place": ranked.place,
            "total": self.counted(ranked.total, self._profile.total.unit),
            "points": [self._earned(one) for one in ranked.points],
        }

    def dumped(self, dumped: Dumped) -> dict[str, Any]:
        rule = self._profile.dumping
        told = {} if rule is None else {"words": dict(rule.words), "source": rule.source}
        floor, shortfall = self.counted(dumped.floor, "tenge"), self.counted(dumped.shortfall, "tenge")
        return {"bid": dumped.bid, "floor": floor, "shortfall": shortfall, **told}

    def _earned(self, one: Earned) -> dict[str, Any]:
        return {
            "criterion": one.criterion,
            "value": self.counted(one.value, one.unit),
            "parts": [self._part(part) for part in one.parts],
            "weight": one.weight,
            "share": self.or_none(one.share),
            "points": self.number(one.points),
            "formula": one.formula,
            "words": dict(one.words),
            "source": one.source,
        }

    def _part(self, part: Part) -> dict[str, Any]:
        measure = self._profile.measures[part.name]
        told = {"unit": part.unit, "formula": measure.formula.text, "title": dict(measure.title)}
        return {"name": part.name, "value": self.or_none(part.value, part.unit), **told}


def _tie(tie: TieStep) -> dict[str, Any]:
    return {
        "step": tie.step,
        "bids": list(tie.bids),
        "order": [list(group) for group in tie.order],
        "decided": tie.decided,
        "words": dict(tie.words),
        "source": tie.source,
    }


def _refusal(refused: Refused) -> dict[str, Any]:
    return {
        "bid": refused.bid,
        "reason": refused.reason,
        "bars": list(refused.bars),
        "words": dict(refused.words),
        "source": refused.source,
    }

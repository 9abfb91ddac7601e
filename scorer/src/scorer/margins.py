"""How far a bid was from winning: what would have been enough, the other bids being as they are."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import Any

from scorer.cases import admitted, cases
from scorer.inputs import Asked, Bid, Lot
from scorer.profiles import Profile
from scorer.reading import check_bids, check_lot
from scorer.scoring import winner_of
from scorer.ties import ordered

_THOUSANDTHS = 1000
_FARTHEST = 10**18
"""No figure is larger: sixteen digits of tenge, in tiyn."""


@dataclass(frozen=True)
class Margin:
    """What alone would make a bid win: each one changed by itself, or None where no change of it would do.

    `price` is the highest winning one in tiyn. `facts` has, for each fact of which more or less can only help, the
    value nearest to the worst that would win: a whole number; a number of thousandths; whether a flag is set; for
    figures of years, how much more in the last complete year; for objects, how many more years of one object as main
    contractor. For the winner they say how much it had to spare.
    """

    price: int | None
    facts: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        """Return the margin ready for JSON."""
        facts = {name: str(value) if isinstance(value, Fraction) else value for name, value in self.facts.items()}
        return {"price": self.price, "facts": facts}


def margin(profile: Profile, lot: Lot, bids: Iterable[Bid], bid: str) -> Margin:
    """Return the margin of one of the bids, by its id.

    Every search is by halves, for more of what is better never makes a place worse; what is found is scored again.

    Raises:
        KeyError: none of the bids has this id.
        UnfitLot, UnfitBid: as `score`.
    """
    received = list(bids)
    own = {one.id: one for one in received}[bid]
    check_lot(profile, lot)
    check_bids(profile, lot, received)
    others = _rivals(profile, lot, received, bid)

    def wins(changed: Bid) -> bool:
        return winner_of(profile, lot, [*others, changed]) == bid

    searched = {name: asked for name, asked in profile.bid.items() if asked.better and asked.kind in _SEARCHES}
    return Margin(
        price=_price(profile, lot, own, wins),
        facts={name: _SEARCHES[asked.kind](own, asked, wins) for name, asked in searched.items()},
    )


def _rivals(profile: Profile, lot: Lot, received: list[Bid], bid: str) -> list[Bid]:
    """Return the bids that have to be beaten: where nobody changes how others stand to each other, the best of them."""
    others = [one for one in received if one.id != bid]
    if profile.relative:
        return others
    best = set()
    for rules in (profile, *(other for _, _, other in profile.alternatives)):
        best |= {case.bid.id for group in ordered(rules, admitted(rules, lot, others)[0])[0][:1] for case in group[:1]}
    return [one for one in others if one.id in best]


def _price(profile: Profile, lot: Lot, own: Bid, wins: Callable[[Bid], bool]) -> int | None:
    """Return the highest price that wins, from the lowest one that the rules expect up to the amount allocated."""
    floor = 0
    if profile.dumping is not None:
        floor = max(0, ceil(cases(profile, lot, [own])[0].named(profile.dumping.name)))
    saved = _least(lot.amount - floor, lambda less: wins(replace(own, price=lot.amount - less)))
    return None if saved is None else lot.amount - saved


def _changed(own: Bid, name: str, value: Any) -> Bid:
    return replace(own, facts={**own.facts, name: value})


def _whole(own: Bid, asked: Asked, wins: Callable[[Bid], bool]) -> int | None:
    """Return the least that wins, or the most where less is better."""
    if asked.better == "more":
        most = _FARTHEST if asked.most is None else asked.most
        return _least(most, lambda number: wins(_changed(own, asked.name, number)))
    here: int = own.facts[asked.name]
    fewer = _least(here, lambda less: wins(_changed(own, asked.name, here - less)))
    return None if fewer is None else here - fewer


def _fraction(own: Bid, asked: Asked, wins: Callable[[Bid], bool]) -> Fraction | None:
    """Return the least number of thousandths, from nought on, that wins."""
    least = _least(_FARTHEST, lambda number: wins(_changed(own, asked.name, Fraction(number, _THOUSANDTHS))))
    return None if least is None else Fraction(least, _THOUSANDTHS)


def _flag(own: Bid, asked: Asked, wins: Callable[[Bid], bool]) -> bool | None:
    worse = asked.better == "less"
    return next((flag for flag in (worse, not worse) if wins(_changed(own, asked.name, flag))), None)


def _years(own: Bid, asked: Asked, wins: Callable[[Bid], bool]) -> int | None:
    figures = own.facts[asked.name]
    year = max((n for n, figure in enumerate(figures) if figure is not None), default=None)
    if year is None:
        return None

    def with_more(more: int) -> Bid:
        return _changed(own, asked.name, (*figures[:year], figures[year] + more, *figures[year + 1 :]))

    return _least(_FARTHEST, lambda more: wins(with_more(more)))


def _objects(own: Bid, asked: Asked, wins: Callable[[Bid], bool]) -> int | None:
    years = tuple(year for year in own.facts[asked.name] if sum(year))
    more = range(asked.length - len(years) + 1)
    return next((n for n in more if wins(_changed(own, asked.name, years + ((1, 0),) * n))), None)


_SEARCHES: Mapping[str, Callable[[Bid, Asked, Callable[[Bid], bool]], Any]] = {
    "money": _whole,
    "whole": _whole,
    "fraction": _fraction,
    "flag": _flag,
    "years": _years,
    "objects": _objects,
}


def _least(most: int, enough: Callable[[int], bool]) -> int | None:
    """Return the least number from 0 to `most` that is enough, if once enough means ever after."""
    if most < 0 or not enough(most):
        return None
    bound = 1
    while bound < most and not enough(bound):
        bound *= 2
    return bisect_left(range(min(bound, most)), 1, key=enough)

"""Many lots at once: the order of bids and the winner, by columns of floats with bounds, exact where in doubt.

Who ranks everything anew, a year of lots under another profile, needs no reasons. Formulas are the profile's own, read
as operations on columns. A lot of which anything is doubtful, a near tie, a number near a limit, is ranked by
fractions, so that no answer differs from that of `score`. This module needs NumPy (`scorer[batch]`); no other does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

import numpy as np

from scorer.batch.formulas import OffColumns, Rules, read_rules
from scorer.batch.layout import LARGEST, Batch, Odd, Part, joined, lay_out
from scorer.batch.places import Order, placed
from scorer.profiles import Profile
from scorer.reading import check_bids, check_lot
from scorer.scoring import standing

__all__ = ["LARGEST", "Batch", "Order", "Prepared", "doubts", "prepare", "rank"]

TOGETHER = 16_000
"""So many bids make one part, whose columns stay small enough not to be fetched from far."""
READ = 1_000
"""So many bids are read at once, which take far more memory than what is laid out of them."""


@dataclass(frozen=True)
class Prepared:
    """Lots laid out under a profile, or as they are where columns cannot tell one of its formulas (`rules` is None)."""

    profile: Profile
    batch: Batch
    rules: Rules | None
    parts: tuple[Part, ...]


def prepare(profile: Profile, batch: Batch) -> Prepared:
    """Check lots and bids, and lay them out in columns.

    Raises:
        UnfitLot, UnfitBid: as `score`.
        OverflowError: a number is beyond `LARGEST`, so that a sum of years might not fit 64 bits.
    """
    try:
        rules = read_rules(profile)
    except OffColumns:
        _check(profile, batch)
        return Prepared(profile, batch, None, ())
    try:
        parts = tuple(_part(profile, rules, batch, places) for places in _alike(batch))
    except Odd:
        _check(profile, batch)
        raise OverflowError(f"a number is above {LARGEST}, too large for a column") from None
    _check(profile, [batch[place] for place in sorted(_suspect(rules, parts))])
    return Prepared(profile, batch, rules, parts)


def rank(prepared: Prepared) -> list[Order]:
    """Return the order and the winner of each lot, the same as `score` would find."""
    if prepared.rules is None:
        return [standing(prepared.profile, lot, bids) for lot, bids in prepared.batch]
    found: list[Order] = [((), None)] * len(prepared.batch)
    for part in prepared.parts:
        orders, doubtful = placed(prepared.rules, part)
        for place, order in zip(part.places, orders, strict=True):
            found[place] = order
        for lot in np.flatnonzero(doubtful).tolist():
            found[part.places[lot]] = standing(prepared.profile, *prepared.batch[part.places[lot]])
    return found


def doubts(prepared: Prepared) -> int:
    """Return how many lots are left to exact fractions."""
    if prepared.rules is None:
        return len(prepared.batch)
    return sum(int(placed(prepared.rules, part)[1].sum()) for part in prepared.parts)


def _alike(batch: Batch) -> Iterable[list[int]]:
    """Return the places of lots with the same number of bids, so many of them as make one part."""
    sizes: dict[int, list[int]] = {}
    for place, (_, bids) in enumerate(batch):
        sizes.setdefault(len(bids), []).append(place)
    return chain.from_iterable(_cut(places, TOGETHER // max(size, 1)) for size, places in sizes.items())


def _cut(places: list[int], lots: int) -> Iterable[list[int]]:
    return (places[at : at + max(lots, 1)] for at in range(0, len(places), max(lots, 1)))


def _part(profile: Profile, rules: Rules, batch: Batch, places: list[int]) -> Part:
    lots = READ // max(len(batch[places[0]][1]), 1)
    return joined([lay_out(profile, batch, piece, rules.keys) for piece in _cut(places, lots)])


def _suspect(rules: Rules, parts: Iterable[Part]) -> Iterable[int]:
    """Return the places of lots for which it is not certain that all requirements are met."""
    for part in parts:
        met, doubtful = rules.requirements.run(part.columns, len(part.places))
        for one in met:
            doubtful = doubtful | ~np.all(np.broadcast_to(one, part.ids.shape), axis=0)
        yield from (part.places[lot] for lot in np.flatnonzero(doubtful).tolist())


def _check(profile: Profile, batch: Batch) -> None:
    """Check one by one, as `score` does, so that the first that is unfit is named with its reason."""
    for lot, bids in batch:
        check_lot(profile, lot)
        check_bids(profile, lot, bids)

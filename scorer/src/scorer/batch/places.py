"""Bids of many lots in their places: by their totals, where these are further apart than they can be wrong."""

from typing import Any

import numpy as np

from scorer.batch.approximate import Column, is_exact, rough
from scorer.batch.formulas import Rules
from scorer.batch.layout import Part
from scorer.batch.operations import LARGEST_WHOLE

Order = tuple[tuple[str, ...], str | None]
"""Who stands in which order, those that nothing sets apart by id; and who wins."""


def placed(rules: Rules, part: Part) -> tuple[list[Order], Column]:
    """Return the order and the winner of each lot of a part, and which of them are in doubt."""
    lots = len(part.places)
    if not len(part.ids):
        return [((), None)] * lots, np.zeros(lots, dtype=bool)
    found, doubtful = rules.ranking.run(part.columns, lots)
    (order, near, counts), *others = (_sorted(*pair) for pair in zip(found[::2], found[1::2], strict=True))
    won = counts >= rules.fewest[0]
    doubtful |= near.any(axis=0)
    for (otherwise, close, count), fewest in zip(others, rules.fewest[1:], strict=True):
        won &= (count >= fewest) & (otherwise[0] == order[0])
        doubtful |= close[:2].any(axis=0)  # of another answer only the winner matters
    return _named(part.ids, order, counts, won), doubtful


def _sorted(total: Any, compared: Column) -> tuple[Column, Column, Column]:
    """Return which bid of each lot is in which place, where places are in doubt, and how many bids are compared.

    A place is in doubt where the bid is too near to the one ahead; the first one, where any total is not known at all.
    """
    exact, counts = is_exact(total), np.count_nonzero(compared, axis=0)
    value, bound = (total, 0) if exact else (rough(total).value, rough(total).bound)
    value = np.broadcast_to(value, compared.shape)
    near = np.zeros(compared.shape, dtype=bool)
    if not np.isfinite(value).all():
        near[0] = np.any(~np.isfinite(value) & compared, axis=0)
    if counts.min() < len(compared):
        value = np.where(compared, value, LARGEST_WHOLE if exact else np.inf)
    order = value.argsort(axis=0)
    ahead = np.take_along_axis(value, order, axis=0)
    with np.errstate(invalid="ignore"):  # between two that are not compared
        near[1:] = ~(np.diff(ahead, axis=0) > 2 * bound)
    near[1:] &= np.arange(1, len(compared))[:, None] < counts
    return order, near, counts


def _named(ids: Column, order: Column, counts: Column, won: Column) -> list[Order]:
    """Return the ids in their order, without those that are not compared, and that of the winner."""
    names: Column = np.take_along_axis(ids, order, axis=0)
    orders = list(zip(*names.tolist(), strict=True))
    for lot in np.flatnonzero(counts < len(ids)).tolist():
        orders[lot] = orders[lot][: counts[lot]]
    winners = names[0].copy()
    winners[~won] = None
    return list(zip(orders, winners.tolist(), strict=True))

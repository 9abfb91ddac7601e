"""Lots and their bids laid out in columns, straight from their facts, and checked as columns.

What a look at whole columns finds odd is looked at again bid by bid, for only that says what is wrong, and with which.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from scorer.batch.approximate import UNIT, Column, Rough, rough
from scorer.batch.formulas import RECEIVED, Exactly
from scorer.cases import Case, Field
from scorer.inputs import Asked, Bid, Lot, unfit
from scorer.profiles import Profile

LARGEST = 10**18
"""Sixteen digits of tenge, in tiyn."""
_NOBODY = Bid("", 0, dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
Batch = Sequence[tuple[Lot, Sequence[Bid]]]


class Odd(Exception):
    """Something in a column is not as it should be, or too large for it."""


@dataclass(frozen=True)
class Part:
    """Lots with the same number of bids, by their `places` in the batch.

    A column has a value for each lot, or a row of these for each bid: the first bids of all lots, the second ones.
    """

    places: Sequence[int]
    ids: Column
    columns: Mapping[Hashable, Any]


def lay_out(profile: Profile, batch: Batch, places: Sequence[int], keys: Iterable[Hashable]) -> Part:
    """Lay out some lots of a batch; `keys` name the formulas that are to be reckoned by themselves, too.

    Raises:
        Odd: a term or a fact is not what the profile asks for, two bids of a lot have one id, or a number is beyond
            `LARGEST`.
    """
    lots, received = zip(*(batch[place] for place in places), strict=True)
    bids = list(chain.from_iterable(zip(*received, strict=True)))
    shape = len(received[0]), len(lots)
    columns: dict[Hashable, Any] = {RECEIVED: np.ones(shape, dtype=bool)}
    columns["price"] = _wholes([bid.price for bid in bids]).reshape(shape)
    columns["lot.amount"] = _wholes([lot.amount for lot in lots])
    for name, column in _columns(profile, profile.bid, [bid.facts for bid in bids]):
        columns[name] = _shaped(column, shape)
    for name, column in _columns(profile, profile.lot, [lot.terms for lot in lots]):
        columns[f"lot.{name}"] = column
    for key in keys:
        if isinstance(key, Exactly):
            columns[key] = _exactly(key, lots, bids, shape)
    return Part(places, _ids(bids, shape), columns)


def joined(pieces: Sequence[Part]) -> Part:
    """Make one part of pieces whose lots have the same number of bids."""
    places = [place for piece in pieces for place in piece.places]
    columns = {key: _joined([piece.columns[key] for piece in pieces]) for key in pieces[0].columns}
    return Part(places, _joined([piece.ids for piece in pieces]), columns)


def _joined(pieces: list[Any]) -> Any:
    if any(isinstance(piece, Rough) for piece in pieces):
        return Rough(np.concatenate([rough(piece).value for piece in pieces], axis=-1), UNIT)
    return np.concatenate(pieces, axis=-1)


def _ids(bids: list[Bid], shape: tuple[int, int]) -> Column:
    ids = np.empty(len(bids), dtype=object)
    ids[:] = [bid.id for bid in bids]
    ids = ids.reshape(shape)
    if any(len(set(together)) < shape[0] for together in zip(*ids.tolist(), strict=True)):
        raise Odd
    return ids


def _columns(
    profile: Profile, asked: Mapping[str, Asked], values: list[Mapping[str, Any]]
) -> Iterator[tuple[str, Any]]:
    """Return a column for each fact or term that has one, by its name, and one for each weight."""
    if any(set(names) != asked.keys() for names in set(map(tuple, values))):
        raise Odd
    for name, one in asked.items():
        column = list(map(itemgetter(name), values))
        if one.kind == "weights":
            if any(set(names) != profile.criteria.keys() for names in set(map(tuple, column))):
                raise Odd
            yield from ((f"{name}[{of!r}]", _wholes(list(map(itemgetter(of), column)))) for of in profile.criteria)
        elif one.kind in _LAID_OUT:
            yield name, _LAID_OUT[one.kind](column, one)
            if one.most is not None and max(column, default=0) > one.most:
                raise Odd
        elif any(unfit({name: one}, {name: value}) for value in column):
            raise Odd


def _are(kinds: type | tuple[type, ...], values: list[Any]) -> bool:
    return all(issubclass(kind, kinds) for kind in set(map(type, values)))


def _wholes(values: list[Any], _: Asked | None = None) -> Column:
    if set(map(type, values)) - {int}:
        raise Odd
    return _fitting(values)


def _fitting(values: list[int], least: int = 0) -> Column:
    try:
        column = np.array(values, dtype=np.int64)
    except OverflowError:
        raise Odd from None
    if column.size and (column.min() < least or column.max() > LARGEST):
        raise Odd
    return column


def _fractions(values: list[Any], _: Asked) -> Any:
    if not _are(Fraction, values):
        raise Odd
    return _numbers(values)


def _flags(values: list[Any], _: Asked) -> Column:
    if not _are(bool, values):
        raise Odd
    return np.array(values, dtype=bool)


def _choices(values: list[Any], asked: Asked) -> Column:
    if not _are(str, values) or not set(values) <= set(asked.answers):
        raise Odd
    return np.array(values, dtype=str)


def _years(rows: list[Any], asked: Asked) -> Column:
    """Lay out figures, those that are missing as one below nought."""
    if not _are(tuple, rows) or set(map(len, rows)) - {asked.length}:
        raise Odd
    figures = list(chain.from_iterable(rows))
    if set(map(type, figures)) - {int, type(None)}:
        raise Odd
    column = _fitting([-1 if one is None else one for one in figures], -1)
    if np.count_nonzero(column < 0) != figures.count(None):
        raise Odd
    return column.reshape(len(rows), asked.length)


def _numbers(values: list[Any]) -> Any:
    """Lay out whole numbers and fractions; they stay exact if all of them are whole."""
    if all(value.denominator == 1 for value in values):
        return _fitting(list(map(int, values)), -LARGEST)
    return Rough(np.array(list(map(float, values))), UNIT)


def _exactly(asked: Exactly, lots: tuple[Lot, ...], bids: list[Bid], shape: tuple[int, ...]) -> Any:
    """Reckon a formula for each lot, or for each bid if it asks for its facts, as often as their values differ."""
    if asked.facts:
        lots = lots * shape[0]
    else:
        bids, shape = [_NOBODY] * len(lots), shape[1:]
    given = [_keys(bid.price if name == "price" else bid.facts[name] for bid in bids) for name in asked.facts]
    given += [_keys(lot.amount if name == "amount" else lot.terms[name] for lot in lots) for name in asked.terms]
    keys = list(zip(*given, strict=True))
    known: dict[Hashable, Any] = {}
    for key, lot, bid in zip(keys, lots, bids, strict=True):
        if key not in known:
            known[key] = asked.formula.value(Case(asked.profile, lot, bid, Field()))
    values = [known[key] for key in keys]
    return _shaped(np.array(values) if _are(bool, values) else _numbers(values), shape)


def _keys(values: Iterable[Any]) -> list[Hashable]:
    """Make values keys: shares and weights can be none themselves."""
    return [tuple(value.items()) if isinstance(value, Mapping) else value for value in values]


def _shaped(column: Any, shape: tuple[int, ...]) -> Any:
    """Turn values that follow one another into a row for each bid; each year has rows of its own."""
    if isinstance(column, Rough):
        return Rough(column.value.reshape(shape), column.relative)
    return (
        column.reshape(shape) if column.ndim == 1 else np.ascontiguousarray(column.T).reshape(column.shape[1], *shape)
    )


_LAID_OUT: Mapping[str, Callable[[list[Any], Asked], Any]] = {
    "choice": _choices,
    "flag": _flags,
    "fraction": _fractions,
    "money": _wholes,
    "whole": _wholes,
    "years": _years,
}
"""Kinds that have a column. The others are lists, which formulas ask for that are reckoned by themselves."""

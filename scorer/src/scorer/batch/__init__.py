"""Many lots at once: the order of bids and the winner, by columns of floats with bounds, exact where in doubt.

Who ranks everything anew, a year of lots under another profile, needs no reasons. Formulas are the profile's own, read
as operations on columns. A lot of which anything is doubtful, a near tie, a number near a limit, is ranked by
fractions, so that no answer differs from that of `score`. This module needs NumPy (`scorer[batch]`); no other does.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from scorer.batch.approximate import (
    UNIT,
    Column,
    Rough,
    add,
    choose,
    difference,
    divide,
    floors,
    is_exact,
    least,
    most,
    multiply,
    negate,
    rough,
)
from scorer.cases import Case, Field
from scorer.inputs import Bid, Lot
from scorer.language import AMONG, Formula, read_formula
from scorer.profiles import Profile
from scorer.reading import check_bids, check_lot
from scorer.scoring import standing

LARGEST = 10**18
"""Sixteen digits of tenge, in tiyn."""
PART = 2_000
"""So many lots make one part, whose columns stay small enough not to be fetched from far."""
Batch = Sequence[tuple[Lot, Sequence[Bid]]]


Order = tuple[tuple[str, ...], str | None]
"""Who stands in which order, those that nothing sets apart by id; and who wins."""


@dataclass(frozen=True)
class Prepared:
    """Lots laid out under a profile, in parts that fit the processor's nearest memory."""

    profile: Profile
    parts: tuple["_Part", ...]


@dataclass
class _Part:
    """Lots with their bids as columns: facts as they are, and what formulas ask of tables and lists, reckoned once."""

    profile: Profile
    lots: list[tuple[Lot, list[Bid]]]
    ids: list[str]
    starts: Column
    lot_of: Column
    columns: dict[str, Any] = field(default_factory=dict)


def prepare(profile: Profile, batch: Batch) -> Prepared:
    """Check lots and bids, and lay them out in columns.

    Raises:
        UnfitLot, UnfitBid: as `score`.
        OverflowError: a number is beyond `LARGEST`, so that a sum of years might not fit 64 bits.
    """
    lots = [(lot, sorted(bids, key=lambda bid: bid.id)) for lot, bids in batch]
    for lot, bids in lots:
        check_lot(profile, lot)
        check_bids(profile, lot, bids)
    return Prepared(profile, tuple(_part(profile, lots[at : at + PART]) for at in range(0, len(lots), PART)))


def _part(profile: Profile, lots: list[tuple[Lot, list[Bid]]]) -> "_Part":
    sizes = np.array([len(bids) for _, bids in lots], dtype=np.int64)
    ids = [bid.id for _, bids in lots for bid in bids]
    made = _Part(profile, lots, ids, np.cumsum(sizes) - sizes, np.repeat(np.arange(len(lots)), sizes))
    cases = [Case(profile, lot, bid, Field()) for lot, bids in lots for bid in bids]
    for name, asked in profile.bid.items():
        if asked.kind in {"years", "money", "whole", "flag", "fraction"}:
            made.columns[name] = _column([case.bid.facts[name] for case in cases], years=asked.kind == "years")
    made.columns["price"] = _column([case.bid.price for case in cases])
    for formula in profile.formulas():
        _lay_out(made, formula.tree, cases)
    for criterion in profile.criteria.values():
        if criterion.weight is not None:
            _lay_out(made, criterion.weight.tree, cases)
    return made


def rank(prepared: Prepared) -> list[Order]:
    """Return the order and the winner of each lot, the same as `score` would find."""
    return [order for part in prepared.parts for order in _ranked(part)]


def doubts(prepared: Prepared) -> int:
    """Return how many lots are left to exact fractions under the profile's own answers."""
    return sum(int(_Sheet(part, prepared.profile).ranked().doubtful.sum()) for part in prepared.parts)


def _ranked(part: "_Part") -> list[Order]:
    profile, found = part.profile, _Sheet(part, part.profile).ranked()
    winners, doubtful = found.winners, found.doubtful
    for _, _, other in profile.alternatives:
        differing = _Sheet(part, other).ranked()
        doubtful = doubtful | differing.doubtful
        winners = np.where(winners == differing.winners, winners, -1)
    ids = part.ids
    order = tuple(map(ids.__getitem__, found.order.tolist()))
    first = [*ids, None]  # the last is where -1, nobody, points to
    rows = zip(found.begins.tolist(), found.ends.tolist(), map(first.__getitem__, winners.tolist()), strict=True)
    orders = [(order[begin:end], winner) for begin, end, winner in rows]
    for lot in np.flatnonzero(doubtful).tolist():
        orders[lot] = standing(profile, *part.lots[lot])
    return orders


@dataclass(frozen=True)
class _Ranked:
    """Places of bids in their order, where each lot's begin and end, the place of each winner or -1, and doubts."""

    order: Column
    begins: Column
    ends: Column
    winners: Column
    doubtful: Column


class _Sheet:
    """The columns of a batch under one profile, and which lots are in doubt."""

    def __init__(self, part: _Part, profile: Profile) -> None:
        self._made, self._profile = part, profile
        self._doubtful = np.zeros(len(part.lots), dtype=bool)
        self._compared = np.ones(len(part.ids), dtype=bool)
        self._known: dict[str, Any] = {}

    def ranked(self) -> _Ranked:
        with np.errstate(all="ignore"):
            self._admit()
            total = self._of(self._profile.total.formula.tree)
            return self._ordered(negate(total) if self._profile.total.better == "higher" else total)

    def _admit(self) -> None:
        bars = self._profile.refusals.values()
        for among in (False, True):
            passed = self._compared
            for bar in bars:
                if bar.formula.among is among:
                    passed = passed & ~np.asarray(self._of(bar.formula.tree))
            self._compared = passed
            self._known = {}

    def _ordered(self, total: Any) -> _Ranked:
        lots, made = len(self._made.lots), self._made
        at = np.flatnonzero(self._compared)
        exact = total if is_exact(total) else rough(total).value
        value = np.broadcast_to(exact, len(made.ids))[at]
        bound = np.broadcast_to(0.0 if is_exact(total) else rough(total).bound, len(made.ids))[at]
        whose = made.lot_of[at]
        sorting = np.lexsort((value, whose))
        value, whose, order = value[sorting], whose[sorting], at[sorting]
        widest = np.zeros(lots)
        np.maximum.at(widest, whose, bound[sorting])
        near = (whose[1:] == whose[:-1]) & ~(np.diff(value) > 2 * widest[whose[1:]])
        self._doubtful[whose[1:][near]] = True
        self._doubtful[whose[~np.isfinite(value) | ~np.isfinite(bound[sorting])]] = True
        counts = np.bincount(whose, minlength=lots)
        begins = np.cumsum(counts) - counts
        first = order[np.minimum(begins, max(len(order) - 1, 0))] if len(order) else np.zeros(lots, dtype=np.int64)
        winners = np.where((counts > 0) & (counts >= self._profile.fewest), first, -1)
        return _Ranked(order, begins, begins + counts, winners, self._doubtful)

    def _of(self, node: ast.expr) -> Any:
        laid_out = self._made.columns.get(ast.unparse(node)) if isinstance(node, _LAID_OUT) else None
        return _READ[type(node)](self, node) if laid_out is None else laid_out

    def name(self, node: ast.Name) -> Any:
        if node.id not in self._known:
            self._known[node.id] = self._reckoned(node.id)
        return self._known[node.id]

    def _reckoned(self, name: str) -> Any:
        if name in self._made.columns:
            return self._made.columns[name]
        if name in self._profile.measures:
            return self._of(self._profile.measures[name].formula.tree)
        if name == "bids":
            return self._a_lot(np.add, self._compared.astype(np.int64))
        if name == "earned":
            return reduce(add, map(self._points, self._profile.criteria), 0)
        value = self._profile.parameters[name].value
        return int(value) if isinstance(value, Fraction) and value.denominator == 1 else value

    def _points(self, name: str) -> Any:
        criterion = self._profile.criteria[name]
        share = self._of(criterion.formula.tree)
        return share if criterion.weight is None else multiply(self._of(criterion.weight.tree), share)

    def _a_lot(self, together: Any, column: Column) -> Column:
        """Put the bids of each lot together, and give every bid what came of it."""
        sizes = np.bincount(self._made.lot_of, minlength=len(self._made.lots))
        found = together.reduceat(column, self._made.starts[sizes > 0])
        whole = np.zeros(len(self._made.lots), dtype=found.dtype)
        whole[sizes > 0] = found
        return whole[self._made.lot_of]

    def arithmetic(self, node: ast.BinOp) -> Any:
        one, other = self._of(node.left), self._of(node.right)
        if isinstance(node.op, ast.Sub):
            other = negate(other)
        return {ast.Add: add, ast.Sub: add, ast.Mult: multiply, ast.Div: divide}[type(node.op)](one, other)

    def unary(self, node: ast.UnaryOp) -> Any:
        value = self._of(node.operand)
        return ~np.asarray(value) if isinstance(node.op, ast.Not) else negate(value)

    def logic(self, node: ast.BoolOp) -> Any:
        together = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return reduce(together, map(self._of, node.values))

    def comparison(self, node: ast.Compare) -> Any:
        one, other = self._of(node.left), self._of(node.comparators[0])
        if isinstance(one, str) or (isinstance(one, np.ndarray) and one.dtype.kind == "U"):
            return one == other if isinstance(node.ops[0], ast.Eq) else one != other
        sign, doubtful = difference(one, other)
        self._doubt(doubtful)
        return _SIGNS[type(node.ops[0])](sign)

    def choice(self, node: ast.IfExp) -> Any:
        test = self._of(node.test)
        if isinstance(test, bool | np.bool_):
            return self._of(node.body if test else node.orelse)
        return choose(test, self._of(node.body), self._of(node.orelse))

    def _doubt(self, doubtful: Any) -> None:
        if np.any(doubtful):
            self._doubtful[self._made.lot_of[np.broadcast_to(doubtful, len(self._made.ids))]] = True

    def call(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        if name in AMONG:
            return self._among(name, self._of(node.args[0]))
        values = [self._of(argument) for argument in node.args]
        if name in {"floor", "rounded"}:
            unit = values[1] if name == "rounded" else 1
            value = add(divide(values[0], unit), Fraction(1, 2)) if name == "rounded" else values[0]
            whole, doubtful = floors(value)
            self._doubt(doubtful)
            return whole * unit
        return _CALLS[name](*values)

    def _among(self, name: str, value: Any) -> Any:
        if name in {"count", "count_received"}:
            counted = np.broadcast_to(np.asarray(value), len(self._made.ids))
            return self._a_lot(
                np.add, (counted if name == "count_received" else counted & self._compared).astype(np.int64)
            )
        sign = -1.0 if name == "highest" else 1.0
        a = rough(value)
        found = self._a_lot(np.minimum, np.where(self._compared, sign * a.value, np.inf))
        bounds = np.broadcast_to(a.bound, len(self._made.ids))
        return Rough(sign * found, self._a_lot(np.maximum, np.where(self._compared, bounds, 0.0)))


def _column(values: list[Any], *, years: bool = False) -> Any:
    if years:
        rows = np.array([[-1 if one is None else _fitting(one) for one in row] for row in values], dtype=np.int64)
        return np.ascontiguousarray(rows.T)
    if values and isinstance(values[0], bool | str):
        return np.array(values)
    if all(isinstance(value, int) or value.denominator == 1 for value in values):
        return np.array([_fitting(int(value)) for value in values], dtype=np.int64)
    floats = np.array([float(value) for value in values])
    return Rough(floats, float(np.max(np.abs(floats), initial=0.0)) * UNIT)


def _fitting(number: int) -> int:
    if abs(number) > LARGEST:
        raise OverflowError(f"{number} is too large for a column")
    return number


_LAID_OUT = ast.Call | ast.Subscript | ast.Attribute


def _lay_out(made: _Part, node: ast.expr, cases: list[Case]) -> None:
    """Reckon what is no arithmetic, once and exactly: what a table, a list or a term says."""
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    slow = isinstance(node, ast.Subscript | ast.Attribute) or called in {"experience", "tier", "sum", "within"}
    if not slow:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr) and not (isinstance(node, ast.Call) and child is node.func):
                _lay_out(made, child, cases)
        return
    text = ast.unparse(node)
    if text not in made.columns:
        formula: Formula = read_formula(text)
        made.columns[text] = _column([formula.value(case) for case in cases])


def _total(*figures: Column) -> Column:
    whole = reduce(np.bitwise_or, figures) >= 0  # the sign of any that is missing
    summed: Column = (figures[0] * whole).sum(axis=0)
    return summed


def _complete(*figures: Column) -> Column:
    counted: Column = (reduce(np.bitwise_or, figures) >= 0).sum(axis=0)
    return counted


def _mean(*values: Any) -> Any:
    return divide(reduce(add, values), len(values))


def _clamp(value: Any, lowest: Any = 0, highest: Any = 1) -> Any:
    return least(most(value, lowest), highest)


_CALLS: Mapping[str, Any] = {
    "clamp": _clamp,
    "complete": _complete,
    "max": lambda *values: reduce(most, values),
    "mean": _mean,
    "min": lambda *values: reduce(least, values),
    "total": _total,
}
_SIGNS: Mapping[type[ast.cmpop], Any] = {
    ast.Eq: lambda sign: sign == 0,
    ast.NotEq: lambda sign: sign != 0,
    ast.Lt: lambda sign: sign < 0,
    ast.LtE: lambda sign: sign <= 0,
    ast.Gt: lambda sign: sign > 0,
    ast.GtE: lambda sign: sign >= 0,
}
_READ: Mapping[type[ast.expr], Any] = {
    ast.BinOp: _Sheet.arithmetic,
    ast.BoolOp: _Sheet.logic,
    ast.Call: _Sheet.call,
    ast.Compare: _Sheet.comparison,
    ast.Constant: lambda _, node: node.value,
    ast.IfExp: _Sheet.choice,
    ast.Name: _Sheet.name,
    ast.UnaryOp: _Sheet.unary,
}

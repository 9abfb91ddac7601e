"""What functions and comparisons of formulas are for columns; those that may be in doubt tell where, too."""

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np

from scorer.batch.approximate import (
    Column,
    Rough,
    add,
    difference,
    divide,
    floors,
    is_exact,
    least,
    most,
    multiply,
    rough,
)

LARGEST_WHOLE = 2**63 - 1
"""Beyond any number of a column."""
Doubted = tuple[Any, Any]
"""What was found, and which of it is doubtful."""


def no(value: Any) -> Any:
    return np.logical_not(value)


def both(one: Any, other: Any) -> Any:
    return np.logical_and(one, other)


def either(one: Any, other: Any) -> Any:
    return np.logical_or(one, other)


def without(passed: Column, barred: Any) -> Column:
    """Return who passed and is not barred."""
    return np.logical_and(passed, np.logical_not(barred)) if np.any(barred) else passed


def whole_years(*figures: Column) -> Column:
    """Return a mask of all bits for each year of which no figure is missing, that is, below nought."""
    mask: Column = ~(reduce(np.bitwise_or, figures) >> 63)
    return mask


def _total(whole: Column, figures: Column) -> Column:
    added: Column = np.add.reduce(figures & whole, axis=0)
    return added


def _complete(whole: Column, _: Column) -> Column:
    counted: Column = -np.add.reduce(whole, axis=0)
    return counted


def count(among: Column, counted: Any) -> Column:
    """Return of how many bids of each lot something is true."""
    found: Column = np.count_nonzero(np.logical_and(among, counted), axis=0)
    return found


def _lowest(among: Column, value: Any) -> Any:
    return _outermost(among, value, np.minimum, 1)


def _highest(among: Column, value: Any) -> Any:
    return _outermost(among, value, np.maximum, -1)


def _outermost(among: Column, value: Any, reached: np.ufunc, sign: int) -> Any:
    """Find the lowest or highest of some bids of each lot; what it is of a lot without any of them, nobody asks."""
    among = among | ~among.any(axis=0)
    if is_exact(value):
        return reached.reduce(np.where(among, value, sign * LARGEST_WHOLE), axis=0, initial=sign * LARGEST_WHOLE)
    a = rough(value)
    found = reached.reduce(np.where(among, a.value, sign * np.inf), axis=0, initial=sign * np.inf)
    return Rough(found, a.relative, a.bound)


def _floor(value: Any) -> Doubted:
    return floors(value)


def _rounded(value: Any, unit: Any) -> Doubted:
    whole, doubtful = floors(add(divide(value, unit), Fraction(1, 2)))
    return whole * unit if is_exact(unit) else multiply(whole, unit), doubtful


def _mean(*values: Any) -> Any:
    return divide(reduce(add, values), len(values))


def _clamp(value: Any, lowest: Any = 0, highest: Any = 1) -> Any:
    return least(most(value, lowest), highest)


def _max(*values: Any) -> Any:
    return reduce(most, values)


def _min(*values: Any) -> Any:
    return reduce(least, values)


def _compared(holds: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Doubted]:
    def compare(one: Any, other: Any) -> Doubted:
        if isinstance(one, str) or (isinstance(one, np.ndarray) and one.dtype.kind == "U"):
            return holds(one, other), False
        sign, doubtful = difference(one, other)
        return holds(sign, 0), doubtful

    return compare


YEARS: Mapping[str, Callable[[Column, Column], Column]] = {"complete": _complete, "total": _total}
AMONG: Mapping[str, Callable[[Column, Any], Any]] = {
    "count": count,
    "count_received": count,
    "highest": _highest,
    "lowest": _lowest,
}
CALLS: Mapping[str, tuple[Callable[..., Any], bool]] = {
    "clamp": (_clamp, False),
    "floor": (_floor, True),
    "max": (_max, False),
    "mean": (_mean, False),
    "min": (_min, False),
    "rounded": (_rounded, True),
}
"""Each function, and whether it can be in doubt."""
COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Doubted]] = {
    ast.Eq: _compared(np.equal),
    ast.NotEq: _compared(np.not_equal),
    ast.Lt: _compared(np.less),
    ast.LtE: _compared(np.less_equal),
    ast.Gt: _compared(np.greater),
    ast.GtE: _compared(np.greater_equal),
}

"""Columns of numbers that know how wrong they can be: floats with a bound of their error, carried through each step.

Whole numbers stay whole (int64) and exact. Where nothing is known of a number, after a division by what may be nought,
stands NaN, which no later step loses. Whatever cannot be told apart within the bounds is `doubtful`, and is left to
exact fractions; nothing here rounds a doubt away.
"""

from collections.abc import Callable
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
UNIT = 2.0**-52
"""Twice the relative error of a float operation, so that the rounding of the bounds themselves is covered."""
EXACT = 2**53
"""Whole numbers up to here are exact as floats."""


class Rough:
    """Numbers, and how far they may be from the true ones: each by a share of itself (`relative`), or all by a `bound`.

    Products and quotients of whole numbers have a share, so that their signs are sure; sums only have a bound.
    """

    __slots__ = ("_bound", "_widest", "relative", "value")

    def __init__(self, value: Any, relative: float | None = None, bound: float = 0.0, widest: float = -1.0) -> None:
        self.value, self.relative, self._bound, self._widest = value, relative, bound, widest

    @property
    def widest(self) -> float:
        """No number is further from nought. It is looked for when it is first asked for."""
        if self._widest < 0:
            self._widest = _widest(self.value)
        return self._widest

    @property
    def bound(self) -> float:
        return self._bound if self.relative is None else self.relative * self.widest if self.relative else 0.0


def rough(number: Any) -> Rough:
    """Take whole numbers, a fraction, or what is rough already."""
    if isinstance(number, Rough):
        return number
    if isinstance(number, Fraction):
        near = float(number)
        return Rough(near, 0.0 if Fraction(near) == number else UNIT)
    value = number.astype(np.float64) if isinstance(number, np.ndarray) else float(number)
    widest = _widest(value)
    return Rough(value, UNIT if widest >= EXACT else 0.0, widest=widest)


def is_exact(number: Any) -> bool:
    """Whether this is a whole number, or a column of them."""
    return type(number) is int or (isinstance(number, np.ndarray) and number.dtype.kind == "i")


def add(one: Any, other: Any) -> Any:
    return one + other if is_exact(one) and is_exact(other) else _summed(np.add, one, other)


def subtract(one: Any, other: Any) -> Any:
    return one - other if is_exact(one) and is_exact(other) else _summed(np.subtract, one, other)


def _summed(together: Callable[[Any, Any], Any], one: Any, other: Any) -> Rough:
    a, b = rough(one), rough(other)
    widest = a.widest + b.widest
    return Rough(together(a.value, b.value), bound=a.bound + b.bound + widest * UNIT, widest=widest)


def negate(one: Any) -> Any:
    if is_exact(one):
        return -one
    a = rough(one)
    return Rough(-a.value, a.relative, a.bound, a.widest)


def multiply(one: Any, other: Any) -> Rough:
    a, b = rough(one), rough(other)
    value = a.value * b.value
    if a.relative is not None and b.relative is not None:
        return Rough(value, a.relative + b.relative + UNIT)
    bound = a.widest * b.bound + b.widest * a.bound + a.bound * b.bound
    widest = a.widest * b.widest
    return Rough(value, bound=bound + widest * UNIT, widest=widest)


def divide(one: Any, other: Any) -> Rough:
    """Divide; nothing is known of the quotient where the divisor may be nought."""
    a, b = rough(one), rough(other)
    value = a.value / b.value
    if a.relative is not None and b.relative is not None:
        known = b.value != 0
        return Rough(value if np.all(known) else np.where(known, value, np.nan), a.relative + b.relative + UNIT)
    least = np.abs(b.value) - b.bound
    smallest = float(np.min(least, initial=np.inf))
    if not smallest > 0:
        known = least > 0
        value, smallest = np.where(known, value, np.nan), float(np.min(least, where=known, initial=np.inf))
    widest = _widest(value)
    return Rough(value, bound=(a.bound + widest * b.bound) / smallest + widest * UNIT, widest=widest)


def least(one: Any, other: Any) -> Any:
    return _chosen(np.minimum, one, other)


def most(one: Any, other: Any) -> Any:
    return _chosen(np.maximum, one, other)


def choose(test: Any, then: Any, otherwise: Any) -> Any:
    """Take the one where the test holds, and the other elsewhere."""
    return _chosen(lambda one, other: np.where(test, one, other), then, otherwise)


def _chosen(choice: Callable[[Any, Any], Any], one: Any, other: Any) -> Any:
    """Take one or the other, of which each number is as wrong as the worse of them."""
    if is_exact(one) and is_exact(other):
        return choice(one, other)
    a, b = rough(one), rough(other)
    if a.relative is not None and b.relative is not None:
        return Rough(choice(a.value, b.value), max(a.relative, b.relative))
    return Rough(choice(a.value, b.value), bound=max(a.bound, b.bound))


def floors(number: Any) -> tuple[Any, Any]:
    """Return the whole numbers below, and which are doubtful because a number is too near to one."""
    if is_exact(number):
        return number, False
    a = rough(number)
    doubtful = ~(np.abs(a.value - np.rint(a.value)) > a.bound)
    return np.nan_to_num(np.floor(a.value)).astype(np.int64), doubtful


def difference(one: Any, other: Any) -> tuple[Any, Any]:
    """Return how much more the first is, and where its sign is doubtful."""
    if is_exact(one) and is_exact(other):
        return one - other, False
    a, b = rough(one), rough(other)
    if type(other) is int and other == 0 and a.relative is not None:
        return a.value, np.isnan(a.value)
    value, bound = a.value - b.value, a.bound + b.bound
    return value, ~(np.abs(value) > bound * (1 + UNIT)) if bound else np.isnan(value)


def _widest(value: Any) -> float:
    if not isinstance(value, np.ndarray):
        return float(abs(value))
    widest = max(float(np.maximum.reduce(value, None, initial=0)), -float(np.minimum.reduce(value, None, initial=0)))
    return float(np.fmax.reduce(np.abs(value), None, initial=0)) if isnan(widest) else widest

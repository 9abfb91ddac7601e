"""Columns of numbers that know how wrong they can be: floats with a bound of their error, carried through each step.

Whole numbers stay whole (int64) and exact. Whatever cannot be told apart within the bounds is `doubtful`, and is left
to exact fractions; nothing here rounds a doubt away.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
UNIT = 2.0**-52
"""Twice the relative error of a float operation, so that the rounding of the bounds themselves is covered."""
EXACT = 2**53
"""Whole numbers up to here are exact as floats."""


@dataclass(frozen=True)
class Rough:
    """Numbers, and how far they may be from the true ones: one bound for all, or one for each.

    `signed` says that the sign is sure all the same, as of a product or quotient of whole numbers.
    """

    value: Any
    bound: Any
    signed: bool = False


def rough(number: Any) -> Rough:
    """Take whole numbers, a fraction, or what is rough already."""
    if isinstance(number, Rough):
        return number
    if isinstance(number, Fraction):
        near = float(number)
        return Rough(near, 0.0 if Fraction(near) == number else abs(near) * UNIT, signed=True)
    value = number.astype(np.float64) if isinstance(number, np.ndarray) else float(number)
    widest = _widest(value)
    return Rough(value, widest * UNIT if np.any(widest > EXACT) else 0.0, signed=True)


def is_exact(number: Any) -> bool:
    """Whether this is a whole number, or a column of them."""
    return type(number) is int or (isinstance(number, np.ndarray) and number.dtype.kind == "i")


def add(one: Any, other: Any) -> Any:
    if is_exact(one) and is_exact(other):
        return one + other
    a, b = rough(one), rough(other)
    value = a.value + b.value
    return Rough(value, a.bound + b.bound + _widest(value) * UNIT)


def negate(one: Any) -> Any:
    return -one if is_exact(one) else Rough(-rough(one).value, rough(one).bound)


def multiply(one: Any, other: Any) -> Any:
    a, b = rough(one), rough(other)
    value = a.value * b.value
    return Rough(value, _times(a, b) + _times(b, a) + a.bound * b.bound + _widest(value) * UNIT, a.signed and b.signed)


def divide(one: Any, other: Any) -> Rough:
    """Divide; where the divisor may be nought, the bound is infinite or no number, and so in doubt."""
    a, b = rough(one), rough(other)
    value = a.value / b.value
    smallest = np.abs(b.value) - b.bound
    if np.size(smallest) and np.min(smallest) > 0:
        bound = (a.bound + _widest(value) * b.bound) / float(np.min(smallest)) + _widest(value) * UNIT
        return Rough(value, bound, a.signed and b.signed)
    bound = (a.bound + np.abs(value) * b.bound) / np.where(smallest > 0, smallest, np.nan) + np.abs(value) * UNIT
    return Rough(value, bound)


def least(one: Any, other: Any) -> Any:
    if is_exact(one) and is_exact(other):
        return np.minimum(one, other)
    a, b = rough(one), rough(other)
    return Rough(np.minimum(a.value, b.value), _wider(a.bound, b.bound))


def most(one: Any, other: Any) -> Any:
    if is_exact(one) and is_exact(other):
        return np.maximum(one, other)
    a, b = rough(one), rough(other)
    return Rough(np.maximum(a.value, b.value), _wider(a.bound, b.bound))


def choose(test: Any, then: Any, otherwise: Any) -> Any:
    """Take the one where the test holds, and the other elsewhere."""
    if is_exact(then) and is_exact(otherwise):
        return np.where(test, then, otherwise)
    a, b = rough(then), rough(otherwise)
    alike = isinstance(a.bound, float) and isinstance(b.bound, float)
    return Rough(np.where(test, a.value, b.value), max(a.bound, b.bound) if alike else np.where(test, a.bound, b.bound))


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
    if type(other) is int and other == 0 and a.signed:
        return a.value, ~np.isfinite(a.value)
    value, bound = a.value - b.value, a.bound + b.bound
    return value, ~((np.abs(value) > bound * (1 + UNIT)) | (np.asarray(bound) == 0))


def _widest(value: Any) -> Any:
    """The largest of the numbers without their signs; each by itself where one of them is no number."""
    if not isinstance(value, np.ndarray):
        return abs(value)
    widest = max(float(np.max(value, initial=0.0)), -float(np.min(value, initial=0.0)))
    return widest if isfinite(widest) else np.abs(value)


def _times(one: Rough, other: Rough) -> Any:
    """How far a product is off for the error of the second."""
    return 0.0 if isinstance(other.bound, float) and other.bound == 0 else _widest(one.value) * other.bound


def _wider(one: Any, other: Any) -> Any:
    return max(one, other) if isinstance(one, float) and isinstance(other, float) else np.maximum(one, other)

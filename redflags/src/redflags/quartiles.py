"""Quantiles by the eighth type of Hyndman and Fan, and the fences of outliers, as doubles to the last bit.

Cardinal computes in doubles, so these do, in the same order of operations: a value on the fence must fall to the same
side. The eighth type is the one its authors recommend: its error does not depend on the distribution.
"""

import math
from collections.abc import Iterable
from fractions import Fraction

FENCE = 1.5  # interquartile ranges, by Tukey


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which a share (0 to 1) of the values lies; not a number if there are none, or no such share."""
    ordered = sorted(values)
    if not ordered or not 0 <= share <= 1:
        return math.nan
    position = (len(ordered) + 1 / 3) * share + 1 / 3
    whole = int(position)
    if whole <= 0 or share == 0:
        return ordered[0]
    if whole >= len(ordered) or share == 1:
        return ordered[-1]
    lower, upper = ordered[whole - 1], ordered[whole]
    return lower + (position - whole) * (upper - lower)


def quartiles(values: Iterable[float]) -> tuple[float, float]:
    """The first and the third quartile."""
    ordered = sorted(values)
    return quantile(ordered, 0.25), quantile(ordered, 0.75)


def lower_fence(first: float, third: float) -> float:
    """What lies at or below it is a low outlier."""
    return _multiply_add(third - first, -FENCE, first)


def upper_fence(first: float, third: float) -> float:
    """What lies at or above it is a high outlier."""
    return _multiply_add(third - first, FENCE, third)


def _multiply_add(value: float, factor: float, addend: float) -> float:
    """``value * factor + addend``, rounded once."""
    if not (math.isfinite(value) and math.isfinite(addend)):
        return value * factor + addend
    return float(Fraction(value) * Fraction(factor) + Fraction(addend))

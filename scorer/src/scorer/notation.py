"""How results are written down: exact fractions beside a rounded display, and canonical JSON."""

import json
from fractions import Fraction
from typing import Any


def written(value: Fraction, places: int) -> dict[str, str]:
    """Write a number twice: `exact` as "n/d" in lowest terms, `display` rounded half up."""
    return {"exact": f"{value.numerator}/{value.denominator}", "display": half_up(value, places)}


def half_up(value: Fraction, places: int) -> str:
    """Round a number to so many places, a half upwards: 1/200 is 0.01, and -1/200 is 0.00."""
    unit: int = 10**places
    rounded = (2 * value.numerator * unit + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(abs(rounded), unit)
    return f"{'-' if rounded < 0 else ''}{whole}.{rest:0{places}}"


def canonical(data: Any) -> bytes:
    """Return the one way to write JSON data without floats: keys sorted, no spaces, UTF-8."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()

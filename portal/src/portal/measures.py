"""What was measured of a bid, with its unit, as the reader's language writes it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from babel.numbers import format_decimal
from babel.units import format_unit

from portal.words import NONE, Words

_DURATIONS = {"year": "duration-year", "month": "duration-month"}


def measured(words: Words, display: str | int | None, unit: str | None) -> str:
    """A value with its unit, `display` being what the API shows of it."""
    if display is None:
        return NONE
    if unit == "tenge":
        return words.money({"amount": str(display), "currency": "KZT"})
    if unit in _DURATIONS:
        # The data have no full name of a month in Kazakh; the short one is the word itself.
        length: Literal["long", "short"] = "short" if (words.language, unit) == ("kk", "month") else "long"
        return str(format_unit(Decimal(display).normalize(), _DURATIONS[unit], length, locale=words.language))
    if unit == "percent":
        return f"{words.number(display)}\u00a0%"
    shown = points(words, str(display))
    return f"{shown} {words.name('unit', unit)}" if unit == "point" else shown


def points(words: Words, display: str) -> str:
    """Points with all the decimals that the API shows, so that they add up before everybody's eyes."""
    places = len(display.partition(".")[2])
    return str(format_decimal(Decimal(display), f"#,##0.{'0' * places}" if places else "#,##0", locale=words.language))


def weights_of(weights: Mapping[str, int]) -> list[tuple[str, int]]:
    """The weights of a lot, the heaviest first."""
    return sorted(weights.items(), key=lambda each: (-each[1], each[0]))

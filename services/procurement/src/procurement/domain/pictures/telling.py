"""How numbers and days are told in pictures, in Kazakh, Russian and English; the words are data."""

import json
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any

_DATA = files("procurement") / "data" / "pictures.json"
WORDS: Mapping[str, Mapping[str, str]] = json.loads(_DATA.read_text("utf-8"))
_TIYN_IN_TENGE = 100
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_NARROW_SPACE = "\u202f"


def say(name: str, language: str, **values: Any) -> str:
    """A text of the pictures, with the values that it names."""
    return WORDS[name][language].format(**values)


def tenge(tiyn: int, language: str) -> str:
    """A sum in words that fit a label: three digits and a scale, as `12.4 m ₸`."""
    amount = tiyn / _TIYN_IN_TENGE
    for scale, name in _SCALES:
        if amount >= scale:
            return f"{_digits(amount / scale, language)} {WORDS[name][language]} ₸"
    return f"{_digits(amount, language)} ₸"


def per_unit(micro: int, language: str) -> str:
    """The price of a unit, of millionths of a tenge, to the tiyn at most."""
    whole, hundredths = divmod(micro // 10_000, _TIYN_IN_TENGE)
    decimals = f".{hundredths:02}" if hundredths else ""
    return _local(f"{whole:,}{decimals}", language) + " ₸"


def percent(part: int, whole: int, language: str) -> str:
    """A part in percent, with one decimal, rounded half up."""
    tenths = (part * 2000 + whole) // (whole * 2) if whole else 0
    return _local(f"{tenths // 10}.{tenths % 10}", language) + _NARROW_SPACE + "%"


def number(value: int, language: str) -> str:
    return _local(f"{value:,}", language)


def day(moment: date, language: str) -> str:
    """A day in digits, as the language writes it."""
    return moment.isoformat() if language == "en" else f"{moment:%d.%m.%Y}"


def _digits(value: float, language: str) -> str:
    for bound, places in ((10, 2), (100, 1)):
        if value < bound:
            text = f"{value:.{places}f}"
            return _local(text.rstrip("0").rstrip("."), language)
    return _local(f"{value:,.0f}", language)


def _local(text: str, language: str) -> str:
    spaced = text.replace(",", _NARROW_SPACE)
    return spaced if language == "en" else spaced.replace(".", ",")

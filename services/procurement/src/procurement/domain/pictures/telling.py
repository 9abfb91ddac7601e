"""How sums are told in pictures, in Kazakh, Russian and English; the words are data."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from servicekit.numerals import localised, short

_DATA = files("procurement") / "data" / "pictures.json"
WORDS: Mapping[str, Mapping[str, str]] = json.loads(_DATA.read_text("utf-8"))
_TIYN_IN_TENGE = 100
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))


def say(name: str, language: str, **values: Any) -> str:
    """A text of the pictures, with the values that it names."""
    return WORDS[name][language].format(**values)


def tenge(tiyn: int, language: str) -> str:
    """A sum in words that fit a label: three digits and a scale, as `12.4 m ₸`."""
    amount = tiyn / _TIYN_IN_TENGE
    for scale, name in _SCALES:
        if amount >= scale:
            return f"{short(amount / scale, language)} {WORDS[name][language]} ₸"
    return f"{short(amount, language)} ₸"


def per_unit(micro: int, language: str) -> str:
    """The price of a unit, of millionths of a tenge, to the tiyn at most."""
    whole, hundredths = divmod(micro // 10_000, _TIYN_IN_TENGE)
    decimals = f".{hundredths:02}" if hundredths else ""
    return localised(f"{whole:,}{decimals}", language) + " ₸"

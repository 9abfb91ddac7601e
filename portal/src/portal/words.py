"""The words of the pages in three languages: data, one file to a room, and how numbers and days are written."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from servicekit.languages import LANGUAGES

ALMATY = ZoneInfo("Asia/Almaty")
NONE = "–"
_LOCALES = {"en": "en_GB"}  # days before months, as in the API's own words
_CURRENCIES = {"KZT": "₸", "USD": "$", "EUR": "€"}


@cache
def texts(language: str) -> dict[str, str]:
    """Every text of the pages in a language, by its key, as `home.title`.

    Raises:
        ValueError: two files have the same key, or a text is missing in a language.
    """
    found: dict[str, str] = {}
    for file in sorted((files("portal") / "texts").iterdir(), key=lambda each: each.name):
        for key, translated in json.loads(file.read_text("utf-8")).items():
            if key in found or set(translated) != set(LANGUAGES):
                raise ValueError(f"{file.name}: {key}")
            found[key] = translated[language]
    return found


class Words:
    """How one language says it; what templates and pages write with."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = texts(language)
        self._locale = _LOCALES.get(language, language)

    def say(self, key: str, **fields: object) -> str:
        """A text by its key, its fields filled in.

        Raises:
            KeyError: there is no such text.
        """
        return self._texts[key].format_map(fields) if fields else self._texts[key]

    def name(self, group: str, code: str | None) -> str:
        """What a code is called, by `group.code` of the texts; the code itself where it has no name yet."""
        if code is None:
            return NONE
        return self._texts.get(f"{group}.{code}", code.replace("_", " ").replace("-", " "))

    def count(self, key: str, n: int) -> str:
        """How many of something, as `15 working days`: `key.one`, `.few` or `.many`, as the language counts."""
        form = Locale(self.language).plural_form(n)
        return self.say(f"{key}.{form if form in {'one', 'few'} else 'many'}", n=self.number(n))

    def pick(self, translated: Mapping[str, str | None] | str | None) -> str:
        """One of the languages of a text: the reader's, or the first that there is."""
        if translated is None or isinstance(translated, str):
            return translated or NONE
        order = (self.language, *(other for other in LANGUAGES if other != self.language))
        return next((text for each in order if (text := translated.get(each))), NONE)

    def day(self, value: str | date | None) -> str:
        """A day, written out; a moment gives its day in Astana."""
        if value is None:
            return NONE
        found = (
            value if isinstance(value, date) else _moment(value).date() if "T" in value else date.fromisoformat(value)
        )
        return str(format_date(found, "long", locale=self._locale))

    def moment(self, value: str | None) -> str:
        """A moment, to the minute, by the clocks of Astana."""
        if value is None:
            return NONE
        return str(format_datetime(_moment(value), "d MMMM y, HH:mm", locale=self._locale))

    def month(self, value: str) -> str:
        """A month, from its year and number."""
        return str(format_date(date.fromisoformat(f"{value}-01"), "LLLL y", locale=self._locale))

    def number(self, value: float | str | Decimal | None) -> str:
        """A number with its thousands apart."""
        return NONE if value is None else str(format_decimal(Decimal(str(value)), locale=self._locale))

    def money(self, value: Mapping[str, str] | None) -> str:
        """An amount with its currency, without decimals where they are zero."""
        if value is None:
            return NONE
        amount = Decimal(value["amount"])
        shown = format_decimal(amount, "#,##0" if amount == amount.to_integral() else "#,##0.00", locale=self._locale)
        return f"{shown}\u00a0{_CURRENCIES.get(value['currency'], value['currency'])}"

    def millions(self, value: Mapping[str, str] | None) -> str:
        """A large amount in millions, for a heading."""
        if value is None:
            return NONE
        amount = (Decimal(value["amount"]) / 1_000_000).quantize(Decimal("0.1"))
        currency = _CURRENCIES.get(value["currency"], value["currency"])
        return f"{self.number(amount)}\u00a0{self.say('word.millions')}\u00a0{currency}"

    def percent(self, share: str | float | None) -> str:
        """A share from 0 to 1 as per cent, with one decimal."""
        if share is None:
            return NONE
        return f"{self.number((Decimal(str(share)) * 100).quantize(Decimal('0.1')))}\u00a0%"


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(ALMATY)


def parsed(value: Any) -> date:
    """A day as pages reckon with it."""
    return date.fromisoformat(str(value)[:10])

"""What is scored: the lot as it was published and the bids as received, of the kinds that a profile asks for."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,17})(/[1-9][0-9]{0,17})?")


class UnfitLot(ValueError):
    """Nothing can be scored for this lot. `reason` is one word for why, `name` the term it is about, if any."""

    def __init__(self, reason: str, name: str = "") -> None:
        super().__init__(f"the lot cannot be scored: {reason}" + (f" ({name})" if name else ""))
        self.reason = reason
        self.name = name


class UnfitBid(ValueError):
    """The bid is not a bid. `reason` is one word for why; a bid that is merely not admitted is refused instead."""

    def __init__(self, bid: str, reason: str, name: str = "") -> None:
        super().__init__(f"the bid {bid!r} cannot be scored: {reason}" + (f" ({name})" if name else ""))
        self.bid = bid
        self.reason = reason
        self.name = name


@dataclass(frozen=True)
class Lot:
    """What the buyer published: the `amount` allocated, in tiyn, and the terms that the profile asks for.

    Raises:
        UnfitLot: `amount_not_positive`; the terms are the profile's to judge (`check_lot`).
    """

    amount: int
    terms: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not is_whole(self.amount) or self.amount == 0:
            raise UnfitLot("amount_not_positive")

    def as_data(self) -> dict[str, Any]:
        """Return the lot ready for JSON; `read_lot` reads it back."""
        return {"amount": self.amount, "terms": {name: _plain(value) for name, value in sorted(self.terms.items())}}


@dataclass(frozen=True)
class Bid:
    """What a supplier offers, `price` in tiyn, and the facts of it that the profile asks for.

    Raises:
        UnfitBid: `number_not_whole` (also when below zero), `received_without_offset`.
    """

    id: str
    price: int
    received_at: dt.datetime
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not is_whole(self.price):
            raise UnfitBid(self.id, "number_not_whole", "price")
        if self.received_at.utcoffset() is None:
            raise UnfitBid(self.id, "received_without_offset")

    def as_data(self) -> dict[str, Any]:
        """Return the bid ready for JSON, its moment in UTC; `read_bid` reads it back."""
        return {
            "id": self.id,
            "price": self.price,
            "received_at": self.received_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "facts": {name: _plain(value) for name, value in sorted(self.facts.items())},
        }


@dataclass(frozen=True)
class Asked:
    """A term of lots or a fact of bids that a profile asks for.

    `kind` is one of `KINDS`, `unit` what it is counted in; `better` says whether `more` or `less` of a fact can only
    help, and is empty where neither holds. `length` is how many years there are, or for objects how many at most.
    No number is above `most`. Without the value, the `default` stands, if there is one. A choice has `answers`.
    """

    name: str
    kind: str
    title: Mapping[str, str]
    unit: str = ""
    better: str = ""
    answers: tuple[str, ...] = ()
    length: int = 0
    most: int | None = None
    default: Any = None
    source: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of value: how it is read from plain data, the reason to refuse it, and whether a value is of it."""

    read: Callable[[Any, Asked], Any]
    fits: Callable[[Any, Asked], bool]
    unfit: str


def is_whole(number: object) -> bool:
    """A float or a bool must not slip in where money is counted."""
    return type(number) is int and number >= 0


def is_ratio(text: object) -> bool:
    """Whether this is a whole number as text, or a ratio such as 1/5, with a minus at most."""
    return isinstance(text, str) and _FRACTION.fullmatch(text) is not None


def _as_is(value: Any, _: Asked) -> Any:
    return value


def _read_fraction(value: Any, _: Asked) -> Any:
    return Fraction(value) if is_ratio(value) else value


def _read_row(value: Any, _: Asked) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _read_objects(value: Any, _: Asked) -> Any:
    rows = isinstance(value, list) and all(isinstance(year, dict) and year.keys() == {"main", "sub"} for year in value)
    return tuple((year["main"], year["sub"]) for year in value) if rows else value


def _read_shares(value: Any, _: Asked) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: Fraction(share) if is_ratio(share) else share for name, share in value.items()}


def _is_years(value: Any, asked: Asked) -> bool:
    return isinstance(value, tuple) and all(one is None or is_whole(one) for one in value) and asked.kind == "years"


def _is_objects(value: Any, _: Asked) -> bool:
    pairs = isinstance(value, tuple) and all(isinstance(year, tuple) and len(year) == len("ms") for year in value)
    return pairs and all(is_whole(number) for year in value for number in year)


def _is_shares(value: Any, _: Asked) -> bool:
    return isinstance(value, Mapping) and all(isinstance(one, Fraction) and one >= 0 for one in value.values())


def _is_weights(value: Any, _: Asked) -> bool:
    return isinstance(value, Mapping) and all(map(is_whole, value.values()))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "money": Kind(_as_is, lambda value, _: is_whole(value), "number_not_whole"),
        "whole": Kind(_as_is, lambda value, _: is_whole(value), "number_not_whole"),
        "fraction": Kind(_read_fraction, lambda value, _: isinstance(value, Fraction), "not_a_fraction"),
        "flag": Kind(_as_is, lambda value, _: isinstance(value, bool), "neither_true_nor_false"),
        "choice": Kind(_as_is, lambda value, asked: value in asked.answers, "not_an_answer"),
        "years": Kind(_read_row, _is_years, "number_not_whole"),
        "objects": Kind(_read_objects, _is_objects, "objects_not_whole"),
        "shares": Kind(_read_shares, _is_shares, "not_a_fraction"),
        "weights": Kind(_as_is, _is_weights, "weights_not_whole"),
    }
)
"""Money is in tiyn. A fraction is a text such as "1/5". Years are figures of money, oldest first, null where one is
missing. Objects are a list of years with `main` and `sub`, how many works as main and as sub-contractor. Shares are
fractions by name, weights whole numbers by criterion."""


def read_values(asked: Mapping[str, Asked], data: Mapping[str, Any]) -> dict[str, Any]:
    """Read plain data as values of their kinds, defaults where nothing is said. What does not fit is left as it is."""
    values = {name: KINDS[one.kind].read(one.default, one) for name, one in asked.items() if one.default is not None}
    return values | {
        name: KINDS[asked[name].kind].read(one, asked[name]) if name in asked else one for name, one in data.items()
    }


def unfit(asked: Mapping[str, Asked], values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return why the values are not those asked for, and which; None if they are."""
    for name in values:
        if name not in asked:
            return "not_asked_for", name
    for name, one in asked.items():
        if name not in values:
            return "missing", name
        kind = KINDS[one.kind]
        if not kind.fits(values[name], one):
            return kind.unfit, name
        if one.most is not None and values[name] > one.most:
            return "number_too_large", name
        if not _has_length(values[name], one):
            return "years_wrong", name
    return None


def _has_length(value: Any, asked: Asked) -> bool:
    if asked.kind == "objects":
        return len(value) <= asked.length
    return asked.kind != "years" or len(value) == asked.length


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in sorted(value.items())}
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return [{"main": main, "sub": sub} for main, sub in value]
    return list(value) if isinstance(value, tuple) else value

"""Is a price higher than most others paid: peers by a ladder of classes, exact quantiles, what was paid above them.

It tells what peers paid and never why a price is high. Prices of a unit are whole millionths of a tenge, rounded down,
so every quantile is a price that somebody paid, and sums of money are exact. Only the score is a float.
"""

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any

MICRO_IN_TIYN = 10_000
"""A unit's price is in millionths of a tenge; a tiyn is a hundredth."""
GROUP_PREFIX = 4
"""No rung is wider than so many characters of a code: by them awards are looked up."""
_QUARTERS = 4


class State(StrEnum):
    """What became of a comparison."""

    PRICED = "priced"
    FEW_PEERS = "few_peers"
    NO_UNIT_PRICE = "no_unit_price"


@dataclass(frozen=True)
class Rung:
    """One class of peers: those with the same `prefix` of the code (None: all of it), and in the same region or not."""

    name: str
    prefix: int | None
    region: bool


@dataclass(frozen=True)
class Parameter:
    """One named choice, with its source and the reason for it."""

    value: Any
    source: str
    reason: str


@dataclass(frozen=True)
class ItemClass:
    """What sums are told by: the codes that begin so, by the longest prefix of all classes."""

    name: str
    prefixes: tuple[str, ...]
    title: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Parameters:
    """All that a comparison depends on, as data; `hash` names it."""

    name: str
    version: str
    parameters: Mapping[str, Parameter]
    classes: tuple[ItemClass, ...]
    rungs: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Mapping[str, str]]

    def value(self, name: str) -> Any:
        return self.parameters[name].value

    @cached_property
    def ladder(self) -> tuple[Rung, ...]:
        return tuple(Rung(**each) for each in self.value("ladder"))

    @cached_property
    def fewest_peers(self) -> int:
        return int(self.value("fewest_peers"))

    @cached_property
    def percents(self) -> tuple[int, int, int, int]:
        """The lower end of the range, the median, the reference, the upper end."""
        least, most = self.value("range_percents")
        return int(least), 50, int(self.value("reference_percent")), int(most)

    @cached_property
    def hash(self) -> str:
        """The SHA-256, in hexadecimal, of the choices alone: wording changes nothing that is counted."""
        chosen = {
            **{name: parameter.value for name, parameter in self.parameters.items()},
            "classes": {each.name: each.prefixes for each in self.classes},
        }
        text = json.dumps(chosen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()

    def item_class(self, code: str) -> ItemClass:
        """The class of an item: that with the longest prefix of its code; every code is in one."""
        plain = plain_code(code)
        found = ((len(prefix), each) for each in self.classes for prefix in each.prefixes if plain.startswith(prefix))
        return max(found, key=lambda pair: pair[0])[1]


@dataclass(frozen=True)
class Purchase:
    """What was bought for how much, in tiyn; `quantity` and `unit` are None where they are not known.

    Purchases of a synthetic world and of the real one are never compared.
    """

    id: str
    code: str
    unit: str | None
    region: str
    day: dt.date
    amount: int
    quantity: Decimal | None
    synthetic: bool = False
    cancelled: bool = False

    @property
    def unit_price(self) -> int | None:
        return None if self.unit is None else unit_price(self.amount, self.quantity)


@dataclass(frozen=True)
class Norm:
    """What peers paid for a unit. `spread` is the median of |ln price − ln median|."""

    n: int
    low: int
    median: int
    reference: int
    high: int
    spread: float


@dataclass(frozen=True)
class Verdict:
    """What a price is beside its norm; `overstatement` is in tiyn, for the whole quantity.

    `score` is None where half of the peers paid one and the same price, so that there is no usual deviation.
    """

    score: float | None
    overstatement: int


@dataclass(frozen=True)
class Check:
    """A comparison: on which rung, with whom (`peers` are ids), and what it says. `n` is how many peers there were.

    With too few peers, `rung` and `peers` are those of the widest rung that had any.
    """

    state: State
    unit_price: int | None
    rung: str | None = None
    n: int = 0
    norm: Norm | None = None
    verdict: Verdict | None = None
    peers: tuple[str, ...] = ()


def unit_price(amount: int, quantity: Decimal | None) -> int | None:
    """The price of a unit in millionths of a tenge, rounded down, of an amount in tiyn; None where there is none."""
    if quantity is None or quantity <= 0:
        return None
    return math.floor(Fraction(amount * MICRO_IN_TIYN) / Fraction(quantity)) or None


def plain_code(code: str) -> str:
    """An item's code without the signs that classifiers set between its parts."""
    return code.replace(".", "").replace("-", "")


def quarter(day: dt.date) -> int:
    """The number of a day's quarter; those that follow each other have numbers that do."""
    return day.year * _QUARTERS + (day.month - 1) // 3


def first_day(number: int) -> dt.date:
    """The first day of the quarter with this number."""
    return dt.date(number // _QUARTERS, number % _QUARTERS * 3 + 1, 1)


def quarter_name(number: int) -> str:
    """The name that a deflator has for a quarter, such as `2025-1`."""
    return f"{number // _QUARTERS}-{number % _QUARTERS + 1}"


def window(day: dt.date, parameters: Parameters) -> tuple[dt.date, dt.date]:
    """The days on which an award's peers were awarded: from the first to before the second."""
    own = quarter(day)
    return first_day(own - parameters.value("window_quarters")), first_day(own)


def norm_of(prices: Sequence[int], parameters: Parameters) -> Norm:
    """What these prices of a unit have in common; each quantile is the lowest price that its part did not exceed."""
    ordered = sorted(prices)
    low, median, reference, high = (_quantile(ordered, percent) for percent in parameters.percents)
    deviations = sorted(abs(math.log(price) - math.log(median)) for price in ordered)
    return Norm(len(ordered), low, median, reference, high, _quantile(deviations, 50))


def judge(amount: int, quantity: Decimal, norm: Norm, parameters: Parameters) -> Verdict:
    """What an amount in tiyn for a quantity is beside a norm.

    The overstatement is what the quantity cost more than at the reference price, in whole tiyn, rounded down.
    """
    price = unit_price(amount, quantity)
    above = Fraction(amount) - Fraction(norm.reference, MICRO_IN_TIYN) * Fraction(quantity)
    score = None
    if price is not None and norm.spread > 0:
        usual = float(parameters.value("spread_factor")) * norm.spread
        score = (math.log(price) - math.log(norm.median)) / usual
    return Verdict(score, max(0, math.floor(above)))


def check_price(purchase: Purchase, others: Iterable[Purchase], parameters: Parameters) -> Check:
    """Compare a purchase with its peers among others, on the nearest rung of the ladder that has enough of them."""
    price = purchase.unit_price
    if price is None or purchase.quantity is None:
        return Check(State.NO_UNIT_PRICE, None)
    widest = Check(State.FEW_PEERS, price)
    candidates = list(others)
    for rung in parameters.ladder:
        peers = {each.id: there for each in candidates if (there := _as_peer(each, purchase, rung, parameters))}
        if peers:
            widest = Check(State.FEW_PEERS, price, rung.name, len(peers), peers=tuple(peers))
        if len(peers) >= parameters.fewest_peers:
            norm = norm_of(list(peers.values()), parameters)
            verdict = judge(purchase.amount, purchase.quantity, norm, parameters)
            return Check(State.PRICED, price, rung.name, norm.n, norm, verdict, tuple(peers))
    return widest


def words_for(state: str, overstatement: int | None, parameters: Parameters) -> Mapping[str, str]:
    """What is told of a comparison, by language."""
    if state != State.PRICED:
        return parameters.words[state]
    return parameters.words["above" if overstatement else "usual"]


def deflation(own: int, parameters: Parameters) -> dict[int, tuple[int, int]] | None:
    """By what a peer's price of each quarter is multiplied and divided; None where nothing is deflated.

    `own` is the quarter of the award. A table without it deflates nothing into it: then there are no peers.
    """
    table: Mapping[str, str] | None = parameters.value("deflator")
    if table is None:
        return None
    index = {name: Fraction(text) for name, text in table.items()}
    quarters = (number for number in range(own - parameters.value("window_quarters"), own))
    known = {number: quarter_name(number) for number in quarters if quarter_name(number) in index}
    if quarter_name(own) not in index:
        return {}
    factors = {number: index[quarter_name(own)] / index[name] for number, name in known.items()}
    return {number: (factor.numerator, factor.denominator) for number, factor in factors.items()}


def _as_peer(other: Purchase, purchase: Purchase, rung: Rung, parameters: Parameters) -> int | None:
    """The price of another purchase in the terms of this one's quarter; None where it is no peer."""
    price = other.unit_price
    since, before = window(purchase.day, parameters)
    same = (
        other.synthetic is purchase.synthetic
        and not other.cancelled
        and other.id != purchase.id
        and since <= other.day < before
        and other.unit == purchase.unit
        and plain_code(other.code)[: rung.prefix] == plain_code(purchase.code)[: rung.prefix]
        and (not rung.region or other.region == purchase.region)
    )
    if price is None or not same:
        return None
    factors = deflation(quarter(purchase.day), parameters)
    if factors is None:
        return price
    if quarter(other.day) not in factors:
        return None
    multiplied, divided = factors[quarter(other.day)]
    return price * multiplied // divided or None


def _quantile(ordered: Sequence[Any], percent: int) -> Any:
    """The lowest value that at least so many of a hundred do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def read_parameters(document: Mapping[str, Any]) -> Parameters:
    """Read parameters from data as it is packaged.

    Raises:
        KeyError, TypeError, ValueError: something is missing, unknown or out of bounds.
    """
    found = Parameters(
        name=document["name"],
        version=document["version"],
        parameters=MappingProxyType({name: Parameter(**row) for name, row in document["parameters"].items()}),
        classes=tuple(ItemClass(**each | {"prefixes": tuple(each["prefixes"])}) for each in document["classes"]),
        rungs=document["rungs"],
        words=document["words"],
    )
    percents = found.percents
    if list(percents) != sorted(percents) or not 0 < percents[0] <= percents[-1] <= 100:  # noqa: PLR2004
        raise ValueError(f"{percents} are no percents from the lower end to the upper")
    if found.fewest_peers < 1 or found.value("window_quarters") < 1:
        raise ValueError("an award has at least one peer, of at least one quarter")
    if not found.ladder or any(each.prefix is not None and each.prefix < GROUP_PREFIX for each in found.ladder):
        raise ValueError(f"no rung has a prefix shorter than {GROUP_PREFIX}")
    if "" not in {prefix for each in found.classes for prefix in each.prefixes}:
        raise ValueError("one class has what no other has")
    return found


PARAMETERS = read_parameters(json.loads((files("redflags") / "data" / "prices.json").read_text("utf-8")))

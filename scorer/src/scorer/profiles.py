"""Scoring profiles: the dated rules by which bids are compared, as data that anybody can read and hash."""

import copy
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from scorer.inputs import Asked
from scorer.language import Formula
from scorer.notation import canonical

Tiers = tuple[tuple[int | None, Fraction], ...]
"""What holds for sizes up to each bound, itself included; None bounds nothing and comes last."""
Number = Fraction | Tiers


FEWEST = "fewest_admitted"
"""The parameter that says how many bids must be admitted, where one is not enough."""


@dataclass(frozen=True)
class Parameter:
    """A named number, tiers or table of them, or the answer chosen to a question; with source and reason.

    Where a question is `open`, the law leaves it so: if another answer gives another winner, nobody wins.
    """

    value: Number | str | Mapping[str, Number]
    source: str
    reason: str
    answers: tuple[str, ...] = ()
    open: bool = False


@dataclass(frozen=True)
class Wording:
    """What is told of something, by language (`kk`, `ru`, `en`), and the clause it comes from."""

    name: str
    title: Mapping[str, str]
    words: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Measure:
    """A number that is reckoned from facts on the way to points, places or refusals."""

    name: str
    title: Mapping[str, str]
    unit: str
    formula: Formula


@dataclass(frozen=True)
class Criterion(Wording):
    """What bids earn points for: `formula` gives them, or the share of a `weight`. `value` is what is judged."""

    formula: Formula
    value: Formula
    unit: str
    weight: Formula | None
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Step(Wording):
    """A step of the chain of ties, or the total itself: what is compared, and whether `higher` or `lower` is ahead."""

    formula: Formula
    better: str
    unit: str = ""


@dataclass(frozen=True)
class Bar(Wording):
    """What bars a bid from the comparison, where its formula is true."""

    formula: Formula


@dataclass(frozen=True)
class Requirement:
    """What must be true of a lot, or of a bid (`of`), for it to be scored at all; `name` is the reason if it is not."""

    name: str
    of: str
    formula: Formula


@dataclass(frozen=True)
class Profile:
    """One set of rules, in force from `since` to `until`, both included; until None means until further notice.

    `ties` is the chain of steps in the order they are asked. `dumping` names the measure that is the lowest price the
    rules expect; `complaint` says who hears complaints and how long, where the rules say it.
    """

    name: str
    version: str
    since: dt.date
    until: dt.date | None
    source: str
    parameters: Mapping[str, Parameter]
    lot: Mapping[str, Asked]
    bid: Mapping[str, Asked]
    requirements: tuple[Requirement, ...]
    measures: Mapping[str, Measure]
    refusals: Mapping[str, Bar]
    criteria: Mapping[str, Criterion]
    total: Step
    ties: tuple[Step, ...]
    gaps: Mapping[str, Wording]
    dumping: Wording | None
    complaint: Mapping[str, Any] | None
    _document: Mapping[str, Any] = field(repr=False, compare=False)

    def number(self, name: str) -> Fraction:
        value = self.parameters[name].value
        if not isinstance(value, Fraction):
            raise KeyError(name)
        return value

    def answer(self, name: str) -> str:
        value = self.parameters[name].value
        if not isinstance(value, str):
            raise KeyError(name)
        return value

    @property
    def default_weights(self) -> dict[str, int]:
        """The weights of a lot whose buyer chose none; empty where the rules leave nothing to weigh."""
        return dict((self.lot["weights"].default or {}) if "weights" in self.lot else {})

    @cached_property
    def constants(self) -> Mapping[str, Any]:
        """The values of the parameters, by name."""
        return {name: parameter.value for name, parameter in self.parameters.items()}

    @cached_property
    def relative(self) -> bool:
        """Whether other bids enter a bid's total or its admission, so that a loser's absence may change the winner."""
        return FEWEST in self.parameters or any(formula.among for formula in self.formulas())

    @property
    def fewest(self) -> int:
        """How many bids must be admitted for one to win."""
        return int(self.number(FEWEST)) if FEWEST in self.parameters else 1

    def formulas(self) -> list[Formula]:
        """Return all that bids are judged by."""
        rows: list[Measure | Bar | Criterion | Step] = [*self.measures.values(), *self.refusals.values()]
        rows += [*self.criteria.values(), self.total, *self.ties]
        return [row.formula for row in rows]

    @cached_property
    def alternatives(self) -> tuple[tuple[str, str, "Profile"], ...]:
        """Each other answer to a question that the law leaves open, and the profile as it would then be."""
        return tuple(
            (name, answer, self._answering(name, answer))
            for name, parameter in self.parameters.items()
            if parameter.open
            for answer in parameter.answers
            if answer != parameter.value
        )

    def _answering(self, name: str, answer: str) -> "Profile":
        chosen = replace(self.parameters[name], value=answer)
        return replace(self, parameters=MappingProxyType({**self.parameters, name: chosen}))

    @cached_property
    def hash(self) -> str:
        """The SHA-256, in hexadecimal, of the canonical JSON of `as_data`."""
        return sha256(canonical(self._document)).hexdigest()

    def as_data(self) -> dict[str, Any]:
        """Return the whole profile, ready for JSON; `read_profile` reads it back."""
        return copy.deepcopy(dict(self._document))

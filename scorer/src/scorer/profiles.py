"""Scoring profiles: the dated rules by which bids become points, as data that anybody can read and hash."""

import copy
import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from scorer.notation import canonical

CRITERIA = ("price", "experience", "financial_stability", "warranty")
TIE_STEPS = ("lower_price", "more_experience", "earlier_receipt")
REFUSALS = ("price_above_allocation", "warranty_below_required")
GAPS = ("no_bids", "all_equal")

NUMBERS = frozenset(
    {
        *("weights_total", "price_weight_minimum", *(f"default_{criterion}_weight" for criterion in CRITERIA)),
        *("experience_full_years", "financial_years", "warranty_full_months", "display_places"),
    }
)
RATIOS = frozenset({"price_band", "income_full_ratio", "taxes_full_ratio", "payroll_full_ratio"})
QUESTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "missing_year": frozenset({"counts_as_zero", "left_out"}),
        "zero_income": frozenset({"counts_as_zero", "left_out"}),
        "warranty_below_required": frozenset({"no_points", "refused"}),
        "experience_in_ties": frozenset({"all_years", "counted_years"}),
    }
)
"""What the source leaves open, and the answers a profile may choose (docs/law/procurement.md explains each)."""

_LANGUAGES = frozenset({"kk", "ru", "en"})
_RATIO = re.compile(r"[1-9][0-9]*(/[1-9][0-9]*)?")


@dataclass(frozen=True)
class Parameter:
    """One named number, or the chosen answer to one open question, with its source and the reason of the choice."""

    value: Fraction | str
    source: str
    reason: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What is told of a criterion, a tie step, a refusal or a gap, by language (`kk`, `ru`, `en`)."""

    name: str
    title: Mapping[str, str]
    words: Mapping[str, str]
    source: str
    formula: str = ""


@dataclass(frozen=True)
class Profile:
    """One set of rules, in force from `since` to `until`, both included; until None means until further notice.

    `ties` is the chain of steps in the order they are asked.
    """

    name: str
    version: str
    since: dt.date
    until: dt.date | None
    source: str
    parameters: Mapping[str, Parameter]
    criteria: Mapping[str, Wording]
    ties: tuple[Wording, ...]
    refusals: Mapping[str, Wording]
    gaps: Mapping[str, Wording]
    _document: Mapping[str, Any] = field(repr=False, compare=False)

    def number(self, name: str) -> Fraction:
        value = self.parameters[name].value
        if isinstance(value, str):
            raise KeyError(name)
        return value

    def answer(self, name: str) -> str:
        value = self.parameters[name].value
        if isinstance(value, Fraction):
            raise KeyError(name)
        return value

    @property
    def default_weights(self) -> dict[str, int]:
        """The weights of a lot whose buyer chose none."""
        return {criterion: int(self.number(f"default_{criterion}_weight")) for criterion in self.criteria}

    @cached_property
    def hash(self) -> str:
        """The SHA-256, in hexadecimal, of the canonical JSON of `as_data`."""
        return sha256(canonical(self._document)).hexdigest()

    def as_data(self) -> dict[str, Any]:
        """Return the whole profile, ready for JSON; `read_profile` reads it back."""
        return copy.deepcopy(dict(self._document))


class UnknownProfile(Exception):
    """No profile has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no profile {name!r}; known: {', '.join(profiles())}")
        self.name = name


def profiles() -> tuple[str, ...]:
    """Return the names of all profiles in the package."""
    return tuple(_PROFILES)


def profile(name: str) -> Profile:
    """Return a profile by its name.

    Raises:
        UnknownProfile: no profile has this name.
    """
    found = _PROFILES.get(name)
    if found is None:
        raise UnknownProfile(name)
    return found


def read_profile(document: Mapping[str, Any]) -> Profile:
    """Read a profile from the data that `as_data` gives, refusing what does not fit.

    Raises:
        KeyError, TypeError, ValueError: a field is missing, unknown or malformed.
    """
    return _profile(copy.deepcopy(dict(document)), **document)


def _profile(  # noqa: PLR0913 - the fields of the document
    document: Mapping[str, Any],
    *,
    name: str,
    version: str,
    since: str,
    until: str | None,
    source: str,
    parameters: Mapping[str, dict[str, Any]],
    criteria: list[dict[str, Any]],
    ties: list[dict[str, Any]],
    refusals: list[dict[str, Any]],
    undecided: list[dict[str, Any]],
) -> Profile:
    _same(parameters, NUMBERS | RATIOS | QUESTIONS.keys())
    return Profile(
        name=name,
        version=version,
        since=dt.date.fromisoformat(since),
        until=None if until is None else dt.date.fromisoformat(until),
        source=source,
        parameters=MappingProxyType({key: _parameter(key, **row) for key, row in parameters.items()}),
        criteria=_wordings(criteria, CRITERIA),
        ties=tuple(_wordings(ties, TIE_STEPS).values()),
        refusals=_wordings(refusals, REFUSALS),
        gaps=_wordings(undecided, GAPS),
        _document=document,
    )


def _parameter(name: str, *, value: int | str, source: str, reason: str, answers: tuple[str, ...] = ()) -> Parameter:
    if name in QUESTIONS:
        _same(answers, QUESTIONS[name])
        if value not in answers:
            raise ValueError(f"{value!r} is no answer to {name}")
        return Parameter(str(value), source, reason, tuple(answers))
    whole = type(value) is int and value > 0
    ratio = isinstance(value, str) and _RATIO.fullmatch(value)
    if answers or not (whole if name in NUMBERS else ratio):
        raise ValueError(f"{value!r} is no value of {name}: above zero, whole or, for a ratio, a text such as 1/5")
    return Parameter(Fraction(value), source, reason)


def _wordings(rows: list[dict[str, Any]], names: tuple[str, ...]) -> Mapping[str, Wording]:
    """Read what is told, in the order of the document, which is the order of a chain."""
    found = {row["name"]: Wording(**row) for row in rows}
    _same([row["name"] for row in rows], frozenset(names))
    for wording in found.values():
        for texts in (wording.title, wording.words):
            _same(texts, _LANGUAGES)
    return MappingProxyType(found)


def _same(found: Mapping[str, Any] | list[str] | tuple[str, ...], wanted: frozenset[str]) -> None:
    if len(found) != len(wanted) or set(found) != wanted:
        raise ValueError(f"{sorted(found)} should be {sorted(wanted)}")


def _packaged() -> dict[str, Profile]:
    documents = (json.loads(text.read_text(encoding="utf-8")) for text in files("scorer").joinpath("data").iterdir())
    return {found.name: found for found in sorted(map(read_profile, documents), key=lambda one: one.name)}


_PROFILES = _packaged()

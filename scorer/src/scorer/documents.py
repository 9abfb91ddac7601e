"""Profiles as they are written: read strictly, so that nothing in a rule is misspelt, left out or without its words."""

import copy
import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from graphlib import TopologicalSorter
from types import MappingProxyType
from typing import Any

from scorer.inputs import KINDS, Asked, is_ratio, is_whole, unfit
from scorer.language import Formula, read_formula
from scorer.profiles import FEWEST, Bar, Criterion, Measure, Number, Parameter, Profile, Requirement, Step, Wording

_LANGUAGES = frozenset({"kk", "ru", "en"})
_BETTER = frozenset({"higher", "lower"})
KNOWN = frozenset({"price", "received_at", "bids", "earned", "points"})
"""What the engine knows of a bid: its price in tiyn, its moment in microseconds, how many are compared, its points."""


def read_profile(document: Mapping[str, Any]) -> Profile:
    """Read a profile from the data that `as_data` gives, refusing what does not fit.

    Raises:
        KeyError, TypeError, ValueError: a field is missing, unknown or malformed, or a formula asks for what is not
            there, or for itself.
    """
    found = _profile(copy.deepcopy(dict(document)), **document)
    _check_names(found)
    _check_defaults(found)
    return found


def _profile(  # noqa: PLR0913 - the fields of the document
    document: Mapping[str, Any],
    *,
    name: str,
    version: str,
    since: str,
    until: str | None,
    source: str,
    parameters: Mapping[str, dict[str, Any]],
    lot: list[dict[str, Any]],
    bid: list[dict[str, Any]],
    requirements: list[dict[str, str]],
    measures: list[dict[str, Any]],
    refusals: list[dict[str, Any]],
    criteria: list[dict[str, Any]],
    total: dict[str, Any],
    ties: list[dict[str, Any]],
    undecided: list[dict[str, Any]],
    dumping: dict[str, Any] | None,
    complaint: dict[str, Any] | None,
) -> Profile:
    known = {key: _parameter(key, **row) for key, row in parameters.items()}
    gaps = {"no_bids", "all_equal"} | ({"answers_differ"} if any(one.open for one in known.values()) else set())
    gaps |= {"too_few_bids"} if FEWEST in known else set()
    _same([row["name"] for row in undecided], frozenset(gaps))
    return Profile(
        name=name,
        version=version,
        since=dt.date.fromisoformat(since),
        until=None if until is None else dt.date.fromisoformat(until),
        source=source,
        parameters=MappingProxyType(known),
        lot=_by_name(_asked(**row) for row in lot),
        bid=_by_name(_asked(**row) for row in bid),
        requirements=tuple(_requirement(**row) for row in requirements),
        measures=_by_name(_measure(**row) for row in measures),
        refusals=_by_name(Bar(**_told(row), formula=read_formula(row["formula"])) for row in refusals),
        criteria=_by_name(map(_criterion, criteria)),
        total=_step(total),
        ties=tuple(_by_name(map(_step, ties)).values()),
        gaps=_by_name(Wording(**_told(row)) for row in undecided),
        dumping=None if dumping is None else Wording(**_told(dumping)),
        complaint=None if complaint is None else _complaint(**complaint),
        _document=document,
    )


def _parameter(
    name: str,
    *,
    value: Any,
    source: str,
    reason: str,
    answers: Iterable[str] = (),
    open: bool = False,  # noqa: A002 - the word of the document
) -> Parameter:
    if answers:
        if value not in answers or len(set(answers)) < len("ab"):
            raise ValueError(f"{value!r} is no answer to {name}")
        return Parameter(value, source, reason, tuple(answers), open)
    if open:
        raise ValueError(f"{name} asks nothing, so it cannot be open")
    if isinstance(value, dict):
        table = {key: _number(name, one, least=0) for key, one in value.items()}
        return Parameter(MappingProxyType(table), source, reason)
    return Parameter(_number(name, value, least=1), source, reason)


def _number(name: str, value: Any, *, least: int) -> Number:
    if isinstance(value, list):
        tiers = tuple((row["up_to"], _single(name, row["value"], least=0)) for row in value)
        bounds = [bound for bound, _ in tiers]
        if bounds[-1:] != [None] or not all(map(is_whole, bounds[:-1])) or bounds[:-1] != sorted(set(bounds[:-1])):
            raise ValueError(f"the bounds of {name} should rise, and the last be null")
        return tiers
    return _single(name, value, least=least)


def _single(name: str, value: Any, *, least: int) -> Fraction:
    """Read a number; `least` is 0 in a table, where nought says that there is nothing, and 1 elsewhere."""
    if not (is_whole(value) or is_ratio(value)) or Fraction(value) < 0 or (least and not Fraction(value)):
        raise ValueError(f"{value!r} is no value of {name}: above zero, whole or a text such as 1/5")
    return Fraction(value)


def _asked(*, kind: str, title: dict[str, str], better: str = "", answers: Iterable[str] = (), **row: Any) -> Asked:
    if kind not in KINDS or better not in {"", "more", "less"} or bool(answers) != (kind == "choice"):
        raise ValueError(f"{row} is of no known kind")
    _same(title, _LANGUAGES)
    return Asked(kind=kind, title=title, better=better, answers=tuple(answers), **row)


def _requirement(*, name: str, of: str, formula: str) -> Requirement:
    if of not in {"lot", "bid"}:
        raise ValueError(f"{name} is required of lots or of bids, not of {of}")
    return Requirement(name, of, read_formula(formula))


def _measure(*, name: str, title: dict[str, str], unit: str, formula: str) -> Measure:
    _same(title, _LANGUAGES)
    return Measure(name, title, unit, read_formula(formula))


def _criterion(row: dict[str, Any]) -> Criterion:
    weight = row.get("weight")
    return Criterion(
        **_told(row, "weight", "value", "unit", "parts"),
        formula=read_formula(row["formula"]),
        value=read_formula(row["value"]),
        unit=row["unit"],
        weight=None if weight is None else read_formula(weight),
        parts=tuple(row.get("parts", ())),
    )


def _step(row: dict[str, Any]) -> Step:
    if row["better"] not in _BETTER:
        raise ValueError(f"{row['name']}: higher or lower should be better")
    told = _told(row, "better", "unit")
    return Step(**told, formula=read_formula(row["formula"]), better=row["better"], unit=row.get("unit", ""))


def _told(row: dict[str, Any], *more: str) -> dict[str, Any]:
    """Take the words of a row; `more` are the other fields it may have, beside its formula."""
    if unknown := row.keys() - {"name", "title", "words", "source", "formula", *more}:
        raise ValueError(f"{row['name']} says more than it should: {sorted(unknown)}")
    for texts in (row["title"], row["words"]):
        _same(texts, _LANGUAGES)
    return {key: row[key] for key in ("name", "title", "words", "source")}


def _complaint(  # noqa: PLR0913 - the fields of the document
    *,
    appealable: bool,
    days: int | None,
    reviewer: str | None,
    review_days: int | None,
    standstill: bool,
    words: dict[str, str],
    source: str,
) -> Mapping[str, Any]:
    """Days are working days; `days` from the final protocol, `review_days` from the end of those."""
    _same(words, _LANGUAGES)
    if appealable != (days is not None):
        raise ValueError("there are days for a complaint exactly where there is one")
    row = {"appealable": appealable, "days": days, "reviewer": reviewer, "review_days": review_days}
    return MappingProxyType(row | {"standstill": standstill, "words": words, "source": source})


def _by_name(rows: Iterable[Any]) -> Mapping[str, Any]:
    """Keep rows by name in the order of the document, which is the order of a chain."""
    given = list(rows)
    found = {row.name: row for row in given}
    if len(found) != len(given):
        raise ValueError(f"a name stands twice: {sorted(row.name for row in given)}")
    return MappingProxyType(found)


def _check_names(found: Profile) -> None:
    """Check that every formula asks for what there is, and none for itself by way of others."""
    groups = [KNOWN, found.bid, found.parameters, found.measures]
    names = set().union(*groups)
    if sum(map(len, groups)) != len(names):
        raise ValueError("one name stands for two things")
    terms = {"lot.amount", *(f"lot.{name}" for name in found.lot)}
    for formula in _all_formulas(found):
        if unknown := formula.names - names - terms:
            raise ValueError(f"{formula.text} asks for what is not there: {sorted(unknown)}")
    asked = {"display_places", FEWEST}.union(*(formula.names for formula in _all_formulas(found)))
    if idle := {*found.parameters, *found.bid, *(f"lot.{name}" for name in found.lot)} - asked:
        raise ValueError(f"no formula asks for {sorted(idle)}")
    for criterion in found.criteria.values():
        if not set(criterion.parts) <= found.measures.keys():
            raise ValueError(f"{criterion.name} has parts that are not measured")
    if found.dumping is not None and found.dumping.name not in found.measures:
        raise ValueError("the dumping rule names no measure")
    earned = {name for one in found.criteria.values() for name in one.formula.names}
    graph = {name: measure.formula.names for name, measure in found.measures.items()}
    TopologicalSorter({**graph, "earned": earned, "points": earned}).prepare()


def _all_formulas(found: Profile) -> list[Formula]:
    weights = [one.weight for one in found.criteria.values() if one.weight is not None]
    values = [one.value for one in found.criteria.values()]
    return [*found.formulas(), *weights, *values, *(one.formula for one in found.requirements)]


def _check_defaults(found: Profile) -> None:
    for asked in (*found.lot.values(), *found.bid.values()):
        if asked.default is not None:
            value = KINDS[asked.kind].read(asked.default, asked)
            if problem := unfit({asked.name: asked}, {asked.name: value}):
                raise ValueError(f"the default of {asked.name} does not fit: {problem[0]}")


def _same(found: Iterable[str], wanted: frozenset[str]) -> None:
    names = list(found)
    if len(names) != len(wanted) or set(names) != wanted:
        raise ValueError(f"{sorted(names)} should be {sorted(wanted)}")

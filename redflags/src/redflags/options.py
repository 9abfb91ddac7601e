"""What a computation is told: Cardinal's settings by their own names, as JSON, and the parameters of every rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from redflags.releases import Release, part, text
from redflags.rules import RULES, Parameter

CARDINAL = ("R003", "R018", "R024", "R025", "R028", "R030", "R035", "R036", "R038", "R048", "R058")
GLOBAL = ("currency", "no_price_comparison_procurement_methods", "price_comparison_procurement_methods")
# Sections of a Cardinal settings file that its other command, prepare, reads.
PREPARE = ("defaults", "redactions", "corrections", "modifications", "codelists")


class UnfitSettings(Exception):
    """Settings that say something unknown, or not in the way it is said; ``where`` is the path, ``why`` a sentence."""

    def __init__(self, where: str, why: str) -> None:
        self.where, self.why = where, why
        super().__init__(f"{where}: {why}")


@dataclass(slots=True)
class Currency:
    """The main currency: the one that is set, else the first that a rule meets. Other currencies are not compared."""

    main: str | None = None

    def is_main(self, currency: str) -> bool:
        """Whether amounts in it are compared; the first one asked for becomes the main one."""
        if self.main is None:
            self.main = currency
        return currency == self.main


@dataclass(frozen=True, slots=True)
class Options:
    """Which rules are computed, with which parameters, and what is left out.

    ``by_lot``: rules about bids that compete look at each lot of a process by itself, where it is known. Cardinal does
    not know lots.
    """

    rules: tuple[str, ...] = tuple(RULES)
    currency: str | None = None
    compared: frozenset[str] = frozenset()  # procurementMethodDetails whose prices compete; empty: all but not_compared
    not_compared: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by_lot: bool = False
    _whole: dict[str, dict[str, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for code, rule in RULES.items():
            self._whole[code] = {one.name: one.default for one in rule.parameters} | dict(self.parameters.get(code, {}))

    def of(self, rule: str) -> Mapping[str, Any]:
        """The parameters of a rule: its defaults, but for what was set."""
        return self._whole[rule]

    def excludes(self, release: Release) -> bool:
        """Whether its kind of procedure is left out altogether."""
        return not _matches(release, frozenset(), self.excluded)

    def compares_prices(self, release: Release) -> bool:
        """Whether its bids compete by price."""
        return _matches(release, self.compared, self.not_compared)


def read_settings(data: Any, rules: tuple[str, ...] = CARDINAL, *, by_lot: bool = False) -> Options:
    """Options from settings: ``{"currency": "USD", "R024": {"threshold": 0.05}, …}``.

    As in Cardinal, settings that name rules compute these alone; those that name none compute all of ``rules``.

    Raises:
        UnfitSettings: Something in it is unknown or not of its type.
    """
    if not isinstance(data, dict):
        raise UnfitSettings("settings", "they are a JSON object")
    known = {*rules, *GLOBAL, *PREPARE, "exclusions"}
    if unknown := [name for name in data if name not in known]:
        raise UnfitSettings(unknown[0], f"there is no such setting; there are {', '.join(sorted(known))}")
    exclusions = _section(data, "exclusions", {"procurement_method_details"})
    named = tuple(rule for rule in rules if rule in data)
    return Options(
        rules=named or rules,
        currency=_string(data, "currency", "currency"),
        compared=_piped(data, GLOBAL[2], GLOBAL[2]),
        not_compared=_piped(data, GLOBAL[1], GLOBAL[1]),
        excluded=_piped(exclusions, "procurement_method_details", "exclusions.procurement_method_details"),
        parameters={rule: _parameters(rule, data[rule]) for rule in named},
        by_lot=by_lot,
    )


def _parameters(rule: str, given: Any) -> dict[str, Any]:
    known = {one.name: one for one in RULES[rule].parameters}
    section = _section({rule: given}, rule, set(known))
    return {name: _fit(known[name], value, f"{rule}.{name}") for name, value in section.items() if value is not None}


def _fit(parameter: Parameter, value: Any, where: str) -> Any:
    told, fits = _TYPES[parameter.type]
    if not fits(value):
        raise UnfitSettings(where, f"it is {told}")
    return value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "whole": ("a whole number, not negative", lambda value: _is_whole(value) and value >= 0),
    "signed": ("a whole number", _is_whole),
    "number": ("a number", lambda value: _is_whole(value) or isinstance(value, float)),
    "names": ("a string of names with | between them", lambda value: isinstance(value, str)),
    "days by details": (
        "an object of whole numbers",
        lambda value: isinstance(value, dict) and all(map(_is_whole, value.values())),
    ),
}


def names(piped: str) -> frozenset[str]:
    """The names in a string that has | between them; a | at the end ends the last one."""
    parted = piped.split("|")
    return frozenset(parted[:-1] if parted[-1] == "" else parted)


def _matches(release: Release, include: frozenset[str], exclude: frozenset[str]) -> bool:
    details = text(part(release, "tender"), "procurementMethodDetails")
    if include:
        return details in include
    return details is None or details not in exclude


def _section(data: Mapping[str, Any], name: str, known: set[str]) -> Mapping[str, Any]:
    section = data.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise UnfitSettings(name, "it is an object")
    if unknown := sorted(section.keys() - known):
        told = ", ".join(sorted(known)) or "none"
        raise UnfitSettings(f"{name}.{unknown[0]}", f"there is no such setting; there are: {told}")
    return section


def _string(data: Mapping[str, Any], name: str, where: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise UnfitSettings(where, "it is a string")
    return value


def _piped(data: Mapping[str, Any], name: str, where: str) -> frozenset[str]:
    return names(_string(data, name, where) or "")

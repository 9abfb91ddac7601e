"""The dated law in use: which term governs a matter on a day, and where it is written."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from statute.terms import Term, Unit

PARAMETERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "term_at_receiving_body": frozenset({"restarts", "continues"}),
        "longest": frozenset({"in_all", "added"}),
        "while_defective": frozenset({"paused", "runs"}),
        "signed_by": frozenset({"executor", "head"}),
        "heard_before_adverse": frozenset({"yes", "no"}),
        "controller": frozenset({"legal-statistics-committee"}),
        "on_recalculation": frozenset({"later_of_both", "as_counted", "earlier_of_both"}),
        "term_after_sending_back": frozenset({"restarts", "continues"}),
        "without_higher_body": frozenset({"from_act", "from_complaint"}),
    }
)
"""Questions the law leaves open, and the answers a rule may choose (docs/law/README.md explains each)."""


@dataclass(frozen=True)
class Rule:
    """One row of a rule set: the term of a matter, for one kind or (kind None) for every kind.

    In force from `since` to `until`, both included; until None means until further notice.
    `parameters` holds the chosen answer to each open question the matter has.
    """

    rules: str
    version: str
    matter: str
    kind: str | None
    term: Term
    source: str
    since: dt.date
    until: dt.date | None
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)

    def in_force_on(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class Undecided(Exception):
    """The rules in force leave this question open; nobody should guess."""

    def __init__(self, rules: str, matter: str, kind: str | None) -> None:
        about = matter if kind is None else f"{matter} of the kind {kind}"
        super().__init__(f"the rule set {rules} has no rule in force on {about}")
        self.rules = rules
        self.matter = matter
        self.kind = kind


class UnknownRuleSet(Exception):
    """No rule set has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no rule set {name!r}; known: {', '.join(RULE_SETS)}")
        self.name = name


@dataclass(frozen=True)
class RuleSet:
    """Rules that belong together. `day_ends` is the local time at which a working day ends for registration."""

    name: str
    version: str
    day_ends: dt.time
    source: str
    rules: tuple[Rule, ...]

    def rule(self, matter: str, kind: str | None = None) -> Rule:
        """Return the row for the kind, or else the row for every kind.

        Raises:
            Undecided: neither exists.
        """
        for wanted in (kind, None):
            for rule in self.rules:
                if rule.matter == matter and rule.kind == wanted:
                    return rule
        raise Undecided(self.name, matter, kind)


@lru_cache(maxsize=4096)
def rules_on(day: dt.date, name: str = "report") -> RuleSet:
    """Return a rule set with the rows in force on a day. On a day before all of them it is empty.

    Raises:
        UnknownRuleSet: no rule set has this name.
    """
    rule_set = _RULE_SETS.get(name)
    if rule_set is None:
        raise UnknownRuleSet(name)
    return replace(rule_set, rules=tuple(rule for rule in rule_set.rules if rule.in_force_on(day)))


def read_rule_sets(text: str) -> tuple[RuleSet, ...]:
    """Read rule sets from JSON text, refusing what does not fit.

    Raises:
        KeyError, TypeError, ValueError: a field is missing, unknown or malformed, or two rows govern the same day.
    """
    return tuple(_rule_set(**row) for row in json.loads(text))


def _rule_set(*, name: str, version: str, day_ends: str, source: str, rules: list[dict[str, Any]]) -> RuleSet:
    rows = tuple(_rule(name, version, **row) for row in rules)
    for position, rule in enumerate(rows):
        if any(_both_govern(rule, other) for other in rows[:position]):
            msg = f"two rows of {name} govern {rule.matter} of the kind {rule.kind} on the same day"
            raise ValueError(msg)
    return RuleSet(name, version, dt.time.fromisoformat(day_ends), source, rows)


def _rule(rules: str, version: str, *, term: dict[str, Any], since: str, until: str | None, **rest: Any) -> Rule:
    rule = Rule(
        rules=rules,
        version=version,
        term=Term(n=term["n"], unit=Unit(term["unit"]), first_day_counts=term["first_day_counts"]),
        since=dt.date.fromisoformat(since),
        until=None if until is None else dt.date.fromisoformat(until),
        **rest,
    )
    for parameter, answer in rule.parameters.items():
        if answer not in PARAMETERS[parameter]:
            msg = f"{answer!r} is no answer to {parameter}"
            raise ValueError(msg)
    return replace(rule, parameters=MappingProxyType(dict(rule.parameters)))


def _both_govern(one: Rule, other: Rule) -> bool:
    if (one.matter, one.kind) != (other.matter, other.kind):
        return False
    return one.since <= (other.until or dt.date.max) and other.since <= (one.until or dt.date.max)


_RULE_SETS = {
    rule_set.name: rule_set
    for rule_set in read_rule_sets(files("statute").joinpath("data", "rules.json").read_text(encoding="utf-8"))
}
RULE_SETS: tuple[str, ...] = tuple(_RULE_SETS)

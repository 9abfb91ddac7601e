"""Numbers and choices that the rules need besides terms: dated, with their source and the reason of the choice."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from statute.rules import Undecided


@dataclass(frozen=True)
class Parameter:
    """One row of `data/parameters.json`: in force from `since` to `until`, both included; `reason` is of the choice."""

    name: str
    rules: str
    value: int | str
    since: date
    until: date | None
    source: str
    reason: str


def parameter_on(day: date, name: str, *, rules: str) -> Parameter:
    """The parameter of a rule set that is in force on a day.

    Raises:
        Undecided: the rule set has none then.
    """
    for each in _parameters():
        if (each.name, each.rules) == (name, rules) and each.since <= day and (each.until is None or day <= each.until):
            return each
    raise Undecided(rules, name, None)


@cache
def _parameters() -> tuple[Parameter, ...]:
    rows = json.loads((files("procurement") / "data" / "parameters.json").read_text("utf-8"))
    return tuple(
        Parameter(
            **row
            | {
                "since": date.fromisoformat(row["since"]),
                "until": None if row["until"] is None else date.fromisoformat(row["until"]),
            }
        )
        for row in rows
    )

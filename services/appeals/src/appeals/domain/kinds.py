"""The kinds of appeals as a dated table: what each is called and who files it; its term is a rule of `statute`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from appeals.domain.appeal import Kind
from appeals.domain.clocks import CONSIDERATION
from appeals.domain.vocabulary import Procedure, procedure_of
from statute.rules import Rule, rules_on


@dataclass(frozen=True, slots=True)
class KindRow:
    """What a kind is called and who files it, from a day to a day (None: until further notice).

    Nobody's being a notary, a lawyer or a medium is checked at filing: acceptance is mandatory (APPC art. 64(1)), and
    the body may tell the filer of a defect.
    """

    kind: Kind
    name: Mapping[str, str]
    filed_by: str
    source: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class KindInForce:
    """A kind with the rule on it."""

    row: KindRow
    rule: Rule

    @property
    def procedure(self) -> Procedure:
        return procedure_of(self.rule)


def kinds_on(day: date, rules: str = "report") -> list[KindInForce]:
    """The kinds that could be filed on a day by a rule set, in the order of the law.

    Raises:
        UnknownRuleSet, Undecided: as `statute.rules`.
    """
    rule_set = rules_on(day, rules)
    return [
        KindInForce(row, rule_set.rule(CONSIDERATION, row.kind))
        for row in KINDS
        if row.since <= day and (row.until is None or day <= row.until)
    ]


def _row(row: Mapping[str, Any]) -> KindRow:
    until = None if row["until"] is None else date.fromisoformat(row["until"])
    dated = {"kind": Kind(row["kind"]), "since": date.fromisoformat(row["since"]), "until": until}
    return KindRow(**{**row, **dated})


_DATA: dict[str, Any] = json.loads((files("appeals") / "data" / "kinds.json").read_text("utf-8"))
FILERS: Mapping[str, Mapping[str, str]] = _DATA["filers"]
KINDS: tuple[KindRow, ...] = tuple(map(_row, _DATA["kinds"]))

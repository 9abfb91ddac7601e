"""The rules as data: code, version, titles, formula in words, source, needed fields, parameters with their reasons."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number or a list that the rule leaves open, its default, and why that."""

    name: str
    type: str
    default: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A red flag: when it stands, by what formula, from whom, and what it needs.

    ``scope`` is ``process`` for what one release decides, ``population`` for what takes all of them. ``reasons`` say
    why a subject whose fields are there is not computable.
    """

    code: str
    version: int
    title: Mapping[str, str]
    scope: Literal["process", "population"]
    subjects: tuple[str, ...]
    formula: str
    value: str
    source: str
    cardinal: bool
    fields: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    reasons: Mapping[str, str]

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "code": self.code,
            "version": self.version,
            "title": dict(self.title),
            "scope": self.scope,
            "subjects": list(self.subjects),
            "formula": self.formula,
            "value": self.value,
            "source": self.source,
            "cardinal": self.cardinal,
            "fields": list(self.fields),
            "parameters": [
                {"name": one.name, "type": one.type, "default": one.default, "reason": one.reason}
                for one in self.parameters
            ],
            "reasons": dict(self.reasons),
        }


def _read() -> dict[str, Rule]:
    data = json.loads(resources.files("redflags").joinpath("data/rules.json").read_text("utf-8"))
    return {one["code"]: _rule(one, data["reasons"], data["sources"]) for one in data["rules"]}


def _rule(one: dict[str, Any], reasons: dict[str, str], sources: dict[str, str]) -> Rule:
    return Rule(
        code=one["code"],
        version=one["version"],
        title=one["title"],
        scope=one["scope"],
        subjects=tuple(one["subjects"]),
        formula=one["formula"],
        value=one["value"],
        source=sources[one["source"]].format(code=one["code"]),
        cardinal=one["source"] == "cardinal",
        fields=tuple(one["fields"]),
        parameters=tuple(Parameter(**parameter) for parameter in one.get("parameters", ())),
        reasons={code: reasons[code] for code in one.get("reasons", ())},
    )


RULES: Mapping[str, Rule] = MappingProxyType(_read())
RULES_HASH = hashlib.sha256(
    json.dumps([rule.as_data() for rule in RULES.values()], sort_keys=True, ensure_ascii=False).encode()
).hexdigest()
"""Of all that the rules say of themselves; a rule whose formula changes has another version, and so another hash."""

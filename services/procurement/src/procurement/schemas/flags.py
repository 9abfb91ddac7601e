"""The shapes of red flags and of the rules behind them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from redflags import RULES, Rule
from servicekit.database import Row
from servicekit.languages import Translated


class Reason(BaseModel):
    """Why a rule says nothing of a subject whose fields are there."""

    code: str
    text: str


class Flag(BaseModel):
    """What a rule says of a subject: a reason to look at it, that there is none, or why it cannot be computed.

    `value` and `evidence` are the numbers, in what `GET /v1/flags/rules` calls the rule's value. `parties` are the
    suppliers that a flag is about, by their ids in the releases. It says nothing of anybody's intent.
    """

    rule: str
    version: int
    title: Translated
    state: Literal["flag", "clear", "not_computable"]
    kind: str
    subject: str
    value: float | None
    evidence: dict[str, Any]
    missing: Annotated[list[str], Field(description="OCDS fields that would have to be there.")]
    reason: Reason | None
    ocid: str | None
    buyer: str | None
    lot: str | None
    award: str | None
    contract: str | None
    parties: list[str]
    computed_at: datetime


class RuleParameter(BaseModel):
    """What a rule leaves open: its default, and why that; null is what the reason says."""

    name: str
    type: str
    default: int | float | str | dict[str, int] | None
    reason: str


class FlagRule(BaseModel):
    """A rule as it is computed: when it flags, by what formula, from whom, and what it needs."""

    code: str
    version: int
    title: Translated
    scope: Literal["process", "population"]
    subjects: list[str]
    formula: str
    value: str
    source: str
    cardinal: bool
    fields: list[str]
    parameters: list[RuleParameter]
    reasons: dict[str, str]


class FlagRules(BaseModel):
    """All the rules, and the hash by which one knows that they are the same."""

    hash: str
    items: list[FlagRule]


def flag_of(row: Row) -> Flag:
    """A finding as everybody sees it."""
    rule = RULES[row["rule"]]
    reason = row["reason"]
    return Flag(
        **{name: row[name] for name in _AS_THEY_ARE},
        title=_translated(rule.title),
        reason=None if reason is None else Reason(code=reason, text=rule.reasons.get(reason, reason)),
    )


def rule_of(rule: Rule) -> FlagRule:
    """A rule as everybody sees it."""
    return FlagRule.model_validate(rule.as_data())


def _translated(texts: Mapping[str, str]) -> Translated:
    return Translated(**texts)


_AS_THEY_ARE = tuple(name for name in Flag.model_fields if name not in {"title", "reason"})

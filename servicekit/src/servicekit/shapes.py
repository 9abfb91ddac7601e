"""The shapes that every service's answers are made of (docs: the API's conventions), each described once for all."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from servicekit.languages import Translated


class Asked(BaseModel):
    """What callers send: a field that we do not know is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NextAction(BaseModel):
    """Something that this caller may do now."""

    name: str
    method: str
    href: str


class Basis(BaseModel):
    """The rule that decided, and where it is written."""

    rules: str
    version: str
    source: str


class Term(BaseModel):
    """A length of time that a rule sets."""

    n: int
    unit: Literal["working_day", "calendar_day", "month"]
    first_day_counts: bool


class Day(BaseModel):
    """One day between the start and the deadline: counted as the n-th, or skipped, and why."""

    date: date
    counted: bool
    n: int | None
    why: str
    name: Translated | None


class RuleShown(Protocol):
    """What is shown of a rule."""

    @property
    def rules(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def source(self) -> str: ...


class TermShown(Protocol):
    """What is shown of a term."""

    @property
    def n(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def first_day_counts(self) -> bool: ...


class DayShown(Protocol):
    """What is shown of a day."""

    @property
    def date(self) -> date: ...
    @property
    def counted(self) -> bool: ...
    @property
    def n(self) -> int | None: ...
    @property
    def why(self) -> str: ...
    @property
    def name(self) -> Mapping[str, str] | None: ...


def day_of(day: DayShown) -> Day:
    name = None if day.name is None else Translated(**day.name)
    return Day(date=day.date, counted=day.counted, n=day.n, why=day.why, name=name)


@cache
def basis_of(rule: RuleShown) -> Basis:
    return Basis(rules=rule.rules, version=rule.version, source=rule.source)


@cache
def term_of(term: TermShown) -> Term:
    return Term.model_validate({"n": term.n, "unit": str(term.unit), "first_day_counts": term.first_day_counts})

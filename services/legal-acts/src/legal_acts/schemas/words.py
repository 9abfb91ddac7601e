"""The shapes that all others are made of: words in languages, terms, bases, next actions."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints, model_validator

from servicekit.languages import Language
from servicekit.shapes import Asked, Basis, Day, Term, basis_of, day_of, term_of
from statute.calendars import Week
from statute.deadlines import Deadline as CountedDeadline
from statute.rules import Rule

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
ClauseId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]


class _SomeLanguage(Asked):
    @model_validator(mode="after")
    def _says_something(self) -> Any:
        if not self.model_fields_set or all(value is None for value in self.__dict__.values()):
            raise ValueError("words in at least one of kk, ru and en")
        return self

    def by_language(self) -> dict[str, str]:
        """The words that there are, by language."""
        return self.model_dump(exclude_none=True)


class NewTitle(_SomeLanguage):
    """A name in at least one language."""

    kk: Title | None = None
    ru: Title | None = None
    en: Title | None = None


class NewWording(_SomeLanguage):
    """Words in at least one language."""

    kk: Words | None = None
    ru: Words | None = None
    en: Words | None = None


class Wording(BaseModel):
    """Words in the languages in which there are some."""

    kk: str | None = None
    ru: str | None = None
    en: str | None = None


class Deadline(BaseModel):
    """The last day of a term, with every day that was counted or skipped on the way."""

    started_on: date
    due_on: date
    term: Term
    week: Week
    basis: Basis
    calendar: str
    days: list[Day]


Languages = Annotated[
    list[Language],
    Field(min_length=1, max_length=3, description="In which the text is whole; each clause has its words in each."),
]


def wording_of(words: dict[str, str]) -> Wording:
    return Wording(**words)


def deadline_of(counted: CountedDeadline, rule: Rule) -> Deadline:
    """A deadline with its explanation."""
    return Deadline(
        started_on=counted.starts_on,
        due_on=counted.due_on,
        term=term_of(rule.term),
        week=counted.week,
        basis=basis_of(rule),
        calendar=counted.calendar,
        days=[day_of(day) for day in counted.days],
    )

"""The shapes of state bodies, and of the deadlines that bind them."""

from datetime import date
from functools import cache
from typing import Annotated

from pydantic import BaseModel, Field

from appeals.domain.agencies import Agency as Body
from appeals.domain.agencies import agency
from servicekit.languages import Translated
from servicekit.shapes import Basis, Day, Term, basis_of, day_of, term_of
from statute.calendars import Week
from statute.deadlines import Deadline as CountedDeadline
from statute.rules import Rule

AgencyKey = Annotated[str, Field(description="The code or the BIN of an agency.", examples=["min-transport"])]


class Agency(BaseModel):
    """A state body that takes appeals. `bin_placeholder` marks a BIN that we could not verify."""

    bin: str
    bin_placeholder: bool
    code: str
    name: Translated
    level: str
    week: Week
    higher: str | None


class AgencyName(BaseModel):
    """A state body, as it stands on an appeal."""

    bin: str
    code: str
    name: Translated


class Deadline(BaseModel):
    """By when an answer is due, with every day that was counted or skipped on the way."""

    registered_on: date
    due_on: date
    term: Term
    week: Week
    basis: Basis
    calendar: str
    days: list[Day]


def agency_of(body: Body) -> Agency:
    """A body as the list of agencies shows it."""
    return Agency(
        bin=body.bin,
        bin_placeholder=body.bin_placeholder,
        code=body.code,
        name=Translated(**body.name),
        level=body.level,
        week=body.week,
        higher=body.higher,
    )


def deadline_of(counted: CountedDeadline, rule: Rule) -> Deadline:
    """A deadline with its explanation."""
    return Deadline(
        registered_on=counted.starts_on,
        due_on=counted.due_on,
        term=term_of(rule.term),
        week=counted.week,
        basis=basis_of(rule),
        calendar=counted.calendar,
        days=[day_of(day) for day in counted.days],
    )


@cache
def name_of(key: str) -> AgencyName:
    body = agency(key)
    return AgencyName(bin=body.bin, code=body.code, name=Translated(**body.name))

"""What the shapes of procurement are made of: sums, titles, parties, grounds."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from procurement.domain.windows import rule_on
from servicekit.database import Row
from servicekit.languages import Language
from statute.deadlines import local
from statute.identifiers import InvalidIdentifier, parse_bin
from statute.money import Money

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,39}$")]
# What another country calls a place, a body or a process.
Place = Annotated[str, StringConstraints(min_length=1, max_length=200)]
# Kept clear of the ends of what a date can hold, so that the local date and the day after it exist in every zone.
Moment = Annotated[
    AwareDatetime,
    Field(
        ge=datetime.min.replace(tzinfo=UTC) + timedelta(days=2), le=datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
    ),
]


def _sum(text: str) -> str:
    return Money.from_text(text).text()


def _bin(text: str) -> str:
    try:
        return parse_bin(text).value
    except InvalidIdentifier as error:
        raise ValueError(f"not a BIN: {error.reason}") from error


# The most that a column holds is 16 digits of tenge; a hundred of them can be added up.
Tenge = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,13})(\.[0-9]{1,2})?$"), AfterValidator(_sum)]
Bin = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$"), AfterValidator(_bin)]


class Asked(BaseModel):
    """What callers send: a field that we do not know is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Amount(Asked):
    """A sum of money in tenge."""

    amount: Annotated[Tenge, Field(examples=["1250.00"])]
    currency: Literal["KZT"] = "KZT"

    @property
    def tiyn(self) -> int:
        return Money.from_text(self.amount).tiyn


class Sum(BaseModel):
    """A sum of money in some currency, with two decimals."""

    amount: str
    currency: str


class Title(Asked):
    """A name in one language or more."""

    kk: Line | None = None
    ru: Line | None = None
    en: Line | None = None

    @model_validator(mode="after")
    def _in_some_language(self) -> Self:
        if self.kk is None and self.ru is None and self.en is None:
            raise ValueError("give the title in at least one language")
        return self


Titles = dict[Language, str]
Count = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,3})?$")]


class Item(Asked):
    """What is bought, by the code of a classifier (ENS TRU, CPV)."""

    code: Annotated[Code, Field(examples=["172313.500.000012"])]
    name: Line


class Buyer(BaseModel):
    """The body that buys."""

    scheme: str
    id: str
    name: str


class Supplier(BaseModel):
    """Who supplies. `party` is an opaque id; a natural person has no other, and no name, in public."""

    party: UUID
    scheme: str
    id: str | None
    name: str | None


class Basis(BaseModel):
    """The rule that decided, and where it is written."""

    rules: str
    version: str
    source: str


class PinnedProfile(BaseModel):
    """The profile that was published with a tender and scores its bids, whatever is in force later."""

    name: str
    version: str
    hash: str


class NextAction(BaseModel):
    """Something that this caller may do now."""

    name: str
    method: str
    href: str


def amount_of(tiyn: int) -> Amount:
    return Amount.model_construct(amount=Money(tiyn).text(), currency="KZT")


def sum_of(hundredths: int, currency: str) -> Sum:
    return Sum.model_construct(amount=Money(hundredths).text(), currency=currency)


def supplier_of(party: UUID, scheme: str, number: str | None, name: str | None) -> Supplier:
    """A supplier as the public may know it: of a natural person, nothing but the opaque id."""
    person = scheme == "KZ-IIN"
    return Supplier(party=party, scheme=scheme, id=None if person else number, name=None if person else name)


def basis_for(tender: Row, matter: str, kind: str | None = None) -> Basis:
    """The rule that gave the days, as it was in force when the tender was published."""
    return _basis(local(tender["published_at"]).date(), matter, kind, tender["rules"])


@lru_cache(maxsize=1024)
def _basis(day: date, matter: str, kind: str | None, rules: str) -> Basis:
    rule = rule_on(day, matter, kind, rules=rules)
    return Basis(rules=rule.rules, version=rule.version, source=rule.source)

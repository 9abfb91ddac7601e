"""The parts that several shapes have, and how a row becomes them."""

from datetime import datetime
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from registry.domain.queues import Category
from servicekit.database import Row
from servicekit.languages import Translated
from statute.deadlines import local
from statute.money import Money
from statute.regions import NAMES, Region

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class ExecutiveDocument(BaseModel):
    """The document that is enforced, and the body that issued it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Line
    issued_by: Line


class Amount(BaseModel):
    """A sum of money."""

    amount: str
    currency: Literal["KZT"] = "KZT"


class Party(BaseModel):
    """A person or a company by its number; a person stands here for the parties alone."""

    scheme: str
    id: str
    name: str


class RegionName(BaseModel):
    """A region by its code in ISO 3166-2."""

    code: Region
    name: Translated


def debtor_of(row: Row) -> Party:
    return Party(scheme=row["debtor_scheme"], id=row["debtor_id"], name=row["debtor_name"])


def categories_of(row: Row) -> list[Category]:
    """The categories of a proceeding's claims, each once, in the order of queues."""
    queues = {Category(claim["category"]): claim["queue"] for claim in row["claims"]}
    return sorted(queues, key=lambda category: (queues[category], category))


def unpaid_of(row: Row) -> int:
    unpaid: int = row["claimed_tiyn"] - row["paid_tiyn"]
    return unpaid


def moment_of(moment: datetime | None) -> datetime | None:
    return None if moment is None else local(moment)


def amount_of(tiyn: int) -> Amount:
    return Amount(amount=Money(tiyn).text())


@cache
def region_of(code: str) -> RegionName:
    return RegionName(code=Region(code), name=Translated(**NAMES[code]))

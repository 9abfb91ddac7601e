"""The shapes of awards and of contracts."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from procurement.domain.award import ForeignStatus, Status
from procurement.domain.tender import ForeignMethod, Method
from procurement.schemas.lots import TenderName
from procurement.schemas.parts import Buyer, Sum, Supplier, Titles, sum_of
from servicekit.database import Row


class LotName(BaseModel):
    """A lot, as it stands on an award."""

    id: UUID
    position: int
    title: Titles


class AwardedItem(BaseModel):
    """What was awarded, by the code of a classifier, as far as the source says it."""

    code: str | None
    name: str | None


class Award(BaseModel):
    """An award. PostgreSQL writes this shape itself (`queries/awards.py`), and a test holds it to this one.

    `saving` is what the award costs less than was `allocated`. `source` is `ashyq` or where the award was imported
    from; then what the source does not say is null, and `ocid` is the process in the source's releases.
    """

    id: UUID
    source: str
    ocid: str | None
    status: Status | ForeignStatus | None
    tender: TenderName | None
    lot: LotName | None
    item: AwardedItem
    quantity: str | None
    unit: str | None
    method: Method | ForeignMethod | None
    region: str | None
    buyer: Buyer
    supplier: Supplier
    amount: Sum
    allocated: Sum | None
    saving: Sum | None
    awarded_on: date
    complaints_until: date | None
    synthetic: bool


class AwardSum(BaseModel):
    """How many awards, and of what sum in one currency, have a key in common; `name` is what the key is called.

    `allocated` is null where no source says what was.
    """

    key: str
    name: str | None
    count: int
    total: Sum
    allocated: Sum | None


def award_sum_of(row: Row) -> AwardSum:
    """A line of a summary."""
    return AwardSum(
        key=row["key"],
        name=row["name"],
        count=row["count"],
        total=sum_of(row["total"], row["currency"]),
        allocated=None if row["allocated"] is None else sum_of(row["allocated"], row["currency"]),
    )

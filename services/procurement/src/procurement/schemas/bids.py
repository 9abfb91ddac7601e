"""The shapes of bids."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from procurement.domain.bid import DebtorCheck, Status
from procurement.permissions import PERMISSIONS, bidder_of
from procurement.schemas.parts import Amount, Asked, NextAction, Supplier, supplier_of
from servicekit.database import Row
from servicekit.identity import Caller
from statute.deadlines import local

Years = Annotated[list[Amount | None], Field(min_length=3, max_length=3)]


class Offer(Asked):
    """What a supplier offers, and the figures of its last three years, oldest first; null where a year is missing."""

    price: Amount
    experience_years: Annotated[int, Field(ge=0, le=200, description="Full years in the subject of the purchase.")]
    income: Years
    taxes: Years
    payroll: Years
    warranty_months: Annotated[int, Field(ge=0, le=1200)]


class NewBid(Asked):
    """A bid for one lot; it takes the place of the supplier's earlier one."""

    lot: UUID
    offer: Offer


class BidSummary(BaseModel):
    """A bid without what it offers. `commitment` proves after the opening that nothing was changed."""

    id: UUID
    tender: UUID
    lot: UUID
    status: Status
    supplier: Supplier
    received_at: AwareDatetime
    debtor_check: DebtorCheck
    commitment: str
    synthetic: bool


class Bid(BidSummary):
    """A bid: to its supplier at any time, to everybody after the opening.

    With `salt`, the commitment can be checked: SHA-256 over the salt and the offer's canonical JSON (RFC 8785).
    """

    offer: Offer
    salt: str
    refusal: str | None
    actions: list[NextAction]


def bid_summary_of(row: Row) -> BidSummary:
    """A bid without its offer. Answers to changes are kept with the journal, so what is sealed is not in them."""
    return BidSummary(**_summary(row))


def bid_of(row: Row, content: dict[str, Any], salt: str, caller: Caller) -> Bid:
    """A bid as it may be seen by whoever may see it (`queries.bids`)."""
    withdrawable = row["status"] == Status.SEALED and PERMISSIONS.role_for(
        "withdraw_bid", caller, bidder_of(row, caller)
    )
    href = f"/v1/bids/{row['id']}/withdrawal"
    return Bid(
        **_summary(row),
        offer=Offer.model_validate(content),
        salt=salt,
        refusal=row["refusal"],
        actions=[NextAction(name="withdrawal", method="POST", href=href)] if withdrawable else [],
    )


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "tender": row["tender_id"],
        "lot": row["lot_id"],
        "status": row["status"],
        "supplier": supplier_of(row["party_id"], row["scheme"], row["number"], row["name"]),
        "received_at": local(row["received_at"]),
        "debtor_check": row["debtor_check"],
        "commitment": row["commitment"],
        "synthetic": row["synthetic"],
    }

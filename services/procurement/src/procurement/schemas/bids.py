"""The shapes of bids."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from procurement.domain.bars import Result, bar_source
from procurement.domain.bid import DebtorCheck, Status, is_sound
from procurement.permissions import PERMISSIONS, bidder_of
from procurement.schemas.parts import Amount, Asked, NextAction, Supplier, supplier_of
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Translated
from statute.deadlines import local


def _no_person(scheme: str) -> str:
    if scheme == "KZ-IIN":
        raise ValueError("natural persons are not named here")
    return scheme


Years = Annotated[list[Amount | None], Field(min_length=3, max_length=3)]


class Named(Asked):
    """A company or another body by its number; natural persons are not named here, since bids are published."""

    scheme: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9_-]{1,30}$"), AfterValidator(_no_person)]
    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not is_sound(self.scheme, self.id):
            raise ValueError("nobody can have this number")
        return self


class Subcontractor(Named):
    """Who does a part of the work, and how many per cent of it."""

    percent: Annotated[int, Field(ge=1, le=100)]


class Declaration(Asked):
    """What a supplier says of itself: whether it is the state's, who is affiliated with it, and who works for it."""

    state_owned: bool
    affiliates: Annotated[list[Named], Field(max_length=100)] = Field(default=[])
    subcontractors: Annotated[list[Subcontractor], Field(max_length=100)] = Field(default=[])


class Offer(Asked):
    """What a supplier offers, and the figures of its last three years, oldest first; null where a year is missing.

    What is not `declared` leaves the bars that depend on it unknown.
    """

    price: Amount
    experience_years: Annotated[int, Field(ge=0, le=200, description="Full years in the subject of the purchase.")]
    income: Years
    taxes: Years
    payroll: Years
    warranty_months: Annotated[int, Field(ge=0, le=1200)]
    declared: Declaration | None = None

    def content(self) -> dict[str, Any]:
        """The offer as it is sealed."""
        return self.model_dump()


class NewBid(Asked):
    """A bid for one lot; it takes the place of the supplier's earlier one."""

    lot: UUID
    offer: Offer


class Check(BaseModel):
    """A bar of the law that was asked of a bid, and what came of it; `evidence` says why, or why nobody knows."""

    bar: str
    result: Result
    evidence: dict[str, Any]
    words: Translated
    source: str


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
    checks: Annotated[list[Check] | None, Field(description="Null before the evaluation.")]
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
        checks=None if row["checks"] is None else [check_of(each) for each in row["checks"]],
        actions=[NextAction(name="withdrawal", method="POST", href=href)] if withdrawable else [],
    )


def check_of(said: dict[str, Any]) -> Check:
    """A bar that was asked, with its words."""
    return Check(**said, **bar_source(said["bar"]))


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

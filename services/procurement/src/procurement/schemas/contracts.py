"""The shapes of contracts, of what is entered about them, and of the parties to them."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from procurement.domain.contract import LIVE, REASONS, Action, AmendmentReason, Kind, Status, actions_in
from procurement.domain.regions import Region
from procurement.domain.tender import Method, Relation
from procurement.permissions import CONTRACT_OPERATIONS, PERMISSIONS, tie_to
from procurement.schemas.lots import TenderName
from procurement.schemas.parts import Amount, Asked, Buyer, NextAction, Supplier, Words, amount_of, supplier_of
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Translated
from statute.deadlines import local

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class NewContract(Asked):
    """What the draft says besides what was awarded: an advance, and by when it is to be delivered."""

    advance: Amount | None = None
    deliver_by: Day | None = None


class NewReason(Asked):
    """Why a contract is refused or ended."""

    reason: Words


class NewSum(Asked):
    """What was accepted, or paid, on a day."""

    day: Day
    amount: Amount
    text: Words | None = None

    @model_validator(mode="after")
    def _something(self) -> "NewSum":
        if self.amount.tiyn == 0:
            raise ValueError("the amount is nothing")
        return self


class NewAmendment(NewSum):
    """What the parties changed on a day: `amount` is what the contract is for from then on."""

    reason: AmendmentReason
    deliver_by: Day | None = None


class ContractAct(BaseModel):
    """What was entered about a contract. `late_by` is by how many working days the entry came after its term."""

    id: UUID
    kind: Kind
    day: date
    entered_on: date
    late_by: int
    amount: Amount
    amount_before: Amount | None
    deliver_by: date | None
    reason: AmendmentReason | None
    reason_in_words: Translated | None
    text: str | None


class ContractSummary(BaseModel):
    """A contract, as it stands in a list. `late` says that a step of it was taken after its term."""

    id: UUID
    number: str
    status: Status
    tender: TenderName
    lot: UUID
    award: UUID
    method: Method
    region: Region
    buyer: Buyer
    supplier: Supplier
    awarded: Amount
    amount: Amount
    advance: Amount
    accepted: Amount
    paid: Amount
    drafted_on: date
    concluded_on: date | None
    ended_on: date | None
    deliver_by: date | None
    late: bool
    supplier_is_debtor: bool
    synthetic: bool


class Contract(ContractSummary):
    """A contract between the buyer and the supplier that a lot was awarded to, with all that was entered about it."""

    acts: list[ContractAct]
    actions: list[NextAction]


class Party(BaseModel):
    """What is known in public of a party. A natural person has no number and no name here, only the opaque id.

    `complaints` counts by status those that it filed; `awards` are those that were not cancelled.
    """

    party: UUID
    scheme: str
    id: str | None
    name: str | None
    bids: int
    awards: int
    awarded: Amount
    contracts: int
    contracted: Amount
    paid: Amount
    late_contracts: int
    late_deliveries: int
    terminated_contracts: int
    contracts_as_debtor: int
    complaints: dict[str, int]
    links: dict[str, str]


def contract_summary_of(row: Row) -> ContractSummary:
    """A contract as it stands in a list."""
    return ContractSummary.model_validate(_told(row))


def contract_of(row: Row, acts: Sequence[Row], caller: Caller) -> Contract:
    """A contract as this caller sees it, who is told what may be done next."""
    return Contract(**_told(row), acts=[_act_of(act) for act in acts], actions=_actions(row, caller))


def party_of(row: Row) -> Party:
    """A party as everybody sees it."""
    shown = supplier_of(row["id"], row["scheme"], row["number"], row["name"])
    counted = ("bids", "awards", "contracts", "late_contracts", "late_deliveries", "terminated_contracts")
    return Party(
        party=shown.party,
        scheme=shown.scheme,
        id=shown.id,
        name=shown.name,
        **{name: row[name] for name in (*counted, "contracts_as_debtor", "complaints")},
        **{name: amount_of(row[name]) for name in ("awarded", "contracted", "paid")},
        links={
            "awards": f"/v1/awards?supplier={shown.party}",
            "contracts": f"/v1/contracts?supplier={shown.party}",
        },
    )


def _told(row: Row) -> dict[str, Any]:
    day = {name: row[name] and local(row[name]).date() for name in ("drafted_at", "concluded_at", "ended_at")}
    same = ("id", "number", "status", "method", "region", "deliver_by", "late", "supplier_is_debtor", "synthetic")
    return {
        **{name: row[name] for name in same},
        **{name: amount_of(row[name]) for name in ("awarded", "amount", "advance", "accepted", "paid")},
        "tender": TenderName(id=row["tender_id"], number=row["tender_number"]),
        "lot": row["lot_id"],
        "award": row["award_id"],
        "buyer": Buyer(scheme="KZ-BIN", id=row["buyer"], name=row["buyer_name"]),
        "supplier": supplier_of(row["supplier"], row["supplier_scheme"], row["supplier_number"], row["supplier_name"]),
        "drafted_on": day["drafted_at"],
        "concluded_on": day["concluded_at"],
        "ended_on": day["ended_at"],
    }


def _act_of(act: Row) -> ContractAct:
    before, reason = act["amount_before"], act["reason"]
    return ContractAct(
        id=act["id"],
        kind=act["kind"],
        day=act["day"],
        entered_on=local(act["entered_at"]).date(),
        late_by=act["late_by"],
        amount=amount_of(act["amount"]),
        amount_before=None if before is None else amount_of(before),
        deliver_by=act["deliver_by"],
        reason=reason,
        reason_in_words=None if reason is None else Translated(**REASONS["reasons"][reason]),
        text=act["text"],
    )


def _actions(row: Row, caller: Caller) -> list[NextAction]:
    if Status(row["status"]) not in LIVE:
        return []
    relation: Relation = tie_to(row, caller)
    possible: tuple[Action, ...] = actions_in(Status(row["status"]))
    return [
        NextAction(name=action, method="POST", href=f"/v1/contracts/{row['id']}/{action}")
        for action in possible
        if PERMISSIONS.role_for(CONTRACT_OPERATIONS[action], caller, relation) is not None
    ]

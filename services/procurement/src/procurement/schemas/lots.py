"""The shapes of a lot by itself: its award, and the complaints that hold it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from procurement.domain.award import TRANSITIONS, Action
from procurement.domain.award import Status as AwardStatus
from procurement.domain.complaint import Outcome as Decision
from procurement.domain.complaint import Status as ComplaintStatus
from procurement.domain.tender import Relation
from procurement.domain.windows import COMPLAINT_WINDOW
from procurement.permissions import PERMISSIONS, bidder_of, relation_to
from procurement.schemas.parts import (
    Amount,
    Asked,
    Basis,
    NextAction,
    Supplier,
    Words,
    amount_of,
    basis_for,
    supplier_of,
)
from procurement.schemas.tenders import LotOfTender, lot_parts
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Language
from statute.deadlines import local


class NewComplaint(Asked):
    """What is wrong with the award; read by the buyer and by auditors only."""

    text: Words
    language: Language


class NewComplaintDecision(Asked):
    """An auditor's decision on a complaint, with its reason for the parties."""

    outcome: Decision
    reason: Words


class TenderName(BaseModel):
    """A tender, as it stands on a lot, an award or a contract."""

    id: UUID
    number: str


class LotAward(BaseModel):
    """Who the lot was awarded to, and until when a complaint may hold the contract; `basis` is the rule on that."""

    id: UUID
    status: AwardStatus
    bid: UUID
    supplier: Supplier
    amount: Amount
    awarded_on: date
    complaints_until: date
    basis: Basis


class Lot(LotOfTender):
    """A lot by itself."""

    tender: TenderName
    award: LotAward | None
    synthetic: bool
    actions: list[NextAction]


class Complaint(BaseModel):
    """A complaint about an award. Text and reason are for its author, the buyer and auditors; None for others."""

    id: UUID
    status: ComplaintStatus
    filed_at: AwareDatetime
    decided_at: AwareDatetime | None
    synthetic: bool
    text: Annotated[str | None, Field(description="Null for those who are not a party.")]
    language: Language
    reason: str | None


_OPERATIONS = {
    Action.COMPLAINT: ("complaints", "file_award_complaint"),
    Action.CONTRACT: ("contract", "conclude_contract"),
}


def lot_of(row: Row, own_bid: Row | None, caller: Caller, today: date) -> Lot:
    """A lot with its tender and award (`queries.lots.read_lot`), and what this caller may do; `own_bid` is theirs."""
    award = None if row["award_id"] is None else _award(row)
    return Lot(
        **lot_parts(row),
        tender=TenderName(id=row["tender_id"], number=row["tender_number"]),
        award=award,
        synthetic=row["tender_synthetic"],
        actions=[] if award is None else _actions(row, award, own_bid, caller, today),
    )


def complaint_of(row: Row, lot: Row, caller: Caller) -> Complaint:
    """A complaint as this caller may see it."""
    party = (
        "auditor" in caller.roles
        or bidder_of(row, caller) is Relation.BIDDER
        or ("buyer" in caller.roles and relation_to(lot, caller) is Relation.BUYER)
    )
    return Complaint(
        id=row["id"],
        status=row["status"],
        filed_at=local(row["filed_at"]),
        decided_at=row["decided_at"] and local(row["decided_at"]),
        synthetic=row["synthetic"],
        text=row["text"] if party else None,
        language=row["language"],
        reason=row["reason"] if party else None,
    )


def _award(row: Row) -> LotAward:
    number, name = row["award_supplier_number"], row["award_supplier_name"]
    return LotAward(
        id=row["award_id"],
        status=row["award_status"],
        bid=row["award_bid_id"],
        supplier=supplier_of(row["award_supplier"], row["award_supplier_scheme"], number, name),
        amount=amount_of(row["award_amount"]),
        awarded_on=row["award_awarded_on"],
        complaints_until=row["award_complaints_until"],
        basis=basis_for({"published_at": row["published_at"], "rules": row["award_rules"]}, COMPLAINT_WINDOW),
    )


def _actions(row: Row, award: LotAward, own_bid: Row | None, caller: Caller, today: date) -> list[NextAction]:
    relations = {
        Action.COMPLAINT: Relation.NONE if own_bid is None else bidder_of(own_bid, caller),
        Action.CONTRACT: relation_to(row, caller),
    }
    in_time = {
        Action.COMPLAINT: today <= award.complaints_until,
        Action.CONTRACT: today > award.complaints_until,
    }
    return [
        NextAction(name=name, method="POST", href=f"/v1/lots/{row['id']}/{name}")
        for action, (name, operation) in _OPERATIONS.items()
        if in_time[action] and (award.status, action) in TRANSITIONS
        if PERMISSIONS.role_for(operation, caller, relations[action])
    ]

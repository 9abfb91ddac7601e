"""The shapes of a lot by itself, and of its award."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from procurement.domain.award import TRANSITIONS, Action
from procurement.domain.award import Status as AwardStatus
from procurement.domain.complaint import appeal_under
from procurement.domain.contract import CALLING, SECOND, UNSIGNED
from procurement.domain.runner_up import place_of, runners_up
from procurement.domain.tender import Relation
from procurement.domain.windows import COMPLAINT_WINDOW
from procurement.permissions import PERMISSIONS, bidder_of, relation_to
from procurement.schemas.parts import (
    Amount,
    Basis,
    NextAction,
    Supplier,
    amount_of,
    basis_for,
    supplier_of,
)
from procurement.schemas.tenders import LotOfTender, lot_parts
from servicekit.database import Row
from servicekit.identity import Caller
from statute.deadlines import local


class TenderName(BaseModel):
    """A tender, as it stands on a lot, an award or a contract."""

    id: UUID
    number: str


class LotAward(BaseModel):
    """Who the lot was awarded to, and until when a complaint may hold the contract; `basis` is the rule on that.

    `complaints_until` is null where the law takes no complaint about a result that the rules reach by themselves.
    `revision` counts how often the lot was given to a bid. `place` is that of the supplier: the second is called when
    the first has not signed; the same result named both, so there are no new days for complaints.
    """

    id: UUID
    status: AwardStatus
    bid: UUID
    supplier: Supplier
    amount: Amount
    awarded_on: date
    complaints_until: date | None
    revision: int
    place: int
    basis: Basis


class Lot(LotOfTender):
    """A lot by itself."""

    tender: TenderName
    award: LotAward | None
    synthetic: bool
    actions: list[NextAction]


_OPERATIONS = {
    Action.COMPLAINT: ("complaints", "file_award_complaint"),
    Action.CONTRACT: ("contract", "draft_contract"),
    Action.RUNNER_UP: ("runner-up", "call_runner_up"),
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
        revision=row["award_revision"],
        place=place_of(row["award_bid_id"], row["result"]),
        basis=_basis_of_complaints(row),
    )


def _basis_of_complaints(row: Row) -> Basis:
    rules, published_at = row["award_rules"], row["published_at"]
    if place_of(row["award_bid_id"], row["result"]) == SECOND:
        return basis_for({"published_at": published_at, "rules": rules}, CALLING.matter)
    basis = basis_for({"published_at": published_at, "rules": rules}, COMPLAINT_WINDOW)
    appeal = appeal_under(rules, local(published_at).date(), row["tender_profile"])
    return basis if appeal.open else basis.model_copy(update={"source": appeal.source})


def _actions(row: Row, award: LotAward, own_bid: Row | None, caller: Caller, today: date) -> list[NextAction]:
    relations = {
        Action.COMPLAINT: Relation.NONE if own_bid is None else bidder_of(own_bid, caller),
        Action.CONTRACT: relation_to(row, caller),
        Action.RUNNER_UP: relation_to(row, caller),
    }
    in_time = {
        Action.COMPLAINT: award.complaints_until is not None and today <= award.complaints_until,
        Action.CONTRACT: award.complaints_until is None or today > award.complaints_until,
        Action.RUNNER_UP: award.place != SECOND
        and row["contract_status"] in UNSIGNED
        and len(runners_up(row["result"])) == 1,
    }
    return [
        NextAction(name=name, method="POST", href=f"/v1/lots/{row['id']}/{name}")
        for action, (name, operation) in _OPERATIONS.items()
        if in_time[action] and (award.status, action) in TRANSITIONS
        if PERMISSIONS.role_for(operation, caller, relations[action])
    ]

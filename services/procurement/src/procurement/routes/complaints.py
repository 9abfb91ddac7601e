"""The addresses of complaints about the award of a lot."""

from uuid import UUID

from fastapi import APIRouter

from procurement.commands import complaints as commands
from procurement.queries import lots as queries
from procurement.queries.bids import bid_on
from procurement.schemas.complaints import Complaint, NewComplaint, NewComplaintDecision, complaint_of
from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read, Write

router = APIRouter(prefix="/v1/lots", tags=["complaints"], route_class=Route)


@router.post("/{lot_id}/complaints", status_code=201)
async def file_award_complaint(
    caller: CurrentCaller, writing: Write, now: Now, lot_id: UUID, body: NewComplaint
) -> Complaint:
    """Complain about the award of a lot that one bid for, which holds its contract."""
    lot = await queries.read_lot(writing, caller, lot_id)
    own_bid = await bid_on(writing, caller, lot_id)
    said = commands.Grievance(body.grounds, body.text, body.language)
    row = await commands.file_complaint(writing, caller, lot, own_bid, said, now=now)
    return complaint_of(row, lot, caller)


@router.get("/{lot_id}/complaints")
async def list_award_complaints(caller: CurrentCaller, reading: Read, page: Paging, lot_id: UUID) -> ListOf[Complaint]:
    """The complaints about the award of a lot, oldest first; what they say is for the parties."""
    lot = await queries.read_lot(reading, caller, lot_id)
    (after,) = page.key(UUID) or (None,)
    rows = await queries.complaints_of(reading, lot_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[Complaint](items=[complaint_of(row, lot, caller) for row in shown], next=more)


@router.post("/{lot_id}/complaints/{complaint_id}/decision")
async def decide_award_complaint(
    caller: CurrentCaller, writing: Write, now: Now, lot_id: UUID, complaint_id: UUID, body: NewComplaintDecision
) -> Complaint:
    """Decide a complaint: upheld, the award falls or the lot is evaluated again; dismissed or returned, it goes on."""
    lot = await queries.read_lot(writing, caller, lot_id)
    row = await queries.read_complaint(writing, lot_id, complaint_id)
    orders = [commands.Order(each.bid, each.treatment, each.reason) for each in body.orders]
    said = commands.Ruling(body.outcome, body.reason, body.remedy, orders)
    new = await commands.decide_complaint(writing, caller, lot, row, said, now=now)
    return complaint_of(new, lot, caller)


@router.post("/{lot_id}/complaints/{complaint_id}/withdrawal")
async def withdraw_award_complaint(
    caller: CurrentCaller, writing: Write, now: Now, lot_id: UUID, complaint_id: UUID
) -> Complaint:
    """Take one's complaint back before it is decided; if no other is open, the lot goes on."""
    lot = await queries.read_lot(writing, caller, lot_id)
    row = await queries.read_complaint(writing, lot_id, complaint_id)
    new = await commands.withdraw_complaint(writing, caller, lot, row, now=now)
    return complaint_of(new, lot, caller)

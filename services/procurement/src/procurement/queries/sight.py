"""Who sees the receipts of procurement: whoever sees the object; nothing in them is private."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, literal_column, select

from procurement.domain.bid import LATE
from procurement.queries.awards import read_award
from procurement.queries.bids import read_bid
from procurement.queries.contracts import read_contract
from procurement.queries.lots import read_lot
from procurement.queries.plans import read_plan
from procurement.queries.tenders import read_tender
from procurement.tables import complaints
from servicekit.database import Query
from servicekit.identity import Caller
from servicekit.journal import owns
from servicekit.permissions import NotFound
from servicekit.tables import journal
from servicekit.transactions import RestrictedReading


async def see_plan(restricted: RestrictedReading, caller: Caller, plan_id: UUID, _: datetime) -> bool:
    await read_plan(restricted.reading, caller, plan_id)
    return True


async def see_tender(restricted: RestrictedReading, caller: Caller, tender_id: UUID, _: datetime) -> bool:
    await read_tender(restricted.reading, caller, tender_id)
    return True


async def see_bid(restricted: RestrictedReading, caller: Caller, bid_id: UUID, _: datetime) -> bool:
    """Whoever sees the bid; of one that came too late there is only the act, and who sent it is for the sender."""
    if await restricted.reading.value(_LATE, id=bid_id) is not None:
        return caller.party is not None and await owns(restricted.reading, caller.party, "bid", bid_id)
    await read_bid(restricted.reading, caller, bid_id)
    return True


async def see_lot(restricted: RestrictedReading, caller: Caller, lot_id: UUID, _: datetime) -> bool:
    await read_lot(restricted.reading, caller, lot_id)
    return True


async def see_award(restricted: RestrictedReading, _: Caller, award_id: UUID, __: datetime) -> bool:
    await read_award(restricted.reading, award_id)
    return True


async def see_contract(restricted: RestrictedReading, _: Caller, contract_id: UUID, __: datetime) -> bool:
    await read_contract(restricted.reading, contract_id)
    return True


async def see_complaint(restricted: RestrictedReading, _: Caller, complaint_id: UUID, __: datetime) -> bool:
    if await restricted.reading.value(_COMPLAINT, id=complaint_id) is None:
        raise NotFound
    return True


_LATE = Query(
    select(journal.c.id).where(journal.c.object_id == bindparam("id"), journal.c.event == literal_column(f"'{LATE}'"))
)
_COMPLAINT = Query(select(complaints.c.id).where(complaints.c.id == bindparam("id")))

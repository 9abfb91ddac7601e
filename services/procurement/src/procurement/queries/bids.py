"""Questions about bids: before the opening only to their suppliers, after it to everybody."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, or_, select

from procurement.domain.bid import OPEN
from procurement.domain.tender import Relation
from procurement.permissions import bidder_of
from procurement.tables import bids, parties
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.permissions import NotFound


async def read_bid(reading: Reading, caller: Caller, bid_id: UUID) -> Row:
    """One bid, with its supplier's scheme, number and name.

    Raises:
        NotFound: there is none, or it is sealed and another's.
    """
    row = await reading.one(_ONE, id=bid_id)
    if row is None or (row["status"] not in OPEN and bidder_of(row, caller) is not Relation.BIDDER):
        raise NotFound
    return row


async def list_bids(reading: Reading, caller: Caller, tender_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """The bids of a tender that are open, and the caller's own; oldest first, one more than `limit`."""
    scheme, number = caller.party or ("", "")
    start = after or UUID(int=0)
    return await reading.all(_OF_TENDER, tender=tender_id, scheme=scheme, number=number, after=start, limit=limit + 1)


async def bid_on(reading: Reading, caller: Caller, lot_id: UUID) -> Row | None:
    """The caller's own bid for a lot, whatever became of it."""
    if caller.party is None:
        return None
    scheme, number = caller.party
    return await reading.one(_MINE, lot=lot_id, scheme=scheme, number=number)


_with_supplier = select(*bids.c, parties.c.scheme, parties.c.number, parties.c.name).join(
    parties, parties.c.id == bids.c.party_id
)
_mine = (parties.c.scheme == bindparam("scheme"), parties.c.number == bindparam("number"))
_ONE = Query(_with_supplier.where(bids.c.id == bindparam("id")))
_MINE = Query(_with_supplier.where(bids.c.lot_id == bindparam("lot"), *_mine))
_OF_TENDER = Query(
    _with_supplier.where(bids.c.tender_id == bindparam("tender"))
    .where(or_(bids.c.content.is_not(None), _mine[0] & _mine[1]))
    .where(bids.c.id > bindparam("after", type_=Uuid))
    .order_by(bids.c.id)
    .limit(bindparam("limit"))
)

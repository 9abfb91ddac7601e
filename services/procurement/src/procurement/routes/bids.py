"""The addresses of bids."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from procurement.clients import debtor_check
from procurement.commands import bids as commands
from procurement.queries import bids as queries
from procurement.queries.sealing import Seal, Unsealed
from procurement.queries.tenders import read_tender
from procurement.schemas.bids import Bid, BidSummary, NewBid, bid_of, bid_summary_of
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified, require_match
from servicekit.database import Row
from servicekit.identity import Caller, CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read, Write

router = APIRouter(prefix="/v1", tags=["bids"], route_class=Route)


async def _seal(request: Request) -> Seal:
    seal: Seal = request.app.state.seal
    return seal


CurrentSeal = Annotated[Seal, Depends(_seal)]


@router.post("/tenders/{tender_id}/bids", status_code=201)
async def submit_bid(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    seal: CurrentSeal,
    writing: Write,
    now: Now,
    tender_id: UUID,
    body: NewBid,
) -> BidSummary:
    """Bid for a lot, sealed until the deadline; a later bid takes the place of an earlier one."""
    # Before the transaction begins, which it does with its first statement.
    check = await debtor_check(request.state.neighbours["registry"], caller.party)
    sent = commands.Submission(tender=tender_id, lot=body.lot, content=body.offer.content(), debtor_check=check)
    row = await commands.submit_bid(writing, caller, sent, seal, now=now)
    response.headers["Location"] = f"/v1/bids/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return bid_summary_of(row)


@router.get("/tenders/{tender_id}/bids")
async def list_bids(
    caller: CurrentCaller, seal: CurrentSeal, reading: Read, page: Paging, tender_id: UUID
) -> ListOf[Bid]:
    """The bids of a tender once they are open, oldest first; before that, a supplier's own."""
    await read_tender(reading, caller, tender_id)
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_bids(reading, caller, tender_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[Bid](items=[_bid(seal, row, caller) for row in shown], next=more)


@router.get("/bids/{bid_id}", response_model=Bid)
async def read_bid(
    request: Request, response: Response, caller: CurrentCaller, seal: CurrentSeal, reading: Read, bid_id: UUID
) -> Bid | Response:
    """One bid: for its supplier, and for everybody once it is open."""
    row = await queries.read_bid(reading, caller, bid_id)
    response.headers["ETag"] = etag(row["version"])
    return not_modified(request, row["version"]) or _bid(seal, row, caller)


@router.post("/bids/{bid_id}/withdrawal")
async def withdraw_bid(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, bid_id: UUID
) -> BidSummary:
    """Take a bid back before the deadline."""
    row = await queries.read_bid(writing, caller, bid_id)
    require_match(request, row["version"])
    new = await commands.withdraw_bid(writing, caller, row, now=now)
    response.headers["ETag"] = etag(new["version"])
    return bid_summary_of(new)


def _bid(seal: Seal, row: Row, caller: Caller) -> Bid:
    """A bid with what it says, out of its seal while it has one; who may read it is settled before."""
    sealed = row["content"] is None
    said = seal.open(row["id"], row["sealed"]) if sealed else Unsealed(row["content"], row["salt"])
    return bid_of(row, said.content, said.salt, caller)

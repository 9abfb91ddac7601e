"""The addresses of tenders."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from procurement.commands import tenders as commands
from procurement.domain.regions import Region
from procurement.domain.tender import Status
from procurement.queries import tenders as queries
from procurement.queries.clocks import clocks_of
from procurement.queries.protocols import read_record
from procurement.schemas.clocks import Clock, clock_of
from procurement.schemas.parts import Bin
from procurement.schemas.protocols import Protocol, protocol_of
from procurement.schemas.tenders import (
    NewCancellation,
    NewLot,
    NewTender,
    Tender,
    TenderSummary,
    tender_of,
    tender_summary_of,
)
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified, require_match
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1/tenders", tags=["tenders"], route_class=Route)


_MOST_CLOCKS = 100_000


@router.post("", status_code=201)
async def create_tender(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, body: NewTender
) -> Tender:
    """Prepare a tender with its lots; nobody else sees it before its publication."""
    plan = commands.Preparation(
        title=body.title.model_dump(exclude_none=True),
        method=body.method,
        region=body.region,
        buyer_name=body.buyer_name,
        bids_until=body.bids_until,
        profile=body.profile,
        rules=body.rules,
        unplanned=body.unplanned,
        ocid_prefix=request.app.state.publication.prefix,
        lots=[_purchase(lot) for lot in body.lots],
    )
    row, lots = await commands.create_tender(writing, caller, plan, now=now)
    response.headers["Location"] = f"/v1/tenders/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return tender_of(row, lots, caller)


@router.get("")
async def list_tenders(
    caller: CurrentCaller,
    reading: Read,
    page: Paging,
    status: Status | None = None,
    buyer: Annotated[Bin | None, Query(description="The BIN of the body that buys.")] = None,
    region: Region | None = None,
    q: Annotated[str | None, Query(min_length=1, max_length=200, description="Part of the title or number.")] = None,
) -> ListOf[TenderSummary]:
    """Published tenders, and a buyer's own that are not; newest first."""
    (after,) = page.key(UUID) or (None,)
    wanted = {"status": status, "buyer": buyer, "region": region, "q": q}
    rows = await queries.list_tenders(reading, caller, wanted, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[TenderSummary](items=[tender_summary_of(row) for row in shown], next=more)


@router.get("/{tender_id}", response_model=Tender)
async def read_tender(
    request: Request, response: Response, caller: CurrentCaller, reading: Read, tender_id: UUID
) -> Tender | Response:
    """One tender with its lots."""
    row = await queries.read_tender(reading, caller, tender_id)
    response.headers["ETag"] = etag(row["version"])
    unchanged = not_modified(request, row["version"])
    return unchanged or tender_of(row, await queries.lots_of(reading, tender_id), caller)


@router.get("/{tender_id}/history")
async def read_tender_history(
    caller: CurrentCaller, reading: Read, page: Paging, tender_id: UUID
) -> ListOf[HistoryEntry]:
    """Every step of a tender, oldest first, each with its entry in the journal."""
    await queries.read_tender(reading, caller, tender_id)
    return await history_page(reading, tender_id, page)


@router.get("/{tender_id}/protocol")
async def read_tender_protocol(caller: CurrentCaller, reading: Read, now: Now, tender_id: UUID) -> Protocol:
    """The protocols of the opening and of every result: who bid what, and what came of it; none before the opening."""
    row = await queries.read_tender(reading, caller, tender_id)
    return protocol_of(row, await read_record(reading, row, today=local(now).date()))


@router.get("/{tender_id}/clocks")
async def read_tender_clocks(
    caller: CurrentCaller, reading: Read, now: Now, page: Paging, tender_id: UUID
) -> ListOf[Clock]:
    """Every term of the law in the process: its rule, when it was due, when it was done, and how late."""
    row = await queries.read_tender(reading, caller, tender_id)
    start = page.number(_MOST_CLOCKS) or 0
    found = await clocks_of(reading, row, today=local(now).date())
    shown = found[start : start + page.limit]
    more = page.next_behind(start + page.limit) if len(found) > start + page.limit else None
    return ListOf[Clock](items=[clock_of(each.clock, each.about) for each in shown], next=more)


@router.post("/{tender_id}/publication")
async def publish_tender(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, tender_id: UUID
) -> Tender:
    """Publish a tender: suppliers can bid from now on, for at least the days that the law gives."""
    row = await queries.read_tender(writing, caller, tender_id)
    require_match(request, row["version"])
    lots = await queries.lots_of(writing, tender_id)
    new = await commands.publish_tender(writing, caller, row, lots, now=now)
    response.headers["ETag"] = etag(new["version"])
    return tender_of(new, lots, caller)


@router.post("/{tender_id}/cancellation")
async def cancel_tender(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    tender_id: UUID,
    body: NewCancellation,
) -> Tender:
    """Cancel a tender before the deadline for bids."""
    row = await queries.read_tender(writing, caller, tender_id)
    require_match(request, row["version"])
    lots = await queries.lots_of(writing, tender_id)
    new = await commands.cancel_tender(writing, caller, row, reason=body.reason, now=now)
    response.headers["ETag"] = etag(new["version"])
    return tender_of(new, lots, caller)


def _purchase(lot: NewLot) -> commands.Purchase:
    return commands.Purchase(
        title=lot.title.model_dump(exclude_none=True),
        item_code=lot.item.code,
        item_name=lot.item.name,
        quantity=lot.quantity,
        unit=lot.unit,
        amount=lot.amount.tiyn,
        weights=lot.weights,
        warranty_months=lot.warranty_months,
        plan_item=lot.plan_item,
    )

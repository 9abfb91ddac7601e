"""The addresses of annual plans."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from procurement.commands import plans as commands
from procurement.queries import plans as queries
from procurement.schemas.parts import Bin
from procurement.schemas.plans import (
    NewPlan,
    NewPlanChange,
    NewPlanItem,
    Plan,
    PlanSummary,
    plan_of,
    plan_summary_of,
)
from servicekit.clock import Now
from servicekit.conditional import etag, require_match
from servicekit.database import Reading, Row
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import Caller, CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=Route)


@router.post("", status_code=201)
async def create_plan(caller: CurrentCaller, writing: Write, now: Now, body: NewPlan, response: Response) -> Plan:
    """Make the plan of a year with its items; nobody else sees it before its publication."""
    plan = commands.Budgeted(
        year=body.year,
        buyer_name=body.buyer_name,
        budget_approved_on=body.budget_approved_on,
        rules=body.rules,
        items=[_item(each) for each in body.items],
    )
    row = await commands.create_plan(writing, caller, plan, now=now)
    response.headers["Location"] = f"/v1/plans/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return await _plan(writing, row, caller, now)


@router.get("")
async def list_plans(
    caller: CurrentCaller,
    reading: Read,
    page: Paging,
    buyer: Annotated[Bin | None, Query(description="The BIN of the body that buys.")] = None,
    year: Annotated[int | None, Query(ge=2016, le=2100)] = None,
) -> ListOf[PlanSummary]:
    """Published plans, and a buyer's own that are not; newest first."""
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_plans(reading, caller, {"buyer": buyer, "year": year}, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[PlanSummary](items=[plan_summary_of(row) for row in shown], next=more)


@router.get("/{plan_id}")
async def read_plan(response: Response, caller: CurrentCaller, reading: Read, now: Now, plan_id: UUID) -> Plan:
    """One plan with all its items, changes and terms."""
    row = await queries.read_plan(reading, caller, plan_id)
    response.headers["ETag"] = etag(row["version"])
    return await _plan(reading, row, caller, now)


@router.get("/{plan_id}/history")
async def read_plan_history(caller: CurrentCaller, reading: Read, page: Paging, plan_id: UUID) -> ListOf[HistoryEntry]:
    """Every step of a plan, oldest first, each with its entry in the journal."""
    await queries.read_plan(reading, caller, plan_id)
    return await history_page(reading, plan_id, page)


@router.post("/{plan_id}/approval")
async def approve_plan(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, plan_id: UUID
) -> Plan:
    """Approve a plan; it can be published from now on."""
    row = await queries.read_plan(writing, caller, plan_id)
    require_match(request, row["version"])
    new = await commands.approve_plan(writing, caller, row, now=now)
    response.headers["ETag"] = etag(new["version"])
    return await _plan(writing, new, caller, now)


@router.post("/{plan_id}/publication")
async def publish_plan(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, plan_id: UUID
) -> Plan:
    """Publish a plan, or the change that was made to it; tenders can carry out its items from now on."""
    row = await queries.read_plan(writing, caller, plan_id)
    require_match(request, row["version"])
    changes, items = await queries.changes_of(writing, plan_id), await queries.items_of(writing, plan_id)
    new = await commands.publish_plan(writing, caller, row, changes, items, now=now)
    response.headers["ETag"] = etag(new["version"])
    return await _plan(writing, new, caller, now)


@router.post("/{plan_id}/changes")
async def change_plan(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    plan_id: UUID,
    body: NewPlanChange,
) -> Plan:
    """Change a published plan, at most twice a month; the change is in force when it is published."""
    row = await queries.read_plan(writing, caller, plan_id)
    require_match(request, row["version"])
    changes = await queries.changes_of(writing, plan_id)
    said = commands.PlanChange(reason=body.reason, add=[_item(each) for each in body.add], remove=body.remove)
    new = await commands.change_plan(writing, caller, row, changes, said, now=now)
    response.headers["ETag"] = etag(new["version"])
    return await _plan(writing, new, caller, now)


async def _plan(reading: Reading, row: Row, caller: Caller, now: Now) -> Plan:
    items, changes = await queries.items_of(reading, row["id"]), await queries.changes_of(reading, row["id"])
    return plan_of(row, items, changes, caller, local(now).date())


def _item(given: NewPlanItem) -> commands.PlannedItem:
    return commands.PlannedItem(
        title=given.title.model_dump(exclude_none=True),
        item_code=given.item.code,
        item_name=given.item.name,
        method=given.method,
        amount=given.amount.tiyn,
        quantity=given.quantity,
        unit=given.unit,
        region=given.region,
        month=given.month,
    )

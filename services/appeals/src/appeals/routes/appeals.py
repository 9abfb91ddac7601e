"""Appeals: filed, listed and read, with all that was done to them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from appeals import queries
from appeals.commands import filing
from appeals.domain.appeal import Kind, Status
from appeals.domain.clocks import explain_clocks, pinned_clocks
from appeals.permissions import relation_to
from appeals.schemas.agencies import Deadline, deadline_of
from appeals.schemas.appeals import (
    Access,
    Appeal,
    AppealSummary,
    NewAppeal,
    access_of,
    appeal_of,
    summary_of,
)
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import CurrentCaller
from servicekit.mailbox import MailboxNotice, notices_about
from servicekit.paging import ListOf, Paging
from servicekit.receipts import ReceiptOf
from servicekit.routing import Route
from servicekit.transactions import Read, RestrictedRead, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)
RECEIPTS = (ReceiptOf("/appeals/{object_id}", "read_appeal_receipt", queries.see_appeal),)


@router.post("/appeals", status_code=201)
async def file_appeal(caller: CurrentCaller, writing: Write, now: Now, body: NewAppeal, response: Response) -> Appeal:
    """File an appeal; it is registered at once or, after hours, on the next working day."""
    asked = filing.Filing(
        kind=body.kind,
        agency=body.agency,
        subject=body.subject,
        text=body.text,
        language=body.language,
        contact=None if body.contact is None else body.contact.model_dump(exclude_none=True),
        channel=body.channel,
        crime=body.crime_reported,
        points=body.points or (),
        behalf=body.behalf,
    )
    row = await filing.file_appeal(writing, caller, asked, now=now)
    response.headers["Location"] = f"/v1/appeals/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return appeal_of(row, caller, relation_to(row, caller), local(now).date())


@router.get("/appeals")
async def list_appeals(
    caller: CurrentCaller,
    restricted: RestrictedRead,
    now: Now,
    page: Paging,
    status: Status | None = None,
    kind: Kind | None = None,
    overdue: Annotated[bool | None, Query(description="The term has passed without an answer.")] = None,
    due_before: date | None = None,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="Part of the subject or number, from the beginning of a word."),
    ] = None,
) -> ListOf[AppealSummary]:
    """My appeals; for an officer, those that are with the body. Newest first."""
    wanted = queries.Wanted(local(now).date(), status, kind, overdue, due_before, q)
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_appeals(restricted.reading, caller, wanted, after=after, limit=page.limit)
    shown = rows[: page.limit]
    await queries.trace(restricted, caller, "list_appeals", shown, now=now)
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[AppealSummary](items=[summary_of(row) for row in shown], next=more)


@router.get("/appeals/{appeal_id}", response_model=Appeal)
async def read_appeal(
    request: Request, response: Response, caller: CurrentCaller, restricted: RestrictedRead, now: Now, appeal_id: UUID
) -> Appeal | Response:
    """One appeal, for its parties; whoever was told of it has read it then."""
    seen, unread = await queries.open_appeal(restricted.reading, caller, appeal_id)
    await queries.trace(restricted, caller, "read_appeal", [seen.row], now=now)
    await restricted.record_readings(unread, at=now)
    response.headers["ETag"] = etag(seen.row["version"])
    shown = appeal_of(seen.row, caller, seen.relation, local(now).date())
    # A version begins to warn as days pass, and never ceases: only a copy without warnings can still be good.
    return (None if shown.warnings else not_modified(request, seen.row["version"])) or shown


@router.get("/appeals/{appeal_id}/deadline")
async def read_appeal_deadline(caller: CurrentCaller, reading: Read, appeal_id: UUID) -> Deadline:
    """Why the answer is due on that day."""
    seen = await queries.read_appeal(reading, caller, appeal_id, operation="read_appeal_deadline")
    clocks = pinned_clocks(seen.row)
    return deadline_of(explain_clocks(clocks), clocks.rule)


@router.get("/appeals/{appeal_id}/history")
async def read_appeal_history(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, appeal_id: UUID
) -> ListOf[HistoryEntry]:
    """Every step of an appeal, oldest first, each with its entry in the journal."""
    seen = await queries.read_appeal(restricted.reading, caller, appeal_id, operation="read_appeal_history")
    await queries.trace(restricted, caller, "read_appeal_history", [seen.row], now=now)
    return await history_page(restricted.reading, appeal_id, page)


@router.get("/appeals/{appeal_id}/notices")
async def list_appeal_notices(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, appeal_id: UUID
) -> ListOf[MailboxNotice]:
    """What the applicant was told, newest first: since when it could be read, when it was, and where it was sent."""
    seen = await queries.read_appeal(restricted.reading, caller, appeal_id, operation="list_appeal_notices")
    await queries.trace(restricted, caller, "list_appeal_notices", [seen.row], now=now)
    applicant = (seen.row["applicant_scheme"], seen.row["applicant_id"])
    return await notices_about(restricted.reading, page, appeal_id, applicant)


@router.get("/appeals/{appeal_id}/accesses")
async def list_appeal_accesses(caller: CurrentCaller, reading: Read, page: Paging, appeal_id: UUID) -> ListOf[Access]:
    """Who in office looked at my appeal, newest first."""
    await queries.read_appeal(reading, caller, appeal_id, operation="list_appeal_accesses")
    (after,) = page.key(UUID) or (None,)
    rows = await queries.accesses_to(reading, appeal_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[Access](items=[access_of(row) for row in shown], next=more)

"""Complaints about answers and silence: filed, corrected or sent up, ruled on, listed and read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from appeals import queries
from appeals.commands import complaining, reviewing
from appeals.domain.complaint import RULING_GROUNDS, RULINGS, Status
from appeals.permissions import relation_to_complaint
from appeals.queries import complaints as asked
from appeals.schemas.complaints import (
    Complaint,
    ComplaintSummary,
    NewComplaint,
    NewComplaintCorrection,
    NewComplaintWithdrawal,
    NewRuling,
    NewSendingUp,
    RulingGroundShown,
    RulingOutcomeShown,
    complaint_of,
    complaint_summary_of,
    outcome_of,
    ruling_ground_of,
)
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified, require_match
from servicekit.database import Row, Writing
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import Caller, CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.receipts import ReceiptOf
from servicekit.routing import Route
from servicekit.transactions import RestrictedRead, Write

router = APIRouter(prefix="/v1", tags=["complaints"], route_class=Route)
RECEIPTS = (ReceiptOf("/complaints/{object_id}", "read_complaint_receipt", asked.see_complaint),)


class _Acting:
    """Somebody acts on a complaint that they see, as they read it; the answer is the complaint as it is then."""

    def __init__(self, request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now) -> None:
        self.request, self.response = request, response
        self.caller, self.writing, self.now = caller, writing, now

    async def on(self, complaint_id: UUID) -> tuple[Writing, Caller, Row]:
        """Whoever acts on what, for a command: the complaint is the caller's to see and still as they read it.

        Raises:
            NotFound: it is not there, or not the caller's to see.
            Stale, PreconditionRequired: it has changed since, or the caller does not say what they read.
        """
        seen = await asked.read_complaint(self.writing, self.caller, complaint_id)
        require_match(self.request, seen.row["version"])
        return self.writing, self.caller, seen.row

    def shown(self, new: Row) -> Complaint:
        self.response.headers["ETag"] = etag(new["version"])
        return complaint_of(new, self.caller, relation_to_complaint(new, self.caller))


Acting = Annotated[_Acting, Depends()]


@router.post("/appeals/{appeal_id}/complaints", status_code=201)
async def file_complaint(acting: Acting, appeal_id: UUID, body: NewComplaint) -> Complaint:
    """Complain about an answer, a leaving or a silence to the body itself; late or not, it is taken."""
    seen = await queries.read_appeal(acting.writing, acting.caller, appeal_id, operation="read_appeal")
    require_match(acting.request, seen.row["version"])
    said = complaining.Saying(
        text=body.text,
        language=body.language,
        learned_on=body.learned_on,
        official=body.official,
        late_reason=body.late_reason,
    )
    new = await complaining.file_complaint(acting.writing, acting.caller, seen.row, said, now=acting.now)
    acting.response.headers["Location"] = f"/v1/complaints/{new['id']}"
    return acting.shown(new)


@router.get("/appeals/{appeal_id}/complaints")
async def list_appeal_complaints(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, appeal_id: UUID
) -> ListOf[ComplaintSummary]:
    """The complaints about an appeal, oldest first; one at most is still being considered."""
    operation = "list_appeal_complaints"
    seen = await queries.read_appeal(restricted.reading, caller, appeal_id, operation=operation)
    await queries.trace(restricted, caller, operation, [seen.row], now=now)
    (after,) = page.key(UUID) or (UUID(int=0),)
    found = [row for row in await asked.complaints_about(restricted.reading, appeal_id) if row["id"] > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(found) > page.limit else None
    return ListOf[ComplaintSummary](items=[complaint_summary_of(row) for row in shown], next=more)


@router.get("/complaints")
async def list_complaints(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, status: Status | None = None
) -> ListOf[ComplaintSummary]:
    """My complaints; for an officer, those about the body and those that went up to it. Newest first."""
    (after,) = page.key(UUID) or (None,)
    rows = await asked.list_complaints(restricted.reading, caller, status, after=after, limit=page.limit)
    shown = rows[: page.limit]
    await asked.trace_complaints(restricted, caller, "list_complaints", shown, now=now)
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[ComplaintSummary](items=[complaint_summary_of(row) for row in shown], next=more)


@router.get("/complaints/{complaint_id}", response_model=Complaint)
async def read_complaint(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    restricted: RestrictedRead,
    now: Now,
    complaint_id: UUID,
) -> Complaint | Response:
    """One complaint, for its parties."""
    seen = await asked.read_complaint(restricted.reading, caller, complaint_id)
    await asked.trace_complaints(restricted, caller, "read_complaint", [seen.row], now=now)
    response.headers["ETag"] = etag(seen.row["version"])
    return not_modified(request, seen.row["version"]) or complaint_of(seen.row, caller, seen.relation)


@router.get("/complaints/{complaint_id}/history")
async def read_complaint_history(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, complaint_id: UUID
) -> ListOf[HistoryEntry]:
    """Every step of a complaint, oldest first, each with its entry in the journal."""
    operation = "read_complaint_history"
    seen = await asked.read_complaint(restricted.reading, caller, complaint_id, operation=operation)
    await asked.trace_complaints(restricted, caller, operation, [seen.row], now=now)
    return await history_page(restricted.reading, complaint_id, page)


@router.post("/complaints/{complaint_id}/correction")
async def satisfy_complaint(acting: Acting, complaint_id: UUID, body: NewComplaintCorrection) -> Complaint:
    """Satisfy a complaint in full by a favourable decision, in the days that the body has for that."""
    on = await acting.on(complaint_id)
    new = await reviewing.satisfy_complaint(*on, text=body.text, language=body.language, now=acting.now)
    return acting.shown(new)


@router.post("/complaints/{complaint_id}/sending-up")
async def send_complaint_up(acting: Acting, complaint_id: UUID, body: NewSendingUp) -> Complaint:
    """Send a complaint with the body's opinion to the body above it."""
    on = await acting.on(complaint_id)
    return acting.shown(await reviewing.send_up(*on, opinion=body.opinion, now=acting.now))


@router.post("/complaints/{complaint_id}/ruling")
async def rule_on_complaint(acting: Acting, complaint_id: UUID, body: NewRuling) -> Complaint:
    """Decide a complaint in the body above; nobody decides about their own act."""
    on = await acting.on(complaint_id)
    ruling = reviewing.Ruling(outcome=body.outcome, grounds=body.grounds, text=body.text, language=body.language)
    return acting.shown(await reviewing.rule_on(*on, ruling, now=acting.now))


@router.post("/complaints/{complaint_id}/withdrawal")
async def withdraw_complaint(
    acting: Acting, complaint_id: UUID, body: NewComplaintWithdrawal | None = None
) -> Complaint:
    """Take a complaint back before it is ruled on."""
    on = await acting.on(complaint_id)
    reason = body.reason if body else None
    return acting.shown(await complaining.withdraw_complaint(*on, reason=reason, now=acting.now))


@router.get("/ruling-outcomes")
async def list_ruling_outcomes(_: CurrentCaller, page: Paging) -> ListOf[RulingOutcomeShown]:
    """How the body above may rule on a complaint, by code."""
    (after,) = page.key(str) or ("",)
    found = [RULINGS[code] for code in sorted(RULINGS) if code > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1].code) if len(found) > page.limit else None
    return ListOf[RulingOutcomeShown](items=[outcome_of(each) for each in shown], next=more)


@router.get("/ruling-grounds")
async def list_ruling_grounds(_: CurrentCaller, page: Paging) -> ListOf[RulingGroundShown]:
    """The grounds on which an act falls, by code."""
    (after,) = page.key(str) or ("",)
    found = [RULING_GROUNDS[code] for code in sorted(RULING_GROUNDS) if code > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1].code) if len(found) > page.limit else None
    return ListOf[RulingGroundShown](items=[ruling_ground_of(each) for each in shown], next=more)

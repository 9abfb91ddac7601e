"""The steps of an appeal after its filing, each an address of its own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from appeals import queries
from appeals.commands import charging, deciding, ending, forwarding, hearing
from appeals.domain.vocabulary import GROUNDS
from appeals.permissions import relation_to
from appeals.schemas.appeals import Appeal, AppealSummary, appeal_of, summary_of
from appeals.schemas.procedure import (
    LeavingGround,
    NewAssignment,
    NewCorrection,
    NewDecision,
    NewDefect,
    NewExtension,
    NewForwarding,
    NewHearingRecord,
    NewLeaving,
    NewObjection,
    NewPreliminaryDecision,
    NewRework,
    NewWithdrawal,
    Point,
    ground_of,
)
from servicekit.clock import Now
from servicekit.conditional import etag, require_match
from servicekit.database import Row, Writing
from servicekit.identity import Caller, CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import RestrictedRead, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)


class _Acting:
    """Somebody acts on an appeal that they see, as they read it; the answer is the appeal as it is then."""

    def __init__(self, request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now) -> None:
        self.request, self.response = request, response
        self.caller, self.writing, self.now = caller, writing, now

    async def read(self, appeal_id: UUID) -> Row:
        """The appeal, if it is the caller's to see and still as the caller read it.

        Raises:
            NotFound: it is not there, or not the caller's to see.
            Stale, PreconditionRequired: it has changed since, or the caller does not say what they read.
        """
        seen = await queries.read_appeal(self.writing, self.caller, appeal_id, operation="read_appeal")
        require_match(self.request, seen.row["version"])
        return seen.row

    def on(self, row: Row) -> tuple[Writing, Caller, Row]:
        """Whoever acts on what, for a command."""
        return self.writing, self.caller, row

    def shown(self, new: Row) -> Appeal:
        self.response.headers["ETag"] = etag(new["version"])
        return appeal_of(new, self.caller, relation_to(new, self.caller), local(self.now).date())


Acting = Annotated[_Acting, Depends()]


@router.get("/leaving-grounds")
async def list_leaving_grounds(_: CurrentCaller, page: Paging) -> ListOf[LeavingGround]:
    """The grounds on which the law lets an appeal be left without consideration, by code."""
    (after,) = page.key(str) or ("",)
    found = [GROUNDS[code] for code in sorted(GROUNDS) if code > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1].code) if len(found) > page.limit else None
    return ListOf[LeavingGround](items=[ground_of(each) for each in shown], next=more)


@router.get("/appeals/{appeal_id}/points")
async def list_appeal_points(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, appeal_id: UUID
) -> ListOf[Point]:
    """What the appeal asks for one by one, as far as it is here and was not forwarded."""
    seen = await queries.read_appeal(restricted.reading, caller, appeal_id, operation="list_appeal_points")
    await queries.trace(restricted, caller, "list_appeal_points", [seen.row], now=now)
    (after,) = page.key(int) or (0,)
    found = [(n, text) for n, text in (await queries.points_in(restricted.reading, appeal_id)).items() if n > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1][0]) if len(found) > page.limit else None
    return ListOf[Point](items=[Point(n=n, text=text) for n, text in shown], next=more)


@router.get("/appeals/{appeal_id}/earlier")
async def list_earlier_appeals(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, appeal_id: UUID
) -> ListOf[AppealSummary]:
    """The same applicant's earlier appeals in the same words, which this one may repeat; newest first."""
    seen = await queries.read_appeal(restricted.reading, caller, appeal_id, operation="list_earlier_appeals")
    (after,) = page.key(UUID) or (appeal_id,)
    found = [row for row in await queries.earlier_alike(restricted.reading, seen.row) if row["id"] < after]
    shown = found[: page.limit]
    await queries.trace(restricted, caller, "list_earlier_appeals", [seen.row, *shown], now=now)
    more = page.next_after(shown[-1]["id"]) if len(found) > page.limit else None
    return ListOf[AppealSummary](items=[summary_of(row) for row in shown], next=more)


@router.post("/appeals/{appeal_id}/assignment")
async def assign_appeal(acting: Acting, appeal_id: UUID, body: NewAssignment) -> Appeal:
    """Charge an officer of the body with an appeal."""
    row = await acting.read(appeal_id)
    new = await charging.assign_appeal(*acting.on(row), executor=body.executor, name=body.name, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/defect")
async def notice_defect(acting: Acting, appeal_id: UUID, body: NewDefect) -> Appeal:
    """Tell the applicant what the appeal lacks, and by when to bring it into line."""
    row = await acting.read(appeal_id)
    new = await charging.notice_defect(*acting.on(row), defect=body.text, days=body.days, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/correction")
async def correct_appeal(acting: Acting, appeal_id: UUID, body: NewCorrection) -> Appeal:
    """Bring an appeal into line."""
    row = await acting.read(appeal_id)
    new = await charging.correct_appeal(*acting.on(row), text=body.text, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/forwarding")
async def forward_appeal(acting: Acting, appeal_id: UUID, body: NewForwarding) -> Appeal:
    """Send an appeal, or some of its points, to the body that is competent, which gets a term of its own."""
    row = await acting.read(appeal_id)
    points = None if body.points is None else tuple(body.points)
    asked = forwarding.Forwarding(to=body.agency, reason=body.reason, points=points)
    return acting.shown(await forwarding.forward_appeal(*acting.on(row), asked, now=acting.now))


@router.post("/appeals/{appeal_id}/extension")
async def extend_appeal(acting: Acting, appeal_id: UUID, body: NewExtension) -> Appeal:
    """Extend the term, once, because facts must be established."""
    row = await acting.read(appeal_id)
    new = await hearing.extend_appeal(*acting.on(row), until=body.until, reason=body.reason, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/preliminary-decision")
async def tell_preliminary_decision(acting: Acting, appeal_id: UUID, body: NewPreliminaryDecision) -> Appeal:
    """Tell the applicant what the body means to decide against them, before it does."""
    row = await acting.read(appeal_id)
    preliminary = hearing.Preliminary(
        outcome=body.outcome,
        text=body.text,
        language=body.language,
        hearing=None if body.hearing is None else body.hearing.model_dump(mode="json"),
        no_hearing_reason=body.no_hearing_reason,
    )
    new = await hearing.tell_preliminary(*acting.on(row), preliminary, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/objection")
async def object_to_preliminary_decision(acting: Acting, appeal_id: UUID, body: NewObjection) -> Appeal:
    """Object to a preliminary decision."""
    row = await acting.read(appeal_id)
    new = await hearing.object_to_preliminary(*acting.on(row), text=body.text, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/hearing")
async def record_hearing(acting: Acting, appeal_id: UUID, body: NewHearingRecord) -> Appeal:
    """Put the hearing on record, or that it was not held and why."""
    row = await acting.read(appeal_id)
    new = await hearing.record_hearing(*acting.on(row), body.model_dump(mode="json"), now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/decision")
async def decide_appeal(acting: Acting, appeal_id: UUID, body: NewDecision) -> Appeal:
    """Answer an appeal, with reasons; where the head signs, lay the answer before the head."""
    row = await acting.read(appeal_id)
    decision = deciding.Decision(outcome=body.outcome, text=body.text, language=body.language)
    new = await deciding.decide_appeal(*acting.on(row), decision, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/signature")
async def sign_decision(acting: Acting, appeal_id: UUID) -> Appeal:
    """Sign the decision that was laid before one."""
    row = await acting.read(appeal_id)
    new = await deciding.sign_decision(*acting.on(row), now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/rework")
async def return_for_rework(acting: Acting, appeal_id: UUID, body: NewRework) -> Appeal:
    """Give a decision back to its executor instead of signing it."""
    row = await acting.read(appeal_id)
    new = await deciding.return_for_rework(*acting.on(row), reason=body.reason, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/leaving")
async def leave_appeal(acting: Acting, appeal_id: UUID, body: NewLeaving) -> Appeal:
    """End an appeal without considering it, on a ground of the law."""
    row = await acting.read(appeal_id)
    leaving = deciding.Leaving(ground=body.ground, detail=body.detail, earlier=body.earlier)
    new = await deciding.leave_appeal(*acting.on(row), leaving, now=acting.now)
    return acting.shown(new)


@router.post("/appeals/{appeal_id}/withdrawal")
async def withdraw_appeal(acting: Acting, appeal_id: UUID, body: NewWithdrawal | None = None) -> Appeal:
    """Take an appeal back before it is answered."""
    row = await acting.read(appeal_id)
    reason = body.reason if body else None
    new = await ending.withdraw_appeal(*acting.on(row), reason=reason, now=acting.now)
    return acting.shown(new)

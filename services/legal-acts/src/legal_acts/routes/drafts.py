"""The addresses of drafts: posted, read, withdrawn, adopted, reported on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from legal_acts import commands, queries
from legal_acts.domain.clocks import explain_clock, pinned_discussion_clock
from legal_acts.domain.draft import OPEN, Phase
from legal_acts.domain.draft_types import types_on
from legal_acts.domain.metrics import metrics_of, without_change
from legal_acts.schemas.comments import Report, report_shown
from legal_acts.schemas.drafts import (
    Draft,
    DraftKind,
    DraftMetrics,
    DraftSummary,
    NewAdoption,
    NewDraft,
    NewWithdrawal,
    draft_metrics_of,
    draft_of,
    draft_summary_of,
    given,
    kind_of,
    step_of,
)
from legal_acts.schemas.words import Deadline, deadline_of
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified, require_match
from servicekit.database import Reading, Row
from servicekit.feed import HistoryEntry
from servicekit.identity import Caller, CurrentCaller
from servicekit.journal import history
from servicekit.paging import ListOf, Page, Paging, up_to
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["drafts"], route_class=Route)


@router.get("/draft-types")
async def list_draft_types(_: CurrentCaller, now: Now, page: Paging) -> ListOf[DraftKind]:
    """The types in which drafts are posted today, each with the shortest discussion that the law allows."""
    today = local(now).date()
    (after,) = page.key(str) or ("",)
    found = sorted((each for each in types_on(today) if each.code > after), key=lambda each: each.code)
    shown = found[: page.limit]
    more = page.next_after(shown[-1].code) if len(found) > page.limit else None
    return ListOf[DraftKind](items=[kind_of(each, today) for each in shown], next=more)


@router.post("/drafts", status_code=201)
async def post_draft(caller: CurrentCaller, writing: Write, now: Now, body: NewDraft, response: Response) -> Draft:
    """Put a draft before the public; its discussion opens at once."""
    posting = commands.Posting(
        type=body.type,
        agency_name=body.agency_name.by_language(),
        title=body.title.by_language(),
        languages=list(dict.fromkeys(body.languages)),
        clauses=[given(each) for each in body.clauses],
        discussion_until=body.discussion_until,
    )
    row, clauses = await commands.post_draft(writing, caller, posting, now=now)
    response.headers["Location"] = f"/v1/drafts/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return draft_of(row, clauses, caller)


@router.get("/drafts")
async def list_drafts(
    _: CurrentCaller,
    reading: Read,
    page: Paging,
    kind: Annotated[str | None, Query(alias="type", max_length=64)] = None,
    agency: Annotated[str | None, Query(max_length=12, description="The BIN of the body that drafts.")] = None,
    phase: Phase | None = None,
    q: Annotated[str | None, Query(min_length=1, max_length=200, description="Part of a title or number.")] = None,
) -> ListOf[DraftSummary]:
    """The drafts of all bodies, newest first."""
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_drafts(reading, queries.Sought(kind, agency, phase, q), after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[DraftSummary](items=[draft_summary_of(row) for row in shown], next=more)


@router.get("/drafts/{draft_id}", response_model=Draft)
async def read_draft(
    request: Request, response: Response, caller: CurrentCaller, reading: Read, draft_id: UUID
) -> Draft | Response:
    """A draft with its current text."""
    row = await queries.read_draft(reading, draft_id)
    response.headers["ETag"] = etag(row["version"])
    return not_modified(request, row["version"]) or await whole(reading, row, caller)


@router.get("/drafts/{draft_id}/deadline")
async def read_draft_deadline(_: CurrentCaller, reading: Read, draft_id: UUID) -> Deadline:
    """Why the discussion could not end before that day."""
    clock = pinned_discussion_clock(await queries.read_draft(reading, draft_id))
    return deadline_of(explain_clock(clock), clock.rule)


@router.get("/drafts/{draft_id}/history")
async def read_draft_history(_: CurrentCaller, reading: Read, page: Paging, draft_id: UUID) -> ListOf[HistoryEntry]:
    """Every step of a draft, oldest first, each with its entry in the journal."""
    await queries.read_draft(reading, draft_id)
    return await public_history(reading, draft_id, page)


@router.post("/drafts/{draft_id}/withdrawal")
async def withdraw_draft(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    draft_id: UUID,
    body: NewWithdrawal,
) -> Draft:
    """Give a draft up, with the reason."""
    row = await queries.read_draft(writing, draft_id)
    require_match(request, row["version"])
    new = await commands.withdraw_draft(writing, caller, row, reason=body.reason, now=now)
    response.headers["ETag"] = etag(new["version"])
    return await whole(writing, new, caller)


@router.post("/drafts/{draft_id}/adoption")
async def adopt_draft(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    draft_id: UUID,
    body: NewAdoption,
) -> Draft:
    """Record that the draft became an act; possible after the report only."""
    row = await queries.read_draft(writing, draft_id)
    require_match(request, row["version"])
    new = await commands.adopt_draft(writing, caller, row, act_number=body.act_number, now=now)
    response.headers["ETag"] = etag(new["version"])
    return await whole(writing, new, caller)


@router.post("/drafts/{draft_id}/report", status_code=201)
async def produce_report(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, draft_id: UUID
) -> Report:
    """Report on the discussion; impossible while a comment waits for its answer."""
    row = await queries.read_draft(writing, draft_id)
    require_match(request, row["version"])
    body = await commands.produce_report(writing, caller, row, now=now)
    response.headers["Location"] = f"/v1/drafts/{draft_id}/report"
    return report_shown(body, {})


@router.get("/drafts/{draft_id}/report")
async def read_report(_: CurrentCaller, reading: Read, draft_id: UUID) -> Report:
    """The report on the discussion, as it was produced."""
    report = await queries.read_report(reading, draft_id)
    return report_shown(report["body"], await queries.hidden_comments(reading, draft_id))


@router.get("/drafts/{draft_id}/metrics")
async def read_draft_metrics(_: CurrentCaller, reading: Read, now: Now, draft_id: UUID) -> DraftMetrics:
    """How the drafter answers the public, with the denominator of each share."""
    row = await queries.read_draft(reading, draft_id)
    counts = await queries.count_comments(reading, draft_id, local(now).date())
    accepted = await queries.accepted_comments(reading, draft_id)
    numbers = {each["on_version"] for each in accepted} | {row["current"]}
    texts = await queries.texts_of(reading, draft_id, sorted(numbers))
    return draft_metrics_of(
        metrics_of(counts, answers_owed=Phase(row["phase"]) in OPEN),
        accepted=sum(each["comments"] for each in accepted),
        without_change=without_change(accepted, row["current"], texts),
    )


async def whole(reading: Reading, row: Row, caller: Caller) -> Draft:
    """A draft with its current text."""
    version = await queries.read_version(reading, row["id"], row["current"])
    return draft_of(row, version["clauses"], caller)


async def public_history(reading: Reading, object_id: UUID, page: Page) -> ListOf[HistoryEntry]:
    """The steps of something public, oldest first; what is private in the journal stays there."""
    rows = await history(reading, object_id, limit=page.limit, after=page.key(up_to(2**31 - 1), UUID))
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["object_version"], shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[HistoryEntry](items=[step_of(row) for row in shown], next=more)

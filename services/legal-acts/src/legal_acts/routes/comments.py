"""The addresses of comments: said, answered, hidden."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from legal_acts import commands, queries
from legal_acts.domain.comment import Wanted
from legal_acts.routes.drafts import public_history
from legal_acts.schemas.comments import (
    Comment,
    CommentSummary,
    NewAnswer,
    NewComment,
    NewModeration,
    comment_of,
    comment_summary_of,
)
from servicekit.clock import Now
from servicekit.conditional import etag, require_match
from servicekit.feed import HistoryEntry
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["comments"], route_class=Route)


@router.post("/drafts/{draft_id}/comments", status_code=201)
async def comment_on_draft(
    caller: CurrentCaller, writing: Write, now: Now, draft_id: UUID, body: NewComment, response: Response
) -> Comment:
    """Say something of a draft or of one clause of it; the drafter owes an answer."""
    draft = await queries.read_draft(writing, draft_id)
    remark = commands.Remark(clause=body.clause, text=body.text, suggestion=body.suggestion, language=body.language)
    row = await commands.comment_on_draft(writing, caller, draft, remark, now=now)
    response.headers["Location"] = f"/v1/comments/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return comment_of(row, caller, await queries.texts_for(writing, [row]), local(now).date())


@router.get("/drafts/{draft_id}/comments")
async def list_comments(
    caller: CurrentCaller,
    reading: Read,
    now: Now,
    page: Paging,
    draft_id: UUID,
    clause: Annotated[str | None, Query(max_length=64, description="The id of a clause.")] = None,
    state: Wanted | None = None,
) -> ListOf[CommentSummary]:
    """What the public said of a draft, oldest first, with the answers."""
    await queries.read_draft(reading, draft_id)
    today = local(now).date()
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_comments(
        reading, draft_id, clause=clause, state=state, today=today, after=after, limit=page.limit
    )
    shown = rows[: page.limit]
    texts = await queries.texts_for(reading, shown)
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    items = [comment_summary_of(row, caller, texts, today) for row in shown]
    return ListOf[CommentSummary](items=items, next=more)


@router.get("/comments/{comment_id}")
async def read_comment(response: Response, caller: CurrentCaller, reading: Read, now: Now, comment_id: UUID) -> Comment:
    """One comment, with its answer and how it stands in the current text."""
    row = await queries.read_comment(reading, comment_id)
    response.headers["ETag"] = etag(row["version"])
    return comment_of(row, caller, await queries.texts_for(reading, [row]), local(now).date())


@router.get("/comments/{comment_id}/history")
async def read_comment_history(_: CurrentCaller, reading: Read, page: Paging, comment_id: UUID) -> ListOf[HistoryEntry]:
    """Every step of a comment, oldest first, each with its entry in the journal."""
    await queries.read_comment(reading, comment_id)
    return await public_history(reading, comment_id, page)


@router.post("/comments/{comment_id}/answers", status_code=201)
async def answer_comment(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    comment_id: UUID,
    body: NewAnswer,
) -> Comment:
    """Answer a comment, with the reason; what is accepted cites its clause."""
    row = await queries.read_comment(writing, comment_id)
    require_match(request, row["version"])
    answer = commands.Answer(outcome=body.outcome, reason=body.reason, language=body.language, clause=body.clause)
    new = await commands.answer_comment(writing, caller, row, answer, now=now)
    response.headers["ETag"] = etag(new["version"])
    return comment_of(new, caller, await queries.texts_for(writing, [new]), local(now).date())


@router.post("/comments/{comment_id}/moderation")
async def moderate_comment(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    comment_id: UUID,
    body: NewModeration,
) -> Comment:
    """Hide a comment's words with the reason, or show them again; it stays counted, and is owed its answer."""
    row = await queries.read_comment(writing, comment_id)
    require_match(request, row["version"])
    new = await commands.moderate_comment(
        writing, caller, row, body.action, ground=body.ground, reason=body.reason, now=now
    )
    response.headers["ETag"] = etag(new["version"])
    return comment_of(new, caller, await queries.texts_for(writing, [new]), local(now).date())

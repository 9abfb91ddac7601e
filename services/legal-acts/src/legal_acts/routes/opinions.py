"""The addresses of expert opinions and of what the public says of them."""

from uuid import UUID

from fastapi import APIRouter, Response

from legal_acts import commands, queries
from legal_acts.routes.drafts import public_history
from legal_acts.schemas.comments import Comment, CommentSummary, NewOpinionComment, comment_of, comment_summary_of
from legal_acts.schemas.opinions import NewOpinion, Opinion, OpinionSummary, opinion_of, opinion_summary_of
from servicekit.clock import Now
from servicekit.conditional import etag
from servicekit.feed import HistoryEntry
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["opinions"], route_class=Route)


@router.post("/drafts/{draft_id}/opinions", status_code=201)
async def post_opinion(
    caller: CurrentCaller, writing: Write, now: Now, draft_id: UUID, body: NewOpinion, response: Response
) -> Opinion:
    """Put an expert opinion beside a draft, where citizens comment on it."""
    draft = await queries.read_draft(writing, draft_id)
    opinion = commands.Expertise(
        channel=body.channel,
        conclusion=body.conclusion,
        organisation=body.organisation,
        text=body.text,
        language=body.language,
    )
    row = await commands.post_opinion(writing, caller, draft, opinion, now=now)
    response.headers["Location"] = f"/v1/opinions/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return opinion_of(row, draft["phase"], caller)


@router.get("/drafts/{draft_id}/opinions")
async def list_opinions(_: CurrentCaller, reading: Read, page: Paging, draft_id: UUID) -> ListOf[OpinionSummary]:
    """The expert opinions on a draft, oldest first."""
    await queries.read_draft(reading, draft_id)
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_opinions(reading, draft_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[OpinionSummary](items=[opinion_summary_of(row) for row in shown], next=more)


@router.get("/opinions/{opinion_id}")
async def read_opinion(response: Response, caller: CurrentCaller, reading: Read, opinion_id: UUID) -> Opinion:
    """One expert opinion."""
    row = await queries.read_opinion(reading, opinion_id)
    response.headers["ETag"] = etag(row["version"])
    return opinion_of(row, row["phase"], caller)


@router.get("/opinions/{opinion_id}/history")
async def read_opinion_history(_: CurrentCaller, reading: Read, page: Paging, opinion_id: UUID) -> ListOf[HistoryEntry]:
    """The steps of an opinion, each with its entry in the journal."""
    await queries.read_opinion(reading, opinion_id)
    return await public_history(reading, opinion_id, page)


@router.post("/opinions/{opinion_id}/comments", status_code=201)
async def comment_on_opinion(
    caller: CurrentCaller, writing: Write, now: Now, opinion_id: UUID, body: NewOpinionComment, response: Response
) -> Comment:
    """Say something of an expert opinion."""
    opinion = await queries.read_opinion(writing, opinion_id)
    remark = commands.Remark(clause=None, text=body.text, suggestion=None, language=body.language)
    row = await commands.comment_on_opinion(writing, caller, opinion, remark, now=now)
    response.headers["Location"] = f"/v1/comments/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return comment_of(row, caller, {}, local(now).date())


@router.get("/opinions/{opinion_id}/comments")
async def list_opinion_comments(
    caller: CurrentCaller, reading: Read, now: Now, page: Paging, opinion_id: UUID
) -> ListOf[CommentSummary]:
    """What the public said of an expert opinion, oldest first."""
    await queries.read_opinion(reading, opinion_id)
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_opinion_comments(reading, opinion_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    items = [comment_summary_of(row, caller, {}, local(now).date()) for row in shown]
    return ListOf[CommentSummary](items=items, next=more)

"""The addresses of the discussion of a draft."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from procurement.commands import discussions as commands
from procurement.queries.discussions import comments_on, read_comment
from procurement.queries.tenders import lots_of, read_tender
from procurement.schemas.discussions import Comment, NewAnswer, NewComment, comment_of
from procurement.schemas.tenders import Tender, tender_of
from servicekit.clock import Now
from servicekit.conditional import etag, require_match
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read, Write

router = APIRouter(prefix="/v1/tenders", tags=["discussions"], route_class=Route)


@router.post("/{tender_id}/discussion")
async def open_discussion(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, tender_id: UUID
) -> Tender:
    """Show a draft to everybody for comments, before it is published."""
    row = await read_tender(writing, caller, tender_id)
    require_match(request, row["version"])
    new = await commands.open_discussion(writing, caller, row, now=now)
    response.headers["ETag"] = etag(new["version"])
    return tender_of(new, await lots_of(writing, tender_id), caller)


@router.get("/{tender_id}/discussion")
async def list_tender_comments(caller: CurrentCaller, reading: Read, page: Paging, tender_id: UUID) -> ListOf[Comment]:
    """The comments on a draft with their answers, oldest first."""
    await read_tender(reading, caller, tender_id)
    (after,) = page.key(UUID) or (None,)
    rows = await comments_on(reading, tender_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[Comment](items=[comment_of(row) for row in shown], next=more)


@router.post("/{tender_id}/discussion/comments", status_code=201)
async def comment_on_tender(
    caller: CurrentCaller, writing: Write, now: Now, tender_id: UUID, body: NewComment
) -> Comment:
    """Comment on a draft within the days for that; everybody reads it at once."""
    tender = await read_tender(writing, caller, tender_id)
    return comment_of(await commands.comment(writing, caller, tender, body.text, body.language, now=now))


@router.post("/{tender_id}/discussion/comments/{comment_id}/answer")
async def answer_tender_comment(
    caller: CurrentCaller, writing: Write, now: Now, tender_id: UUID, comment_id: UUID, body: NewAnswer
) -> Comment:
    """Answer a comment as the body that buys."""
    tender = await read_tender(writing, caller, tender_id)
    row = await read_comment(writing, tender_id, comment_id)
    return comment_of(await commands.answer_tender_comment(writing, caller, tender, row, body.text, now=now))

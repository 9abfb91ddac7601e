"""The files of an appeal: received, listed, and given out as what they are and never as a page."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from appeals import queries
from appeals.commands.attaching import attach_file
from appeals.domain.attachments import TYPES, State, require_clean
from appeals.queries.attachments import attachment_in, attachments_of, content_of
from appeals.schemas.attachments import Attachment, FileName, attachment_of
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified
from servicekit.identity import CurrentCaller
from servicekit.incoming import Incoming
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import RestrictedRead, Write

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": dict.fromkeys(TYPES, _BYTES)},
}
# Whatever a browser makes of it: it is saved and not shown, is nothing else than it says, and may do nothing.
_SAFE = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


@router.post("/appeals/{appeal_id}/attachments", status_code=201)
async def attach_to_appeal(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    incoming: Incoming,
    appeal_id: UUID,
    name: FileName,
) -> Attachment:
    """Attach a file, which is the body of the request, to an appeal that has not ended."""
    file = await attach_file(request.state.database, writing, caller, appeal_id, incoming, name=name, now=now)
    response.headers["Location"] = f"/v1/appeals/{appeal_id}/attachments/{file['id']}"
    return attachment_of(file)


@router.get("/appeals/{appeal_id}/attachments")
async def list_appeal_attachments(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, appeal_id: UUID
) -> ListOf[Attachment]:
    """The files of an appeal, oldest first."""
    seen = await queries.read_appeal(restricted.reading, caller, appeal_id, operation="list_appeal_attachments")
    await queries.trace(restricted, caller, "list_appeal_attachments", [seen.row], now=now)
    (after,) = page.key(UUID) or (UUID(int=0),)
    rows = await attachments_of(restricted.reading, appeal_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[Attachment](items=[attachment_of(row) for row in shown], next=more)


@router.get("/appeals/{appeal_id}/attachments/{attachment_id}", response_class=Response, responses=_FILE)
async def read_appeal_attachment(
    request: Request,
    caller: CurrentCaller,
    restricted: RestrictedRead,
    now: Now,
    appeal_id: UUID,
    attachment_id: UUID,
) -> Response:
    """What is in a file of an appeal, once it was scanned and found clean."""
    seen = await queries.read_appeal(restricted.reading, caller, appeal_id, operation="read_appeal_attachment")
    file = await attachment_in(restricted.reading, appeal_id, attachment_id)
    require_clean(State(file["state"]))
    await queries.trace(restricted, caller, "read_appeal_attachment", [seen.row], now=now)
    digest = file["sha256"].hex()
    headers = {
        **_SAFE,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['name'], safe='')}",
        "Content-Length": str(file["size"]),
        "ETag": etag(digest),
    }
    return not_modified(request, digest) or StreamingResponse(
        content_of(request.state.database, attachment_id), headers=headers, media_type=file["media_type"]
    )

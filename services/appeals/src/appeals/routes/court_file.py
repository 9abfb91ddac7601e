"""The file for the court: everything of an appeal in one ZIP, which verifies offline."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from appeals import queries
from appeals.domain.attachments import MOST, State
from appeals.permissions import relation_to_complaint
from appeals.queries.attachments import attachments_of, content_of
from appeals.queries.clocks import clocks_in
from appeals.queries.complaints import complaints_about
from appeals.schemas.appeals import appeal_of
from appeals.schemas.archive import zipped
from appeals.schemas.clocks import clock_of
from appeals.schemas.complaints import complaint_of
from appeals.schemas.court_file import as_json, as_receipt, documents, list_of_files, member_of, readme
from servicekit.clock import Now
from servicekit.database import Reading
from servicekit.feed import history_page
from servicekit.identity import CurrentCaller
from servicekit.mailbox import notices_about
from servicekit.paging import Page
from servicekit.receipts import make_receipt
from servicekit.routing import Route
from servicekit.transactions import RestrictedRead
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)
_MEDIA_TYPE = "application/zip"
_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
    202: {"description": "Not all acts are sealed yet; a moment later they are (`Retry-After`)."},
}
_MOST = 1000
_OPERATION = "read_court_file"


@router.get("/appeals/{appeal_id}/court-file", response_class=Response, responses=_ZIP)
async def read_court_file(
    request: Request, caller: CurrentCaller, restricted: RestrictedRead, now: Now, appeal_id: UUID
) -> Response:
    """Everything of an appeal and the complaints about it in one ZIP: texts, history, terms, notices, receipts."""
    reading = restricted.reading
    seen = await queries.read_appeal(reading, caller, appeal_id, operation=_OPERATION)
    await queries.trace(restricted, caller, _OPERATION, [seen.row], now=now)
    about = await complaints_about(reading, appeal_id)
    attached = await attachments_of(reading, appeal_id, after=UUID(int=0), limit=MOST)
    wholes = await queries.split_off_from(reading, seen.row)
    receipts = await _receipts(request, reading, [appeal_id, *(each["id"] for each in about)], wholes)
    if isinstance(receipts, Response):
        return receipts
    row, today = seen.row, local(now).date()
    shown = [complaint_of(each, caller, relation_to_complaint(each, caller)) for each in about]
    clocks = [clock_of(each) for each in await clocks_in(reading, row, about, today)]
    whole = Page(_MOST, None, request)
    ids = [appeal_id, *(each["id"] for each in about)]
    applicant = (row["applicant_scheme"], row["applicant_id"])
    members = {
        "README.txt": readme(row["language"], row["number"], attached),
        "appeal.json": as_json(appeal_of(row, caller, seen.relation, today).model_dump(mode="json")),
        "complaints.json": as_json([each.model_dump(mode="json") for each in shown]),
        **dict(documents(row, about)),
        "history.json": as_json([step for each in ids for step in await _steps(reading, each, whole)]),
        "clocks.json": as_json([each.model_dump(mode="json") for each in clocks]),
        "notices.json": as_json([told for each in ids for told in await _told(reading, each, whole, applicant)]),
        "attachments.json": as_json(list_of_files(attached)),
        **receipts,
    }
    clean = [each for each in attached if each["state"] == State.CLEAN]
    contents = [(member_of(each), content_of(request.state.database, each["id"])) for each in clean]
    headers = {
        "Content-Disposition": f'attachment; filename="appeal-{appeal_id}.zip"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(zipped([*members.items(), *contents], now), headers=headers, media_type=_MEDIA_TYPE)


async def _receipts(
    request: Request, reading: Reading, ids: Sequence[UUID], wholes: Sequence[UUID]
) -> dict[str, bytes] | Response:
    """The receipts of an appeal and its complaints, and of what it was split off from, as the public may have those.

    A file that was attached to the whole is in the journal there.
    """
    appeal, *complaints = ids
    named = [("appeal", appeal), *((f"complaint-{n}", each) for n, each in enumerate(complaints, 1))]
    named += [(f"whole-{n}", each) for n, each in enumerate(wholes, 1)]
    receipts = {}
    for name, object_id in named:
        made = await make_receipt(request, reading, object_id, private=object_id in ids)
        if isinstance(made, Response):
            return made
        receipts[f"{name}.receipt.json"] = as_receipt(made)
    return receipts


async def _steps(reading: Reading, object_id: UUID, whole: Page) -> list[dict[str, Any]]:
    page = await history_page(reading, object_id, whole)
    return [each.model_dump(mode="json") | {"object": str(object_id)} for each in page.items]


async def _told(reading: Reading, object_id: UUID, whole: Page, applicant: tuple[str, str]) -> list[dict[str, Any]]:
    page = await notices_about(reading, whole, object_id, applicant)
    return [each.model_dump(mode="json") for each in page.items]

"""The terms of an appeal: as facts, and for a calendar of one's own."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from appeals import queries
from appeals.queries.clocks import clocks_in
from appeals.queries.complaints import complaints_about
from appeals.schemas.calendars import MEDIA_TYPE, calendar_of
from appeals.schemas.clocks import AppealClock, clock_of
from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.languages import negotiate
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.transactions import Read
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)

_CALENDAR: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}}


@router.get("/appeals/{appeal_id}/clocks")
async def list_appeal_clocks(
    caller: CurrentCaller, reading: Read, now: Now, page: Paging, appeal_id: UUID
) -> ListOf[AppealClock]:
    """Every term of an appeal and its complaints that has begun: whom it binds, by when, whether kept, how late."""
    seen = await queries.read_appeal(reading, caller, appeal_id, operation="list_appeal_clocks")
    found = await clocks_in(reading, seen.row, await complaints_about(reading, appeal_id), local(now).date())
    (after,) = page.key(int) or (0,)
    shown = found[after : after + page.limit]
    more = page.next_after(after + page.limit) if len(found) > after + page.limit else None
    return ListOf[AppealClock](items=[clock_of(each) for each in shown], next=more)


@router.get("/appeals/{appeal_id}/deadline.ics", response_class=Response, responses=_CALENDAR)
async def read_appeal_calendar(
    request: Request, caller: CurrentCaller, reading: Read, now: Now, appeal_id: UUID
) -> Response:
    """The days by which somebody must act, as an iCalendar file in the language of `Accept-Language`."""
    seen = await queries.read_appeal(reading, caller, appeal_id, operation="read_appeal_calendar")
    language = negotiate(request.headers.get("accept-language"))
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(calendar_of(seen.row, language, now=now), headers=headers, media_type=MEDIA_TYPE)

"""The calendars by which deadlines are counted: all versions, what each changed, and the import of a new one."""

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, TypeAlias

from fastapi import APIRouter, Response

from appeals.commands import importing
from appeals.queries.calendars import know_calendars
from appeals.schemas.working_calendars import (
    Calendar,
    CalendarDetail,
    CalendarPreview,
    NewCalendar,
    Version,
    calendar_detail,
    calendar_preview,
    calendar_summary,
    changes_of,
)
from servicekit.clock import Now
from servicekit.database import Database
from servicekit.database_failures import DatabaseBusy, DatabaseUnavailable
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.permissions import NotFound
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.calendar_changes import Difference, differences
from statute.calendars import Calendar as Known
from statute.calendars import Calendars, UnknownCalendar, calendars_here, holding, version_key

_Scope: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_App: TypeAlias = Callable[[_Scope, _Receive, _Send], Awaitable[None]]
_IMPORT = ("POST", "/v1/calendars")


class CalendarsHeld:
    """Has every request counted by the calendars that this app holds.

    Those that were imported are read before the first request, and again before the one that follows an import here;
    what other processes import is met by `know_calendar` and by a sweep.
    """

    def __init__(self, app: _App, calendars: Calendars) -> None:
        self._app = app
        self._calendars = calendars
        self._read = False

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with holding(self._calendars):
            if not self._read:
                await self._read_all(scope["state"]["database"])
            try:
                await self._app(scope, receive, send)
            finally:
                self._read = self._read and (scope["method"], scope["path"]) != _IMPORT

    async def _read_all(self, database: Database) -> None:
        with suppress(DatabaseUnavailable, DatabaseBusy):  # who needs it, is told so by its own statement
            async with database.read() as reading:
                await know_calendars(reading)
            self._read = True


router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)


@router.get("/calendars")
async def list_calendars(_: CurrentCaller, reading: Read, page: Paging) -> ListOf[Calendar]:
    """Every version of the calendar, oldest first; new deadlines are counted by the last."""
    await know_calendars(reading)
    here = calendars_here()
    (after,) = page.key(version_key) or ((0, 0),)
    found = [version for version in here.versions if version_key(version) > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1]) if len(found) > page.limit else None
    return ListOf[Calendar](items=[calendar_summary(here.get(version)) for version in shown], next=more)


@router.get("/calendars/{version}")
async def read_calendar(_: CurrentCaller, reading: Read, version: Version) -> CalendarDetail:
    """One version, with the days that differ from the version it is based on."""
    await know_calendars(reading)
    try:
        known = calendars_here().get(version)
    except UnknownCalendar as error:
        raise NotFound from error
    return calendar_detail(known, _changed_by(known))


@router.post("/calendars", status_code=201)
async def import_calendar(
    caller: CurrentCaller, writing: Write, now: Now, body: NewCalendar, response: Response
) -> CalendarDetail:
    """Import a new version: deadlines are counted by it from now on, and those of open appeals are counted anew."""
    made = await importing.import_calendar(writing, caller, changes_of(body), now=now)
    response.headers["Location"] = f"/v1/calendars/{made.version}"
    return calendar_detail(made, _changed_by(made))


@router.post("/calendars/preview")
async def preview_calendar(_: CurrentCaller, reading: Read, body: NewCalendar) -> CalendarPreview:
    """What the import of a version would change; nothing is kept."""
    made = await importing.made_of(reading, changes_of(body))
    newest = calendars_here().get()
    days = differences(newest, made)
    over = await importing.open_over(reading, days)
    return calendar_preview(made, _changed_by(made), newest.version, days, over)


def _changed_by(known: Known) -> tuple[Difference, ...]:
    based_on = known.facts.get("based_on")
    return () if based_on is None else differences(calendars_here().get(based_on), known)

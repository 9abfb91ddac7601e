"""A new calendar: made of one that is known and of acts, looked at before it is imported, and held from then on."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Date, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from appeals.domain.errors import CalendarNotNewer, CalendarTaken
from appeals.permissions import PERMISSIONS
from appeals.queries.calendars import know_calendars
from appeals.tables import appeals, calendars, is_open
from servicekit.database import Query, Reading, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from statute.calendar_changes import Changes, Difference, changed, differences
from statute.calendars import Calendar, calendar_of, calendars_here, version_key

KIND = "calendar"


async def import_calendar(writing: Writing, caller: Caller, changes: Changes, *, now: datetime) -> Calendar:
    """Import a calendar; what is filed from then on is counted by it, and what is open will be held to it.

    Raises:
        as `made_of`.
    """
    role = PERMISSIONS.require("import_calendar", caller, "", sight="import_calendar")
    made = await made_of(writing, changes)
    facts = {**made.facts, "imported_at": now.isoformat()}
    imported = await writing.one(_IMPORT, id=(object_id := uuid7()), version=made.version, facts=facts, at=now)
    if imported is None:
        raise CalendarTaken(made.version)
    base = calendars_here().get(changes.based_on)
    public = {
        "version": made.version,
        "based_on": changes.based_on,
        "changes": facts["changes"],
        "days": sorted({each.after.date.isoformat() for each in differences(base, made)}),
    }
    record(writing, "calendar.imported", Object(KIND, object_id, 1), at=now, role=role, public=public)
    return calendar_of(facts)


async def made_of(reading: Reading, changes: Changes) -> Calendar:
    """The calendar that the changes would make, which nobody holds yet.

    Raises:
        CalendarTaken, CalendarNotNewer: there is one of that version, or one that is newer.
        UnknownCalendar: there is none to base it on.
        NothingChanges, DayTwice, DayUnfit, OutsideCalendar: as `changed`.
    """
    await know_calendars(reading)
    here = calendars_here()
    if changes.version in here.versions:
        raise CalendarTaken(changes.version)
    newest = here.versions[-1]
    if version_key(changes.version) < version_key(newest):
        raise CalendarNotNewer(changes.version, newest)
    return changed(here.get(changes.based_on), changes)


async def open_over(reading: Reading, days: Sequence[Difference]) -> int:
    """How many open appeals have a term that runs over one of these days, at the least over those between them."""
    dates: list[date] = [each.after.date for each in days]
    if not dates:
        return 0
    found: int = await reading.value(_OPEN_OVER, first=min(dates), last=max(dates))
    return found


_IMPORT = Query(
    insert(calendars)
    .values(id=bindparam("id"), version=bindparam("version"), facts=bindparam("facts"), imported_at=bindparam("at"))
    .on_conflict_do_nothing()
    .returning(calendars.c.version)
)
_OPEN_OVER = Query(
    select(func.count())
    .select_from(appeals)
    .where(
        is_open,
        appeals.c.registered_on <= bindparam("last", type_=Date),
        appeals.c.due_on >= bindparam("first", type_=Date),
    )
)

"""The calendars that were imported, read by each process into what it holds."""

from sqlalchemy import Text, all_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from appeals.tables import calendars
from servicekit.database import Query, Reading
from statute.calendars import calendar_of, calendars_here


async def know_calendars(reading: Reading) -> int:
    """Hold all calendars that were imported, by this process or another; how many were new here."""
    here = calendars_here()
    rows = await reading.all(_UNKNOWN, known=list(here.versions))
    for row in rows:
        here.hold(calendar_of(row["facts"]))
    return len(rows)


async def know_calendar(reading: Reading, version: str) -> None:
    """Hold the calendar of a version; a statement only where this process has not met it yet."""
    if version not in calendars_here().versions:
        await know_calendars(reading)


_UNKNOWN = Query(select(calendars.c.facts).where(calendars.c.version != all_(bindparam("known", type_=ARRAY(Text)))))

"""The days of an appeal for a reader's own calendar (RFC 5545)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from appeals.domain.appeal import OPEN, Status
from appeals.domain.next_step import day_named
from servicekit.database import Row
from servicekit.languages import Language

MEDIA_TYPE = "text/calendar"
_PRODUCT = "-//Ashyq//appeals//EN"
# In which statuses a day still counts for whom it binds.
_OWED_IN = {"due_on": OPEN, "correct_by": {Status.DEFECT_TERM}, "object_by": {Status.HEARING}}


def calendar_of(row: Row, language: Language, *, now: datetime) -> bytes:
    """The days by which somebody must act, as all-day events.

    An event keeps its UID for life, so that a calendar that is shown a later version moves it; when nothing is owed any
    more, it is called off.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name, day in _days(row):
        calendar.add_component(_event(row, name, day, language, now))
    content: bytes = calendar.to_ical()
    return content


def _days(row: Row) -> Iterator[tuple[str, date]]:
    yield "due_on", row["due_on"]
    for name in ("correct_by", "object_by"):
        if row[name] is not None:
            yield name, row[name]


def _event(row: Row, name: str, day: date, language: Language, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{name}.{row['id']}@appeals.ashyq")
    event.add("dtstamp", now)
    event.add("sequence", row["version"])
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", day_named(name, language, number=row["number"]), {"language": language})
    event.add("status", "CONFIRMED" if _is_owed(row, name) else "CANCELLED")
    event.add("transp", "TRANSPARENT")
    return event


def _is_owed(row: Row, name: str) -> bool:
    status = Status(row["status"])
    waiting = {
        "due_on": status in OPEN,
        "correct_by": status is Status.DEFECT_TERM,
        "object_by": status is Status.HEARING,
    }
    return waiting[name]

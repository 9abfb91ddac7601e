"""The shapes of calendars: what a new one changes, and how one that is known is shown."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from servicekit.languages import Translated
from servicekit.shapes import Asked
from statute.calendar_changes import Changes, Difference, Dropped, Holiday, Swap
from statute.calendars import Calendar as Known
from statute.calendars import Week

Version = Annotated[str, StringConstraints(pattern=r"^kz-[0-9]{4}\.[1-9][0-9]{0,3}$"), Field(examples=["kz-2026.2"])]
Act = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    Field(description="The act by which it is so, as adilet.zan.kz numbers it.", examples=["G24G0000436"]),
]


class DayMoved(Asked):
    """A day of rest that an act moves: `off` becomes one, and `worked` is worked instead; five-day week only."""

    off: date
    worked: date
    source: Act


class DayMade(Asked):
    """A day that an act makes a holiday; where it `moves` from a day of rest, the next working day is taken for it."""

    date: date
    name: Translated
    moves: bool = True
    source: Act


class DayDropped(Asked):
    """A holiday that an act takes back, or the day off of a swap, and so the whole swap."""

    date: date
    source: Act


class NewCalendar(Asked):
    """A calendar to be: one that is known, and what acts change in it."""

    version: Version
    based_on: Version
    swaps: Annotated[tuple[DayMoved, ...], Field(max_length=100)] = ()
    holidays: Annotated[tuple[DayMade, ...], Field(max_length=100)] = ()
    dropped: Annotated[tuple[DayDropped, ...], Field(max_length=100)] = ()


class CalendarChanges(BaseModel):
    """What acts changed in the version that this one is based on."""

    swaps: list[DayMoved]
    holidays: list[DayMade]
    dropped: list[DayDropped]


class Calendar(BaseModel):
    """A version of the calendar; without `based_on` it came with the software, else it was imported."""

    version: str
    first: date
    last: date
    based_on: str | None
    imported_at: datetime | None
    sources: Annotated[list[str], Field(description="The acts behind its changes; of a first version, behind all.")]
    changes: CalendarChanges


class DayChanged(BaseModel):
    """A day that is not the same to a working week as it was; `source` is why it is so now."""

    date: date
    week: Week
    working: bool
    was: str
    why: str
    name: Translated | None
    source: str | None


class CalendarDetail(Calendar):
    """A version of the calendar with the days that it changed, also those that followed from others."""

    notes: list[str]
    days: list[DayChanged]


class CalendarPreview(CalendarDetail):
    """What would be imported. `days_from_newest` are the days that will differ from now on, whatever it is based on."""

    newest: str
    days_from_newest: list[DayChanged]
    open_appeals: Annotated[int, Field(description="Open appeals whose term runs over those days.")]


def changes_of(asked: NewCalendar) -> Changes:
    """What is asked for, in the words of the law."""
    return Changes(
        version=asked.version,
        based_on=asked.based_on,
        swaps=tuple(Swap(row.off, row.worked, row.source) for row in asked.swaps),
        holidays=tuple(Holiday(row.date, row.name.model_dump(), row.moves, row.source) for row in asked.holidays),
        dropped=tuple(Dropped(row.date, row.source) for row in asked.dropped),
    )


def calendar_summary(known: Known) -> Calendar:
    """A version as the list shows it."""
    return Calendar(**_shown(known))


def calendar_detail(known: Known, days: tuple[Difference, ...]) -> CalendarDetail:
    """A version with the days that differ from the one that it is based on."""
    return CalendarDetail(**_shown(known), notes=list(known.facts["notes"]), days=[*map(_day, days)])


def calendar_preview(
    known: Known, days: tuple[Difference, ...], newest: str, from_newest: tuple[Difference, ...], open_appeals: int
) -> CalendarPreview:
    """A version that is not imported yet, beside the newest."""
    detail = calendar_detail(known, days)
    told = {"newest": newest, "days_from_newest": [*map(_day, from_newest)], "open_appeals": open_appeals}
    return CalendarPreview(**detail.model_dump(), **told)


def _shown(known: Known) -> dict[str, Any]:
    facts = known.facts
    changes = facts.get("changes", {"swaps": [], "holidays": [], "dropped": []})
    rows = [row for told in changes.values() for row in told] or [*facts["holidays"], *facts["swaps"]]
    return {
        "version": known.version,
        "first": known.first,
        "last": known.last,
        "based_on": facts.get("based_on"),
        "imported_at": facts.get("imported_at"),
        "sources": sorted({row["source"] for row in rows}),
        "changes": changes,
    }


def _day(each: Difference) -> DayChanged:
    name = each.after.name
    return DayChanged(
        date=each.after.date,
        week=each.week,
        working=each.after.working,
        was=each.before.why,
        why=each.after.why,
        name=None if name is None else Translated(**name),
        source=each.after.source,
    )

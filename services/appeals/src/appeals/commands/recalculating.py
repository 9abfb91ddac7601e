"""The dates of open appeals after the calendar has changed: recounted batch by batch, told to those whom it moves."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Integer, Text, Uuid, and_, bindparam, column, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from appeals.domain.appeal import Action, Status, transition
from appeals.domain.recalculation import DATES, Recalculated, recalculated
from appeals.notices import KIND, notice_to_body, notices_of
from appeals.tables import appeals, counted_with, is_open
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import Notice, notify
from statute.calendars import calendar
from statute.deadlines import local


async def recalculate_deadlines(writing: Writing, *, now: datetime, limit: int) -> int:
    """Hold the dates of open appeals to the newest calendar; how many, whether a date of theirs moved or none.

    Each keeps by which version it was last looked at, so what was begun goes on, and nothing is done twice. A term that
    has passed is left alone: it ended by the calendar that held then.
    """
    newest, today = calendar(), local(now).date()
    rows = await writing.all(_STALE, newest=newest.version, today=today, limit=limit)
    found = {row["id"]: (row, recalculated(row, newest, today)) for row in rows}
    if not found:
        return 0
    changed = [_sent(row, dates) for row, dates in found.values()]
    moved: list[Notice] = []
    for new in await writing.all(_RECALCULATE, changed=changed, newest=newest.version):
        row, dates = found[new["id"]]
        days = dates.moved(row)
        if days:
            _enter(writing, row, new, days, newest.version, now)
            event = transition(Status(row["status"]), Action.RECALCULATION).event
            moved += [*notices_of(event, new), notice_to_body(event, new)]
    await notify(writing, *moved, at=now)
    return len(rows)


async def waits_for_recalculation(reading: Reading, *, now: datetime) -> timedelta:
    """For how long appeals have waited to be held to the newest calendar; zero where it came with the package."""
    newest = calendar()
    imported_at = newest.facts.get("imported_at")
    if imported_at is None or await reading.one(_ANY_STALE, newest=newest.version, today=local(now).date()) is None:
        return timedelta()
    return now - datetime.fromisoformat(imported_at)


def _enter(writing: Writing, row: Row, new: Row, days: dict[str, dict[str, str]], newest: str, now: datetime) -> None:
    record(
        writing,
        transition(Status(row["status"]), Action.RECALCULATION).event,
        Object(KIND, new["id"], new["version"]),
        at=now,
        role="system",
        public={"agency": new["agency"], "dates": days, "calendar": {"old": row["calendar"], "new": newest}},
    )


def _sent(row: Row, found: Recalculated) -> dict[str, Any]:
    dates: dict[str, date | None] = dict(found.dates)
    told = {name: None if day is None else day.isoformat() for name, day in dates.items()}
    return {"id": str(row["id"]), "calendar": found.calendar, **told}


_newest = bindparam("newest", type_=Text)
_stale = and_(
    is_open,
    or_(counted_with < _newest, counted_with > _newest),  # two ranges of an index, as `<>` is not
    or_(appeals.c.due_on >= bindparam("today", type_=Date), appeals.c.status == Status.DEFECT_TERM.value),
)
_STALE = Query(
    select(*appeals.c)
    .where(_stale)
    .order_by(appeals.c.due_on)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_ANY_STALE = Query(select(appeals.c.id).where(_stale).limit(1))
_changed = (
    func.jsonb_to_recordset(bindparam("changed", type_=JSONB))
    .table_valued(column("id", Uuid), column("calendar", Text), *(column(name, Date) for name in DATES))
    .render_derived(name="changed_rows", with_types=True)
)
_RECALCULATE = Query(
    update(appeals)
    .where(appeals.c.id == _changed.c.id)
    .values(
        version=appeals.c.version + 1,
        calendar=_changed.c.calendar,
        recomputed_with=_newest,
        **{name: _changed.c[name] for name in DATES},
    )
    .returning(*appeals.c)
)

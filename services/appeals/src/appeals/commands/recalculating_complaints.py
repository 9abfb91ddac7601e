"""The dates of complaints after the calendar has changed: recounted batch by batch, told to those whom it moves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Date, Integer, Text, Uuid, and_, bindparam, column, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from appeals.domain.complaint import RECALCULATED, Status
from appeals.domain.recalculation import COMPLAINT_DATES, Recalculated, recalculated_complaint
from appeals.notices import COMPLAINT_KIND, notices_of_complaint_dates
from appeals.queries.complaints import appeals_behind
from appeals.tables import appeals, complaint_counted_with, complaints, is_live, to_court
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import Notice, notify
from statute.calendars import calendar
from statute.deadlines import local


async def recalculate_complaints(writing: Writing, *, now: datetime, limit: int) -> int:
    """Hold the dates of complaints to the newest calendar; how many, whether a date of theirs moved or none.

    A term that has passed is left alone, be it a body's or the applicant's to go to court.
    """
    newest, today = calendar(), local(now).date()
    rows = await writing.all(_STALE, newest=newest.version, today=today, limit=limit)
    if not rows:
        return 0
    found = {row["id"]: (row, recalculated_complaint(row, newest, today)) for row in rows}
    changed = [_sent(row, dates) for row, dates in found.values()]
    moved = [
        (row, new, days)
        for new in await writing.all(_RECALCULATE, changed=changed, newest=newest.version)
        for row, dates in (found[new["id"]],)
        if (days := dates.moved(row))
    ]
    court = [
        {"id": str(new["id"]), "old": days["court_until"]["old"]} for _, new, days in moved if "court_until" in days
    ]
    await writing.run(_KEEP_COURT_OPEN, court=court)
    behind = await appeals_behind(writing, [new["appeal_id"] for _, new, _ in moved])
    told: list[Notice] = []
    for row, new, days in moved:
        _enter(writing, row, new, days, newest.version, now)
        told += notices_of_complaint_dates(RECALCULATED, new, behind[new["appeal_id"]], days)
    await notify(writing, *told, at=now)
    return len(rows)


async def complaints_wait(reading: Reading, *, now: datetime) -> timedelta:
    """For how long complaints have waited to be held to the newest calendar; zero where it came with the package."""
    newest = calendar()
    imported_at = newest.facts.get("imported_at")
    if imported_at is None or await reading.one(_ANY_STALE, newest=newest.version, today=local(now).date()) is None:
        return timedelta()
    return now - datetime.fromisoformat(imported_at)


def _enter(
    writing: Writing, row: Row, new: Row, days: Mapping[str, Mapping[str, str]], newest: str, now: datetime
) -> None:
    public = {
        "agency": new["agency"],
        "appeal": str(new["appeal_id"]),
        "dates": days,
        "late": new["late"],
        "calendar": {"old": row["calendar"], "new": newest},
    }
    record(
        writing, RECALCULATED, Object(COMPLAINT_KIND, new["id"], new["version"]), at=now, role="system", public=public
    )


def _sent(row: Row, found: Recalculated) -> dict[str, Any]:
    dates = {name: None if day is None else day.isoformat() for name, day in found.dates.items()}
    complain_by = found.dates["complain_by"]
    late = row["late"] and complain_by is not None and local(row["filed_at"]).date() > complain_by
    return {"id": str(row["id"]), "calendar": found.calendar, "late": late, **dates}


_newest, _today = bindparam("newest", type_=Text), bindparam("today", type_=Date)
_running = or_(
    and_(complaints.c.status == Status.FILED.value, complaints.c.correct_by >= _today),
    and_(complaints.c.status == Status.UNDER_REVIEW.value, complaints.c.review_by >= _today),
)
_stale = or_(
    # Two ranges of an index, as `<>` is not.
    and_(is_live, or_(complaint_counted_with < _newest, complaint_counted_with > _newest), _running),
    and_(to_court, complaints.c.court_until >= _today, complaint_counted_with != _newest),
)
_STALE = Query(
    select(*complaints.c)
    .where(_stale)
    .order_by(complaints.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_ANY_STALE = Query(select(complaints.c.id).where(_stale).limit(1))
_changed = (
    func.jsonb_to_recordset(bindparam("changed", type_=JSONB))
    .table_valued(
        *(column("id", Uuid), column("calendar", Text), column("late", Boolean)),
        *(column(name, Date) for name in COMPLAINT_DATES),
    )
    .render_derived(name="changed_rows", with_types=True)
)
_RECALCULATE = Query(
    update(complaints)
    .where(complaints.c.id == _changed.c.id)
    .values(
        version=complaints.c.version + 1,
        calendar=_changed.c.calendar,
        recomputed_with=_newest,
        late=_changed.c.late,
        **{name: _changed.c[name] for name in COMPLAINT_DATES},
    )
    .returning(*complaints.c)
)
# Until when a court may be asked shows in the appeal too; that it moved stands in the complaint's own entry.
_court = (
    func.jsonb_to_recordset(bindparam("court", type_=JSONB))
    .table_valued(column("id", Uuid), column("old", Date))
    .render_derived(name="court_rows", with_types=True)
)
_KEEP_COURT_OPEN = Query(
    update(appeals)
    .where(complaints.c.id == _court.c.id)
    .where(appeals.c.id == complaints.c.appeal_id, appeals.c.court_until == _court.c.old)
    .values(court_until=complaints.c.court_until)
)

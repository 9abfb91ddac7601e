"""The opening that does not come in time is put on record."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, bindparam, func, literal_column, select, update

from registry.commands.steps import KIND
from registry.domain.proceeding import Action, Status, transition
from registry.tables import proceedings
from servicekit.database import Query, Reading, Writing
from servicekit.journal import Object, record
from statute.deadlines import local


async def record_overdue_openings(writing: Writing, *, now: datetime, limit: int) -> int:
    """Record, once for each, that a proceeding was not opened in time; how many."""
    rows = await writing.all(_MARK_OVERDUE, today=local(now).date(), limit=limit)
    for row in rows:
        record(
            writing,
            transition(Status.RECEIVED, Action.OVERDUE).event,
            Object(KIND, row["id"], row["version"]),
            at=now,
            role="system",
            public={"office": row["office"], "opening_due_on": row["opening_due_on"].isoformat()},
        )
    return len(rows)


async def oldest_unopened(reading: Reading, *, today: date) -> date | None:
    """The earliest last day for opening that has passed without that being recorded."""
    found: date | None = await reading.value(_OLDEST_UNOPENED, today=today)
    return found


# Written out rather than given as a parameter, so that the partial index can serve it.
_unopened = (
    proceedings.c.status == literal_column("'received'"),
    ~proceedings.c.opening_overdue,
    proceedings.c.opening_due_on < bindparam("today", type_=Date),
)
_due = (
    select(proceedings.c.id)
    .where(*_unopened)
    .order_by(proceedings.c.opening_due_on)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_MARK_OVERDUE = Query(
    update(proceedings)
    .where(proceedings.c.id == _due.c.id)
    .values(version=proceedings.c.version + 1, opening_overdue=True)
    .returning(proceedings.c.id, proceedings.c.version, proceedings.c.office, proceedings.c.opening_due_on)
)
_OLDEST_UNOPENED = Query(select(func.min(proceedings.c.opening_due_on)).where(*_unopened))

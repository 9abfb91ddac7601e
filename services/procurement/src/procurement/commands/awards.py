"""What ends an award: the end of the days for complaints."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Integer, bindparam, func, literal_column, or_, select, update

from procurement import notices
from procurement.domain import award
from procurement.domain.award import Action
from procurement.tables import awards
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import changing
from statute.deadlines import ALMATY, local
from statute.procedures import NotAllowedNow


async def finish_awards(writing: Writing, *, now: datetime, limit: int) -> int:
    """Record that awards are final whose days for complaints have passed; how many."""
    rows = await writing.all(_FINISH, today=local(now).date(), limit=limit)
    edge = award.transition(award.Status.ANNOUNCED, Action.FINALITY)
    for row in rows:
        record_award(writing, row, edge.event, "system", now)
    await notify(writing, *(notices.award_final(row) for row in rows), at=now)
    return len(rows)


async def waiting_to_finish(reading: Reading, now: datetime) -> timedelta:
    """For how long the oldest window has been over without its award being recorded as final."""
    oldest: date | None = await reading.value(_OLDEST_WINDOW, today=local(now).date())
    if oldest is None:
        return timedelta()
    return now - datetime.combine(oldest + timedelta(days=1), time(), ALMATY)


async def award_of(writing: Writing, lot: Row, action: Action) -> Row:
    """The award of a lot as it stands, for an action on it.

    Raises:
        NotAllowedNow: the lot has none.
    """
    row = None if lot["award_id"] is None else await writing.one(_ONE, id=lot["award_id"])
    if row is None:
        status = lot["outcome"] or lot["tender_status"]
        raise NotAllowedNow(action=action, status=status, allowed_actions=())
    return row


def record_award(
    writing: Writing, row: Row, event: str, role: str, now: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Enter a step of an award in the journal; `facts` come besides what every step says."""
    public = {"tender": row["tender_number"], "lot": str(row["lot_id"]), **(facts or {})}
    record(writing, event, Object("award", row["id"], row["version"]), at=now, role=role, public=public)


_MOVE = changing(awards)
_ONE = Query(select(*awards.c).where(awards.c.id == bindparam("id")))
_over = (
    awards.c.status == literal_column("'announced'"),
    or_(awards.c.complaints_until.is_(None), awards.c.complaints_until < bindparam("today", type_=Date)),
)
_finished = (
    select(awards.c.id)
    .where(*_over)
    .order_by(awards.c.complaints_until)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("finished")
)
_FINISH = Query(
    update(awards)
    .where(awards.c.id == _finished.c.id)
    .values(version=awards.c.version + 1, status=award.Status.FINAL)
    .returning(*awards.c)
)
_OLDEST_WINDOW = Query(select(func.min(awards.c.complaints_until)).where(*_over))

"""What ends an award: the end of the days for complaints, or that nobody signs the contract."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Integer, bindparam, func, literal_column, or_, select, update

from procurement import notices
from procurement.domain import award
from procurement.domain.award import Action
from procurement.domain.evaluation import Outcome
from procurement.domain.runner_up import is_over
from procurement.queries.lots import whole_lot
from procurement.tables import awards, lots
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import change, changing
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


async def fail_if_over(writing: Writing, contract: Row, *, now: datetime) -> None:
    """Cancel the award of a contract that nobody signed, where nobody is left who may be called.

    Raises:
        ChangedMeanwhile: somebody else changed the award since it was read.
    """
    lot = await whole_lot(writing, contract["lot_id"])
    held = await award_of(writing, lot, Action.FAILURE)
    if not is_over(held["bid_id"], lot["result"]):
        return
    edge = award.transition(award.Status(held["status"]), Action.FAILURE)
    new = await change(writing, _MOVE, held, edge.target)
    await writing.run(_FAIL_LOT, lot=lot["id"], outcome=Outcome.NOT_CONCLUDED)
    record_award(writing, new, edge.event, "system", now, {"contract": str(contract["id"])})
    await notify(writing, notices.award_not_concluded(new), at=now)


_MOVE = changing(awards)
_FAIL_LOT = Query(update(lots).where(lots.c.id == bindparam("lot")).values(outcome=bindparam("outcome")))
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

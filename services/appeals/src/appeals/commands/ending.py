"""How an appeal ends without its body: its applicant takes it back, or the law takes silence for a refusal."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, Text, Uuid, bindparam, column, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from appeals.commands.taking import begin, tell
from appeals.domain.appeal import Action, Status, transition
from appeals.domain.warning import supervisors_of
from appeals.notices import KIND, notices_of_expiry
from appeals.tables import appeals, expires
from servicekit.database import Query, Reading, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import changing
from statute.deadlines import local


async def withdraw_appeal(writing: Writing, caller: Caller, row: Row, *, reason: str | None, now: datetime) -> Row:
    """Take an appeal back, which its applicant may do at any time before the answer (APPC art. 64).

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
    """
    step = begin(row, caller, Action.WITHDRAWAL, now)
    said = None if reason is None else {"reason": reason}
    public = {"agency": row["agency"]}
    return await tell(writing, step, _WITHDRAW, {"draft": None}, public=public, private=said)


async def expire_appeals(writing: Writing, *, now: datetime, limit: int) -> int:
    """Record the refusal by silence of appeals whose term has passed (APPC art. 91(2)), and tell of it; how many."""
    overdue = await writing.all(_OVERDUE, today=local(now).date(), limit=limit)
    if not overdue:
        return 0
    ended = [{"id": str(row["id"]), "was": row["status"], "supervisors": supervisors_of(row)} for row in overdue]
    rows = await writing.all(_EXPIRE, ended=ended)
    events = [transition(Status(row["was"]), Action.EXPIRY).event for row in rows]
    for row, event in zip(rows, events, strict=True):
        record(
            writing,
            event,
            Object(KIND, row["id"], row["version"]),
            at=now,
            role="system",
            public={"agency": row["agency"], "due_on": row["due_on"].isoformat()},
        )
    told = (notice for event, row in zip(events, rows, strict=True) for notice in notices_of_expiry(event, row))
    await notify(writing, *told, at=now)
    return len(rows)


async def oldest_expired(reading: Reading, *, today: date) -> date | None:
    """The earliest deadline that has passed without its refusal being recorded."""
    found: date | None = await reading.value(_OLDEST_EXPIRED, today=today)
    return found


_WITHDRAW = changing(appeals, "draft")
_expired = (expires, appeals.c.due_on < bindparam("today", type_=Date))
_OVERDUE = Query(
    select(*(appeals.c[name] for name in ("id", "status", "agency", "channel", "rules", "received_at")))
    .where(*_expired)
    .order_by(appeals.c.due_on)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_ended = (
    func.jsonb_to_recordset(bindparam("ended", type_=JSONB))
    .table_valued(column("id", Uuid), column("was", Text), column("supervisors", ARRAY(Text)))
    .render_derived(name="ended_rows", with_types=True)
)
_EXPIRE = Query(
    update(appeals)
    .where(appeals.c.id == _ended.c.id)
    .values(
        version=appeals.c.version + 1, status=Status.REFUSED_BY_EXPIRY, draft=null(), supervisors=_ended.c.supervisors
    )
    .returning(*appeals.c, _ended.c.was)
)
_OLDEST_EXPIRED = Query(select(func.min(appeals.c.due_on)).where(*_expired))

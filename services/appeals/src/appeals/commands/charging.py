"""Who works on an appeal, and what it lacks."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Integer, bindparam, func, literal_column, select

from appeals.commands.taking import applicant_of, begin, begin_in_time, calendar_needed, pauses_of, tell
from appeals.domain.appeal import Action, Status, transition
from appeals.domain.clocks import DEFECT_CORRECTION, clock, paused_clocks, pinned_clocks
from appeals.domain.errors import CrimeReported, OnceOnly
from appeals.notices import KIND, notices_of
from appeals.tables import appeals
from servicekit.database import Query, Reading, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import changing
from statute.deadlines import local

_ONE_DAY = timedelta(days=1)


async def assign_appeal(writing: Writing, caller: Caller, row: Row, *, executor: str, name: str, now: datetime) -> Row:
    """Charge an officer of the body, by the subject of their token, with an appeal; or another than before.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
    """
    step = begin_in_time(row, caller, Action.ASSIGNMENT, now)
    values = {"executor": executor, "executor_name": name}
    return await tell(writing, step, _ASSIGN, values, public={"agency": row["agency"]}, private={"executor": name})


async def notice_defect(
    writing: Writing, caller: Caller, row: Row, *, defect: str, days: int | None, now: datetime
) -> Row:
    """Tell the applicant what the appeal lacks, and set the days to bring it into line (APPC art. 63).

    Without `days`, in working days, the term is that of the rules. Whether the body's own term rests meanwhile is a
    parameter of the rule.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
        OnceOnly: it was told before.
        CrimeReported: such an appeal goes on whatever it lacks.
        CalendarMissing: the term lies beyond the known calendar.
    """
    step = begin_in_time(row, caller, Action.DEFECT, now)
    if row["crime"]:
        raise CrimeReported
    if row["defect_noticed_on"] is not None:
        raise OnceOnly
    today = local(now).date()
    with calendar_needed():
        correct_by = clock(row, DEFECT_CORRECTION, today, n=days).due_on
    values = {"defect": defect, "defect_noticed_on": today, "correct_by": correct_by, "recomputed_with": None}
    public = {"agency": row["agency"], "correct_by": correct_by.isoformat()}
    return await tell(writing, step, _NOTICE, values, public=public, private={"defect": defect})


async def correct_appeal(writing: Writing, caller: Caller, row: Row, *, text: str, now: datetime) -> Row:
    """Bring an appeal into line; the body's term goes on.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
        CalendarMissing: the body's term now ends beyond the known calendar.
    """
    step = begin(row, caller, Action.CORRECTION, now)
    values = _resumed(row, local(now).date()) | {"correction": text}
    public = {"agency": row["agency"], "due_on": values["due_on"].isoformat()}
    return await tell(writing, step, _CORRECT, values, public=public, private={"text": text})


async def lapse_defects(writing: Writing, *, now: datetime, limit: int) -> int:
    """Give appeals that were not brought into line in their days back to their bodies; how many."""
    rows = await writing.all(_LAPSED, today=local(now).date(), limit=limit)
    for row in rows:
        edge = transition(Status.DEFECT_TERM, Action.LAPSE)
        values = _resumed(row, row["correct_by"])
        new = await writing.run(_RESUME, changed=row["id"], expected=row["version"], target=edge.target, **values)
        if new is None:  # pragma: no cover - the row is locked
            continue
        about = Object(KIND, new["id"], new["version"])
        public = {"agency": new["agency"], "due_on": new["due_on"].isoformat()}
        record(writing, edge.event, about, at=now, role="system", public=public, owner=applicant_of(new))
        await notify(writing, *notices_of(edge.event, new), at=now)
    return len(rows)


async def oldest_lapsed(reading: Reading, *, today: date) -> date | None:
    """The earliest day for a correction that has passed without the appeal going on."""
    found: date | None = await reading.value(_OLDEST_LAPSED, today=today)
    return found


def _resumed(row: Row, last: date) -> dict[str, Any]:
    """What changes when a defect is over, whose last day is given: the days since its notice made the term longer."""
    clocks = pinned_clocks(row)
    first = row["defect_noticed_on"] + _ONE_DAY
    if clock(row, DEFECT_CORRECTION, row["defect_noticed_on"]).rule.parameters["while_defective"] == "runs":
        after = clocks
    else:
        with calendar_needed():
            after = paused_clocks(clocks, first, last)
    # Counted by the appeal's own calendar: whether a newer one moves these days, is asked again.
    dates = {"due_on": after.due_on, "extended_until": after.extended_until, "recomputed_with": None}
    return {"pauses": pauses_of(after), **dates}


_ASSIGN = changing(appeals, "executor", "executor_name")
_NOTICE = changing(appeals, "defect", "defect_noticed_on", "correct_by", "recomputed_with")
_CORRECT = changing(appeals, "correction", "pauses", "due_on", "extended_until", "recomputed_with")
_RESUME = changing(appeals, "pauses", "due_on", "extended_until", "recomputed_with")
_over = (appeals.c.status == literal_column("'defect_term'"), appeals.c.correct_by < bindparam("today", type_=Date))
_LAPSED = Query(
    select(*appeals.c)
    .where(*_over)
    .order_by(appeals.c.correct_by)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_OLDEST_LAPSED = Query(select(func.min(appeals.c.correct_by)).where(*_over))

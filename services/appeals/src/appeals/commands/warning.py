"""What bodies are warned of as a term runs out: each once for each end that the term has had, and put on record."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from appeals.domain.warning import UNDECIDED, Code, heard_kinds, thresholds
from appeals.notices import KIND, notice_to_body
from appeals.tables import appeals, expires, warnings
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import notify
from statute.calendars import Week, calendar
from statute.deadlines import local
from statute.rules import rules_on


async def warn_appeals(writing: Writing, *, now: datetime, limit: int) -> int:
    """Warn the bodies of appeals whose term ends soon, or is too short by now; how many warnings there were."""
    today = local(now).date()
    limits = _limits(today)
    warned = 0
    for code, query in _TO_WARN.items():
        rows = await writing.all(query, **limits, limit=limit - warned)
        await _warn(writing, code, rows, today=today, now=now)
        warned += len(rows)
    return warned


async def oldest_unwarned(reading: Reading, *, today: date) -> date | None:
    """The earliest end of a term of which a body is to be warned and was not yet."""
    found: date | None = await reading.value(_OLDEST, **_limits(today))
    return found


async def _warn(writing: Writing, code: Code, rows: list[Row], *, today: date, now: datetime) -> None:
    if not rows:
        return
    await writing.run(_RECORD, warned=[row["id"] for row in rows], code=code, today=today)
    for row in rows:
        public = {"agency": row["agency"], "code": code, "due_on": row["due_on"].isoformat()}
        about = Object(KIND, row["id"], row["version"])
        record(writing, "appeal.warned", about, at=now, role="system", public=public)
    await notify(writing, *(notice_to_body(code, row) for row in rows), at=now)


def _limits(today: date) -> dict[str, Any]:
    """The parameters that decide what is to be warned of on a day, by the rules that hold on it."""
    rules = rules_on(today)
    found = {week: thresholds(rules, calendar(), week, today) for week in Week}
    ends = {f"{week}_{name}": getattr(found[week], name) for week in Week for name in ("soon", "short")}
    return ends | {"today": today, "heard": heard_kinds(rules)}


def _by_week(condition: Mapping[Week, ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*(and_(appeals.c.week == literal_column(f"'{week}'"), each) for week, each in condition.items()))


def _date(name: str) -> Any:
    return bindparam(name, type_=Date)


def _unwarned(code: Code) -> ColumnElement[bool]:
    same = (warnings.c.appeal_id == appeals.c.id, warnings.c.due_on == appeals.c.due_on)
    return ~select(warnings.c.code).where(*same, warnings.c.code == literal_column(f"'{code}'")).exists()


_running = and_(expires, appeals.c.due_on >= _date("today"))
_undecided = appeals.c.status.in_([literal_column(f"'{status}'") for status in sorted(UNDECIDED)])
_not_told_in_time = or_(appeals.c.decide_from.is_(None), appeals.c.decide_from > appeals.c.due_on)
_DUE: Mapping[Code, ColumnElement[bool]] = {
    Code.TERM_TOO_SHORT: and_(
        _running,
        _undecided,
        _not_told_in_time,
        appeals.c.kind == any_(bindparam("heard", type_=ARRAY(Text))),
        _by_week({week: appeals.c.due_on < _date(f"{week}_short") for week in Week}),
    ),
    Code.TERM_ENDS_SOON: and_(_running, _by_week({week: appeals.c.due_on <= _date(f"{week}_soon") for week in Week})),
}
# The latest ends come first: those before them were warned of on the days before.
_TO_WARN = {
    code: Query(
        select(*appeals.c)
        .where(due, _unwarned(code))
        .order_by(appeals.c.due_on.desc())
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(of=appeals, skip_locked=True)
    )
    for code, due in _DUE.items()
}
_OLDEST = Query(
    select(func.min(appeals.c.due_on)).where(or_(*(and_(due, _unwarned(code)) for code, due in _DUE.items())))
)
_RECORD = Query(
    insert(warnings).from_select(
        ["appeal_id", "code", "due_on", "warned_on"],
        select(appeals.c.id, bindparam("code", type_=Text), appeals.c.due_on, _date("today")).where(
            appeals.c.id == any_(bindparam("warned", type_=ARRAY(Uuid)))
        ),
    )
)

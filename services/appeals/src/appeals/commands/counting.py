"""How the figures of appeals are kept: what the sealed journal says is added up, each entry once.

An entry counts for the body that it names, and in the month in which the appeal was filed; so what a body has taken
over is always what it has ended, passed on, or still has.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import insert

from appeals.domain.appeal import Action, Status, transition
from appeals.notices import KIND
from appeals.tables import answer_days, appeals, counted, figures
from appeals.tables.figures import COUNTED
from servicekit.database import Query, Reading, Writing
from servicekit.tables import journal, leaves


async def count_appeals(writing: Writing, *, limit: int) -> int:
    """Add what the next entries of the journal say to the figures; how many entries."""
    found = await writing.one(_NEXT, limit=limit)
    if found is None or found["last"] is None:
        return 0
    span = {"after": found["after"], "last": found["last"]}
    await writing.run(_COUNT, **span)
    await writing.run(_COUNT_DAYS, **span)
    await writing.run(_REMEMBER, index=found["last"], at=found["at"])
    return int(found["last"] - found["after"])


async def oldest_uncounted(reading: Reading, now: datetime) -> timedelta:
    """For how long the first sealed entry that is not in the figures has waited, by legal time."""
    at: datetime | None = await reading.value(_OLDEST)
    return timedelta() if at is None else max(now - at, timedelta())


def _event(action: Action, status: Status | None) -> str:
    return transition(status, action).event


_open = Status.IN_PROGRESS
_FILED = [_event(Action.FILING, None), _event(Action.SPLIT, None)]
_FORWARDED = _event(Action.FORWARDING, _open)
_ANSWERED = _event(Action.DECISION, _open)
_BY_EVENT = {
    "filed": [*_FILED, _FORWARDED],
    "forwarded": [],
    "answered": [_ANSWERED],
    "withdrawn": [_event(Action.WITHDRAWAL, _open)],
    "left": [_event(Action.LEAVING, _open)],
    "refused_by_expiry": [_event(Action.EXPIRY, _open)],
    "extended": [_event(Action.EXTENSION, _open)],
}
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_span = and_(
    leaves.c.index > bindparam("after", type_=BigInteger), leaves.c.index <= bindparam("last", type_=BigInteger)
)
_sealed = and_(journal.c.transaction == leaves.c.transaction, journal.c.id == leaves.c.entry)
_periods = values(column("period", Text), name="periods").data([("month",), ("year",)])
_since = cast(
    func.date_trunc(_periods.c.period, func.timezone(literal_column("'Asia/Almaty'"), appeals.c.submitted_at)), Date
)
_CELL = ("period", "since", "agency", "kind", "synthetic")


def _in(events: Iterable[str]) -> ColumnElement[bool]:
    return journal.c.event.in_([literal_column(f"'{event}'") for event in events])


def _said(name: str) -> ColumnElement[str]:
    said: ColumnElement[str] = journal.c.public[literal_column(f"'{name}'")].astext
    return said


def _taken(agency: ColumnElement[str], *more: ColumnElement[Any]) -> Select[Any]:
    """The entries of the span about appeals, for the body that they name, with the cell in which they count."""
    cell = (_periods.c.period, _since.label("since"), agency.label("agency"), appeals.c.kind, appeals.c.synthetic)
    return (
        select(*cell, *more)
        .select_from(leaves)
        .join(journal, _sealed)
        .join(appeals, appeals.c.id == journal.c.object_id)
        .join(_periods, literal_column("true"))
        .where(_span, journal.c.object_kind == literal_column(f"'{KIND}'"))
    )


_here = _taken(
    func.coalesce(_said("to"), _said("agency")),
    *((case((_in(events), _ONE), else_=_ZERO) if events else _ZERO).label(name) for name, events in _BY_EVENT.items()),
).where(_in(event for events in _BY_EVENT.values() for event in events))
_there = _taken(_said("from"), *((_ONE if name == "forwarded" else _ZERO).label(name) for name in COUNTED)).where(
    _in([_FORWARDED])
)
_both = union_all(_here, _there).subquery("said")
_sums = select(
    *(_both.c[name] for name in _CELL), *(cast(func.sum(_both.c[name]), Integer) for name in COUNTED)
).group_by(*(_both.c[name] for name in _CELL))
_adding = insert(figures).from_select([*_CELL, *COUNTED], _sums)
_COUNT = Query(
    _adding.on_conflict_do_update(
        index_elements=_CELL, set_={name: figures.c[name] + _adding.excluded[name] for name in COUNTED}
    )
)
_answers = _taken(_said("agency"), appeals.c.days_taken).where(_in([_ANSWERED]), appeals.c.days_taken.is_not(None))
_taken_days = _answers.subquery("answers")
_of_days = [_taken_days.c[name] for name in (*_CELL, "days_taken")]
_adding_days = insert(answer_days).from_select(
    [*_CELL, "days", "answered"], select(*_of_days, cast(func.count(), Integer)).group_by(*_of_days)
)
_COUNT_DAYS = Query(
    _adding_days.on_conflict_do_update(
        index_elements=[*_CELL, "days"], set_={"answered": answer_days.c.answered + _adding_days.excluded.answered}
    )
)
_after = func.coalesce(select(counted.c.index).scalar_subquery(), literal_column("-1"))
_begun = select(cast(_after, BigInteger).label("after")).cte("begun")
_next = (
    select(leaves.c.index, leaves.c.transaction, leaves.c.entry)
    .where(leaves.c.index > select(_begun.c.after).scalar_subquery())
    .order_by(leaves.c.index)
    .limit(bindparam("limit", type_=Integer))
    .cte("next")
)
_last = select(_next).order_by(_next.c.index.desc()).limit(literal_column("1")).cte("last")
_NEXT = Query(
    select(_begun.c.after, _last.c.index.label("last"), journal.c.at)
    .select_from(_begun)
    .join(_last, literal_column("true"))
    .join(journal, and_(journal.c.transaction == _last.c.transaction, journal.c.id == _last.c.entry))
)
_OLDEST = Query(
    select(journal.c.at)
    .select_from(leaves)
    .join(journal, _sealed)
    .where(leaves.c.index == cast(_after, BigInteger) + literal_column("1"))
)
_remembering = insert(counted).values(
    {"index": bindparam("index", type_=BigInteger), "at": bindparam("at", type_=DateTime(timezone=True))}
)
_REMEMBER = Query(
    _remembering.on_conflict_do_update(
        index_elements=["one"], set_={name: _remembering.excluded[name] for name in ("index", "at")}
    )
)

"""How the figures of appeals are kept: what the sealed journal says is added up, each entry once.

An entry counts for the body that it names, and in the month in which the appeal was filed; so what a body has taken
over is always what it has ended, passed on, or still has.

An appeal counts by the end that stands. One that a complaint has sent back is open again, and one whose body satisfied
the complaint is answered: what its end before, and the days to that, had added is taken off again. An act that the body
above lets fall without sending the appeal back remains what the body did, and counts among the complaints upheld; these
are those that the body satisfied itself, and those on which the body above ruled with an outcome in `UPHELD`.
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
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import insert

from appeals.domain.appeal import Action, Status, transition
from appeals.domain.complaint import UPHELD
from appeals.domain.complaint import Action as ComplaintAction
from appeals.domain.complaint import Status as ComplaintStatus
from appeals.domain.complaint import transition as complaint_transition
from appeals.notices import COMPLAINT_KIND, KIND
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


def _of_complaint(action: ComplaintAction, status: ComplaintStatus | None) -> str:
    return complaint_transition(status, action).event


_open, _challenged, _above = Status.IN_PROGRESS, Status.UNDER_COMPLAINT, ComplaintStatus.UNDER_REVIEW
_FILED = [_event(Action.FILING, None), _event(Action.SPLIT, None)]
_FORWARDED = _event(Action.FORWARDING, _open)
_EXTENDED = _event(Action.EXTENSION, _open)
_CORRECTED = _event(Action.CORRECTING, _challenged)
_SENT_BACK = _event(Action.SENDING_BACK, _challenged)
_ANSWERED = [_event(Action.DECISION, _open), _CORRECTED]
_ENDED = {
    "answered": _ANSWERED,
    "left": [_event(Action.LEAVING, _open)],
    "refused_by_expiry": [_event(Action.EXPIRY, _open)],
}
_BY_EVENT = {"filed": [*_FILED, _FORWARDED], "withdrawn": [_event(Action.WITHDRAWAL, _open)], **_ENDED}
_COMPLAINED = _of_complaint(ComplaintAction.FILING, None)
_SATISFIED = _of_complaint(ComplaintAction.CORRECTION, ComplaintStatus.FILED)
_RULED = [_of_complaint(action, _above) for action in (ComplaintAction.RULING, ComplaintAction.SENDING_BACK)]
_ZERO: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_MINUS: ColumnElement[int] = literal_column("-1")
_span = and_(
    leaves.c.index > bindparam("after", type_=BigInteger), leaves.c.index <= bindparam("last", type_=BigInteger)
)
_sealed = and_(journal.c.transaction == leaves.c.transaction, journal.c.id == leaves.c.entry)
_periods = values(column("period", Text), name="periods").data([("month",), ("year",)])
_since = cast(
    func.date_trunc(_periods.c.period, func.timezone(literal_column("'Asia/Almaty'"), appeals.c.submitted_at)), Date
)
_CELL = ("period", "since", "agency", "kind", "synthetic")
_earlier = journal.alias("earlier")


def _word(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'")


def _in(events: Iterable[str], entry: Any = journal.c) -> ColumnElement[bool]:
    found: ColumnElement[bool] = entry.event.in_([_word(event) for event in events])
    return found


def _said(name: str, entry: Any = journal.c) -> ColumnElement[str]:
    said: ColumnElement[str] = entry.public[_word(name)].astext
    return said


def _before(*events: str) -> ColumnElement[bool]:
    """The entries about the same appeal that stand before one."""
    same = and_(_earlier.c.object_id == journal.c.object_id, _earlier.c.object_version < journal.c.object_version)
    return and_(same, _in(events, _earlier.c))


# How an appeal had ended before it was answered anew, or sent back to be.
_stood = (
    select(_earlier.c.event, _earlier.c.public)
    .where(_before(*(event for events in _ENDED.values() for event in events)))
    .order_by(_earlier.c.object_version.desc())
    .limit(_ONE)
    .lateral("stood")
)
# Once for each body, however often it did so.
_first_of_body = ~exists(
    select(_ONE).where(_before(_EXTENDED), _said("agency", _earlier.c) == _said("agency"))
).correlate(journal)


def _taken(
    agency: ColumnElement[str], *more: ColumnElement[Any], appeal: ColumnElement[Any] = journal.c.object_id
) -> Select[Any]:
    """The entries of the span that concern appeals, for the body that they name, with the cell in which they count."""
    cell = (_periods.c.period, _since.label("since"), agency.label("agency"), appeals.c.kind, appeals.c.synthetic)
    return (
        select(*cell, *more)
        .select_from(leaves)
        .join(journal, _sealed)
        .join(appeals, appeals.c.id == appeal)
        .join(_periods, literal_column("true"))
        .where(_span)
    )


def _about(kind: str) -> ColumnElement[bool]:
    return journal.c.object_kind == _word(kind)


def _adding_to(**counts: ColumnElement[int]) -> Iterable[ColumnElement[int]]:
    return (counts.get(name, _ZERO).label(name) for name in COUNTED)


def _where(condition: ColumnElement[bool], count: ColumnElement[int] = _ONE) -> ColumnElement[int]:
    return case((condition, count), else_=_ZERO)


_here = _taken(
    func.coalesce(_said("to"), _said("agency")),
    *_adding_to(
        **{name: _where(_in(events)) for name, events in _BY_EVENT.items()},
        extended=_where(and_(_in([_EXTENDED]), _first_of_body)),
    ),
).where(_about(KIND), _in([*(event for events in _BY_EVENT.values() for event in events), _EXTENDED]))
_there = _taken(_said("from"), *_adding_to(forwarded=_ONE)).where(_about(KIND), _in([_FORWARDED]))
_undone = (
    _taken(
        _said("agency"), *_adding_to(**{name: _where(_in(events, _stood.c), _MINUS) for name, events in _ENDED.items()})
    )
    .join(_stood, literal_column("true"))
    .where(_about(KIND), _in([_CORRECTED, _SENT_BACK]))
)
_upheld = or_(
    _in([_SATISFIED]), and_(_in(_RULED), _said("outcome").in_([_word(outcome) for outcome in sorted(UPHELD)]))
)
_complained = _taken(
    _said("agency"),
    *_adding_to(complaints=_where(_in([_COMPLAINED])), complaints_upheld=_where(_upheld)),
    appeal=cast(_said("appeal"), Uuid),
).where(_about(COMPLAINT_KIND), _in([_COMPLAINED, _SATISFIED, *_RULED]))
_all = union_all(_here, _there, _undone, _complained).subquery("said")
_sums = select(
    *(_all.c[name] for name in _CELL), *(cast(func.sum(_all.c[name]), Integer) for name in COUNTED)
).group_by(*(_all.c[name] for name in _CELL))
_adding = insert(figures).from_select([*_CELL, *COUNTED], _sums)
_COUNT = Query(
    _adding.on_conflict_do_update(
        index_elements=_CELL, set_={name: figures.c[name] + _adding.excluded[name] for name in COUNTED}
    )
)


def _days_of(entry: Any) -> ColumnElement[int]:
    """The days that an answer took; what older entries do not say, the appeal does."""
    return func.coalesce(cast(_said("days_taken", entry), Integer), appeals.c.days_taken).label("days")


_given = _taken(_said("agency"), _days_of(journal.c), _ONE.label("n")).where(_about(KIND), _in(_ANSWERED))
_replaced = (
    _taken(_said("agency"), _days_of(_stood.c), _MINUS.label("n"))
    .join(_stood, _in(_ANSWERED, _stood.c))
    .where(_about(KIND), _in([_CORRECTED, _SENT_BACK]))
)
_answers = union_all(_given, _replaced).subquery("answers")
_of_days = [_answers.c[name] for name in (*_CELL, "days")]
_adding_days = insert(answer_days).from_select(
    [*_CELL, "days", "answered"],
    select(*_of_days, cast(func.sum(_answers.c.n), Integer)).where(_answers.c.days.is_not(None)).group_by(*_of_days),
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

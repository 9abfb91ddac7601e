"""The figures of appeals by body, kind and month, without those that are withheld."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import Boolean, ColumnElement, Date, Text, and_, any_, bindparam, cast, func, literal_column, select
from sqlalchemy import Integer as Whole
from sqlalchemy.dialects.postgresql import ARRAY

from appeals.domain.statistics import FIGURES, PARTS, Key, quantile, withheld
from appeals.queries.keeping import Kept
from appeals.tables import answer_days, appeals, counted, expires, figures
from appeals.tables.figures import COUNTED
from servicekit.database import Query, Reading

DIMENSIONS = ("agency", "kind", "month")
_FIRST, _LAST = date(1900, 1, 1), date(9999, 12, 1)
_DECEMBER = 12
Cells: TypeAlias = dict[Key, dict[str, int]]
Days: TypeAlias = Mapping[Key, tuple[int | None, int | None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures: by what, of appeals filed in which months (their first days), also or only invented ones.

    `today` decides what is overdue.
    """

    by: tuple[str, ...]
    since: date | None
    until: date | None
    synthetic: bool | None
    today: date


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of appeals that have this in common; None for one that is withheld."""

    key: Key
    counts: Mapping[str, int | None]


async def appeal_figures(reading: Reading, asked: Asked, kept: Kept) -> list[Line]:
    """The figures by what is asked, in the order of their keys.

    Each year is protected for itself, and what is no whole year month by month; a figure over several of them is shown
    where it is shown of each. So all that is published is made of what a single year or month publishes.
    """
    overdue = await _overdue(reading, asked)
    made_of = (await _version(reading), frozenset(overdue.items()), *_what(asked))
    return await kept.answer(made_of, lambda: _figures(reading, asked, overdue))


async def days_taken(reading: Reading, asked: Asked, lines: Sequence[Line], kept: Kept) -> Days:
    """In how many working days half, and nine of ten, were answered, of each line that shows its answers."""
    shown = [line.key for line in lines if line.counts["answered"]]
    if not shown:
        return {}
    made_of = (await _version(reading), tuple(shown), *_what(asked))
    return await kept.answer(made_of, lambda: _days_taken(reading, asked, set(shown)))


async def counted_until(reading: Reading) -> datetime | None:
    """The time of the last act that is in the figures; None where there is none yet."""
    found: datetime | None = await reading.value(_COUNTED)
    return found


async def _version(reading: Reading) -> tuple[int, int] | None:
    """What has another value whenever something was counted, or all anew: what is kept of the figures is as new."""
    row = await reading.one(_VERSION)
    return None if row is None else (row["index"], row["written_by"])


def _what(asked: Asked) -> tuple[Hashable, ...]:
    return asked.by, asked.since, asked.until, asked.synthetic


async def _figures(reading: Reading, asked: Asked, overdue: Mapping[tuple[str, str, str], int]) -> list[Line]:
    summed: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
    hidden: set[tuple[Key, str]] = set()
    place = asked.by.index("month") if "month" in asked.by else -1
    for block in _blocks(asked):
        for cells in (await _tables(reading, asked, block, overdue)).values():
            wanted = {key for key in cells if not block.monthly or _within(asked, key[place])}
            whole = len(asked.by)  # of months that are added up, the last part of a key is the month
            hidden |= {(key[:whole], name) for key, name in withheld(cells) if key in wanted}
            for key in wanted:
                line = summed[key[:whole]]
                for name, value in cells[key].items():
                    line[name] += value
    return [
        Line(key, {name: None if (key, name) in hidden else value for name, value in counts.items()})
        for key, counts in sorted(summed.items())
    ]


async def _days_taken(reading: Reading, asked: Asked, shown: Collection[Key]) -> Days:
    found: dict[Key, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    place = asked.by.index("agency") if "agency" in asked.by else None
    agencies = None if place is None else sorted({key[place] for key in shown})
    for block in _blocks(asked):
        since, until = block.since, block.until
        if block.monthly:
            since, until = max(since, asked.since or _FIRST), min(until, asked.until or _LAST)
        values = {"period": block.period, "since": since, "until": until, "synthetic": asked.synthetic}
        query = _days(tuple(each for each in asked.by if each != "month"), monthly="month" in asked.by)
        for row in await reading.all(query, **values, agencies=agencies):
            key = tuple(f"{row['since']:%Y-%m}" if name == "month" else row[name] for name in asked.by)
            if key in shown:
                found[key][row["days"]] += row["answered"]
    return {key: (quantile(days, 50), quantile(days, 90)) for key, days in found.items()}


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole years, or a year whose months are looked at one by one."""

    monthly: bool
    since: date
    until: date

    @property
    def period(self) -> str:
        return "month" if self.monthly else "year"


def _blocks(asked: Asked) -> Iterator[_Block]:
    first, last = asked.since or _FIRST, asked.until or _LAST
    if "month" in asked.by:
        yield _Block(True, first.replace(month=1), last.replace(month=_DECEMBER))  # noqa: FBT003 - by month
        return
    partial = {day.year for day, whole in ((first, 1), (last, _DECEMBER)) if day.month != whole}
    years = range(first.year + (first.year in partial), last.year + (last.year not in partial))
    if years:
        yield _Block(False, date(years[0], 1, 1), date(years[-1], 1, 1))  # noqa: FBT003 - as they are
    for year in sorted(partial):
        yield _Block(True, date(year, 1, 1), date(year, _DECEMBER, 1))  # noqa: FBT003 - by month


def _within(asked: Asked, month: str) -> bool:
    day = date.fromisoformat(f"{month}-01")
    return (asked.since or _FIRST) <= day <= (asked.until or _LAST)


async def _tables(
    reading: Reading, asked: Asked, block: _Block, overdue: Mapping[tuple[str, str, str], int]
) -> dict[int, Cells]:
    """The rows of each year of a block by their keys; a block of months has the month as the last part of each."""
    dimensions = tuple(each for each in asked.by if each != "month")
    order = asked.by if "month" in asked.by else (*asked.by, *(("month",) if block.monthly else ()))
    tables: dict[int, Cells] = defaultdict(dict)
    values = {"period": block.period, "since": block.since, "until": block.until, "synthetic": asked.synthetic}
    for row in await reading.all(_counts(dimensions), **values):
        named = {**{name: row[name] for name in dimensions}, "month": f"{row['since']:%Y-%m}"}
        counts = {name: row[name] for name in COUNTED}
        ended = sum(counts[name] for name in PARTS if name != "open")
        key = tuple(named[name] for name in order)
        tables[row["since"].year][key] = {**counts, "open": counts["filed"] - ended, "overdue": 0}
    for (agency, kind, month), count in overdue.items():
        named = {"agency": agency, "kind": kind, "month": month}
        cell = tables.get(int(month[:4]), {}).get(tuple(named[name] for name in order))
        if cell is not None:
            cell["overdue"] = min(cell["open"], cell["overdue"] + count)
    return tables


async def _overdue(reading: Reading, asked: Asked) -> dict[tuple[str, str, str], int]:
    rows = await reading.all(_OVERDUE, today=asked.today, synthetic=asked.synthetic)
    return {(row["agency"], row["kind"], row["month"]): row["n"] for row in rows}


def _of(kept: Any) -> ColumnElement[bool]:
    wanted = bindparam("synthetic", type_=Boolean)
    return and_(
        kept.period == bindparam("period", type_=Text),
        kept.since.between(bindparam("since", type_=Date), bindparam("until", type_=Date)),
        wanted.is_(None) | (kept.synthetic == wanted),
    )


@lru_cache
def _counts(dimensions: tuple[str, ...]) -> Query:
    cell = (figures.c.since, *(figures.c[name] for name in dimensions))
    sums = (cast(func.sum(figures.c[name]), Whole).label(name) for name in COUNTED)
    return Query(select(*cell, *sums).where(_of(figures.c)).group_by(*cell))


@lru_cache
def _days(dimensions: tuple[str, ...], *, monthly: bool) -> Query:
    kept = answer_days.c
    cell: list[ColumnElement[Any]] = [*(kept[name] for name in dimensions), kept.days]
    if monthly:
        cell.append(kept.since)
    agencies = bindparam("agencies", type_=ARRAY(Text))
    return Query(
        select(*cell, cast(func.sum(kept.answered), Whole).label("answered"))
        .where(_of(kept), agencies.is_(None) | (kept.agency == any_(agencies)))
        .group_by(*cell)
        .having(func.sum(kept.answered) > literal_column("0"))
    )


_month = func.to_char(
    func.timezone(literal_column("'Asia/Almaty'"), appeals.c.submitted_at), literal_column("'YYYY-MM'")
).label("month")
_synthetic = bindparam("synthetic", type_=Boolean)
_OVERDUE = Query(
    select(appeals.c.agency, appeals.c.kind, _month, cast(func.count(), Whole).label("n"))
    .where(expires, appeals.c.due_on < bindparam("today", type_=Date))
    .where(_synthetic.is_(None) | (appeals.c.synthetic == _synthetic))
    .group_by(appeals.c.agency, appeals.c.kind, _month)
)
_COUNTED = Query(select(counted.c.at))
# The transaction that wrote the row, which PostgreSQL keeps with it.
_WRITTEN_BY: ColumnElement[int] = literal_column("counted.xmin::text::bigint").label("written_by")
_VERSION = Query(select(counted.c.index, _WRITTEN_BY))

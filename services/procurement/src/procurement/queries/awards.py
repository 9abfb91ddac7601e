"""Questions about awards. A page is joined from the texts that the awards carry, one statement a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Numeric,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)

from procurement.domain.award import ForeignStatus, Status
from procurement.domain.regions import Region
from procurement.domain.tender import ForeignMethod, Method
from procurement.queries.suppliers import supplied_by
from procurement.tables import awards, flagged_awards
from redflags import RULES
from servicekit.bulk import CopyOf
from servicekit.database import Query, Reading, Row
from servicekit.forms import Form
from servicekit.languages import LANGUAGES
from servicekit.permissions import NotFound

_SIMPLE: ColumnElement[str] = literal_column("'simple'::regconfig")
# Filters whose values are words of a short list.
_CLOSED: Mapping[str, frozenset[str]] = {
    "flag": frozenset(RULES),
    "method": frozenset([*Method, *ForeignMethod]),
    "region": frozenset(Region),
    "status": frozenset([*Status, *ForeignStatus]),
}


Written = tuple[tuple[str, str], ...]


class Sort(StrEnum):
    """The orders of the list; a minus is downwards."""

    NEWEST = "-awarded_at"
    LARGEST = "-amount"
    SMALLEST = "amount"


class By(StrEnum):
    """What awards are summed up by."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    ITEM = "item"
    METHOD = "method"
    REGION = "region"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Behind:
    """Where a page of the list begins: behind the award with this key, in the list's order."""

    value: datetime | int
    id: UUID


@dataclass(frozen=True, slots=True)
class AwardPage:
    """The awards of a page as JSON objects with commas between; `last` is the key of the last if more come after it."""

    items: bytes
    last: Behind | None


async def list_awards(
    reading: Reading, wanted: Mapping[str, Any], sort: Sort, *, behind: Behind | None, limit: int
) -> AwardPage:
    """A page of awards. `wanted` has a value for each condition of `_conditions` that is asked for."""
    values = dict(wanted)
    if behind is not None:
        values |= {"behind": behind.value, "behind_id": behind.id}
    written = tuple((name, str(wanted[name])) for name, words in _CLOSED.items() if wanted.get(name) in words)
    query = page_of(frozenset(wanted), written, sort, begun=behind is not None, limit=limit)
    rows = await reading.alone(query, **values)
    items = ",".join([row["as_json"] for row in rows[:limit]]).encode()
    last = rows[limit - 1] if len(rows) > limit else None
    return AwardPage(items, None if last is None else Behind(last["key"], last["id"]))


def all_awards(wanted: Mapping[str, Any], sort: Sort, form: Form, *, behind: Behind | None) -> CopyOf:
    """The awards of all pages from `behind` on, for PostgreSQL to write in a form."""
    values = dict(wanted)
    if behind is not None:
        values |= {"behind": behind.value, "behind_id": behind.id}
    return CopyOf(_whole(frozenset(wanted), sort, form, begun=behind is not None), values)


async def read_award(reading: Reading, award_id: UUID) -> tuple[bytes, int]:
    """One award as JSON, the same as in the list, and its version.

    Raises:
        NotFound: there is none.
    """
    row = await reading.one(_ONE, id=award_id)
    if row is None:
        raise NotFound
    return row["as_json"].encode(), row["version"]


async def summarise_awards(
    reading: Reading, wanted: Mapping[str, Any], by: By, *, behind: tuple[int, str, str] | None, limit: int
) -> list[Row]:
    """How many awards and of what sum in one currency, by a key, the largest sum first; one more than `limit`."""
    values = dict(wanted)
    if behind is not None:
        values |= {"behind": behind[0], "behind_key": behind[1], "behind_currency": behind[2]}
    return await reading.all(_summary(frozenset(wanted), by, begun=behind is not None), **values, limit=limit + 1)


def _key(word: str) -> ColumnElement[str]:
    """A word written into the statement; given as a parameter it would be sent each time."""
    return literal_column(f"'{word}'", Text)


def _tenge(tiyn: ColumnElement[Any]) -> ColumnElement[Any]:
    # A whole number times 0.01 has two decimals exactly.
    return type_coerce(tiyn * literal_column("0.01"), Numeric)


def _cells() -> list[ColumnElement[Any]]:
    """An award in the columns of its CSV, by the paths of `schemas.awards.Award`, in the texts that JSON has."""
    row = awards.c
    planned = case((row.allocated.is_not(None), row.currency))
    cells = {
        "id": row.id,
        "source": row.source,
        "ocid": row.ocid,
        "status": _said(row.status),
        "tender.id": row.tender_id,
        "tender.number": row.tender_number,
        "lot.id": row.lot_id,
        "lot.position": row.lot_position,
        **{f"lot.title.{language}": row.lot_title.op("->>")(_key(language)) for language in LANGUAGES},
        "item.code": _said(row.item_code),
        "item.name": _said(row.item_name),
        "quantity": row.quantity,
        "unit": row.unit,
        "method": _said(row.method),
        "region": _said(row.region),
        "buyer.scheme": row.buyer_scheme,
        "buyer.id": row.buyer,
        "buyer.name": row.buyer_name,
        "supplier.party": row.supplier,
        "supplier.scheme": row.supplier_scheme,
        "supplier.id": row.supplier_number,
        "supplier.name": row.supplier_name,
        "amount.amount": _tenge(row.amount),
        "amount.currency": row.currency,
        "allocated.amount": _tenge(row.allocated),
        "allocated.currency": planned,
        "saving.amount": _tenge(row.allocated - row.amount),
        "saving.currency": planned,
        "awarded_on": row.awarded_on,
        "complaints_until": row.complaints_until,
        "synthetic": cast(row.synthetic, Text),
    }
    return [cell.label(path) for path, cell in cells.items()]


def _said(column: ColumnElement[str]) -> ColumnElement[Any]:
    """A text that is empty where the source of an award did not say it."""
    return func.nullif(column, _key(""))


def _conditions(walked: Table) -> dict[str, ColumnElement[bool]]:
    """Every filter by its name: `since` and `before` are moments, `least` and `most` are in tiyn."""
    return {
        **supplied_by(awards.c.supplier),
        **{name: column == bindparam(name) for name, column in _SAME.items()},
        "since": walked.c.awarded_at >= bindparam("since"),
        "before": walked.c.awarded_at < bindparam("before"),
        "least": walked.c.amount >= bindparam("least"),
        "most": walked.c.amount <= bindparam("most"),
        "q": awards.c.words.op("@@")(func.plainto_tsquery(_SIMPLE, bindparam("q", type_=Text))),
    }


_RANGES = {
    ("since", "before"): tuple(bindparam(name, type_=awards.c.awarded_at.type) for name in ("since", "before")),
    ("least", "most"): tuple(bindparam(name, type_=awards.c.amount.type) for name in ("least", "most")),
}


def meets(given: frozenset[str], written: Written = ()) -> list[ColumnElement[bool]]:
    """The conditions that an award meets, by the names of the filters; of those `written`, the words are known."""
    conditions = _conditions(_walked(given)) | {name: _SAME[name] == _key(word) for name, word in written}
    # Of what cannot be, nothing is looked at: without a column, PostgreSQL asks this once, before all rows.
    possible = [one <= other for (low, high), (one, other) in _RANGES.items() if {low, high} <= given]
    joined = [flagged_awards.c.award_id == awards.c.id] if "flag" in given else []
    return [*(conditions[name] for name in sorted(given)), *joined, *possible]


def _walked(given: frozenset[str]) -> Table:
    """The table whose order a list has: that of which awards a rule stands, if it knows all that is asked.

    With other filters it is joined, and the planner begins with it where the rule is the rarest of them.
    """
    return flagged_awards if "flag" in given and given <= _KEPT else awards


@lru_cache(maxsize=1024)
def page_of(given: frozenset[str], written: Written, sort: Sort, *, begun: bool, limit: int) -> Query:
    """The statement for a page of so many awards and one more, compiled when it first occurs.

    Words of short lists and the limit are written into it: the planner then knows how rare they are, and what has no
    parameter is planned once.
    """
    shown = select(_column(given, sort).label("key"), awards.c.id, awards.c.as_json)
    return Query(_sorted(shown, given, sort, begun=begun, written=written).limit(literal_column(str(limit + 1))))


@lru_cache(maxsize=512)
def _whole(given: frozenset[str], sort: Sort, form: Form, *, begun: bool) -> Query:
    """All rows behind a key, as cells or each as the JSON that it is in a page."""
    shown = select(*_cells()) if form is Form.CSV else select(awards.c.as_json)
    return Query(_sorted(shown, given, sort, begun=begun))


def _sorted(
    statement: Select[Any], given: frozenset[str], sort: Sort, *, begun: bool, written: Written = ()
) -> Select[Any]:
    column = _column(given, sort)
    unique = flagged_awards.c.award_id if column.table is flagged_awards else awards.c.id
    statement = statement.where(*meets(given, written))
    if begun:
        behind = func.row(bindparam("behind", type_=column.type), bindparam("behind_id", type_=Uuid))
        key = func.row(column, unique)
        statement = statement.where(key > behind if sort is Sort.SMALLEST else key < behind)
    order = [column, unique] if sort is Sort.SMALLEST else [column.desc(), unique.desc()]
    return statement.order_by(*order)


def _column(given: frozenset[str], sort: Sort) -> Column[Any]:
    return _walked(given).c["awarded_at" if sort is Sort.NEWEST else "amount"]


_SAME: Mapping[str, Column[Any]] = {
    **{name: awards.c[name] for name in ("buyer", "method", "region", "status", "source", "ocid", "currency")},
    "item": awards.c.item_code,
    "flag": flagged_awards.c.rule,
}
_KEPT = frozenset({"flag", *(name for names in _RANGES for name in names)})
_NO_NAME: ColumnElement[Any] = literal_column("NULL", Text)
_MONTH = func.to_char(awards.c.awarded_on, _key("YYYY-MM"))
_KEYS: dict[By, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    By.BUYER: (awards.c.buyer, func.max(awards.c.buyer_name)),
    By.SUPPLIER: (cast(awards.c.supplier, Text), func.max(awards.c.supplier_name)),
    By.ITEM: (awards.c.item_code, func.max(awards.c.item_name)),
    By.METHOD: (awards.c.method, _NO_NAME),
    By.REGION: (awards.c.region, _NO_NAME),
    By.MONTH: (_MONTH, _NO_NAME),
}


@lru_cache(maxsize=512)
def _summary(given: frozenset[str], by: By, *, begun: bool) -> Query:
    key, name = _KEYS[by]
    group = {By.SUPPLIER: awards.c.supplier, By.MONTH: _MONTH}.get(by, key)
    summed = (
        select(
            key.label("key"),
            name.label("name"),
            awards.c.currency,
            func.count().label("count"),
            cast(func.sum(awards.c.amount), BigInteger).label("total"),
            cast(func.sum(awards.c.allocated), BigInteger).label("allocated"),
        )
        .where(*meets(given))
        .group_by(group, awards.c.currency)
        .subquery("summed")
    )
    statement = select(summed)
    if begun:
        texts = (bindparam("behind_key", type_=Text), bindparam("behind_currency", type_=Text))
        behind = func.row(bindparam("behind", type_=BigInteger), *texts)
        statement = statement.where(func.row(summed.c.total, summed.c.key, summed.c.currency) < behind)
    order = (summed.c.total.desc(), summed.c.key.desc(), summed.c.currency.desc())
    return Query(statement.order_by(*order).limit(bindparam("limit", type_=Integer)))


_ONE = Query(select(awards.c.as_json, awards.c.version).where(awards.c.id == bindparam("id")))

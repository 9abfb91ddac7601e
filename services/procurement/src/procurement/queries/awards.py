"""Questions about awards. Their pages come out of PostgreSQL as the bytes of their JSON, one statement a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Integer,
    Numeric,
    Select,
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
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from procurement.queries.flags import flagged
from procurement.queries.suppliers import supplied_by
from procurement.tables import awards
from servicekit.bulk import CopyOf
from servicekit.database import Query, Reading, Row
from servicekit.forms import Form
from servicekit.languages import LANGUAGES
from servicekit.permissions import NotFound

# Members of a JSON object: others, columns, and words that are always the same.
_Members: TypeAlias = dict[str, Any]
# Columns of words that the database holds to a list, in which nothing has to be escaped.
_WORDS = {"status", "method", "currency"}


@dataclass(frozen=True, slots=True)
class _Known:
    """Members that are shown where a column has a value; else the object is null, as of an award that was imported."""

    column: ColumnElement[Any]
    members: _Members


@dataclass(frozen=True, slots=True)
class _Said:
    """A text that is empty where the source of an award did not say it, and then shown as null."""

    column: ColumnElement[str]


_SIMPLE: ColumnElement[str] = literal_column("'simple'::regconfig")
_UTF8: ColumnElement[str] = literal_column("'UTF8'")
_MOST: ColumnElement[int] = literal_column("1001")  # a page of a thousand, and the one that says that more come


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
    query = _listing(frozenset(wanted), sort, begun=behind is not None)
    row = await reading.alone(query, **values, limit=limit, one_more=limit + 1)
    assert row is not None  # noqa: S101 - an aggregate always has a row
    more = row["found"] > limit
    return AwardPage(row["items"] or b"", Behind(row["last_value"], UUID(row["last_id"])) if more else None)


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
    return row["item"], row["version"]


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


def _money(column: ColumnElement[Any], currency: ColumnElement[str]) -> _Members:
    # A whole number times 0.01 has two decimals exactly.
    return {"amount": type_coerce(column * literal_column("0.01"), Numeric), "currency": currency}


def _shown(row: Any) -> _Members:
    """An award as the public sees it: the shape is `schemas.awards.Award`."""
    return {
        "id": row.id,
        "source": row.source,
        "ocid": row.ocid,
        "status": _Said(row.status),
        "tender": _Known(row.tender_id, {"id": row.tender_id, "number": row.tender_number}),
        "lot": _Known(row.lot_id, {"id": row.lot_id, "position": row.lot_position, "title": row.lot_title}),
        "item": {"code": _Said(row.item_code), "name": _Said(row.item_name)},
        "quantity": row.quantity,
        "unit": row.unit,
        "method": _Said(row.method),
        "region": _Said(row.region),
        "buyer": {"scheme": row.buyer_scheme, "id": row.buyer, "name": row.buyer_name},
        "supplier": {
            "party": row.supplier,
            "scheme": row.supplier_scheme,
            "id": row.supplier_number,
            "name": row.supplier_name,
        },
        "amount": _money(row.amount, row.currency),
        "allocated": _Known(row.allocated, _money(row.allocated, row.currency)),
        "saving": _Known(row.allocated, _money(row.allocated - row.amount, row.currency)),
        "awarded_on": row.awarded_on,
        "complaints_until": row.complaints_until,
        "synthetic": row.synthetic,
    }


def _object(members: _Members) -> ColumnElement[Any]:
    """A JSON object of these members, as a text: put together at once, which costs a fraction of PostgreSQL's own."""
    joined: list[ColumnElement[Any]] = []
    text = ""
    for piece in _pieces(members):
        if isinstance(piece, str):
            text += piece
        else:
            joined += (_key(text), piece)
            text = ""
    return func.concat(*joined, _key(text), type_=Text)


def _pieces(members: _Members) -> Iterator[Any]:
    """The object's text in pieces, and the columns between them."""
    for n, (name, each) in enumerate(members.items()):
        yield f'{"," if n else "{"}"{name}":'
        if isinstance(each, dict):
            yield from _pieces(each)
        elif isinstance(each, _Known):
            yield case((each.column.is_not(None), _object(each.members)), else_=_key("null"))
        elif isinstance(each, _Said):
            shown = func.concat(*_value(each.column)) if each.column.key in _WORDS else func.to_json(each.column)
            yield case((each.column == _key(""), _key("null")), else_=cast(shown, Text))
        elif isinstance(each, str):
            yield f'"{each}"'
        else:
            yield from _value(each)
    yield "}"


def _value(column: ColumnElement[Any]) -> Iterator[Any]:
    if isinstance(column.type, Integer | BigInteger | JSONB):
        yield column
    elif isinstance(column.type, Boolean):
        yield cast(column, Text)
    elif getattr(column, "nullable", False):
        yield func.coalesce(cast(func.to_json(cast(column, Text)), Text), _key("null"))
    elif isinstance(column.type, Text) and column.key not in _WORDS:
        yield func.to_json(column)
    else:  # a decimal is a text too, so that nobody rounds it
        yield from ('"', column, '"')


def _cells(members: _Members, path: str = "") -> Iterator[ColumnElement[Any]]:
    """The values of these members, each with its path for a name, in the texts that JSON has."""
    for name, each in members.items():
        place = f"{path}{name}"
        if isinstance(each, dict):
            yield from _cells(each, f"{place}.")
        elif isinstance(each, _Known):
            for cell in _cells(each.members, f"{place}."):
                yield case((each.column.is_not(None), cell.element)).label(cell.name)
        elif isinstance(each, _Said):
            yield func.nullif(each.column, _key("")).label(place)
        elif isinstance(each, str):
            yield _key(each).label(place)
        elif isinstance(each.type, JSONB):
            yield from (each.op("->>")(_key(language)).label(f"{place}.{language}") for language in LANGUAGES)
        else:
            yield (cast(each, Text) if isinstance(each.type, Boolean) else each).label(place)


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Every filter by its name: `since` and `before` are moments, `least` and `most` are in tiyn."""
    table = awards.c
    return {
        **supplied_by(table.supplier),
        **{name: table[name] == bindparam(name) for name in _SAME},
        "item": table.item_code == bindparam("item"),
        "flag": flagged(),
        "since": table.awarded_at >= bindparam("since"),
        "before": table.awarded_at < bindparam("before"),
        "least": table.amount >= bindparam("least"),
        "most": table.amount <= bindparam("most"),
        "q": table.words.op("@@")(func.plainto_tsquery(_SIMPLE, bindparam("q", type_=Text))),
    }


_RANGES = {
    ("since", "before"): tuple(bindparam(name, type_=awards.c.awarded_at.type) for name in ("since", "before")),
    ("least", "most"): tuple(bindparam(name, type_=awards.c.amount.type) for name in ("least", "most")),
}


def meets(given: frozenset[str]) -> list[ColumnElement[bool]]:
    """The conditions that an award meets, by the names of the filters."""
    conditions = _conditions()
    # Of what cannot be, nothing is looked at: without a column, PostgreSQL asks this once, before all rows.
    possible = [one <= other for (low, high), (one, other) in _RANGES.items() if {low, high} <= given]
    return [*(conditions[name] for name in sorted(given)), *possible]


@lru_cache(maxsize=512)
def _listing(given: frozenset[str], sort: Sort, *, begun: bool) -> Query:
    """The statement for one combination of filters and one order, compiled when it first occurs."""
    page = _page(given, sort, begun=begun).subquery("page")
    key = page.c[_column(sort).name]
    order = [key, page.c.id] if sort is Sort.SMALLEST else [key.desc(), page.c.id.desc()]
    place = func.row_number().over(order_by=order)
    placed = select(place.label("place"), key.label("key"), page.c.id, _object(_shown(page.c)).label("item")).subquery(
        "placed"
    )
    limit = bindparam("limit", type_=BigInteger)
    joined = func.string_agg(placed.c.item, aggregate_order_by(_key(","), placed.c.place))
    shown = joined.filter(placed.c.place <= limit)
    is_last = placed.c.place == limit
    return Query(
        select(
            func.count().label("found"),
            func.convert_to(shown, _UTF8).label("items"),
            func.max(placed.c.key).filter(is_last).label("last_value"),
            func.max(cast(placed.c.id, Text)).filter(is_last).label("last_id"),
        ).select_from(placed)
    )


def _page(given: frozenset[str], sort: Sort, *, begun: bool) -> Select[Any]:
    # The planner must know that it is a page: with a parameter alone it plans anew each time, at double the cost.
    most = _sorted(select(awards), given, sort, begun=begun).limit(_MOST).subquery("most")
    sorted_by = [most.c[_column(sort).name], most.c.id]
    outer = sorted_by if sort is Sort.SMALLEST else [each.desc() for each in sorted_by]
    return select(most).order_by(*outer).limit(bindparam("one_more", type_=Integer))


@lru_cache(maxsize=512)
def _whole(given: frozenset[str], sort: Sort, form: Form, *, begun: bool) -> Query:
    """All rows behind a key, as cells or each as the JSON that it is in a page."""
    members = _shown(awards.c)
    shown = select(*_cells(members)) if form is Form.CSV else select(_object(members))
    return Query(_sorted(shown, given, sort, begun=begun))


def _sorted(statement: Select[Any], given: frozenset[str], sort: Sort, *, begun: bool) -> Select[Any]:
    column = _column(sort)
    statement = statement.where(*meets(given))
    if begun:
        key = func.row(column, awards.c.id)
        behind = func.row(bindparam("behind", type_=column.type), bindparam("behind_id", type_=Uuid))
        statement = statement.where(key > behind if sort is Sort.SMALLEST else key < behind)
    order = [column, awards.c.id] if sort is Sort.SMALLEST else [column.desc(), awards.c.id.desc()]
    return statement.order_by(*order)


def _column(sort: Sort) -> Column[Any]:
    return awards.c.awarded_at if sort is Sort.NEWEST else awards.c.amount


_SAME = ("buyer", "method", "region", "status", "source", "ocid", "currency")
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


_ONE = Query(
    select(func.convert_to(_object(_shown(awards.c)), _UTF8).label("item"), awards.c.version).where(
        awards.c.id == bindparam("id")
    )
)

"""What peers paid for a unit, asked of PostgreSQL for many awards at once, as `redflags.prices` defines it."""

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    Float,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from procurement.tables import awards, price_checks
from redflags.prices import (
    GROUP_PREFIX,
    MICRO_IN_TIYN,
    Norm,
    Parameters,
    Rung,
    deflation,
    first_day,
    quarter,
    window,
)
from servicekit.database import Query, Reading, Row, Writing

# A statement reads the peers of all its groups, eight times as many as there are awards of a quarter: few groups, and
# all of their awards, are a statement that stays short whatever waits.
_GROUPS_AT_ONCE = 2
_LOOKED_AT = 500


class Group(NamedTuple):
    """Awards that are compared together: those of some groups of items (`codes`) in the quarter of a day.

    Their peers are all of these groups, and of one window.
    """

    codes: list[str]
    day: date


async def group_due(reading: Reading, parameters: Parameters) -> Group | None:
    """Some groups in which awards wait for their comparison under these parameters, or None."""
    for query in _DUE:
        rows = await reading.all(query, parameters=parameters.hash)
        if rows:
            day = rows[0]["awarded_on"]
            codes = dict.fromkeys(row["code"] for row in rows if quarter(row["awarded_on"]) == quarter(day))
            return Group(list(codes)[:_GROUPS_AT_ONCE], day)
    return None


async def awards_due(writing: Writing, group: Group, parameters: Parameters, *, limit: int) -> list[Row]:
    """The awards of a group that wait: the id, the code of the item, unit, amount and quantity of each.

    They stay as they are until the transaction ends, so that what is summed up is what was compared; those that
    somebody changes just now wait for the next turn.
    """
    own = quarter(group.day)
    days = {"since": first_day(own), "before": first_day(own + 1)}
    return await writing.all(_WAITING, codes=group.codes, parameters=parameters.hash, limit=limit, **days)


async def norms_of(
    reading: Reading, ids: list[UUID], group: Group, rung: Rung, parameters: Parameters
) -> dict[UUID, tuple[int, Norm | None]]:
    """How many peers these awards of a group have on a rung, and the norm of those that have enough.

    An award without any is not in the answer.
    """
    values = _values(ids, group, parameters)
    query = _norms(rung, parameters.percents, deflated="factors" in values)
    rows = await reading.all(query, **values, fewest=parameters.fewest_peers)
    return {row["id"]: (row["n"], _norm(row)) for row in rows}


async def list_peers(
    reading: Reading, award: UUID, group: Group, rung: Rung, parameters: Parameters, *, limit: int
) -> list[Row]:
    """The newest peers of an award on a rung: id, awarded_on, buyer, buyer_name, and price in the award's terms."""
    values = _values([award], group, parameters)
    return await reading.all(_newest(rung, deflated="factors" in values), **values, limit=limit)


async def count_prices(
    reading: Reading, award: UUID, group: Group, rung: Rung, parameters: Parameters, *, bounds: list[int]
) -> dict[int, int]:
    """How many peers of an award paid from each bound on, by the bound's number from 1; 0 is below the first."""
    values = _values([award], group, parameters)
    rows = await reading.all(_counts(rung, deflated="factors" in values), **values, bounds=bounds)
    return {row["bin"]: row["count"] for row in rows}


def _values(ids: list[UUID], group: Group, parameters: Parameters) -> dict[str, Any]:
    since, before = window(group.day, parameters)
    values: dict[str, Any] = {"ids": ids, "codes": group.codes, "since": since, "before": before}
    factors = deflation(quarter(group.day), parameters)
    if factors is not None:
        rows = [{"quarter": number, "multiplied": m, "divided": d} for number, (m, d) in factors.items()]
        values["factors"] = rows
    return values


def _norm(row: Row) -> Norm | None:
    if row["spread"] is None:
        return None
    low, median, reference, high = (int(each) for each in row["quantiles"])
    return Norm(row["n"], low, median, reference, high, row["spread"])


def _number(value: float) -> ColumnElement[Any]:
    """A number written into the statement; given as a parameter it would be sent each time."""
    return literal_column(str(value))


def _part(name: str) -> ColumnElement[int]:
    return cast(func.date_part(literal_column(f"'{name}'"), awards.c.awarded_on), Integer)


_PLAIN_CODE: ColumnElement[str] = func.translate(awards.c.item_code, literal_column("'.-'"), literal_column("''"))


def code_prefix(length: int | None) -> ColumnElement[str]:
    """So many characters of an award's plain code, or all of them."""
    return _PLAIN_CODE if length is None else func.left(_PLAIN_CODE, _number(length))


IN_TENGE = awards.c.currency == literal_column("'KZT'")
_group = code_prefix(GROUP_PREFIX)
_PRICE: ColumnElement[Any] = func.div(cast(awards.c.amount, Numeric) * _number(MICRO_IN_TIYN), awards.c.quantity)
_QUARTER: ColumnElement[int] = _part("year") * _number(4) + _part("quarter") - _number(1)
_IN_TIME = and_(
    awards.c.awarded_on >= bindparam("since", type_=Date), awards.c.awarded_on < bindparam("before", type_=Date)
)


def _wanted(rung: Rung) -> CTE:
    """The awards whose peers are asked for, with what makes others their peers."""
    statement = select(
        awards.c.id, code_prefix(rung.prefix).label("class"), awards.c.unit, awards.c.region, awards.c.synthetic
    )
    return statement.where(awards.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))).cte("wanted")


def _keys(rung: Rung) -> tuple[str, ...]:
    return ("class", "unit", "synthetic", *(["region"] if rung.region else []))


def _peers(rung: Rung, wanted: CTE, *, deflated: bool) -> CTE:
    """Everybody's peers, each once for a class of them: its keys, and of each peer its id and its price."""
    classes = select(*(wanted.c[key] for key in _keys(rung))).distinct().subquery("classes")
    here = {"class": code_prefix(rung.prefix)} | {key: awards.c[key] for key in _keys(rung) if key != "class"}
    price = _PRICE
    source = awards.join(classes, and_(*(here[key] == classes.c[key] for key in _keys(rung))))
    if deflated:
        columns = [column("quarter", Integer), column("multiplied", Numeric), column("divided", Numeric)]
        sent = func.jsonb_to_recordset(cast(bindparam("factors", type_=JSONB), JSONB)).table_valued(*columns)
        factors = sent.render_derived(name="factors", with_types=True)
        source = source.join(factors, factors.c.quarter == _QUARTER)
        price = func.div(_PRICE * factors.c.multiplied, factors.c.divided)
    found = (
        select(*(classes.c[key] for key in _keys(rung)), awards.c.id, price.label("price"))
        .select_from(source)
        .where(
            _group == any_(bindparam("codes", type_=ARRAY(Text))),
            _IN_TIME,
            awards.c.status != literal_column("'cancelled'"),
            IN_TENGE,
        )
        .where(awards.c.quantity > _number(0), awards.c.amount > _number(0))
        .subquery("found")
    )
    return select(found).where(found.c.price > _number(0)).cte("peers")


@lru_cache(maxsize=64)
def _norms(rung: Rung, percents: tuple[int, ...], *, deflated: bool) -> Query:
    wanted = _wanted(rung)
    peers = _peers(rung, wanted, deflated=deflated)
    keys = _keys(rung)
    parts: ColumnElement[Any] = literal_column(
        "ARRAY[" + ", ".join(f"{percent / 100}" for percent in percents) + "]::float8[]"
    )
    counted = (
        select(
            *(peers.c[key] for key in keys),
            func.count().label("n"),
            type_coerce(func.percentile_disc(parts).within_group(peers.c.price), ARRAY(Numeric)).label("quantiles"),
        )
        .group_by(*(peers.c[key] for key in keys))
        .cte("counted")
    )
    median = counted.c.quantiles[_number(2)]
    deviation = func.abs(_ln(peers.c.price) - _ln(median))
    spreads = (
        select(
            *(counted.c[key] for key in keys),
            func.percentile_disc(_number(0.5)).within_group(deviation).label("spread"),
        )
        .select_from(peers.join(counted, _same(peers, counted, keys)))
        .where(counted.c.n >= bindparam("fewest", type_=Integer))
        .group_by(*(counted.c[key] for key in keys))
        .cte("spreads")
    )
    statement: Select[Any] = select(wanted.c.id, counted.c.n, counted.c.quantiles, spreads.c.spread).select_from(
        wanted.join(counted, _same(wanted, counted, keys)).outerjoin(spreads, _same(wanted, spreads, keys))
    )
    return Query(statement)


def _ln(value: ColumnElement[Any]) -> ColumnElement[float]:
    return func.ln(cast(value, Float(53)))


def _same(one: CTE, other: CTE, keys: tuple[str, ...]) -> ColumnElement[bool]:
    return and_(*(one.c[key] == other.c[key] for key in keys))


@lru_cache(maxsize=64)
def _newest(rung: Rung, *, deflated: bool) -> Query:
    peers = _peers(rung, _wanted(rung), deflated=deflated)
    shown = (awards.c.id, awards.c.awarded_on, awards.c.buyer, awards.c.buyer_name, peers.c.price)
    statement = select(*shown).join(peers, peers.c.id == awards.c.id)
    order = (awards.c.awarded_at.desc(), awards.c.id.desc())
    return Query(statement.order_by(*order).limit(bindparam("limit", type_=Integer)))


@lru_cache(maxsize=64)
def _counts(rung: Rung, *, deflated: bool) -> Query:
    peers = _peers(rung, _wanted(rung), deflated=deflated)
    place = func.width_bucket(peers.c.price, bindparam("bounds", type_=ARRAY(Numeric))).label("bin")
    return Query(select(place, func.count().label("count")).group_by(place))


_other_than = bindparam("parameters", type_=Text)


def _due(condition: ColumnElement[bool]) -> Query:
    first = (
        select(price_checks.c.award_id)
        .where(condition)
        .order_by(price_checks.c.parameters, price_checks.c.award_id)
        .limit(_number(_LOOKED_AT))
        .subquery("first")
    )
    statement = select(_group.label("code"), awards.c.awarded_on).join(first, first.c.award_id == awards.c.id)
    return Query(statement.order_by(awards.c.id))


_DUE = (_due(price_checks.c.parameters < _other_than), _due(price_checks.c.parameters > _other_than))
_WAITING = Query(
    select(
        awards.c.id,
        awards.c.item_code,
        case((IN_TENGE, awards.c.unit)).label("unit"),  # other money has no peers
        awards.c.amount,
        awards.c.quantity,
    )
    .join(price_checks, price_checks.c.award_id == awards.c.id)
    .where(_group == any_(bindparam("codes", type_=ARRAY(Text))), _IN_TIME, price_checks.c.parameters != _other_than)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(read=True, of=awards, skip_locked=True)
)

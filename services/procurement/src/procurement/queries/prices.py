"""Questions about prices: how an award's stands beside others', and what was paid above them, summed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, Text, bindparam, cast, func, literal_column, select

from procurement.domain.distribution import bounds_for
from procurement.queries.awards import meets
from procurement.queries.peers import Group, code_prefix, count_prices, list_peers
from procurement.tables import awards, price_checks, price_sums
from redflags.prices import GROUP_PREFIX, Parameters, Rung
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound
from statute.deadlines import local


class By(StrEnum):
    """What overstatement is summed up by."""

    CLASS = "class"
    BUYER = "buyer"
    REGION = "region"
    YEAR = "year"
    ITEM = "item"


@dataclass(frozen=True)
class Beside:
    """The price of an award beside its peers.

    `row` is what was put down of it, `rung` the one on which the peers are, None where there are none, `peers` the
    newest of them, and `counts` how many paid from each of the `bounds` on, by the bound's number from 1; 0 is below.
    """

    row: Row
    rung: Rung | None = None
    peers: Sequence[Row] = ()
    bounds: Sequence[int] = ()
    counts: Mapping[int, int] = field(default_factory=dict)


async def read_price(reading: Reading, award_id: UUID, parameters: Parameters, *, most_peers: int) -> Beside:
    """How the price of an award stands beside what its peers paid.

    Raises:
        NotFound: there is no such award.
    """
    row = await reading.one(_ONE, id=award_id)
    if row is None:
        raise NotFound
    rung = next((each for each in parameters.ladder if each.name == row["rung"]), None)
    if rung is None or row["parameters"] != parameters.hash:
        return Beside(row)
    group = Group([row["code"]], row["awarded_on"])
    peers = await list_peers(reading, award_id, group, rung, parameters, limit=most_peers)
    if row["median"] is None:
        return Beside(row, rung, peers)
    bounds = bounds_for(int(row["low"]), int(row["high"]), int(row["unit_price"]))
    counts = await count_prices(reading, award_id, group, rung, parameters, bounds=bounds)
    return Beside(row, rung, peers, bounds, counts)


async def sum_overstatement(
    reading: Reading, wanted: Mapping[str, Any], by: By, *, behind: tuple[int, str] | None, limit: int
) -> list[Row]:
    """What compared awards cost above their peers, by a key, the most first; one line more than `limit`.

    Cancelled awards are not counted. Each award has one key, so the lines add up to the same whole by every key. The
    name of a body or an item is the one by which it was awarded last.
    """
    kept = _kept_filters(wanted, by)
    values = dict(wanted if kept is None else kept)
    query = _summary(frozenset(values), by, begun=behind is not None, kept=kept is not None)
    if behind is not None:
        values |= {"behind": behind[0], "behind_key": behind[1]}
    return await reading.all(query, **values, limit=limit + 1)


def _kept_filters(wanted: Mapping[str, Any], by: By) -> dict[str, str] | None:
    """The filters as the kept sums have them; None if they ask for what is not kept.

    Sums are kept by whole years, and those by item of all buyers and regions together.
    """
    known = _YEARS.keys() if by is By.ITEM else {"buyer", "region", *_YEARS}
    if not wanted.keys() <= known:
        return None
    found: dict[str, str] = {}
    for name, value in wanted.items():
        if name in _YEARS:
            begins = local(value)
            if begins != begins.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0):
                return None
            found[_YEARS[name]] = f"{begins.year:04}"
        else:
            found[name] = value
    return found


# Days that begin a year, as the kept sums have them.
_YEARS = {"since": "first_year", "before": "year_behind"}
_AWARD_KEYS: dict[By, ColumnElement[Any]] = {
    By.CLASS: price_checks.c.item_class,
    By.BUYER: awards.c.buyer,
    By.REGION: awards.c.region,
    By.YEAR: func.to_char(awards.c.awarded_on, literal_column("'YYYY'")),
    By.ITEM: awards.c.item_code,
}
_KEPT_KEYS = {
    By.CLASS: price_sums.c.item_class,
    By.BUYER: price_sums.c.key,
    By.REGION: price_sums.c.region,
    By.YEAR: price_sums.c.year,
    By.ITEM: price_sums.c.key,
}
_KEPT_CONDITIONS = {
    "buyer": price_sums.c.key == bindparam("buyer"),
    "region": price_sums.c.region == bindparam("region"),
    "first_year": price_sums.c.year >= bindparam("first_year"),
    "year_behind": price_sums.c.year < bindparam("year_behind"),
}
_NAMES = {By.BUYER: (awards.c.buyer, awards.c.buyer_name), By.ITEM: (awards.c.item_code, awards.c.item_name)}


@lru_cache(maxsize=512)
def _summary(given: frozenset[str], by: By, *, begun: bool, kept: bool) -> Query:
    summed = (_summed_before(given, by) if kept else _summed_now(given, by)).subquery("summed")
    lines = select(summed)
    if begun:
        behind = func.row(bindparam("behind", type_=BigInteger), bindparam("behind_key", type_=Text))
        lines = lines.where(func.row(summed.c.overstatement, summed.c.key) < behind)
    order = (summed.c.overstatement.desc(), summed.c.key.desc())
    page = lines.order_by(*order).limit(bindparam("limit", type_=Integer)).subquery("page")
    return Query(select(page, _name(by, page.c.key)).order_by(page.c.overstatement.desc(), page.c.key.desc()))


def _summed_now(given: frozenset[str], by: By) -> Select[Any]:
    """The sums of the awards themselves."""
    key = _AWARD_KEYS[by]
    priced = price_checks.c.overstatement.is_not(None)
    columns = (
        func.count().label("count"),
        func.count().filter(priced).label("priced"),
        func.count().filter(price_checks.c.overstatement > literal_column("0")).label("above"),
        _whole(func.sum(awards.c.amount).filter(priced)).label("total"),
        _whole(func.sum(price_checks.c.overstatement)).label("overstatement"),
    )
    statement = select(key.label("key"), *columns).join(price_checks, price_checks.c.award_id == awards.c.id)
    counted = (price_checks.c.state != literal_column("'waiting'"), awards.c.status != literal_column("'cancelled'"))
    return statement.where(*counted, *meets(given)).group_by(key)


def _summed_before(given: frozenset[str], by: By) -> Select[Any]:
    """The same of the sums that are kept."""
    key = _KEPT_KEYS[by]
    names = {"count": "compared"} | {name: name for name in ("priced", "above", "total", "overstatement")}
    columns = (_whole(func.sum(price_sums.c[kept])).label(name) for name, kept in names.items())
    grain: ColumnElement[str] = literal_column("'item'" if by is By.ITEM else "'buyer'")
    statement = select(key.label("key"), *columns).where(price_sums.c.grain == grain)
    conditions = (_KEPT_CONDITIONS[name] for name in sorted(given))
    return statement.where(*conditions).group_by(key).having(func.sum(price_sums.c.compared) > literal_column("0"))


def _name(by: By, key: ColumnElement[str]) -> ColumnElement[Any]:
    """What the key of a line was called last."""
    if by not in _NAMES:
        return literal_column("NULL", Text).label("name")
    code, name = _NAMES[by]
    last = select(name).where(code == key).order_by(awards.c.awarded_at.desc(), awards.c.id.desc())
    return last.limit(literal_column("1")).scalar_subquery().label("name")


def _whole(total: ColumnElement[Any]) -> ColumnElement[int]:
    return func.coalesce(cast(total, BigInteger), literal_column("0"))


_SHOWN = ("item_code", "item_name", "unit", "quantity", "region", "amount", "currency", "awarded_on", "synthetic")
_ONE = Query(
    select(
        *price_checks.c,
        *(awards.c[name] for name in _SHOWN),
        code_prefix(GROUP_PREFIX).label("code"),
        code_prefix(None).label("plain_code"),
    )
    .join(awards, awards.c.id == price_checks.c.award_id)
    .where(price_checks.c.award_id == bindparam("id"))
)

"""Questions about prices: how an award's stands beside others', and what was paid above them, summed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, bindparam, cast, func, literal_column, select

from procurement.domain.distribution import bounds_for
from procurement.queries.awards import meets
from procurement.queries.peers import Group, code_prefix, count_prices, list_peers
from procurement.tables import awards, price_checks
from redflags.prices import GROUP_PREFIX, Parameters, Rung
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound


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

    Cancelled awards are not counted. Each award has one key, so the lines add up to the same whole by every key.
    """
    values = dict(wanted)
    if behind is not None:
        values |= {"behind": behind[0], "behind_key": behind[1]}
    return await reading.all(_summary(frozenset(wanted), by, begun=behind is not None), **values, limit=limit + 1)


_NO_NAME: ColumnElement[Any] = literal_column("NULL", Text)
_KEYS: dict[By, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
    By.CLASS: (price_checks.c.item_class, _NO_NAME),
    By.BUYER: (awards.c.buyer, func.max(awards.c.buyer_name)),
    By.REGION: (awards.c.region, _NO_NAME),
    By.YEAR: (func.to_char(awards.c.awarded_on, literal_column("'YYYY'")), _NO_NAME),
    By.ITEM: (awards.c.item_code, func.max(awards.c.item_name)),
}


@lru_cache(maxsize=512)
def _summary(given: frozenset[str], by: By, *, begun: bool) -> Query:
    key, name = _KEYS[by]
    priced = price_checks.c.overstatement.is_not(None)
    summed = (
        select(
            key.label("key"),
            name.label("name"),
            func.count().label("count"),
            func.count().filter(priced).label("priced"),
            func.count().filter(price_checks.c.overstatement > literal_column("0")).label("above"),
            _sum(awards.c.amount, priced).label("total"),
            _sum(price_checks.c.overstatement, priced).label("overstatement"),
        )
        .join(price_checks, price_checks.c.award_id == awards.c.id)
        .where(price_checks.c.state != literal_column("'waiting'"), awards.c.status != literal_column("'cancelled'"))
        .where(*meets(given))
        .group_by(key)
        .subquery("summed")
    )
    statement = select(summed)
    if begun:
        behind = func.row(bindparam("behind", type_=BigInteger), bindparam("behind_key", type_=Text))
        statement = statement.where(func.row(summed.c.overstatement, summed.c.key) < behind)
    order = (summed.c.overstatement.desc(), summed.c.key.desc())
    return Query(statement.order_by(*order).limit(bindparam("limit", type_=Integer)))


def _sum(column: ColumnElement[int], condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(cast(func.sum(column).filter(condition), BigInteger), literal_column("0"))


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

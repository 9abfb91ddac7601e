"""The data behind pictures: sums by month and method, shares of suppliers, and the steps of one contract."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Numeric,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
)

from procurement.queries.awards import meets
from procurement.tables import awards, contract_acts, contracts, lots, plan_items, plans, tenders
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound

# Our own, in tenge: sums of several currencies are not added up.
_COUNTED = (awards.c.status != literal_column("'cancelled'")) & (awards.c.source == literal_column("'ashyq'"))


async def list_spending(
    reading: Reading, wanted: Mapping[str, Any], *, behind: tuple[str, str] | None, limit: int
) -> list[Row]:
    """What was awarded in each month by each method, the newest month first; one line more than `limit`."""
    values = dict(wanted)
    if behind is not None:
        values |= {"behind": behind[0], "behind_key": behind[1]}
    return await reading.all(_spending(frozenset(wanted), begun=behind is not None), **values, limit=limit + 1)


async def list_shares(
    reading: Reading, wanted: Mapping[str, Any], *, behind: tuple[int, str] | None, limit: int
) -> list[Row]:
    """What each supplier was awarded, the most first, beside the whole; one line more than `limit`.

    Each line has, of all lines: `whole` (tiyn), `squares` (the sum of the squared sums) and `suppliers`; and the one
    buyer and the one item of all, or None where they are several.
    """
    values = dict(wanted)
    if behind is not None:
        values |= {"behind": behind[0], "behind_key": behind[1]}
    return await reading.all(_shares(frozenset(wanted), begun=behind is not None), **values, limit=limit + 1)


async def read_flow(reading: Reading, contract_id: UUID) -> Row:
    """A contract with what led to it: award, lot, tender, and the item of a plan, if the lot carries one out.

    Raises:
        NotFound: there is no such contract.
    """
    row = await reading.one(_FLOW, id=contract_id)
    if row is None:
        raise NotFound
    return row


def _total(column: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(column), BigInteger)


@lru_cache(maxsize=512)
def _spending(given: frozenset[str], *, begun: bool) -> Query:
    month = func.to_char(awards.c.awarded_on, literal_column("'YYYY-MM'"))
    summed = (
        select(
            month.label("month"), awards.c.method, func.count().label("count"), _total(awards.c.amount).label("total")
        )
        .where(_COUNTED, *meets(given))
        .group_by(month, awards.c.method)
        .subquery("summed")
    )
    statement = select(summed)
    if begun:
        behind = func.row(bindparam("behind", type_=Text), bindparam("behind_key", type_=Text))
        statement = statement.where(func.row(summed.c.month, summed.c.method) < behind)
    order = (summed.c.month.desc(), summed.c.method.desc())
    return Query(statement.order_by(*order).limit(bindparam("limit", type_=Integer)))


@lru_cache(maxsize=512)
def _shares(given: frozenset[str], *, begun: bool) -> Query:
    named = (awards.c.supplier_scheme, awards.c.supplier_number, awards.c.supplier_name)
    summed = (
        select(
            cast(awards.c.supplier, Text).label("key"),
            awards.c.supplier,
            *(func.max(column).label(column.name) for column in named),
            func.count().label("count"),
            _total(awards.c.amount).label("total"),
            *(
                edge(column).label(f"{edge_name}_{column.name}")
                for column in (awards.c.buyer_name, awards.c.item_name)
                for edge_name, edge in (("first", func.min), ("last", func.max))
            ),
        )
        .where(_COUNTED, *meets(given))
        .group_by(awards.c.supplier)
        .subquery("summed")
    )
    amount = cast(summed.c.total, Numeric)
    whole = (
        select(
            *(summed.c[name] for name in ("key", "supplier", *(column.name for column in named), "count", "total")),
            func.sum(amount).over().label("whole"),
            func.sum(amount * amount).over().label("squares"),
            func.count().over().label("suppliers"),
            *(
                case(
                    (
                        func.min(summed.c[f"first_{name}"]).over() == func.max(summed.c[f"last_{name}"]).over(),
                        summed.c[f"first_{name}"],
                    )
                ).label(name)
                for name in ("buyer_name", "item_name")
            ),
        )
    ).subquery("whole")
    statement = select(whole)
    if begun:
        behind = func.row(bindparam("behind", type_=BigInteger), bindparam("behind_key", type_=Text))
        statement = statement.where(func.row(whole.c.total, whole.c.key) < behind)
    order = (whole.c.total.desc(), whole.c.key.desc())
    return Query(statement.order_by(*order).limit(bindparam("limit", type_=Integer)))


def _last_day(kind: str) -> ColumnElement[date]:
    """The last day on which something of a kind was done upon the contract."""
    last = select(func.max(contract_acts.c.day))
    return last.where(
        contract_acts.c.contract_id == contracts.c.id, contract_acts.c.kind == literal_column(f"'{kind}'")
    ).scalar_subquery()


_FLOW = Query(
    select(
        *contracts.c,
        _last_day("acceptance").label("accepted_on"),
        _last_day("payment").label("paid_on"),
        awards.c.awarded_on,
        awards.c.amount.label("award_amount"),
        tenders.c.published_at,
        lots.c.amount.label("lot_amount"),
        plans.c.id.label("plan_id"),
        plans.c.number.label("plan_number"),
        plans.c.published_at.label("plan_published_at"),
        plan_items.c.amount.label("plan_amount"),
    )
    .join(awards, awards.c.id == contracts.c.award_id)
    .join(lots, lots.c.id == contracts.c.lot_id)
    .join(tenders, tenders.c.id == contracts.c.tender_id)
    .outerjoin(plan_items, plan_items.c.id == lots.c.plan_item_id)
    .outerjoin(plans, plans.c.id == plan_items.c.plan_id)
    .where(contracts.c.id == bindparam("id"))
)

"""Questions about contracts, and about the acts that were entered of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, func, select

from procurement.domain.clocks import Law
from procurement.queries.suppliers import supplied_by
from procurement.tables import contract_acts, contracts, parties
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound


class Sort(StrEnum):
    """The orders of the list; a minus is downwards."""

    NEWEST = "-drafted_at"
    LARGEST = "-amount"
    SMALLEST = "amount"


@dataclass(frozen=True, slots=True)
class Behind:
    """Where a page of the list begins: behind the contract with this key, of which the order of time asks the id."""

    amount: int
    id: UUID


async def read_contract(reading: Reading, contract_id: UUID) -> Row:
    """One contract, with its supplier's `scheme` and `party_number`.

    Raises:
        NotFound: there is none.
    """
    row = await reading.one(_ONE, id=contract_id)
    if row is None:
        raise NotFound
    return row


async def list_contracts(
    reading: Reading, wanted: Mapping[str, Any], sort: Sort, *, behind: Behind | None, limit: int
) -> list[Row]:
    """Contracts, one more than `limit`; `wanted` has a value for each condition of `_conditions` that is asked for."""
    values = {name: value for name, value in wanted.items() if value is not None}
    place = {} if behind is None else {"behind": behind.amount, "behind_id": behind.id}
    if behind is not None and sort is Sort.NEWEST:
        place = {"behind_id": behind.id}
    query = _listing(frozenset(values), sort, begun=behind is not None)
    return await reading.all(query, **values, **place, limit=limit + 1)


async def acts_of(reading: Reading, contract_id: UUID) -> list[Row]:
    """The acts of a contract in the order in which they were entered."""
    return await reading.all(_ACTS, contract=contract_id)


async def supplier_of(reading: Reading, contract: Mapping[str, Any]) -> tuple[str, str]:
    """The scheme and number of a contract's supplier."""
    row = await reading.one(_SUPPLIER, id=contract["supplier"])
    assert row is not None  # noqa: S101 - the contract refers to it
    return row["scheme"], row["number"]


def law_of(contract: Mapping[str, Any]) -> Law:
    """The law by which a contract is judged: that of its tender, as it was in force on its publication."""
    return Law(contract["rules"], contract["law_on"], contract["method"])


def _conditions() -> dict[str, ColumnElement[bool]]:
    """Every filter by its name: `since` and `before` are moments of drafting, `least` and `most` are in tiyn."""
    table = contracts.c
    return {
        **supplied_by(table.supplier),
        **{name: table[name] == bindparam(name) for name in ("buyer", "award_id", "method", "region", "status")},
        **{name: table[name] == bindparam(name) for name in ("late", "supplier_is_debtor")},
        "since": table.drafted_at >= bindparam("since"),
        "before": table.drafted_at < bindparam("before"),
        "least": table.amount >= bindparam("least"),
        "most": table.amount <= bindparam("most"),
    }


@lru_cache(maxsize=256)
def _listing(given: frozenset[str], sort: Sort, *, begun: bool) -> Query:
    """The statement for one combination of filters and one order, compiled when it first occurs."""
    conditions = _conditions()
    statement: Select[Any] = select(*contracts.c).where(*(conditions[name] for name in sorted(given)))
    by_id = bindparam("behind_id", type_=Uuid)
    if sort is Sort.NEWEST:
        statement = statement.where(contracts.c.id < by_id) if begun else statement
        return Query(statement.order_by(contracts.c.id.desc()).limit(bindparam("limit")))
    key = func.row(contracts.c.amount, contracts.c.id)
    behind = func.row(bindparam("behind", type_=contracts.c.amount.type), by_id)
    if begun:
        statement = statement.where(key > behind if sort is Sort.SMALLEST else key < behind)
    order = (contracts.c.amount, contracts.c.id)
    sorted_by = order if sort is Sort.SMALLEST else tuple(each.desc() for each in order)
    return Query(statement.order_by(*sorted_by).limit(bindparam("limit")))


WITH_SUPPLIER = select(*contracts.c, parties.c.scheme, parties.c.number.label("party_number")).join(
    parties, parties.c.id == contracts.c.supplier
)
_ONE = Query(WITH_SUPPLIER.where(contracts.c.id == bindparam("id")))
_SUPPLIER = Query(select(parties.c.scheme, parties.c.number).where(parties.c.id == bindparam("id")))
_ACTS = Query(
    select(*contract_acts.c).where(contract_acts.c.contract_id == bindparam("contract")).order_by(contract_acts.c.id)
)

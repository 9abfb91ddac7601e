"""Questions about contracts."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from procurement.queries.suppliers import supplied_by
from procurement.tables import contracts
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound


async def read_contract(reading: Reading, contract_id: UUID) -> Row:
    """One contract.

    Raises:
        NotFound: there is none.
    """
    row = await reading.one(_ONE, id=contract_id)
    if row is None:
        raise NotFound
    return row


async def list_contracts(reading: Reading, wanted: Mapping[str, Any], *, after: UUID | None, limit: int) -> list[Row]:
    """Contracts, newest first, one more than `limit`; `wanted` may have `buyer`, and `party` or `company`."""
    values = {name: value for name, value in (dict(wanted) | {"after": after}).items() if value is not None}
    return await reading.all(_listing(frozenset(values)), **values, limit=limit + 1)


@lru_cache(maxsize=16)
def _listing(given: frozenset[str]) -> Query:
    """The statement for one combination of filters, compiled when it first occurs."""
    conditions = {
        **supplied_by(contracts.c.supplier),
        "buyer": contracts.c.buyer == bindparam("buyer"),
        "after": contracts.c.id < bindparam("after"),
    }
    statement = select(*contracts.c).where(*(conditions[name] for name in sorted(given)))
    return Query(statement.order_by(contracts.c.id.desc()).limit(bindparam("limit")))


_ONE = Query(select(*contracts.c).where(contracts.c.id == bindparam("id")))

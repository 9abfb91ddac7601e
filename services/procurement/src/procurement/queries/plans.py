"""Questions about annual plans: before their publication only for their buyer."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, or_, select

from procurement.domain.tender import Relation
from procurement.permissions import office_of, relation_to
from procurement.tables import plan_changes, plan_items, plans
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.permissions import NotFound


async def read_plan(reading: Reading, caller: Caller, plan_id: UUID) -> Row:
    """One plan.

    Raises:
        NotFound: there is none, or it is another's that is not published.
    """
    row = await reading.one(_ONE, id=plan_id)
    if row is None or (row["published_at"] is None and relation_to(row, caller) is not Relation.BUYER):
        raise NotFound
    return row


async def items_of(reading: Reading, plan_id: UUID) -> list[Row]:
    """All items that a plan ever had, in the order in which they came."""
    return await reading.all(_ITEMS, id=plan_id)


async def changes_of(reading: Reading, plan_id: UUID) -> list[Row]:
    """The changes of a plan, oldest first; the first is the plan as it was made."""
    return await reading.all(_CHANGES, id=plan_id)


async def list_plans(
    reading: Reading, caller: Caller, wanted: Mapping[str, Any], *, after: UUID | None, limit: int
) -> list[Row]:
    """Published plans and the caller's own, newest first, one more than `limit`; `wanted` may have `buyer`, `year`."""
    values = {name: value for name, value in (dict(wanted) | {"after": after}).items() if value is not None}
    return await reading.all(_listing(frozenset(values)), **values, office=office_of(caller), limit=limit + 1)


@lru_cache(maxsize=16)
def _listing(given: frozenset[str]) -> Query:
    """The statement for one combination of filters, compiled when it first occurs."""
    conditions = {
        "buyer": plans.c.buyer == bindparam("buyer"),
        "year": plans.c.year == bindparam("year"),
        "after": plans.c.id < bindparam("after"),
    }
    visible = or_(plans.c.published_at.is_not(None), plans.c.buyer == bindparam("office", type_=Text))
    statement = select(*plans.c).where(visible, *(conditions[name] for name in sorted(given)))
    return Query(statement.order_by(plans.c.id.desc()).limit(bindparam("limit")))


_ONE = Query(select(*plans.c).where(plans.c.id == bindparam("id")))
_ITEMS = Query(select(*plan_items.c).where(plan_items.c.plan_id == bindparam("id")).order_by(plan_items.c.id))
_CHANGES = Query(
    select(*plan_changes.c).where(plan_changes.c.plan_id == bindparam("id")).order_by(plan_changes.c.position)
)

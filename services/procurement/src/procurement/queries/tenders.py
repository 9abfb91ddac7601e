"""Questions about tenders and their lots."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, cast, or_, select

from procurement.domain.tender import Relation
from procurement.permissions import office_of, relation_to
from procurement.tables import lots, tenders
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.permissions import NotFound


async def read_tender(reading: Reading, caller: Caller, tender_id: UUID) -> Row:
    """One tender; before its publication, or the discussion of its draft, only for its buyer.

    Raises:
        NotFound: there is none, or it is another's draft.
    """
    row = await reading.one(_ONE, id=tender_id)
    if row is None or (not _shown(row) and relation_to(row, caller) is not Relation.BUYER):
        raise NotFound
    return row


async def lots_of(reading: Reading, tender_id: UUID) -> list[Row]:
    """The lots of a tender in their order."""
    return await reading.all(_LOTS, id=tender_id)


async def list_tenders(
    reading: Reading, caller: Caller, wanted: Mapping[str, Any], *, after: UUID | None, limit: int
) -> list[Row]:
    """Published tenders and the caller's own, newest first, one more than `limit`.

    `wanted` may have `status`, `buyer`, `region` and `q`, a part of the title or the number.
    """
    values = {name: value for name, value in (dict(wanted) | {"after": after}).items() if value is not None}
    if "q" in values:
        values["q"] = pattern(values["q"])
    return await reading.all(_listing(frozenset(values)), **values, office=office_of(caller), limit=limit + 1)


def _shown(row: Row) -> bool:
    return row["published_at"] is not None or row["discussion_opened_at"] is not None


def pattern(q: str) -> str:
    """A LIKE pattern for a part of a text."""
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


@lru_cache(maxsize=64)
def _listing(given: frozenset[str]) -> Query:
    """The statement for one combination of filters, compiled when it first occurs."""
    conditions = {
        "status": tenders.c.status == bindparam("status"),
        "buyer": tenders.c.buyer == bindparam("buyer"),
        "region": tenders.c.region == bindparam("region"),
        "q": or_(cast(tenders.c.title, Text).ilike(bindparam("q")), tenders.c.number.ilike(bindparam("q"))),
        "after": tenders.c.id < bindparam("after"),
    }
    shown = or_(tenders.c.published_at.is_not(None), tenders.c.discussion_opened_at.is_not(None))
    visible = or_(shown, tenders.c.buyer == bindparam("office", type_=Text))
    statement = select(*tenders.c).where(visible, *(conditions[name] for name in sorted(given)))
    return Query(statement.order_by(tenders.c.id.desc()).limit(bindparam("limit")))


_ONE = Query(select(*tenders.c).where(tenders.c.id == bindparam("id")))
_LOTS = Query(select(*lots.c).where(lots.c.tender_id == bindparam("id")).order_by(lots.c.position))

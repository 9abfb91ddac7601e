"""What was done to an appeal, as its entries in the journal say."""

from uuid import UUID

from sqlalchemy import bindparam, select

from appeals.domain.case_clocks import Fact
from servicekit.database import Query, Reading
from servicekit.tables import journal


async def facts_of(reading: Reading, appeal_id: UUID) -> list[Fact]:
    """Every step that was taken with an appeal, oldest first."""
    rows = await reading.all(_FACTS, appeal_id=appeal_id)
    return [Fact(row["event"], row["at"], row["public"]) for row in rows]


_FACTS = Query(
    select(journal.c.event, journal.c.at, journal.c.public)
    .where(journal.c.object_id == bindparam("appeal_id"))
    .order_by(journal.c.object_version, journal.c.id)
)

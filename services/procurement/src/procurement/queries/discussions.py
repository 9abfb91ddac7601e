"""Questions about the discussion of a draft, which everybody reads."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, literal_column, select

from procurement.tables import comments, parties
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound


async def comments_on(reading: Reading, tender_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """The comments on a tender, oldest first, one more than `limit`."""
    return await reading.all(_OF_TENDER, tender=tender_id, after=after or UUID(int=0), limit=limit + 1)


async def read_comment(reading: Reading, tender_id: UUID, comment_id: UUID) -> Row:
    """One comment on a tender.

    Raises:
        NotFound: there is none.
    """
    row = await reading.one(_ONE, tender=tender_id, id=comment_id)
    if row is None:
        raise NotFound
    return row


async def unanswered_on(reading: Reading, tender_id: UUID) -> int:
    """How many comments on a tender have no answer."""
    return int(await reading.value(_UNANSWERED, tender=tender_id))


_comments = (
    select(*comments.c, parties.c.scheme, parties.c.number, parties.c.name)
    .join(parties, parties.c.id == comments.c.party_id)
    .where(comments.c.tender_id == bindparam("tender"))
)
_OF_TENDER = Query(
    _comments.where(comments.c.id > bindparam("after", type_=Uuid)).order_by(comments.c.id).limit(bindparam("limit"))
)
_ONE = Query(_comments.where(comments.c.id == bindparam("id")))
_UNANSWERED = Query(
    select(func.count()).where(
        comments.c.tender_id == bindparam("tender"), comments.c.status == literal_column("'open'")
    )
)

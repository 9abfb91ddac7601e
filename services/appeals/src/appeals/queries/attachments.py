"""Questions about the files of appeals."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, func, select

from appeals.tables import attached, attachment_pieces, attachments
from servicekit.database import Database, Query, Reading, Row
from servicekit.permissions import NotFound


async def attachments_of(reading: Reading, appeal_id: UUID, *, after: UUID, limit: int) -> list[Row]:
    """The files that stand in an appeal, in the order in which they came, one more than `limit`."""
    return await reading.all(_LIST, appeal=appeal_id, after=after, limit=limit + 1)


async def attachment_in(reading: Reading, appeal_id: UUID, attachment_id: UUID) -> Row:
    """One file of an appeal.

    Raises:
        NotFound: it does not stand there.
    """
    row = await reading.one(_ONE, appeal=appeal_id, id=attachment_id)
    if row is None:
        raise NotFound
    return row


async def how_many_in(reading: Reading, appeal_id: UUID) -> int:
    """How many files stand in an appeal."""
    found: int = await reading.value(_COUNT, appeal=appeal_id)
    return found


async def content_of(database: Database, attachment_id: UUID) -> AsyncIterator[bytes]:
    """What is in a file, piece by piece; no connection is held while whoever reads it takes their time."""
    n = 0
    while True:
        async with database.read() as reading:
            rows = await reading.alone(_PIECE, id=attachment_id, n=n)
        if not rows:
            return
        yield rows[0]["content"]
        n += 1


_in_appeal = attached.c.appeal_id == bindparam("appeal", type_=Uuid)
_standing = select(*attachments.c).join(attached, attached.c.attachment_id == attachments.c.id).where(_in_appeal)
_LIST = Query(
    _standing.where(attached.c.attachment_id > bindparam("after", type_=Uuid))
    .order_by(attached.c.attachment_id)
    .limit(bindparam("limit", type_=Integer))
)
_ONE = Query(_standing.where(attached.c.attachment_id == bindparam("id", type_=Uuid)))
_COUNT = Query(select(func.count()).select_from(attached).where(_in_appeal))
_PIECE = Query(
    select(attachment_pieces.c.content).where(
        attachment_pieces.c.attachment_id == bindparam("id", type_=Uuid),
        attachment_pieces.c.n == bindparam("n", type_=Integer),
    )
)

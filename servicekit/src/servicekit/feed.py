"""The journal as everybody reads it: public parts only, each entry once, in one order that never changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Uuid, bindparam, func, literal_column, select

from servicekit.database import Query, Reading
from servicekit.identity import CurrentCaller
from servicekit.journal import history
from servicekit.paging import ListOf, Page, Paging, cursor, up_to
from servicekit.routing import Route
from servicekit.tables import Xid8, journal
from servicekit.transactions import Read


class Actor(BaseModel):
    """In what role somebody acted; a journal never says who."""

    role: str


class EntryObject(BaseModel):
    """What an entry is about, and its version after the act."""

    kind: str
    id: UUID
    version: int


class JournalEntry(BaseModel):
    """One official act.

    `commitment` proves its private part: SHA-256 over a salt and the part's canonical JSON. Give `cursor` as `after`,
    now or later, to go on behind this entry.
    """

    id: UUID
    object: EntryObject
    event: str
    at: datetime
    by: Actor
    data: dict[str, Any]
    commitment: str | None
    cursor: str


class HistoryEntry(BaseModel):
    """One step in the life of an object; `entry` is its place in the journal."""

    at: datetime
    event: str
    by: Actor
    data: dict[str, Any]
    entry: UUID


def journal_router(service: str) -> APIRouter:
    """The public journal of a service, at the path where the public reads it."""
    router = APIRouter(prefix=f"/v1/journals/{service}", tags=["journal"], route_class=Route)

    @router.get("/entries", name=f"read_{service.replace('-', '_')}_journal")
    async def read_journal(_: CurrentCaller, reading: Read, page: Paging) -> ListOf[JournalEntry]:
        """Follow the journal: entries in their final order; at the end, come back with the last `cursor`."""
        return await entries_after(reading, page)

    return router


async def entries_after(reading: Reading, page: Page) -> ListOf[JournalEntry]:
    """The entries behind the page's cursor that can no longer be preceded by another."""
    transaction, entry = page.key(_TRANSACTION, UUID) or (0, UUID(int=0))
    rows = await reading.all(_ENTRIES, transaction=transaction, entry=entry, limit=page.limit + 1)
    shown = rows[: page.limit]
    return ListOf[JournalEntry](
        items=[
            JournalEntry(
                id=row["id"],
                object=EntryObject(kind=row["object_kind"], id=row["object_id"], version=row["object_version"]),
                event=row["event"],
                at=row["at"],
                by=Actor(role=row["role"]),
                data=row["public"],
                commitment=row["commitment"],
                cursor=cursor(row["transaction"], row["id"]),
            )
            for row in shown
        ],
        next=page.next_after(shown[-1]["transaction"], shown[-1]["id"]) if len(rows) > page.limit else None,
    )


async def history_page(reading: Reading, object_id: UUID, page: Page) -> ListOf[HistoryEntry]:
    """The history of an object, oldest first; to those who may see the object, private parts are shown too."""
    rows = await history(reading, object_id, limit=page.limit, after=page.key(_VERSION, UUID))
    shown = rows[: page.limit]
    return ListOf[HistoryEntry](
        items=[
            HistoryEntry(
                at=row["at"],
                event=row["event"],
                by=Actor(role=row["role"]),
                data=row["public"] | (row["private"] or {}),
                entry=row["id"],
            )
            for row in shown
        ],
        next=page.next_after(shown[-1]["object_version"], shown[-1]["id"]) if len(rows) > page.limit else None,
    )


_TRANSACTION = up_to(2**64 - 1)
_VERSION = up_to(2**31 - 1)
_gate = select(func.journal_gate()).scalar_subquery()
_ENTRIES = Query(
    select(
        journal.c.transaction,
        *(journal.c[name] for name in ("id", "object_kind", "object_id", "object_version", "event", "at", "role")),
        journal.c.public,
        func.encode(journal.c.commitment, literal_column("'hex'")).label("commitment"),
    )
    .where(
        func.row(journal.c.transaction, journal.c.id)
        > func.row(bindparam("transaction", type_=Xid8()), bindparam("entry", type_=Uuid))
    )
    .where(journal.c.transaction < _gate)
    .order_by(journal.c.transaction, journal.c.id)
    .limit(bindparam("limit"))
)

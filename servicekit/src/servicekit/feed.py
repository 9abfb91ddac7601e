"""The journal as everybody reads it: public parts only, each entry once, in one order that never changes."""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, PlainSerializer
from sqlalchemy import BigInteger, bindparam, select

from servicekit.database import Query as Statement
from servicekit.database import Reading, Row
from servicekit.identity import CurrentCaller
from servicekit.journal import history, moment, private_part, public_form
from servicekit.paging import ListOf, Page, Paging, up_to
from servicekit.permissions import NotFound
from servicekit.proofs import TILE, consistency_ranges, hashes_of, inclusion_ranges, tile
from servicekit.routing import Route
from servicekit.sealing import Published, Sealer
from servicekit.tables import journal, leaves
from servicekit.transactions import Read

_LARGEST = 2**63 - 1
_TEXT = "text/plain"
_PLAIN: dict[int | str, dict[str, Any]] = {200: {"content": {_TEXT: {"schema": {"type": "string"}}}}}
_BYTES = "application/octet-stream"
_OCTETS: dict[int | str, dict[str, Any]] = {
    200: {"content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}}}
}
# C2SP tlog-tiles writes an index in groups of three digits, all but the last with an x before; .p/8 is the first 8.
_PLACE_OF_TILE = re.compile(r"((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
Size = Annotated[int, Query(ge=0, le=_LARGEST, description="How many entries the journal had.")]
Level = Annotated[int, Path(ge=0, le=7)]
# A moment in the one form of which the leaf is the hash.
Moment = Annotated[datetime, PlainSerializer(moment, return_type=str)]


class Actor(BaseModel):
    """In what role somebody acted; a journal never says who."""

    role: str


class EntryObject(BaseModel):
    """What an entry is about, and its version after the act."""

    kind: str
    id: UUID
    version: int


class SealedEntry(BaseModel):
    """One official act, as it was sealed: its leaf is SHA-256 over a zero byte and its canonical JSON (RFC 8785).

    `commitment` proves its private part: SHA-256 over a salt and the part's canonical JSON.
    """

    id: UUID
    object: EntryObject
    event: str
    at: Moment
    by: Actor
    data: dict[str, Any]
    commitment: str | None


class JournalEntry(SealedEntry):
    """One official act at its place in the journal; give `index` as `after`, now or later, to go on behind it."""

    index: int


class JournalProof(BaseModel):
    """That an entry stands in the journal: from its leaf and these hashes anybody reckons the checkpoint's root.

    `proof` is the path of RFC 6962, 2.1.1, in base64; `checkpoint` is a signed note (C2SP tlog-checkpoint).
    """

    entry: UUID
    index: int
    leaf: str
    proof: list[str]
    checkpoint: str


class JournalConsistency(BaseModel):
    """That the journal of `new` entries begins with that of `old`: the hashes of RFC 6962, 2.1.2, in base64."""

    old: int
    new: int
    proof: list[str]


class HistoryEntry(BaseModel):
    """One step in the life of an object; `entry` is its place in the journal."""

    at: datetime
    event: str
    by: Actor
    data: dict[str, Any]
    entry: UUID


def journal_router(service: str) -> APIRouter:
    """The public journal of a service, at the path where the public reads it."""
    name = service.replace("-", "_")
    router = APIRouter(prefix=f"/v1/journals/{service}", tags=["journal"], route_class=Route)

    @router.get("/entries", name=f"read_{name}_journal")
    async def read_journal(_: CurrentCaller, reading: Read, page: Paging) -> ListOf[JournalEntry]:
        """Follow the journal: entries in their final order; at the end, come back with the last `index`."""
        return await entries_after(reading, page)

    @router.get("/checkpoint", name=f"read_{name}_checkpoint", response_class=Response, responses=_PLAIN)
    async def read_checkpoint(request: Request, _: CurrentCaller, reading: Read) -> Response:
        """The journal as it stands: how many entries, the root of their tree, signed and cosigned."""
        checkpoint = await published(request, reading)
        return Response(checkpoint.note, media_type=_TEXT)

    @router.get("/keys", name=f"read_{name}_journal_keys", response_class=Response, responses=_PLAIN)
    async def read_keys(request: Request, _: CurrentCaller) -> Response:
        """The public keys of the journal and of its witnesses (C2SP signed-note), a line each."""
        return Response("".join(f"{key}\n" for key in sealer_of(request).keys), media_type=_TEXT)

    @router.get("/proof", name=f"prove_{name}_entry")
    async def prove_entry(request: Request, _: CurrentCaller, reading: Read, entry: UUID) -> JournalProof:
        """That an entry stands in the journal, under the last checkpoint."""
        checkpoint = await published(request, reading)
        row = await reading.one(_PLACE, entry=entry)
        if row is None or row["index"] >= checkpoint.size:
            raise NotFound
        (proof,) = await inclusion_proofs(reading, [row["index"]], checkpoint.size)
        return JournalProof(
            entry=entry, index=row["index"], leaf=row["hash"].hex(), proof=proof, checkpoint=checkpoint.note
        )

    @router.get("/consistency", name=f"prove_{name}_consistency")
    async def prove_consistency(
        request: Request, _: CurrentCaller, reading: Read, old: Size, new: Size
    ) -> JournalConsistency:
        """That nothing was rewritten between two checkpoints, given by their sizes."""
        if not old <= new <= (await published(request, reading)).size:
            raise NotFound
        hashes = await hashes_of(reading, consistency_ranges(old, new)) if old < new else []
        return JournalConsistency(old=old, new=new, proof=_in_base64(hashes))

    @router.get("/tile/{level}/{place:path}", name=f"read_{name}_tile", response_class=Response, responses=_OCTETS)
    async def read_tile(_: CurrentCaller, reading: Read, level: Level, place: str) -> Response:
        """Hashes of the tree, 256 to a tile, at the addresses of C2SP tlog-tiles: `tile/0/x001/x234/067.p/8`."""
        found = _tile_place(place)
        hashes = None if found is None else await tile(reading, level, *found)
        if hashes is None:
            raise NotFound
        return Response(hashes, media_type=_BYTES)

    return router


def journal_operations(service: str) -> list[str]:
    """The names of the operations of a service's journal; all are for everybody."""
    return [route.name for route in journal_router(service).routes if isinstance(route, Route)]


def sealer_of(request: Request) -> Sealer:
    """What seals the journal of the service that was asked."""
    sealer: Sealer = request.state.sealer
    return sealer


async def published(request: Request, reading: Reading) -> Published:
    """The last checkpoint that is signed and, where there is a witness, cosigned.

    Raises:
        NotFound: there is none yet.
    """
    found = await sealer_of(request).published(reading)
    if found is None:
        raise NotFound
    return found


async def inclusion_proofs(reading: Reading, indexes: Sequence[int], size: int) -> list[list[str]]:
    """The hashes, in base64, that prove each of these entries in the tree of a size."""
    ranges = [inclusion_ranges(index, size) for index in indexes]
    every = sorted({each for path in ranges for each in path})
    known = dict(zip(every, await hashes_of(reading, every), strict=True)) if every else {}
    return [_in_base64(known[each] for each in path) for path in ranges]


async def entries_after(reading: Reading, page: Page) -> ListOf[JournalEntry]:
    """The sealed entries behind the index that the page starts from."""
    after = page.number(_LARGEST)
    rows = await reading.all(_ENTRIES, after=-1 if after is None else after, limit=page.limit + 1)
    shown = rows[: page.limit]
    return ListOf[JournalEntry](
        items=[JournalEntry(**public_form(row), index=row["index"]) for row in shown],
        next=page.next_behind(shown[-1]["index"]) if len(rows) > page.limit else None,
    )


async def history_page(reading: Reading, object_id: UUID, page: Page, *, private: bool = True) -> ListOf[HistoryEntry]:
    """The history of an object, oldest first, with the private parts; without them where everybody sees the object."""
    rows = await history(reading, object_id, limit=page.limit, after=page.key(_VERSION, UUID))
    shown = rows[: page.limit]
    return ListOf[HistoryEntry](
        items=[_history_entry(row, private=private) for row in shown],
        next=page.next_after(shown[-1]["object_version"], shown[-1]["id"]) if len(rows) > page.limit else None,
    )


def _history_entry(row: Row, *, private: bool) -> HistoryEntry:
    hidden = private_part(row) if private else None
    data = row["public"] if hidden is None else row["public"] | hidden.data
    return HistoryEntry(at=row["at"], event=row["event"], by=Actor(role=row["role"]), data=data, entry=row["id"])


def _tile_place(place: str) -> tuple[int, int] | None:
    """The index and the width that the address of a tile names; None when it names none."""
    found = _PLACE_OF_TILE.fullmatch(place)
    if found is None:
        return None
    groups, last, width = found.groups()
    wide = TILE if width is None else int(width)
    index = int(groups.replace("x", "").replace("/", "") + last)
    # Each tile has one address, and the number of its last hash is one that the database knows.
    is_one = not groups.startswith("x000") and (width is None or wide < TILE) and index < _LARGEST // TILE
    return (index, wide) if is_one else None


def _in_base64(hashes: Iterable[bytes]) -> list[str]:
    return [b64encode(each).decode() for each in hashes]


_VERSION = up_to(2**31 - 1)
_ENTRIES = Statement(
    select(*(each for each in journal.c if each.name not in {"transaction", "private", "leaf"}), leaves.c.index)
    .join(leaves, (leaves.c.transaction == journal.c.transaction) & (leaves.c.entry == journal.c.id))
    .where(leaves.c.index > bindparam("after", type_=BigInteger))
    .order_by(leaves.c.index)
    .limit(bindparam("limit"))
)
_PLACE = Statement(select(leaves.c.index, leaves.c.hash).where(leaves.c.entry == bindparam("entry")))

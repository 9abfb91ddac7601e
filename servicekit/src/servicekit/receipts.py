"""Receipts: what the journal holds of one object, with the proofs by which anybody checks it without asking us."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import bindparam, select

from servicekit.clock import Now
from servicekit.conditional import etag, not_modified
from servicekit.database import Query, Reading, Row
from servicekit.feed import SealedEntry, inclusion_proofs, sealer_of
from servicekit.identity import Caller, CurrentCaller
from servicekit.journal import private_part, public_form
from servicekit.permissions import NotFound
from servicekit.routing import Route
from servicekit.sealing import NotSealing, Published, Sealer
from servicekit.tables import journal, leaves, private_keys
from servicekit.transactions import RestrictedRead, RestrictedReading
from verifier.canonical import canonical

FORM = "ashyq-receipt/1"
_RETRY_SECONDS = 1

# Lets a caller see an object or refuses it as absent; whether they see the private parts of its entries, too.
Sight: TypeAlias = Callable[[RestrictedReading, Caller, UUID, datetime], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class ReceiptOf:
    """A kind of object of which there are receipts: at which address it stands, by which operation, who sees it."""

    address: str
    operation: str
    sight: Sight


class ReceiptObject(BaseModel):
    """What a receipt is about."""

    kind: str
    id: UUID


class PrivatePart(BaseModel):
    """What only parties see, with the salt (in hex) by which the entry's commitment to it is checked."""

    data: dict[str, Any]
    salt: str


class ReceiptEntry(BaseModel):
    """An act at its place in the journal: its leaf in hex, and in base64 the path from there to the root."""

    entry: SealedEntry
    index: int
    leaf: str
    private: PrivatePart | None
    proof: list[str]


class Receipt(BaseModel):
    """All acts on an object under one checkpoint, to be kept as it is: `ashyq-verify` checks it on any machine."""

    checkpoint: str
    entries: list[ReceiptEntry]
    form: str
    keys: list[str]
    object: ReceiptObject


class ReceiptWaits(BaseModel):
    """Not all acts on the object are sealed yet; a moment later they are."""

    entries: int
    sealed: int


def receipts_router(kinds: Iterable[ReceiptOf]) -> APIRouter:
    """The receipts of a service's objects, each at the address of its object."""
    router = APIRouter(prefix="/v1", tags=["receipts"], route_class=Route)
    for kind in kinds:
        _add(router, kind)
    return router


def _add(router: APIRouter, kind: ReceiptOf) -> None:
    @router.get(
        f"{kind.address}/receipt",
        name=kind.operation,
        response_class=Response,
        responses={200: {"model": Receipt}, 202: {"model": ReceiptWaits}},
    )
    async def read_receipt(
        request: Request, caller: CurrentCaller, restricted: RestrictedRead, now: Now, object_id: UUID
    ) -> Response:
        """Every act on the object with the proof that the journal holds it: for `ashyq-verify`, on any machine."""
        private = await kind.sight(restricted, caller, object_id, now)
        return await _receipt(request, restricted.reading, object_id, private=private)


async def _receipt(request: Request, reading: Reading, object_id: UUID, *, private: bool) -> Response:
    made = await make_receipt(request, reading, object_id, private=private)
    if isinstance(made, Response):
        return made
    content = canonical(made)
    tag = hashlib.sha256(content).hexdigest()
    headers = {"ETag": etag(tag), "Cache-Control": "private, no-cache"}
    return not_modified(request, tag) or Response(content, headers=headers, media_type="application/json")


async def make_receipt(
    request: Request, reading: Reading, object_id: UUID, *, private: bool
) -> dict[str, Any] | Response:
    """The receipt of an object that the caller may see, or what is answered until all acts on it are sealed.

    Raises:
        NotFound: the journal has no act on it.
        NotSealing: waiting does not help.
    """
    sealer = sealer_of(request)
    checkpoint = await sealer.published(reading)
    rows = await reading.all(_ENTRIES, object_id=object_id)
    if not rows:
        raise NotFound
    size = 0 if checkpoint is None else checkpoint.size
    sealed = [row for row in rows if row["index"] is not None and row["index"] < size]
    if checkpoint is None or len(sealed) < len(rows):
        return _not_yet(sealer, ReceiptWaits(entries=len(rows), sealed=len(sealed)))
    proofs = await inclusion_proofs(reading, [row["index"] for row in rows], size)
    return _content(sealer, checkpoint, rows, proofs, private=private)


def _not_yet(sealer: Sealer, waits: ReceiptWaits) -> Response:
    """What is said until a receipt is whole.

    Raises:
        NotSealing: waiting does not help.
    """
    if sealer.refusal is not None:
        raise NotSealing(sealer.refusal)
    headers = {"Retry-After": str(_RETRY_SECONDS)}
    return Response(waits.model_dump_json(), 202, headers=headers, media_type="application/json")


def _content(
    sealer: Sealer, checkpoint: Published, rows: Sequence[Row], proofs: Sequence[Sequence[str]], *, private: bool
) -> dict[str, Any]:
    return {
        "checkpoint": checkpoint.note,
        "entries": [
            {
                "entry": public_form(row),
                "index": row["index"],
                "leaf": row["hash"].hex(),
                "private": _shown(row) if private else None,
                "proof": proof,
            }
            for row, proof in zip(rows, proofs, strict=True)
        ],
        "form": FORM,
        "keys": sealer.keys,
        "object": {"id": str(rows[0]["object_id"]), "kind": rows[0]["object_kind"]},
    }


def _shown(row: Row) -> dict[str, Any] | None:
    private = private_part(row)
    return None if private is None else {"data": private.data, "salt": private.salt.hex()}


_ENTRIES = Query(
    select(
        *(each for each in journal.c if each.name not in {"transaction", "leaf"}),
        private_keys.c.key,
        leaves.c.index,
        leaves.c.hash,
    )
    .outerjoin(leaves, leaves.c.entry == journal.c.id)
    .outerjoin(private_keys, private_keys.c.entry == journal.c.id)
    .where(journal.c.object_id == bindparam("object_id"))
    .order_by(leaves.c.index)
)

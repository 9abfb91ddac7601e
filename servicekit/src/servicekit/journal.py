"""The journal: every official act, written in the transaction of the change.

An entry's public part has no personal data. A private part stays in the owning database, under a key of its own; the
public sees only a salted SHA-256 commitment to it, by which it can be proven later. Each entry is put down with its
leaf (RFC 6962): the hash by which it will be sealed into a tree that cannot be changed unnoticed (`sealing.py`).
"""

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Insert,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from servicekit.database import Query, Reading, Row, Writing
from servicekit.private_parts import Revealed, hide, reveal
from servicekit.tables import journal, private_keys
from verifier.canonical import canonical, leaf_hash_of


@dataclass(frozen=True, slots=True)
class Object:
    """What an entry is about: an official object, and its version after the act."""

    kind: str
    id: UUID
    version: int


class RecordedRefusal(Exception):
    """A refusal that is an act itself: what was begun is rolled back, and then it is entered in a transaction alone."""

    def enter(self, writing: Writing) -> None:
        """Record the refusal."""
        raise NotImplementedError


def record(  # noqa: PLR0913 - an act has these sides, and each is said once
    writing: Writing,
    event: str,
    subject: Object,
    *,
    at: datetime,
    role: str,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    owner: tuple[str, str] | None = None,
) -> UUID:
    """Add an entry to the transaction; it is written with the commit, or not at all.

    Args:
        writing: the transaction of the change itself.
        event: what happened, as `appeal.forwarded`.
        subject: the object that it happened to.
        at: legal time of the act.
        role: the actor's role, or `system`; never who.
        public: what everybody reads; no personal data.
        private: what is published only as a commitment.
        owner: whose data the private part is, as scheme and number; None when it is nobody's.

    Returns:
        The entry's id.

    Raises:
        NotCanonical: a part holds something other than texts, whole numbers, truth values, lists and objects of these.
    """
    entry_id = uuid7()
    row: dict[str, Any] = {
        "id": entry_id,
        "object_kind": subject.kind,
        "object_id": subject.id,
        "object_version": subject.version,
        "event": event,
        "at": at,
        "role": role,
        "public": public,
        "commitment": None,
    }
    if private is not None:
        hidden = hide(entry_id, private)
        row |= {"private": _base64(hidden.sealed), "commitment": hidden.commitment, "key": _base64(hidden.key)}
        if owner is not None:
            row["scheme"], row["number"] = owner
    row["leaf"] = _base64(leaf_hash_of(public_form(row)))
    if private is not None:
        row["commitment"] = _base64(row["commitment"])
    writing.entries.append(row)
    return entry_id


def public_form(row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as everybody reads it, from its row: what its leaf is the hash of."""
    commitment: bytes | None = row["commitment"]
    return {
        "id": str(row["id"]),
        "object": {"kind": row["object_kind"], "id": str(row["object_id"]), "version": row["object_version"]},
        "event": row["event"],
        "at": moment(row["at"]),
        "by": {"role": row["role"]},
        "data": row["public"],
        "commitment": None if commitment is None else commitment.hex(),
    }


def moment(at: datetime) -> str:
    """A moment as the journal writes it: in UTC, to the microsecond, always in the same form."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def write_entries(writing: Writing) -> None:
    """Write what waits in a transaction, entries and a deferred row, and leave it open."""
    await _send_waiting(writing, writing.run)


async def commit_entries(writing: Writing) -> None:
    """Write what waits in a transaction, entries and a deferred row, and commit it."""
    await _send_waiting(writing, writing.finish)


async def history(reading: Reading, object_id: UUID, *, limit: int, after: tuple[int, UUID] | None) -> list[Row]:
    """The entries about one object, in the order of its versions; one more than `limit` where there are more."""
    version, entry = after or (-1, UUID(int=0))
    return await reading.all(_HISTORY, object_id=object_id, version=version, entry=entry, limit=limit + 1)


def private_part(row: Row) -> Revealed | None:
    """The private part in a row of `history`; None when there is none, or its key was destroyed."""
    return None if row["key"] is None else reveal(row["id"], row["private"], row["key"])


async def owns(reading: Reading, party: tuple[str, str], kind: str, object_id: UUID) -> bool:
    """Whether private parts of the entries of an object of a kind are this party's data."""
    scheme, number = party
    return await reading.value(_OWNS, kind=kind, object_id=object_id, scheme=scheme, number=number) is not None


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of the canonical JSON (RFC 8785) of what is published elsewhere and only named in the journal.

    Raises:
        NotCanonical: as `record`.
    """
    return hashlib.sha256(canonical(dict(content))).hexdigest()


async def forget_owner(writing: Writing, owner: tuple[str, str]) -> int:
    """Destroy the keys of all private parts that are somebody's data; how many.

    What they said is gone then; that it was said, when, and the commitment to it stay, so the journal still verifies.
    """
    scheme, number = owner
    return len(await writing.all(_FORGET, scheme=scheme, number=number))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("id", Uuid),
    ("object_kind", Text),
    ("object_id", Uuid),
    ("object_version", Integer),
    ("event", Text),
    ("at", DateTime(timezone=True)),
    ("role", Text),
    ("public", JSONB),
)
_HASHES = ("private", "commitment", "leaf")
_OF_KEYS = ("scheme", "number")


def _waiting(name: str, columns: Mapping[str, Any]) -> Any:
    """The waiting entries, sent as one JSON array, as rows with these columns."""
    return (
        func.jsonb_to_recordset(bindparam("journal_entries", type_=JSONB))
        .table_valued(*(column(each, kind) for each, kind in columns.items()))
        .render_derived(name=name, with_types=True)
    )


def _decoded(value: ColumnElement[Any]) -> ColumnElement[bytes]:
    return func.decode(value, literal_column("'base64'"))


def _entries() -> Select[Any]:
    rows = _waiting("entry", dict(_COLUMNS) | dict.fromkeys(_HASHES, Text))
    return select(*(rows.c[name] for name, _ in _COLUMNS), *(_decoded(rows.c[name]) for name in _HASHES))


def _keys() -> Select[Any]:
    rows = _waiting("hidden", {"id": Uuid, "key": Text} | dict.fromkeys(_OF_KEYS, Text))
    return select(rows.c.id, _decoded(rows.c.key), *(rows.c[name] for name in _OF_KEYS)).where(rows.c.key.is_not(None))


INSERT_WAITING = insert(journal).from_select([*(name for name, _ in _COLUMNS), *_HASHES], _entries())
INSERT_KEYS = insert(private_keys).from_select(["entry", "key", *_OF_KEYS], _keys())


async def _send_waiting(writing: Writing, send: Callable[..., Awaitable[object]]) -> None:
    deferred = writing.take_deferred()
    if deferred.statement is not None or writing.entries:
        entries, writing.entries = writing.entries, []
        await send(_with_entries(deferred.statement), **deferred.values, journal_entries=entries)


@cache
def _with_entries(statement: Insert | None) -> Query:
    parts = [INSERT_KEYS.cte("keys_written")]
    if statement is not None:
        parts.append(INSERT_WAITING.cte("entries_written"))
    return Query((INSERT_WAITING if statement is None else statement).add_cte(*parts))


_key: tuple[Column[Any], ...] = (journal.c.object_version, journal.c.id)
_HISTORY = Query(
    select(*(each for each in journal.c if each.name != "transaction"), private_keys.c.key)
    .outerjoin(private_keys, private_keys.c.entry == journal.c.id)
    .where(journal.c.object_id == bindparam("object_id"))
    .where(func.row(*_key) > func.row(bindparam("version", type_=Integer), bindparam("entry", type_=Uuid)))
    .order_by(*_key)
    .limit(bindparam("limit", type_=Integer))
)
_owned = (private_keys.c.scheme == bindparam("scheme"), private_keys.c.number == bindparam("number"))
_OWNS = Query(
    select(private_keys.c.entry)
    .join(journal, journal.c.id == private_keys.c.entry)
    .where(journal.c.object_kind == bindparam("kind"), journal.c.object_id == bindparam("object_id"), *_owned)
    .limit(1)
)
_FORGET = Query(delete(private_keys).where(*_owned).returning(private_keys.c.entry))

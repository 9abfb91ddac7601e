"""The journal: every official act, written in the transaction of the change.

An entry's public part has no personal data. A private part stays in the owning database; the public sees only a
salted SHA-256 commitment to it, by which it can be proven later.
"""

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import rfc8785
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
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from servicekit.database import Query, Reading, Row, Writing
from servicekit.tables import journal

_SALT_BYTES = 16
_HEX: ColumnElement[str] = literal_column("'hex'")


@dataclass(frozen=True, slots=True)
class Object:
    """What an entry is about: an official object, and its version after the act."""

    kind: str
    id: UUID
    version: int


def record(  # noqa: PLR0913 - an act has these six sides, and each is said once
    writing: Writing,
    event: str,
    subject: Object,
    *,
    at: datetime,
    role: str,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> UUID:
    """Add an entry to the transaction; it is written with the commit, or not at all.

    Args:
        writing: the transaction of the change itself.
        event: what happened, as `appeal.forwarded`.
        subject: the object that it happened to.
        at: legal time of the act.
        role: the actor's role, or `system`; never who.
        public: plain JSON values without personal data.
        private: plain JSON values that are published only as a commitment.

    Returns:
        The entry's id.
    """
    entry_id = uuid7()
    entry: dict[str, Any] = {
        "id": str(entry_id),
        "object_kind": subject.kind,
        "object_id": str(subject.id),
        "object_version": subject.version,
        "event": event,
        "at": at.isoformat(),
        "role": role,
        "public": public,
    }
    if private is not None:
        salt = secrets.token_bytes(_SALT_BYTES)
        entry |= {"private": private, "salt": salt.hex(), "commitment": commitment(salt, private).hex()}
    writing.entries.append(entry)
    return entry_id


def commitment(salt: bytes, private: Mapping[str, Any]) -> bytes:
    """SHA-256 over the salt and the canonical JSON (RFC 8785) of a private part."""
    return hashlib.sha256(salt + rfc8785.dumps(dict(private))).digest()


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


_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("id", Uuid),
    ("object_kind", Text),
    ("object_id", Uuid),
    ("object_version", Integer),
    ("event", Text),
    ("at", DateTime(timezone=True)),
    ("role", Text),
    ("public", JSONB),
    ("private", JSONB),
)


def _waiting() -> Select[Any]:
    """The waiting entries, sent as one JSON array, as rows."""
    rows = (
        func.jsonb_to_recordset(bindparam("journal_entries", type_=JSONB))
        .table_valued(
            *(column(name, kind) for name, kind in _COLUMNS), column("salt", Text), column("commitment", Text)
        )
        .render_derived(name="entry", with_types=True)
    )
    plain = [rows.c[name] for name, _ in _COLUMNS]
    return select(*plain, func.decode(rows.c.salt, _HEX), func.decode(rows.c.commitment, _HEX))


INSERT_WAITING = insert(journal).from_select([*(name for name, _ in _COLUMNS), "salt", "commitment"], _waiting())


async def _send_waiting(writing: Writing, send: Callable[..., Awaitable[object]]) -> None:
    deferred = writing.take_deferred()
    if deferred.statement is not None or writing.entries:
        entries, writing.entries = writing.entries, []
        await send(_with_entries(deferred.statement), **deferred.values, journal_entries=entries)


@cache
def _with_entries(statement: Insert | None) -> Query:
    return Query(INSERT_WAITING if statement is None else statement.add_cte(INSERT_WAITING.cte("entries_written")))


_key: tuple[Column[Any], ...] = (journal.c.object_version, journal.c.id)
_HISTORY = Query(
    select(*_key, journal.c.event, journal.c.at, journal.c.role, journal.c.public, journal.c.private)
    .where(journal.c.object_id == bindparam("object_id"))
    .where(func.row(*_key) > func.row(bindparam("version", type_=Integer), bindparam("entry", type_=Uuid)))
    .order_by(*_key)
    .limit(bindparam("limit", type_=Integer))
)

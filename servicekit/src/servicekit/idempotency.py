"""Exactly once: the answer to a change is stored in the change's own transaction, and a repeat gets the same bytes.

A repeat is not looked for beforehand: the change runs, and the primary key of the stored replies lets only one of
several equal requests commit. So the common case costs no extra statement, and a race has exactly one winner.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import asyncpg
from fastapi import Request, Response
from sqlalchemy import Insert, Integer, bindparam, delete, insert, select, tuple_
from uuid_utils.compat import uuid7

from servicekit.database import Query, Writing
from servicekit.database_failures import DatabaseBusy, DatabaseUnavailable
from servicekit.incoming import file_of
from servicekit.journal import INSERT_KEYS, INSERT_WAITING
from servicekit.tables import replies

_LONGEST_KEY = 255
_STORED_HEADERS = ("content-type", "etag", "location")


class BadIdempotencyKey(Exception):
    """The key is empty, too long, or has characters that a header should not."""


class KeyReused(Exception):
    """The key was used before, for a request that said something else."""


class KeyInFlight(Exception):
    """A request with the same key is still being worked on."""


@dataclass(frozen=True, slots=True)
class _Repeatable:
    """What makes two requests the same: who, what, where and under which key."""

    subject: str
    method: str
    path: str
    key: str

    @property
    def place(self) -> dict[str, str]:
        return {
            "reply_subject": self.subject,
            "reply_method": self.method,
            "reply_path": self.path,
            "reply_key": self.key,
        }


async def exactly_once(
    request: Request, writing: Writing, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Answer a changing request, or repeat the answer that it got before.

    `writing` is the transaction that the handler works in, so the reply commits with the change. A request that fails
    is answered from the stored reply when there is one: the first try may have succeeded without the caller hearing
    it. A caller without a name has no place for replies, and nothing is stored.

    Raises:
        BadIdempotencyKey: the header is there and is no key.
        KeyReused: the same key came before with another body.
        KeyInFlight: the same key is being worked on for longer than we wait.
    """
    given = _key_given(request)
    subject = request.state.caller.subject
    if subject is None:
        return await handle(request)
    if file_of(request) is None:
        await request.body()  # one that is too large is refused before anything is done; a file is read by its endpoint
    repeatable = _Repeatable(subject, request.method, request.scope["path"], given or str(uuid7()))
    try:
        response = await handle(request)
        if response.status_code >= 300:  # noqa: PLR2004 - only what was done is stored
            return response
        await _store(writing, repeatable, await _fingerprint(request), response)
    except Exception:
        replay = await _replay(writing, repeatable, request) if given else None
        if replay is None:
            raise
        return replay
    response.headers["Idempotency-Key"] = repeatable.key
    return response


async def forget_replies(writing: Writing, *, kept: timedelta, limit: int) -> int:
    """Delete stored replies older than `kept`, at most `limit` of them; how many."""
    rows = await writing.all(_FORGET, before=datetime.now(UTC) - kept, limit=limit)
    return len(rows)


def _key_given(request: Request) -> str | None:
    header = request.headers.get("idempotency-key")
    if header is None:
        return None
    key = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= _LONGEST_KEY or not all("!" <= letter <= "~" for letter in key):
        raise BadIdempotencyKey
    return key


async def _fingerprint(request: Request) -> bytes | None:
    """The digest of what a request says; None when its file broke off. What is left of a file is read for it."""
    incoming = file_of(request)
    content = await request.body() if incoming is None else await incoming.digest()
    if content is None:
        return None
    return hashlib.sha256(request.scope["query_string"] + b"\n" + content).digest()


async def _store(writing: Writing, repeatable: _Repeatable, fingerprint: bytes | None, response: Response) -> None:
    """Write the reply with all that waits in the transaction, and commit it."""
    deferred = writing.take_deferred()
    entries, writing.entries = writing.entries, []
    try:
        await writing.finish(
            storing(deferred.statement),
            **deferred.values,
            **repeatable.place,
            reply_fingerprint=fingerprint,
            reply_status=response.status_code,
            reply_headers={name: response.headers[name] for name in _STORED_HEADERS if name in response.headers},
            reply_body=bytes(response.body),
            journal_entries=entries,
        )
    except DatabaseBusy as error:
        raise KeyInFlight from error


async def _replay(writing: Writing, repeatable: _Repeatable, request: Request) -> Response | None:
    """The stored answer to this very request, if it was answered before.

    Raises:
        KeyReused: the key was used for another request.
    """
    await writing.roll_back()
    try:
        row = await writing.one(_FIND, **repeatable.place)
    except (DatabaseUnavailable, asyncpg.InterfaceError):
        return None
    fingerprint = None if row is None else await _fingerprint(request)
    if row is None or fingerprint is None:
        return None
    if row["fingerprint"] != fingerprint:
        raise KeyReused
    headers: dict[str, Any] = row["headers"]
    return Response(
        row["body"], row["status"], {**headers, "Idempotency-Key": repeatable.key, "Idempotent-Replayed": "true"}
    )


_REPLY = {
    name: bindparam(f"reply_{name}", type_=column.type) for name, column in replies.c.items() if name != "stored_at"
}


@cache
def storing(statement: Insert | None) -> Query:
    """The statement that ends a change: its deferred row, its journal entries and its reply."""
    rows = [INSERT_WAITING.cte("entries_written"), INSERT_KEYS.cte("keys_written")]
    if statement is not None:
        rows.append(statement.cte("deferred_row"))
    return Query(insert(replies).values(_REPLY).add_cte(*rows))


_FIND = Query(
    select(replies.c.fingerprint, replies.c.status, replies.c.headers, replies.c.body).where(
        *(replies.c[name] == _REPLY[name] for name in ("subject", "method", "path", "key"))
    )
)
_FORGET = Query(
    delete(replies)
    .where(
        tuple_(replies.c.subject, replies.c.method, replies.c.path, replies.c.key).in_(
            select(replies.c.subject, replies.c.method, replies.c.path, replies.c.key)
            .where(replies.c.stored_at < bindparam("before"))
            .limit(bindparam("limit", type_=Integer))
        )
    )
    .returning(replies.c.key)
)

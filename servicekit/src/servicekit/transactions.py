"""The three ways in which a request may use the database.

An endpoint asks for one by an argument: `Read`, `RestrictedRead` or `Write`. Its route opens the transaction before
the endpoint runs and ends it before the answer is sent (`routing.py`); the dependency only hands it over.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from sqlalchemy import insert
from uuid_utils.compat import uuid7

from servicekit.database import Database, Query, Reading, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.readings import record_readings
from servicekit.tables import accesses

Opener: TypeAlias = Callable[[Database], AbstractAsyncContextManager[Any]]


class RestrictedReading:
    """A transaction that looks at people's data, and leaves a trace of having looked."""

    def __init__(self, writing: Writing, snapshot: Reading | None = None) -> None:
        """A transaction that leaves its traces by `writing`, and looks at a snapshot if that is given."""
        self._writing = writing
        self._snapshot = snapshot

    @property
    def reading(self) -> Reading:
        return self._snapshot or self._writing

    async def leave_trace(
        self, caller: Caller, operation: str, objects: Iterable[UUID], *, role: str, at: datetime
    ) -> None:
        """Record that the caller saw these objects, for their subjects to read."""
        seen = list(objects)
        if seen:
            await self._writing.run(
                _TRACE, id=uuid7(), at=at, role=role, agency=caller.agency, operation=operation, objects=seen
            )

    async def record_readings(self, unread: Sequence[UUID] | None, *, at: datetime) -> None:
        """Record that the addressee of these notices read what they are about."""
        await record_readings(self._writing, unread, at=at)

    def enter(self, event: str, subject: Object, **sides: Any) -> None:
        """Put on record what the caller was told; the sides are those of `journal.record`."""
        record(self._writing, event, subject, **sides)


def opener_for(dependant: Dependant) -> Opener | None:
    """How to open the transaction that an endpoint asks for; None when it asks for none.

    Raises:
        ValueError: it asks for more than one, which could not be one transaction.
    """
    asked = set(_asked(dependant))
    if len(asked) > 1:
        raise ValueError("an endpoint has one transaction: Read, RestrictedRead or Write")
    return asked.pop() if asked else None


@asynccontextmanager
async def snapshots(
    opener: Opener | None, request: Request
) -> AsyncIterator[Callable[[], AbstractAsyncContextManager[Any]]]:
    """Begins transactions that all look at one moment, one after the other, for a list that is read page by page.

    What a restricted one leaves behind is committed at its end, and so before the page is sent.

    Raises:
        DatabaseBusy: too many others do the same.
    """
    if opener is None:
        yield nullcontext
        return
    database: Database = request.state.database
    async with database.snapshot() as reading:
        if opener is _restricted:
            yield partial(_restricted, database, reading)
        else:
            yield partial(nullcontext, reading)


@asynccontextmanager
async def _restricted(database: Database, snapshot: Reading | None = None) -> AsyncIterator[RestrictedReading]:
    async with database.write() as writing:
        yield RestrictedReading(writing, snapshot)


async def _read(request: Request) -> Reading:
    transaction: Reading = request.state.transaction
    return transaction


async def _restricted_read(request: Request) -> RestrictedReading:
    transaction: RestrictedReading = request.state.transaction
    return transaction


async def _write(request: Request) -> Writing:
    transaction: Writing = request.state.transaction
    return transaction


def _asked(dependant: Dependant) -> Iterator[Opener]:
    if dependant.call in _OPENERS:
        yield _OPENERS[dependant.call]
    for below in dependant.dependencies:
        yield from _asked(below)


Read = Annotated[Reading, Depends(_read)]
RestrictedRead = Annotated[RestrictedReading, Depends(_restricted_read)]
Write = Annotated[Writing, Depends(_write)]

_OPENERS: dict[Callable[..., Any], Opener] = {
    _read: Database.read,
    _restricted_read: _restricted,
    _write: Database.write,
}
_TRACE = Query(insert(accesses))

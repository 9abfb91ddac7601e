"""The three ways in which a request may use the database, as dependencies.

Each is one transaction, declared with `scope="function"`, so that it is committed before the answer is sent.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import insert
from uuid_utils.compat import uuid7

from servicekit.database import Database, Query, Reading, Writing
from servicekit.identity import Caller, CurrentCaller
from servicekit.tables import accesses


class RestrictedReading:
    """A transaction that looks at people's data, and leaves a trace of having looked."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    @property
    def reading(self) -> Reading:
        return self._writing

    async def leave_trace(
        self, caller: Caller, operation: str, objects: Iterable[UUID], *, role: str, at: datetime
    ) -> None:
        """Record that the caller saw these objects, for their subjects to read."""
        seen = list(objects)
        if seen:
            await self._writing.run(
                _TRACE, id=uuid7(), at=at, role=role, agency=caller.agency, operation=operation, objects=seen
            )


async def _read(request: Request, _: CurrentCaller) -> AsyncIterator[Reading]:
    database: Database = request.state.database
    async with database.read() as reading:
        yield reading


async def _restricted_read(request: Request, _: CurrentCaller) -> AsyncIterator[RestrictedReading]:
    database: Database = request.state.database
    async with database.write() as writing:
        yield RestrictedReading(writing)


async def _write(request: Request, caller: CurrentCaller) -> AsyncIterator[Writing]:
    database: Database = request.state.database
    async with database.write() as writing:
        if caller.subject is not None:
            request.state.writing = writing
        yield writing


Read = Annotated[Reading, Depends(_read, scope="function")]
RestrictedRead = Annotated[RestrictedReading, Depends(_restricted_read, scope="function")]
Write = Annotated[Writing, Depends(_write, scope="function")]

_TRACE = Query(insert(accesses))

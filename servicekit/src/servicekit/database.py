"""How code talks to PostgreSQL: SQLAlchemy Core describes a statement, asyncpg executes it.

A statement is compiled once to SQL with numbered parameters. SQLAlchemy's own value processors do not run: a
parameter goes to asyncpg as it is, and a row comes back as asyncpg's record.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import asyncpg
from asyncpg.protocol import NO_TIMEOUT
from pydantic_core import to_json
from sqlalchemy import Insert
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql.elements import ClauseElement

from servicekit.database_failures import DatabaseBusy, translated
from servicekit.group_commit import GroupCommit

if TYPE_CHECKING:
    from asyncpg.transaction import Transaction

_DIALECT = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
# The step of the sequences that `Writing.draw` draws from.
NUMBERS_A_BLOCK = 32
_ACQUIRE_SECONDS = 5.0
_CLOSE_SECONDS = 5.0
_SERVER_SETTINGS = {
    "datestyle": "ISO",
    "work_mem": "32MB",  # a bitmap of some hundred thousand rows that does not forget which they are
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
}
_CSV = {"format": "csv"}
# Characters that JSON never has as they are, so that nothing in it is quoted, nor looked for.
_PLAIN = {"format": "csv", "delimiter": "\x02", "quote": "\x01"}

# A row as the driver gives it: values by column name, in the order of the columns.
Row: TypeAlias = Mapping[str, Any]


class Query:
    """A Core statement, compiled once for asyncpg.

    Values written into the statement are its defaults; `bindparam` names are given at each execution.
    """

    __slots__ = ("defaults", "names", "sql")

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.names: tuple[str, ...] = tuple(getattr(compiled, "positiontup", None) or ())
        self.defaults = {name: value for name, value in compiled.params.items() if value is not None}

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """The values in the order of the statement's numbered parameters.

        Raises:
            KeyError: when a parameter has neither a value nor a default.
        """
        defaults = self.defaults
        return [values[name] if name in values else defaults[name] for name in self.names]


class Reading:
    """A transaction that may look but not touch; it begins with its first statement."""

    _options: Mapping[str, Any] = {"isolation": "repeatable_read", "readonly": True}

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._connection: asyncpg.Connection | None = None
        self._transaction: Transaction | None = None
        self.open = True

    async def one(self, query: Query, **values: Any) -> Row | None:
        connection = await self._begun()
        with translated(connection):
            row: Row | None = await connection.fetchrow(query.sql, *query.arguments(values))
            return row

    async def alone(self, query: Query, **values: Any) -> list[Row]:
        """The rows of the only statement that is asked here, which so needs no transaction around it."""
        connection = await self._connected()
        with translated(connection):
            rows: list[Row] = await connection.fetch(query.sql, *query.arguments(values))
            return rows

    async def all(self, query: Query, **values: Any) -> list[Row]:
        connection = await self._begun()
        with translated(connection):
            rows: list[Row] = await connection.fetch(query.sql, *query.arguments(values))
            return rows

    async def value(self, query: Query, **values: Any) -> Any:
        connection = await self._begun()
        with translated(connection):
            return await connection.fetchval(query.sql, *query.arguments(values))

    async def begin(self) -> None:
        """Begin at once; all statements, also those `alone`, look at the moment of the first."""
        await self._begun()

    async def copy(
        self, query: Query, take: Callable[[bytes], Awaitable[None]], *, seconds: int, plain: bool, **values: Any
    ) -> None:
        """Give a query's rows away as lines of CSV while they are read, no faster than they are taken.

        `plain` rows are one JSON text each, and come out as they are. The statement has a limit of its own, of so many
        seconds.
        """
        connection = await self._begun()
        form = _PLAIN if plain else _CSV
        with translated(connection):
            await connection.execute(f"SET LOCAL statement_timeout = '{seconds}s'")
            arguments = query.arguments(values)
            # With a limit of its own, the driver would make a task for each piece; the statement has one already.
            await connection.copy_from_query(query.sql, *arguments, output=take, timeout=NO_TIMEOUT, **form)

    async def roll_back(self) -> None:
        """Give up what was begun; what is committed can still be read."""
        if self.open:
            self.open = False
            if self._transaction is not None:
                # A connection that is gone has rolled back already; what went wrong before is the error to tell.
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await self._transaction.rollback()

    async def close(self) -> None:
        """Give up what is still open, and give the connection back, even if it is cancelled meanwhile."""
        connection, self._connection = self._connection, None
        try:
            await self.roll_back()
        finally:
            if connection is not None:
                await self._pool.release(connection)

    async def _begun(self) -> asyncpg.Connection:
        """The connection, in the transaction while that is open."""
        connection = await self._connected()
        if self.open and self._transaction is None:
            transaction = connection.transaction(**self._options)
            with translated(connection):
                await transaction.start()
            self._transaction = transaction
        return connection

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None:
            with translated(None):
                # Not the pool's own timeout, which makes a task for each connection that it hands out.
                async with asyncio.timeout(_ACQUIRE_SECONDS):
                    self._connection = await self._pool.acquire()
        return self._connection


class Writing(Reading):
    """A transaction that may change things.

    `entries` are journal entries that wait to be written, and `deferred` is a row that can wait: they are sent in one
    statement with whatever comes last. A change that needs no other statement is then a transaction by itself.
    """

    _options: Mapping[str, Any] = {}

    def __init__(self, pool: asyncpg.Pool, group: GroupCommit, numbers: dict[str, deque[int]]) -> None:
        super().__init__(pool)
        self._group = group
        self._numbers = numbers
        self.entries: list[dict[str, Any]] = []
        self.deferred: Deferred | None = None

    async def run(self, query: Query, **values: Any) -> Row | None:
        """Execute a change; the row it returns, if it returns one."""
        return await self.one(query, **values)

    def defer(self, statement: Insert, **values: Any) -> None:
        """Insert a row later, with the transaction's last statement; one row at most.

        Raises:
            ValueError: another row is waiting already.
        """
        if self.deferred is not None:
            raise ValueError("one row waits already")
        self.deferred = Deferred(statement, values)

    def take_deferred(self) -> "Deferred":
        """The row that waits, no longer waiting; an empty one if there is none."""
        deferred, self.deferred = self.deferred, None
        return deferred or Deferred(None, {})

    async def finish(self, query: Query, **values: Any) -> None:
        """Execute the last change and commit it with all before it.

        If there was nothing before it, the statement is its own transaction.
        """
        if self._transaction is not None:
            await self.run(query, **values)
            await self.commit()
            return
        self.open = False
        await self.close()  # the group has a connection of its own, and would wait for this one
        await self._group.execute(query.sql, query.arguments(values))

    async def commit(self) -> None:
        if self.open:
            self.open = False
            if self._transaction is not None:
                with translated(self._connection):
                    await self._transaction.commit()

    async def draw(self, sequence: str) -> int:
        """The next number of a sequence that counts in steps of `NUMBERS_A_BLOCK`.

        A block is fetched at a time, so most numbers cost nothing; those of a process that ends stay unused.
        """
        waiting = self._numbers[sequence]
        if not waiting:
            connection = await self._connected()
            with translated(connection):
                first = await connection.fetchval("SELECT nextval($1::text::regclass)", sequence)
            waiting.extend(range(first, first + NUMBERS_A_BLOCK))
        return waiting.popleft()


@dataclass(frozen=True, slots=True)
class Deferred:
    """A row that waits to be inserted, or none."""

    statement: Insert | None
    values: dict[str, Any]


class Database:
    """A pool of connections to the service's own database.

    `before_commit` is called with every writing transaction that is still open at its end.
    """

    def __init__(
        self, url: str, *, pool_size: int, name: str, before_commit: Callable[[Writing], Awaitable[None]] | None = None
    ) -> None:
        self._before_commit = before_commit
        self._numbers: dict[str, deque[int]] = defaultdict(deque)
        self._pool = asyncpg.create_pool(
            url,
            min_size=0,
            max_size=pool_size,
            init=_prepare_connection,
            reset=_nothing_to_reset,
            command_timeout=15,
            timeout=_ACQUIRE_SECONDS,
            max_inactive_connection_lifetime=60,
            server_settings=_SERVER_SETTINGS | {"application_name": name},
        )

        self._group = GroupCommit(self._pool)
        self._lent = asyncio.Semaphore(max(1, pool_size // 3))

    async def __aenter__(self) -> Self:
        await self._pool
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reading]:
        """One read-only transaction on one snapshot."""
        reading = Reading(self._pool)
        try:
            yield reading
        finally:
            await reading.close()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Reading]:
        """As `read`, for as long as it takes to read very much; a third of the connections are lent so at most.

        Raises:
            DatabaseBusy: all of those are in use.
        """
        if self._lent.locked():
            raise DatabaseBusy("too many read very much")
        async with self._lent, self.read() as reading:
            await reading.begin()
            yield reading

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writing]:
        """One transaction: committed at the end, rolled back on any exception."""
        writing = Writing(self._pool, self._group, self._numbers)
        try:
            yield writing
            if writing.open and self._before_commit is not None:
                await self._before_commit(writing)
            await writing.commit()
        finally:
            await writing.close()


async def _prepare_connection(connection: asyncpg.Connection) -> None:
    for name in ("jsonb", "json"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_dump, decoder=json.loads, format="text")


def _dump(value: Any) -> str:
    return to_json(value).decode()


async def _nothing_to_reset(_: asyncpg.Connection) -> None:
    """No session state is ever set here, so the pool's own reset would be a round trip for nothing."""

"""What can go wrong with the database through nobody's fault, told apart from a bug of ours."""

from types import TracebackType

import asyncpg


class DatabaseUnavailable(Exception):
    """The database cannot be reached, is shutting down, or has no room for another request."""


class DatabaseBusy(Exception):
    """The database gave up a statement for now: a lock was held too long, or it took too long."""


_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InternalClientError,  # the server died under a connection that does not know it yet
    OSError,  # TimeoutError and ConnectionError among them
)
_BUSY = (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, asyncpg.DeadlockDetectedError)


class translated:  # noqa: N801 - read as a phrase: with translated(connection)
    """Turns the driver's failures into the two that callers can act on; a bug of ours stays what it is."""

    __slots__ = ("_connection",)

    def __init__(self, connection: asyncpg.Connection | None) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            return
        if isinstance(error, _GONE):
            raise DatabaseUnavailable(type(error).__name__) from error
        if self._connection is None and isinstance(error, asyncpg.ObjectNotInPrerequisiteStateError):
            raise DatabaseUnavailable("closed to connections") from error
        if isinstance(error, _BUSY):
            raise DatabaseBusy(type(error).__name__) from error
        if isinstance(error, asyncpg.InterfaceError) and _is_lost(self._connection):
            raise DatabaseUnavailable(type(error).__name__) from error


def _is_lost(connection: asyncpg.Connection | None) -> bool:
    """Whether a connection is not there; the pool takes back a closed one, and then does not even answer that."""
    try:
        return connection is None or bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True

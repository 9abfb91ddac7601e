"""The whole of Ashyq in one process: database, services, sandbox and gateway, started and stopped in order."""

import asyncio
import fcntl
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from starlette.types import ASGIApp

from servicekit.logs import configure_logs
from servicekit.migrations.running import upgrade
from stack import databases, postgres
from stack.composition import SERVICES, compose
from stack.keeping import kept
from stack.place import Ground, Place, unusable
from stack.serving import CannotStart, listening
from stack.witness_process import witness_beside


@contextmanager
def furnished(place: Place, say: Callable[[str], None]) -> Iterator[ASGIApp]:
    """The gateway's app with all that it needs behind it, in this process.

    Raises:
        CannotStart, postgres.PostgresUnusable: as `prepared`.
    """
    with prepared(place, say) as ground:
        yield compose(ground)


@contextmanager
def prepared(place: Place, say: Callable[[str], None]) -> Iterator[Ground]:
    """A place at which services can run: its log, its database server with a migrated database for each, its witness.

    Raises:
        CannotStart: the data folder is in use or cannot be used, the port is taken, or the database server of
            ASHYQ_DATABASE_URL cannot be used.
        postgres.PostgresUnusable: as `postgres.start`.
    """
    with _sole_user(place.data), _logging(place.data), _free(place.port), _database(place, say) as admin_url:
        urls = _prepare_databases(place, admin_url)
        for name, package in SERVICES.items():
            say(f"Bringing the database of {name} up to date")
            upgrade(package, urls[name].migration_database_url)
        with witness_beside(place) as witness:
            yield Ground(place, urls, witness)


@contextmanager
def _free(port: int) -> Iterator[None]:
    """Find out that a port is taken before a database is made for nothing."""
    with listening(port):
        pass
    yield


@contextmanager
def _sole_user(data: Path) -> Iterator[None]:
    """One house to a data folder: two would move each other's clock."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("a")
    except OSError as error:
        raise unusable(data, error) from error
    with lock:
        try:
            # Not flock, which would last until the last process that this one has started has ended, too.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            raise CannotStart(
                f"Another Ashyq is running on {data}. Stop it, or run this one beside it: "
                "make run PORT=8001 ASHYQ_DATA=.ashyq-2"
            ) from None
        yield


@contextmanager
def _logging(data: Path) -> Iterator[None]:
    with (data / "ashyq.log").open("a", encoding="utf-8", buffering=1) as log:
        configure_logs(log)
        try:
            yield
        finally:
            configure_logs(sys.stderr)


@contextmanager
def _database(place: Place, say: Callable[[str], None]) -> Iterator[str]:
    if place.database_url:
        yield place.database_url
        return
    say("Starting PostgreSQL" if (place.data / "postgres").exists() else "Making a new PostgreSQL database")
    with postgres.running(place.data) as server:
        yield server.url


def _prepare_databases(place: Place, admin_url: str) -> dict[str, databases.ServiceUrls]:
    password = kept(place.data / "services-password", lambda: secrets.token_urlsafe(24))

    async def prepare() -> dict[str, databases.ServiceUrls]:
        return {name: await databases.prepare(admin_url, name, password) for name in SERVICES}

    try:
        return asyncio.run(prepare())
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if place.database_url is None:
            raise
        raise CannotStart(
            f"The PostgreSQL server of ASHYQ_DATABASE_URL cannot be used ({error}). Name an administrator's URL of a "
            "server that runs, or none: Ashyq then starts one of its own."
        ) from error

"""The whole of Ashyq in one process: database, services, sandbox and gateway, started and stopped in order."""

import asyncio
import fcntl
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from starlette.types import ASGIApp

from appeals.main import create_app as create_appeals
from appeals.settings import Settings as AppealsSettings
from gateway.main import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from servicekit.base_settings import SANDBOX_ISSUER, IdentitySettings
from servicekit.clock import SandboxClock
from servicekit.logs import configure_logs
from servicekit.migrations.running import upgrade
from servicekit.upstream import InProcess
from stack import databases, postgres
from stack.keeping import kept
from stack.sandbox import SandboxIssuer, create_sandbox
from stack.serving import LAST_PORT, CannotStart, listening

SERVICES = {"appeals": "appeals"}  # the name of each, and the package of its code
_JWKS = "http://sandbox/sandbox/jwks.json"


@dataclass(frozen=True)
class Place:
    """Where a house stands: its data folder, its port (0: any free one), and its database if that is not its own."""

    data: Path
    port: int
    database_url: str | None = None

    @property
    def issuer(self) -> SandboxIssuer:
        """The sandbox's issuer, with the key that is kept here.

        Raises:
            CannotStart: the data folder cannot be used.
        """
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            return SandboxIssuer(self.data / "sandbox-key.json")
        except OSError as error:
            raise _unusable(self.data, error) from error


def place_from_environment() -> Place:
    """The place that PORT, ASHYQ_DATA and ASHYQ_DATABASE_URL name, or the usual one.

    Raises:
        CannotStart: PORT is not a port.
    """
    port = os.environ.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit() or not 0 <= int(port) <= LAST_PORT:
        raise CannotStart(f"PORT={port} is not a port. Choose one from 1 to 65535, for example: make run PORT=8080")
    data = Path(os.environ.get("ASHYQ_DATA") or ".ashyq").expanduser().absolute()
    return Place(data, int(port), os.environ.get("ASHYQ_DATABASE_URL") or None)


@contextmanager
def furnished(place: Place, say: Callable[[str], None]) -> Iterator[ASGIApp]:
    """The gateway's app with all that it needs behind it: a running, migrated database and the services.

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
        yield _compose(place, urls)


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
        raise _unusable(data, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"Another Ashyq is running on {data}. Stop it, or run this one beside it: "
                "make run PORT=8001 ASHYQ_DATA=.ashyq-2"
            ) from None
        yield


def _unusable(data: Path, error: OSError) -> CannotStart:
    return CannotStart(f"{data} cannot be used ({error.strerror}). Choose another: make run ASHYQ_DATA=…")


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


def _compose(place: Place, urls: Mapping[str, databases.ServiceUrls]) -> ASGIApp:
    clock_file = place.data / "clock"
    identity = IdentitySettings(environment="local", issuer=SANDBOX_ISSUER, jwks_url=_JWKS, clock_file=clock_file)
    shared = identity.model_dump()
    # The sandbox starts the services' sweeps and the services read its keys, so it learns of them as they are made.
    services: dict[str, InProcess] = {}
    sandbox = InProcess(create_sandbox(identity, place.issuer, SandboxClock(clock_file), services))
    services["appeals"] = InProcess(
        create_appeals(AppealsSettings(**shared, database_url=urls["appeals"].database_url), issuer=sandbox.transport)
    )
    return create_gateway(GatewaySettings(**shared), {"sandbox": sandbox, **services}, issuer=sandbox)

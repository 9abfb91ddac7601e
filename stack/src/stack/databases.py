"""One database and two roles for each service: an owner, who migrates, and an application, which works with rows."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
from asyncpg import Connection

# Any fixed number: stacks that start on one server at the same time wait for each other here.
_LOCK = 7_246_551_308_114

_SERVICE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ROLE = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


@dataclass(frozen=True)
class ServiceUrls:
    """How a service connects: as the application (no DDL), and as the owner for its migrations."""

    database_url: str
    migration_database_url: str


async def prepare(admin_url: str, service: str, password: str) -> ServiceUrls:
    """Make the database and roles of a service, or bring them in order; harmless when repeated or run concurrently.

    `admin_url` is a superuser's. Both roles get `password`, each time. `legal-acts` becomes `ashyq_legal_acts`.

    Raises:
        ValueError: the name is not one of lower-case words joined by hyphens.
    """
    if not _SERVICE.fullmatch(service):
        raise ValueError(f"Not a service name: {service!r}")
    database = f"ashyq_{service.replace('-', '_')}"
    owner, app = database, f"{database}_app"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute("SELECT pg_advisory_lock($1)", _LOCK)  # freed with the connection
        await _prepare_roles(admin, owner, app, password)
        await _prepare_database(admin, database, owner, app)
        await _prepare_schema(_with(admin_url, database=database), owner, app)
    finally:
        await admin.close()
    return ServiceUrls(
        database_url=_with(admin_url, user=app, password=password, database=database),
        migration_database_url=_with(admin_url, user=owner, password=password, database=database),
    )


async def _prepare_roles(admin: Connection, owner: str, app: str, password: str) -> None:
    for role in (owner, app):
        if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
            await _execute(admin, "CREATE ROLE %I", role)
        await _execute(admin, f"ALTER ROLE %I {_ROLE} PASSWORD %L", role, password)
    # The journal's gate must see which database each open transaction belongs to. PostgreSQL 18 shows that to
    # everybody, but promises it only to members of this role.
    await _execute(admin, "GRANT pg_read_all_stats TO %I", owner)


async def _prepare_database(admin: Connection, database: str, owner: str, app: str) -> None:
    if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
        await _execute(admin, "CREATE DATABASE %I OWNER %I ENCODING 'UTF8' TEMPLATE template0", database, owner)
    await _execute(admin, "REVOKE ALL ON DATABASE %I FROM PUBLIC", database)
    await _execute(admin, "GRANT CONNECT ON DATABASE %I TO %I, %I", database, owner, app)


async def _prepare_schema(url: str, owner: str, app: str) -> None:
    """Give the application its rights on what the owner will make.

    Only default privileges: where a migration takes a right back (rows that are only ever appended), it stays taken.
    """
    rights = "ALTER DEFAULT PRIVILEGES FOR ROLE %I GRANT {} TO %I"
    connection = await asyncpg.connect(url)
    try:
        await _execute(connection, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        await _execute(connection, "GRANT USAGE ON SCHEMA public TO %I", app)
        await _execute(connection, rights.format("SELECT, INSERT, UPDATE, DELETE ON TABLES"), owner, app)
        await _execute(connection, rights.format("USAGE, SELECT ON SEQUENCES"), owner, app)
        await _execute(connection, rights.format("EXECUTE ON FUNCTIONS"), owner, app)
    finally:
        await connection.close()


async def _execute(connection: Connection, statement: str, *names: str) -> None:
    """Run a statement that takes no parameters; the server itself quotes identifiers (%I) and literals (%L)."""
    quoted = await connection.fetchval("SELECT format($1, VARIADIC $2::text[])", statement, names)
    await connection.execute(quoted)


def _with(url: str, *, database: str, user: str | None = None, password: str = "") -> str:
    parts = urlsplit(url)
    place = parts.netloc if user is None else f"{user}:{quote(password, safe='')}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=place, path=f"/{database}"))

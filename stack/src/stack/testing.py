"""The pytest plugin that gives tests a real PostgreSQL server, and databases that are migrated and empty."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from servicekit.migrations.running import upgrade
from stack import databases, postgres

# Every role of the house, and who has none: who may do what is asked for each.
NOBODY = "no token"
ROLES = (
    "citizen", "company", "officer", "head", "buyer", "supplier", "auditor", "drafter", "expert", "observer", "bailiff",
    "moderator", "operator", "service", "front_office", "terminal", NOBODY,
)  # fmt: skip
# The id of nothing.
ABSENT_ID = "01900000-0000-7000-8000-000000000000"
_PATIENCE_SECONDS = 20.0
_PASSWORD = "tests"  # noqa: S105 - of a server that lives as long as the tests, on the loopback
# Not TRUNCATE, which makes every table's and index's file anew. The order of the tables is that of their names, so
# that references between them must not be held for the moment.
_EMPTY = """
SELECT 'SET session_replication_role = replica; '
       || string_agg(format('DELETE FROM %I.%I', schemaname, tablename), '; ')
  FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


@dataclass(frozen=True)
class TestDatabase:
    """A service's database: `url` for the application, `owner_url` for migrations, `admin_url` for anything."""

    __test__ = False  # the name begins like a test's, and it is none

    url: str
    owner_url: str
    admin_url: str

    def empty(self) -> None:
        """Remove all rows, and keep the schema."""
        asyncio.run(_empty(self.admin_url))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The administrator's URL of the server in ASHYQ_TEST_DATABASE_URL, or of an embedded one that goes with the tests.

    The embedded server keeps its promises of durability, as in real use: what the tests measure and kill is the same.
    """
    if given := os.environ.get("ASHYQ_TEST_DATABASE_URL"):
        yield given
        return
    data = Path(tempfile.mkdtemp(prefix="ashyq-tests-"))
    data.chmod(0o755)  # as root, the server's account can then keep everything in this one folder
    try:
        with postgres.running(data) as server:
            yield server.url
    finally:
        postgres.remove(data)
        shutil.rmtree(data)


@pytest.fixture(scope="session")
def new_database(postgres_url: str) -> Callable[[str, str], TestDatabase]:
    """Makes a fresh, migrated database of a service, given its name and package, in a few hundredths of a second."""
    templates: dict[str, databases.ServiceUrls] = {}
    numbers = count(1)

    def make(service: str, package: str) -> TestDatabase:
        if service not in templates:
            templates[service] = asyncio.run(databases.prepare(postgres_url, service, _PASSWORD))
            upgrade(package, templates[service].migration_database_url)
        urls = templates[service]
        template = urls.database_url.rpartition("/")[2]
        name = f"{template}_{os.getpid()}_{next(numbers)}"
        asyncio.run(_clone(postgres_url, template, name))
        return TestDatabase(
            url=_named(urls.database_url, name),
            owner_url=_named(urls.migration_database_url, name),
            admin_url=_named(postgres_url, name),
        )

    return make


def whole_journal(
    client: httpx.Client, service: str, until: Callable[[Sequence[Mapping[str, Any]]], bool] = bool
) -> list[dict[str, Any]]:
    """Every entry of a service's journal, as soon as they satisfy `until`: what was just done is sealed within moments.

    Raises:
        TimeoutError: they do not.
    """
    ends = time.monotonic() + _PATIENCE_SECONDS
    while True:
        entries: list[dict[str, Any]] = []
        address: str | None = f"/v1/journals/{service}/entries?limit=1000"
        while address:
            page = client.get(address).raise_for_status().json()
            entries += page["items"]
            address = page["next"]
        if until(entries):
            return entries
        if time.monotonic() > ends:
            raise TimeoutError(f"{len(entries)} entries of {service} are sealed, and not what is waited for")
        time.sleep(0.1)


def _named(url: str, database: str) -> str:
    return f"{url.rpartition('/')[0]}/{database}"


async def _clone(admin_url: str, template: str, name: str) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{template}"')
        await admin.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        await admin.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{template}", "{template}_app"')
    finally:
        await admin.close()


async def _empty(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(await connection.fetchval(_EMPTY))
    finally:
        await connection.close()

"""A database that is away is said to be away: nothing is promised meanwhile, and all goes on when it is back."""

from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI

from servicekit.testing import serving
from stack.testing import TestDatabase

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]


async def set_open(admin_url: str, database: TestDatabase, *, is_open: bool) -> None:
    """Open a database to connections, or close it and end those that it has."""
    name = database.url.rpartition("/")[2]
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {str(is_open).lower()}')
        if not is_open:
            await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    finally:
        await admin.close()


async def test_the_service_waits_for_its_database_and_goes_on(
    own_database: TestDatabase,
    postgres_url: str,
    app_on: Callable[..., FastAPI],
    people: People,
    filing: Filing,
) -> None:
    headers = people["citizen"] | {"Idempotency-Key": "during-the-outage"}
    async with serving(app_on(own_database)) as client:

        async def ask() -> list[httpx.Response]:
            return [
                await client.post("/v1/appeals", json=filing(), headers=headers),
                await client.get("/v1/appeals", headers=headers),
                await client.get("/health/ready"),
            ]

        assert (await client.post("/v1/appeals", json=filing(), headers=people["citizen"])).status_code == 201
        await set_open(postgres_url, own_database, is_open=False)
        for answer in [*await ask(), *await ask()]:
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
            assert int(answer.headers["retry-after"]) > 0
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/v1/agencies")).status_code == 200
        await set_open(postgres_url, own_database, is_open=True)
        filed, listed, ready = await ask()
        assert (filed.status_code, listed.status_code, ready.status_code) == (201, 200, 200)
        assert len(listed.json()["items"]) == 2

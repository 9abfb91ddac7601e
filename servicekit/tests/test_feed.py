"""The feed's order: a reader who follows it meets every entry once, whatever the writers do meanwhile."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from servicekit.database import Database, Query, Writing
from servicekit.journal import Object, commit_entries, record, write_entries
from servicekit.testing import serving
from stack.testing import TestDatabase

WRITERS = 12
SECONDS = 5.0
NOTES = 30
FEED = "/v1/journals/kit/entries"
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
_SEE = Query(text("SELECT version FROM notes WHERE id = :note"))
_RAISE = Query(text("UPDATE notes SET version = version + 1 WHERE id = :note AND version = :seen RETURNING version"))


class GivenUp(Exception):
    """A writer has lost a race, or thinks better of it before the commit."""


@pytest.fixture
async def own_client(build: Callable[..., FastAPI], own_database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a sample service that seals its journal all the time, on a database of its own."""
    async with serving(build(own_database.url, seal_seconds=0.02)) as client:
        yield client


@asynccontextmanager
async def store_of(database: TestDatabase) -> AsyncIterator[Database]:
    async with Database(database.url, pool_size=WRITERS, name="writers", before_commit=commit_entries) as store:
        yield store


async def change(store: Database, note: UUID, chance: random.Random) -> UUID:
    """Raise a note's version in a transaction that takes its time, and sometimes is given up.

    The note is read before anything is written: so the transaction gets its number behind those whose work it saw,
    and entries about one note come in the order of its versions.
    """
    async with store.write() as writing:
        row = await writing.run(_RAISE, note=note, seen=await writing.value(_SEE, note=note))
        if row is None:
            raise GivenUp
        entry = record(writing, "note.raised", Object("note", note, row["version"]), at=NOON, role="x", public={})
        await asyncio.sleep(chance.random() ** 4 * 0.3)
        if chance.random() < 0.1:
            raise GivenUp
    return entry


async def write_until(store: Database, notes: list[UUID], stop: float, number: int) -> set[UUID]:
    chance, written = random.Random(number), set()  # noqa: S311 - a repeatable mixture, no secret
    while time.monotonic() < stop:
        with suppress(GivenUp):
            written.add(await change(store, chance.choice(notes), chance))
    return written


class Follower:
    """Reads the feed as a stranger would: page by page, always on from the index of the last entry."""

    def __init__(self, client: httpx.AsyncClient, limit: int) -> None:
        self._client = client
        self._asked: dict[str, str | int] = {"limit": limit}
        self.seen: list[dict[str, Any]] = []

    async def look(self) -> bool:
        """Take in what is new; whether there was anything."""
        answer = (await self._client.get(FEED, params=self._asked)).raise_for_status().json()
        self.seen += answer["items"]
        if answer["items"]:
            self._asked["after"] = answer["items"][-1]["index"]
        return bool(answer["items"])

    async def follow(self, writing: "asyncio.Future[list[set[UUID]]]") -> None:
        while not writing.done():
            await self.look()
            await asyncio.sleep(0.01)
        while len(self.seen) < sum(map(len, await writing)):
            await self.look()
            await asyncio.sleep(0.01)
        assert not await self.look()


async def test_a_reader_misses_nothing_and_meets_nothing_twice(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, own_database: TestDatabase
) -> None:
    notes = [uuid4() for _ in range(NOTES)]
    await own_admin.executemany("INSERT INTO notes VALUES ($1, '', 1, false)", [(note,) for note in notes])
    follower, stop = Follower(own_client, limit=7), time.monotonic() + SECONDS
    async with store_of(own_database) as store:
        writing = asyncio.gather(*(write_until(store, notes, stop, number) for number in range(WRITERS)))
        await follower.follow(writing)
        written = set().union(*await writing)
    seen = [UUID(entry["id"]) for entry in follower.seen]
    assert len(written) > 200
    assert len(seen) == len(set(seen))
    assert set(seen) == written
    assert [entry["index"] for entry in follower.seen] == list(range(len(seen)))
    await assert_in_order(own_admin, follower.seen)


async def assert_in_order(admin: asyncpg.Connection, seen: list[dict[str, Any]]) -> None:
    rows = await admin.fetch("SELECT id FROM journal ORDER BY transaction, id")
    assert [entry["id"] for entry in seen] == [str(row["id"]) for row in rows]
    versions = defaultdict(list)
    for entry in seen:
        versions[entry["object"]["id"]].append(entry["object"]["version"])
    assert all(found == list(range(2, len(found) + 2)) for found in versions.values())


async def shown(client: httpx.AsyncClient, expected: int = 0) -> list[str]:
    """The ids in the feed, once there are enough, which sealing takes a moment for."""
    entries: list[str] = []
    if not expected:
        await asyncio.sleep(0.2)  # some turns of the sealer
    for _ in range(200):
        entries = [entry["id"] for entry in (await client.get(FEED)).raise_for_status().json()["items"]]
        if len(entries) >= expected:
            break
        await asyncio.sleep(0.025)
    return entries


async def entered(writing: Writing) -> str:
    """An entry that is written, and not yet committed."""
    entry = record(writing, "note.made", Object("note", uuid4(), 1), at=NOON, role="x", public={})
    await write_entries(writing)
    return str(entry)


async def test_entries_wait_for_those_that_may_still_precede_them(
    own_client: httpx.AsyncClient, own_database: TestDatabase
) -> None:
    async with store_of(own_database) as store:
        async with store.write() as slow:
            first = await entered(slow)
            async with store.write() as fast:
                second = await entered(fast)
            assert await shown(own_client) == []
        assert await shown(own_client, 2) == [first, second]


async def test_ordering_by_id_alone_would_lose_an_entry(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, own_database: TestDatabase
) -> None:
    """The very same history, followed by a reader whose cursor is the last id seen."""

    async def behind(cursor: str) -> list[str]:
        rows = await own_admin.fetch("SELECT id FROM journal WHERE id > $1 ORDER BY id", UUID(cursor))
        return [str(row["id"]) for row in rows]

    async with store_of(own_database) as store:
        async with store.write() as slow:
            lost = await entered(slow)
            async with store.write() as fast:
                second = await entered(fast)
            naive = await behind(str(UUID(int=0)))
            assert naive == [second]
        naive += await behind(naive[-1])
    assert lost not in naive
    assert await shown(own_client, 2) == [lost, second]


async def test_a_transaction_that_is_given_up_holds_nothing_back_afterwards(
    own_client: httpx.AsyncClient, own_database: TestDatabase
) -> None:
    async with store_of(own_database) as store:
        with suppress(GivenUp):
            async with store.write() as doomed:
                await entered(doomed)
                async with store.write() as fast:
                    kept = await entered(fast)
                raise GivenUp
        assert await shown(own_client, 1) == [kept]


async def test_a_reader_in_the_same_database_holds_nothing_back(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, own_database: TestDatabase
) -> None:
    async with store_of(own_database) as store, own_admin.transaction(isolation="repeatable_read"):
        await own_admin.fetchval("SELECT count(*) FROM journal")
        async with store.write() as writing:
            entry = await entered(writing)
        assert await shown(own_client, 1) == [entry]


@pytest.fixture
def other_database(new_notes: Callable[[], TestDatabase]) -> TestDatabase:
    return new_notes()


async def test_a_writer_in_another_database_of_the_server_holds_nothing_back(
    own_client: httpx.AsyncClient, own_database: TestDatabase, other_database: TestDatabase
) -> None:
    async with store_of(own_database) as store, store_of(other_database) as other, other.write() as elsewhere:
        await entered(elsewhere)
        async with store.write() as writing:
            entry = await entered(writing)
        assert await shown(own_client, 1) == [entry]


async def test_a_writer_of_another_table_holds_the_feed_back_until_it_ends(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, own_database: TestDatabase
) -> None:
    async with store_of(own_database) as store:
        async with own_admin.transaction():
            await own_admin.execute("INSERT INTO notes VALUES ($1, '', 1, false)", uuid4())
            async with store.write() as writing:
                entry = await entered(writing)
            assert await shown(own_client) == []
        assert await shown(own_client, 1) == [entry]

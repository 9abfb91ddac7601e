"""Changes that go together: they share a commit, and nothing else."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from servicekit.database import Database
from servicekit.database_failures import DatabaseUnavailable
from servicekit.group_commit import GroupCommit
from servicekit.journal import commit_entries
from stack.testing import TestDatabase

from .conftest import notes

_LOCK_OUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tests'"


async def write(store: Database, note_id: UUID, text: str = "a") -> None:
    async with store.write() as writing:
        writing.defer(notes.insert(), id=note_id, text=text, version=1, sealed=False)


async def test_changes_that_come_at_once_share_commits(store: Database, admin: asyncpg.Connection) -> None:
    await asyncio.gather(*(write(store, uuid4()) for _ in range(100)))
    assert await admin.fetchval("SELECT count(*) FROM notes") == 100
    assert await admin.fetchval("SELECT count(DISTINCT xmin::text) FROM notes") < 20


async def test_one_that_cannot_be_made_fails_alone(store: Database, admin: asyncpg.Connection) -> None:
    taken = uuid4()
    await write(store, taken)
    wanted = [taken if n % 10 == 3 else uuid4() for n in range(40)]
    results = await asyncio.gather(*(write(store, note_id) for note_id in wanted), return_exceptions=True)
    assert [type(result) for result in results] == [
        asyncpg.UniqueViolationError if n % 10 == 3 else type(None) for n in range(40)
    ]
    assert await admin.fetchval("SELECT count(*) FROM notes") == 37


class AnswersAtOnce(GroupCommit):
    """Commits nothing, and tells all groups in the same moment, which a server does now and then."""

    def __init__(self) -> None:
        super().__init__(pool=None)  # never asked
        self.moment = asyncio.Event()

    async def _commit(self, _: str, group: list[Any]) -> None:
        await self.moment.wait()
        for _, done in group:
            done.set_result(None)


async def test_who_comes_as_the_last_groups_end_is_sent_too() -> None:
    groups = AnswersAtOnce()

    async def two() -> None:
        await groups.execute("SELECT 1", [])
        await groups.execute("SELECT 1", [])

    waiting = [asyncio.create_task(two())]
    await asyncio.sleep(0.01)  # so that the other is a group of its own
    waiting.append(asyncio.create_task(groups.execute("SELECT 1", [])))
    await asyncio.sleep(0.01)
    groups.moment.set()
    done, late = await asyncio.wait(waiting, timeout=5)
    assert (len(done), late) == (2, set())


async def test_of_equal_ones_in_one_group_one_is_made(store: Database, admin: asyncpg.Connection) -> None:
    same = uuid4()
    results = await asyncio.gather(*(write(store, same) for _ in range(30)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + 29 * ["UniqueViolationError"]
    assert await admin.fetchval("SELECT count(*) FROM notes") == 1


async def test_a_value_that_cannot_be_sent_fails_alone(store: Database, admin: asyncpg.Connection) -> None:
    texts = ["a" if n % 7 else "\x00" for n in range(21)]
    results = await asyncio.gather(*(write(store, uuid4(), text) for text in texts), return_exceptions=True)
    assert [result is None for result in results] == [text == "a" for text in texts]
    assert await admin.fetchval("SELECT count(*) FROM notes") == 18


async def test_who_leaves_takes_nobody_along(store: Database, admin: asyncpg.Connection) -> None:
    tasks = [asyncio.create_task(write(store, uuid4())) for _ in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::4]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results[::4]] == 10 * [asyncio.CancelledError]
    assert [result for n, result in enumerate(results) if n % 4] == 30 * [None]
    assert await admin.fetchval("SELECT count(*) FROM notes") >= 30


async def test_a_lock_holds_up_its_own_group_alone(own_database: TestDatabase, own_admin: asyncpg.Connection) -> None:
    async with Database(own_database.url, pool_size=4, name="tests", before_commit=commit_entries) as store:
        rival = own_admin.transaction()
        await rival.start()
        contested = uuid4()
        await own_admin.execute("INSERT INTO notes VALUES ($1, 'rival', 1, false)", contested)
        waiting = asyncio.create_task(write(store, contested))
        await asyncio.sleep(0.1)
        await asyncio.wait_for(asyncio.gather(*(write(store, uuid4()) for _ in range(20))), 2)
        assert not waiting.done()
        await rival.commit()
        with pytest.raises(asyncpg.UniqueViolationError):
            await waiting


async def test_a_server_that_goes_away_is_told_to_all_who_wait(
    own_database: TestDatabase, own_admin: asyncpg.Connection
) -> None:
    async with Database(own_database.url, pool_size=4, name="tests", before_commit=commit_entries) as store:
        async with own_admin.transaction():
            await own_admin.execute("LOCK TABLE notes IN EXCLUSIVE MODE")
            waiting = [asyncio.create_task(write(store, uuid4())) for _ in range(10)]
            await asyncio.sleep(0.2)
            await own_admin.execute(_LOCK_OUT)
            # Those of the second group may begin anew when the first is cut off: they are cut off as well.
            await asyncio.sleep(0.2)
            await own_admin.execute(_LOCK_OUT)
            results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
        assert {type(result) for result in results} == {DatabaseUnavailable}
        await write(store, uuid4())
        assert await own_admin.fetchval("SELECT count(*) FROM notes") == 1

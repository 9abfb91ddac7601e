"""The way to the database: what is asked of it, what it may refuse, and that it survives being cut off."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Integer, bindparam, func, literal, select, text

from servicekit.database import Database, Query
from servicekit.database_failures import DatabaseBusy, DatabaseUnavailable
from servicekit.testing import Issuer, serving
from servicekit.upstream import InProcess
from stack.testing import TestDatabase

Headers = dict[str, str]
ONE = Query(select(literal(1, Integer)))
INSERT = Query(text("INSERT INTO notes VALUES (:id, 'a', 1, false) RETURNING id"))
COUNT = Query(text("SELECT count(*) FROM notes"))
SLEEP = Query(select(func.pg_sleep(bindparam("seconds"))))
HASTE = Query(text("SET LOCAL lock_timeout = '50ms'"))
SHORT = Query(text("SET LOCAL statement_timeout = '50ms'"))
PID = Query(select(func.pg_backend_pid()))
KILL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND {}"
OTHERS = KILL.format("pid <> pg_backend_pid()")
BLOCKED = KILL.format("wait_event_type = 'Lock'")


def test_arguments_are_the_given_values_in_the_statements_order() -> None:
    query = Query(select(literal(7, Integer).label("seven"), bindparam("b"), bindparam("a")).limit(bindparam("n")))
    assert query.arguments({"a": 1, "n": 3, "b": 2}) == [7, 2, 1, 3]


def test_a_missing_argument_is_an_error_and_never_a_null() -> None:
    query = Query(select(bindparam("a")))
    with pytest.raises(KeyError, match="a"):
        query.arguments({"b": 1})
    assert query.arguments({"a": None}) == [None]


async def test_values_come_back_as_they_went(store: Database) -> None:
    value: dict[str, Any] = {"text": "Өтініш 😀", "list": [1, 2.5, None], "nested": {"a": True}}
    async with store.read() as reading:
        assert await reading.value(Query(text("SELECT CAST(:value AS jsonb)")), value=value) == value
        row = await reading.one(Query(text("SELECT 1 AS a, 'b' AS b")))
        assert row is not None
        assert dict(row) == {"a": 1, "b": "b"}
        assert await reading.one(Query(text("SELECT 1 WHERE false"))) is None
        assert await reading.all(Query(text("SELECT 1 WHERE false"))) == []


async def test_a_reading_transaction_cannot_write(store: Database, admin: asyncpg.Connection) -> None:
    with suppress(DatabaseUnavailable):
        async with store.read() as reading:
            await reading.one(INSERT, id=uuid4())
            pytest.fail("it wrote")
    assert await admin.fetchval("SELECT count(*) FROM notes") == 0


async def test_a_reading_transaction_sees_one_moment(store: Database, admin: asyncpg.Connection) -> None:
    async with store.read() as reading:
        assert await reading.value(COUNT) == 0
        await admin.execute("INSERT INTO notes VALUES (gen_random_uuid(), 'a', 1, false)")
        assert await reading.value(COUNT) == 0


async def test_what_fails_is_undone(store: Database, admin: asyncpg.Connection) -> None:
    for failure in (ZeroDivisionError, asyncio.CancelledError, GeneratorExit):
        with suppress(failure):
            async with store.write() as writing:
                await writing.run(INSERT, id=uuid4())
                raise failure
    assert await admin.fetchval("SELECT count(*) FROM notes") == 0


async def test_a_mistake_of_ours_stays_what_it_is(store: Database) -> None:
    async def fail(statement: str) -> None:
        async with store.write() as writing:
            await writing.run(Query(text(statement)))

    with pytest.raises(asyncpg.UndefinedTableError):
        await fail("SELECT * FROM nothing")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await fail("SELECT 1 / 0")
    with pytest.raises(asyncpg.NotNullViolationError):
        await fail("INSERT INTO notes (id) VALUES (gen_random_uuid())")


async def test_a_value_of_the_wrong_type_stays_a_mistake_of_ours(store: Database) -> None:
    async def fail() -> None:
        async with store.read() as reading:
            await reading.value(Query(text("SELECT CAST(:n AS integer)")), n="seven")

    with pytest.raises(asyncpg.DataError):
        await fail()


async def test_a_lock_held_too_long_is_being_busy(store: Database, admin: asyncpg.Connection) -> None:
    async def insert() -> None:
        async with store.write() as writing:
            await writing.run(HASTE)
            await writing.run(INSERT, id=uuid4())

    async with admin.transaction():
        await admin.execute("LOCK TABLE notes")
        with pytest.raises(DatabaseBusy, match="LockNotAvailableError"):
            await insert()
    await insert()


async def test_a_statement_that_takes_too_long_is_being_busy(store: Database) -> None:
    async def sleep() -> None:
        async with store.write() as writing:
            await writing.run(SHORT)
            await writing.run(SLEEP, seconds=5)

    with pytest.raises(DatabaseBusy, match="QueryCanceledError"):
        await sleep()


@pytest.mark.parametrize("place", ["127.0.0.1:1/none", "127.0.0.1:{port}/no_such_database"])
async def test_a_server_or_database_that_is_not_there_is_unavailable(database: TestDatabase, place: str) -> None:
    start, _, end = database.url.rpartition("@")
    nowhere = f"{start}@{place.format(port=end.partition(':')[2].partition('/')[0])}"

    async def read() -> None:
        async with Database(nowhere, pool_size=1, name="tests") as store, store.read() as reading:
            await reading.value(ONE)

    with pytest.raises(DatabaseUnavailable):
        await read()


async def test_a_service_without_its_database_answers_503(
    build: Callable[..., FastAPI], database: TestDatabase, citizen: Headers
) -> None:
    nowhere = database.url.rpartition("@")[0] + "@127.0.0.1:1/none"
    async with serving(build(nowhere)) as client:
        answers = [await client.get("/v1/notes"), await client.post("/v1/notes", json={"text": "a"}, headers=citizen)]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_connection_killed_between_statements_is_unavailable(
    store: Database, admin: asyncpg.Connection
) -> None:
    async def write() -> None:
        async with store.write() as writing:
            await writing.run(INSERT, id=uuid4())
            pid = await writing.value(PID)
            assert await admin.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
            await writing.run(INSERT, id=uuid4())

    with pytest.raises(DatabaseUnavailable):
        await write()
    async with store.read() as reading:
        assert await reading.value(COUNT) == 0


async def test_a_connection_killed_before_the_commit_never_looks_committed(
    store: Database, admin: asyncpg.Connection
) -> None:
    async def write() -> None:
        async with store.write() as writing:
            await writing.run(INSERT, id=uuid4())
            assert await admin.fetchval("SELECT pg_terminate_backend($1, 5000)", await writing.value(PID))

    with pytest.raises(DatabaseUnavailable):
        await write()
    assert await admin.fetchval("SELECT count(*) FROM notes") == 0


async def blocked(admin: asyncpg.Connection, count: int) -> None:
    """Wait until so many sessions of this database wait for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while await admin.fetchval(waiting) < count:
        await admin.execute("SELECT pg_stat_clear_snapshot()")
        await asyncio.sleep(0.01)


async def test_a_request_that_loses_its_connection_gets_503_and_leaves_nothing(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, citizen: Headers
) -> None:
    key = {"Idempotency-Key": "k"}
    async with own_admin.transaction():
        await own_admin.execute("LOCK TABLE private_keys")
        posting = asyncio.create_task(own_client.post("/v1/notes", json={"text": "a"}, headers=citizen | key))
        await blocked(own_admin, 1)
        assert await own_admin.fetchval(BLOCKED) == 1
        answer = await posting
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert await own_admin.fetchval("SELECT count(*) FROM notes") == 0
    again = await own_client.post("/v1/notes", json={"text": "a"}, headers=citizen | key)
    assert (again.status_code, "idempotent-replayed" in again.headers) == (201, False)
    assert await own_admin.fetchval("SELECT count(*) FROM notes") == 1


async def test_the_pool_recovers_when_all_its_connections_were_killed(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection
) -> None:
    for _ in range(3):
        await asyncio.gather(*(own_client.get("/v1/notes") for _ in range(24)))
        assert await own_admin.fetchval(OTHERS) > 0
        first = await asyncio.gather(*(own_client.get("/v1/notes") for _ in range(24)))
        assert {answer.status_code for answer in first} <= {200, 503}
        later = await asyncio.gather(*(own_client.get("/v1/notes") for _ in range(24)))
        assert {answer.status_code for answer in later} == {200}


IDLE = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND (state <> 'idle' OR backend_xid IS NOT NULL)
"""


async def all_idle(admin: asyncpg.Connection) -> bool:
    """Whether every session of this database comes to rest within some seconds."""
    for _ in range(200):
        if await admin.fetchval(IDLE) == 0:
            return True
        await asyncio.sleep(0.025)
    return False


async def test_callers_who_leave_take_no_connection_with_them(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, citizen: Headers
) -> None:
    async with own_admin.transaction():
        await own_admin.execute("LOCK TABLE private_keys")
        posts = [
            asyncio.create_task(own_client.post("/v1/notes", json={"text": "a"}, headers=citizen)) for _ in range(50)
        ]
        await blocked(own_admin, 12)
        for post in posts:
            post.cancel()
        await asyncio.gather(*posts, return_exceptions=True)
    assert await all_idle(own_admin)
    answers = await asyncio.gather(*(own_client.get("/v1/notes") for _ in range(24)))
    assert {answer.status_code for answer in answers} == {200}


async def test_requests_that_are_cancelled_at_any_moment_leave_nothing_open(
    build: Callable[..., FastAPI], own_database: TestDatabase, own_admin: asyncpg.Connection, issuer: Issuer
) -> None:
    citizen = issuer.headers("citizen")
    async with (
        InProcess(build(own_database.url, pool_size=5)) as service,
        httpx.AsyncClient(transport=service.transport, base_url="http://notes") as client,
    ):
        for wave in range(10):
            posts = [
                asyncio.create_task(client.post("/v1/notes", json={"text": "a"}, headers=citizen)) for _ in range(25)
            ]
            await asyncio.sleep(0.004 * wave)
            for post in posts:
                post.cancel()
            await asyncio.gather(*posts, return_exceptions=True)
        assert await all_idle(own_admin)
        kept = await own_admin.fetchrow("SELECT (SELECT count(*) FROM notes), (SELECT count(*) FROM journal)")
        assert kept[0] == kept[1]
        answers = await asyncio.gather(*(client.get("/v1/notes") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}


async def test_a_transaction_that_is_cancelled_at_its_end_gives_its_connection_back(own_database: TestDatabase) -> None:
    async def read(store: Database, *, cancelled: bool) -> None:
        async with store.read() as reading:
            await reading.value(ONE)
            task = asyncio.current_task()
            if cancelled and task is not None:
                task.cancel()  # which the next wait finds out, that for the rollback

    async with Database(own_database.url, pool_size=1, name="tests") as store:
        reader = asyncio.create_task(read(store, cancelled=True))
        await asyncio.wait([reader])
        assert reader.cancelled()
        await asyncio.wait_for(read(store, cancelled=False), 2)


async def test_a_full_pool_refuses_after_a_while_and_serves_again(
    own_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servicekit.database._ACQUIRE_SECONDS", 0.1)

    async def read(store: Database) -> None:
        async with store.read() as reading:
            await reading.value(ONE)

    async with Database(own_database.url, pool_size=1, name="tests") as store:
        async with store.read() as reading:
            await reading.value(ONE)  # a connection is taken with the first statement
            with pytest.raises(DatabaseUnavailable):
                await read(store)
        await read(store)

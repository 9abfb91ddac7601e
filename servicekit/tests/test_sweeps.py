"""Sweeps: what is due is done, whenever one comes round, by one at a time, and whatever else goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from servicekit.clock import SandboxClock
from servicekit.database import Database, Query, Reading, Writing
from servicekit.metrics import Metrics
from servicekit.sweeps import Errand, Sweep, Sweeper
from servicekit.testing import Issuer
from stack.testing import TestDatabase

OFTEN = timedelta(milliseconds=20)
SOME = Query(
    text(
        "UPDATE notes SET version = version + 1, sealed = true"
        " WHERE id IN (SELECT id FROM notes WHERE NOT sealed ORDER BY id LIMIT 10) RETURNING id"
    )
)
DUE = Query(text("SELECT count(*) FROM notes WHERE NOT sealed"))
FILL = "INSERT INTO notes SELECT gen_random_uuid(), '', 1, false FROM generate_series(1, $1::integer)"
OUTCOME = "SELECT count(*), min(version), max(version) FROM notes WHERE sealed"


async def seal_some(writing: Writing, _: datetime) -> int:
    return len(await writing.all(SOME))


async def minutes_by_number(reading: Reading, _: datetime) -> timedelta:
    return timedelta(minutes=await reading.value(DUE))


SEALING = Sweep("seal-notes", seal_some, minutes_by_number)


def sweeper_of(
    store: Database, clock: SandboxClock, *sweeps: Sweep | Errand, metrics: Metrics | None = None
) -> Sweeper:
    return Sweeper(store, clock, metrics or Metrics("kit"), sweeps or [SEALING])


@asynccontextmanager
async def running(sweeper: Sweeper) -> AsyncIterator[asyncio.Task[None]]:
    """The sweeper at work, as in a service."""
    task = asyncio.create_task(sweeper.run_forever(OFTEN))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], Awaitable[Any]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - the database gives no sign when it changes
            await asyncio.sleep(0.01)


async def test_all_that_is_due_is_done_in_batches(
    store: Database, admin: asyncpg.Connection, clock: SandboxClock
) -> None:
    await admin.execute(FILL, 35)
    sweeper = sweeper_of(store, clock)
    assert await sweeper.run() == {"seal-notes": 35}
    assert await sweeper.run() == {"seal-notes": 0}
    assert tuple(await admin.fetchrow(OUTCOME)) == (35, 2, 2)


async def test_what_became_due_while_nobody_swept_is_found(
    store: Database, admin: asyncpg.Connection, clock: SandboxClock
) -> None:
    assert await sweeper_of(store, clock).run() == {"seal-notes": 0}
    await admin.execute(FILL, 3)
    assert await sweeper_of(store, clock).run() == {"seal-notes": 3}


async def test_a_sweep_goes_by_legal_time(store: Database, clock: SandboxClock) -> None:
    told: list[datetime] = []

    async def listen(_: Writing, now: datetime) -> int:
        told.append(now)
        return 0

    clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    await sweeper_of(store, clock, Sweep("listen", listen, minutes_by_number)).run()
    assert timedelta() <= told[0] - datetime(2027, 1, 1, tzinfo=UTC) < timedelta(seconds=5)


async def test_several_sweepers_at_once_do_each_case_once(
    own_database: TestDatabase, own_admin: asyncpg.Connection, clock: SandboxClock
) -> None:
    await own_admin.execute(FILL, 300)
    async with (
        Database(own_database.url, pool_size=8, name="a") as a,
        Database(own_database.url, pool_size=8, name="b") as b,
    ):
        done = await asyncio.gather(*(sweeper_of(store, clock).run() for store in (a, b) * 3))
    assert sum(one["seal-notes"] for one in done) == 300
    assert tuple(await own_admin.fetchrow(OUTCOME)) == (300, 2, 2)


async def test_a_batch_that_fails_is_undone_and_tried_again_and_holds_up_no_other(
    store: Database, admin: asyncpg.Connection, clock: SandboxClock, logged: list[Any]
) -> None:
    tries = 0

    async def fail_twice(writing: Writing, now: datetime) -> int:
        nonlocal tries
        tries += 1
        done = await seal_some(writing, now)
        if tries <= 2:
            raise RuntimeError
        return done

    async def count_turns(_: Writing, __: datetime) -> int:
        turns.append(tries)
        return 0

    turns: list[int] = []
    await admin.execute(FILL, 5)
    sweeps = (Sweep("failing", fail_twice, minutes_by_number), Sweep("other", count_turns, minutes_by_number))
    async with running(sweeper_of(store, clock, *sweeps)):
        await until(lambda: admin.fetchval("SELECT count(*) = 5 FROM notes WHERE sealed"))
    assert tuple(await admin.fetchrow(OUTCOME)) == (5, 2, 2)
    assert {1, 2} & set(turns)  # between the tries that failed
    failures = [line for line in logged if line["event"] == "sweep failed"]
    assert [line["sweep"] for line in failures] == ["failing", "failing"]


async def test_an_errand_that_waits_holds_up_no_sweep(
    store: Database, admin: asyncpg.Connection, clock: SandboxClock
) -> None:
    async def wait(*_: object) -> int:
        await asyncio.sleep(3600)
        return 0

    async def all_sealed() -> bool:
        return bool(await admin.fetchval("SELECT count(*) = 12 FROM notes WHERE sealed"))

    async with running(sweeper_of(store, clock, Errand("wait", wait, minutes_by_number), SEALING)):
        await admin.execute(FILL, 12)
        await until(all_sealed)


async def test_a_database_that_is_away_is_waited_for(
    own_database: TestDatabase, postgres_url: str, clock: SandboxClock, logged: list[Any]
) -> None:
    name = own_database.url.rpartition("/")[2]
    server = await asyncpg.connect(postgres_url)

    async def postponed() -> bool:
        return any(line["event"] == "sweep postponed" for line in logged)

    async with (
        Database(own_database.url, pool_size=2, name="kit") as store,
        running(sweeper_of(store, clock)) as task,
    ):
        await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await server.fetch("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", name)
        await until(postponed)
        await server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        admin = await asyncpg.connect(own_database.admin_url)
        await admin.execute(FILL, 4)
        await until(lambda: admin.fetchval("SELECT count(*) = 4 FROM notes WHERE sealed"))
        assert not task.done()
        await admin.close()
    await server.close()
    assert not [line for line in logged if line["event"] == "sweep failed"]


async def test_metrics_tell_what_was_done_and_how_long_the_oldest_waits(
    store: Database, admin: asyncpg.Connection, clock: SandboxClock
) -> None:
    async def nothing(_: Writing, __: datetime) -> int:
        return 0

    metrics, label = Metrics("kit"), {"app": "kit", "sweep": "seal-notes"}
    await admin.execute(FILL, 12)
    await sweeper_of(store, clock, Sweep("seal-notes", nothing, minutes_by_number), metrics=metrics).run()
    assert metrics.registry.get_sample_value("ashyq_sweep_oldest_due_seconds", label) == 12 * 60
    await sweeper_of(store, clock, metrics=metrics).run()
    assert metrics.registry.get_sample_value("ashyq_sweep_oldest_due_seconds", label) == 0
    assert metrics.registry.get_sample_value("ashyq_sweep_done_total", label) == 12
    finished = metrics.registry.get_sample_value("ashyq_sweep_finished_timestamp_seconds", label)
    assert finished == pytest.approx(datetime.now(UTC).timestamp(), abs=5)


async def test_a_failing_sweep_does_not_look_as_if_it_had_finished(store: Database, clock: SandboxClock) -> None:
    async def fail(_: Writing, __: datetime) -> int:
        raise RuntimeError

    metrics = Metrics("kit")
    with pytest.raises(RuntimeError):
        await sweeper_of(store, clock, Sweep("failing", fail, minutes_by_number), metrics=metrics).run()
    label = {"app": "kit", "sweep": "failing"}
    assert metrics.registry.get_sample_value("ashyq_sweep_finished_timestamp_seconds", label) is None


async def test_an_operator_runs_the_sweeps_and_nobody_else(client: httpx.AsyncClient, issuer: Issuer) -> None:
    assert (await client.post("/internal/sweeps")).status_code == 401
    assert (await client.post("/internal/sweeps", headers=issuer.headers("citizen"))).status_code == 403
    answer = await client.post("/internal/sweeps", headers=issuer.headers("operator"))
    assert answer.json() == {"done": {"deliver-notices": 0, "forget-replies": 0, "seal": 0}}


async def test_an_errand_asks_others_between_transactions_of_its_own(
    store: Database, clock: SandboxClock, admin: asyncpg.Connection
) -> None:
    await admin.execute(FILL, 25)
    asked: list[str] = []

    async def run(database: Database, neighbours: Mapping[str, httpx.AsyncClient], now: datetime) -> int:
        assert now == pytest.approx(clock.now(), abs=timedelta(seconds=5))
        asked.append((await neighbours["other"].get("/")).json())
        async with database.write() as writing:
            return len(await writing.all(SOME))

    app = FastAPI()

    @app.get("/")
    async def answer() -> str:
        return "yes"

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://other") as other:
        errand = Errand("seal-notes", run, minutes_by_number)
        assert await Sweeper(store, clock, Metrics("kit"), [errand], {"other": other}).run() == {"seal-notes": 25}
    assert asked == ["yes"] * 4
    assert await admin.fetchval("SELECT count(*) FROM notes WHERE sealed") == 25

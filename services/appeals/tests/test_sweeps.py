"""Silence becomes a refusal when the term has passed: on the right day, in whatever number, after whatever pause."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI

from servicekit.testing import serving
from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Filing = Callable[..., dict[str, Any]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]

_COPY = """
INSERT INTO appeals SELECT (r).* FROM (
  SELECT jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'number', 'copy ' || n)) AS r
    FROM appeals a, generate_series(1, $1) n
) copies
"""


async def test_a_term_expires_on_the_day_after_its_last(file: File, look: Look, go_to: GoTo, sweep: Sweep) -> None:
    filed = await file()
    go_to("2026-12-14T23:59:30")
    assert await sweep() == 0
    go_to("2026-12-15T00:00:01")
    assert await sweep() == 1
    seen = await look("citizen", f"/v1/appeals/{filed['id']}")
    assert (seen["status"], [each["name"] for each in seen["actions"]]) == ("refused_by_expiry", ["complaints"])
    assert "by 14 December 2026, which by law is a refusal" in seen["next_step"]["en"]
    assert await sweep() == 0


async def test_only_what_is_open_expires(file: File, act: Act, look: Look, go_to: GoTo, sweep: Sweep) -> None:
    answered, withdrawn, forwarded = await file(), await file(), await file()
    await act("officer", answered, "decision")
    await act("citizen", withdrawn, "withdrawal")
    go_to("2026-11-25T10:00")
    await act("officer", forwarded, "forwarding")
    go_to("2026-12-17T10:00")
    assert await sweep() == 0  # the receiving body still has this day
    go_to("2026-12-18T10:00")
    assert await sweep() == 1
    page = await look("citizen", "/v1/appeals")
    assert [each["status"] for each in page["items"]] == ["refused_by_expiry", "withdrawn", "answered"]


async def test_a_refusal_stands_in_the_journal_with_the_next_version(
    file: File, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    filed = await file()
    await act("officer", filed, "forwarding")
    go_to("2027-02-01T10:00")
    await sweep()
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    assert [(each["event"], each["object"]["version"], each["by"]["role"]) for each in entries] == [
        ("appeal.registered", 1, "citizen"),
        ("appeal.forwarded", 2, "officer"),
        ("appeal.refused_by_expiry", 3, "system"),
    ]
    assert entries[-1]["data"] == {"agency": "akimat-almaty", "due_on": "2026-12-14"}
    assert entries[-1]["commitment"] is None


async def test_many_cases_are_dealt_with_in_batches_each_once(
    file: File, look: Look, go_to: GoTo, sweep: Sweep, database: TestDatabase
) -> None:
    await file()
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute(_COPY, 1199)
        go_to("2026-12-15T10:00")
        assert sum(await asyncio.gather(sweep(), sweep(), sweep())) + await sweep() == 1200
        batches = await admin.fetch(
            "SELECT count(*) FROM journal WHERE event = 'appeal.refused_by_expiry' GROUP BY transaction ORDER BY 1"
        )
        assert max(row["count"] for row in batches) <= 500
        assert await admin.fetchval("SELECT count(DISTINCT object_id) FROM journal") == 1200
    finally:
        await admin.close()
    assert (await look("officer", "/v1/appeals", overdue="false"))["items"] == []


async def test_only_an_operator_may_order_a_sweep(client: httpx.AsyncClient, people: People) -> None:
    got = {who: (await client.post("/internal/sweeps", headers=people[who])).status_code for who in people}
    assert got == {who: {"operator": 200, "nobody": 401}.get(who, 403) for who in people}


async def test_the_metrics_tell_how_long_the_oldest_has_waited(
    client: httpx.AsyncClient, file: File, go_to: GoTo, sweep: Sweep, database: TestDatabase
) -> None:
    async def waiting() -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        [line] = [line for line in lines if line.startswith("ashyq_sweep_oldest_due_seconds{") and "expire" in line]
        return float(line.rpartition(" ")[2])

    await file()
    go_to("2026-12-16T00:00")
    # Another process has begun to sweep and hangs: the work waits, and that shows.
    other = await asyncpg.connect(database.url)
    try:
        async with other.transaction():
            await other.execute("SELECT FROM appeals FOR UPDATE")
            assert await sweep() == 0
            assert 86_400 <= await waiting() < 86_400 + 60
    finally:
        await other.close()
    assert await sweep() == 1
    assert await waiting() == 0


async def test_after_a_long_pause_nothing_is_missed(
    app_on: Callable[..., FastAPI], database: TestDatabase, people: People, filing: Filing, go_to: GoTo
) -> None:
    headers = people["citizen"]
    async with serving(app_on(database, sweep_seconds=0.05)) as client:
        for day in (23, 24, 25):
            go_to(f"2026-11-{day}T10:00")
            assert (await client.post("/v1/appeals", json=filing(), headers=headers)).status_code == 201
    go_to("2027-06-01T10:00")
    async with serving(app_on(database, sweep_seconds=0.05)) as client:
        given_up_at = time.monotonic() + 10
        while True:
            items = (await client.get("/v1/appeals", headers=headers)).json()["items"]
            if {each["status"] for each in items} == {"refused_by_expiry"}:
                break
            assert time.monotonic() < given_up_at, items
            await asyncio.sleep(0.05)
        assert len(items) == 3

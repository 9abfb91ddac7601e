"""Delivery: whatever happens to receivers and to us, a notice arrives at least once under one id, or is given up."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest

from servicekit.channels import Channel, Message, Sms, Webhook
from servicekit.database import Database
from servicekit.delivery import MOST_ATTEMPTS, delivering, pause_after
from servicekit.journal import Object
from servicekit.metrics import Metrics
from servicekit.notices import Notice, notify
from servicekit.testing import Issuer, serving
from stack.testing import TestDatabase

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
PHONE = "+77010000000"
SAID = {"kk": "а", "ru": "б", "en": "c"}
STATES = """
SELECT channel, state, attempts, failure, address, delivered_at IS NOT NULL AS arrived,
       extract(epoch FROM try_at - now())::float AS pause FROM deliveries ORDER BY notice, channel
"""


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("kit")


@pytest.fixture
async def channels(receiver: Any) -> AsyncIterator[dict[str, Channel]]:
    """Text messages and webhooks to receivers that have half a second to answer."""
    async with httpx.AsyncClient(timeout=0.5) as client:
        yield {"sms": Sms(client, receiver.url, "x"), "webhook": Webhook(client, "x", local=True)}


async def tell(store: Database, **contact: str) -> None:
    notice = Notice(
        event="note.sealed",
        to=("KZ-IIN", "880417499014"),
        about=Object("note", uuid4(), 1),
        title=SAID,
        text=SAID,
        contact=contact,
    )
    async with store.write() as writing:
        await notify(writing, notice, at=NOON)


@pytest.fixture
def deliver(store: Database, channels: dict[str, Channel], metrics: Metrics) -> Callable[[], Any]:
    """Goes on the errand once; how many deliveries were tried."""

    async def run() -> int:
        return await delivering(channels, metrics).run(store, {}, NOON)

    return run


async def make_due(admin: asyncpg.Connection) -> None:
    """Let the pause be over."""
    await admin.execute("UPDATE deliveries SET try_at = now() WHERE state = 'queued'")


async def test_what_is_delivered_is_recorded_and_its_address_forgotten(
    store: Database, deliver: Any, admin: asyncpg.Connection, receiver: Any, metrics: Metrics
) -> None:
    await tell(store, phone=PHONE)
    assert [await deliver(), await deliver()] == [1, 0]
    assert len(receiver.came) == 1
    row = await admin.fetchrow(STATES)
    assert tuple(row)[:6] == ("sms", "delivered", 1, None, None, True)
    counted = generate_latest(metrics.registry).decode()
    assert 'ashyq_notice_attempts_total{app="kit",channel="sms",state="delivered"} 1.0' in counted


async def test_a_receiver_that_fails_at_first_is_tried_again_later(
    store: Database, deliver: Any, admin: asyncpg.Connection, receiver: Any
) -> None:
    receiver.answers = [503, 500, 200]
    await tell(store, phone=PHONE)
    for attempt, failure in enumerate(("http-503", "http-500"), start=1):
        assert [await deliver(), await deliver()] == [1, 0]  # not at once
        row = await admin.fetchrow(STATES)
        assert tuple(row)[:6] == ("sms", "queued", attempt, failure, PHONE, False)
        assert row["pause"] == pytest.approx(pause_after(attempt).total_seconds(), abs=5)
        await make_due(admin)
    assert await deliver() == 1
    assert tuple(await admin.fetchrow(STATES))[:6] == ("sms", "delivered", 3, None, None, True)
    assert len({json.loads(body)["id"] for _, body in receiver.came}) == 1


async def test_a_receiver_that_is_down_holds_up_no_other_and_is_given_up_at_last(
    store: Database, deliver: Any, admin: asyncpg.Connection, receiver: Any, unused_tcp_port: int
) -> None:
    await tell(store, phone=PHONE, webhook=f"http://127.0.0.1:{unused_tcp_port}/")
    for _ in range(MOST_ATTEMPTS):
        await deliver()
        await make_due(admin)
    assert await deliver() == 0
    states = [tuple(row)[:6] for row in await admin.fetch(STATES)]
    assert states == [
        ("sms", "delivered", 1, None, None, True),
        ("webhook", "failed", MOST_ATTEMPTS, "no-connection", None, False),
    ]
    assert len(receiver.came) == 1


async def test_a_receiver_that_keeps_silent_is_not_waited_for(
    store: Database, deliver: Any, admin: asyncpg.Connection
) -> None:
    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    async with silent:
        await tell(store, webhook=f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}/")
        async with asyncio.timeout(5):
            await deliver()
    assert (await admin.fetchrow(STATES))["failure"] == "timeout"


async def test_a_refusal_is_final(store: Database, deliver: Any, admin: asyncpg.Connection, receiver: Any) -> None:
    receiver.answers = [422]
    await tell(store, phone=PHONE)
    await deliver()
    assert tuple(await admin.fetchrow(STATES))[:6] == ("sms", "failed", 1, "http-422", None, False)


class Overtaken:
    """A channel after whose delivery somebody else has a lock on the record, so that it cannot be written."""

    name = "sms"

    def __init__(self, channel: Channel, other: asyncpg.Connection) -> None:
        self._channel = channel
        self._other = other
        self.sent = asyncio.Event()

    async def deliver(self, message: Message) -> None:
        await self._channel.deliver(message)
        await self._other.execute("BEGIN; SELECT FROM deliveries FOR UPDATE")
        self.sent.set()


async def test_who_dies_between_sending_and_recording_leaves_it_to_the_next(
    store: Database, channels: Any, deliver: Any, admin: asyncpg.Connection, receiver: Any, metrics: Metrics
) -> None:
    await tell(store, phone=PHONE)
    overtaken = Overtaken(channels["sms"], admin)
    dying = asyncio.ensure_future(delivering({"sms": overtaken}, metrics).run(store, {}, NOON))
    await overtaken.sent.wait()
    await asyncio.sleep(0.1)  # it stands before the lock by now
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await admin.execute("ROLLBACK")
    assert tuple(await admin.fetchrow(STATES))[:4] == ("sms", "queued", 1, None)
    assert await deliver() == 0  # for a while: who has it could still be alive
    await make_due(admin)
    assert await deliver() == 1
    first, second = [json.loads(body)["id"] for _, body in receiver.came]
    assert first == second
    assert (await admin.fetchrow(STATES))["state"] == "delivered"


async def test_what_never_comes_to_an_end_is_given_up(
    store: Database, deliver: Any, admin: asyncpg.Connection, receiver: Any
) -> None:
    await tell(store, phone=PHONE)
    await admin.execute("UPDATE deliveries SET attempts = $1", MOST_ATTEMPTS)  # each time somebody died of it
    await deliver()
    assert tuple(await admin.fetchrow(STATES))[1:4] == ("failed", MOST_ATTEMPTS + 1, "interrupted")
    assert receiver.came == []


async def test_several_processes_at_once_send_each_notice_once(
    store: Database, deliver: Any, admin: asyncpg.Connection, receiver: Any
) -> None:
    for _ in range(40):
        await tell(store, phone=PHONE)
    assert sum(await asyncio.gather(*(deliver() for _ in range(6)))) == 40
    assert len({json.loads(body)["id"] for _, body in receiver.came}) == len(receiver.came) == 40
    assert await admin.fetchval("SELECT count(*) FROM deliveries WHERE state = 'delivered'") == 40


class Broken:
    """A channel with a mistake of ours in it, which quotes what it was given."""

    name = "sms"

    async def deliver(self, message: Message) -> None:
        raise KeyError(message.address)


async def test_no_address_is_told_to_logs_or_metrics(
    store: Database, metrics: Metrics, admin: asyncpg.Connection, logged: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await tell(store, phone=PHONE, webhook="http://nowhere.invalid/secret-path", email="aigerim@example.org")
    async with httpx.AsyncClient() as client:
        channels: dict[str, Channel] = {"sms": Broken(), "webhook": Webhook(client, "x", local=True)}
        await delivering(channels, metrics).run(store, {}, NOON)
    states = [tuple(row)[:4] for row in await admin.fetch(STATES)]
    assert states == [
        ("email", "failed", 1, "no-channel"),
        ("sms", "queued", 1, "KeyError"),
        ("webhook", "queued", 1, "no-such-host"),
    ]
    assert len(logged) == 3
    said = f"{logged} {caplog.text} {generate_latest(metrics.registry).decode()}"
    assert not [secret for secret in (PHONE, "nowhere", "secret-path", "aigerim", "880417499014") if secret in said]


async def test_the_service_delivers_by_its_own_settings(
    build: Callable[..., FastAPI],
    database: TestDatabase,
    store: Database,
    receiver: Any,
    issuer: Issuer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    await tell(store, webhook=f"{receiver.url}/path-of-one-person", language="ru")
    app = build(database.url, webhook_secret=PHONE, sweep_seconds=0.05)
    person = issuer.headers("citizen", sub="c1", iin="880417499014")
    async with serving(app) as client, asyncio.timeout(10):
        while True:
            [told] = (await client.get("/v1/me/notices", headers=person)).json()["items"]
            [delivery] = told["delivered"]
            if delivery["state"] == "delivered":
                break
            await asyncio.sleep(0.02)
    assert abs(datetime.fromisoformat(delivery["at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert [json.loads(body)["text"] for _, body in receiver.came] == [SAID]
    logged = [each.getMessage() for each in caplog.records if not each.name.startswith("uvicorn")]  # the receiver's
    assert not [line for line in logged if "path-of-one-person" in line]


async def test_the_oldest_that_waits_is_told(store: Database, admin: asyncpg.Connection, metrics: Metrics) -> None:
    errand = delivering({}, metrics)
    await tell(store, phone=PHONE)
    await admin.execute("UPDATE deliveries SET try_at = now() - interval '2 minutes'")
    async with store.read() as reading:
        assert timedelta(minutes=2) <= await errand.waiting(reading, NOON) < timedelta(minutes=3)
    await errand.run(store, {}, NOON)
    async with store.read() as reading:
        assert await errand.waiting(reading, NOON) == timedelta()


def test_pauses_grow_and_a_channel_may_be_away_for_a_day() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert sum(pauses, timedelta()) > timedelta(days=1)
    assert pause_after(MOST_ATTEMPTS) == timedelta(hours=6)

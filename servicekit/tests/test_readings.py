"""Readings of what one was told: whose notices they are, the first alone, and kept for good."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy import Uuid, bindparam, select

from servicekit.database import Database, Query
from servicekit.identity import Caller
from servicekit.journal import Object
from servicekit.notices import Notice, notify
from servicekit.readings import addressee, record_readings, unread_about
from servicekit.testing import Issuer
from stack.testing import TestDatabase

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
ABOUT, OTHER = uuid4(), uuid4()
AIGERIM = Caller(subject="c1", iin="880417499014")
ERLAN = Caller(subject="c2", iin="850101300019")
OFFICER = Caller(subject="o1", agency="991240950611")
UNREAD = Query(select(unread_about(bindparam("about", type_=Uuid))))


def notice(to: tuple[str, str], about: UUID = ABOUT) -> Notice:
    said = {"kk": "kk", "ru": "ru", "en": "en"}
    return Notice(event="note.sealed", to=to, about=Object("note", about, 1), title=said, text=said)


@pytest.fixture
async def told(store: Database) -> Database:
    """The store, when Aigerim was told twice of one note and once of another, and a body of the first."""
    mine, body = ("KZ-IIN", "880417499014"), ("KZ-BIN", "991240950611")
    async with store.write() as writing:
        await notify(writing, notice(mine), notice(mine), notice(mine, OTHER), notice(body), at=NOON)
    return store


async def unread(store: Database, caller: Caller, about: UUID = ABOUT) -> list[UUID]:
    async with store.read() as reading:
        found: list[UUID] | None = await reading.value(UNREAD, about=about, **addressee(caller))
        return found or []


async def read(store: Database, caller: Caller, at: datetime) -> None:
    async with store.write() as writing:
        await record_readings(writing, await unread(store, caller), at=at)


async def test_unread_is_what_is_for_the_caller_about_the_object(told: Database) -> None:
    assert len(await unread(told, AIGERIM)) == 2
    assert len(await unread(told, AIGERIM, OTHER)) == 1
    assert len(await unread(told, OFFICER)) == 1
    assert await unread(told, ERLAN) == []
    assert await unread(told, Caller()) == []


async def test_what_was_read_once_is_read(told: Database, admin: asyncpg.Connection) -> None:
    found = await unread(told, AIGERIM)
    await read(told, AIGERIM, NOON)
    assert await unread(told, AIGERIM) == []
    assert len(await unread(told, AIGERIM, OTHER)) == 1
    async with told.write() as writing:
        await record_readings(writing, found, at=NOON + timedelta(days=1))  # of somebody who saw them unread as well
    assert {row["read_at"] for row in await admin.fetch("SELECT read_at FROM notice_readings")} == {NOON}


async def test_where_nothing_is_unread_nothing_is_written(store: Database) -> None:
    async with store.write() as writing:
        await record_readings(writing, None, at=NOON)
        await record_readings(writing, [], at=NOON)
        assert writing._transaction is None  # noqa: SLF001 - no statement has begun one


async def test_the_mailbox_says_since_when_it_could_be_read_and_when_it_was(
    client: httpx.AsyncClient, told: Database, issuer: Issuer
) -> None:
    headers = issuer.headers("citizen", sub="c1", iin="880417499014")

    async def mailbox() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await client.get("/v1/me/notices", headers=headers)).json()["items"]
        return items

    before = await mailbox()
    assert [each["read_at"] for each in before] == [None, None, None]
    since = [datetime.fromisoformat(each["available_at"]) for each in before]
    assert all(abs(each - datetime.now(UTC)) < timedelta(minutes=5) for each in since)  # real time, not legal
    await read(told, AIGERIM, NOON)
    read_at = {each["about"]["id"]: each["read_at"] for each in await mailbox()}
    assert read_at == {str(ABOUT): "2026-08-20T12:00:00Z", str(OTHER): None}


async def test_a_reading_is_not_taken_back_by_the_application(told: Database, database: TestDatabase) -> None:
    await read(told, AIGERIM, NOON)
    application = await asyncpg.connect(database.url)
    try:
        for change in ("UPDATE notice_readings SET read_at = now()", "DELETE FROM notice_readings"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await application.execute(change)
    finally:
        await application.close()

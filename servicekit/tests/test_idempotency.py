"""Exactly once: whatever is repeated, raced or refused, a change happens one time and its answer stays the same."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from servicekit.database import Database, Query
from servicekit.idempotency import forget_replies
from servicekit.testing import Issuer

Headers = dict[str, str]
NOTE = {"text": "Аяулы жер"}
KEY = {"Idempotency-Key": "k-1"}


async def counts(admin: asyncpg.Connection) -> dict[str, int]:
    tables = ("notes", "journal", "replies")
    return {table: await admin.fetchval(f"SELECT count(*) FROM {table}") for table in tables}  # noqa: S608 - our names


def same(first: httpx.Response, second: httpx.Response) -> bool:
    kept = ("content-type", "etag", "location", "idempotency-key")
    return (first.status_code, first.content, *(first.headers.get(name) for name in kept)) == (
        second.status_code,
        second.content,
        *(second.headers.get(name) for name in kept),
    )


async def test_a_repeat_gets_the_same_bytes_and_changes_nothing(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers
) -> None:
    first, *repeats = [await client.post("/v1/notes", json=NOTE, headers=citizen | KEY) for _ in range(3)]
    assert (first.status_code, first.headers["idempotency-key"]) == (201, "k-1")
    assert "idempotent-replayed" not in first.headers
    for repeat in repeats:
        assert same(first, repeat)
        assert repeat.headers["idempotent-replayed"] == "true"
    assert await counts(admin) == {"notes": 1, "journal": 1, "replies": 1}


async def test_a_key_is_the_same_bare_and_quoted(client: httpx.AsyncClient, citizen: Headers) -> None:
    answers = [
        await client.post("/v1/notes", json=NOTE, headers=citizen | {"Idempotency-Key": key})
        for key in ("k-1", '"k-1"', " k-1 ".strip())
    ]
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["idempotency-key"] for answer in answers} == {"k-1"}


@pytest.mark.parametrize("body", [{"text": "other"}, {"text": ""}, {"text": "Аяулы жер", "marks": []}, {}])
async def test_a_key_is_not_for_another_request(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers, body: dict[str, Any]
) -> None:
    await client.post("/v1/notes", json=NOTE, headers=citizen | KEY)
    answer = await client.post("/v1/notes", json=body, headers=citizen | KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "key-reused")
    assert await counts(admin) == {"notes": 1, "journal": 1, "replies": 1}


async def test_a_key_belongs_to_a_person_a_method_and_a_path(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers, issuer: Issuer
) -> None:
    neighbour = issuer.headers("citizen", sub="c2")
    mine = await client.post("/v1/notes", json=NOTE, headers=citizen | KEY)
    theirs = await client.post("/v1/notes", json=NOTE, headers=neighbour | KEY)
    path = mine.headers["location"]
    replaced = await client.put(path, json=NOTE, headers=citizen | KEY | {"If-Match": '"1"'})
    sealed = await client.post(f"{path}/seal", headers=citizen | KEY)
    assert [answer.status_code for answer in (mine, theirs, replaced, sealed)] == [201, 201, 200, 200]
    assert mine.json()["id"] != theirs.json()["id"]
    assert (await counts(admin))["replies"] == 4


@pytest.mark.parametrize("key", ["", '""', '"', "a b", "a\tb", "ә", "é", "a" * 256, '"' + "a" * 256 + '"'])
async def test_what_is_no_key_is_refused(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers, key: str
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in citizen.items()]
    answer = await client.post("/v1/notes", json=NOTE, headers=[*headers, (b"idempotency-key", key.encode())])
    if key == '"':  # a single quotation mark is a visible character like any other
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-idempotency-key")
    assert (await counts(admin))["notes"] == 0


@pytest.mark.parametrize("key", ["a", "a" * 255, "{}[]()<>@,;:\\/?=", "550e8400-e29b-41d4-a716-446655440000"])
async def test_any_visible_ascii_is_a_key(client: httpx.AsyncClient, citizen: Headers, key: str) -> None:
    first, second = [
        await client.post("/v1/notes", json=NOTE, headers=citizen | {"Idempotency-Key": key}) for _ in range(2)
    ]
    assert (first.status_code, second.headers["idempotency-key"]) == (201, key)
    assert same(first, second)


async def test_without_a_key_the_answer_carries_one_that_works(client: httpx.AsyncClient, citizen: Headers) -> None:
    first, other = [await client.post("/v1/notes", json=NOTE, headers=citizen) for _ in range(2)]
    assert first.json()["id"] != other.json()["id"]
    given = {"Idempotency-Key": first.headers["idempotency-key"]}
    assert same(first, await client.post("/v1/notes", json=NOTE, headers=citizen | given))


async def test_an_action_that_succeeded_is_repeated_though_the_state_has_moved_on(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers
) -> None:
    path = (await client.post("/v1/notes", json=NOTE, headers=citizen)).headers["location"]
    sealed = await client.post(f"{path}/seal", headers=citizen | KEY | {"If-Match": '"1"'})
    assert (await client.post(f"{path}/seal", headers=citizen)).json()["code"] == "sealed"
    assert same(sealed, await client.post(f"{path}/seal", headers=citizen | KEY))
    stale = await client.post(f"{path}/seal", headers=citizen | {"If-Match": '"1"'})
    assert stale.json()["code"] == "stale"
    assert same(sealed, await client.post(f"{path}/seal", headers=citizen | KEY | {"If-Match": '"1"'}))
    assert await counts(admin) == {"notes": 1, "journal": 2, "replies": 2}


async def test_a_refusal_is_not_stored(client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers) -> None:
    path = (await client.post("/v1/notes", json=NOTE, headers=citizen)).headers["location"]
    refused = await client.put(path, json={"text": "new"}, headers=citizen | KEY | {"If-Match": '"9"'})
    assert (refused.status_code, (await counts(admin))["replies"]) == (412, 1)
    changed = await client.put(path, json={"text": "newer"}, headers=citizen | KEY | {"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["text"]) == (200, "newer")


async def test_reading_stores_nothing(client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers) -> None:
    answer = await client.get("/v1/notes", headers=citizen | KEY)
    assert (answer.status_code, (await counts(admin))["replies"]) == (200, 0)


async def test_a_repeat_needs_the_same_right_as_the_first_time(
    client: httpx.AsyncClient, citizen: Headers, issuer: Issuer
) -> None:
    await client.post("/v1/notes", json=NOTE, headers=citizen | KEY)
    retired = await client.post("/v1/notes", json=NOTE, headers=issuer.headers("auditor", sub="c1") | KEY)
    assert (retired.status_code, retired.json()["code"]) == (403, "forbidden")


async def test_sixty_four_equal_requests_at_once_are_one(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, citizen: Headers
) -> None:
    posts = (own_client.post("/v1/notes", json=NOTE, headers=citizen | KEY) for _ in range(64))
    answers = await asyncio.gather(*posts)
    made = [answer for answer in answers if answer.status_code == 201]
    assert {answer.json()["code"] for answer in answers if answer not in made} <= {"key-in-flight"}
    assert len({answer.content for answer in made}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in made) == 1
    assert await counts(own_admin) == {"notes": 1, "journal": 1, "replies": 1}


async def test_sixty_four_equal_actions_at_once_are_one(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, citizen: Headers
) -> None:
    path = (await own_client.post("/v1/notes", json=NOTE, headers=citizen)).headers["location"]
    answers = await asyncio.gather(*(own_client.post(f"{path}/seal", headers=citizen | KEY) for _ in range(64)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"key-in-flight"}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert await own_admin.fetchval("SELECT version FROM notes") == 2
    assert await counts(own_admin) == {"notes": 1, "journal": 2, "replies": 2}


async def test_a_request_that_is_still_worked_on_is_not_done_twice(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers
) -> None:
    started = "INSERT INTO replies VALUES ('c1', 'POST', '/v1/notes', 'k-1', '', 201, '{}', '')"
    async with admin.transaction():
        await admin.execute(started)
        answer = await client.post("/v1/notes", json=NOTE, headers=citizen | KEY)
        assert (answer.status_code, answer.json()["code"]) == (409, "key-in-flight")
    assert (await counts(admin))["notes"] == 0


async def test_nothing_half_done_is_left_when_a_handler_fails(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers
) -> None:
    for _ in range(2):
        assert (await client.post("/v1/notes/broken", json=NOTE, headers=citizen | KEY)).status_code == 500
    assert await counts(admin) == {"notes": 0, "journal": 0, "replies": 0}


async def test_only_old_replies_are_forgotten(
    client: httpx.AsyncClient, admin: asyncpg.Connection, store: Database, citizen: Headers
) -> None:
    for number in range(6):
        await client.post("/v1/notes", json=NOTE, headers=citizen | {"Idempotency-Key": str(number)})
    await admin.execute("UPDATE replies SET stored_at = now() - interval '30 days 1 minute' WHERE key < '3'")
    await admin.execute("UPDATE replies SET stored_at = now() - interval '29 days 23 hours' WHERE key = '3'")
    done = []
    for _ in range(3):
        async with store.write() as writing:
            done.append(await forget_replies(writing, kept=timedelta(days=30), limit=2))
    assert done == [2, 1, 0]
    async with store.read() as reading:
        left = await reading.all(Query(text("SELECT key FROM replies ORDER BY key")))
    assert [row["key"] for row in left] == ["3", "4", "5"]

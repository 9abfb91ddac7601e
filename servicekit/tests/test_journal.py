"""The journal: written with the change or not at all, private parts provable, and nothing in it ever altered."""

import hashlib
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from servicekit.database import Database
from servicekit.journal import Object, commitment, record
from servicekit.testing import Issuer
from stack.testing import TestDatabase

Headers = dict[str, str]
FEED = "/v1/journals/kit/entries"
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
PRIVATE: dict[str, Any] = {"text": "Өтініш 😀", "n": 1.5, "big": 2**53 - 1, "none": None, "list": [True, {"б": "а"}]}


async def one_entry(store: Database, **chosen: Any) -> UUID:
    usual: dict[str, Any] = {"at": NOON, "role": "citizen", "public": {"k": "v"}, "private": PRIVATE}
    async with store.write() as writing:
        return record(writing, "note.created", Object("note", uuid4(), 1), **(usual | chosen))


async def test_an_entry_holds_what_was_recorded(store: Database, admin: asyncpg.Connection) -> None:
    entry = await one_entry(store)
    row = await admin.fetchrow("SELECT *, public #>> '{k}' AS k FROM journal")
    assert (row["id"], row["event"], row["at"], row["role"], row["k"]) == (entry, "note.created", NOON, "citizen", "v")
    assert (row["object_kind"], row["object_version"], len(row["salt"])) == ("note", 1, 16)


async def test_an_entry_goes_with_the_change_that_is_given_up(store: Database, admin: asyncpg.Connection) -> None:
    with suppress(ZeroDivisionError):
        async with store.write() as writing:
            record(writing, "note.created", Object("note", uuid4(), 1), at=NOON, role="citizen", public={})
            raise ZeroDivisionError
    async with store.write() as writing:
        record(writing, "note.created", Object("note", uuid4(), 1), at=NOON, role="citizen", public={})
        await writing.roll_back()
    assert await admin.fetchval("SELECT count(*) FROM journal") == 0


async def test_change_and_entry_are_one_transaction(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers
) -> None:
    await client.post("/v1/notes", json={"text": "a"}, headers=citizen)
    same = "SELECT j.transaction::text = n.xmin::text AND n.xmin = r.xmin FROM notes n, journal j, replies r"
    assert await admin.fetchval(same)


async def test_a_private_part_is_proven_by_salt_and_canonical_json(store: Database, admin: asyncpg.Connection) -> None:
    await one_entry(store)
    await admin.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=json.loads)
    row = await admin.fetchrow("SELECT private, salt, commitment FROM journal")
    assert row["private"] == PRIVATE
    assert row["commitment"] == hashlib.sha256(row["salt"] + rfc8785.dumps(row["private"])).digest()
    assert row["commitment"] != commitment(row["salt"], PRIVATE | {"n": 1.6})


async def test_equal_private_parts_do_not_show_that_they_are_equal(store: Database, admin: asyncpg.Connection) -> None:
    for _ in range(2):
        await one_entry(store, private={"answer": "yes"})
    assert await admin.fetchval("SELECT count(DISTINCT commitment) FROM journal") == 2


async def test_without_a_private_part_there_is_nothing_to_prove(store: Database, admin: asyncpg.Connection) -> None:
    await one_entry(store, private=None)
    row = await admin.fetchrow("SELECT private, salt, commitment FROM journal")
    assert tuple(row) == (None, None, None)


@given(st.dictionaries(st.text(max_size=5), st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5)), st.binary())
def test_the_order_of_members_does_not_matter_to_a_commitment(private: dict[str, Any], salt: bytes) -> None:
    assert commitment(salt, private) == commitment(salt, dict(reversed(private.items())))


@pytest.mark.parametrize("table", ["journal", "accesses"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET role = 'x'", "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}"])
async def test_the_application_can_alter_nothing_that_was_entered(
    database: TestDatabase, table: str, statement: str
) -> None:
    app = await asyncpg.connect(database.url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement.format(table))
    await app.close()


async def test_the_feed_shows_public_parts_alone(
    client: httpx.AsyncClient, admin: asyncpg.Connection, issuer: Issuer
) -> None:
    citizen_subject = "subject:of-the-citizen"
    citizen = issuer.headers("citizen", sub=citizen_subject)
    note = (await client.post("/v1/notes", json={"text": "Құпия"}, headers=citizen)).json()
    await client.post(f"/v1/notes/{note['id']}/seal", headers=citizen)
    answer = await client.get(FEED)
    while len(answer.json()["items"]) < 2:  # the server's own housekeeping may hold entries back for a moment
        answer = await client.get(FEED)
    created, sealed = answer.json()["items"]
    assert created["object"] == {"kind": "note", "id": note["id"], "version": 1}
    assert (created["event"], created["by"], created["data"]) == ("note.created", {"role": "citizen"}, {})
    assert created["commitment"] == await admin.fetchval("SELECT encode(commitment, 'hex') FROM journal ORDER BY id")
    assert (sealed["event"], sealed["data"], sealed["commitment"]) == ("note.sealed", {"by": "hand"}, None)
    assert "Құпия" not in answer.text
    assert citizen_subject not in answer.text


async def test_a_history_tells_the_steps_in_order(client: httpx.AsyncClient, citizen: Headers) -> None:
    path = (await client.post("/v1/notes", json={"text": "a"}, headers=citizen)).headers["location"]
    await client.post(f"{path}/seal", headers=citizen)
    first = (await client.get(f"{path}/history?limit=1")).json()
    second = (await client.get(first["next"])).json()
    steps = [*first["items"], *second["items"]]
    assert [(step["event"], step["data"]) for step in steps] == [
        ("note.created", {"text": "a"}),
        ("note.sealed", {"by": "hand"}),
    ]
    assert second["next"] is None


async def test_a_restricted_read_leaves_a_trace(
    client: httpx.AsyncClient, admin: asyncpg.Connection, citizen: Headers, issuer: Issuer
) -> None:
    note = (await client.post("/v1/notes", json={"text": "a"}, headers=citizen)).json()
    officer = issuer.headers("officer", sub="o1", agency="min-transport")
    assert (await client.get(f"/v1/notes/{note['id']}/private", headers=officer)).json() == note
    assert (await client.get(f"/v1/notes/{uuid4()}/private", headers=officer)).status_code == 404
    [trace] = await admin.fetch("SELECT role, agency, operation, objects FROM accesses")
    assert tuple(trace) == ("officer", "min-transport", "read_private_note", [UUID(note["id"])])


async def test_who_cannot_leave_a_trace_sees_nothing(
    own_client: httpx.AsyncClient, own_admin: asyncpg.Connection, citizen: Headers, issuer: Issuer
) -> None:
    note = (await own_client.post("/v1/notes", json={"text": "Құпия"}, headers=citizen)).json()
    await own_admin.execute("REVOKE INSERT ON accesses FROM ashyq_kit_app")
    answer = await own_client.get(f"/v1/notes/{note['id']}/private", headers=issuer.headers("officer"))
    assert answer.status_code == 500
    assert "Құпия" not in answer.text

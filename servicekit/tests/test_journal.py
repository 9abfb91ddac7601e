"""The journal: written with the change or not at all, private parts provable, and nothing in it ever altered."""

import hashlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import rfc8785

from servicekit.database import Database, Row
from servicekit.journal import Object, digest, forget_owner, history, moment, owns, private_part, record
from servicekit.private_parts import PrivatePartBroken
from servicekit.testing import Issuer
from stack.testing import TestDatabase
from verifier.canonical import NotCanonical

Headers = dict[str, str]
FEED = "/v1/journals/kit/entries"
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
PRIVATE: dict[str, Any] = {"text": "Өтініш 😀", "n": -1, "big": 2**53 - 1, "none": None, "list": [True, {"b": "а"}]}
NOTE = UUID(int=7)
AIGUL, BOLAT = ("KZ-IIN", "880417499014"), ("KZ-IIN", "900101300012")


async def one_entry(store: Database, **chosen: Any) -> UUID:
    usual: dict[str, Any] = {"at": NOON, "role": "citizen", "public": {"k": "v"}, "private": PRIVATE}
    async with store.write() as writing:
        return record(writing, "note.created", Object("note", NOTE, 1), **(usual | chosen))


async def entries_of_note(store: Database) -> list[Row]:
    async with store.read() as reading:
        return await history(reading, NOTE, limit=10, after=None)


async def test_an_entry_holds_what_was_recorded(store: Database, admin: asyncpg.Connection) -> None:
    entry = await one_entry(store)
    row = await admin.fetchrow("SELECT *, public #>> '{k}' AS k FROM journal")
    assert (row["id"], row["event"], row["at"], row["role"], row["k"]) == (entry, "note.created", NOON, "citizen", "v")
    assert (row["object_kind"], row["object_id"], row["object_version"]) == ("note", NOTE, 1)


async def test_an_entry_has_the_hash_by_which_it_will_be_sealed(store: Database, admin: asyncpg.Connection) -> None:
    entry = await one_entry(store, at=datetime(2026, 8, 20, 17, 0, 0, 120, tzinfo=timezone(timedelta(hours=5))))
    commitment = await admin.fetchval("SELECT commitment FROM journal")
    said = {
        "at": "2026-08-20T12:00:00.000120Z",
        "by": {"role": "citizen"},
        "commitment": commitment.hex(),
        "data": {"k": "v"},
        "event": "note.created",
        "id": str(entry),
        "object": {"id": str(NOTE), "kind": "note", "version": 1},
    }
    assert await admin.fetchval("SELECT leaf FROM journal") == hashlib.sha256(b"\0" + rfc8785.dumps(said)).digest()


def test_a_digest_is_of_the_canonical_form() -> None:
    content: dict[str, Any] = {"b": ["ә", 1], "a": None}
    assert digest(content) == hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    with pytest.raises(NotCanonical):
        digest({"a": 0.5})


def test_a_moment_is_always_written_in_the_same_form() -> None:
    assert moment(NOON) == "2026-08-20T12:00:00.000000Z"
    assert moment(NOON.astimezone(timezone(timedelta(hours=-3, minutes=-30)))) == moment(NOON)


@pytest.mark.parametrize("part", ["public", "private"])
@pytest.mark.parametrize(
    "value",
    [1.5, float("nan"), 2**53, -(2**53), "\ud800", b"a", NOON, NOTE, {1}, {"б": 1}, {1: 1}, [{"deep": [1.0]}]],
    ids=ascii,
)
async def test_what_has_no_one_way_to_be_written_is_refused_at_once(
    store: Database, admin: asyncpg.Connection, part: str, value: Any
) -> None:
    with pytest.raises(NotCanonical):
        await one_entry(store, **{part: {"value": value}})
    assert await admin.fetchval("SELECT count(*) FROM journal") == 0


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


async def test_a_private_part_is_proven_by_salt_and_canonical_json(store: Database) -> None:
    await one_entry(store)
    [row] = await entries_of_note(store)
    part = private_part(row)
    assert part is not None
    assert (part.data, len(part.salt)) == (PRIVATE, 16)
    assert row["commitment"] == hashlib.sha256(part.salt + rfc8785.dumps(part.data)).digest()


async def test_a_private_part_is_kept_under_a_key_of_its_own(store: Database, admin: asyncpg.Connection) -> None:
    entries = {await one_entry(store, owner=AIGUL), await one_entry(store)}
    rows = await admin.fetch("SELECT * FROM private_keys ORDER BY number")
    assert {row["entry"] for row in rows} == entries
    assert [(row["scheme"], row["number"], len(row["key"])) for row in rows] == [(*AIGUL, 32), (None, None, 32)]
    assert rows[0]["key"] != rows[1]["key"]
    kept = await admin.fetch("SELECT private, journal::text AS whole FROM journal")
    assert not [row for row in kept if "Өтініш".encode() in row["private"] or "Өтініш" in row["whole"]]


async def test_a_key_opens_no_other_entry(store: Database, admin: asyncpg.Connection) -> None:
    await one_entry(store, private={"answer": "yes"})
    await one_entry(store, private={"answer": "no"})
    await admin.execute(
        "UPDATE private_keys SET key = other.key FROM private_keys other WHERE other.entry <> private_keys.entry"
    )
    for row in await entries_of_note(store):
        with pytest.raises(PrivatePartBroken, match=str(row["id"])):
            private_part(row)


async def test_who_is_forgotten_takes_their_words_along_and_leaves_the_acts(
    store: Database, admin: asyncpg.Connection
) -> None:
    for owner in (AIGUL, AIGUL, BOLAT, None):
        await one_entry(store, owner=owner)
    before = await admin.fetch("SELECT * FROM journal ORDER BY id")
    async with store.write() as writing:
        assert await forget_owner(writing, AIGUL) == 2
    async with store.write() as writing:
        assert await forget_owner(writing, AIGUL) == 0
    assert [private_part(row) is None for row in await entries_of_note(store)] == [True, True, False, False]
    assert await admin.fetch("SELECT * FROM journal ORDER BY id") == before


async def test_a_party_owns_what_is_said_of_them(store: Database) -> None:
    await one_entry(store, owner=AIGUL)
    asked = [(AIGUL, "note", NOTE), (BOLAT, "note", NOTE), (AIGUL, "letter", NOTE), (AIGUL, "note", UUID(int=8))]
    async with store.read() as reading:
        assert [await owns(reading, *each) for each in asked] == [True, False, False, False]
    async with store.write() as writing:
        await forget_owner(writing, AIGUL)
    async with store.read() as reading:
        assert not await owns(reading, AIGUL, "note", NOTE)


async def test_an_operator_erases_and_nobody_else_and_that_is_entered(
    client: httpx.AsyncClient, store: Database, admin: asyncpg.Connection, issuer: Issuer
) -> None:
    for owner in (AIGUL, AIGUL, BOLAT):
        await one_entry(store, owner=owner)
    body = {"scheme": "KZ-IIN", "id": "880417499014"}
    assert (await client.post("/internal/erasures", json=body)).status_code == 401
    citizen, operator = issuer.headers("citizen", iin="880417499014"), issuer.headers("operator")
    assert (await client.post("/internal/erasures", json=body, headers=citizen)).status_code == 403
    answer = await client.post("/internal/erasures", json=body, headers=operator)
    assert answer.json() == {"erased": 2}
    assert [private_part(row) is None for row in await entries_of_note(store)] == [True, True, False]
    [entry] = await admin.fetch("SELECT journal::text AS whole, role FROM journal WHERE event = 'erasure.done'")
    assert entry["role"] == "operator"
    assert '"private_parts": 2' in entry["whole"].replace('""', '"')
    assert "880417499014" not in entry["whole"]


async def test_equal_private_parts_do_not_show_that_they_are_equal(store: Database, admin: asyncpg.Connection) -> None:
    for _ in range(2):
        await one_entry(store, private={"answer": "yes"})
    assert await admin.fetchval("SELECT count(DISTINCT commitment) FROM journal") == 2


async def test_without_a_private_part_there_is_nothing_to_prove(store: Database, admin: asyncpg.Connection) -> None:
    await one_entry(store, private=None, owner=AIGUL)
    assert tuple(await admin.fetchrow("SELECT private, commitment FROM journal")) == (None, None)
    assert await admin.fetchval("SELECT count(*) FROM private_keys") == 0


async def test_a_private_part_with_nothing_in_it_is_one_all_the_same(store: Database) -> None:
    await one_entry(store, private={})
    [row] = await entries_of_note(store)
    part = private_part(row)
    assert part is not None
    assert part.data == {}


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
    sealing_client: httpx.AsyncClient, admin: asyncpg.Connection, issuer: Issuer
) -> None:
    client = sealing_client
    citizen_subject = "subject:of-the-citizen"
    citizen = issuer.headers("citizen", sub=citizen_subject)
    note = (await client.post("/v1/notes", json={"text": "Құпия"}, headers=citizen)).json()
    await client.post(f"/v1/notes/{note['id']}/seal", headers=citizen)
    answer = await client.get(FEED)
    while len(answer.json()["items"]) < 2:  # until they are sealed
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

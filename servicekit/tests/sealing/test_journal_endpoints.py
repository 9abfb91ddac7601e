"""The public journal as an auditor uses it: all that it shows fits together, and nonsense gets a problem."""

import hashlib
from base64 import b64decode
from datetime import timedelta
from itertools import combinations_with_replacement
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import rfc8785

from verifier.canonical import leaf_hash_of
from verifier.notes import Checkpoint, Note, parse_checkpoint, parse_key, parse_note, signature_by
from verifier.signing import Signer, fast_verify
from verifier.tree import EMPTY_ROOT, is_consistent, root_from_inclusion, root_of

from .conftest import NOON, Journal, OverheardWitness

AT = "/v1/journals/kit"
PUBLIC: dict[str, Any] = {
    "text": 'Өтініш 😀 "\\/\b\f\n\r\t\u2028\x7f\u20ac',
    "numbers": [0, -1, 2**53 - 1, -(2**53) + 1],
    "plain": [True, False, None, {}, [], ""],
    "Z": {"b": 1, "a": 2, "aa": 3, "A": 4, "_": 5, "": 6},
}


async def entries(client: httpx.AsyncClient, limit: int = 7) -> list[dict[str, Any]]:
    """The whole journal, page by page."""
    found: list[dict[str, Any]] = []
    address: str | None = f"{AT}/entries?limit={limit}"
    while address is not None:
        page = (await client.get(address)).raise_for_status().json()
        found, address = found + page["items"], page["next"]
    return found


def leaf_of(entry: dict[str, Any]) -> bytes:
    return leaf_hash_of({name: value for name, value in entry.items() if name != "index"})


async def checkpoint(client: httpx.AsyncClient) -> tuple[Checkpoint, Note]:
    answer = (await client.get(f"{AT}/checkpoint")).raise_for_status()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    note = parse_note(answer.text)
    return parse_checkpoint(note.text), note


@pytest.fixture
async def filled(client: httpx.AsyncClient, journal: Journal) -> httpx.AsyncClient:
    """The client of a journal that has twenty entries of all kinds."""
    await journal.enter(1, public=PUBLIC, private={"text": "a"}, at=NOON + timedelta(microseconds=120))
    await journal.enter(1, public={}, at=NOON.replace(microsecond=999999), role="officer")
    await journal.enter(18)
    await journal.has_sealed()
    return client


async def test_the_leaf_of_each_entry_is_reckoned_from_the_json_as_it_is_served(
    filled: httpx.AsyncClient, admin: asyncpg.Connection
) -> None:
    found = await entries(filled)
    assert [entry["index"] for entry in found] == list(range(20))
    assert found[0]["data"] == PUBLIC
    assert [entry["at"][19:] for entry in found[:3]] == [".000120Z", ".999999Z", ".000000Z"]
    served = [rfc8785.dumps({name: value for name, value in entry.items() if name != "index"}) for entry in found]
    rows = await admin.fetch("SELECT hash FROM leaves ORDER BY index")
    assert [hashlib.sha256(b"\0" + each).digest() for each in served] == [row["hash"] for row in rows]


async def test_the_checkpoint_is_over_all_entries_and_signed_by_the_keys(
    filled: httpx.AsyncClient, log: Signer, overheard: OverheardWitness
) -> None:
    keys = (await filled.get(f"{AT}/keys")).text
    assert keys == f"{log.key.text}\n{overheard.key.text}\n"
    found, note = await checkpoint(filled)
    assert found == Checkpoint(log.key.name, 20, root_of([leaf_of(entry) for entry in await entries(filled)]))
    assert all(signature_by(note, parse_key(key), fast_verify) for key in keys.splitlines())
    assert len(note.signatures) == 2


async def test_each_entry_is_proven_under_the_checkpoint(filled: httpx.AsyncClient) -> None:
    found, _ = await checkpoint(filled)
    for entry in await entries(filled):
        proof = (await filled.get(f"{AT}/proof", params={"entry": entry["id"]})).raise_for_status().json()
        assert proof.keys() == {"entry", "index", "leaf", "proof", "checkpoint"}
        assert (proof["entry"], proof["index"]) == (entry["id"], entry["index"])
        assert bytes.fromhex(proof["leaf"]) == leaf_of(entry)
        path = [b64decode(each, validate=True) for each in proof["proof"]]
        assert root_from_inclusion(leaf_of(entry), proof["index"], found.size, path) == found.root
        assert parse_checkpoint(parse_note(proof["checkpoint"]).text) == found


async def test_between_any_two_sizes_the_journal_is_proven_consistent(filled: httpx.AsyncClient) -> None:
    leaves = [leaf_of(entry) for entry in await entries(filled)]
    for old, new in combinations_with_replacement([0, 1, 2, 3, 4, 7, 8, 9, 16, 19, 20], 2):
        answer = (await filled.get(f"{AT}/consistency?old={old}&new={new}")).raise_for_status().json()
        assert (answer["old"], answer["new"]) == (old, new)
        proof = [b64decode(each, validate=True) for each in answer["proof"]]
        assert is_consistent(old, root_of(leaves[:old]), new, root_of(leaves[:new]), proof)


async def test_tiles_have_the_hashes_side_by_side(filled: httpx.AsyncClient) -> None:
    leaves = b"".join(leaf_of(entry) for entry in await entries(filled))
    for width in (1, 2, 19, 20):
        answer = await filled.get(f"{AT}/tile/0/000.p/{width}")
        assert (answer.status_code, answer.content) == (200, leaves[: 32 * width])
        assert answer.headers["content-type"] == "application/octet-stream"


async def test_whole_tiles_have_the_names_of_the_specification(client: httpx.AsyncClient, journal: Journal) -> None:
    await journal.enter(600)
    await journal.has_sealed()
    leaves = [leaf_of(entry) for entry in await entries(client, 1000)]
    for index in (0, 1):
        answer = await client.get(f"{AT}/tile/0/00{index}")
        assert answer.content == b"".join(leaves[256 * index : 256 * (index + 1)])
    answer = await client.get(f"{AT}/tile/1/000.p/2")
    assert answer.content == root_of(leaves[:256]) + root_of(leaves[256:512])
    assert (await client.get(f"{AT}/tile/0/002.p/88")).content == b"".join(leaves[512:])
    assert await told(client, "/tile/0/000.p/256") == (404, "not-found")  # that is no part of it


LARGE = "x036/x028/x797/x018/x963"  # with 967 behind it, the last tile whose leaves have a number
NOTHING = [
    *("/tile/0/000", "/tile/0/001", "/tile/0/001.p/1", "/tile/1/000.p/1", "/tile/7/000", "/tile/0/000.p/21"),
    *("/tile/0/000.p/0", "/tile/0/000.p/01", "/tile/0/000.p/256", "/tile/0/000.p/257", "/tile/0/000.p/9999"),
    *("/tile/0/0", "/tile/0/00", "/tile/0/0000", "/tile/0/000.p", "/tile/0/000.p/", "/tile/0/000/", "/tile/0/"),
    *("/tile/0/x000/000.p/1", "/tile/0/x000", "/tile/0/000/000", "/tile/0/X000/000", "/tile/0/-01", "/tile/0/٠٠٠"),
    *(f"/tile/0/{LARGE}/967", f"/tile/0/{LARGE}/966", f"/tile/0/{LARGE}/968", "/tile/7/x999/x999/x999/x999/x999/999"),
    *(f"/tile/0/{'x999/' * 1500}999", f"/tile/0/{'x000/' * 1500}000.p/1", "/tile/0/entries/000", "/tile", "/tile/0"),
    *("/consistency?old=2&new=1", "/consistency?old=0&new=21", f"/consistency?old=0&new={2**63 - 1}"),
    *(f"/proof?entry={uuid4()}", "/unknown", "", "/"),
]
WRONG = [
    *("/tile/8/000", "/tile/-1/000", "/tile/x/000", "/tile/00x/000", "/tile/1.5/000"),
    *("/proof", "/proof?entry=", "/proof?entry=1", "/proof?entry=x&entry=y"),
    *(
        "/consistency",
        "/consistency?old=1",
        "/consistency?new=1",
        "/consistency?old=x&new=1",
        "/consistency?old=-1&new=1",
    ),
    *(f"/consistency?old=0&new={2**63}", "/consistency?old=0&new=1.5", f"/consistency?old=0&new={'9' * 5000}"),
    *("/entries?limit=0", "/entries?limit=1001", "/entries?limit=x"),
    *("/checkpoint?x=1", "/keys?x=1", "/tile/0/000.p/1?x=1", f"/proof?entry={uuid4()}&x=1", "/entries?index=1"),
]
ASKED = dict.fromkeys(NOTHING, (404, "not-found")) | dict.fromkeys(WRONG, (422, "invalid"))
ASKED |= {f"/entries?after={each}": (400, "bad-cursor") for each in ("x", "-1", "", "1.5", str(2**63), "9" * 5000)}


async def told(client: httpx.AsyncClient, path: str) -> tuple[int, str]:
    answer = await client.get(AT + path)
    if answer.headers["content-type"] != "application/problem+json":
        return answer.status_code, answer.headers["content-type"]
    return answer.status_code, answer.json()["code"]


async def test_nonsense_gets_a_problem(filled: httpx.AsyncClient) -> None:
    found = {path: await told(filled, path) for path in ASKED}
    assert {path[:80]: answer for path, answer in found.items() if answer != ASKED[path]} == {}


async def test_a_journal_is_only_read(filled: httpx.AsyncClient) -> None:
    for path in ("/entries", "/checkpoint", "/keys", "/proof", "/consistency", "/tile/0/000"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await filled.request(method, AT + path)
            assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert len(await entries(filled)) == 20


async def test_before_the_first_checkpoint_there_is_nothing_to_prove(
    absent: OverheardWitness, client: httpx.AsyncClient, journal: Journal
) -> None:
    [entry] = await journal.enter()
    for path in ("/checkpoint", f"/proof?entry={entry}", "/consistency?old=0&new=0"):
        assert await told(client, path) == (404, "not-found")
    assert await entries(client) == []
    assert (await client.get(f"{AT}/keys")).status_code == 200
    absent.is_away = False
    await journal.has_sealed()
    assert (await checkpoint(client))[0].size == 1


async def test_an_empty_journal_has_a_checkpoint(client: httpx.AsyncClient, journal: Journal) -> None:
    while not await journal.admin.fetchval("SELECT count(*) FROM cosignatures"):
        await client.get(f"{AT}/keys")
    assert (await checkpoint(client))[0] == Checkpoint("tests.example/journal", 0, EMPTY_ROOT)
    answer = await client.get(f"{AT}/consistency?old=0&new=0")
    assert answer.json() == {"old": 0, "new": 0, "proof": []}
    assert await entries(client) == []


async def test_what_is_sealed_and_not_cosigned_is_not_proven_yet(
    filled: httpx.AsyncClient, journal: Journal, overheard: OverheardWitness
) -> None:
    overheard.is_away = True
    [entry] = await journal.enter()
    while await journal.unsealed():
        await filled.get(f"{AT}/keys")
    assert (await checkpoint(filled))[0].size == 20
    assert await told(filled, f"/proof?entry={entry}") == (404, "not-found")
    assert await told(filled, "/consistency?old=20&new=21") == (404, "not-found")
    overheard.is_away = False
    await journal.has_sealed()
    assert (await filled.get(f"{AT}/proof?entry={entry}")).json()["index"] == 20

"""Receipts: whole once everything is sealed and cosigned, and checkable offline by anybody."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import rfc8785

from servicekit.journal import forget_owner
from servicekit.testing import Issuer
from verifier.notes import Key
from verifier.receipts import Verified, verify_receipt
from verifier.signing import Signer

from .conftest import Journal, OverheardWitness

Headers = dict[str, str]
NOTE = {"text": "Өтініш 😀"}


async def written(client: httpx.AsyncClient, headers: Headers) -> str:
    """The address of a new note."""
    answer = (await client.post("/v1/notes", json=NOTE, headers=headers)).raise_for_status()
    return answer.headers["location"]


async def receipt(client: httpx.AsyncClient, path: str, headers: Headers | None = None) -> httpx.Response:
    """The receipt at an address, once it is there."""
    async with asyncio.timeout(20):
        answer = await client.get(f"{path}/receipt", headers=headers)
        while answer.status_code == 202:
            await asyncio.sleep(0.02)
            answer = await client.get(f"{path}/receipt", headers=headers)
    return answer


@pytest.fixture
def keys(log: Signer, overheard: OverheardWitness) -> list[Key]:
    """What everybody can know beforehand."""
    return [log.key, overheard.key]


def verified(answer: httpx.Response, keys: list[Key] | None) -> Verified:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert rfc8785.dumps(answer.json()) == answer.content
    return verify_receipt(answer.content, keys)


async def test_a_receipt_proves_every_act(client: httpx.AsyncClient, citizen: Headers, keys: list[Key]) -> None:
    other, path = await written(client, citizen), await written(client, citizen)
    await client.post(f"{path}/seal", headers=citizen)
    found = verified(await receipt(client, path), keys)
    assert (found.object_kind, path) == ("note", f"/v1/notes/{found.object_id}")
    assert [(each.event, each.version, each.role) for each in found.entries] == [
        ("note.created", 1, "citizen"),
        ("note.sealed", 2, "citizen"),
    ]
    assert [each.index for each in found.entries] == [1, 2]
    assert [name for name, _ in found.witnesses] == ["witness.example/w1"]
    assert (found.origin, found.size, found.keys_given) == (keys[0].name, 3, True)
    assert verified(await receipt(client, other), None).entries[0].index == 0


async def test_without_a_witness_a_receipt_is_signed_by_the_journal_alone(
    sealing_client: httpx.AsyncClient, citizen: Headers, log: Signer
) -> None:
    path = await written(sealing_client, citizen)
    found = verified(await receipt(sealing_client, path), [log.key])
    assert (found.size, found.witnesses) == (1, ())


async def test_until_all_is_sealed_and_cosigned_a_receipt_waits(
    client: httpx.AsyncClient, journal: Journal, citizen: Headers, overheard: OverheardWitness, keys: list[Key]
) -> None:
    path = await written(client, citizen)
    await receipt(client, path)
    overheard.is_away = True
    await client.post(f"{path}/seal", headers=citizen)
    for _ in range(3):
        answer = await client.get(f"{path}/receipt")
        assert (answer.status_code, answer.json()) == (202, {"entries": 2, "sealed": 1})
        assert answer.headers["retry-after"] == "1"
        assert "etag" not in answer.headers
        await asyncio.sleep(0.05)
    assert len(await journal.sealed()) == 2  # and not cosigned
    overheard.is_away = False
    assert len(verified(await receipt(client, path), keys).entries) == 2


async def test_before_the_first_checkpoint_a_receipt_waits(
    absent: OverheardWitness, client: httpx.AsyncClient, citizen: Headers
) -> None:
    path = await written(client, citizen)
    answer = await client.get(f"{path}/receipt")
    assert (answer.status_code, answer.json()) == (202, {"entries": 1, "sealed": 0})
    absent.is_away = False
    assert (await receipt(client, path)).status_code == 200


async def test_private_parts_are_shown_to_whom_the_service_shows_them(
    client: httpx.AsyncClient, citizen: Headers, keys: list[Key]
) -> None:
    path = await written(client, citizen)
    await client.post(f"{path}/seal", headers=citizen)
    shown, hidden = await receipt(client, path, citizen), await receipt(client, path)
    assert [each.disclosed for each in verified(shown, keys).entries] == [True, None]
    assert [each.disclosed for each in verified(hidden, keys).entries] == [False, None]
    private = shown.json()["entries"][0]["private"]
    assert (private["data"], len(private["salt"])) == (NOTE, 32)
    assert "Өтініш" not in hidden.text
    parts = [each | {"private": None} for each in shown.json()["entries"]]
    assert parts == hidden.json()["entries"]


async def test_who_is_forgotten_keeps_a_receipt_that_holds(
    client: httpx.AsyncClient, journal: Journal, issuer: Issuer, keys: list[Key]
) -> None:
    aigul, bolat = (issuer.headers("citizen", sub=iin, iin=iin) for iin in ("880417499014", "900101300012"))
    path, other = await written(client, aigul), await written(client, bolat)
    before, untouched = await receipt(client, path, aigul), await receipt(client, other, bolat)
    async with journal.store.write() as writing:
        assert await forget_owner(writing, ("KZ-IIN", "880417499014")) == 1
    after = await receipt(client, path, aigul)
    assert [each.disclosed for each in verified(after, keys).entries] == [False]
    assert "Өтініш" not in after.text
    assert [each.disclosed for each in verified(before, keys).entries] == [True]
    assert (await receipt(client, other, bolat)).json()["entries"] == untouched.json()["entries"]


async def test_a_journal_that_is_refused_says_so_instead_of_waiting(
    client: httpx.AsyncClient, journal: Journal, citizen: Headers, keys: list[Key]
) -> None:
    sealed = await written(client, citizen)
    await receipt(client, sealed)
    await receipt(client, await written(client, citizen))
    for table in ("cosignatures", "checkpoints"):
        await journal.admin.execute(f"DELETE FROM {table} WHERE size = 2")  # noqa: S608 - named here
    await journal.admin.execute("DELETE FROM leaves WHERE index = 1")
    await journal.admin.execute("DELETE FROM journal WHERE id NOT IN (SELECT entry FROM leaves)")
    waiting = await written(client, citizen)
    answer = await receipt(client, waiting)
    assert (answer.status_code, answer.json()["code"]) == (503, "not-sealing")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"].isdigit()
    assert verified(await receipt(client, sealed), keys).size == 1
    assert (await client.post("/v1/notes", json=NOTE, headers=citizen)).status_code == 201


async def test_a_receipt_that_one_has_is_not_sent_again(
    client: httpx.AsyncClient, journal: Journal, citizen: Headers
) -> None:
    path = await written(client, citizen)
    first = await receipt(client, path, citizen)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = {"If-None-Match": first.headers["etag"]}
    again = await receipt(client, path, citizen | tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag["If-None-Match"])
    await written(client, citizen)
    await journal.has_sealed()
    later = await receipt(client, path, citizen | tag)
    assert (later.status_code, later.json()["entries"][0]["index"]) == (200, 0)
    assert later.headers["etag"] != tag["If-None-Match"]


async def test_who_sees_another_receipt_has_another_tag(
    client: httpx.AsyncClient, journal: Journal, issuer: Issuer
) -> None:
    aigul = issuer.headers("citizen", sub="a", iin="880417499014")
    path = await written(client, aigul)
    stranger = await receipt(client, path)
    answer = await receipt(client, path, aigul | {"If-None-Match": stranger.headers["etag"]})
    assert answer.status_code == 200, "who signs in gets the private parts"
    async with journal.store.write() as writing:
        await forget_owner(writing, ("KZ-IIN", "880417499014"))
    answer = await receipt(client, path, aigul | {"If-None-Match": answer.headers["etag"]})
    assert answer.status_code == 200, "what is destroyed is not confirmed"


@pytest.mark.parametrize(
    ("note", "status", "code"), [(str(uuid4()), 404, "not-found"), ("x", 422, "invalid")], ids="ab"
)
async def test_of_nothing_there_is_no_receipt(client: httpx.AsyncClient, note: str, status: int, code: str) -> None:
    answer = await client.get(f"/v1/notes/{note}/receipt")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_of_what_nothing_was_done_to_there_is_no_receipt(client: httpx.AsyncClient, journal: Journal) -> None:
    await journal.admin.execute("INSERT INTO notes VALUES ($1, '', 1, false)", UUID(int=5))
    await journal.enter()
    await journal.has_sealed()
    answer = await client.get(f"/v1/notes/{UUID(int=5)}/receipt")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_of_what_nothing_was_done_to_nobody_waits_for_a_receipt(
    absent: OverheardWitness, client: httpx.AsyncClient, journal: Journal
) -> None:
    await journal.admin.execute("INSERT INTO notes VALUES ($1, '', 1, false)", UUID(int=5))
    assert (await client.get(f"/v1/notes/{UUID(int=5)}/receipt")).status_code == 404
    assert absent.cosigned == []


async def test_a_receipt_of_very_many_acts_has_them_all(
    client: httpx.AsyncClient, journal: Journal, keys: list[Key]
) -> None:
    note: Any = uuid4()
    await journal.admin.execute("INSERT INTO notes VALUES ($1, '', 1, false)", note)
    await journal.enter(1200, note)
    await journal.has_sealed()
    found = verified(await receipt(client, f"/v1/notes/{note}"), keys)
    assert [each.version for each in found.entries] == list(range(1, 1201))

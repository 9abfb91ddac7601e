"""Receipts from a journal that was tampered with: none is given, or the verifier says what is wrong with it."""

import base64
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from servicekit.testing import JOURNAL_KEY
from verifier.notes import LOG
from verifier.receipts import Fault, verify_receipt
from verifier.signing import Signer, fast_verify

SIGNER = Signer.parse(JOURNAL_KEY)
Change: TypeAlias = Callable[..., Awaitable[Any]]
Receipt: TypeAlias = Callable[..., Awaitable[httpx.Response]]
INDEXES = [7, 300, 600]


@pytest.fixture
def receipt(serve: Callable[..., Any], operator: asyncpg.Connection, filer: Any) -> Receipt:
    """Asks for the receipt of the appeal that the entry at an index is about, as its applicant."""

    async def ask(index: int, **settings: Any) -> httpx.Response:
        query = "SELECT object_id FROM journal JOIN leaves ON entry = id WHERE index = $1"
        appeal = await operator.fetchval(query, index)
        async with serve(**settings) as client:
            answer: httpx.Response = await client.get(f"/v1/appeals/{appeal}/receipt", headers=filer.citizen)
            return answer

    return ask


@pytest.fixture
def kind_of(honest: Any) -> Callable[[httpx.Response], str | None]:
    """Says of what kind the fault of a receipt is; None if it is verified by the keys that one knows."""

    def verify(answer: httpx.Response) -> str | None:
        assert answer.status_code == 200, answer.text
        try:
            verify_receipt(answer.content, [SIGNER.key, honest.witness.key], fast_verify)
        except Fault as fault:
            return fault.kind
        return None

    return verify


Verify: TypeAlias = Callable[[httpx.Response], str | None]


async def row_at(operator: asyncpg.Connection, index: int) -> Any:
    query = 'SELECT journal.*, "key" FROM journal JOIN leaves ON leaves.entry = id JOIN private_keys p ON p.entry = id'
    return await operator.fetchrow(f"{query} WHERE index = $1", index)


@pytest.mark.parametrize("index", INDEXES)
async def test_a_receipt_from_the_honest_journal_is_verified(receipt: Receipt, kind_of: Verify, index: int) -> None:
    answer = await receipt(index)
    assert kind_of(answer) is None
    assert index in [each["index"] for each in answer.json()["entries"]]


@pytest.mark.parametrize("index", INDEXES)
@pytest.mark.parametrize(
    "change",
    [
        'public = public || \'{"due_on": "2027-01-01"}\'',
        "role = 'auditor'",
        "at = at + interval '1 day'",
        "commitment = sha256(commitment)",
    ],
    ids=["public", "role", "at", "commitment"],
)
async def test_an_edited_entry_is_found(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, change: str, index: int
) -> None:
    await operator.execute(f"UPDATE journal SET {change} FROM leaves WHERE entry = id AND index = $1", index)  # noqa: S608
    assert kind_of(await receipt(index)) == "entry"


@pytest.mark.parametrize("index", INDEXES)
async def test_a_leaf_that_is_not_the_entrys_is_found(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, index: int
) -> None:
    bit = random.Random(index).randrange(256)  # noqa: S311 - repeatable, no secret
    flipped = "UPDATE leaves SET hash = set_bit(hash, $2, 1 - get_bit(hash, $2)) WHERE index = $1"
    await operator.execute(flipped, index, bit)
    assert kind_of(await receipt(index)) == "entry"


@pytest.mark.parametrize("index", INDEXES)
async def test_an_entry_that_was_changed_with_its_leaf_is_found(
    operator: asyncpg.Connection, hash_anew: Change, receipt: Receipt, kind_of: Verify, index: int
) -> None:
    await operator.execute("UPDATE journal SET role = 'auditor' FROM leaves WHERE entry = id AND index = $1", index)
    await hash_anew(index)
    assert kind_of(await receipt(index)) == "proof"


@pytest.mark.parametrize("index", INDEXES)
async def test_another_hash_on_the_way_to_the_root_is_found(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, index: int
) -> None:
    """The neighbour's leaf, or that of 256 others."""
    await operator.execute("UPDATE leaves SET hash = sha256(hash) WHERE index = $1", index ^ 1)
    assert kind_of(await receipt(index)) == "proof"


@pytest.mark.parametrize(("index", "node"), [(7, 1), (300, 0), (600, 0), (600, 1)])
async def test_another_node_on_the_way_to_the_root_is_found(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, index: int, node: int
) -> None:
    await operator.execute("UPDATE nodes SET hash = sha256(hash) WHERE index = $1", node)
    assert kind_of(await receipt(index)) == "proof"


@pytest.mark.parametrize("index", INDEXES)
async def test_an_entry_at_another_index_is_found(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, index: int
) -> None:
    for old, new in ((index, -1), (650, index), (-1, 650)):
        await operator.execute("UPDATE leaves SET index = $2 WHERE index = $1", old, new)
    assert kind_of(await receipt(650)) == "proof"


async def test_another_key_is_found(sign_anew: Change, receipt: Receipt, kind_of: Verify) -> None:
    other = Signer.new(SIGNER.key.name, LOG)
    await sign_anew(other)
    assert kind_of(await receipt(300, journal_key=other.secret)) == "key"


async def test_a_history_that_no_witness_has_cosigned_is_found(
    operator: asyncpg.Connection, hash_anew: Change, sign_anew: Change, receipt: Receipt, kind_of: Verify
) -> None:
    await operator.execute("UPDATE journal SET role = 'auditor' FROM leaves WHERE entry = id AND index = 300")
    await hash_anew(300)
    await sign_anew()
    assert kind_of(await receipt(300)) == "witness"


@pytest.mark.parametrize("index", INDEXES)
async def test_a_private_part_that_was_damaged_is_not_given(
    operator: asyncpg.Connection, receipt: Receipt, index: int
) -> None:
    row = await row_at(operator, index)
    bit = random.Random(index).randrange(len(row["private"]) * 8)  # noqa: S311 - repeatable, no secret
    flipped = "UPDATE journal SET private = set_bit(private, $2, 1 - get_bit(private, $2)) WHERE id = $1"
    await operator.execute(flipped, row["id"], bit)
    answer = await receipt(index)
    assert answer.status_code == 500
    assert "entries" not in answer.json()


@pytest.mark.parametrize("index", INDEXES)
async def test_a_private_part_that_was_exchanged_is_found(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, index: int
) -> None:
    """The operator has its key, and can put something else under it; but not what the entry commits to."""
    row = await row_at(operator, index)
    opened = json.loads(AESGCM(row["key"]).decrypt(bytes(12), row["private"], row["id"].bytes))
    opened["data"]["text"] = "Ештеңе сұраған жоқпын."
    put = AESGCM(row["key"]).encrypt(bytes(12), json.dumps(opened).encode(), row["id"].bytes)
    await operator.execute("UPDATE journal SET private = $2 WHERE id = $1", row["id"], put)
    assert kind_of(await receipt(index)) == "private"


@pytest.mark.parametrize("index", INDEXES)
async def test_a_private_part_without_its_key_is_left_out_and_the_rest_is_verified(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, index: int
) -> None:
    row = await row_at(operator, index)
    await operator.execute("DELETE FROM private_keys WHERE entry = $1", row["id"])
    answer = await receipt(index)
    assert kind_of(answer) is None
    assert [each["private"] for each in answer.json()["entries"] if each["index"] == index] == [None]


@pytest.mark.parametrize("place", range(0, 64, 21))
async def test_a_flipped_bit_in_the_note_is_found(
    operator: asyncpg.Connection, receipt: Receipt, kind_of: Verify, place: int
) -> None:
    note = (await operator.fetchval("SELECT note FROM checkpoints WHERE size = 700")).encode()
    name, size, root, empty, line, _ = note.split(b"\n")
    signature = bytearray(base64.b64decode(line.rpartition(b" ")[2]))
    signature[4 + place] ^= 1 << place % 8
    changed = line.rpartition(b" ")[0] + b" " + base64.b64encode(signature)
    await operator.execute(
        "UPDATE checkpoints SET note = $1 WHERE size = 700",
        b"\n".join([name, size, root, empty, changed, b""]).decode(),
    )
    assert kind_of(await receipt(300)) == "signature"

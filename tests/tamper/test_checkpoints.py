"""What a journal signs, and by what keys: notes that were damaged or made anew, and keys that were exchanged."""

import base64
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg
import pytest

from servicekit.testing import JOURNAL_KEY
from verifier.notes import LOG, WITNESS, Checkpoint, checkpoint_text, parse_checkpoint, parse_note
from verifier.signing import Signer

Found: TypeAlias = list[tuple[str, str]]
Fsck: TypeAlias = Callable[..., Awaitable[Found]]
Change: TypeAlias = Callable[..., Awaitable[Any]]

SIZE = 700
LOOKED_AT = (90, 256, 300, 513, 640, 700)
SIGNER = Signer.parse(JOURNAL_KEY)
SAME_NAME = Signer.new(SIGNER.key.name, LOG)


def flips(what: str, count: int) -> list[Any]:
    chance = random.Random(what)  # noqa: S311 - repeatable, no secret
    return [pytest.param(chance.random(), id=f"{what}-{n}") for n in range(count)]


def flip(data: bytes, where: float) -> bytes:
    """The bytes with one bit flipped."""
    bit = int(where * len(data) * 8)
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


async def put_note(operator: asyncpg.Connection, note: str) -> None:
    await operator.execute("UPDATE checkpoints SET note = $1 WHERE size = $2", note, SIZE)


async def note_of(operator: asyncpg.Connection) -> str:
    note: str = await operator.fetchval("SELECT note FROM checkpoints WHERE size = $1", SIZE)
    return note


@pytest.mark.parametrize("where", flips("note", 10))
async def test_a_flipped_bit_in_the_note_is_found(operator: asyncpg.Connection, fsck: Fsck, where: float) -> None:
    note = (await note_of(operator)).encode()
    changed = flip(note, where).decode("utf-8", "replace").replace("\0", "0")
    await put_note(operator, changed)
    ((kind, place),) = await fsck()
    assert (kind in {"checkpoint", "signature", "other-log"}, place) == (True, "checkpoint")


@pytest.mark.parametrize("where", flips("root", 4))
async def test_a_flipped_bit_in_the_root_is_not_signed(operator: asyncpg.Connection, fsck: Fsck, where: float) -> None:
    note = await note_of(operator)
    root = parse_checkpoint(parse_note(note).text).root
    old, new = (base64.b64encode(each).decode() for each in (root, flip(root, where)))
    await put_note(operator, note.replace(old, new))
    assert await fsck() == [("signature", "checkpoint")]


@pytest.mark.parametrize("where", flips("signature", 4))
async def test_a_flipped_bit_in_the_signature_is_found(operator: asyncpg.Connection, fsck: Fsck, where: float) -> None:
    note = await note_of(operator)
    await put_note(operator, signature_flipped(note, where))
    assert await fsck() == [("signature", "checkpoint")]


@pytest.mark.parametrize("where", flips("cosignature", 4))
async def test_a_flipped_bit_in_the_cosignature_is_found(
    operator: asyncpg.Connection, fsck: Fsck, where: float
) -> None:
    line = await operator.fetchval("SELECT line FROM cosignatures WHERE size = $1", SIZE)
    changed = signature_flipped(line, where)
    await operator.execute("UPDATE cosignatures SET line = $1 WHERE size = $2", changed, SIZE)
    assert await fsck() == [("witness", "checkpoint")]


def signature_flipped(lines: str, where: float) -> str:
    """The lines, in the last of which one bit behind the key's id is flipped."""
    before, _, blob = lines.rstrip("\n").rpartition(" ")
    data = base64.b64decode(blob)
    return f"{before} {base64.b64encode(data[:4] + flip(data[4:], where)).decode()}\n"


@pytest.mark.parametrize("where", flips("signed", 3))
async def test_another_root_that_was_signed_is_the_checkpoints_fault(
    operator: asyncpg.Connection, fsck: Fsck, where: float
) -> None:
    root = flip(parse_checkpoint(parse_note(await note_of(operator)).text).root, where)
    text = checkpoint_text(Checkpoint(SIGNER.key.name, SIZE, root))
    await put_note(operator, f"{text}\n{SIGNER.sign(text)}")
    await operator.execute("UPDATE cosignatures SET line = '' WHERE size = $1", SIZE)
    assert await fsck() == [("witness", "checkpoint"), ("root", "checkpoint")]


@pytest.mark.parametrize("size", [0, 1, 90, 255, 256, 699, 701, 100_000])
async def test_another_size_that_was_signed_is_found(operator: asyncpg.Connection, fsck: Fsck, size: int) -> None:
    root = parse_checkpoint(parse_note(await note_of(operator)).text).root
    text = checkpoint_text(Checkpoint(SIGNER.key.name, size, root))
    await put_note(operator, f"{text}\n{SIGNER.sign(text)}")
    found = dict(await fsck())
    assert found.pop("rolled-back", None) == (f"entries[{size}:700]" if size < SIZE else None)
    assert found.pop("witness") == "checkpoint"
    if size > SIZE:
        assert found == {"truncated": f"entries[700:{size}]"}
    else:
        begin = max([0, *(each for each in (*LOOKED_AT, size // 256 * 256) if each <= size)])
        assert found == {"root": "checkpoint" if begin == size else f"entries[{begin}:{size}]"}


async def test_another_key_under_the_journals_name_is_found_by_who_remembers(sign_anew: Change, fsck: Fsck) -> None:
    await sign_anew(SAME_NAME)
    key = {"journal_key": SAME_NAME.secret}
    assert await fsck(**key) == [("key", "keys[0]"), ("witness", "checkpoint")]


async def test_another_key_under_the_journals_name_is_found_by_the_witness(
    sign_anew: Change, serve: Callable[..., Any], look: Fsck, honest: Any
) -> None:
    await sign_anew(SAME_NAME)
    async with serve(witness_url=None, witness_key=None, journal_key=SAME_NAME.secret) as client:
        assert await look(client, keys=[], notes=[]) == []
        assert await look(client, keys=[], notes=[], witness=honest.witness_url) == [("key", "keys[0]")]


async def test_another_key_does_not_hide_another_history(
    operator: asyncpg.Connection, sign_anew: Change, hash_anew: Change, fsck: Fsck
) -> None:
    await operator.execute("UPDATE journal SET role = '-' FROM leaves WHERE entry = id AND index = 400")
    await hash_anew(400)
    await sign_anew(SAME_NAME)
    found = await fsck(journal_key=SAME_NAME.secret)
    assert found == [("key", "keys[0]"), ("witness", "checkpoint"), ("rewritten", "entries[300:513]")]


async def test_a_key_that_has_not_signed_is_found(fsck: Fsck) -> None:
    assert await fsck(journal_key=SAME_NAME.secret) == [("key", "keys[0]"), ("signature", "checkpoint")]


async def test_a_witness_that_is_left_out_is_found(fsck: Fsck) -> None:
    assert await fsck(witness_url=None, witness_key=None) == [("key", "keys")]


async def test_a_witness_of_the_operators_own_is_found(operator: asyncpg.Connection, fsck: Fsck) -> None:
    own = Signer.new("witness.example/own", WITNESS)
    line = own.cosign(parse_note(await note_of(operator)).text, 1_800_000_000)
    await operator.execute("INSERT INTO cosignatures VALUES ($1, $2, $3)", SIZE, own.key.text, line)
    assert await fsck(witness_key=own.key.text) == [("key", "keys")]

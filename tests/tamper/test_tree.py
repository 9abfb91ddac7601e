"""Hashes of the tree that are not what was sealed: leaves, what is above them, and both together with the entries."""

import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg
import pytest

from stack.fsck.trees import tile_address

Found: TypeAlias = list[tuple[str, str]]
Fsck: TypeAlias = Callable[..., Awaitable[Found]]
Change: TypeAlias = Callable[..., Awaitable[Any]]

SIZE = 700
STRETCHES = ((0, 90), (90, 256), (256, 300), (300, 512), (513, 640), (640, 700))
EDIT = "UPDATE journal SET role = 'officer.' FROM leaves WHERE entry = id AND index = $1"


def somewhere(what: str, *stretches: tuple[int, int]) -> list[Any]:
    """One place in each stretch of indexes, always the same."""
    chance = random.Random(what)  # noqa: S311 - repeatable, no secret
    return [pytest.param(chance.randrange(*each), id=f"{what}-{n}") for n, each in enumerate(stretches or STRETCHES)]


def tile_of(index: int) -> str:
    return tile_address(0, index // 256, 256 if index < 512 else 188)


def within(place: str, index: int) -> bool:
    """Whether an index lies in the range that a fault names."""
    begin, _, end = place.removeprefix("entries[").removesuffix("]").partition(":")
    return int(begin) <= index < int(end)


@pytest.mark.parametrize("index", somewhere("leaf"))
async def test_a_flipped_bit_in_a_leaf_is_the_tiles_fault(operator: asyncpg.Connection, fsck: Fsck, index: int) -> None:
    bit = random.Random(index).randrange(256)  # noqa: S311 - repeatable, no secret
    flipped = "UPDATE leaves SET hash = set_bit(hash, $2, 1 - get_bit(hash, $2)) WHERE index = $1"
    await operator.execute(flipped, index, bit)
    assert await fsck() == [("tile", tile_of(index))]


@pytest.mark.parametrize("index", [0, 1])
async def test_a_flipped_bit_in_a_node_is_the_tiles_fault(operator: asyncpg.Connection, fsck: Fsck, index: int) -> None:
    bit = random.Random(f"node {index}").randrange(256)  # noqa: S311 - repeatable, no secret
    flipped = "UPDATE nodes SET hash = set_bit(hash, $2, 1 - get_bit(hash, $2)) WHERE index = $1"
    await operator.execute(flipped, index, bit)
    assert await fsck() == [("tile", "tile/1/000.p/2")]


@pytest.mark.parametrize("index", [0, 1])
async def test_a_node_that_is_gone_is_the_tiles_fault(operator: asyncpg.Connection, fsck: Fsck, index: int) -> None:
    await operator.execute("DELETE FROM nodes WHERE index = $1", index)
    assert await fsck() == [("tile", "tile/1/000.p/2")]


async def test_leaves_that_changed_places_under_their_entries_are_the_tiles_fault(
    operator: asyncpg.Connection, fsck: Fsck
) -> None:
    hashes = [
        row["hash"] for row in await operator.fetch("SELECT hash FROM leaves WHERE index IN (300, 400) ORDER BY index")
    ]
    for index, leaf in zip((400, 300), hashes, strict=True):
        await operator.execute("UPDATE leaves SET hash = $2 WHERE index = $1", index, leaf)
    assert await fsck() == [("tile", "tile/0/001")]


@pytest.mark.parametrize("index", somewhere("entry"))
async def test_an_entry_that_was_changed_with_its_leaf_contradicts_root_and_memory(
    operator: asyncpg.Connection, hash_anew: Change, fsck: Fsck, looked_around: Callable[[int], str], index: int
) -> None:
    await operator.execute(EDIT, index)
    await hash_anew(index)
    (root, place), rewritten = await fsck()
    assert root == "root"
    assert within(place, index)
    assert rewritten == ("rewritten", looked_around(index))


@pytest.mark.parametrize("index", somewhere("both", (0, 256), (256, 512), (512, 699)))
async def test_an_entry_that_was_changed_with_its_leaf_is_found_by_who_remembers_nothing(
    operator: asyncpg.Connection, hash_anew: Change, serve: Callable[..., Any], look: Fsck, index: int
) -> None:
    await operator.execute(EDIT, index)
    await hash_anew(index)
    async with serve() as client:
        found = await look(client, keys=[], notes=[])
    begin = index // 256 * 256
    assert found == [("root", f"entries[{begin}:{min(begin + 256, SIZE)}]")]


@pytest.mark.parametrize("index", somewhere("swap", (0, 90), (300, 512)))
async def test_indexes_that_were_exchanged_contradict_root_and_memory(
    operator: asyncpg.Connection, fsck: Fsck, looked_around: Callable[[int], str], index: int
) -> None:
    for old, new in ((index, -1), (690, index), (-1, 690)):
        await operator.execute("UPDATE leaves SET index = $2 WHERE index = $1", old, new)
    found = dict(await fsck())
    found.pop("reordered", None)  # where the two are about one appeal, its versions tell, too
    assert within(found.pop("root"), index)
    assert found == {"rewritten": looked_around(index)}


@pytest.mark.parametrize("index", somewhere("gone"))
async def test_an_entry_that_is_gone_with_its_leaf_and_its_index_is_deleted(
    operator: asyncpg.Connection, fsck: Fsck, looked_around: Callable[[int], str], index: int
) -> None:
    """All that comes after it has moved up; without what is remembered it would look like a shorter journal."""
    await operator.execute("DELETE FROM journal USING leaves WHERE entry = id AND index = $1", index)
    await operator.execute("DELETE FROM leaves WHERE index = $1", index)
    await operator.execute("UPDATE leaves SET index = -index WHERE index > $1", index)
    await operator.execute("UPDATE leaves SET index = -index - 1 WHERE index < 0")
    found = await fsck()
    if index >= 640:  # nobody looked between it and the end
        assert found == [("truncated", "entries[699:700]")]
        return
    (deleted, place), rewritten = found
    assert deleted == "deleted"
    assert within(place, index)
    assert rewritten == ("rewritten", looked_around(index))


@pytest.mark.parametrize("index", somewhere("history"))
@pytest.mark.parametrize("to_the_end", [False, True], ids=["one", "tail"])
async def test_a_history_that_was_rewritten_and_signed_is_found_by_who_remembers(  # noqa: PLR0917 - fixtures
    operator: asyncpg.Connection,
    hash_anew: Change,
    sign_anew: Change,
    fsck: Fsck,
    looked_around: Callable[[int], str],
    index: int,
    to_the_end: bool,  # noqa: FBT001
) -> None:
    """Entries, leaves, nodes and checkpoint are all of one piece; only the witness cannot be made to agree."""
    places = range(index, min(index + 40, SIZE)) if to_the_end else [index]
    for place in places:
        await operator.execute(EDIT, place)
    await hash_anew(*places)
    await sign_anew()
    assert await fsck() == [("witness", "checkpoint"), ("rewritten", looked_around(index))]


@pytest.mark.parametrize("index", somewhere("seen", (0, 300), (300, 700)))
async def test_a_history_that_was_rewritten_is_found_by_the_witness_alone(  # noqa: PLR0917 - fixtures
    operator: asyncpg.Connection,
    hash_anew: Change,
    sign_anew: Change,
    serve: Callable[..., Any],
    look: Fsck,
    honest: Any,
    index: int,
) -> None:
    await operator.execute(EDIT, index)
    await hash_anew(index)
    await sign_anew()
    async with serve(witness_url=None, witness_key=None) as client:
        assert await look(client, keys=[], notes=[]) == []
        assert await look(client, keys=[], notes=[], witness=honest.witness_url) == [("rewritten", "entries[0:700]")]

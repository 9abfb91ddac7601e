"""The tree in PostgreSQL is the tree of RFC 6962: its roots, its proofs and its tiles, as others reckon them."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import pairwise
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]

from servicekit.database import Database, Query, Reading, Row
from servicekit.proofs import (
    Range,
    complete_nodes,
    consistency_ranges,
    hashes_of,
    inclusion_ranges,
    root_at,
    tile,
)
from stack.testing import TestDatabase
from verifier.tree import EMPTY_ROOT, is_consistent, leaf_hash, node_hash, root_from_inclusion, root_of

TILE = 256
LARGEST = TILE**2 + 1
STEPS = [0, 1, 2, 255, 256, 257, 511, 513, 1000, 16_384, 16_640, TILE**2 - 1, TILE**2, LARGEST]
SIZES = [1, 2, 3, 127, 128, 129, 255, 256, 257, 512, 513, 4_096, 40_000, TILE**2 - 1, TILE**2, LARGEST]
HASHES = [leaf_hash(f"entry {n}".encode()) for n in range(LARGEST)]
ROOTS = {size: root_of(HASHES[:size]) for size in SIZES}
_LEAVES = (
    "INSERT INTO leaves SELECT n - 1, '5', gen_random_uuid(), hash FROM unnest($1::bytea[]) WITH ORDINALITY t(hash, n)"
)


def filled(database: TestDatabase, hashes: Sequence[bytes], steps: Sequence[int]) -> TestDatabase:
    """Put down the leaves, and what stands above them as a log does that grows in these steps."""

    async def fill() -> None:
        admin = await asyncpg.connect(database.admin_url)
        await admin.execute("TRUNCATE leaves, nodes")
        await admin.execute(_LEAVES, hashes)
        await admin.close()
        async with Database(database.url, pool_size=1, name="tree") as store, store.write() as writing:
            for old, new in pairwise(steps):
                await complete_nodes(writing, old, new)

    asyncio.run(fill())
    return database


@pytest.fixture(scope="module")
def large(new_notes: Callable[[], TestDatabase]) -> TestDatabase:
    """The tree of 65537 leaves."""
    return filled(new_notes(), HASHES, STEPS)


@pytest.fixture(scope="module")
def small(new_notes: Callable[[], TestDatabase]) -> TestDatabase:
    return new_notes()


@pytest.fixture
async def store(large: TestDatabase) -> AsyncIterator[Database]:
    async with Database(large.url, pool_size=1, name="tree") as store:
        yield store


async def hashes(store: Database, ranges: list[Range]) -> list[bytes]:
    async with store.read() as reading:
        return await hashes_of(reading, ranges)


def nodes_over(leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """What is to be kept above leaves, by level and index: the hash of every whole 256 of the level below."""
    level, below, found = 1, list(leaves), dict[tuple[int, int], bytes]()
    while below := [root_of(below[at : at + TILE]) for at in range(0, len(below) // TILE * TILE, TILE)]:
        found |= {(level, index): made for index, made in enumerate(below)}
        level += 1
    return found


async def kept(admin_url: str) -> dict[tuple[int, int], bytes]:
    admin = await asyncpg.connect(admin_url)
    rows = await admin.fetch("SELECT level, index, hash FROM nodes")
    await admin.close()
    return {(row["level"], row["index"]): row["hash"] for row in rows}


async def test_above_the_leaves_stand_the_hashes_of_every_256_and_no_others(large: TestDatabase) -> None:
    found = await kept(large.admin_url)
    assert found == nodes_over(HASHES)
    assert len(found) == 256 + 1
    assert found[2, 0] == ROOTS[TILE**2]


@pytest.mark.parametrize("seed", range(4))
def test_in_what_steps_a_tree_grows_does_not_matter(small: TestDatabase, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable mixture, no secret
    count = chance.randrange(700, 2000)
    steps = sorted({0, count, *(chance.randrange(count) for _ in range(chance.randrange(12)))})
    filled(small, HASHES[:count], steps)
    assert asyncio.run(kept(small.admin_url)) == nodes_over(HASHES[:count])


async def test_the_root_over_nothing_is_that_of_the_empty_tree(store: Database) -> None:
    async with store.read() as reading:
        assert await root_at(reading, 0) == EMPTY_ROOT == hashlib.sha256(b"").digest()
        assert await hashes_of(reading, []) == []


@pytest.mark.parametrize("size", SIZES)
async def test_a_root_is_that_of_the_tree(store: Database, size: int) -> None:
    async with store.read() as reading:
        assert await root_at(reading, size) == ROOTS[size]


@pytest.mark.parametrize("size", SIZES)
async def test_an_inclusion_proof_leads_from_each_leaf_to_the_root(store: Database, size: int) -> None:
    chance = random.Random(size)  # noqa: S311 - a repeatable mixture, no secret
    around = {0, 1, 127, 128, 254, 255, 256, 257, size // 2, size - 257, size - 256, size - 2, size - 1}
    for index in sorted(each for each in around | {chance.randrange(size) for _ in range(9)} if 0 <= each < size):
        proof = await hashes(store, inclusion_ranges(index, size))
        assert root_from_inclusion(HASHES[index], index, size, proof) == ROOTS[size]


@pytest.mark.parametrize("old", [0, *SIZES])
async def test_a_consistency_proof_leads_from_each_size_to_each_larger(store: Database, old: int) -> None:
    root = ROOTS.get(old, EMPTY_ROOT)
    for new in SIZES:
        if new <= old:
            continue
        proof = await hashes(store, consistency_ranges(old, new))
        assert is_consistent(old, root, new, ROOTS[new], proof)
        assert old == 0 or not is_consistent(old, leaf_hash(root), new, ROOTS[new], proof)


@pytest.fixture(scope="module")
def other() -> InmemoryTree:
    """The same leaves in the tree of somebody else's library."""
    tree = InmemoryTree(algorithm="sha256")
    for n in range(1100):
        tree.append_entry(f"entry {n}".encode())
    return tree


@given(st.integers(1, 1100), st.data())
def test_ranges_are_those_that_others_prove_with(other: InmemoryTree, size: int, data: st.DataObject) -> None:
    """The proof of inclusion, hash by hash; of consistency that both come to the same roots."""
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    told = other.prove_inclusion(index + 1, size).path
    proof = [root_of(HASHES[begin:end]) for begin, end in inclusion_ranges(index, size)]
    assert [HASHES[index], *proof] == told
    roots = [other.get_root(each) for each in (old, size)]
    ranges = consistency_ranges(old, size) if old < size else []
    assert is_consistent(old, roots[0], size, roots[1], [root_of(HASHES[begin:end]) for begin, end in ranges])


@given(st.integers(1, 2**62), st.data())
def test_the_proofs_of_a_tree_of_any_size_are_short(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    covered = sorted([*inclusion_ranges(index, size), (index, index + 1)])
    assert [begin for begin, _ in covered] == [0, *(end for _, end in covered[:-1])]
    assert covered[-1][1] == size
    assert len(covered) <= size.bit_length() + 1
    if old < size:
        assert len(consistency_ranges(old, size)) <= size.bit_length() + 1


LEVELS = [HASHES, [root_of(HASHES[at : at + TILE]) for at in range(0, TILE**2, TILE)], [ROOTS[TILE**2]]]
TILES = [(0, 0, 256), (0, 0, 1), (0, 1, 255), (0, 255, 256), (0, 256, 1), (1, 0, 256), (1, 0, 7), (2, 0, 1)]


@pytest.mark.parametrize(("level", "index", "width"), TILES)
async def test_a_tile_has_the_hashes_of_a_level(store: Database, level: int, index: int, width: int) -> None:
    async with store.read() as reading:
        found = await tile(reading, level, index, width)
    assert found == b"".join(LEVELS[level][index * TILE : index * TILE + width])
    assert found is not None
    assert len(found) == width * 32


NO_TILES = [(0, 256, 2), (0, 256, 256), (0, 257, 1), (1, 1, 1), (2, 0, 2), (2, 0, 256), (3, 0, 1), (7, 2**40, 256)]


@pytest.mark.parametrize(("level", "index", "width"), NO_TILES)
async def test_a_tile_that_is_not_all_there_is_not_there(store: Database, level: int, index: int, width: int) -> None:
    async with store.read() as reading:
        assert await tile(reading, level, index, width) is None


async def test_from_tiles_alone_anybody_reckons_the_root(store: Database) -> None:
    async with store.read() as reading:
        tops, rest = [await tile(reading, 2, 0, 1), await tile(reading, 0, 256, 1)], await tile(reading, 1, 0, 256)
    assert tops[0] is not None
    assert rest is not None
    assert root_of([rest[at : at + 32] for at in range(0, len(rest), 32)]) == tops[0]
    assert node_hash(tops[0], tops[1] or b"") == ROOTS[LARGEST]


class Counting(Reading):
    """Counts the hashes that are read."""

    count = 0

    async def all(self, query: Query, **values: Any) -> list[Row]:
        rows = await super().all(query, **values)
        self.count += sum(len(row["hashes"]) // 32 for row in rows)
        return rows


async def test_a_root_of_many_leaves_comes_from_some_hundred_hashes(large: TestDatabase) -> None:
    """However large the tree is: of each level at most 128 for each complete subtree."""
    async with asyncpg.create_pool(large.url, min_size=0, max_size=1) as pool:
        reading = Counting(pool)
        await root_at(reading, LARGEST - 2)
        await reading.close()
    assert reading.count == 255 + 255

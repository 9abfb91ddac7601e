"""Entries that are not what was sealed, while the tree and what was signed are as they were."""

import json
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import uuid4

import asyncpg
import pytest

Found: TypeAlias = list[tuple[str, str]]
Fsck: TypeAlias = Callable[..., Awaitable[Found]]
Relist: TypeAlias = Callable[[Callable[[list[Any]], object]], Awaitable[None]]

SIZE = 700
AT = 'SELECT journal.* FROM journal JOIN leaves ON entry = id WHERE "index" = $1'
COLUMNS = {
    "event": "event || '.'",
    "role": "'auditor'",
    "at": "at - interval '1 microsecond'",
    "object_version": "object_version + 1",
    "object_kind": "'Appeal'",
    "object_id": "gen_random_uuid()",
    "commitment": "set_byte(commitment, 31, 255 - get_byte(commitment, 31))",
    "public": 'public || \'{"due_on": "2027-01-01"}\'',
}


def somewhere(what: str, *stretches: tuple[int, int]) -> list[Any]:
    """One place in each stretch of indexes, of the two full tiles and the rest if none is given; always the same."""
    chance = random.Random(what)  # noqa: S311 - repeatable, no secret
    chosen = stretches or ((0, 256), (256, 512), (512, SIZE - 1))
    return [pytest.param(chance.randrange(*each), id=f"{what}-{n}") for n, each in enumerate(chosen)]


def flipped(public: str, chance: random.Random) -> str:
    """The JSON with one bit of one text in it flipped."""
    while True:
        place = chance.randrange(len(public))
        other = chr(ord(public[place]) ^ 1 << chance.randrange(7))
        changed = public[:place] + other + public[place + 1 :]
        try:
            if public[place].isalnum() and json.loads(changed).keys() == json.loads(public).keys():
                return changed
        except ValueError:
            continue


@pytest.mark.parametrize("index", somewhere("flip", *[(0, 256), (256, 512), (512, 700)] * 2))
async def test_a_flipped_bit_in_what_is_public_is_found(operator: asyncpg.Connection, fsck: Fsck, index: int) -> None:
    row = await operator.fetchrow(AT, index)
    changed = flipped(row["public"], random.Random(index))  # noqa: S311 - repeatable, no secret
    await operator.execute("UPDATE journal SET public = $1 WHERE id = $2", changed, row["id"])
    assert await fsck() == [("edited", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("edit", (0, 512), (512, SIZE)))
@pytest.mark.parametrize("column", COLUMNS)
async def test_a_changed_column_is_found(operator: asyncpg.Connection, fsck: Fsck, column: str, index: int) -> None:
    row = await operator.fetchrow(AT, index)
    await operator.execute(f'UPDATE journal SET "{column}" = {COLUMNS[column]} WHERE id = $1', row["id"])  # noqa: S608
    assert await fsck() == [("edited", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("delete"))
async def test_a_deleted_entry_is_found(operator: asyncpg.Connection, fsck: Fsck, index: int) -> None:
    row = await operator.fetchrow(AT, index)
    await operator.execute("DELETE FROM journal WHERE id = $1", row["id"])
    assert await fsck() == [("deleted", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("close"))
async def test_a_deleted_entry_is_found_when_the_others_close_up(relist: Relist, fsck: Fsck, index: int) -> None:
    await relist(lambda listed: listed.pop(index))
    assert await fsck() == [("deleted", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("insert"))
async def test_an_inserted_entry_is_found(operator: asyncpg.Connection, relist: Relist, fsck: Fsck, index: int) -> None:
    row = await operator.fetchrow(AT, index)
    new = uuid4()
    columns = "object_kind, object_version, event, at, role, public, leaf"
    await operator.execute(
        f'INSERT INTO journal ("transaction", id, object_id, {columns}) '  # noqa: S608 - names of columns
        f'SELECT "transaction", $1, $1, {columns} FROM journal WHERE id = $2',
        new,
        row["id"],
    )
    await relist(lambda listed: listed.insert(index, (row["transaction"], new)))
    assert await fsck() == [("inserted", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("double"))
async def test_an_entry_that_is_listed_twice_is_found(relist: Relist, fsck: Fsck, index: int) -> None:
    await relist(lambda listed: listed.insert(index, listed[(index + 350) % SIZE]))
    assert await fsck() == [("duplicated", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("cover"))
async def test_an_entry_that_is_listed_in_the_place_of_another_is_found(relist: Relist, fsck: Fsck, index: int) -> None:
    def cover(listed: list[Any]) -> None:
        listed[index] = listed[(index + 350) % SIZE]

    await relist(cover)
    assert await fsck() == [("duplicated", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("swap"))
async def test_entries_that_changed_places_are_found(relist: Relist, fsck: Fsck, index: int) -> None:
    other = random.Random(index).randrange(index + 1, SIZE)  # noqa: S311 - repeatable, no secret

    def swap(listed: list[Any]) -> None:
        listed[index], listed[other] = listed[other], listed[index]

    await relist(swap)
    assert await fsck() == [("reordered", f"entries[{index}]")]


@pytest.mark.parametrize("index", somewhere("shuffle", (0, 200), (200, 500), (500, 660)))
async def test_a_stretch_that_was_turned_round_is_found(relist: Relist, fsck: Fsck, index: int) -> None:
    def turn(listed: list[Any]) -> None:
        listed[index : index + 40] = listed[index : index + 40][::-1]

    await relist(turn)
    assert await fsck() == [("reordered", f"entries[{index}]")]


@pytest.mark.parametrize("rest", [0, *somewhere("truncate")])
async def test_a_journal_without_its_last_entries_is_found(operator: asyncpg.Connection, fsck: Fsck, rest: int) -> None:
    await operator.execute("DELETE FROM journal USING leaves WHERE entry = id AND index >= $1", rest)
    assert await fsck() == [("truncated", f"entries[{rest}:700]")]


@pytest.mark.parametrize("rest", [0, *somewhere("cut")])
async def test_a_journal_without_its_last_entries_and_leaves_is_found(
    operator: asyncpg.Connection, fsck: Fsck, rest: int
) -> None:
    await operator.execute("DELETE FROM leaves WHERE index >= $1", rest)
    assert await fsck() == [("truncated", f"entries[{rest}:700]")]


@pytest.mark.parametrize("index", somewhere("lose"))
async def test_an_index_that_is_gone_is_found(operator: asyncpg.Connection, fsck: Fsck, index: int) -> None:
    await operator.execute("DELETE FROM leaves WHERE index = $1", index)
    tile = f"tile/0/00{index // 256}" + ("" if index < 512 else ".p/188")
    assert await fsck() == [("gap", f"entries[{index}]"), ("tile", tile)]


@pytest.mark.parametrize("index", somewhere("away"))
async def test_an_entry_that_was_given_an_index_far_behind_is_found(
    operator: asyncpg.Connection, fsck: Fsck, index: int
) -> None:
    await operator.execute("UPDATE leaves SET index = 1000000 WHERE index = $1", index)
    tile = f"tile/0/00{index // 256}" + ("" if index < 512 else ".p/188")
    assert await fsck() == [("gap", f"entries[{index}]"), ("tile", tile)]


@pytest.mark.parametrize("index", somewhere("seal", (0, 20), (20, 40)))
async def test_a_leaf_that_was_changed_before_it_was_sealed_is_found(
    copied: Callable[..., Any], serve: Callable[..., Any], look: Fsck, filer: Any, index: int
) -> None:
    """The journal then signs a hash that nothing has, and says so for ever."""
    database = await copied()
    async with serve(database) as client:
        ids = [await filer.file(client) for _ in range(40)]
    operator = await asyncpg.connect(database.admin_url)
    row = await operator.fetchrow("SELECT id FROM journal WHERE object_id = $1", ids[index])
    await operator.execute("UPDATE journal SET leaf = sha256(leaf) WHERE id = $1", row["id"])
    async with serve(database, witness_url=None, witness_key=None, seal_seconds=0.02) as client:
        await filer.reach(client, SIZE + 40)
        place = await operator.fetchval("SELECT index FROM leaves WHERE entry = $1", row["id"])
        await operator.close()
        assert await look(client) == [("key", "keys"), ("edited", f"entries[{place}]")]

"""Sealing: every entry gets one place, in the order of transactions, whoever writes and seals meanwhile."""

import asyncio
import random
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import text

from servicekit.database import Database, Query
from servicekit.journal import Object, commit_entries, record, write_entries
from servicekit.sealing import MOST_AT_ONCE, Sealer
from stack.testing import TestDatabase
from verifier.notes import Checkpoint
from verifier.signing import Signer
from verifier.tree import EMPTY_ROOT

from .conftest import NOON, Journal

ORDER = "SELECT id FROM journal ORDER BY transaction, id"
NUMBER = Query(text("SELECT pg_current_xact_id()::text"))
WRITERS, CHANGES, NOTES = 8, 40, 5
SEE = Query(text("SELECT version FROM notes WHERE id = :note"))
RAISE = Query(text("UPDATE notes SET version = version + 1 WHERE id = :note AND version = :seen RETURNING version"))


async def test_an_empty_journal_has_a_checkpoint_too(journal: Journal, log: Signer) -> None:
    assert await journal.seal(Sealer(log, None)) == 0
    assert await journal.checkpoints(log.key) == [Checkpoint(log.key.name, 0, EMPTY_ROOT)]


async def test_entries_are_sealed_in_the_order_of_their_transactions(journal: Journal, log: Signer) -> None:
    for count in (3, 1, 2):
        await journal.enter(count)
    assert await journal.seal(Sealer(log, None)) == 6
    assert await journal.sealed() == [row["id"] for row in await journal.admin.fetch(ORDER)]
    assert [each.size for each in await journal.checkpoints(log.key)] == [6]


async def test_what_is_sealed_is_signed_once(journal: Journal, log: Signer) -> None:
    sealer = Sealer(log, None)
    for size in range(1, 4):
        await journal.enter()
        await journal.seal(sealer)
        assert [await sealer.run(journal.store, {}, NOON) for _ in range(3)] == [0, 0, 0]
        assert len(await journal.checkpoints(log.key)) == size


async def test_a_turn_takes_no_more_than_so_many_even_of_one_transaction(journal: Journal, log: Signer) -> None:
    await journal.enter(2 * MOST_AT_ONCE + 10)
    sealer = Sealer(log, None)
    await journal.seal(sealer)
    sizes = [each.size for each in await journal.checkpoints(log.key)]
    assert sizes == [MOST_AT_ONCE, 2 * MOST_AT_ONCE, 2 * MOST_AT_ONCE + 10]
    assert await journal.sealed() == [row["id"] for row in await journal.admin.fetch(ORDER)]


async def test_what_may_still_be_preceded_waits(journal: Journal, log: Signer) -> None:
    sealer = Sealer(log, None)
    await journal.seal(sealer)
    async with journal.store.write() as slow:
        await slow.value(NUMBER)
        [second] = await journal.enter()
        first = record(slow, "note.made", Object("note", uuid4(), 1), at=NOON, role="x", public={})
        assert await sealer.run(journal.store, {}, NOON) == 0
        assert await journal.sealed() == []
        async with journal.store.read() as reading:
            assert await sealer.waiting(reading, NOON) > timedelta()
    await journal.seal(sealer)
    assert await journal.sealed() == [first, second]
    assert first > second  # what was begun before was entered later
    async with journal.store.read() as reading:
        assert await sealer.waiting(reading, NOON) == timedelta()


async def test_a_transaction_of_another_database_holds_nothing_back(
    journal: Journal, log: Signer, own_journal: Journal
) -> None:
    async with own_journal.store.write() as elsewhere:
        record(elsewhere, "note.made", Object("note", uuid4(), 1), at=NOON, role="x", public={})
        await write_entries(elsewhere)
        entries = await journal.enter(2)
        await journal.seal(Sealer(log, None))
        assert await journal.sealed() == entries


async def test_entries_wait_by_real_time(journal: Journal, log: Signer) -> None:
    await journal.enter(at=NOON - timedelta(days=9))
    await asyncio.sleep(0.05)
    async with journal.store.read() as reading:
        waiting = await Sealer(log, None).waiting(reading, NOON + timedelta(days=9))
    assert timedelta(seconds=0.04) < waiting < timedelta(minutes=1)


async def test_sealers_at_once_seal_nothing_twice(
    own_journal: Journal, own_database: TestDatabase, log: Signer
) -> None:
    """Each with connections of its own, as in processes; together they do what one would."""

    async def turns(journal: Journal, sealer: Sealer) -> int:
        return sum([await sealer.run(journal.store, {}, NOON) for _ in range(25)])

    async with Database(own_database.url, pool_size=4, name="b", before_commit=commit_entries) as store:
        both = (own_journal, Journal(store, own_journal.admin))
        for _ in range(4):
            await own_journal.enter(300)
            turning = [turns(journal, Sealer(log, None)) for journal in both * 2]
            done = await asyncio.gather(*turning, *(own_journal.enter(3) for _ in range(20)))
            assert await own_journal.unsealed() <= 60
            assert sum(each for each in done if isinstance(each, int)) >= 300
    await own_journal.seal(Sealer(log, None))
    assert (await own_journal.checkpoints(log.key))[-1].size == 4 * 360
    assert await own_journal.sealed() == [row["id"] for row in await own_journal.admin.fetch(ORDER)]


async def change(store: Database, note: UUID, chance: random.Random) -> bool:
    """Raise a note's version in a transaction that takes its time, and sometimes is given up or loses a race."""
    with suppress(ZeroDivisionError):
        async with store.write() as writing:
            row = await writing.run(RAISE, note=note, seen=await writing.value(SEE, note=note))
            if row is None:
                raise ZeroDivisionError
            record(writing, "note.raised", Object("note", note, row["version"]), at=NOON, role="x", public={})
            await asyncio.sleep(chance.random() ** 4 * 0.15)
            if chance.random() < 0.1:
                raise ZeroDivisionError
        return True
    return False


async def test_each_object_is_sealed_in_the_order_of_its_versions_whoever_is_late(
    own_journal: Journal, own_admin: asyncpg.Connection, log: Signer
) -> None:
    notes = [uuid4() for _ in range(NOTES)]
    await own_admin.executemany("INSERT INTO notes VALUES ($1, '', 0, false)", [(note,) for note in notes])

    async def write(number: int) -> int:
        chance = random.Random(number)  # noqa: S311 - a repeatable mixture, no secret
        return sum([await change(own_journal.store, chance.choice(notes), chance) for _ in range(CHANGES)])

    async def seal() -> None:
        while True:
            await sealer.run(own_journal.store, {}, NOON)

    sealer = Sealer(log, None)
    sealing = asyncio.create_task(seal())
    written = await asyncio.gather(*(write(number) for number in range(WRITERS)))
    sealing.cancel()
    await asyncio.gather(sealing, return_exceptions=True)
    await own_journal.seal(sealer)
    assert sum(written) == len(await own_journal.sealed()) > WRITERS * CHANGES / 4
    assert len(await own_journal.checkpoints(log.key)) > 20
    versions = defaultdict(list)
    for row in await own_admin.fetch(
        "SELECT object_id, object_version FROM journal JOIN leaves ON entry = id ORDER BY index"
    ):
        versions[row["object_id"]].append(row["object_version"])
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())

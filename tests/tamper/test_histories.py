"""Other histories than the one that was seen: that of another journal, an old one, and two at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import uuid4

import asyncpg
import httpx
import pytest

from registry.main import create_app as create_registry
from registry.settings import Settings as RegistrySettings
from servicekit.database import Database
from servicekit.journal import Object, commit_entries, record
from servicekit.testing import JOURNAL_KEY, Issuer, serving, usual_settings
from stack.fsck.checking import check
from stack.fsck.memory import Remembered
from stack.testing import TestDatabase
from verifier.notes import LOG, parse_checkpoint, parse_note, signature_by
from verifier.signing import Signer

Found: TypeAlias = list[tuple[str, str]]
Fsck: TypeAlias = Callable[..., Awaitable[Found]]
Copied: TypeAlias = Callable[..., Awaitable[TestDatabase]]

BACKED_UP_AT = 513
JOURNAL = "/v1/journals/appeals"
SIGNER = Signer.parse(JOURNAL_KEY)
OTHER = Signer.new("tests.example/registry", LOG)
WITHOUT_WITNESS = {"witness_url": None, "witness_key": None, "seal_seconds": 0.02}


@pytest.fixture
async def registry(new_database: Callable[[str, str], TestDatabase], issuer: Issuer, honest: Any) -> TestDatabase:
    """The database of another journal with a key of its own, which the same witness has cosigned."""
    database = await asyncio.to_thread(new_database, "registry", "registry")
    async with (
        Database(database.url, pool_size=1, name="tests", before_commit=commit_entries) as store,
        store.write() as writing,
    ):
        for _ in range(20):
            made = Object("proceeding", uuid4(), 1)
            record(writing, "proceeding.opened", made, at=datetime.now(UTC), role="bailiff", public={})
    settings = RegistrySettings(**usual_settings(database.url) | {"journal_key": OTHER.secret, "seal_seconds": 0.02})
    async with serving(create_registry(settings, issuer=issuer.transport)) as client:
        note = await checkpoint_of(client, 20, "/v1/journals/registry")
    operator = await asyncpg.connect(database.admin_url)
    line = honest.witness.cosign(parse_note(note).text, 1_800_000_000)
    await operator.execute("INSERT INTO cosignatures VALUES (20, $1, $2)", honest.witness.key.text, line)
    # What appeals look into before they answer anything.
    await operator.execute("CREATE TABLE calendars (version text, facts jsonb); GRANT SELECT ON calendars TO PUBLIC")
    await operator.close()
    return database


async def checkpoint_of(client: httpx.AsyncClient, size: int, journal: str = JOURNAL) -> str:
    """The checkpoint of a journal, once it has so many entries."""
    while True:
        answer = await client.get(f"{journal}/checkpoint")
        if answer.is_success and size_of(answer.text) >= size:
            return answer.text
        await asyncio.sleep(0.01)


async def test_the_database_of_another_journal_is_found(
    registry: TestDatabase, serve: Callable[..., Any], look: Fsck
) -> None:
    """With the key of the other journal, too, it is found by who remembers."""
    async with serve(registry) as client:
        assert await look(client) == [("other-log", "checkpoint")]
        assert await look(client, keys=[], notes=[]) == [("other-log", "checkpoint")]
    async with serve(registry, journal_key=OTHER.secret) as client:
        assert await look(client) == [("other-log", "keys[0]")]
        assert await look(client, keys=[], notes=[]) == []


async def test_the_key_of_another_journal_is_found(serve: Callable[..., Any], look: Fsck) -> None:
    async with serve(journal_key=OTHER.secret) as client:
        assert await look(client) == [("other-log", "keys[0]")]
        assert await look(client, keys=[], notes=[]) == [("other-log", "checkpoint")]


@pytest.mark.parametrize("looks", [0, 1, 2, 3, 4])
async def test_an_old_checkpoint_is_found_by_who_has_seen_a_later_one(
    operator: asyncpg.Connection, serve: Callable[..., Any], look: Fsck, honest: Any, looks: int
) -> None:
    size = size_of(honest.notes[looks])
    await operator.execute("DELETE FROM cosignatures WHERE size > $1", size)
    await operator.execute("DELETE FROM checkpoints WHERE size > $1", size)
    async with serve() as client:
        assert await look(client) == [("rolled-back", f"entries[{size}:700]")]
        assert await look(client, notes=honest.notes[: looks + 1]) == []


async def test_an_old_checkpoint_in_the_place_of_the_last_is_found(operator: asyncpg.Connection, fsck: Fsck) -> None:
    """Its own cosignature stands in another row."""
    old = await operator.fetchval("SELECT note FROM checkpoints WHERE size = 300")
    await operator.execute("UPDATE checkpoints SET note = $1 WHERE size = 700", old)
    assert await fsck() == [("witness", "checkpoint"), ("rolled-back", "entries[300:700]")]


async def test_a_journal_without_a_checkpoint_is_found_by_who_has_seen_one(
    operator: asyncpg.Connection, fsck: Fsck
) -> None:
    await operator.execute("DELETE FROM cosignatures; DELETE FROM checkpoints")
    assert await fsck() == [("rolled-back", "entries[0:700]")]


async def test_an_old_backup_is_found_by_memory_and_by_the_witness(
    copied: Copied, serve: Callable[..., Any], look: Fsck, honest: Any
) -> None:
    async with serve(await copied(backup=True)) as client:
        rolled_back = [("rolled-back", "entries[513:700]")]
        assert await look(client) == rolled_back
        assert await look(client, keys=[], notes=[]) == []
        assert await look(client, keys=[], notes=[], witness=honest.witness_url) == rolled_back


@pytest.mark.parametrize(
    ("size", "fault"),
    [(600, ("rolled-back", "entries[600:700]")), (720, ("rewritten", "entries[513:640]"))],
    ids=["shorter", "longer"],
)
async def test_an_old_backup_that_went_on_is_found(
    copied: Copied, serve: Callable[..., Any], look: Fsck, filer: Any, size: int, fault: tuple[str, str]
) -> None:
    async with serve(await copied(backup=True), **WITHOUT_WITNESS) as client:
        await filer.reach(client, size)
        assert await look(client) == [("key", "keys"), fault]


async def test_two_readers_who_were_shown_two_histories_prove_it_together(
    copied: Copied, serve: Callable[..., Any], look: Fsck, filer: Any, honest: Any
) -> None:
    """Each finds nothing alone: what each was shown is signed, and of one piece with what both had seen before."""
    before = [note for note in honest.notes if size_of(note) <= BACKED_UP_AT]
    shown: list[str] = []
    for size in (540, 560):
        async with serve(await copied(backup=True), **WITHOUT_WITNESS) as client:
            filer.open.clear()
            await filer.reach(client, size)
            shown.append(await checkpoint_of(client, size))
            assert await look(client, keys=[SIGNER.key.text], notes=[*before, shown[-1]]) == []
            both = Remembered(keys=[SIGNER.key.text], notes=[*before, *shown])
            faults = (await asyncio.to_thread(check, f"{client.base_url}{JOURNAL}", both)).faults
    (fault,) = faults
    assert (fault.kind, fault.place) == ("rewritten", "entries[513:540]")
    assert [*fault.evidence] == shown
    assert all(signature_by(parse_note(note), SIGNER.key) for note in shown)


def size_of(note: str) -> int:
    return parse_checkpoint(parse_note(note).text).size

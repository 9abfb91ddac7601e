"""A journal that is sealed, and a real witness over real HTTP that cosigns it and is overheard."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from servicekit.database import Database
from servicekit.journal import Object, commit_entries, record
from servicekit.sealing import Sealer
from servicekit.testing import JOURNAL_KEY, serving
from servicekit.witnesses import Witness
from stack.testing import TestDatabase
from verifier.notes import WITNESS, Checkpoint, Key, Note, parse_checkpoint, parse_note, signature_by
from verifier.signing import Signer, fast_verify
from verifier.tree import root_of
from witness.app import create_app

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
_SEALED = "SELECT index, entry, hash, leaf FROM leaves LEFT JOIN journal ON journal.id = entry ORDER BY index"
_UNSEALED = "SELECT count(*) FROM journal WHERE NOT EXISTS (SELECT FROM leaves WHERE entry = id)"
_RESTORE = """
INSERT INTO journal (transaction, id, object_kind, object_id, object_version, event, "at", role, public, leaf)
VALUES ($1::text::xid8, $2, 'note', $2, 1, 'note.restored', now(), 'x', '{}', sha256(uuid_send($2)))
"""
_BURN = "DO $$ BEGIN FOR n IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


class Journal:
    """The journal in a test's database: entered by the application, judged by an administrator."""

    def __init__(self, store: Database, admin: asyncpg.Connection) -> None:
        self.store = store
        self.admin = admin

    async def enter(self, count: int = 1, about: UUID | None = None, **sides: Any) -> list[UUID]:
        """Enter some acts, all in one transaction."""
        subject = about or uuid4()
        usual: dict[str, Any] = {"at": NOON, "role": "x", "public": {}}
        async with self.store.write() as writing:
            return [
                record(writing, "note.made", Object("note", subject, version), **(usual | sides))
                for version in range(1, count + 1)
            ]

    async def restore(self, transactions: Sequence[int]) -> list[UUID]:
        """Put down entries as a dump brings them back, with the numbers that transactions had in another cluster."""
        entries = [uuid7() for _ in transactions]
        numbered = zip(map(str, transactions), entries, strict=True)
        await self.admin.executemany(_RESTORE, list(numbered))
        return entries

    async def empty(self) -> None:
        """Begin anew."""
        for table in ("cosignatures", "checkpoints", "nodes", "leaves", "private_keys", "journal"):
            await self.admin.execute(f"DELETE FROM {table}")  # noqa: S608 - named here

    async def now(self) -> int:
        """The number of the latest transaction."""
        return int(await self.admin.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))

    async def burn(self, transactions: int) -> None:
        """Let the numbers of transactions go on, as other databases of the server do."""
        await self.admin.execute(_BURN.format(transactions))

    async def seal(self, *sealers: Sealer) -> int:
        """Let sealers take turns until nothing waits; the server's own housekeeping may hold that up."""
        done = 0
        async with asyncio.timeout(30):
            while await self.unsealed() or not await self.is_published(*sealers):
                for sealer in sealers:
                    done += await sealer.run(self.store, {}, NOON)
        return done

    async def has_sealed(self) -> None:
        """Wait until a service that seals by itself has sealed all, and has had it cosigned."""
        whole = "SELECT (SELECT max(size) FROM cosignatures) = (SELECT count(*) FROM journal)"
        async with asyncio.timeout(30):
            while not await self.admin.fetchval(whole):  # noqa: ASYNC110 - the database gives no sign when it changes
                await asyncio.sleep(0.01)

    async def is_published(self, *sealers: Sealer) -> bool:
        """Whether each sealer publishes the last checkpoint."""
        last = await self.admin.fetchval("SELECT max(size) FROM checkpoints")
        async with self.store.read() as reading:
            published = [await sealer.published(reading) for sealer in sealers]
        return all(each is not None and each.size == last for each in published)

    async def unsealed(self) -> int:
        """How many entries are not sealed."""
        count: int = await self.admin.fetchval(_UNSEALED)
        return count

    async def sealed(self) -> list[UUID]:
        """The sealed entries in their order."""
        return [row["entry"] for row in await self.admin.fetch(_SEALED)]

    async def checkpoints(self, log: Key) -> list[Checkpoint]:
        """What was signed, by size, after all that must hold of it at any time was held against it."""
        rows = await self.admin.fetch(_SEALED)
        hashes = [row["hash"] for row in rows]
        assert [row["index"] for row in rows] == list(range(len(rows)))
        assert hashes == [row["leaf"] for row in rows]
        assert len({row["entry"] for row in rows}) == len(rows)
        found = await self.admin.fetch("SELECT size, root, note FROM checkpoints ORDER BY size")
        for row in found:
            note = parse_note(row["note"])
            assert signature_by(note, log, fast_verify) is not None
            assert parse_checkpoint(note.text) == Checkpoint(log.name, row["size"], row["root"])
            assert row["root"] == root_of(hashes[: row["size"]])
        assert (found[-1]["size"] if found else 0) == len(rows)
        return [Checkpoint(log.name, row["size"], row["root"]) for row in found]


class OverheardWitness:
    """A real witness; what it cosigned is overheard, and it can be told to be away."""

    def __init__(self, data: Path, signer: Signer, *logs: Key) -> None:
        self.key = signer.key
        self.is_away = False
        self.cosigned: list[Note] = []
        self._app = create_app(data, signer, logs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, answered, statuses = bytearray(), bytearray(), []

        async def hear() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def say(message: Message) -> None:
            if "status" in message:
                statuses.append(message["status"])
            answered.extend(message.get("body", b""))
            await send(message)

        away = self.is_away and scope["type"] == "http"
        await (PlainTextResponse("", 503) if away else self._app)(scope, hear, say)
        if scope.get("path") == "/add-checkpoint" and statuses == [200]:
            note = bytes(asked).partition(b"\n\n")[2] + bytes(answered)
            self.cosigned.append(parse_note(note.decode()))

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """What it cosigned, in the order in which it did."""
        return [parse_checkpoint(note.text) for note in self.cosigned]


@pytest.fixture
def log() -> Signer:
    """Who signs the journals of the tests."""
    return Signer.parse(JOURNAL_KEY)


@pytest.fixture
def overheard(tmp_path: Path, log: Signer) -> OverheardWitness:
    """A witness of the log, to be served."""
    return OverheardWitness(tmp_path / "witness", Signer.new("witness.example/w1", WITNESS), log.key)


@pytest.fixture
def absent(overheard: OverheardWitness) -> OverheardWitness:
    """The same witness, away until the test lets it come; ask for it before the client of a service."""
    overheard.is_away = True
    return overheard


@pytest.fixture
async def witness(overheard: OverheardWitness) -> AsyncIterator[Witness]:
    """The way to the witness that is overheard."""
    async with serving(overheard) as client:
        yield Witness(client, overheard.key)


@pytest.fixture
async def client(
    build: Callable[..., FastAPI], database: TestDatabase, witness: Witness
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a sample service that seals its journal all the time, under the witness."""
    url = str(witness.client.base_url)
    async with serving(build(database.url, seal_seconds=0.02, witness_url=url, witness_key=witness.key.text)) as client:
        yield client


@pytest.fixture
def journal(store: Database, admin: asyncpg.Connection) -> Journal:
    """A journal in the shared database."""
    return Journal(store, admin)


@pytest.fixture
async def own_journal(own_database: TestDatabase, own_admin: asyncpg.Connection) -> AsyncIterator[Journal]:
    """A journal in a database of the test's own."""
    async with Database(own_database.url, pool_size=20, name="own", before_commit=commit_entries) as store:
        yield Journal(store, own_admin)

"""An honest journal in a real database behind a real service, and copies of it that their operator may tamper with."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from rich.console import Console
from structlog.testing import capture_logs

from appeals.main import create_app
from appeals.settings import Settings
from servicekit.clock import SandboxClock
from servicekit.journal import public_form
from servicekit.testing import JOURNAL_KEY, Issuer, serving, usual_settings
from stack.fsck.telling import tell
from stack.serving import serving_beside
from stack.testing import TestDatabase
from statute.deadlines import ALMATY
from verifier.canonical import leaf_hash_of
from verifier.notes import WITNESS, Checkpoint, checkpoint_text, parse_checkpoint, parse_note
from verifier.signing import Signer
from verifier.tree import root_of
from witness.app import create_app as create_witness

Found: TypeAlias = list[tuple[str, str]]

# At these sizes a reader looked at the journal; between two of them it was sealed more than once.
LOOKED_AT = (90, 256, 300, 513, 640, 700)
BACKED_UP_AT = 513
JOURNAL = "/v1/journals/appeals"
NOBODY_THERE = "http://127.0.0.1:1"
MONDAY = datetime(2026, 11, 23, 10, tzinfo=ALMATY)
AT_ONCE = 16
FILING = {
    "kind": "request",
    "agency": "min-transport",
    "subject": "Аялдама туралы",
    "text": "Аялдаманың шатыры қашан жөнделеді?",
    "language": "kk",
}
DECISION = {"outcome": "satisfied", "text": "Шатыр 1 желтоқсанға дейін жөнделеді.", "language": "kk"}
SIGNER = Signer.parse(JOURNAL_KEY)
_TABLES = ("journal", "private_keys", "leaves", "nodes", "checkpoints", "cosignatures")
_KEEP = "CREATE SCHEMA kept;" + "".join(f"CREATE TABLE kept.{table} AS TABLE {table};" for table in _TABLES)
_EMPTY = "".join(f"DELETE FROM {table};" for table in reversed(_TABLES))  # noqa: S608 - names of tables
_FILL = "".join(f"INSERT INTO {table} SELECT * FROM kept.{table};" for table in _TABLES)  # noqa: S608 - as above
_PUT_RIGHT = (
    f"{_EMPTY} ALTER TABLE leaves DROP CONSTRAINT IF EXISTS leaves_entry_key; {_FILL}"
    "ALTER TABLE leaves ADD CONSTRAINT leaves_entry_key UNIQUE (entry)"
)
_numbers = count(1)


@dataclass(frozen=True)
class Honest:
    """The journal, to which nobody is connected: as it stands, and as it once stood.

    `keys` and `notes` are what a reader remembers who has looked at it at each size of `LOOKED_AT`.
    """

    database: TestDatabase
    backup: TestDatabase
    witness: Signer
    witness_url: str
    witness_folder: Path
    keys: list[str]
    notes: list[str]


@dataclass
class Filer:
    """People who file appeals with a service, and an officer who decides some."""

    issuer: Issuer
    open: list[str] = field(default_factory=list)

    async def reach(self, client: httpx.AsyncClient, size: int) -> None:
        """Do things until the journal has so many entries, and wait until these are sealed."""
        there = await sealed(client)
        for first in range(there, size, AT_ONCE):
            count = min(AT_ONCE, size - first)
            decided, self.open = self.open[: count // 5], self.open[count // 5 :]
            acts = [self.decide(client, appeal) for appeal in decided]
            await asyncio.gather(*acts, *(self.file(client) for _ in range(count - len(decided))))
        while await sealed(client) < size:  # noqa: ASYNC110 - in the world of the test only the journal says so
            await asyncio.sleep(0.01)

    @property
    def citizen(self) -> dict[str, str]:
        """The headers of who files."""
        return self.issuer.headers("citizen", sub="c1", name="Айгерім Сапарова", iin="880417499014")

    async def file(self, client: httpx.AsyncClient) -> str:
        """File an appeal; its id."""
        answer = await client.post("/v1/appeals", json=FILING, headers=self.citizen)
        self.open.append(answer.raise_for_status().json()["id"])
        return self.open[-1]

    async def decide(self, client: httpx.AsyncClient, appeal: str) -> None:
        officer = self.issuer.headers("officer", sub="o1", name="Дәурен Оспанов", agency="min-transport")
        answer = await client.post(f"/v1/appeals/{appeal}/decision", json=DECISION, headers=officer)
        answer.raise_for_status()


async def grow(filer: Filer, url: str, size: int) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        await filer.reach(client, size)


async def sealed(client: httpx.AsyncClient) -> int:
    """How many entries the journal has under its checkpoint."""
    answer = await client.get(f"{JOURNAL}/checkpoint")
    return parse_checkpoint(parse_note(answer.text).text).size if answer.is_success else 0


def run_fsck(url: str, memory: Path | None, witness: str | None) -> Found:
    """Run `ashyq fsck --json`; the kind and the place of each fault."""
    said = io.StringIO()
    quiet = Console(file=io.StringIO())
    code = tell([url], Console(file=said), quiet, memory=memory, witness=witness, as_json=True)
    (journal,) = json.loads(said.getvalue())["journals"]
    assert journal["error"] is None, journal["error"]
    found = [(fault["kind"], fault["place"]) for fault in journal["faults"]]
    assert code == (1 if found else 0)
    return found


def remembering(file: Path, url: str, keys: Sequence[str], notes: Sequence[str]) -> Path:
    """Write the memory of a reader."""
    file.write_text(json.dumps({url: {"keys": keys, "notes": notes}}))
    return file


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What is logged during a test, rather than written out."""
    with capture_logs() as logged:
        yield logged


@pytest.fixture(scope="session")
def clock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Legal time is a Monday in November, for all."""
    file = tmp_path_factory.mktemp("clock") / "clock"
    SandboxClock(file).move_to(MONDAY)
    return file


@pytest.fixture(scope="session")
def app_on(issuer: Issuer, clock_file: Path) -> Callable[..., FastAPI]:
    """Makes the appeals service on a database; settings by name."""

    def make(database: TestDatabase, **settings: Any) -> FastAPI:
        usual = usual_settings(database.url) | {"clock_file": clock_file, "seal_seconds": 0.02}
        return create_app(Settings(**usual | settings), issuer=issuer.transport)

    return make


@pytest.fixture(scope="session")
def honest(
    new_database: Callable[[str, str], TestDatabase],
    app_on: Callable[..., FastAPI],
    issuer: Issuer,
    postgres_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Honest]:
    """The journal, built once by filing and deciding appeals; a witness has seen it grow, and a reader looked at it."""
    folder, filer, notes = tmp_path_factory.mktemp("honest"), Filer(issuer), list[str]()
    database, witness = new_database("appeals", "appeals"), Signer.new("witness.example/tests", WITNESS)
    backup = _renamed(database, f"{_name(database)}_backup")
    keys = [SIGNER.key.text, witness.key.text]
    turn = LOOKED_AT.index(BACKED_UP_AT) + 1
    with serving_beside(create_witness(folder / "witness", witness, [SIGNER.key])) as witness_url:
        for sizes in (LOOKED_AT[:turn], LOOKED_AT[turn:]):
            app = app_on(database, witness_url=witness_url, witness_key=keys[1])
            with capture_logs(), serving_beside(app) as url:
                for size in sizes:
                    asyncio.run(grow(filer, url, size))
                    memory = remembering(folder / "memory", f"{url}{JOURNAL}", keys, notes)
                    assert run_fsck(f"{url}{JOURNAL}", memory, witness_url) == []
                    notes.append(json.loads(memory.read_text())[f"{url}{JOURNAL}"]["notes"][-1])
            if sizes[-1] == BACKED_UP_AT:
                asyncio.run(_execute(postgres_url, _clone(database, backup)))
        assert len(notes) == len(LOOKED_AT)
        yield Honest(database, backup, witness, witness_url, folder / "witness", keys, notes)


@pytest.fixture(scope="session")
def quiet(honest: Honest) -> dict[str, Any]:
    """The settings of a service that serves what there is, and seals nothing: its witness is out of reach."""
    return {"witness_url": NOBODY_THERE, "witness_key": honest.witness.key.text, "seal_seconds": 3600}


@pytest.fixture(scope="session")
def tampered(
    honest: Honest, quiet: dict[str, Any], app_on: Callable[..., FastAPI], postgres_url: str
) -> Iterator[tuple[TestDatabase, str]]:
    """The copy that most tests tamper with, which is put right after each, and the URL of a service on it."""
    copy = _renamed(honest.database, f"{_name(honest.database)}_tampered")
    asyncio.run(_execute(postgres_url, _clone(honest.database, copy)))
    asyncio.run(_execute(copy.admin_url, _KEEP))
    with capture_logs(), serving_beside(app_on(copy, **quiet)) as url:
        yield copy, url


@pytest.fixture
async def operator(tampered: tuple[TestDatabase, str]) -> AsyncIterator[asyncpg.Connection]:
    """What the operator may do to that copy: everything."""
    connection = await asyncpg.connect(tampered[0].admin_url)
    yield connection
    await connection.execute(_PUT_RIGHT)
    await connection.close()


@pytest.fixture
async def copied(honest: Honest, postgres_url: str) -> AsyncIterator[Callable[..., Awaitable[TestDatabase]]]:
    """Makes copies of the journal's database, or of its backup, for one test."""
    made: list[TestDatabase] = []

    async def make(*, backup: bool = False) -> TestDatabase:
        source = honest.backup if backup else honest.database
        made.append(_renamed(source, f"{_name(honest.database)}_{next(_numbers)}"))
        await _execute(postgres_url, _clone(source, made[-1]))
        return made[-1]

    yield make
    for copy in made:
        await _execute(postgres_url, f'DROP DATABASE "{_name(copy)}" WITH (FORCE)')


@pytest.fixture
def serve(
    quiet: dict[str, Any], app_on: Callable[..., FastAPI], tampered: tuple[TestDatabase, str]
) -> Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]:
    """Gives a client of the service on the copy that is tampered with; by settings, or another database, one anew."""

    @asynccontextmanager
    async def start(database: TestDatabase | None = None, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        if database is None and not settings:
            async with httpx.AsyncClient(base_url=tampered[1], timeout=30) as client:
                yield client
            return
        async with serving(app_on(database or tampered[0], **quiet | settings)) as client:
            yield client

    return start


@pytest.fixture
def look(honest: Honest, tmp_path: Path) -> Callable[..., Awaitable[Found]]:
    """Lets a reader look at what a client is a client of, by `ashyq fsck`, over HTTP.

    They remember what the usual reader does, or other keys and notes; they ask a witness whose URL is given.
    """

    async def run(client: httpx.AsyncClient, *, witness: str | None = None, **memory: list[str]) -> Found:
        url = f"{str(client.base_url).rstrip('/')}{JOURNAL}"
        known = {"keys": honest.keys, "notes": honest.notes} | memory
        file = remembering(tmp_path / "memory", url, known["keys"], known["notes"])
        return await asyncio.to_thread(run_fsck, url, file, witness)

    return run


@pytest.fixture
def fsck(
    serve: Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]], look: Callable[..., Awaitable[Found]]
) -> Callable[..., Awaitable[Found]]:
    """Serves the copy as it is, with settings by name, and lets the usual reader look at it."""

    async def run(**settings: Any) -> Found:
        async with serve(**settings) as client:
            return await look(client)

    return run


@pytest.fixture
def filer(issuer: Issuer) -> Filer:
    """People who file appeals in a test."""
    return Filer(issuer)


@pytest.fixture
def relist(operator: asyncpg.Connection) -> Callable[[Callable[[list[Any]], object]], Awaitable[None]]:
    """Changes which entries are listed, by a change of the list of them, and leaves the hashes as they are."""

    async def run(change: Callable[[list[Any]], object]) -> None:
        rows = await operator.fetch('SELECT "transaction", entry, hash FROM leaves ORDER BY index')
        listed = [(row["transaction"], row["entry"]) for row in rows]
        change(listed)
        hashes = [row["hash"] for row in rows] + [bytes(32)] * max(len(listed) - len(rows), 0)
        await operator.execute("ALTER TABLE leaves DROP CONSTRAINT leaves_entry_key; DELETE FROM leaves")
        nobody = (0, "00000000-0000-0000-0000-000000000000")
        listed += [nobody] * (len(hashes) - len(listed))
        await operator.executemany(
            'INSERT INTO leaves (index, "transaction", entry, hash) VALUES ($1, $2, $3, $4)',
            [(index, *each, leaf) for index, (each, leaf) in enumerate(zip(listed, hashes, strict=True))],
        )

    return run


@pytest.fixture
def hash_anew(operator: asyncpg.Connection) -> Callable[..., Awaitable[None]]:
    """Gives the entries at these indexes the leaves that they have by what is in the journal now."""

    async def run(*indexes: int) -> None:
        for index in indexes:
            row = await operator.fetchrow(
                "SELECT journal.* FROM journal JOIN leaves ON entry = id WHERE index = $1", index
            )
            leaf = leaf_hash_of(public_form({**row, "public": json.loads(row["public"])}))
            await operator.execute("UPDATE journal SET leaf = $1 WHERE id = $2", leaf, row["id"])
            await operator.execute("UPDATE leaves SET hash = $1 WHERE entry = $2", leaf, row["id"])

    return run


@pytest.fixture
def sign_anew(operator: asyncpg.Connection, honest: Honest) -> Callable[..., Awaitable[str]]:
    """Makes all that stands above the leaves anew, signed by the journal's key or another; the note.

    A witness cosigns nothing of it.
    """

    async def run(signer: Signer = SIGNER) -> str:
        rows = await operator.fetch("SELECT hash FROM leaves ORDER BY index")
        hashes = [row["hash"] for row in rows]
        made = Checkpoint(signer.key.name, len(hashes), root_of(hashes))
        note = f"{checkpoint_text(made)}\n{signer.sign(checkpoint_text(made))}"
        await operator.execute("DELETE FROM cosignatures; DELETE FROM checkpoints; DELETE FROM nodes")
        whole = [root_of(hashes[first : first + 256]) for first in range(0, len(hashes) - 255, 256)]
        await operator.executemany("INSERT INTO nodes VALUES (1, $1, $2)", list(enumerate(whole)))
        await operator.execute(
            "INSERT INTO checkpoints (size, root, note, cluster, floor) VALUES ($1, $2, $3, 0, '0')",
            made.size,
            made.root,
            note,
        )
        await operator.execute("INSERT INTO cosignatures VALUES ($1, $2, '')", made.size, honest.witness.key.text)
        return note

    return run


@pytest.fixture
def looked_around() -> Callable[[int], str]:
    """Says between which two looks of the usual reader an entry was entered, as the place of a fault."""

    def say(index: int) -> str:
        begin = max(size for size in (0, *LOOKED_AT) if size <= index)
        return f"entries[{begin}:{min(size for size in LOOKED_AT if size > index)}]"

    return say


def _name(database: TestDatabase) -> str:
    return database.url.rpartition("/")[2]


def _renamed(database: TestDatabase, name: str) -> TestDatabase:
    urls = {each: f"{getattr(database, each).rpartition('/')[0]}/{name}" for each in ("url", "owner_url", "admin_url")}
    return replace(database, **urls)


def _clone(source: TestDatabase, copy: TestDatabase) -> str:
    return f'CREATE DATABASE "{_name(copy)}" TEMPLATE "{_name(source)}" OWNER ashyq_appeals'


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

"""Honest journals are never accused: of any size, while they grow, by whoever looks, however the network is."""

import asyncio
import io
import json
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from rich.console import Console
from starlette.types import ASGIApp, Receive, Scope, Send

from servicekit.database import Database
from servicekit.journal import Object, commit_entries, record
from servicekit.testing import serving
from stack.fsck.telling import tell
from stack.testing import TestDatabase
from verifier.following import follow

Found: TypeAlias = list[tuple[str, str]]
Fsck: TypeAlias = Callable[..., Awaitable[Found]]
ASHYQ = Path(sys.executable).with_name("ashyq")
JOURNAL = "/v1/journals/appeals"
WITHOUT_WITNESS = {"witness_url": None, "witness_key": None, "seal_seconds": 0.02}
CHANCE = random.Random("sizes")  # noqa: S311 - repeatable, no secret


def url_of(client: httpx.AsyncClient) -> str:
    return f"{str(client.base_url).rstrip('/')}{JOURNAL}"


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, *sorted(CHANCE.sample(range(3, 1200), 4)), 1001])
async def test_a_journal_of_any_size_is_verified(
    new_database: Callable[[str, str], TestDatabase], app_on: Callable[..., FastAPI], look: Fsck, size: int
) -> None:
    database = await asyncio.to_thread(new_database, "appeals", "appeals")
    async with (
        Database(database.url, pool_size=1, name="tests", before_commit=commit_entries) as store,
        store.write() as writing,
    ):
        for _ in range(size):
            record(writing, "note.made", Object("note", uuid4(), 1), at=datetime.now(UTC), role="x", public={})
    async with serving(app_on(database)) as client:
        while (note := await client.get(f"{JOURNAL}/checkpoint")).status_code == 404:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert note.text.split("\n")[1] == str(size)
        assert await look(client, keys=[], notes=[]) == []


async def test_a_journal_that_grows_while_it_is_read_is_verified(
    copied: Callable[..., Any], serve: Callable[..., Any], look: Fsck, filer: Any, honest: Any
) -> None:
    async with serve(await copied(), **WITHOUT_WITNESS) as client:
        growing, looks = asyncio.create_task(filer.reach(client, 900)), 0
        while not growing.done():
            assert await look(client, keys=honest.keys[:1]) == []
            looks += 1
        await growing
        assert looks > 3
        assert await look(client, keys=honest.keys[:1]) == []


async def test_the_journal_is_verified_by_who_remembers_by_the_witness_and_by_who_comes_anew(
    serve: Callable[..., Any], look: Fsck, honest: Any
) -> None:
    async with serve() as client:
        assert await look(client) == []
        assert await look(client, keys=[], notes=[]) == []
        assert await look(client, witness=honest.witness_url) == []
        assert await look(client, notes=honest.notes[:2], witness=honest.witness_url) == []


class Busy:
    """An app that asks every other request to come again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._asked += scope["type"] == "http"
        if scope["type"] != "http" or self._asked % 2 == 0:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 429, "headers": [(b"retry-after", b"0")]})
        await send({"type": "http.response.body", "body": b""})


async def test_who_is_asked_to_come_later_does(
    tampered: tuple[TestDatabase, str], quiet: dict[str, Any], app_on: Callable[..., FastAPI], look: Fsck
) -> None:
    async with serving(Busy(app_on(tampered[0], **quiet))) as client:
        assert await look(client) == []


@pytest.fixture
async def client(serve: Callable[..., Any]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the honest journal."""
    async with serve() as client:
        yield client


async def told(
    where: httpx.AsyncClient | str, *, memory: Path | None = None, witness: str | None = None
) -> tuple[int, str]:
    """Run `ashyq fsck` on the journal of a client, or on another URL: the exit code, and what it says."""
    said, quiet = io.StringIO(), Console(file=io.StringIO())

    def run() -> int:
        url = where if isinstance(where, str) else url_of(where)
        return tell([url], Console(file=said), quiet, memory=memory, witness=witness, as_json=False)

    return await asyncio.to_thread(run), said.getvalue()


async def test_memory_is_shared_with_who_only_follows_checkpoints(client: httpx.AsyncClient, tmp_path: Path) -> None:
    for _ in range(2):
        assert (await told(client, memory=tmp_path / "memory"))[0] == 0
        assert (await asyncio.to_thread(follow, url_of(client), tmp_path / "memory")).before == 700


async def test_a_damaged_memory_accuses_nobody(client: httpx.AsyncClient, tmp_path: Path, honest: Any) -> None:
    memory, other = tmp_path / "memory", honest.notes[0].replace("\n90\n", "\n91\n")
    for text in ("[", "[1]", json.dumps({url_of(client): {"keys": honest.keys, "notes": [other]}})):
        memory.write_text(text)
        code, said = await told(client, memory=memory)
        assert (code, memory.read_text()) == (2, text)
        assert said.startswith("appeals: not read. ")


async def test_what_is_no_journal_accuses_nobody(client: httpx.AsyncClient) -> None:
    house = str(client.base_url).rstrip("/")
    for url in (f"{house}/v1/journals/registry", f"{house}/v1", "http://127.0.0.1:1/journal", "ftp://x/appeals"):
        code, said = await told(url)
        assert (code, ": not read. " in said) == (2, True)


async def test_who_is_no_witness_of_the_journal_vouches_for_nothing(client: httpx.AsyncClient) -> None:
    house = str(client.base_url).rstrip("/")
    for witness in (house, "http://127.0.0.1:1"):
        code, said = await told(client, witness=witness)
        assert (code, said.startswith("appeals: not read. ")) == (2, True)


async def ashyq(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `ashyq fsck` as a process of its own."""

    def run() -> subprocess.CompletedProcess[str]:
        environment = {"PORT": "1", "COLUMNS": "100"}
        return subprocess.run(  # noqa: S603 - our own command
            [ASHYQ, "fsck", *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return await asyncio.to_thread(run)


async def test_the_command_says_what_it_found_and_remembers_it(
    client: httpx.AsyncClient, tmp_path: Path, honest: Any
) -> None:
    memory = tmp_path / "memory"
    done = await ashyq(url_of(client), "--memory", str(memory), "--witness", honest.witness_url)
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith("appeals: 700 entries, checkpoint ")
    assert "verified, witnessed by witness.example/tests at 20" in line
    assert json.loads(memory.read_text()) == {url_of(client): {"keys": honest.keys, "notes": honest.notes[-1:]}}


async def test_the_command_says_what_is_wrong_and_does_not_remember_it(
    serve: Callable[..., Any], operator: Any, tmp_path: Path
) -> None:
    await operator.execute("DELETE FROM journal USING leaves WHERE entry = id AND index = 300")
    async with serve() as client:
        done = await ashyq(url_of(client), "--memory", str(tmp_path / "memory"))
    assert (done.returncode, done.stderr) == (1, "")
    fault, line = done.stdout.splitlines()
    assert fault == "deleted at entries[300]: The entry that was sealed is not listed."
    assert line.startswith("appeals: 700 entries, checkpoint ")
    assert line.endswith("… NOT verified")
    assert not (tmp_path / "memory").exists()


async def test_without_a_url_the_journals_of_the_house_are_looked_for() -> None:
    done = await ashyq("--json")
    assert done.returncode == 2
    asked = [each["url"].rpartition("/") for each in json.loads(done.stdout)["journals"]]
    assert {place for place, _, _ in asked} == {"http://127.0.0.1:1/v1/journals"}
    assert [name for _, _, name in asked] == ["appeals", "legal-acts", "registry", "procurement"]

"""Files are scanned: by clamd over a socket, or on a developer's machine by what knows the test file; or they wait."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from appeals.clients import EICAR, ScannerAway, scanner_for
from appeals.settings import Settings
from servicekit.testing import serving, usual_settings
from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Look = Callable[..., Awaitable[Any]]
File = Callable[..., Awaitable[dict[str, Any]]]
Attach = Callable[..., Awaitable[httpx.Response]]
Download = Callable[..., Awaitable[httpx.Response]]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]

HARMFUL = b"a" * 300_000 + EICAR
LONGEST = 1_000_000


class Clamd:
    """A daemon that speaks as clamd does, on a real socket, and knows the test file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "clamd.sock"
        self.heard: list[bytes] = []
        self.says: bytes | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        async with await asyncio.start_unix_server(self._serve, self.path):
            yield
        self.path.unlink()

    @asynccontextmanager
    async def at_a_port(self) -> AsyncIterator[str]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            yield f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
            if len(content) > LONGEST:
                break
        self.heard.append(content)
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        writer.write(b"INSTREAM size limit exceeded. ERROR\0" if len(content) > LONGEST else self.says or found)
        await writer.drain()
        writer.close()


@pytest.fixture
def clamd(tmp_path: Path) -> Clamd:
    return Clamd(tmp_path)


async def pieces(*each: bytes) -> AsyncIterator[bytes]:
    for piece in each:
        yield piece


async def due_again(database: TestDatabase) -> None:
    """Let the pause after which a file is tried again be over."""
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("UPDATE attachments SET scan_at = now()")
    finally:
        await admin.close()


class TestByClamd:
    @pytest.fixture
    async def client(
        self, app_on: Callable[..., FastAPI], database: TestDatabase, clamd: Clamd
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A service that is told where clamd is."""
        async with serving(app_on(database, clamd_url=f"unix://{clamd.path}")) as client:
            yield client

    async def test_what_is_clean_is_read_and_what_is_harmful_never(
        self, file: File, attach: Attach, download: Download, look: Look, run_sweeps: RunSweeps, clamd: Clamd
    ) -> None:
        appeal = await file()
        clean = (await attach("citizen", appeal, b"%PDF-" + b"a" * 600_000, name="a.pdf")).json()
        harmful = (await attach("citizen", appeal, HARMFUL)).json()
        async with clamd.listening():
            assert (await run_sweeps())["scan-attachments"] == 2
        assert clamd.heard == [b"%PDF-" + b"a" * 600_000, HARMFUL]
        assert (await download("citizen", appeal, clean)).status_code == 200
        refused = await download("officer", appeal, harmful)
        assert (refused.status_code, refused.json()["code"]) == (410, "file-infected")
        shown = (await look("officer", f"/v1/appeals/{appeal['id']}/attachments"))["items"]
        assert [(each["state"], each["finding"]) for each in shown] == [
            ("clean", None), ("infected", "Eicar-Signature")
        ]  # fmt: skip
        entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
        assert [each["data"]["state"] for each in entries if each["event"] == "appeal.attachment_scanned"] == [
            "clean", "infected"
        ]  # fmt: skip
        notices = (await look("citizen", "/v1/me/notices"))["items"]
        assert [each["event"] for each in notices] == ["appeal.attachment_scanned"]

    async def test_while_the_scanner_is_away_files_wait_and_it_is_told(
        self,
        client: httpx.AsyncClient,
        file: File,
        attach: Attach,
        download: Download,
        run_sweeps: RunSweeps,
        clamd: Clamd,
    ) -> None:
        appeal = await file()
        told = (await attach("citizen", appeal, b"a")).json()
        assert (await run_sweeps())["scan-attachments"] == 0
        assert (await download("citizen", appeal, told)).status_code == 409
        lines = (await client.get("/metrics")).text.splitlines()
        [line] = [each for each in lines if each.startswith("ashyq_sweep_oldest_due_seconds{") and "scan-att" in each]
        assert float(line.rpartition(" ")[2]) > 0
        async with clamd.listening():
            assert (await run_sweeps())["scan-attachments"] == 1
        assert (await download("citizen", appeal, told)).status_code == 200

    async def test_a_file_without_a_verdict_waits_and_holds_up_no_other(
        self,
        file: File,
        attach: Attach,
        download: Download,
        run_sweeps: RunSweeps,
        clamd: Clamd,
        database: TestDatabase,
    ) -> None:
        appeal = await file()
        too_long = (await attach("citizen", appeal, b"a" * (LONGEST + 5_000_000))).json()
        other = (await attach("citizen", appeal, b"a")).json()
        async with clamd.listening():
            await run_sweeps()
            assert (await download("citizen", appeal, other)).status_code == 200
            assert (await download("citizen", appeal, too_long)).status_code == 409
            clamd.says = b"stream: Temporary failure ERROR\0"
            await due_again(database)
            await run_sweeps()
            assert (await download("citizen", appeal, too_long)).status_code == 409

    async def test_of_several_processes_each_takes_another_file(
        self, file: File, attach: Attach, run_sweeps: RunSweeps, look: Look, clamd: Clamd
    ) -> None:
        appeal = await file()
        for n in range(6):
            await attach("citizen", appeal, b"%d" % n)
        async with clamd.listening():
            await asyncio.gather(*(run_sweeps() for _ in range(3)))
        assert sorted(clamd.heard) == [b"%d" % n for n in range(6)]
        steps = (await look("citizen", f"/v1/appeals/{appeal['id']}/history"))["items"]
        assert [step["event"] for step in steps].count("appeal.attachment_scanned") == 6


async def test_clamd_is_reached_at_a_port_too(clamd: Clamd) -> None:
    async with clamd.at_a_port() as url:
        assert await scanner_for(url, local=False).scan(pieces(b"a", EICAR)) == "Eicar-Signature"
        assert await scanner_for(url, local=False).scan(pieces()) is None
    with pytest.raises(ScannerAway):
        await scanner_for(url, local=False).scan(pieces(b"a"))


@pytest.mark.parametrize("at", range(1, len(EICAR)))
async def test_on_a_developers_machine_the_test_file_is_found_wherever_pieces_part(at: int) -> None:
    scanner = scanner_for(None, local=True)
    assert await scanner.scan(pieces(b"a" * 100 + EICAR[:at], EICAR[at:] + b"b")) == "Eicar-Test-Signature"
    assert await scanner.scan(pieces(EICAR[:at], b" ", EICAR[at:])) is None


async def test_in_earnest_nothing_is_clean_without_a_scanner() -> None:
    with pytest.raises(ScannerAway, match="ASHYQ_CLAMD_URL"):
        await scanner_for(None, local=False).scan(pieces(b"a"))


@pytest.mark.parametrize("url", ["clamd:3310", "tcp://clamd", "http://clamd:3310", "unix:", "tcp://:3310"])
def test_an_address_that_leads_nowhere_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="ASHYQ_CLAMD_URL"):
        Settings(**usual_settings(), clamd_url=url)

"""Who says whether a file is harmful. Never asked inside a transaction."""

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

_CONNECT_SECONDS = 5.0
_SCAN_SECONDS = 120.0
# The test file of the European Institute for Computer Antivirus Research, in parts, lest it be found in this very file.
EICAR = b"".join((b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!", b"$H+H*"))


class ScannerAway(Exception):
    """There is no scanner, or it cannot be reached: no file can be scanned now."""


class NotScanned(Exception):
    """The scanner did not come to a verdict on this file; others may fare better."""


class Scanner(Protocol):
    """Looks at a file as it is read."""

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        """The name of what was found in the file; None when it is clean.

        Raises:
            ScannerAway, NotScanned: it is not known.
        """


def scanner_for(url: str | None, *, local: bool) -> Scanner:
    """The scanner at an address; without one, on a developer's machine one that knows the test file, else none."""
    if url is not None:
        return Clamd(urlsplit(url))
    return TestFileScanner() if local else NoScanner()


class Clamd:
    """The daemon of ClamAV, by its command INSTREAM (docs.clamav.net, ClamD Protocol), a connection for each file."""

    def __init__(self, place: SplitResult) -> None:
        self._place = place

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await self._connect()
        except OSError as error:
            raise ScannerAway(type(error).__name__) from error
        try:
            # From here on it may be the file's fault: one that is too long for clamd is cut off in its middle.
            async with asyncio.timeout(_SCAN_SECONDS):
                return _verdict(await _ask(reader, writer, pieces))
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            raise NotScanned(type(error).__name__) from error
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._place.scheme == "unix":
            return await asyncio.open_unix_connection(self._place.path)
        return await asyncio.open_connection(self._place.hostname, self._place.port)


class TestFileScanner:
    """Knows the EICAR test file and nothing else: for a developer's machine, where all the rest is clean."""

    __test__ = False  # its name begins as those of tests do

    async def scan(self, pieces: AsyncIterator[bytes]) -> str | None:
        tail = b""
        async for piece in pieces:
            window = tail + piece
            if EICAR in window:
                return "Eicar-Test-Signature"
            tail = window[1 - len(EICAR) :]
        return None


class NoScanner:
    """Where nobody scans, every file stays in quarantine."""

    async def scan(self, _: AsyncIterator[bytes]) -> str | None:
        raise ScannerAway("ASHYQ_CLAMD_URL is not set")


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: AsyncIterator[bytes]) -> bytes:
    writer.write(b"zINSTREAM\0")
    async for piece in pieces:
        writer.write(len(piece).to_bytes(4, "big") + piece)
        await writer.drain()
    writer.write(bytes(4))
    return await reader.readuntil(b"\0")


def _verdict(reply: bytes) -> str | None:
    said = reply.rstrip(b"\0").decode("utf-8", "replace").removeprefix("stream: ")
    if said == "OK":
        return None
    if not said.endswith(" FOUND"):
        raise NotScanned(said)
    return said.removesuffix(" FOUND")

"""uvicorn's way to speak HTTP, with what is written in one turn of the event loop sent in one piece.

uvicorn writes the head of an answer and its body apart, and each costs a system call, a packet and a wakening.
Chosen by `uvicorn --http servicekit.gathering:GatheringProtocol`.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST = 65536  # bytes that wait for the turn's end: more are sent at once, so that a fast writer is held back


class GatheringProtocol(HttpToolsProtocol):
    """A connection of uvicorn over a transport that gathers."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Gathering(transport, self.loop))  # type: ignore[arg-type] # it does all that one does


class _Gathering:
    """A transport whose writes leave at the end of the loop's turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._call_soon = loop.call_soon
        self._pieces: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._pieces:
            self._call_soon(self._flush)
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _MOST:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        pieces, self._pieces, self._size = self._pieces, [], 0
        if pieces and not self._transport.is_closing():
            self._transport.write(b"".join(pieces))

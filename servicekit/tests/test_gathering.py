"""What is written in one turn of the loop leaves in one piece, and a fast writer is still held back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from servicekit.gathering import GatheringProtocol

PIECE = b"x" * 65536
MANY = 1024  # pieces: 64 MB
FEW = 256  # what the buffers of both sides' sockets may hold


class App:
    """Answers with one small piece, or with many large ones as fast as it may."""

    def __init__(self) -> None:
        self.written = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/many":
            for _ in range(MANY):
                await send({"type": "http.response.body", "body": PIECE, "more_body": True})
                self.written += 1
        await send({"type": "http.response.body", "body": b"the end", "more_body": False})


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    config = uvicorn.Config(app, port=0, loop="none", lifespan="off", log_config=None, http=GatheringProtocol)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await task


async def test_head_and_body_come_together() -> None:
    async with connected(App()) as (reader, writer):
        for _ in range(3):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            said = await reader.read(65536)
            assert said.startswith(b"HTTP/1.1 200 OK\r\n")
            assert said.endswith(b"7\r\nthe end\r\n0\r\n\r\n")


async def test_all_is_sent_before_the_end() -> None:
    async with connected(App()) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("left", [True, False])
async def test_who_reads_slowly_holds_the_writer_back(*, left: bool) -> None:
    app = App()
    async with connected(app) as (reader, writer):
        writer.write(b"GET /many HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        await reader.readline()
        await asyncio.sleep(0.3)
        assert app.written < FEW
        if left:
            writer.transport.abort()
            return
        assert (await reader.read()).count(b"x") == MANY * len(PIECE)

"""Bodies flow through the gateway both ways without being gathered in it, and end when the caller leaves."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from io import StringIO
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
SendRaw = Callable[[httpx.AsyncClient, bytes], Awaitable[bytes]]
Seen = list[dict[str, Any]]

PATH = "/v1/appeals/stream"
PIECE = b"x" * 65536
MANY = 1024  # pieces: 64 MB
FEW = 256  # what the buffers of both sides' sockets may hold


class Flow:
    """A service that writes or reads many pieces, and counts them; it reads only when let."""

    def __init__(self) -> None:
        self.pieces = 0
        self.first = asyncio.Event()
        self.let = asyncio.Event()
        self.ended = asyncio.Event()

    @property
    def router(self) -> APIRouter:
        router = APIRouter()

        @router.get(PATH)
        async def download() -> StreamingResponse:
            return StreamingResponse(self._write(), media_type="text/plain")

        @router.post(PATH)
        async def upload(request: Request) -> int:
            return await self._read(request)

        return router

    async def is_quiet(self) -> int:
        """How many pieces there were when no more came."""
        before = -1
        while before != self.pieces:
            before = self.pieces
            await asyncio.sleep(0.15)
        return before

    async def _write(self) -> AsyncIterator[bytes]:
        try:
            for _ in range(MANY):
                self.pieces += 1
                yield PIECE
                await asyncio.sleep(0)
        finally:
            self.ended.set()

    async def _read(self, request: Request) -> int:
        received = 0
        try:
            async for piece in request.stream():
                received += len(piece)
                self.first.set()
                await self.let.wait()
        finally:
            self.ended.set()
        return received


async def test_a_download_arrives_while_the_service_still_writes(serve: Serve) -> None:
    go_on, router = asyncio.Event(), APIRouter()

    async def write() -> AsyncIterator[bytes]:
        yield b"first"
        await go_on.wait()
        yield b"last"

    @router.get(PATH)
    async def download() -> StreamingResponse:
        return StreamingResponse(write())

    async with serve(router) as client, client.stream("GET", PATH) as answer:
        pieces = answer.aiter_raw()
        assert await anext(pieces) == b"first"
        go_on.set()
        assert [piece async for piece in pieces] == [b"last"]


async def test_an_upload_reaches_the_service_while_the_caller_still_sends(serve: Serve) -> None:
    flow = Flow()
    flow.let.set()

    async def send() -> AsyncIterator[bytes]:
        yield b"first"
        await flow.first.wait()  # for ever, if the gateway waited for the whole body
        yield b"last"

    async with serve(flow.router) as client:
        answer = await client.post(PATH, content=send())
    assert answer.json() == len(b"firstlast")


async def test_a_caller_who_reads_slowly_holds_the_service_back(serve: Serve) -> None:
    flow = Flow()
    async with serve(flow.router) as client:
        reader, writer = await connect(client)
        writer.write(b"GET " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert 0 < await flow.is_quiet() < FEW
        whole = await reader.read()
        writer.close()
    assert flow.pieces == MANY
    assert whole.count(b"x") > MANY * len(PIECE)


async def test_a_service_that_reads_slowly_holds_the_caller_back(serve: Serve) -> None:
    flow, sent = Flow(), 0
    async with serve(flow.router, body_limit=2**40) as client:
        reader, writer = await connect(client)
        length = str(MANY * len(PIECE)).encode()
        writer.write(b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n")
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                while sent < MANY:
                    writer.write(PIECE)
                    sent += 1
                    await writer.drain()
        assert 0 < sent < FEW
        flow.let.set()
        writer.write(PIECE * (MANY - sent))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def test_a_body_may_be_as_large_as_the_limit(serve: Serve, seen: Seen) -> None:
    async with serve(body_limit=1000) as client:
        answer = await client.post("/v1/appeals", content=b"x" * 1000)
    assert (answer.status_code, len(seen[0]["body"])) == (200, 1000)


async def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(
    serve: Serve, send_raw: SendRaw, seen: Seen
) -> None:
    async with serve(body_limit=1000) as client:
        said = await send_raw(client, b"POST /v1/appeals HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n")
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert (json.loads(body)["code"], seen) == ("too-large", [])


@pytest.mark.parametrize("path", ["/v1/appeals", PATH])
async def test_a_body_that_grows_too_large_is_refused(serve: Serve, seen: Seen, path: str) -> None:
    flow = Flow()
    flow.let.set()

    async def send() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    async with serve(flow.router, body_limit=1000) as client:
        answer = await client.post(path, content=send())
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert answer.headers["content-type"] == "application/problem+json"
    assert seen == []


async def test_a_caller_who_leaves_in_the_middle_of_a_download_ends_it(serve: Serve) -> None:
    flow = Flow()
    async with serve(flow.router) as client:
        before = asyncio.all_tasks()
        _, writer = await connect(client)
        writer.write(b"GET " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        await flow.is_quiet()
        writer.close()
        async with asyncio.timeout(5):
            await flow.ended.wait()
            await until_tasks_are(before)
    assert flow.pieces < FEW


async def test_a_caller_who_leaves_in_the_middle_of_an_upload_ends_it_and_is_no_fault_of_ours(
    serve: Serve, logs: StringIO
) -> None:
    flow = Flow()
    flow.let.set()
    async with serve(flow.router) as client:
        before = asyncio.all_tasks()
        _, writer = await connect(client)
        writer.write(b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfirst")
        async with asyncio.timeout(5):
            await flow.first.wait()
            writer.close()
            await flow.ended.wait()
            await until_tasks_are(before)
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert {line["level"] for line in lines} == {"info"}
    assert [line["status"] for line in lines if line["method"] == "POST"] == [499]


async def until_tasks_are(before: set[asyncio.Task[Any]]) -> None:
    """Wait for every task that was begun since to end."""
    begun = asyncio.all_tasks() - before
    if begun:
        await asyncio.wait(begun)


async def connect(client: httpx.AsyncClient) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the client's server whose own buffers hold little."""
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
    link.setblocking(False)  # noqa: FBT003 - the standard library's own name
    await asyncio.get_running_loop().sock_connect(link, (client.base_url.host, client.base_url.port))
    return await asyncio.open_connection(sock=link)

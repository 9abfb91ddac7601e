"""An app at a URL, over real connections to a server whose every byte is written by the test."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Scope

from servicekit import connection, upstream
from servicekit.connection import CutOff, Unreachable
from servicekit.upstream import Http

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """A server that gives each connection to the test's function, and remembers what came over them."""

    def __init__(self, answer: Answer | None = None) -> None:
        self._answer = answer or self.obliging
        self.connections = 0
        self.heads: list[bytes] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the test is over
        finally:
            writer.close()

    async def head(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        return head

    async def obliging(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await self.head(reader)
            writer.write(OK)


class Caller:
    """Who asks: gives the pieces of a body one by one, and gathers the answer."""

    def __init__(self, *pieces: bytes, leaves: asyncio.Event | None = None) -> None:
        self._pieces = list(pieces) or [b""]
        self._leaves = leaves or asyncio.Event()
        self.told: list[Message] = []

    async def receive(self) -> Message:
        if self._pieces:
            piece = self._pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}
        await self._leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.told.append(message)

    @property
    def status(self) -> int:
        status: int = self.told[0]["status"]
        return status

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.told[0]["headers"])

    @property
    def body(self) -> bytes:
        assert not self.told[-1]["more_body"]
        return b"".join(message["body"] for message in self.told[1:])


def scope(method: str = "GET", *headers: tuple[bytes, bytes], target: bytes = b"/a%20b", query: bytes = b"") -> Scope:
    return {"type": "http", "method": method, "raw_path": target, "query_string": query, "headers": list(headers)}


async def ask(app: Http, method: str = "GET", *headers: tuple[bytes, bytes]) -> Caller:
    caller = Caller()
    await app(scope(method, *headers), caller.receive, caller.send)
    return caller


async def once(said: bytes, method: str = "GET", *, closes: bool = True) -> Caller:
    """What the caller gets when a server answers a request with these bytes, and then hangs up or waits."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.head(reader)
        writer.write(said)
        if not closes:
            await reader.read()

    server = Server(answer)
    async with server() as url, Http(url) as app:
        return await ask(app, method)


async def test_requests_one_after_another_share_a_connection() -> None:
    server = Server()
    async with server() as url, Http(url) as app:
        callers = [await ask(app) for _ in range(3)]
    assert [(caller.status, caller.body) for caller in callers] == [(200, b"ok")] * 3
    assert server.connections == 1


async def test_requests_at_once_have_a_connection_each() -> None:
    server = Server()
    async with server() as url, Http(url) as app:
        await asyncio.gather(*(ask(app) for _ in range(5)))
        await asyncio.gather(*(ask(app) for _ in range(5)))
    assert (server.connections, len(server.heads)) == (5, 10)


async def test_headers_of_one_hop_do_not_come_out() -> None:
    caller = await once(
        b"HTTP/1.1 201 X\r\nConnection: X-Named\r\nx-named: 1\r\nKeep-Alive: timeout=9\r\nDate: today\r\nX-Kept: 1\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    assert (caller.status, caller.headers) == (201, {b"x-kept": b"1", b"content-length": b"0"})


async def test_an_answer_may_come_before_the_body_has_ended() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await reader.read()

    server, more = Server(answer), asyncio.Event()
    caller = Caller(b"first")
    pieces = [{"type": "http.request", "body": b"first", "more_body": True}]

    async def receive() -> Message:
        if pieces:
            return pieces.pop()
        await more.wait()  # the rest never comes
        raise AssertionError

    async with server() as url, Http(url) as app:
        async with asyncio.timeout(2):
            await app(scope("POST"), receive, caller.send)
        assert (caller.status, (await ask(app)).status) == (413, 413)
    assert server.connections == 2  # the first is in the middle of a body


ANSWERS: list[tuple[str, bytes, str, tuple[int, bytes]]] = [
    ("chunked", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "GET", (200, b"ok")),
    ("until closed", b"HTTP/1.1 200 OK\r\n\r\nok", "GET", (200, b"ok")),
    ("HTTP/1.0", b"HTTP/1.0 200 OK\r\n\r\nok", "GET", (200, b"ok")),
    ("no content", b"HTTP/1.1 204 X\r\n\r\n", "GET", (204, b"")),
    ("not modified", b"HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n", "GET", (304, b"")),
    ("head", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "HEAD", (200, b"")),
    ("interim first", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, "GET", (200, b"ok")),
]


@pytest.mark.parametrize(("said", "method", "expected"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
async def test_an_answer_ends_where_the_protocol_says(said: bytes, method: str, expected: tuple[int, bytes]) -> None:
    caller = await once(said, method)
    assert (caller.status, caller.body) == expected
    assert b"link" not in caller.headers


async def test_a_trailer_does_not_become_a_header() -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nSet-Cookie: x\r\n\r\n"
    assert b"set-cookie" not in (await once(said)).headers


NO_ANSWERS = {
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "another protocol": b"SSH-2.0-OpenSSH\r\n",
    "two framings": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
    "an upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000,
}


@pytest.mark.parametrize("said", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
async def test_what_is_no_answer_is_as_none(said: bytes) -> None:
    with pytest.raises(Unreachable):
        await once(said)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["length", "chunked", "bad chunk"],
)
async def test_half_an_answer_is_not_a_whole_one(said: bytes) -> None:
    with pytest.raises(CutOff):
        await once(said)


async def test_an_answer_that_falls_silent_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_SILENCE_SECONDS", 0.1)
    with pytest.raises(CutOff, match="silent"):
        await once(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", closes=False)


async def test_an_answer_to_nothing_is_not_given_to_the_next_request() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
        await reader.read()

    async def later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
        await reader.read()

    for unasked in (answer, later):
        server = Server(unasked)
        async with server() as url, Http(url) as app:
            for _ in range(2):
                assert (await ask(app)).body == b"ok"
                await asyncio.sleep(0.1)
        assert server.connections == 2


async def test_a_connection_that_was_closed_meanwhile_is_not_used() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.head(reader)
        writer.write(OK)

    server = Server(answer)
    async with server() as url, Http(url) as app:
        for _ in range(2):
            assert (await ask(app, "POST")).body == b"ok"
            await asyncio.sleep(0.05)
    assert len(server.heads) == 2


async def test_a_connection_that_was_long_idle_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "_KEPT_SECONDS", 0.05)
    server = Server()
    async with server() as url, Http(url) as app:
        for _ in range(2):
            await ask(app, "POST")
            await asyncio.sleep(0.1)
    assert server.connections == 2


class Closing(Server):
    """Answers the first request of a connection, reads the second, and closes without a word."""

    def __init__(self) -> None:
        super().__init__(self._close_at_the_second)

    async def _close_at_the_second(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.head(reader)
        writer.write(OK)
        await self.head(reader)


KEY = (b"idempotency-key", b"k")


@pytest.mark.parametrize("asked", [("GET",), ("HEAD",), ("OPTIONS",), ("POST", KEY), ("PUT", KEY)])
async def test_what_may_be_done_twice_is_asked_once_more(asked: tuple[Any, ...]) -> None:
    server = Closing()
    async with server() as url, Http(url) as app:
        await ask(app)
        assert (await ask(app, *asked)).status == 200
    assert len(server.heads) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_may_not_be_done_twice_is_not_asked_again(method: str) -> None:
    server = Closing()
    async with server() as url, Http(url) as app:
        await ask(app)
        with pytest.raises(Unreachable):
            await ask(app, method)
        assert len(server.heads) == 2
        assert (await ask(app)).status == 200


async def test_a_new_connection_that_closes_is_not_tried_again() -> None:
    async def answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await server.head(reader)

    server = Server(answer)
    async with server() as url, Http(url) as app:
        with pytest.raises(Unreachable):
            await ask(app)
    assert len(server.heads) == 1


async def test_nobody_at_the_address_is_told_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with Http(f"http://127.0.0.1:{taken.getsockname()[1]}") as app:
            with pytest.raises(Unreachable):
                async with asyncio.timeout(0.5):
                    await ask(app)


async def test_a_connection_that_is_not_accepted_is_given_up_after_a_second() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)  # noqa: FBT003 - the standard library's own name
            filler.connect_ex(full.getsockname())
        began = asyncio.get_running_loop().time()
        async with Http(f"http://127.0.0.1:{full.getsockname()[1]}") as app:
            with pytest.raises(Unreachable):
                await ask(app)
        assert 0.9 < asyncio.get_running_loop().time() - began < 1.9
        for filler in fillers:
            filler.close()


async def test_no_more_connections_than_allowed() -> None:
    go_on = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await server.head(reader)
            await go_on.wait()
            writer.write(OK)

    server = Server(answer)
    async with server() as url, Http(url, connections=2) as app:
        asked = [asyncio.create_task(ask(app)) for _ in range(5)]
        await asyncio.sleep(0.1)
        assert (server.connections, len(server.heads)) == (2, 2)
        go_on.set()
        assert [(await each).status for each in asked] == [200] * 5
        go_on.clear()
        waiting = [asyncio.create_task(ask(app)) for _ in range(2)]
        await asyncio.sleep(0.05)
        with pytest.raises(Unreachable, match="in use"):
            await ask(app)
        go_on.set()
        await asyncio.gather(*waiting)
    assert server.connections == 2


async def test_a_caller_who_leaves_is_not_waited_for() -> None:
    left, closed = asyncio.Event(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await server.head(reader)
        left.set()
        assert await reader.read() == b""
        closed.set()

    server, caller = Server(answer), Caller(leaves=left)
    async with server() as url, Http(url) as app:
        with pytest.raises(ClientDisconnect):
            await app(scope(), caller.receive, caller.send)
        async with asyncio.timeout(1):
            await closed.wait()


async def test_an_http_client_may_use_it_too() -> None:
    server = Server()
    async with (
        server() as url,
        Http(url) as app,
        httpx.AsyncClient(transport=app.transport, base_url="http://whatever") as client,
    ):
        assert (await client.get("/x")).text == "ok"
    async with Http(url) as app, httpx.AsyncClient(transport=app.transport, base_url="http://whatever") as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/x")


@pytest.mark.parametrize(
    "url", ["", "appeals:8000", "ftp://appeals", "http://", "http://appeals/base", "http://appeals?x=1", "unix:/x"]
)
def test_what_is_not_the_url_of_a_service_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        Http(url)

"""An application that others call: in this very process, or at a URL; who calls it need not know which."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import httpx
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.connection import Connection, Stale, Unreachable
from servicekit.deadlines import Deadlines
from servicekit.hops import HOP_BY_HOP, end_to_end
from servicekit.outgoing import Beside, Body, head_of, is_repeatable

_CONNECT_SECONDS = 1.0
_UNWATCHED_SECONDS = 0.05
# uvicorn closes a connection that was idle for five seconds; we give it up a little earlier.
_KEPT_SECONDS = 4.0
_THEIRS_ALONE = HOP_BY_HOP | {b"date"}  # the server that we run in says the date itself


class Upstream(AbstractAsyncContextManager["Upstream"], Protocol):
    """What can be called as an ASGI app while it is entered, in the manner of both that follow.

    `apart`: it is a process of its own, so we can be well while it is not.
    """

    @property
    def apart(self) -> bool: ...
    @property
    def transport(self) -> httpx.AsyncBaseTransport: ...
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class CannotStart(Exception):
    """An app said that it could not start; the message is what it said."""


class InProcess:
    """An app in the caller's event loop; entering it runs its lifespan, calling it sends a request."""

    apart = False

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._state: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        """Start the app.

        Raises:
            CannotStart: the app said so. An app that breaks raises what broke it instead.
        """
        self._state = {}
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._started = asyncio.get_running_loop().create_future()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        # A task of its own: what an app opens in its lifespan, it must be able to close in the same task.
        self._life = asyncio.ensure_future(self._app(scope, self._told.get, self._hear))
        self._told.put_nowait({"type": "lifespan.startup"})
        try:
            await asyncio.wait((self._life, self._started), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._life.cancel()
            await asyncio.wait((self._life,))
            raise
        failure = self._started.exception() if self._started.done() else CannotStart("it ended before it had started")
        if failure is not None:
            await self._life
            raise failure
        return self

    async def __aexit__(self, *_: object) -> None:
        self._told.put_nowait({"type": "lifespan.shutdown"})
        await self._life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A server hands every request its own copy of what the lifespan made, and so do we.
        await self._app({**scope, "state": self._state.copy()}, receive, send)

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        """For an HTTP client that should reach this app."""
        return httpx.ASGITransport(self)

    async def _hear(self, message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            self._started.set_result(None)
        elif message["type"] == "lifespan.startup.failed":
            self._started.set_exception(CannotStart(message.get("message", "")))


class Http:
    """An app at a URL, reached over connections that are kept; entering it opens none, so it may be away.

    Calling it raises:
        Unreachable: nothing of an answer was passed on; the request was perhaps carried out.
        CutOff: the answer broke off, and so must the caller's.
        ClientDisconnect: who asked has left.
    """

    apart = True

    def __init__(self, url: str, *, connections: int = 256) -> None:
        """An app at `url`, which is of scheme, host and port alone, over at most so many connections at a time."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError(f"not the URL of a service, as http://host:port is: {url}")
        self._host = parts.hostname
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._authority = parts.netloc.rpartition("@")[2].encode()
        self._connections = connections

    async def __aenter__(self) -> Self:
        self._kept: list[Connection] = []
        self._busy = 0
        self._freed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._unwatched = Deadlines(_UNWATCHED_SECONDS, Beside.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._unwatched.stop()
        while self._kept:
            self._kept.pop().close()

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        """For an HTTP client that should reach this app, whatever host it names."""
        return httpx.ASGITransport(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body = Body(scope["headers"], message)
        head = head_of(scope, self._authority, body)
        if self._busy >= self._connections:
            await self._wait_for_a_place()
        self._busy += 1
        try:
            kept = self._take()
            if kept is not None:
                try:
                    await self._exchange(kept, head, body, (scope, receive, send))
                except Stale:
                    if not is_repeatable(scope, body):
                        raise
                else:
                    return
            await self._exchange(await self._connect(), head, body, (scope, receive, send))
        finally:
            self._busy -= 1
            self._freed.set()

    async def _exchange(
        self, connection: Connection, head: bytes, body: Body, caller: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = caller
        beside = Beside(connection, body, receive)
        try:
            connection.ask(head + body.start, method=scope["method"], sent=not body.more)
            if body.more:
                beside.start()
            else:
                self._unwatched.add(beside)
            status, headers = await connection.answer()
            await send({"type": "http.response.start", "status": status, "headers": end_to_end(headers, _THEIRS_ALONE)})
            more = True
            while more:
                piece, more = await connection.piece()
                await send({"type": "http.response.body", "body": piece, "more_body": more})
        finally:
            self._unwatched.remove(beside)
            beside.end()
            if connection.is_reusable:
                connection.idle_since = self._loop.time()
                self._kept.append(connection)
            else:
                connection.close()

    async def _wait_for_a_place(self) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                while self._busy >= self._connections:
                    self._freed.clear()
                    await self._freed.wait()
        except TimeoutError:
            raise Unreachable("all connections are in use") from None

    def _take(self) -> Connection | None:
        """The connection that was used last, unless it has grown old or was closed; those below it are older still."""
        earliest = self._loop.time() - _KEPT_SECONDS
        while self._kept:
            connection = self._kept.pop()
            if connection.idle_since > earliest and connection.is_reusable:
                return connection
            connection.close()
        return None

    async def _connect(self) -> Connection:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self._loop), self._host, self._port, ssl=self._secure or None
                )
        except (OSError, TimeoutError) as error:
            raise Unreachable(str(error) or "no connection in time") from error
        return connection

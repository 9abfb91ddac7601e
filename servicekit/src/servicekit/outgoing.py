"""A request as it goes out to an upstream: its head, the framing of its body, and what is done beside the answer."""

import asyncio
from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from servicekit.connection import Connection
from servicekit.hops import HOP_BY_HOP, end_to_end

_SAFE = {"GET", "HEAD", "OPTIONS"}
_OURS_TO_SAY = HOP_BY_HOP | {b"host", b"content-length", b"expect"}


class Body:
    """A body of announced length, or in chunks when the length is not known.

    `start` is its first piece as sent, and the body is `whole` when there are no others.
    """

    __slots__ = ("_left", "header", "more", "start", "whole")

    def __init__(self, headers: Iterable[tuple[bytes, bytes]], message: Message) -> None:
        piece = message.get("body", b"")
        self.more = message.get("more_body", False)
        self.whole = not self.more
        self._left: int | None = None
        for name, value in headers:
            if name == b"content-length":
                self._left = int(value)
                break
        else:
            if not self.more:
                self._left = len(piece) or None
        if self._left is not None:
            self.header = b"content-length: %d\r\n" % self._left
        else:
            self.header = b"transfer-encoding: chunked\r\n" if self.more else b""
        self.start = self.framed(piece) if self.header else b""

    def next(self, message: Message) -> bytes:
        """The next piece as sent."""
        self.more = message.get("more_body", False)
        return self.framed(message.get("body", b""))

    def framed(self, piece: bytes) -> bytes:
        """A piece as sent.

        Raises:
            ValueError: the body is not as long as was announced.
        """
        if self._left is None:
            return (b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b"") + (b"" if self.more else b"0\r\n\r\n")
        self._left -= len(piece)
        if self._left < 0 or (self._left and not self.more):
            raise ValueError("the body is not as long as its Content-Length")
        return piece


def head_of(scope: Scope, authority: bytes, body: Body) -> bytes:
    """Request line and headers, with nothing in them that is meant for our own hop.

    Raises:
        ValueError: a line break inside one of them.
    """
    target = scope["raw_path"]
    if scope["query_string"]:
        target += b"?" + scope["query_string"]
    said = end_to_end(scope["headers"], _OURS_TO_SAY)
    parts = [scope["method"].encode(), b" ", target, b" HTTP/1.1\r\nhost: ", authority, b"\r\n"]
    for name, value in said:
        parts += (name, b": ", value, b"\r\n")
    parts += (body.header, b"\r\n")
    head = b"".join(parts)
    lines = 3 + len(said) + bool(body.header)
    if head.count(b"\n") != lines or head.count(b"\r") != lines:
        raise ValueError("a line break inside the head of a request")
    return head


def is_repeatable(scope: Scope, body: Body) -> bool:
    """Whether a request may be sent again when it is unknown what became of it: we have all of it, and twice is once.

    PUT and DELETE are left out: after a success that nobody heard of, their If-Match would be told to be stale.
    """
    if not body.whole:
        return False
    return scope["method"] in _SAFE or any(name == b"idempotency-key" for name, _ in scope["headers"])


class Beside:
    """What goes on beside the answer: the rest of the body is sent, and the caller's leaving is noticed.

    Nothing does, until it is started: a quick request without more of a body needs no task for that.
    """

    __slots__ = ("_body", "_connection", "_receive", "_task")

    def __init__(self, connection: Connection, body: Body, receive: Receive) -> None:
        self._connection = connection
        self._body = body
        self._receive = receive
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="beside an answer")
        self._task.add_done_callback(self._ended)

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise ClientDisconnect
            if self._body.more:
                await self._connection.write(self._body.next(message))
                self._connection.sent = not self._body.more

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._connection.break_off(task.exception())

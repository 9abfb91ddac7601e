"""One keep-alive connection to an HTTP/1.1 server: a request at a time, bodies streamed both ways."""

import asyncio

import httptools
import httpx

from servicekit.hops import Headers

_LONGEST_HEAD = 65536
_HELD = 131072  # bytes of an answer that wait for their reader before the server is held back
_SILENCE_SECONDS = 60.0
_FRAMING = {b"content-length", b"transfer-encoding"}
_SWITCHING = 101


class Unreachable(httpx.ConnectError):
    """The server could not be asked, or gave no answer that can be understood; nothing of one was passed on."""


class Stale(Unreachable):
    """The server closed a kept connection, and said nothing to the request that was sent on it."""


class CutOff(httpx.RemoteProtocolError):
    """The answer ended before its end."""


class Connection(asyncio.Protocol):
    """Made by `create_connection`; `ask`, then `answer`, then `piece` until there are no more, then `is_reusable`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.idle_since = 0.0
        self.sent = True  # whether the whole request is on its way
        self._parser = httptools.HttpResponseParser(self)
        self._news: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._error: BaseException | None = None
        self._asked = 0
        self._headed = False
        self._whole = True
        self._keep = True

    # What the caller does.

    def ask(self, request: bytes, *, method: str, sent: bool) -> None:
        """Send a request, or its beginning; the rest follows by `write`."""
        self._asked += 1
        self._method = method
        self._heard = 0
        self._headed = self._whole = False
        self._headers: Headers = []
        self._pieces: list[bytes] = []
        self._held = 0
        self.sent = sent
        self._transport.write(request)

    async def write(self, data: bytes) -> None:
        """Send more of the request, as fast as the server takes it."""
        self._transport.write(data)
        await self._writable.wait()

    async def answer(self) -> tuple[int, Headers]:
        """Status and headers of the answer.

        Raises:
            Stale: the connection was used before and closed without a word.
            Unreachable: it was lost, or what came is not an answer.
        """
        while not self._headed:
            if self._error is not None:
                raise self._error
            self._news = self._loop.create_future()
            await self._news
        return self._status, self._headers

    async def piece(self) -> tuple[bytes, bool]:
        """The next part of the answer's body, and whether more may follow.

        Raises:
            CutOff: the connection was lost in the middle, or the server fell silent.
        """
        while not self._pieces and not self._whole:
            if self._error is not None:
                raise self._error
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    self._news = self._loop.create_future()
                    await self._news
            except TimeoutError:
                raise CutOff("the server fell silent") from None
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces = []
        if self._held > _HELD and not self._transport.is_closing():
            self._transport.resume_reading()
        self._held = 0
        return body, not self._whole

    def break_off(self, error: BaseException | None) -> None:
        """Give the request up; who waits for its answer gets the error."""
        if self._error is None:
            self._error = error or Unreachable("given up")
        self._transport.abort()
        self._wake()

    @property
    def is_reusable(self) -> bool:
        return self._whole and self.sent and self._keep and self._error is None and not self._transport.is_closing()

    def close(self) -> None:
        self._transport.abort()

    # What the transport tells.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._whole:
            self._keep = False  # an answer to nothing: it must not be taken for that to the next request
            self._transport.abort()
            return
        self._heard += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._lose(f"not an answer in HTTP/1.1: {error}")
        if not self._headed and self._heard > _LONGEST_HEAD:
            self._lose("the headers do not end")
        self._wake()

    def eof_received(self) -> None:
        if self._headed and not any(name in _FRAMING for name, _ in self._headers):
            self._whole = True  # an answer without a length is as long as the connection

    def connection_lost(self, error: Exception | None) -> None:
        self._lose(str(error or "closed"))
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # What the parser finds.

    def on_message_begin(self) -> None:
        if self._whole:  # the parser stops, and what was whole before stays as it was
            raise Unreachable("an answer to nothing")

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._headed:  # a trailer is no header
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if self._status < 200:  # noqa: PLR2004 - an interim answer, and the real one follows
            if self._status == _SWITCHING:
                self._lose("it changed the protocol unasked")
            self._headers = []
            return
        self._keep = self._parser.should_keep_alive() and self._method != "HEAD"
        self._headed = True
        if self._method == "HEAD":  # the parser would wait for the body that the headers speak of
            self._whole = True

    def on_body(self, body: bytes) -> None:
        if self._method == "HEAD":
            return
        self._pieces.append(body)
        before = self._held
        self._held = before + len(body)
        if before <= _HELD < self._held:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        if self._headed:
            self._whole = True

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def _lose(self, why: str) -> None:
        self._keep = False
        if self._whole or self._error is not None:
            return
        if self._headed:
            self._error = CutOff(why)
        else:
            self._error = Unreachable(why) if self._heard or self._asked == 1 else Stale(why)
        self._transport.abort()

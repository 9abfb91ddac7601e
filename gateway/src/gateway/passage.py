"""The way of a request through the gateway: which service, not too often, with a token that holds, and not for ever.

It does for what passes on what the kit's boundary does for pages; one layer, because each costs a request time.
"""

import asyncio
import time
from collections.abc import Sequence

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import PROBLEMS, UpstreamTimeout, problem
from gateway.routes import service_for
from servicekit.boundary import REQUEST_ID, BodyTooLarge
from servicekit.connection import Unreachable
from servicekit.deadlines import Deadlines
from servicekit.identity import Caller, InvalidToken, TokenVerifier, identify
from servicekit.incoming import BodyLimit
from servicekit.metrics import Metrics

_log = structlog.get_logger("requests")
_REQUEST_ID = REQUEST_ID.encode()
_CALLER_LEFT = 499  # for the log and the metrics alone: nobody is there to read an answer
_KNOWN = tuple(PROBLEMS.codes)
_RECOGNISED_SECONDS = 2.0
_RECOGNISED_AT_MOST = 4096


class Passage:
    """Hands a request to the service that the route table names, or to the gateway's own pages."""

    def __init__(self, pages: ASGIApp, metrics: Metrics, *, seconds: float, limit: BodyLimit) -> None:
        """A passage where `seconds` may go by until an answer begins, for bodies within the limit."""
        self._pages = pages
        self._metrics = metrics
        self._limit = limit
        self._recognition = _Recognition()
        self._waiting = Deadlines(seconds, _Exchange.give_up)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        upstream = scope["state"]["upstreams"].get(service_for(scope["path"])) if scope["type"] == "http" else None
        if upstream is None:
            await self._pages(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._limit, self._waiting)
        began = time.perf_counter()
        try:
            await self._pass_on(upstream, scope, exchange)
        except ClientDisconnect:
            exchange.status = _CALLER_LEFT
        except Exception as error:
            if exchange.started:
                _log.exception("answer broken off", request_id=_id_of(scope))
                raise
            exchange.passed_on = False
            await self._refuse(scope, exchange, error)
        finally:
            self._waiting.remove(exchange)
            seconds = time.perf_counter() - began
            self._metrics.answered(scope["method"], "-", exchange.status, seconds)
            if not exchange.passed_on:  # otherwise the service has logged it
                _log_request(scope, exchange.status, seconds)

    async def _pass_on(self, upstream: ASGIApp, scope: Scope, exchange: "_Exchange") -> None:
        shown = _shown(scope, self._limit)
        limits = scope["state"]["limits"]
        await limits.count_address(scope)
        if shown:
            caller = await self._recognition.caller(scope["state"]["verifier"], shown)
            await limits.count_subject(scope, caller)
        exchange.passed_on = True
        # The limit is on the first byte of the answer: a long download may take its time.
        self._waiting.add(exchange)
        try:
            await upstream(scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:
            if exchange.is_given_up:
                raise UpstreamTimeout from None
            raise

    async def _refuse(self, scope: Scope, exchange: "_Exchange", error: Exception) -> None:
        if isinstance(error, Unreachable):
            _log.warning("no answer", service=service_for(scope["path"]), reason=str(error))
        elif not isinstance(error, _KNOWN):
            _log.error("request failed", request_id=_id_of(scope), exc_info=error)
        await problem(scope, error)(scope, exchange.receive, exchange.send)


class _Exchange:
    """One request and its answer, watched."""

    __slots__ = (
        "_limit",
        "_receive",
        "_received",
        "_scope",
        "_send",
        "_task",
        "_waiting",
        "is_given_up",
        "passed_on",
        "started",
        "status",
    )

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, limit: BodyLimit, waiting: Deadlines["_Exchange"]
    ) -> None:
        self.status = 500
        self.started = False
        self.passed_on = False
        self.is_given_up = False
        self._scope = scope
        self._receive = receive
        self._received = 0
        self._send = send
        self._limit = limit
        self._waiting = waiting
        self._task = asyncio.current_task(waiting.loop)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._limit.is_passed(self._scope, self._received):
                raise BodyTooLarge
            if message.get("more_body") and not self.started and self._limit.takes_file(self._scope):
                # A long upload may take its time, too, as long as something comes.
                self._waiting.remove(self)
                self._waiting.add(self)
        elif not self.started:
            self.status = _CALLER_LEFT
        return message

    async def send(self, message: Message) -> None:
        if not self.started:
            self._waiting.remove(self)
            self.started = True
            self.status = message["status"]
        await self._send(message)

    def give_up(self) -> None:
        if self._task is not None:
            self.is_given_up = True
            self._task.cancel()


def _shown(scope: Scope, limit: BodyLimit) -> list[bytes]:
    """The Authorization headers of a request.

    Raises:
        BodyTooLarge: its headers announce a body beyond the limit.
    """
    shown = []
    for name, value in scope["headers"]:
        if name == b"authorization":
            shown.append(value)
        elif name == b"content-length" and value.isdigit() and limit.is_passed(scope, int(value)):
            raise BodyTooLarge
    return shown


class _Recognition:
    """Who shows a token; one that was checked a moment ago is not taken apart again, since services check it too."""

    def __init__(self) -> None:
        self._callers: dict[bytes, Caller] = {}
        self._until = 0.0

    async def caller(self, verifier: TokenVerifier, shown: Sequence[bytes]) -> Caller:
        """Who shows these Authorization headers.

        Raises:
            InvalidToken: there are several, or as `identify`.
            IssuerUnavailable: as `identify`.
        """
        if len(shown) > 1:
            raise InvalidToken("several")
        now = time.monotonic()
        if now > self._until or len(self._callers) > _RECOGNISED_AT_MOST:
            self._callers.clear()
            self._until = now + _RECOGNISED_SECONDS
        caller = self._callers.get(shown[0])
        if caller is None:
            caller = await identify(verifier, shown[0].decode("latin-1"))
            self._callers[shown[0]] = caller
        return caller


def _id_of(scope: Scope) -> str:
    return next((value.decode() for name, value in scope["headers"] if name == _REQUEST_ID), "")


def _log_request(scope: Scope, status: int, seconds: float) -> None:
    _log.info(
        "request",
        method=scope["method"],
        route="-",
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=_id_of(scope),
    )

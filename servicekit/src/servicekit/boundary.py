"""The outermost layer of every app: size limit, request id, log line, metrics, and an answer whatever happens.

One pure-ASGI middleware, because each layer costs a request time.
"""

import time
from collections.abc import Mapping
from secrets import token_hex

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.incoming import BodyLimit
from servicekit.metrics import Metrics
from servicekit.problems import ProblemKind, answer

_log = structlog.get_logger("requests")
REQUEST_ID = "x-request-id"
_REQUEST_ID = REQUEST_ID.encode()
# Set in the scope of a request that another app of the house answers, and so logs.
PASSED_ON = "ashyq.passed_on"
_CALLER_LEFT = 499  # for the log and the metrics alone: nobody is there to read an answer


class BodyTooLarge(Exception):
    """The request's body is larger than any that we read."""


class Boundary:
    """Wraps an app; `limit` says how large a request body may be."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, limit: BodyLimit, kinds: Mapping[str, ProblemKind]) -> None:
        self._app = app
        self._metrics = metrics
        self._limit = limit
        self._kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._limit)
        started = time.perf_counter()
        try:
            if exchange.announces_too_much():
                await answer(scope, self._kinds["too-large"])(scope, receive, exchange.send)
            else:
                await self._app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            pass  # nobody is left to answer; it is counted as what it is
        except Exception:
            _log.exception("request failed", request_id=exchange.request_id)
            if exchange.started:
                raise
            await answer(scope, self._kinds["internal"])(scope, receive, exchange.send)
        finally:
            self._account_for(scope, exchange, time.perf_counter() - started)

    def _account_for(self, scope: Scope, exchange: "_Exchange", seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "-")
        self._metrics.answered(scope["method"], route, exchange.status, seconds)
        if PASSED_ON not in scope:
            _log.info(
                "request",
                method=scope["method"],
                route=route,
                status=exchange.status,
                ms=round(seconds * 1000, 1),
                request_id=exchange.request_id,
            )


class _Exchange:
    """One request and its answer, watched. Headers are read as they came: this is on every request's way, twice."""

    __slots__ = ("_length", "_limit", "_receive", "_received", "_scope", "_send", "request_id", "started", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: BodyLimit) -> None:
        headers = dict(scope["headers"])
        self.request_id = headers.get(_REQUEST_ID, b"").decode("latin-1") or token_hex(16)
        self.status = 500
        self.started = False
        self._length = headers.get(b"content-length", b"")
        self._scope = scope
        self._receive = receive
        self._send = send
        self._limit = limit
        self._received = 0

    def announces_too_much(self) -> bool:
        return self._length.isdigit() and self._limit.is_passed(self._scope, int(self._length))

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._limit.is_passed(self._scope, self._received):
                raise BodyTooLarge
        elif not self.started:
            self.status = _CALLER_LEFT
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            headers = [pair for pair in message["headers"] if pair[0] != _REQUEST_ID]
            headers.append((_REQUEST_ID, self.request_id.encode("latin-1")))
            message = {**message, "headers": headers}
        await self._send(message)

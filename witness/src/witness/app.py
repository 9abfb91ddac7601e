"""The witness over HTTP: C2SP tlog-witness, and what it saw last for everybody to read."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TypedDict

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from verifier.notes import LOG, WITNESS, Key
from verifier.signing import Signer
from witness.judging import NotContinued, NotSigned, Stale
from witness.opening import log_keys, signer_in
from witness.storage import Damaged, NotStored, locked
from witness.submissions import Malformed, parse_submission
from witness.watching import WatchedLog

BODY_LIMIT = 64 * 1024
"""Bytes of a submission: 63 lines of proof and a hundred signatures fit well."""

_READ_SECONDS = 10.0


class UnknownLog(Exception):
    """A log that this witness does not watch."""


class TooLong(Exception):
    """A body beyond the limit."""


class TooSlow(Exception):
    """A body that does not come to its end."""


class _State(TypedDict):
    logs: dict[str, WatchedLog]
    key: Key
    clock: Callable[[], float]


def create_app(data: Path, signer: Signer, logs: Sequence[Key], *, clock: Callable[[], float] = time.time) -> Starlette:
    """Make a witness; it takes its folder when it starts, not before.

    Args:
        data: a folder of its own, on a disk of this machine.
        signer: has the witness's key.
        logs: what logs sign with; a key's name is its log's origin, and a log may have several.
        clock: seconds since 1970.

    Raises:
        ValueError: the key is not a witness's, or a log's key is not a log's, or there is no log.
    """
    if signer.key.algorithm != WITNESS or not logs or any(key.algorithm != LOG for key in logs):
        raise ValueError("A witness has a key of its own kind and watches at least one log by a key of its kind.")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[_State]:
        with locked(data), ExitStack() as watched:
            opened = await asyncio.to_thread(_opened, data, signer, logs)
            for log in opened:
                watched.callback(log.close)
            yield {"logs": {log.origin: log for log in opened}, "key": signer.key, "clock": clock}

    return Starlette(
        routes=[
            Route("/add-checkpoint", _add_checkpoint, methods=["POST"]),
            Route("/latest", _latest),
            Route("/key", _key),
            Route("/health/live", _live),
            Route("/health/ready", _ready),
        ],
        exception_handlers=dict.fromkeys(_STATUSES, _refuse),
        lifespan=lifespan,
    )


def from_environment() -> Starlette:
    """Make the witness that ASHYQ_WITNESS_DATA, _LOGS, _KEY and _NAME describe, for `uvicorn --factory`.

    Raises:
        CannotStart, Unusable: they do not describe one; the message says what to do.
    """
    data = Path(os.environ.get("ASHYQ_WITNESS_DATA") or "witness-data").expanduser().absolute()
    logs = log_keys(os.environ.get("ASHYQ_WITNESS_LOGS", "").split())
    with locked(data):
        signer = signer_in(data, os.environ.get("ASHYQ_WITNESS_KEY"), os.environ.get("ASHYQ_WITNESS_NAME"))
    return create_app(data, signer, logs)


def _opened(data: Path, signer: Signer, logs: Sequence[Key]) -> list[WatchedLog]:
    by_origin: dict[str, list[Key]] = {}
    for key in dict.fromkeys(logs):
        by_origin.setdefault(key.name, []).append(key)
    return [WatchedLog(data, keys, signer) for keys in by_origin.values()]


async def _add_checkpoint(request: Request) -> Response:
    submission = parse_submission(await _body(request))
    log = _log_named(request, submission.checkpoint.origin)
    return PlainTextResponse(await log.cosign(submission, request.state.clock))


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(_READ_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise TooLong(f"A submission has at most {BODY_LIMIT} bytes.")
    except TimeoutError:
        raise TooSlow(f"The body did not come within {_READ_SECONDS:.0f} seconds.") from None
    return bytes(body)


async def _latest(request: Request) -> Response:
    origin = request.query_params.get("origin")
    if origin is None:
        raise Malformed("Name the log: /latest?origin=<origin>")
    last = _log_named(request, origin).last
    if last is None:
        return PlainTextResponse("Nothing of this log was cosigned yet.\n", HTTPStatus.NOT_FOUND)
    return PlainTextResponse(last.note)


async def _key(request: Request) -> Response:
    key: Key = request.state.key
    return PlainTextResponse(f"{key.text}\n")


async def _live(_: Request) -> Response:
    return JSONResponse({"status": "live"})


async def _ready(request: Request) -> Response:
    """One damaged log must not keep the others from being served, so this is ready while there is one to serve."""
    logs: dict[str, WatchedLog] = request.state.logs
    sizes: dict[str, int] = {}
    refused: dict[str, str] = {}
    for origin, log in logs.items():
        try:
            sizes[origin] = log.last.checkpoint.size if log.last else 0
        except Damaged as damage:
            refused[origin] = str(damage)
    status = HTTPStatus.OK if sizes else HTTPStatus.SERVICE_UNAVAILABLE
    said = "ready" if sizes else "damaged"
    return JSONResponse({"status": said, "sizes": sizes, "refused": refused}, status)


def _log_named(request: Request, origin: str) -> WatchedLog:
    logs: dict[str, WatchedLog] = request.state.logs
    if origin not in logs:
        raise UnknownLog(f"This witness does not watch the log {origin!a}. Its operator can add the log's key.")
    return logs[origin]


_STATUSES: dict[type[Exception], HTTPStatus] = {
    ClientDisconnect: HTTPStatus.BAD_REQUEST,  # nobody is there to read it
    Malformed: HTTPStatus.BAD_REQUEST,
    NotSigned: HTTPStatus.FORBIDDEN,
    UnknownLog: HTTPStatus.NOT_FOUND,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    Stale: HTTPStatus.CONFLICT,
    TooLong: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotContinued: HTTPStatus.UNPROCESSABLE_ENTITY,
    Damaged: HTTPStatus.SERVICE_UNAVAILABLE,
    NotStored: HTTPStatus.SERVICE_UNAVAILABLE,
}


async def _refuse(_: Request, error: Exception) -> Response:
    if isinstance(error, Stale):
        # To the letter of the specification, without the charset that Starlette adds to a text's media type.
        return Response(f"{error.size}\n", HTTPStatus.CONFLICT, {"content-type": "text/x.tlog.size"})
    # Of a body that was not read to its end, the rest is not waited for.
    headers = {"connection": "close"} if isinstance(error, TooLong | TooSlow) else None
    return PlainTextResponse(f"{error}\n", _STATUSES[type(error)], headers)

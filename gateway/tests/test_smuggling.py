"""Bytes that two readers could divide differently: the service never sees a second request that nobody sent."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
SendRaw = Callable[[httpx.AsyncClient, bytes], Awaitable[bytes]]
Seen = list[dict[str, Any]]

HIDDEN = b"GET /v1/appeals/hidden HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/appeals HTTP/1.1\r\nHost: x\r\n"
SIZE = str(len(HIDDEN)).encode()

CORPUS = {
    "chunked and a length": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a length and chunked": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked and a length that hides": (
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: " + SIZE + b"\r\n\r\n" + HIDDEN
    ),
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: " + SIZE + b"\r\n\r\n" + HIDDEN,
    "two lengths in one": POST + b"Content-Length: 0, " + SIZE + b"\r\n\r\n" + HIDDEN,
    "a signed length": POST + b"Content-Length: +0\r\n\r\n" + HIDDEN,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "a hexadecimal length": POST + b"Content-Length: 0x0\r\n\r\n" + HIDDEN,
    "a length beyond any": POST + b"Content-Length: 18446744073709551616\r\n\r\n" + HIDDEN,
    "space before the colon": POST + b"Content-Length : " + SIZE + b"\r\n\r\n" + HIDDEN,
    "coding with a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunked, then another": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a folded header": POST + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a bad chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a signed chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a chunk size beyond any": POST + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a chunk longer than said": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n" + HIDDEN,
    "a chunk ended by LF": POST + b"Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n" + HIDDEN,
    "lines ended by LF": POST.replace(b"\r\n", b"\n") + b"Content-Length: 0\n\n" + HIDDEN.replace(b"\r\n", b"\n"),
    "lines ended by CR": POST.replace(b"\r\n", b"\r") + b"Content-Length: 0\r\r" + HIDDEN,
    "LF in a header": POST + b"X-A: b\nContent-Length: " + SIZE + b"\r\n\r\n" + HIDDEN,
    "NUL in a header": POST + b"X-A: b\x00\r\nContent-Length: 0\r\n\r\n" + HIDDEN,
    "a header without a colon": POST + b"Content-Length\r\n\r\n" + HIDDEN,
    "a nameless header": POST + b": x\r\n\r\n" + HIDDEN,
    "no version": b"POST /v1/appeals\r\n\r\n" + HIDDEN,
    "another protocol": b"POST /v1/appeals HTTP/9.9\r\nHost: x\r\n\r\n" + HIDDEN,
    "chunked in HTTP/1.0": (
        POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN
    ),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN,
}


async def test_what_follows_an_ambiguous_request_is_not_a_request(serve: Serve, send_raw: SendRaw, seen: Seen) -> None:
    async with serve() as client:
        answers = await asyncio.gather(*(send_raw(client, said) for said in CORPUS.values()))
    assert {request["path"] for request in seen} <= {"/v1/appeals"}
    assert len(seen) < len(CORPUS)
    accepted_twice = [name for name, said in zip(CORPUS, answers, strict=True) if said.count(b"HTTP/1.1 200 ") > 1]
    assert accepted_twice == []


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: " + SIZE + b"\r\n\r\n" + HIDDEN,
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n",
    ],
    ids=["length", "chunked"],
)
async def test_a_request_inside_a_body_stays_a_body(
    serve: Serve, send_raw: SendRaw, seen: Seen, framing: bytes
) -> None:
    async with serve() as client:
        answer = await send_raw(client, POST + framing)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert [(request["path"], request["body"].encode()) for request in seen] == [("/v1/appeals", HIDDEN)]


async def test_honest_requests_on_one_connection_are_answered_in_order(
    serve: Serve, send_raw: SendRaw, seen: Seen
) -> None:
    """What the corpus is compared with: a second request that is plainly one does arrive."""
    async with serve() as client:
        answer = await send_raw(client, POST + b"Content-Length: 2\r\n\r\nab" + HIDDEN)
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert [request["path"] for request in seen] == ["/v1/appeals", "/v1/appeals/hidden"]


async def test_bytes_outside_ascii_in_an_address_break_nothing(serve: Serve, send_raw: SendRaw, seen: Seen) -> None:
    async with serve() as client:
        await send_raw(client, b"GET /v1/appeals/\xff\xd0 HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await client.get("/health/live")).status_code == 200
    assert seen == []

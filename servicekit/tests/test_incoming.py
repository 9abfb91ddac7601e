"""Bodies that are files come in pieces and are hashed as they pass; only their addresses take more than the usual."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from servicekit.app import Service
from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.incoming import PIECE, BodyLimit, Incoming, IncomingFile, file_addresses
from servicekit.journal import Object, record
from servicekit.permissions import ANY, Permissions
from servicekit.routing import Route
from servicekit.testing import serving
from servicekit.transactions import Write
from stack.testing import TestDatabase

Headers = dict[str, str]
ID = "0190a000-0000-7000-8000-000000000000"
ADDRESS = f"/v1/notes/{ID}/picture"
MANY = 1000


class Picture(BaseModel):
    """What came of a picture."""

    pieces: list[int]
    sha256: str | None
    declared: str


router = APIRouter(prefix="/v1", route_class=Route)


@router.post("/notes/{note_id}/picture", status_code=201)
async def keep_picture(
    _: CurrentCaller,
    writing: Write,
    now: Now,
    incoming: Incoming,
    note_id: UUID,
    most: Annotated[int, Query(description="After so many pieces no more is read.")] = MANY,
) -> Picture:
    """Read a picture, and enter that it came."""
    pieces: list[int] = []
    if most:
        async for piece in incoming.pieces():
            pieces.append(len(piece))
            if len(pieces) == most:
                break
    digest = await incoming.digest() if most == MANY else None
    record(writing, "note.illustrated", Object("note", note_id, 1), at=now, role="citizen", public={})
    return Picture(pieces=pieces, sha256=digest.hex() if digest else None, declared=incoming.declared)


@pytest.fixture
def notes_service(notes_service: Service) -> Service:
    """The sample, which takes pictures of notes too."""
    permissions = Permissions({**notes_service.permissions.table, "keep_picture": {"citizen": {ANY}}})
    return replace(notes_service, routers=[*notes_service.routers, router], permissions=permissions)


@pytest.fixture
async def client(build: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that reads a thousand bytes, and of pictures two pieces."""
    async with serving(build(database.url, body_limit=1000, file_limit=2 * PIECE)) as client:
        yield client


async def chunks(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, 7000):
        yield b"x" * min(7000, size - start)


async def acts(admin: asyncpg.Connection) -> int:
    found: int = await admin.fetchval("SELECT count(*) FROM journal")
    return found


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
async def test_a_file_comes_in_equal_pieces_but_for_the_last(
    client: httpx.AsyncClient, citizen: Headers, size: int
) -> None:
    expected = [PIECE] * (size // PIECE) + ([size % PIECE] if size % PIECE else [])
    for content in (b"x" * size, chunks(size)):
        answer = await client.post(ADDRESS, content=content, headers=citizen | {"Content-Type": "Image/PNG; a=b"})
        assert answer.status_code == 201
        assert answer.json() == {
            "pieces": expected, "sha256": hashlib.sha256(b"x" * size).hexdigest(), "declared": "image/png"
        }  # fmt: skip


async def test_who_declares_nothing_has_declared_bytes(client: httpx.AsyncClient, citizen: Headers) -> None:
    answer = await client.post(ADDRESS, content=b"x", headers=citizen)
    assert answer.json()["declared"] == "application/octet-stream"


@pytest.mark.parametrize("most", [0, 1, MANY])
async def test_a_file_beyond_its_limit_is_refused_however_much_of_it_is_read(
    client: httpx.AsyncClient, citizen: Headers, admin: asyncpg.Connection, most: int
) -> None:
    for content in (b"x" * (2 * PIECE + 1), chunks(2 * PIECE + 1)):
        answer = await client.post(ADDRESS, params={"most": most}, content=content, headers=citizen)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert await acts(admin) == 0


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "/v1/notes"),
        ("POST", f"{ADDRESS}/"),
        ("POST", f"{ADDRESS}/x"),
        ("POST", f"/x{ADDRESS}"),
        ("PUT", ADDRESS),
    ],
)
async def test_no_other_address_takes_more_than_before(
    client: httpx.AsyncClient, citizen: Headers, method: str, address: str
) -> None:
    answer = await client.request(method, address, content=b" " * 1001, headers=citizen)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("most", [0, 1, MANY])
async def test_a_repeat_is_known_by_all_of_the_file_even_if_nobody_read_it(
    client: httpx.AsyncClient, citizen: Headers, admin: asyncpg.Connection, most: int
) -> None:
    sent = citizen | {"Idempotency-Key": "k-1"}
    whole = PIECE + 9
    said: list[tuple[bytes | AsyncIterator[bytes], int]]
    said = [(b"x" * whole, most), (chunks(whole), most), (b"x" * (whole - 1), most), (b"x" * whole, MANY - 1)]
    first, again, other, elsewhere = [
        await client.post(ADDRESS, params={"most": asked}, content=content, headers=sent) for content, asked in said
    ]
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    for refused in (other, elsewhere):
        assert (refused.status_code, refused.json()["code"]) == (422, "key-reused")
    assert await acts(admin) == 1


async def test_a_file_that_broke_off_has_no_digest() -> None:
    async def receive() -> dict[str, object]:
        return messages.pop(0)

    messages: list[dict[str, object]] = [
        {"type": "http.request", "body": b"x", "more_body": True},
        {"type": "http.disconnect"},
    ]
    incoming = IncomingFile(Request({"type": "http", "headers": [], "method": "POST"}, receive))
    with pytest.raises(ClientDisconnect):
        [piece async for piece in incoming.pieces()]
    assert await incoming.digest() is None


def test_where_a_body_is_asked_is_looked_at_only_when_it_is_large() -> None:
    limit = BodyLimit(10, 20, file_addresses([router]))
    assert not limit.is_passed({}, 10)
    for size, passed in ((11, False), (20, False), (21, True)):
        assert limit.is_passed({"method": "POST", "path": ADDRESS}, size) is passed
    assert limit.is_passed({"method": "GET", "path": ADDRESS}, 11)
    assert BodyLimit(10).is_passed({"method": "POST", "path": ADDRESS}, 11)

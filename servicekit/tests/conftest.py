"""A tiny service put together by the kit, over real HTTP and a real database: notes that people write and seal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, Text, Uuid, bindparam, insert, select, update
from starlette.applications import Starlette
from starlette.routing import Route as StarletteRoute
from structlog.testing import capture_logs
from uuid_utils.compat import uuid7

from servicekit.app import Service, create_service
from servicekit.base_settings import ServiceSettings
from servicekit.clock import Now, SandboxClock
from servicekit.conditional import etag, not_modified, require_match
from servicekit.database import Database, Row
from servicekit.database import Query as Statement
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import Caller, CurrentCaller, Unnamed
from servicekit.journal import Object, commit_entries, record
from servicekit.languages import Translated
from servicekit.paging import ListOf, Paging
from servicekit.permissions import ANY, ANYONE, SIGNED_IN, NotFound, Permissions
from servicekit.problems import Catalogue, ProblemKind
from servicekit.receipts import ReceiptOf
from servicekit.routing import Route
from servicekit.testing import Issuer, serving, usual_settings
from servicekit.transactions import Read, RestrictedRead, RestrictedReading, Write
from servicekit.upstream import InProcess
from stack.testing import TestDatabase

notes = Table(
    "notes",
    MetaData(),
    Column("id", Uuid, primary_key=True),
    Column("text", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sealed", Boolean, nullable=False),
)
_NOTES = (
    "CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL, version integer NOT NULL, sealed boolean NOT NULL)"
)
_EMPTY = """
DELETE FROM notes; DELETE FROM journal; DELETE FROM replies; DELETE FROM accesses;
DELETE FROM deliveries; DELETE FROM notice_readings; DELETE FROM notices; DELETE FROM private_keys;
DELETE FROM cosignatures; DELETE FROM checkpoints; DELETE FROM nodes; DELETE FROM leaves
"""
_INSERT = Statement(insert(notes).returning(*notes.c))
_READ = Statement(select(notes).where(notes.c.id == bindparam("note_id")))
_LIST = Statement(
    select(notes).where(notes.c.id > bindparam("after")).order_by(notes.c.id).limit(bindparam("limit", type_=Integer))
)
_REPLACE = Statement(
    update(notes)
    .where(notes.c.id == bindparam("note_id"), notes.c.version == bindparam("seen"))
    .values(text=bindparam("new_text"), version=notes.c.version + 1)
    .returning(*notes.c)
)
_SEAL = Statement(
    update(notes)
    .where(notes.c.id == bindparam("note_id"), notes.c.sealed.is_(False))
    .values(sealed=True, version=notes.c.version + 1)
    .returning(*notes.c)
)


class AlreadySealed(Exception):
    """A sealed note is not sealed again."""


class NewNote(BaseModel):
    """What somebody writes."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=1000)
    marks: list[Annotated[int, Field(ge=0)]] = []


class Note(BaseModel):
    """A note as it is shown."""

    id: UUID
    text: str
    version: int


router = APIRouter(prefix="/v1", route_class=Route)


@router.post("/notes", status_code=201)
async def create_note(caller: CurrentCaller, writing: Write, now: Now, body: NewNote, response: Response) -> Note:
    row = await writing.run(_INSERT, id=uuid7(), text=body.text, version=1, sealed=False)
    assert row is not None
    role = PERMISSIONS.require("create_note", caller, "", sight="read_note")
    private = {"text": body.text}
    record(writing, "note.created", _object(row), at=now, role=role, public={}, private=private, owner=caller.party)
    return _shown(row, response)


@router.get("/notes")
async def list_notes(_: CurrentCaller, reading: Read, page: Paging) -> ListOf[Note]:
    (after,) = page.key(UUID) or (UUID(int=0),)
    rows = await reading.all(_LIST, after=after, limit=page.limit + 1)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[Note](items=[Note(**row) for row in shown], next=more)


@router.get("/notes/{note_id}")
async def read_note(_: CurrentCaller, reading: Read, note_id: UUID, request: Request, response: Response) -> Any:
    row = await reading.one(_READ, note_id=note_id)
    if row is None:
        raise NotFound
    return not_modified(request, row["version"]) or _shown(row, response)


@router.put("/notes/{note_id}")
async def replace_note(
    _: CurrentCaller, writing: Write, note_id: UUID, body: NewNote, request: Request, response: Response
) -> Note:
    row = await writing.one(_READ, note_id=note_id)
    if row is None:
        raise NotFound
    require_match(request, row["version"], demanded=True)
    changed = await writing.run(_REPLACE, note_id=note_id, seen=row["version"], new_text=body.text)
    assert changed is not None
    return _shown(changed, response)


@router.post("/notes/{note_id}/seal")
async def seal_note(
    _: CurrentCaller, writing: Write, now: Now, note_id: UUID, request: Request, response: Response
) -> Note:
    before = await writing.one(_READ, note_id=note_id)
    if before is None:
        raise NotFound
    require_match(request, before["version"])
    row = await writing.run(_SEAL, note_id=note_id)
    if row is None:
        raise AlreadySealed
    record(writing, "note.sealed", _object(row), at=now, role="citizen", public={"by": "hand"})
    return _shown(row, response)


@router.post("/notes/broken", status_code=201)
async def break_note(_: CurrentCaller, writing: Write, now: Now, body: NewNote) -> Note:
    """Write a note and an entry, then fail in a way that nobody foresaw."""
    row = await writing.run(_INSERT, id=uuid7(), text=body.text, version=1, sealed=False)
    assert row is not None
    record(writing, "note.created", _object(row), at=now, role="citizen", public={})
    raise RuntimeError("the inside of the house")


@router.get("/notes/{note_id}/history")
async def read_note_history(_: CurrentCaller, reading: Read, note_id: UUID, page: Paging) -> ListOf[HistoryEntry]:
    return await history_page(reading, note_id, page)


@router.get("/notes/{note_id}/private")
async def read_private_note(caller: CurrentCaller, reading: RestrictedRead, now: Now, note_id: UUID) -> Note:
    row = await reading.reading.one(_READ, note_id=note_id)
    if row is None:
        raise NotFound
    await reading.leave_trace(caller, "read_private_note", [note_id], role="officer", at=now)
    return Note(**row)


@router.get("/whoami")
async def who_am_i(caller: CurrentCaller, loud: Annotated[bool, Query()] = False) -> dict[str, Any]:  # noqa: FBT002
    """Say who asks, as the service understood it."""
    subject = caller.subject or ""
    return {"sub": subject.upper() if loud else subject, "roles": sorted(caller.roles)}


@router.post("/unnamed")
async def say_unnamed(nobody: Unnamed, writing: Write) -> dict[str, Any]:
    """Say who asks where nobody is to be named."""
    return {"sub": nobody.subject, "open": writing.open}


async def _see_note(restricted: RestrictedReading, caller: Caller, note_id: UUID, _: datetime) -> bool:
    if await restricted.reading.one(_READ, note_id=note_id) is None:
        raise NotFound
    return caller.subject is not None


RECEIPTS = (ReceiptOf("/notes/{object_id}", "read_note_receipt", _see_note),)
PERMISSIONS = Permissions(
    {
        "create_note": {"citizen": {ANY}, "company": {ANY}},
        "list_notes": {ANYONE: {ANY}},
        "read_note": {ANYONE: {ANY}},
        "replace_note": {"citizen": {ANY}},
        "seal_note": {"citizen": {ANY}},
        "break_note": {"citizen": {ANY}},
        "read_note_history": {ANYONE: {ANY}},
        "read_private_note": {"officer": {ANY}},
        "read_note_receipt": {ANYONE: {ANY}},
        "say_unnamed": {ANYONE: {ANY}},
        "who_am_i": {SIGNED_IN: {ANY}},
    }
)
_TEXT = Translated(kk="Жазба мөрленген", ru="Заметка опечатана", en="The note is sealed")
_SEALED = Catalogue({"sealed": ProblemKind("sealed", 409, _TEXT, _TEXT)}, {AlreadySealed: "sealed"})


def _shown(row: Row, response: Response) -> Note:
    response.headers["ETag"] = etag(row["version"])
    response.headers["Location"] = f"/v1/notes/{row['id']}"
    return Note(**row)


def _object(row: Row) -> Object:
    return Object("note", row["id"], row["version"])


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What is logged during a test, rather than written out: a traceback with colours takes seconds."""
    with capture_logs() as logged:
        yield logged


@pytest.fixture
def notes_service() -> Service:
    """What the sample brings of its own."""
    return Service(
        name="kit",
        title="Notes",
        description="Notes that people write.",
        routers=[router],
        permissions=PERMISSIONS,
        problems=_SEALED,
        receipts=RECEIPTS,
    )


@pytest.fixture(scope="session")
def new_notes(new_database: Callable[[str, str], TestDatabase]) -> Callable[[], TestDatabase]:
    """Makes a database with the kit's tables and the notes; not to be called inside an event loop."""

    def make() -> TestDatabase:
        database = new_database("kit", "servicekit")
        asyncio.run(_execute(database.owner_url, _NOTES))
        return database

    return make


@pytest.fixture(scope="session")
def shared_database(new_notes: Callable[[], TestDatabase]) -> TestDatabase:
    return new_notes()


@pytest.fixture
def database(shared_database: TestDatabase) -> Iterator[TestDatabase]:
    """A database that is empty again after each test."""
    yield shared_database
    # For a few rows this is faster than giving each table a new file, as TRUNCATE does.
    asyncio.run(_execute(shared_database.admin_url, _EMPTY))


@pytest.fixture
def own_database(new_notes: Callable[[], TestDatabase]) -> TestDatabase:
    """A database for one test alone, which may kill and race in it."""
    return new_notes()


@pytest.fixture
def clock(tmp_path: Path) -> SandboxClock:
    """The legal time of the sample service."""
    return SandboxClock(tmp_path / "clock")


@pytest.fixture
def build(notes_service: Service, issuer: Issuer, tmp_path: Path) -> Callable[..., FastAPI]:
    """Makes the sample's app on a database URL; settings by name, `issuer` for another issuer."""

    def make(url: str, *, issuer: Issuer = issuer, **settings: Any) -> FastAPI:
        # A seal at the start and then when it is told to: a test that seals says how often.
        usual = usual_settings(url) | {"clock_file": tmp_path / "clock", "seal_seconds": 3600}
        chosen = ServiceSettings.model_validate(usual | settings)
        return create_service(notes_service, chosen, issuer=issuer.transport)

    return make


@pytest.fixture
async def client(build: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the sample service."""
    async with serving(build(database.url)) as client:
        yield client


@pytest.fixture
async def sealing_client(build: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a sample service that seals its journal all the time, without a witness."""
    async with serving(build(database.url, seal_seconds=0.02)) as client:
        yield client


@pytest.fixture
async def asker(build: Callable[..., FastAPI], shared_database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A quick client for requests that change nothing: without a socket, and with nothing to empty afterwards."""
    async with (
        InProcess(build(shared_database.url)) as service,
        httpx.AsyncClient(transport=service.transport, base_url="http://notes") as asker,
    ):
        yield asker


@pytest.fixture
async def own_client(build: Callable[..., FastAPI], own_database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a sample service on a database of its own."""
    async with serving(build(own_database.url)) as client:
        yield client


@pytest.fixture
async def store(database: TestDatabase) -> AsyncIterator[Database]:
    """The service's own way to its database."""
    async with Database(database.url, pool_size=20, name="tests", before_commit=commit_entries) as store:
        yield store


@pytest.fixture
async def admin(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A look at the shared database from above."""
    connection = await asyncpg.connect(database.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
async def own_admin(own_database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A look at the test's own database from above."""
    connection = await asyncpg.connect(own_database.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
def citizen(issuer: Issuer) -> dict[str, str]:
    """The headers of somebody who may write notes."""
    return issuer.headers("citizen", sub="c1")


class Receiver:
    """Somebody who is sent JSON over HTTP: what came, and what they answer, the last for good."""

    def __init__(self) -> None:
        self.url = ""
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answers = [200]

    async def take(self, request: Request) -> Response:
        self.came.append((dict(request.headers), await request.body()))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Response(status_code=status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver of text messages and webhooks."""
    receiver = Receiver()
    routes = [StarletteRoute("/{path:path}", receiver.take, methods=["POST"])]
    async with serving(Starlette(routes=routes)) as client:
        receiver.url = f"{str(client.base_url).rstrip('/')}/hook"
        yield receiver


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

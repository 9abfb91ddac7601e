"""All of a list at once: which form, one snapshot, traces, slow and leaving callers, and what breaks off."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import text

from servicekit import bulk
from servicekit.app import Service, create_service
from servicekit.base_settings import ServiceSettings
from servicekit.bulk import CopyOf
from servicekit.clock import Now
from servicekit.database import Query, Row
from servicekit.forms import Form
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Packaged, Page, Paging, cursor, up_to
from servicekit.permissions import ANY, ANYONE, Permissions
from servicekit.problems import Catalogue
from servicekit.routing import Route
from servicekit.tabular import row
from servicekit.testing import Issuer, serving, usual_settings
from servicekit.transactions import Read, RestrictedRead
from stack.testing import TestDatabase

FILL = "INSERT INTO notes SELECT gen_random_uuid(), 'Жазба', n, false FROM generate_series(1, {}) AS n"
ROWS = 2500  # two pages and a half
ENDLESS = 1_000_000_000
PLACES = 4  # a third of the usual twelve connections
# Transactions that go on.
READING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ashyq-kit' AND xact_start IS NOT NULL"
# The row that fails has zero for a divisor.
COPIED = """
  FROM (SELECT generate_series(1, :rows) AS n) AS numbers, LATERAL (SELECT 400 + 0 / (n - :fails) AS length) AS long
"""
AS_JSON = Query(text("SELECT json_build_object('n', n, 'text', repeat('x', length))" + COPIED))
AS_CELLS = Query(text("SELECT n, repeat('x', length) AS text" + COPIED))
NOTES = Query(text("SELECT * FROM notes WHERE version > :after ORDER BY version LIMIT :most"))


NOTES_AS_JSON = Query(
    text("SELECT json_build_object('n', version, 'text', text) FROM notes WHERE version > :after ORDER BY version")
)


class Numbered(BaseModel):
    n: int
    text: str


class Parcel(Packaged):
    packed: ClassVar[str] = "parts"
    note: str
    parts: list[Numbered]


class Gate:
    """Where the second page waits until the test lets it go, or fail."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.reached = asyncio.Event()
        self.error: Exception | None = None

    async def pass_by(self, page: Page) -> int:
        """The number behind which the page starts."""
        (after,) = page.key(up_to(2**31 - 1)) or (0,)
        if after:
            self.reached.set()
            await self.open.wait()
            if self.error is not None:
                raise self.error
        return int(after)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def lists(gate: Gate, issuer: Issuer) -> Callable[..., FastAPI]:
    """Makes a service with lists: of notes, plain, restricted or packed, and one that PostgreSQL writes."""
    router = APIRouter(prefix="/v1", route_class=Route)

    @router.get("/notes")
    async def list_notes(_: CurrentCaller, reading: Read, page: Paging) -> ListOf[Numbered]:
        rows = await reading.all(NOTES, after=await gate.pass_by(page), most=page.limit + 1)
        return page_of(page, rows)

    @router.get("/restricted")
    async def list_restricted(
        caller: CurrentCaller, looking: RestrictedRead, now: Now, page: Paging
    ) -> ListOf[Numbered]:
        rows = await looking.reading.all(NOTES, after=await gate.pass_by(page), most=page.limit + 1)
        seen = [row["id"] for row in rows[: page.limit]]
        await looking.leave_trace(caller, "list_restricted", seen, role="officer", at=now)
        return page_of(page, rows)

    @router.get("/copied", response_model=ListOf[Numbered])
    async def list_copied(_: CurrentCaller, __: Read, page: Paging, rows: int, fails: int = -1) -> Any:
        if page.whole is None:
            return ListOf[Numbered](items=[], next=None)
        return CopyOf(AS_CELLS if page.whole is Form.CSV else AS_JSON, {"rows": rows, "fails": fails})

    @router.get("/packaged", response_model=Parcel)
    async def list_packaged(_: CurrentCaller, reading: Read, page: Paging) -> Any:
        (after,) = page.key(up_to(2**31 - 1)) or (0,)
        if page.whole is not None:
            return CopyOf(NOTES_AS_JSON, {"after": after})
        rows = await reading.all(NOTES, after=after, most=page.limit)
        return Parcel(note='"parts":[', parts=[Numbered(n=row["version"], text=row["text"]) for row in rows])

    def make(database: TestDatabase, **own: Any) -> FastAPI:
        names = {route.name: {ANYONE: {ANY}} for route in router.routes if isinstance(route, Route)}
        service = Service(
            name="kit", title="Lists", description="Lists.", routers=[router],
            permissions=Permissions(names | {"list_restricted": {"officer": {ANY}}}), problems=Catalogue({}),
        )  # fmt: skip
        chosen = ServiceSettings.model_validate(usual_settings(database.url) | {"seal_seconds": 3600} | own)
        return create_service(service, chosen, issuer=issuer.transport)

    return make


@pytest.fixture
async def reader(lists: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of those lists."""
    async with serving(lists(database)) as client:
        yield client


def page_of(page: Page, rows: list[Row]) -> ListOf[Numbered]:
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["version"]) if len(rows) > page.limit else None
    return ListOf[Numbered](items=[Numbered(n=row["version"], text=row["text"]) for row in shown], next=more)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "text/csv"),
        ("text/*", "text/csv"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/*", "application/json"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/json"),
        ("text/csv, application/json", "application/json"),
        ("text/csv, */*;q=0.1", "text/csv"),
        ("text/csv;q=0.5, application/x-ndjson;q=0.8", "application/x-ndjson"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/csv;q=x, application/x-ndjson;q=0.1", "application/x-ndjson"),
    ],
)
async def test_the_form_is_what_the_caller_likes_best(reader: httpx.AsyncClient, accept: str, expected: str) -> None:
    answer = await reader.get("/v1/notes", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["vary"]) == (200, "Accept")
    assert answer.headers["content-type"].partition(";")[0] == expected


@pytest.mark.parametrize("accept", ["text/html", "text/csv;q=0", "nonsense", "application/json;q=0"])
async def test_a_form_that_a_list_does_not_have_is_refused(reader: httpx.AsyncClient, accept: str) -> None:
    answer = await reader.get("/v1/notes", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not-acceptable")
    assert answer.json()["detail"].endswith("application/json, text/csv, application/x-ndjson.")


async def test_the_parameter_wins_over_the_header(reader: httpx.AsyncClient) -> None:
    for name, media_type in [("json", "application/json"), ("csv", "text/csv"), ("ndjson", "application/x-ndjson")]:
        answer = await reader.get(f"/v1/notes?format={name}", headers={"Accept": "text/html"})
        assert answer.headers["content-type"].partition(";")[0] == media_type
    for wrong in ("format=xml", "format=", "format=csv&format=csv"):
        answer = await reader.get(f"/v1/notes?{wrong}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "format")


async def test_all_rows_come_and_with_a_limit_a_page_of_them(
    reader: httpx.AsyncClient, admin: asyncpg.Connection, gate: Gate
) -> None:
    gate.open.set()
    assert (await reader.get("/v1/notes?format=csv")).content == b"n,text\n"
    assert (await reader.get("/v1/notes?format=ndjson")).content == b""
    await admin.execute(FILL.format(ROWS))
    answer = await reader.get("/v1/notes?format=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="notes.csv"'
    assert answer.text == "n,text\n" + "".join(f"{n},Жазба\n" for n in range(1, ROWS + 1))
    page = await reader.get("/v1/notes?limit=2&format=json")
    for address, numbers in [
        ("/v1/notes?limit=2", [1, 2]),
        (page.json()["next"].replace("format=json", ""), [3, 4]),
        (page.json()["next"].replace("limit=2", "").replace("format=json", ""), range(3, ROWS + 1)),
    ]:
        lines = await reader.get(address, headers={"Accept": "application/x-ndjson"})
        assert [json.loads(line)["n"] for line in lines.text.splitlines()] == list(numbers)


async def test_a_package_comes_as_lines_and_not_as_a_table(
    reader: httpx.AsyncClient, admin: asyncpg.Connection
) -> None:
    assert (await reader.get("/v1/packaged?format=ndjson")).content == b""
    await admin.execute(FILL.format(ROWS))
    page = await reader.get("/v1/packaged?limit=3")
    assert (page.json()["note"], page.headers["vary"]) == ('"parts":[', "Accept")
    for address, numbers in [
        ("/v1/packaged?limit=3", [1, 2, 3]),
        ("/v1/packaged", range(1, ROWS + 1)),
        (f"/v1/packaged?after={cursor(2000)}", range(2001, ROWS + 1)),
    ]:
        lines = await reader.get(address, headers={"Accept": "text/csv, application/x-ndjson"})
        assert lines.headers["content-disposition"] == 'attachment; filename="packaged.ndjson"'
        assert [json.loads(line) for line in lines.text.splitlines()] == [{"n": n, "text": "Жазба"} for n in numbers]
    refused = await reader.get("/v1/packaged", headers={"Accept": "text/csv"})
    assert (refused.status_code, refused.json()["code"]) == (406, "not-acceptable")
    assert refused.json()["detail"].endswith("application/json, application/x-ndjson.")
    refused = await reader.get("/v1/packaged?format=csv")
    assert (refused.status_code, refused.json()["errors"][0]["detail"]) == (422, "One of: json, ndjson")


async def test_all_pages_are_of_one_moment(reader: httpx.AsyncClient, admin: asyncpg.Connection, gate: Gate) -> None:
    await admin.execute(FILL.format(ROWS))
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(reader.get("/v1/notes?format=ndjson"))
        await gate.reached.wait()
        await admin.execute("DELETE FROM notes WHERE version > 1500")
        await admin.execute("UPDATE notes SET text = 'new'")
        gate.open.set()
    found = [json.loads(line) for line in asking.result().text.splitlines()]
    assert [each["n"] for each in found] == list(range(1, ROWS + 1))
    assert {each["text"] for each in found} == {"Жазба"}


async def test_what_is_seen_is_on_record_before_it_is_sent(
    reader: httpx.AsyncClient, admin: asyncpg.Connection, gate: Gate, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_PIECE", 1)
    await admin.execute(FILL.format(ROWS))
    assert (await reader.get("/v1/restricted?format=csv")).status_code == 401
    assert (await reader.get("/v1/restricted?format=csv", headers=issuer.headers("citizen"))).status_code == 403
    traced = "SELECT sum(cardinality(objects)) FROM accesses"
    async with reader.stream("GET", "/v1/restricted?format=csv", headers=issuer.headers("officer")) as answer:
        pieces = answer.aiter_bytes()
        assert (await anext(pieces)).startswith(b"n,text\n1,")
        assert await admin.fetchval(traced) == 1000
    # Who leaves has seen what they have seen.
    assert await admin.fetchval(traced) == 1000
    gate.open.set()
    whole = await reader.get("/v1/restricted?format=csv", headers=issuer.headers("officer"))
    assert len(whole.text.splitlines()) == 1 + ROWS
    assert await admin.fetchval(traced) == 1000 + ROWS


async def test_what_fails_before_the_first_row_is_told_and_later_it_breaks_off(
    reader: httpx.AsyncClient, admin: asyncpg.Connection, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await reader.get("/v1/notes?format=csv&after=x")).json()["code"] == "bad-cursor"
    assert (await reader.get("/v1/notes?format=csv&limit=0")).json()["code"] == "invalid"
    assert (await reader.get("/v1/copied?format=csv&rows=9&fails=1")).json()["code"] == "internal"
    await admin.execute(FILL.format(ROWS))
    gate.error = RuntimeError("the inside of the house")
    gate.open.set()
    monkeypatch.setattr(bulk, "_PIECE", 1)
    for address in ("/v1/notes?format=csv", "/v1/copied?format=ndjson&rows=9000&fails=8000"):
        async with reader.stream("GET", address) as answer:
            assert answer.status_code == 200
            with pytest.raises(httpx.RemoteProtocolError):
                await answer.aread()
    assert (await reader.get("/v1/copied?format=csv&rows=9")).text.count("\n") == 10


@pytest.mark.parametrize("address", ["/v1/copied?format=csv&rows={}", "/v1/copied?format=ndjson&rows={}"])
async def test_who_leaves_gives_everything_back(
    reader: httpx.AsyncClient, admin: asyncpg.Connection, address: str
) -> None:
    for _ in range(PLACES + 1):
        async with reader.stream("GET", address.format(ENDLESS)) as answer:
            assert answer.status_code == 200
            assert await anext(answer.aiter_bytes())
        await until_nobody_reads(admin)
    assert (await reader.get(address.format(5))).text.count("xxx") > 0


async def test_who_waits_in_the_middle_is_released_when_the_caller_leaves(
    reader: httpx.AsyncClient, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_PIECE", 1)
    await admin.execute(FILL.format(ROWS))
    for _ in range(PLACES + 1):  # the gate stays closed, so none of them ends by itself
        async with reader.stream("GET", "/v1/notes?format=csv") as answer:
            assert await anext(answer.aiter_bytes())
        await until_nobody_reads(admin)


async def test_whole_lists_take_a_third_of_the_connections_and_no_more(
    reader: httpx.AsyncClient, admin: asyncpg.Connection
) -> None:
    address = f"/v1/copied?format=csv&rows={ENDLESS}"
    held = [await reader.send(reader.build_request("GET", address), stream=True) for _ in range(PLACES)]
    refused = await reader.get(address)
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["retry-after"]
    assert (await reader.get("/v1/notes")).status_code == 200
    for answer in held:
        await answer.aclose()
    await until_nobody_reads(admin)
    assert (await reader.get("/v1/copied?format=csv&rows=1")).status_code == 200


async def test_who_takes_nothing_is_cut_off(
    reader: httpx.AsyncClient, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_STALLED_SECONDS", 0.3)
    address = urlsplit(str(reader.base_url))
    _, writer = await asyncio.open_connection(address.hostname, address.port, limit=1024)
    writer.write(f"GET /v1/copied?format=csv&rows={ENDLESS} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    await until_it_reads(admin)
    await until_nobody_reads(admin)
    writer.close()


async def test_a_list_that_takes_too_long_is_given_up(
    reader: httpx.AsyncClient, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "SECONDS", 1)
    await admin.execute(FILL.format(ROWS))
    answer = await reader.get("/v1/notes?format=csv")  # the gate stays closed, and the first page is not much
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    await until_nobody_reads(admin)


ODD = [
    "",
    " ",
    "a",
    ",",
    '"',
    "\n",
    "\r",
    "a\r\nb",
    "\\.",
    "\\",
    "=1+1",
    "-",
    "+7",
    "@a",
    "'",
    "\t",
    "ә\u2028😀",
    '""',
    "NULL",
]


async def test_a_cell_is_what_postgresql_would_write(admin: asyncpg.Connection, tmp_path: Any) -> None:
    file = tmp_path / "copied"
    query = "SELECT n, t, NULL FROM unnest($1::text[]) WITH ORDINALITY AS v (t, n) ORDER BY n"
    await admin.copy_from_query(query, ODD, output=file, format="csv")
    paths = [("n",), ("t",), ("none",)]
    assert "".join(row({"n": n, "t": each}, paths) for n, each in enumerate(ODD, 1)).encode() == file.read_bytes()


async def until_it_reads(admin: asyncpg.Connection) -> None:
    while not await admin.fetchval(READING):  # noqa: ASYNC110 - nobody says when it begins
        await asyncio.sleep(0.01)


async def until_nobody_reads(admin: asyncpg.Connection) -> None:
    while await admin.fetchval(READING):  # noqa: ASYNC110 - nobody says when it is over
        await asyncio.sleep(0.01)

"""Lists in pages: walked to the end without gap or repetition, and forged cursors refused."""

import base64
import json
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as _text

from servicekit.database import Database, Query
from servicekit.paging import BadCursor, ListOf, Page
from servicekit.problems import Problem

ROWS = 23
FILL = "INSERT INTO notes SELECT gen_random_uuid(), n::text, 1, false FROM generate_series(1, {}) AS n"


def page(after: str | None = None) -> Page:
    scope = {
        "type": "http",
        "scheme": "http",
        "server": ("a", 80),
        "path": "/v1/x",
        "query_string": b"q=%D3%99&limit=5",
    }
    return Page(5, after, Request(scope | {"headers": []}))


def cursor_of(address: str) -> str:
    return httpx.URL(address).params["after"]


def packed(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode()


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), st.integers(), st.uuids())
def test_a_key_comes_back_from_its_cursor(text: str, number: int, identity: UUID) -> None:
    address = page().next_after(text, number, identity)
    assert page(cursor_of(address)).key(str, int, UUID) == (text, number, identity)


def test_the_address_of_the_next_page_keeps_what_was_asked() -> None:
    address = httpx.URL(page("old").next_after("k"))
    assert address.path == "/v1/x"
    assert dict(address.params) == {"q": "ә", "limit": "5", "after": cursor_of(str(address))}


def test_without_a_cursor_there_is_no_key() -> None:
    assert page().key(str) is None


@given(st.text(max_size=100))
def test_any_text_is_a_cursor_of_ours_or_refused(text: str) -> None:
    try:
        key = page(text).key(int, UUID)
    except BadCursor:
        return
    assert key is not None
    assert page(cursor_of(page().next_after(*key))).key(int, UUID) == key


MOST = 2**63 - 1


@given(st.integers(0, MOST))
def test_an_item_that_is_numbered_is_its_own_cursor(number: int) -> None:
    assert page(cursor_of(page().next_behind(number))).number(MOST) == number


def test_without_a_cursor_there_is_no_number() -> None:
    assert page().number(MOST) is None


# The last two are numbers beyond the most, whose first twenty digits are not.
NO_NUMBERS = ["", " ", "x", "-1", "+1", "1.0", "1e3", "0x1", "1_0", "٣", "²", "7\x00", "\n7", str(MOST + 1), "9" * 5000]
LONG_NUMBERS = ["0" * 15 + "1" + "0" * 10, "0" + str(MOST) + "0"]


@pytest.mark.parametrize("text", [*NO_NUMBERS, *LONG_NUMBERS], ids=lambda text: ascii(text)[:30])
def test_what_is_no_number_of_an_item_is_no_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        page(text).number(MOST)


@pytest.mark.parametrize("text", ["0", "6", str(MOST - 1), str(MOST), *NO_NUMBERS], ids=lambda text: ascii(text)[:30])
async def test_a_forged_index_in_the_journal_does_no_harm(asker: httpx.AsyncClient, text: str) -> None:
    answer = await asker.get("/v1/journals/kit/entries", params={"after": text})
    if text in NO_NUMBERS:
        assert (answer.status_code, answer.json()["code"]) == (400, "unreadable" if "\x00" in text else "bad-cursor")
    else:
        assert answer.json() == {"items": [], "next": None}


def test_a_list_is_named_after_its_items() -> None:
    assert ListOf[Problem].__name__ == "ProblemList"


async def fill(store: Database, rows: int) -> None:
    async with store.write() as writing:
        await writing.run(Query(_text(FILL.format(rows))))


@pytest.mark.parametrize("limit", [1, 7, 22, 23, 24, 1000])
async def test_next_walks_the_whole_list_once(client: httpx.AsyncClient, store: Database, limit: int) -> None:
    await fill(store, ROWS)
    seen: list[str] = []
    address: str | None = f"/v1/notes?limit={limit}"
    while address is not None:
        answer = (await client.get(address)).json()
        assert len(answer["items"]) <= limit
        seen += [item["id"] for item in answer["items"]]
        address = answer["next"]
    assert len(seen) == ROWS
    assert seen == sorted(set(seen))


async def test_an_empty_list_has_no_next_page(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/notes")).json() == {"items": [], "next": None}


async def test_without_a_limit_a_page_has_fifty_items(client: httpx.AsyncClient, store: Database) -> None:
    await fill(store, 51)
    answer = (await client.get("/v1/notes")).json()
    assert len(answer["items"]) == 50
    assert len((await client.get(answer["next"])).json()["items"]) == 1


async def test_a_row_that_comes_between_pages_is_neither_skipped_nor_doubled(
    client: httpx.AsyncClient, store: Database
) -> None:
    await fill(store, 10)
    first = (await client.get("/v1/notes?limit=5")).json()
    last_seen = UUID(first["items"][-1]["id"])
    async with store.write() as writing:
        for number in (last_seen.int + 1, last_seen.int - 1):
            insert = "INSERT INTO notes VALUES (:id, 'new', 1, false)"
            await writing.run(Query(_text(insert)), id=UUID(int=number))
    second = (await client.get(first["next"])).json()
    assert second["items"][0]["id"] == str(UUID(int=last_seen.int + 1))
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "", "1.5", "9" * 30])
async def test_limits_beyond_the_bounds_are_refused(asker: httpx.AsyncClient, limit: str) -> None:
    answer = await asker.get("/v1/notes", params={"limit": limit})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "limit")


FORGED = [
    "",
    "x",
    "!!!",
    "ә",
    "\x00",
    packed(b""),
    packed(b"\xff\xfe"),
    packed(b'["'),
    packed(b"[" * 20_000),
    packed([]),
    packed({}),
    packed("a"),
    packed(None),
    packed([1]),
    packed([None]),
    packed([str(UUID(int=5)), "x"]),
    packed(["not a uuid"]),
    packed(["\x00"]),
    packed([["a"]]),
    packed(["' OR 1=1 --"]),
]


@pytest.mark.parametrize("cursor", FORGED, ids=lambda cursor: repr(cursor)[:20])
async def test_a_forged_cursor_is_refused(asker: httpx.AsyncClient, cursor: str) -> None:
    answer = await asker.get("/v1/notes", params={"after": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable" if "\x00" in cursor else "bad-cursor")


NUMBERS = ["-1", str(2**31), str(2**63), str(2**64), "9" * 100, "9" * 5000, "1e3", "", "x", "\x00", "NaN", " "]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: repr(number)[:20])
@pytest.mark.parametrize("path", ["/v1/journals/kit/entries", f"/v1/notes/{UUID(int=5)}/history"])
async def test_numbers_in_a_forged_cursor_do_no_harm(asker: httpx.AsyncClient, path: str, number: str) -> None:
    answer = await asker.get(path, params={"after": packed([number, str(uuid4())])})
    if answer.status_code == 200:
        assert answer.json() == {"items": [], "next": None}
    else:
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")

"""The list of awards: what narrows it, its orders, pages and sums, and that PostgreSQL writes the declared shape."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from procurement.queries.awards import Sort, page_of
from procurement.schemas.awards import Award
from servicekit.paging import ListOf, cursor
from stack.testing import TestDatabase

Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]

BUYER, SUPPLIER = "991240995750", "150340962116"
# Copies of the one award that there is, in steps of an hour back and of a hundred tenge up.
_COPY = """
INSERT INTO awards SELECT (r).* FROM (
  SELECT jsonb_populate_record(a, jsonb_build_object(
    'id', gen_random_uuid(), 'lot_id', gen_random_uuid(), 'awarded_at', a.awarded_at - n / 3 * interval '1 hour',
    'awarded_on', (a.awarded_at - n / 3 * interval '1 hour')::date, 'amount', a.amount + n / 3 * 10000,
    'region', CASE n % 2 WHEN 0 THEN 'KZ-75' ELSE 'KZ-71' END)) AS r
    FROM awards a, generate_series(1, $1) n
) copies
"""


@pytest.fixture
def copies(database: TestDatabase) -> Callable[[int], Awaitable[None]]:
    """Makes so many awards like the one that there is."""

    async def make(count: int) -> None:
        admin = await asyncpg.connect(database.admin_url)
        try:
            await admin.execute("SET session_replication_role = replica")  # lots of the copies do not exist
            await admin.execute(_COPY, count)
        finally:
            await admin.close()

    return make


Copies = Callable[[int], Awaitable[None]]


async def test_postgresql_writes_the_shape_that_is_declared(client: httpx.AsyncClient, award: Do) -> None:
    odd = {"kk": 'Қағаз "А4" \\ <b>\n', "en": "x'); DROP TABLE awards; --\u2028\U0001f6a7"}
    lot = {"title": odd, "item": {"code": "1", "name": 'Қағаз "1"'}, "quantity": "0.5", "unit": "т"}
    company = await award(lots=[lot | {"amount": {"amount": "1000000.07"}}])
    person = await award({"trader": "0.01"}, buyer_name='"Q"')
    answer = await client.get("/v1/awards")
    page = ListOf[Award].model_validate_json(answer.content, strict=True)
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(page.model_dump_json()) == answer.json()
    found = {str(each.id): each for each in page.items}
    first, second = found[company["award"]["id"]], found[person["award"]["id"]]
    assert first.lot is not None
    assert first.allocated is not None
    assert first.saving is not None
    assert first.lot.title == {"kk": odd["kk"].strip(), "en": odd["en"]}
    assert (first.amount.amount, first.allocated.amount, first.saving.amount) == (
        "850000.00",
        "1000000.07",
        "150000.07",
    )
    assert (second.amount.amount, second.supplier.id, second.supplier.name) == ("0.01", None, None)
    assert (first.supplier.id, first.supplier.name, first.supplier.scheme) == (SUPPLIER, "«Ақ Желкен» ЖШС", "KZ-BIN")
    assert (str(first.awarded_on), str(first.complaints_until)) == ("2026-11-26", "2026-12-03")


async def test_an_item_is_the_single_awards_own_bytes(client: httpx.AsyncClient, award: Do) -> None:
    lot = await award()
    page = await client.get("/v1/awards")
    one = await client.get(f"/v1/awards/{lot['award']['id']}")
    assert page.content == b'{"items":[' + one.content + b'],"next":null}'
    assert (await client.get(one.request.url.path, headers={"If-None-Match": one.headers["etag"]})).status_code == 304
    assert (await client.get("/v1/awards/01900000-0000-7000-8000-000000000000")).status_code == 404


async def test_an_empty_list_is_a_list(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/awards")).content == b'{"items":[],"next":null}'


MATCHES = [
    {"buyer": BUYER}, {"supplier": SUPPLIER}, {"item": "172313.500.000012"}, {"method": "rating-point"},
    {"region": "KZ-71"}, {"from": "2026-11-26"}, {"to": "2026-11-26"}, {"min": "850000"}, {"max": "850000.00"},
    {"status": "announced"}, {"q": "қағазы желкен"}, {"q": "A4 PAPER"}, {"q": "Денсаулық"},
]  # fmt: skip
MISSES = [
    {"buyer": SUPPLIER}, {"supplier": "180940974038"}, {"supplier": "01900000-0000-7000-8000-000000000000"},
    {"item": "172313.500"}, {"method": "auction"}, {"region": "KZ-75"}, {"from": "2026-11-27"}, {"to": "2026-11-25"},
    {"min": "850000.01"}, {"max": "849999.99"}, {"status": "final"}, {"q": "қағазы болат"}, {"q": "Сапарова"},
    {"from": "2026-11-26", "to": "2026-11-25"}, {"min": "850000", "max": "849999.99"},
]  # fmt: skip


async def test_every_filter_lets_through_what_it_names_and_nothing_else(award: Do, look: Look) -> None:
    found = await award()
    party = found["award"]["supplier"]["party"]
    whole = {key: value for match in MATCHES for key, value in match.items()}
    for wanted in [{}, *MATCHES, {"supplier": party}, whole]:
        for sort in ("-awarded_at", "-amount", "amount"):
            assert len((await look("nobody", "/v1/awards", sort=sort, **wanted))["items"]) == 1, wanted
        assert (await look("nobody", "/v1/awards/summary", by="buyer", **wanted))["items"][0]["count"] == 1
    for wanted in [*MISSES, whole | {"region": "KZ-75"}]:
        assert (await look("nobody", "/v1/awards", **wanted))["items"] == [], wanted
        assert (await look("nobody", "/v1/awards/summary", by="month", **wanted))["items"] == []


@pytest.mark.parametrize("sort", ["-awarded_at", "-amount", "amount"])
@pytest.mark.parametrize("region", [None, "KZ-75"])
async def test_the_pages_of_every_order_have_each_award_once(
    sort: str, region: str | None, award: Do, look: Look, copies: Copies
) -> None:
    await award()
    await copies(40)
    wanted = {"sort": sort, "limit": 7} | ({} if region is None else {"region": region})
    seen: list[dict[str, Any]] = []
    page = await look("nobody", "/v1/awards", **wanted)
    while page["next"]:
        assert len(page["items"]) == 7
        seen += page["items"]
        page = await look("nobody", page["next"])
    seen += page["items"]
    assert len({each["id"] for each in seen}) == len(seen) == (41 if region is None else 20)
    amounts = [float(each["amount"]["amount"]) for each in seen]
    assert amounts == sorted(amounts, reverse=sort == "-amount")  # the newest are the cheapest here


async def test_a_cursor_of_another_order_or_a_made_up_one_is_refused(
    client: httpx.AsyncClient, award: Do, look: Look, copies: Copies
) -> None:
    await award()
    await copies(3)
    following = (await look("nobody", "/v1/awards", limit=2))["next"]
    some_id = "01900000-0000-7000-8000-000000000000"
    invented = [
        cursor("-awarded_at", 2**63, some_id), cursor("-awarded_at", -1, some_id), cursor("amount", "x", some_id),
        cursor("-awarded_at", 1, "x"), cursor(1), "!", cursor("-awarded_at", 253_370_764_800_000_001, some_id),
    ]  # fmt: skip
    for address in [f"{following}&sort=amount", *(f"/v1/awards?after={quote(each)}" for each in invented)]:
        answer = await client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor"), address


async def test_a_summary_adds_up_by_each_of_its_keys(award: Do, look: Look, copies: Copies) -> None:
    await award()
    await copies(5)
    keys = {
        "buyer": [BUYER],
        "supplier": [(await look("nobody", "/v1/awards"))["items"][0]["supplier"]["party"]],
        "item": ["172313.500.000012"],
        "method": ["rating-point"],
        "region": ["KZ-71", "KZ-75"],
        "month": ["2026-11"],
    }
    for by, expected in keys.items():
        items = (await look("nobody", "/v1/awards/summary", by=by))["items"]
        assert sorted(each["key"] for each in items) == expected
        assert sum(each["count"] for each in items) == 6
        # Six of 850,000 tenge, and three of them a hundred tenge more.
        assert sum(float(each["total"]["amount"]) for each in items) == 6 * 850_000 + 3 * 100
        assert sum(float(each["allocated"]["amount"]) for each in items) == 6_000_000
    first = await look("nobody", "/v1/awards/summary", by="region", limit=1)
    second = await look("nobody", first["next"])
    assert second["next"] is None
    assert [*first["items"], *second["items"]] == (await look("nobody", "/v1/awards/summary", by="region"))["items"]


@pytest.mark.parametrize(
    "wrong",
    [
        "buyer=", "currency=tenge", "supplier=x", "item=%27", "method=bribe", "region=", "source=%27", "from=x",
        "to=9999-12-31", "min=-1", "max=1e9", "min=1,5", "status=lost", "q=", "sort=price", "by=buyer", "limit=0",
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_told(wrong: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/v1/awards?{wrong}")).status_code == 422


async def test_the_common_lists_walk_an_index(award: Do, copies: Copies, database: TestDatabase) -> None:
    await award()
    await copies(3000)
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("ANALYZE awards")
        for given, sort, index in [
            (frozenset[str](), Sort.NEWEST, "awards_newest"),
            (frozenset[str](), Sort.LARGEST, "awards_amounts"),
            (frozenset[str](), Sort.SMALLEST, "awards_amounts"),
        ]:
            query = page_of(given, (), sort, begun=False, limit=50)
            plan = await admin.fetch("EXPLAIN " + query.sql)
            text = "\n".join(row[0] for row in plan)
            assert index in text, text
            assert "Seq Scan" not in text
    finally:
        await admin.close()

"""What was paid above peers, summed up and told of each award."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from procurement.commands.prices import check_prices
from procurement.domain.distribution import bounds_for, round_step
from procurement.queries.prices import By, read_price, sum_overstatement
from procurement.schemas.prices import price_of
from redflags.prices import PARAMETERS
from servicekit.database import Database
from stack.testing import ABSENT_ID, TestDatabase

Bought = Callable[..., Awaitable[None]]
Look = Callable[..., Awaitable[Any]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Sweeps = Callable[[], Awaitable[dict[str, int]]]

OWN = "01900000-0000-7000-8000-00000000000a"
BY = ("class", "buyer", "region", "year", "item")


def packs(tenge: int, **fields: Any) -> dict[str, Any]:
    """Ten packs of paper, each for so many tenge."""
    usual = {"id": str(uuid4()), "awarded_on": date(2026, 8, 3), "amount": tenge * 1000, "quantity": 10}
    return usual | fields


@pytest.fixture
async def compared(bought: Bought, run_sweeps: Sweeps) -> int:
    """Twenty purchases for 1 to 20 tenge a pack, and later one for 40; how many were compared."""
    await bought(*(packs(n) for n in range(1, 21)), packs(40, id=OWN, awarded_on=date(2026, 11, 3)))
    return (await run_sweeps())["check-prices"]


@pytest.mark.usefixtures("compared")
async def test_an_award_beside_its_peers(look: Look) -> None:
    found = await look("nobody", f"/v1/awards/{OWN}/price")
    assert (found["state"], found["n"], found["fewest_peers"]) == ("priced", 20, 20)
    numbers = ("unit_price", "low", "median", "reference", "high", "score", "quantity", "unit")
    assert [found[name] for name in numbers] == ["40.00", "2.00", "10.00", "15.00", "18.00", "1.99", "10", "пачка"]
    assert found["overstatement"] == {"amount": "250.00", "currency": "KZT"}
    assert found["words"]["en"].startswith("Higher than most peers paid.")
    level: dict[str, Any] = {"rung": "item-region", "code": "17.12.14", "unit": "пачка", "region": "KZ-71"}
    level |= {"since": "2024-10-01", "before": "2026-10-01", "words": PARAMETERS.rungs["item-region"]}
    assert found["level"] == level
    assert found["parameters"]["hash"] == PARAMETERS.hash
    assert sorted(float(peer["unit_price"]) for peer in found["peers"]) == list(range(1, 21))
    assert OWN not in {peer["award"] for peer in found["peers"]}
    for step in found["steps"]:
        least, below = float(step["least"]), float(step["below"] or "inf")
        assert step["count"] == sum(least <= n < below for n in range(1, 21))
    assert sum(step["count"] for step in found["steps"]) == 20


@pytest.mark.usefixtures("compared")
async def test_too_few_peers_are_told_and_shown(look: Look) -> None:
    rows = await look("nobody", "/v1/awards", limit=100)
    peer = next(each["id"] for each in rows["items"] if each["id"] != OWN)
    found = await look("nobody", f"/v1/awards/{peer}/price")
    assert (found["state"], found["level"], found["n"], found["overstatement"]) == ("few_peers", None, 0, None)
    assert found["words"]["en"].startswith("Not enough peers")


async def test_some_peers_are_shown_though_they_are_too_few(look: Look, bought: Bought, run_sweeps: Sweeps) -> None:
    await bought(*(packs(n, region="KZ-75") for n in range(1, 8)), packs(40, id=OWN, awarded_on=date(2026, 11, 3)))
    await run_sweeps()
    found = await look("nobody", f"/v1/awards/{OWN}/price")
    assert (found["state"], found["n"], len(found["peers"]), found["steps"]) == ("few_peers", 7, 7, [])
    assert found["level"]["rung"] == "group-country"


async def test_what_is_not_compared_yet_waits(bought: Bought, database: TestDatabase) -> None:
    await bought(packs(40, id=OWN))
    async with Database(database.url, pool_size=1, name="prices") as pool, pool.read() as reading:
        found = price_of(await read_price(reading, UUID(OWN), PARAMETERS, most_peers=1))
        assert await sum_overstatement(reading, {}, By.CLASS, behind=None, limit=10) == []
    assert (found.state, found.computed_at, found.unit_price, found.level) == ("waiting", None, None, None)
    assert found.words.en == "Not compared yet."


async def test_what_was_compared_by_other_parameters_waits(bought: Bought, database: TestDatabase) -> None:
    await bought(packs(40, id=OWN))
    others = replace(PARAMETERS, parameters={**PARAMETERS.parameters, "more": PARAMETERS.parameters["deflator"]})
    async with Database(database.url, pool_size=1, name="prices") as pool:
        async with pool.write() as writing:
            await check_prices(writing, now=datetime(2026, 11, 23, tzinfo=UTC), limit=10, parameters=others)
        async with pool.read() as reading:
            found = price_of(await read_price(reading, UUID(OWN), PARAMETERS, most_peers=1))
    assert (found.state, found.computed_at, found.unit_price) == ("waiting", None, None)


async def test_without_a_quantity_there_is_no_price(look: Look, bought: Bought, run_sweeps: Sweeps) -> None:
    await bought(packs(40, id=OWN, quantity=None, unit=None))
    await run_sweeps()
    found = await look("nobody", f"/v1/awards/{OWN}/price")
    assert (found["state"], found["quantity"], found["unit"], found["level"]) == ("no_unit_price", None, None, None)


async def test_what_is_not_there_has_no_price(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/v1/awards/{ABSENT_ID}/price")).status_code == 404


@pytest.mark.parametrize(("language", "name"), [("kk", "Кеңсе тауарлары"), ("ru", "Канцелярские товары")])
@pytest.mark.usefixtures("compared")
async def test_a_class_has_its_name_in_the_language_asked(
    language: str, name: str, look: Look, client: httpx.AsyncClient
) -> None:
    expected = {"key": "stationery", "name": name, "count": 21, "priced": 1, "above": 1, "share": "0.6250"}
    expected |= {"total": {"amount": "400.00", "currency": "KZT"}}
    expected |= {"overstatement": {"amount": "250.00", "currency": "KZT"}}
    found = await look("nobody", "/v1/overpricing", by="class", language=language)
    assert found == {"items": [expected], "next": None}
    answer = await client.get("/v1/overpricing?by=class", headers={"Accept-Language": language})
    assert answer.json() == found
    assert answer.headers["vary"] == "Accept-Language, Accept"


@pytest.fixture
async def much(bought: Bought, run_sweeps: Sweeps) -> None:
    """Two hundred purchases over three years, by four bodies, of five items, in three regions."""
    draw = Random(2026)  # noqa: S311
    codes = ["17.12.14", "19.20.21", "26.20.11", "10.51.11", "43.11.10"]
    await bought(
        *(
            {
                "id": str(uuid4()),
                "item_code": (code := draw.choice(codes)),
                "item_name": code,
                "buyer": (buyer := draw.choice(["991240995750", "020340000017", "050440000029", "080540000031"])),
                "buyer_name": buyer,
                "region": draw.choice(["KZ-71", "KZ-75", "KZ-35"]),
                "awarded_on": date(2023, 1, 1) + timedelta(days=draw.randrange(1400)),
                "amount": draw.randrange(10**5, 10**8),
                "quantity": draw.choice(["1", "2.5", "7"]),
                "status": draw.choice(["final", "contracted", "contracted", "cancelled"]),
            }
            for _ in range(400)
        )
    )
    await run_sweeps()


async def pages(look: Look, **wanted: Any) -> list[dict[str, Any]]:
    """All lines of the list, three at a time."""
    page = await look("nobody", "/v1/overpricing", limit=3, **wanted)
    items = list(page["items"])
    while page["next"]:
        page = await look("nobody", page["next"])
        items += page["items"]
    return items


@pytest.mark.usefixtures("much")
async def test_the_sums_are_the_same_by_every_key(look: Look) -> None:
    awards = (await look("nobody", "/v1/awards", limit=1000))["items"]
    counted = [award for award in awards if award["status"] != "cancelled"]
    for wanted in ({}, {"region": "KZ-71"}, {"from": "2025-01-01", "to": "2025-12-31"}, {"status": "final"}):
        wholes = set()
        for by in BY:
            items = await pages(look, by=by, **wanted)
            assert len({each["key"] for each in items}) == len(items)
            sums = [Decimal(each["overstatement"]["amount"]) for each in items]
            assert sums == sorted(sums, reverse=True)
            numbers = tuple(sum(each[name] for each in items) for name in ("count", "priced", "above"))
            wholes.add((sum(sums), sum(Decimal(each["total"]["amount"]) for each in items), *numbers))
        assert len(wholes) == 1, wanted
        whole = wholes.pop()
        assert whole[0] > 0
        assert wanted or whole[2] == len(counted)


KEPT: list[dict[str, Any]] = [
    {}, {"region": "KZ-71"}, {"buyer": "020340000017"}, {"buyer": "020340000017", "region": "KZ-75"},
    {"from": "2025-01-01"}, {"from": "2024-01-01", "to": "2025-12-31", "region": "KZ-35"}, {"to": "2023-12-31"},
    {"from": "2025-01-02"}, {"from": "2025-01-01", "to": "2025-12-30"},
]  # fmt: skip


async def by_all_awards(look: Look, **wanted: Any) -> list[dict[str, Any]]:
    """The same lines summed up from the awards one by one, which a filter that all of them meet asks for."""
    return await pages(look, min="0", **wanted)


@pytest.mark.usefixtures("much")
@pytest.mark.parametrize("wanted", KEPT, ids=str)
async def test_kept_sums_are_those_of_the_awards(wanted: dict[str, Any], look: Look) -> None:
    for by in BY:
        found = await pages(look, by=by, **wanted)
        assert found
        assert found == await by_all_awards(look, by=by, **wanted), by


@pytest.mark.usefixtures("much")
async def test_kept_sums_follow_what_becomes_of_awards(look: Look, database: TestDatabase, run_sweeps: Sweeps) -> None:
    admin = await asyncpg.connect(database.admin_url)
    before = await pages(look, by="region")
    try:
        for change in (
            "status = 'cancelled' WHERE region = 'KZ-71' AND status = 'contracted'",
            "amount = amount + 700, allocated = amount + 700 WHERE status = 'final'",
            "status = 'final' WHERE status = 'cancelled' AND region = 'KZ-71'",
            "region = 'KZ-10', buyer = '991240995750' WHERE awarded_on > '2026-01-01'",
            "item_code = '10.51.11', awarded_on = awarded_on - 365 WHERE item_code = '43.11.10'",
        ):
            await admin.execute(f"UPDATE awards SET {change}")  # noqa: S608
            for by in BY:
                assert await pages(look, by=by) == await by_all_awards(look, by=by), (change, by)
        await admin.execute("UPDATE price_checks SET parameters = ''")
        await run_sweeps()
    finally:
        await admin.close()
    found = await pages(look, by="region")
    assert found == await by_all_awards(look, by="region")
    assert found != before


async def test_an_award_that_is_changed_just_now_is_compared_at_the_next_turn(
    *, look: Look, bought: Bought, database: TestDatabase, run_sweeps: Sweeps
) -> None:
    await bought(*(packs(n) for n in range(1, 6)), packs(40, id=OWN))
    admin = await asyncpg.connect(database.admin_url)
    try:
        async with admin.transaction():
            await admin.execute("UPDATE awards SET status = 'cancelled' WHERE id = $1", UUID(OWN))
            await run_sweeps()
            waiting = await admin.fetch("SELECT award_id FROM price_checks WHERE state = 'waiting'")
            assert [str(each["award_id"]) for each in waiting] == [OWN]
        await run_sweeps()
        assert not await admin.fetchval("SELECT count(*) FROM price_checks WHERE state = 'waiting'")
    finally:
        await admin.close()
    [line] = await pages(look, by="class")
    assert line["count"] == 5
    assert [line] == await by_all_awards(look, by="class")


async def test_a_body_has_the_name_by_which_it_bought_last(look: Look, bought: Bought, run_sweeps: Sweeps) -> None:
    await bought(
        packs(3, buyer_name="Я", awarded_on=date(2025, 8, 3)), packs(4, buyer_name="А", awarded_on=date(2026, 8, 3))
    )
    await run_sweeps()
    assert [each["name"] for each in await pages(look, by="buyer")] == ["А"]
    assert [each["name"] for each in await by_all_awards(look, by="buyer")] == ["А"]


@pytest.mark.usefixtures("much")
async def test_the_sums_are_those_of_the_awards(look: Look) -> None:
    by_region: dict[str, Decimal] = defaultdict(Decimal)
    for award in (await look("nobody", "/v1/awards", limit=1000))["items"]:
        price = await look("nobody", f"/v1/awards/{award['id']}/price")
        if price["overstatement"] is not None and award["status"] != "cancelled":
            by_region[award["region"]] += Decimal(price["overstatement"]["amount"])
    found = (await look("nobody", "/v1/overpricing", by="region"))["items"]
    assert {each["key"]: Decimal(each["overstatement"]["amount"]) for each in found} == by_region


@pytest.mark.usefixtures("compared")
async def test_the_list_comes_as_csv_too(client: httpx.AsyncClient) -> None:
    head, line = (await client.get("/v1/overpricing?by=class&format=csv&language=en")).text.split()
    assert head.split(",")[:5] == ["key", "name", "count", "priced", "above"]
    assert line.split(",")[:5] == ["stationery", "Stationery", "21", "1", "1"]


async def test_the_parameters_are_public_with_their_reasons(look: Look) -> None:
    found = await look("nobody", "/v1/overpricing/parameters")
    assert found["hash"] == PARAMETERS.hash
    named = {each["name"]: each for each in found["parameters"]}
    assert (named["fewest_peers"]["value"], named["window_quarters"]["value"]) == (20, 8)
    assert all(each["reason"] and each["source"] for each in found["parameters"])
    assert [each["name"] for each in found["classes"]] == ["stationery", "fuels", "computers", "food", "other"]


@pytest.mark.parametrize("wrong", ["", "by=colour", "by=class&language=de", "by=class&limit=0", "by=class&sort=x"])
async def test_what_cannot_be_asked_is_told(wrong: str, client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/v1/overpricing?{wrong}")).status_code == 422
    assert (await client.get("/v1/overpricing?by=class&after=x")).status_code == 400


@pytest.mark.parametrize(("width", "step"), [(1, 1), (9, 9), (10, 10), (11, 20), (21, 25), (2_400, 2_500), (51, 100)])
def test_steps_are_round(width: int, step: int) -> None:
    assert round_step(width) == step


@pytest.mark.parametrize(("low", "high", "own"), [(2, 18, 40), (5, 5, 5), (10**9, 10**12, 7), (100, 200, 10**15)])
def test_the_steps_hold_all_three_prices(low: int, high: int, own: int) -> None:
    bounds = bounds_for(low, high, own)
    assert bounds == sorted(set(bounds))
    assert bounds[0] <= min(low, own)
    assert bounds[-1] > max(high, own)
    assert 2 <= len(bounds) <= 21

"""The comparison in the database says what the pure function says, of any awards, in one go or as they come."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from procurement.commands.prices import check_prices, waiting_to_check
from redflags.prices import PARAMETERS, Parameters, Purchase, check_price
from servicekit.database import Database
from stack.testing import TestDatabase

Bought = Callable[..., Awaitable[None]]
Do = Callable[..., Awaitable[dict[str, Any]]]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CODES = ["17.12.14", "171214.500", "17.12.13", "1712", "19.20.21", "19.20.21.000-1"]
PRICE_INDEX = {
    f"{year}-{number}": f"{90 + 7 * (year - 2023)}.{number}" for year in (2024, 2025) for number in range(1, 5)
}
CHOICES: list[dict[str, Any]] = [
    {},
    {"fewest_peers": 5},
    {"fewest_peers": 2, "window_quarters": 3},
    {"fewest_peers": 5, "reference_percent": 50, "range_percents": [25, 90]},
    {"fewest_peers": 3, "deflator": PRICE_INDEX},
]


def with_choices(**values: Any) -> Parameters:
    """The parameters in force but for these."""
    changed = {name: replace(PARAMETERS.parameters[name], value=value) for name, value in values.items()}
    return replace(PARAMETERS, parameters={**PARAMETERS.parameters, **changed})


def invented(draw: Random, count: int) -> list[Purchase]:
    """Purchases with all that is odd: halves of a unit, none known, sums of nothing, two worlds, equal prices."""
    return [
        Purchase(
            id=str(UUID(int=draw.getrandbits(128))),
            code=draw.choice(CODES),
            unit=draw.choice(["пачка", "пачка", "пачка", "литр", None]),
            region=draw.choice(["KZ-71", "KZ-75", "KZ-75"]),
            day=date(2024, 1, 1) + timedelta(days=draw.randrange(730)),
            amount=draw.choice([0, 1, 190_000, 190_000, draw.randrange(10**3, 10**9), draw.randrange(10**14, 10**15)]),
            quantity=draw.choice(
                [None, Decimal(1), Decimal("0.5"), Decimal("0.001"), Decimal(draw.randrange(1, 10**6)) / 7]
            ),
            synthetic=draw.random() < 0.2,
            cancelled=draw.random() < 0.1,
        )
        for _ in range(count)
    ]


def as_row(each: Purchase) -> dict[str, Any]:
    """The columns of an award."""
    return {
        "id": each.id, "item_code": each.code, "unit": each.unit, "region": each.region, "awarded_on": each.day,
        "amount": each.amount, "quantity": each.quantity, "synthetic": each.synthetic,
        "status": "cancelled" if each.cancelled else "final",
    }  # fmt: skip


@pytest.fixture
async def compare(database: TestDatabase) -> Any:
    """Compares all that wait; gives how many of them there were."""
    async with Database(database.url, pool_size=2, name="prices") as pool:

        async def run(parameters: Parameters = PARAMETERS, limit: int = 7) -> int:
            done = 0
            while True:
                async with pool.write() as writing:
                    batch = await check_prices(writing, now=NOW, limit=limit, parameters=parameters)
                if not batch:
                    return done
                assert batch <= limit
                done += batch

        yield run


Compare = Callable[..., Awaitable[int]]


async def put_down(database: TestDatabase) -> dict[str, asyncpg.Record]:
    admin = await asyncpg.connect(database.admin_url)
    try:
        return {str(row["award_id"]): row for row in await admin.fetch("SELECT * FROM price_checks")}
    finally:
        await admin.close()


def hold(purchases: Sequence[Purchase], found: dict[str, asyncpg.Record], parameters: Parameters) -> Iterable[str]:
    """Compare what was put down with the pure function; the states that occurred."""
    for each in purchases:
        check, row = check_price(each, purchases, parameters), found[each.id]
        assert (row["state"], row["rung"], row["n"], row["parameters"]) == (
            check.state, check.rung, check.n, parameters.hash,
        ), each  # fmt: skip
        assert row["unit_price"] == check.unit_price
        assert row["item_class"] == parameters.item_class(each.code).name
        norm, verdict = check.norm, check.verdict
        if norm is None or verdict is None:
            assert (row["median"], row["spread"], row["overstatement"]) == (None, None, None)
        else:
            for name in ("low", "median", "reference", "high"):
                assert row[name] == getattr(norm, name), name
            assert row["spread"] == pytest.approx(norm.spread, rel=1e-9, abs=1e-12)
            assert row["overstatement"] == verdict.overstatement
            assert (row["score"] is None) == (verdict.score is None)
            assert row["score"] is None or row["score"] == pytest.approx(verdict.score, rel=1e-6)
        yield check.state


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
async def test_it_is_the_pure_function(
    chosen: dict[str, Any], compare: Compare, bought: Bought, database: TestDatabase
) -> None:
    purchases = invented(Random(str(chosen)), 260)  # noqa: S311
    parameters = with_choices(**chosen)
    await bought(*map(as_row, purchases))
    assert await compare(parameters) == len(purchases)
    assert set(hold(purchases, await put_down(database), parameters)) == {"priced", "few_peers", "no_unit_price"}
    assert await compare(parameters) == 0


async def test_as_awards_come_it_says_the_same_as_in_one_go(
    compare: Compare, bought: Bought, database: TestDatabase
) -> None:
    parameters = with_choices(fewest_peers=3)
    purchases = sorted(invented(Random(7), 200), key=lambda each: each.day)  # noqa: S311
    for start in range(0, 200, 25):
        await bought(*map(as_row, purchases[start : start + 25]))
        assert await compare(parameters) == 25
    assert "priced" in set(hold(purchases, await put_down(database), parameters))


async def test_a_turn_compares_few_groups_of_one_quarter_however_many_wait(
    bought: Bought, database: TestDatabase
) -> None:
    groups = [f"{number}.00.00" for number in range(11, 20)]
    days = (date(2025, 2, 1), date(2025, 5, 1))
    each = as_row(invented(Random(10), 1)[0])  # noqa: S311
    await bought(
        *(each | {"id": str(uuid4()), "item_code": code, "awarded_on": day} for code in groups for day in days)
    )
    turns: list[int] = []
    async with Database(database.url, pool_size=1, name="prices") as pool:
        while not turns or turns[-1]:
            async with pool.write() as writing:
                turns.append(await check_prices(writing, now=NOW, limit=1000))
    assert sum(turns) == 18
    assert max(turns) == 2


async def test_with_other_parameters_all_are_compared_anew(
    compare: Compare, bought: Bought, database: TestDatabase
) -> None:
    purchases = invented(Random(8), 60)  # noqa: S311
    await bought(*map(as_row, purchases))
    for parameters in (PARAMETERS, with_choices(fewest_peers=2), with_choices(fewest_peers=4), PARAMETERS):
        assert await compare(parameters) == 60
        list(hold(purchases, await put_down(database), parameters))


async def test_a_new_award_waits_and_the_next_sweep_compares_it(award: Do, database: TestDatabase) -> None:
    lot = await award()
    (row,) = (await put_down(database)).values()
    assert str(row["award_id"]) == lot["award"]["id"]
    assert (row["state"], row["unit_price"], row["item_class"]) == ("few_peers", 708_333_333, "stationery")
    async with Database(database.url, pool_size=1, name="prices") as pool, pool.read() as reading:
        assert await waiting_to_check(reading, NOW) == timedelta()


async def test_the_one_that_waits_longest_is_told(bought: Bought, database: TestDatabase) -> None:
    await bought(as_row(invented(Random(9), 1)[0]) | {"awarded_at": NOW - timedelta(hours=3)})  # noqa: S311
    async with Database(database.url, pool_size=1, name="prices") as pool, pool.read() as reading:
        assert await waiting_to_check(reading, NOW) == timedelta(hours=3)

"""Which awards a rule stands of: at every commit what the findings say, and listed in every order by its index."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from alembic import command

from procurement.queries.awards import Sort, page_of
from servicekit.migrations.running import configuration, upgrade
from stack.testing import TestDatabase

JsonObject = dict[str, Any]
Bought = Callable[..., Awaitable[None]]
Look = Callable[..., Awaitable[Any]]
Sweeps = Callable[[], Awaitable[dict[str, int]]]
Do = Callable[..., Awaitable[JsonObject]]

RULES = ("R003", "R018", "R036")
PROCESSES = ("ocds-1", "ocds-2", None)
LOTS = (*(UUID(int=n) for n in range(100, 112)),)
# What the table is held to, in words of its own: a rule stands of an award by a finding about its process, which names
# no other award of it, and no other lot unless it names the award.
STANDING = """
SELECT rules.rule, awards.id AS award_id, awards.awarded_at, awards.amount
  FROM awards CROSS JOIN (SELECT DISTINCT rule FROM flags) AS rules
 WHERE EXISTS (SELECT FROM flags
                WHERE flags.rule = rules.rule AND flags.ocid = awards.ocid AND flags.state = 'flag'
                  AND CASE WHEN flags.award IS NOT NULL
                           THEN flags.award = awards.id::text OR coalesce(flags.listed_as = awards.id, false)
                           ELSE flags.lot IS NULL OR coalesce(flags.lot = awards.lot_id::text, false) END)
"""
FLAG = """
INSERT INTO flags (rule, kind, subject, version, state, ocid, lot, award, listed_as, parties, evidence, missing,
                   computed_at)
VALUES ($1, 'process', $2, 1, $3, $4, $5, $6, $7, '{}', '{}', '{}', '2026-11-26')
ON CONFLICT (rule, kind, subject) DO UPDATE
   SET state = excluded.state, ocid = excluded.ocid, lot = excluded.lot, award = excluded.award,
       listed_as = excluded.listed_as
"""
IMPORTED = """
INSERT INTO parties (id, scheme, number) VALUES ('01900000-0000-7000-8000-000000000001', 'X', '1');
INSERT INTO awards (id, version, status, synthetic, source, ocid, method, region, buyer, buyer_name, supplier,
                    supplier_scheme, item_code, item_name, amount, awarded_at, awarded_on, words)
VALUES ('01900000-0000-7000-8000-00000000000a', 1, '', false, 'test', 'ocds-1', '', '', 'b', 'Council',
        '01900000-0000-7000-8000-000000000001', 'X', '', '', 1, '2026-01-01', '2026-01-01', '')
"""
SIGNED = "2022-05-10T00:00:00Z"
WAITS = "SELECT cardinality(pg_blocking_pids($1)) > 0"


@pytest.fixture
async def admin(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    admin = await asyncpg.connect(database.admin_url)
    yield admin
    await admin.close()


@pytest.fixture
async def other(database: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    other = await asyncpg.connect(database.admin_url)
    yield other
    await other.close()


def flag(rule: str, subject: str, ocid: str | None, state: str = "flag", **fields: Any) -> list[Any]:
    """The values of a finding, for `FLAG`."""
    return [rule, subject, state, ocid, *(fields.get(name) for name in ("lot", "award", "listed_as"))]


def purchase(number: int, **fields: Any) -> JsonObject:
    usual = {"id": str(UUID(int=number)), "lot_id": str(LOTS[number % 12]), "awarded_on": "2026-01-01", "amount": 1}
    return usual | fields


async def assert_kept(connection: asyncpg.Connection) -> set[tuple[Any, ...]]:
    """Hold the table to what the findings say now; its rows."""
    kept = [tuple(row) for row in await connection.fetch("SELECT * FROM flagged_awards")]
    standing = {tuple(row) for row in await connection.fetch(STANDING)}
    assert len(kept) == len(standing)
    assert set(kept) == standing
    return standing


class Story:
    """Changes by chance of findings and awards, one at a time."""

    def __init__(self, connection: asyncpg.Connection, draw: Random) -> None:
        self._do, self._draw = connection.execute, draw
        self._steps = [
            *[self.flag] * 9, self.clear, self.forget_process, self.reprice, self.reprice, self.move, self.move,
            self.finish, self.forget_award,
        ]  # fmt: skip

    async def step(self) -> None:
        await self._draw.choice(self._steps)()

    def _process(self) -> str | None:
        return self._draw.choice(PROCESSES)

    def _award(self) -> UUID:
        return UUID(int=self._draw.randrange(1, 13))

    async def flag(self) -> None:
        about: JsonObject = self._draw.choice([
            {},
            {},
            {"lot": str(self._draw.choice(LOTS))},
            {"award": str(self._award())},
            {"award": "a-1", "listed_as": self._award()},
            {"award": str(self._award()), "lot": "elsewhere"},
            {"lot": "elsewhere"},
        ])  # fmt: skip
        state = self._draw.choice(["flag", "flag", "clear", "not_computable"])
        subject = str(self._draw.randrange(9))
        await self._do(FLAG, *flag(self._draw.choice(RULES), subject, self._draw.choice(PROCESSES[:2]), state, **about))

    async def clear(self) -> None:
        await self._do("UPDATE flags SET state = 'clear' WHERE subject = $1", str(self._draw.randrange(9)))

    async def forget_process(self) -> None:
        await self._do("DELETE FROM flags WHERE ocid = $1", self._process())

    async def reprice(self) -> None:
        await self._do(
            "UPDATE awards SET amount = amount + 1, allocated = allocated + 1, awarded_at = awarded_at + interval '1 s'"
            " WHERE id = $1",
            self._award(),
        )

    async def move(self) -> None:
        await self._do("UPDATE awards SET ocid = $2 WHERE id = $1", self._award(), self._process())

    async def finish(self) -> None:
        await self._do("UPDATE awards SET version = version + 1, status = 'contracted'")

    async def forget_award(self) -> None:
        await self._do("DELETE FROM awards WHERE id = $1", self._award())


@pytest.mark.parametrize("seed", range(4))
async def test_after_any_change_it_is_what_the_findings_say(
    admin: asyncpg.Connection, bought: Bought, seed: int
) -> None:
    draw = Random(seed)  # noqa: S311 - the same story each time
    story, seen = Story(admin, draw), set()
    for _ in range(60):
        there = {row["id"].int for row in await admin.fetch("SELECT id FROM awards")}
        if gone := set(range(1, 13)) - there:
            await bought(*(purchase(n, ocid=draw.choice(PROCESSES)) for n in gone))
        await assert_kept(admin)
        async with admin.transaction():
            await admin.execute("DELETE FROM price_checks")
            # What awards refer to is not there, which nobody minds who copies rows.
            await admin.execute("SET LOCAL session_replication_role = replica")
            for _ in range(draw.randrange(1, 4)):
                await story.step()
        seen |= {(rule, award_id) for rule, award_id, *_ in await assert_kept(admin)}
    assert len(seen) > 12


async def test_each_way_in_which_a_finding_is_about_an_award(admin: asyncpg.Connection, bought: Bought) -> None:
    await bought(purchase(1, ocid="ocds-1"), purchase(2, ocid="ocds-1"), purchase(3, ocid="ocds-2"))
    one = UUID(int=1)
    findings = [
        flag("R001", "process", "ocds-1"),
        flag("R002", "lot", "ocds-1", lot=str(LOTS[1])),
        flag("R003", "award", "ocds-1", award=str(one), lot="as the source calls it"),
        flag("R004", "award", "ocds-1", award="a-1", listed_as=one),
        flag("R005", "award", "ocds-1", award="another", lot=str(LOTS[1])),
        flag("R006", "process", "ocds-1", "clear"),
        flag("R007", "buyer", None),
    ]
    await admin.executemany(FLAG, [*findings, flag("R001", "again", "ocds-1", lot=str(LOTS[2]))])
    found = {(rule, award_id.int) for rule, award_id, *_ in await assert_kept(admin)}
    assert found == {("R001", 1), ("R001", 2), ("R002", 1), ("R003", 1), ("R004", 1)}
    await admin.execute("DELETE FROM flags WHERE subject = 'process'")
    found = {(rule, award_id.int) for rule, award_id, *_ in await assert_kept(admin)}
    assert found == {("R001", 2), ("R002", 1), ("R003", 1), ("R004", 1)}
    await admin.execute("TRUNCATE flags")
    assert await assert_kept(admin) == set()


def foreign(id_: str, amount: int, **fields: Any) -> JsonObject:
    """A release of another source: bids within a day, an award at once, and a contract long after it."""
    value = {"amount": amount, "currency": "KZT"}
    suppliers = [{"id": "s", "name": "Bridges Ltd"}]
    usual = {
        "ocid": "ocds-abc123-1", "id": id_, "date": f"2021-05-{id_}T09:30:00Z", "tag": ["contract"],
        "initiationType": "tender", "buyer": {"id": "b", "name": "Council"},
        "parties": [{"id": "b", "name": "Council", "roles": ["buyer"]}, {**suppliers[0], "roles": ["supplier"]}],
        "tender": {
            "id": "t", "status": "complete", "procurementMethod": "open", "numberOfTenderers": 1,
            "tenderPeriod": {"startDate": "2021-05-09T00:00:00Z", "endDate": "2021-05-10T00:00:00Z"},
        },
        "awards": [{"id": "1", "status": "active", "date": "2021-05-10T09:30:00Z", "value": value,
                    "suppliers": suppliers}],
        "contracts": [{"id": "c", "awardID": "1", "status": "active", "value": value, "dateSigned": SIGNED}],
    }  # fmt: skip
    return usual | fields


async def test_it_follows_what_is_imported_and_awarded(
    admin: asyncpg.Connection,
    client: httpx.AsyncClient,
    people: dict[str, dict[str, str]],
    award: Do,
    run_sweeps: Sweeps,
) -> None:
    async def imported(release: JsonObject) -> set[tuple[str, int]]:
        answer = await client.post("/v1/ocds/imports", json={"releases": [release]}, headers=people["auditor"])
        assert answer.json()["kept"] == 1
        await assert_kept(admin)
        while (done := await run_sweeps())["flag-processes"] or done["publish-releases"]:
            await assert_kept(admin)
        foreign_id = await admin.fetchval("SELECT id FROM awards WHERE source <> 'ashyq'")
        return {(rule, amount) for rule, award_id, _, amount in await assert_kept(admin) if award_id == foreign_id}

    await award({"supplier": "850000"})
    of_process, of_award, of_contract = "R003", "R061", "R060"
    all_three = {of_process, of_award, of_contract}
    first = await imported(foreign("10", 500))
    assert {(rule, 50_000) for rule in all_three} <= first
    assert await imported(foreign("11", 700)) == {(rule, 70_000) for rule, _ in first}
    later = foreign("12", 700, contracts=[{"id": "c", "awardID": "1", "dateSigned": "2021-05-12T00:00:00Z"}])
    later["tender"]["tenderPeriod"] = {"startDate": "2021-03-01T00:00:00Z", "endDate": "2021-05-01T00:00:00Z"}
    assert not all_three & {rule for rule, _ in await imported(later)}


async def waiting(connection: asyncpg.Connection, other: asyncpg.Connection, task: asyncio.Task[Any]) -> bool:
    """Whether what `other` does waits for another transaction, as soon as it does or is done."""
    while not task.done():
        if await connection.fetchval(WAITS, other.get_server_pid()):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_finding_and_an_award_that_do_not_see_each_other_meet(
    admin: asyncpg.Connection, other: asyncpg.Connection, database: TestDatabase, bought: Bought
) -> None:
    await bought(purchase(1, ocid="ocds-1"), purchase(2, ocid="ocds-2"))
    looking = await asyncpg.connect(database.admin_url)
    try:
        # The award is first: the finding waits at its commit.
        changing = admin.transaction()
        await changing.start()
        await admin.execute("UPDATE awards SET ocid = 'ocds-3' WHERE ocid = 'ocds-1'")
        task = asyncio.ensure_future(other.execute(FLAG, *flag("R003", "process", "ocds-3")))
        assert await waiting(looking, other, task)
        await changing.commit()
        await task
        assert len(await assert_kept(admin)) == 1
        # The finding is first, and has come to its commit: the award waits.
        finding = other.transaction()
        await finding.start()
        await other.execute(FLAG, *flag("R018", "process", "ocds-4"))
        await other.execute("SET CONSTRAINTS ALL IMMEDIATE")
        task = asyncio.ensure_future(admin.execute("UPDATE awards SET ocid = 'ocds-4' WHERE ocid = 'ocds-2'"))
        assert await waiting(looking, admin, task)
        await finding.commit()
        await task
        assert len(await assert_kept(admin)) == 2
    finally:
        await looking.close()


async def test_awards_do_not_wait_for_findings_that_are_being_written(
    admin: asyncpg.Connection, other: asyncpg.Connection, bought: Bought
) -> None:
    await bought(purchase(1, ocid="ocds-1"))
    async with other.transaction():
        await other.execute(FLAG, *flag("R003", "process", "ocds-2"))
        await admin.execute("SET lock_timeout = '5s'")
        await admin.execute("UPDATE awards SET ocid = 'ocds-2'")
    assert len(await assert_kept(admin)) == 1


@pytest.fixture
async def forty(admin: asyncpg.Connection, bought: Bought) -> list[JsonObject]:
    """The forty awards of which R003 stands, some alike in each order, of a hundred that there are."""
    rows = [
        purchase(
            n,
            lot_id=str(UUID(int=1000 + n)),
            ocid=f"ocds-{n % 5}",
            amount=n // 15,
            awarded_on=f"2026-01-{n // 15 + 1:02}",
            region="KZ-71" if n % 2 else "KZ-75",
        )
        for n in range(1, 101)
    ]
    await bought(*rows)
    await admin.executemany(FLAG, [flag("R003", str(n), f"ocds-{n}") for n in (1, 3)])
    return [row for row in rows if row["ocid"] in {"ocds-1", "ocds-3"}]


MORE: dict[str, tuple[dict[str, str], Callable[[JsonObject], bool]]] = {
    "alone": ({}, lambda _: True),
    "region": ({"region": "KZ-71"}, lambda row: row["region"] == "KZ-71"),
    "days": ({"from": "2026-01-02", "to": "2026-01-05"}, lambda row: "2026-01-02" <= row["awarded_on"] <= "2026-01-05"),
    "amounts": ({"min": "0.02", "max": "0.04"}, lambda row: 2 <= row["amount"] <= 4),
}


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("more", MORE)
async def test_the_pages_of_every_order_have_each_flagged_award_once(
    client: httpx.AsyncClient, look: Look, forty: list[JsonObject], sort: Sort, more: str
) -> None:
    filters, meant = MORE[more]
    column = "awarded_on" if sort is Sort.NEWEST else "amount"
    rows = sorted(filter(meant, forty), key=lambda row: (row[column], row["id"]), reverse=sort is not Sort.SMALLEST)
    expected = [row["id"] for row in rows]
    wanted = {"flag": "R003", "sort": sort.value, **filters}

    page = await look("nobody", "/v1/awards", limit=7, **wanted)
    seen, following = page["items"], page["next"]
    while page["next"]:
        page = await look("nobody", page["next"])
        seen += page["items"]
    assert [each["id"] for each in seen] == expected
    lines = (await client.get("/v1/awards", params={**wanted, "format": "ndjson"})).text.splitlines()
    assert [json.loads(line) for line in lines] == seen
    rest = await client.get(following, params={**dict(httpx.URL(following).params), "format": "csv", "limit": 1000})
    assert [row["id"] for row in csv.DictReader(io.StringIO(rest.text))] == expected[7:]
    (line,) = (
        await look("nobody", "/v1/awards/summary", by="buyer", **{k: v for k, v in wanted.items() if k != "sort"})
    )["items"]
    assert (line["count"], line["total"]["amount"]) == (len(rows), f"{sum(row['amount'] for row in rows) / 100:.2f}")
    assert (await look("nobody", "/v1/awards", **wanted | {"flag": "R018"}))["items"] == []


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("begun", [False, True], ids=["first", "following"])
async def test_a_page_of_a_flag_walks_its_index(
    admin: asyncpg.Connection, bought: Bought, sort: Sort, *, begun: bool
) -> None:
    await bought(
        *(purchase(n, lot_id=str(UUID(int=10_000 + n)), ocid=f"ocds-{n % 3}", amount=n) for n in range(1, 3001))
    )
    await admin.execute(FLAG, *flag("R003", "process", "ocds-1"))
    await admin.execute("ANALYZE awards, flagged_awards")
    query = page_of(frozenset({"flag"}), (("flag", "R003"),), sort, begun=begun, limit=20)
    value = datetime(2026, 1, 2, tzinfo=UTC) if sort is Sort.NEWEST else 2000
    values = query.arguments({"behind": value, "behind_id": UUID(int=9)})
    plan = "\n".join(row[0] for row in await admin.fetch("EXPLAIN " + query.sql, *values))
    index = "flagged_awards_newest" if sort is Sort.NEWEST else "flagged_awards_amounts"
    assert f" using {index}" in plan, plan
    assert "awards_pkey" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "Sort" not in plan, plan


async def test_what_stood_before_the_table_is_in_it(own_database: TestDatabase) -> None:
    alembic = configuration("procurement", own_database.owner_url)
    admin = await asyncpg.connect(own_database.admin_url)
    try:
        await admin.execute(IMPORTED)
        findings = [flag("R003", "a", "ocds-1"), flag("R003", "b", "ocds-1"), flag("R018", "a", "ocds-1", "clear")]
        await admin.executemany(FLAG, findings)
        await asyncio.to_thread(command.downgrade, alembic, "procurement_0014")
        await asyncio.to_thread(upgrade, "procurement", own_database.owner_url)
        assert len(await assert_kept(admin)) == 1
        await admin.execute("DELETE FROM flags")
        assert await assert_kept(admin) == set()
    finally:
        await admin.close()

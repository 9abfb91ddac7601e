"""Red flags: put down as processes change, the same as all at once; listed with their evidence; a filter of awards."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from procurement.commands.flags import EVERY, OPTIONS, flag_populations, flag_processes
from redflags import RULES, RULES_HASH, Populations, examine
from servicekit.database import Database
from stack.testing import TestDatabase

JsonObject = dict[str, Any]
Look = Callable[..., Awaitable[Any]]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
BUYER, COMPANY = "991240995750", "150340962116"
PARTY = "01900000-0000-7000-8000-000000000001"
AWARD = "01900000-0000-7000-8000-00000000000a"
LOT = "01900000-0000-7000-8000-00000000000b"
PUT = """
INSERT INTO processes (ocid, source, position, compiled)
SELECT one->>'ocid', 'test', $2 + place, one FROM jsonb_array_elements($1) WITH ORDINALITY AS given(one, place)
ON CONFLICT (ocid) DO UPDATE SET position = excluded.position, compiled = excluded.compiled
"""
KEY = ("rule", "kind", "subject")


class Processes:
    """Puts processes down as the releases do, each change behind all others."""

    def __init__(self, admin: asyncpg.Connection) -> None:
        self._admin = admin
        self._position = 0

    async def put(self, *releases: JsonObject) -> None:
        await self._admin.execute(PUT, json.dumps(releases), self._position)
        self._position += len(releases)

    async def flags(self) -> dict[tuple[str, ...], JsonObject]:
        rows = await self._admin.fetch("SELECT * FROM flags")
        return {tuple(row[name] for name in KEY): dict(row, evidence=json.loads(row["evidence"])) for row in rows}

    async def do(self, statement: str) -> None:
        await self._admin.execute(statement)


@pytest.fixture
async def processes(database: TestDatabase) -> AsyncIterator[Processes]:
    admin = await asyncpg.connect(database.admin_url)
    yield Processes(admin)
    await admin.close()


@pytest.fixture
async def pool(database: TestDatabase) -> AsyncIterator[Database]:
    async with Database(database.url, pool_size=2, name="flags") as pool:
        yield pool


async def flag(pool: Database, now: datetime, *, limit: int = 7, populations: bool = True) -> int:
    """Do what the sweeps do until nothing is left; how many processes were dealt with."""
    done = 0
    while True:
        async with pool.write() as writing:
            batch = await flag_processes(writing, now=now, limit=limit)
            await writing.commit()
        if not batch:
            break
        done += batch
    if populations:
        async with pool.write() as writing:
            await flag_populations(writing, now=now)
            await writing.commit()
    return done


def invented(draw: Random, number: int) -> JsonObject:
    """A process of a small world, so that all kinds of findings occur."""

    def money(amount: float) -> JsonObject:
        return {"amount": round(amount, 2), "currency": "KZT"}

    suppliers = draw.sample(range(8), draw.randrange(1, 5))
    low = draw.uniform(100, 200)
    bids = [
        {
            "id": str(place),
            "status": draw.choice(["valid"] * 4 + ["disqualified"]),
            "date": f"2026-01-{draw.randrange(18, 22)}T00:00:00Z",
            "tenderers": [{"id": f"KZ-BIN-{one}"}],
            "value": money(draw.choice([low, low * draw.uniform(1, 2.5)])),
        }
        for place, one in enumerate(suppliers)
    ]
    winner = {"id": f"KZ-BIN-{suppliers[0]}"}
    award = {
        "id": "1", "status": draw.choice(["active"] * 4 + ["pending"]),
        "date": f"2026-0{draw.randrange(2, 5)}-01T00:00:00Z", "suppliers": [winner], "value": money(low),
        "items": [{"classification": {"scheme": "x_KZ-ENSTRU", "id": draw.choice(["1712", "1723", "4321"])}}],
    }  # fmt: skip
    contract = {"id": "1", "awardID": "1", "status": "active", "value": money(low * draw.choice([1, 1, 1.2]))}
    contract |= draw.choice([{}, {"dateSigned": "2026-04-20T00:00:00Z"}])
    period = {"startDate": "2026-01-01T00:00:00Z", "endDate": f"2026-01-{draw.randrange(10, 21)}T00:00:00Z"}
    return {
        "ocid": f"ocds-test-{number}",
        "buyer": {"id": f"KZ-BIN-{draw.randrange(90, 94)}"},
        "tender": {
            "status": draw.choice(["complete"] * 5 + ["cancelled"]),
            "procurementMethod": draw.choice(["open", "open", "direct"]),
            "numberOfTenderers": len(suppliers),
            "tenderPeriod": period,
            "value": money(low * draw.choice([1, 1.3])),
            "items": award["items"],
        },
        "bids": {"details": bids},
        "awards": [award],
        **draw.choice([{}, {"contracts": [contract]}]),
    }  # fmt: skip


def without_times(found: dict[tuple[str, ...], JsonObject]) -> dict[tuple[str, ...], JsonObject]:
    return {key: {name: value for name, value in row.items() if name != "computed_at"} for key, row in found.items()}


async def test_as_processes_change_it_says_the_same_as_all_at_once(pool: Database, processes: Processes) -> None:
    draw, now = Random(3), NOW  # noqa: S311 - the same world each time
    world: dict[str, JsonObject] = {}
    for _ in range(6):
        changed = {one["ocid"]: one for one in (invented(draw, draw.randrange(60)) for _ in range(25))}
        await processes.put(*changed.values())
        world |= changed
        assert await flag(pool, now) == len(changed)
        now += EVERY
    as_they_came = without_times(await processes.flags())
    await processes.do("TRUNCATE flags, flag_progress")
    assert await flag(pool, now, limit=1000) == len(world)
    assert without_times(await processes.flags()) == as_they_came

    # and both are what the pure functions say
    populations = Populations(OPTIONS)
    for ocid in sorted(world):
        populations.add(world[ocid])
    findings = [*(one for each in world.values() for one in examine(each, OPTIONS)), *populations.findings()]
    assert as_they_came.keys() == {(one.rule, one.kind, one.subject) for one in findings}
    for one in findings:
        row = as_they_came[one.rule, one.kind, one.subject]
        assert (row["state"], row["value"], row["reason"]) == (one.state, one.value, one.reason)
        assert row["evidence"] == json.loads(json.dumps(one.as_data()["evidence"]))
        assert (tuple(row["parties"]), tuple(row["missing"])) == (one.parties, one.missing)
        assert (row["ocid"], row["lot"], row["buyer"]) == (one.ocid, one.lot, one.buyer)
        assert row["version"] == RULES[one.rule].version
    assert {one.state for one in findings} == {"flag", "clear", "not_computable"}
    assert len({one.rule for one in findings if one.state == "flag"}) > 10


async def test_what_is_given_up_is_done_again(pool: Database, processes: Processes) -> None:
    await processes.put(*(invented(Random(number), number) for number in range(3)))  # noqa: S311
    async with pool.write() as writing:
        assert await flag_processes(writing, now=NOW, limit=2) == 2
        await writing.roll_back()
    assert await processes.flags() == {}
    assert await flag(pool, NOW) == 3
    assert await flag(pool, NOW) == 0


async def test_what_a_process_no_longer_has_is_no_longer_flagged(pool: Database, processes: Processes) -> None:
    release = invented(Random(1), 1) | {"contracts": [{"id": "1", "awardID": "1", "status": "active"}]}  # noqa: S311
    release["tender"]["status"] = "complete"
    await processes.put(release)
    await flag(pool, NOW, populations=False)
    assert ("R064", "contract", "ocds-test-1/1") in await processes.flags()
    await processes.put(release | {"contracts": []})
    await flag(pool, NOW, populations=False)
    assert not any(kind == "contract" for _, kind, _ in await processes.flags())


async def test_populations_are_computed_when_something_changed_and_it_is_time(
    pool: Database, processes: Processes
) -> None:
    async def population(now: datetime) -> int:
        async with pool.write() as writing:
            done = await flag_populations(writing, now=now)
            await writing.commit()
            return done

    assert await population(NOW) == 0
    await processes.put(invented(Random(1), 1))  # noqa: S311
    assert [await population(NOW), await population(NOW + EVERY)] == [1, 0]
    await processes.put(invented(Random(2), 2))  # noqa: S311
    assert await population(NOW + EVERY - timedelta(seconds=1)) == 0
    assert [await population(NOW + EVERY), await population(NOW + EVERY)] == [1, 0]


async def test_other_rules_begin_anew(pool: Database, processes: Processes) -> None:
    await processes.put(*(invented(Random(number), number) for number in range(3)))  # noqa: S311
    await flag(pool, NOW)
    before = without_times(await processes.flags())
    await processes.do("UPDATE flag_progress SET rules = 'those of yesterday'")
    await processes.do("UPDATE flags SET rule = 'R999' WHERE rule = 'R003'")
    assert await flag(pool, NOW) == 3
    assert without_times(await processes.flags()) == before


def seen(rule: str, **more: Any) -> JsonObject:
    usual = {
        "rule": rule, "kind": "process", "subject": "ocds-1", "state": "flag", "value": 1.0, "ocid": "ocds-1",
        "buyer": f"KZ-BIN-{BUYER}", "lot": None, "award": None, "contract": None, "parties": [],
        "missing": [], "reason": None,
    }  # fmt: skip
    return usual | more | {"version": 1, "evidence": {"days": 3}, "computed_at": NOW.isoformat()}


@pytest.fixture
async def put_down(database: TestDatabase, bought: Callable[..., Awaitable[None]]) -> None:
    """Some findings of several processes, and two awards."""
    rows = [
        seen("R003"),
        seen("R031", kind="award", subject=f"ocds-1/{AWARD}", award=AWARD, parties=[f"KZ-BIN-{COMPANY}"]),
        seen("R031", kind="award", subject="ocds-1/other", award="other"),
        seen("R036", kind="lot", subject=f"ocds-1/{LOT}", lot=LOT),
        seen("R036", kind="lot", subject="ocds-1/z", lot="z"),
        seen("R035", subject="ocds-2", ocid="ocds-2", buyer="GB-COH-1", parties=[f"ashyq-{PARTY}"]),
        seen("R018", state="clear", value=None),
        seen("R024", state="not_computable", value=None, reason="no_spread"),
        seen("R030", state="not_computable", value=None, missing=["bids/details"]),
        seen("R040", kind="pair", subject="a/b", ocid=None, parties=[f"KZ-BIN-{COMPANY}", "b"]),
    ]
    usual = {
        "amount": 1,
        "revision": 1,
        "source": "ashyq",
        "buyer_scheme": "KZ-BIN",
        "currency": "KZT",
        "awarded_on": "2026-01-01",
    }
    await bought(
        usual | {"id": AWARD, "ocid": "ocds-1", "lot_id": LOT}, usual | {"id": str(UUID(int=7)), "ocid": "ocds-2"}
    )
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute(
            "INSERT INTO flags SELECT * FROM jsonb_populate_recordset(NULL::flags, $1)", json.dumps(rows)
        )
        await admin.execute("INSERT INTO parties VALUES ($1, 'KZ-BIN', $2, 'ТОО')", UUID(PARTY), COMPANY)
    finally:
        await admin.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (
            {},
            [
                "R003 ocds-1",
                f"R031 ocds-1/{AWARD}",
                "R031 ocds-1/other",
                "R035 ocds-2",
                f"R036 ocds-1/{LOT}",
                "R036 ocds-1/z",
                "R040 a/b",
            ],
        ),
        ({"rule": "R035"}, ["R035 ocds-2"]),
        ({"state": "clear"}, ["R018 ocds-1"]),
        ({"state": "not_computable"}, ["R024 ocds-1", "R030 ocds-1"]),
        ({"buyer": BUYER, "rule": "R003"}, ["R003 ocds-1"]),
        ({"buyer": "GB-COH-1"}, ["R035 ocds-2"]),
        ({"supplier": COMPANY}, [f"R031 ocds-1/{AWARD}", "R040 a/b"]),
        ({"supplier": f"KZ-BIN-{COMPANY}"}, [f"R031 ocds-1/{AWARD}", "R040 a/b"]),
        ({"supplier": PARTY}, [f"R031 ocds-1/{AWARD}", "R035 ocds-2", "R040 a/b"]),
        ({"ocid": "ocds-2"}, ["R035 ocds-2"]),
        ({"award": AWARD}, ["R003 ocds-1", f"R031 ocds-1/{AWARD}", f"R036 ocds-1/{LOT}"]),
        ({"award": PARTY}, []),
    ],
    ids=str,
)
@pytest.mark.usefixtures("put_down")
async def test_flags_are_listed_by_what_is_asked(look: Look, asked: JsonObject, found: list[str]) -> None:
    items = (await look("nobody", "/v1/flags", **asked))["items"]
    assert [f"{one['rule']} {one['subject']}" for one in items] == found


@pytest.mark.usefixtures("put_down")
async def test_a_flag_shows_its_numbers_and_what_is_missing(look: Look) -> None:
    (one,) = (await look("nobody", "/v1/flags", rule="R003"))["items"]
    assert (one["state"], one["value"], one["evidence"]) == ("flag", 1.0, {"days": 3})
    assert one["title"] == dict(RULES["R003"].title)
    without, missing = (await look("nobody", "/v1/flags", state="not_computable"))["items"]
    assert without["reason"] == {"code": "no_spread", "text": RULES["R024"].reasons["no_spread"]}
    assert missing["missing"] == ["bids/details"]


@pytest.mark.usefixtures("put_down")
async def test_pages_of_flags_have_each_once(client: httpx.AsyncClient) -> None:
    address, subjects = "/v1/flags?limit=2", []
    while address:
        page = (await client.get(address)).json()
        subjects += [(one["rule"], one["subject"]) for one in page["items"]]
        address = page["next"]
    assert len(subjects) == len(set(subjects)) == 7
    assert subjects == sorted(subjects)


@pytest.mark.usefixtures("put_down")
async def test_an_award_links_to_its_flags(client: httpx.AsyncClient) -> None:
    link = (await client.get(f"/v1/awards/{AWARD}")).links["related"]["url"]
    assert len((await client.get(link)).json()["items"]) == 3


@pytest.mark.usefixtures("put_down")
async def test_awards_are_found_by_their_flags(look: Look) -> None:
    async def found(rule: str) -> list[str]:
        return [one["id"] for one in (await look("nobody", "/v1/awards", flag=rule))["items"]]

    assert await found("R003") == [AWARD]
    assert await found("R031") == [AWARD]
    assert await found("R036") == [AWARD]
    assert await found("R035") == [str(UUID(int=7))]
    assert await found("R018") == [], "clear is no flag"
    (line,) = (await look("nobody", "/v1/awards/summary", by="buyer", flag="R003"))["items"]
    assert line["count"] == 1


@pytest.mark.parametrize(
    "wrong", ["rule=R999", "state=guilty", "supplier=12345", "buyer=880417499014", "award=x", "x=1"]
)
async def test_what_no_flag_has_is_refused(client: httpx.AsyncClient, wrong: str) -> None:
    assert (await client.get(f"/v1/flags?{wrong}")).status_code == 422
    assert (await client.get("/v1/flags?after=x")).status_code == 400


async def test_the_rules_are_public(look: Look) -> None:
    found = await look("nobody", "/v1/flags/rules")
    assert found["hash"] == RULES_HASH
    assert found["items"] == [rule.as_data() for rule in RULES.values()]


async def test_the_sweeps_flag_what_changed(
    processes: Processes, run_sweeps: Callable[[], Awaitable[dict[str, int]]]
) -> None:
    await processes.put(*(invented(Random(number), number) for number in range(3)))  # noqa: S311
    scopes: set[str] = set()
    while scopes != {"process", "population"}:  # the service sweeps by itself too, and one does it at a time
        await run_sweeps()
        scopes = {RULES[rule].scope for rule, _, _ in await processes.flags()}
    assert {ocid for rule, _, ocid in await processes.flags() if rule == "R003"} == {f"ocds-test-{n}" for n in range(3)}

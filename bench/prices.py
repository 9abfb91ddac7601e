"""Prices of 1.5 million awards compared from nothing while others read, and pages of overpricing and of flags."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import httpx
from rich.progress import track

from award_data import BUYERS, SUPPLIERS, bins, fill
from awards import environment
from procurement.commands.prices import check_prices
from procurement.sweeps import PRICES_A_BATCH
from redflags import RULES
from rounds import UVICORN, Figure, Goal, Section, console, process, program
from servicekit.database import Database
from servicekit.migrations.running import upgrade
from servicekit.sweeps import lock_number
from stack import databases, postgres

AWARDS = int(os.environ.get("AWARDS", "1500000"))
# A folder that is kept, with a database that is filled once and compared anew each time.
_KEPT = os.environ.get("PRICES_FOLDER")
_SERVER = {"max_wal_size": "4GB"}
_PAGES = 300
_TENTHS = 10
# The rules that stand of awards by chance, and of how many awards each stands of one.
_STANDING = dict(zip(sorted(RULES), (2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000, 100_000), strict=False))
_FLAGGING = """
INSERT INTO flags (rule, kind, subject, version, state, ocid, buyer, parties, evidence, missing, computed_at)
SELECT rule, 'process', ocid, 1, CASE WHEN hashtext(ocid) % 3 = 0 THEN 'clear' ELSE 'flag' END, ocid,
       'KZ-BIN-' || buyer, ARRAY['KZ-BIN-' || supplier_number], '{"bids": 1}', '{}', now()
  FROM awards JOIN (SELECT * FROM unnest($1::text[], $2::int[]) AS rules (rule, every)) AS rules
    ON hashtext(ocid || rule) % every = 0
"""
_WAITING = """
INSERT INTO price_checks (award_id, parameters, state) SELECT id, '', 'waiting' FROM awards
"""
_BINS = bins(BUYERS + SUPPLIERS)
_BY = ("class", "buyer", "region", "year", "item")


def measure(data: Path, port: int) -> Section:
    """In a data folder of its own, or the kept one; the port is the service's."""
    folder = Path(_KEPT) if _KEPT else data
    with postgres.running(folder, settings=_SERVER) as server:
        urls = asyncio.run(databases.prepare(server.url, "procurement", "bench"))
        upgrade("procurement", urls.migration_database_url)
        asyncio.run(_prepared(server.url.rpartition("/")[0] + "/ashyq_procurement"))
        command = [program("uvicorn"), "--factory", "procurement.main:create_app", *UVICORN.split(), "--port"]
        with process([*command, str(port)], environment(urls.database_url), port), ThreadPoolExecutor(1) as beside:
            comparing = beside.submit(asyncio.run, _compared(urls.database_url))
            meanwhile: list[float] = []
            while not comparing.done():
                meanwhile += _asked(port, _overpricing(random.Random(len(meanwhile)), 50))  # noqa: S311
            rates, longest = comparing.result()
            chance = random.Random(2026)  # noqa: S311 - the same pages each time
            pages = {
                "/v1/overpricing": _asked(port, _overpricing(chance, _PAGES)),
                "/v1/awards?flag=": _asked(port, _flagged(chance)),
                "/v1/flags": _asked(port, _flags(chance)),
            }
    limits = {"/v1/overpricing": 200, "/v1/awards?flag=": 100, "/v1/flags": 100}
    goals = [
        Goal("awards compared a second while pages are asked for", statistics.median(rates), 1000),
        Goal("the longest turn in s", longest, 5, at_least=False),
        Goal("p95 of /v1/overpricing in ms while prices are compared", _p95(meanwhile), 400, at_least=False),
        *(Goal(f"p95 of {name} in ms", _p95(pages[name]), limit, at_least=False) for name, limit in limits.items()),
    ]
    medians = {name: round(statistics.median(taken), 1) for name, taken in pages.items()}
    circumstances = {"awards": AWARDS, "medians in ms": medians, "load": os.getloadavg()}
    return Section("prices", [Figure("prices compared", rates)], {}, goals, circumstances, "awards a second")


async def _prepared(url: str) -> None:
    """Awards and flags if there are none yet; nothing of it is compared."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM awards)"):
            await fill(url, AWARDS)
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM flags)"):
            await connection.execute(_FLAGGING, list(_STANDING), list(_STANDING.values()), timeout=1200)
        await connection.execute("TRUNCATE price_checks, price_sums")
        await connection.execute(_WAITING, timeout=1200)
        await connection.execute("VACUUM ANALYZE", timeout=1200)
    finally:
        await connection.close()


async def _compared(url: str) -> tuple[list[float], float]:
    """Compare all by the very turns of the sweep: the rate of each tenth, and how long the longest turn took."""
    rates: list[float] = []
    longest = 0.0
    turns = await asyncpg.connect(url)
    for name in ("check-prices", "finish-awards"):  # the service leaves both to us
        await turns.execute("SELECT pg_advisory_lock($1)", lock_number(name))
    async with Database(url, pool_size=1, name="prices") as database:
        for _ in range(_TENTHS):
            began, done = time.perf_counter(), 0
            while done < AWARDS / _TENTHS:
                turn = time.perf_counter()
                async with database.write() as writing:
                    compared = await check_prices(writing, now=datetime.now(UTC), limit=PRICES_A_BATCH)
                longest = max(longest, time.perf_counter() - turn)
                done += compared
                if not compared:
                    break
            if done:
                rates.append(done / (time.perf_counter() - began))
                console.print(f"  {rates[-1]:.0f} awards a second, the longest turn {longest:.2f} s")
    await turns.close()
    return rates, longest


def _overpricing(chance: random.Random, count: int) -> Iterable[str]:
    """Pages by every key, of all awards or of a body, a region, or some years."""
    for _ in range(count):
        year = chance.randrange(2016, 2025)
        wanted = chance.choice([
            {},
            {},
            {"buyer": chance.choice(_BINS[:BUYERS])},
            {"region": chance.choice(("KZ-75", "KZ-71", "KZ-79", "KZ-10", "KZ-63"))},
            {"from": f"{year}-01-01", "to": f"{year + 1}-12-31"},
        ])  # fmt: skip
        keys = _BY[:4] if {"buyer", "region"} & wanted.keys() else _BY
        yield "/v1/overpricing?" + urlencode({"by": chance.choice(keys), "limit": 20, **wanted})


def _flagged(chance: random.Random) -> Iterable[str]:
    for _ in range(_PAGES):
        wanted = {"flag": chance.choice(list(_STANDING)), "sort": chance.choice(["-awarded_at", "-amount", "amount"])}
        yield "/v1/awards?" + urlencode({**wanted, "limit": 20})


def _flags(chance: random.Random) -> Iterable[str]:
    for _ in range(_PAGES):
        state = chance.choice(["flag", "clear"])
        body, supplier = chance.choice(_BINS[:BUYERS]), chance.choice(_BINS[BUYERS:])
        wanted = chance.choice([{"rule": chance.choice(list(_STANDING))}, {"buyer": body}, {"supplier": supplier}, {}])
        yield "/v1/flags?" + urlencode({"state": state, **wanted, "limit": 20})


def _asked(port: int, targets: Iterable[str]) -> list[float]:
    """Ask for pages one after another: the milliseconds of each; the slowest are told."""
    taken: list[tuple[float, str]] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        for target in track(list(targets), description="Asking for pages", console=console, transient=True):
            began = time.perf_counter()
            status = client.get(target).status_code  # what takes too long is refused, and is slow as well
            taken.append(((time.perf_counter() - began) * 1000, f"{status} {target}"))
    for milliseconds, target in sorted(taken, reverse=True)[:3]:
        console.print(f"  {milliseconds:.0f} ms {target}")
    return [milliseconds for milliseconds, _ in taken]


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]

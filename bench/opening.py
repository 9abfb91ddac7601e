"""From the deadline to the award of a lot with a thousand sealed bids: opening, checking and scoring them."""

import asyncio
import os
import statistics
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI, Request
from uuid_utils.compat import uuid7

from procurement.commands.opening import open_tenders
from procurement.queries.sealing import Seal
from procurement.sweeps import award_due
from rounds import ROUNDS, Figure, Goal, Section
from scorer import Recounted, profile, recount
from servicekit.database import Database
from servicekit.journal import commit_entries
from servicekit.migrations.running import upgrade
from stack import databases, postgres

BIDS = int(os.environ.get("BIDS", "1000"))
_SECONDS = 2.0
_DEADLINE = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
_NOW = _DEADLINE + timedelta(seconds=1)
_AMOUNT = 1_000_000_000_00
_YEAR = {"amount": "900000000.00", "currency": "KZT"}


def measure(data: Path, _: int) -> Section:
    """In a data folder of its own; each round has a tender of its own."""
    with postgres.running(data) as server:
        urls = asyncio.run(databases.prepare(server.url, "procurement", "bench"))
        upgrade("procurement", urls.migration_database_url)
        admin = server.url.rpartition("/")[0] + "/ashyq_procurement"
        took = asyncio.run(_rounds(urls.database_url, admin))
    opened, awarded, recounted = (statistics.median(column) for column in zip(*took, strict=True))
    goals = [Goal("opening, checking and scoring at most, seconds", opened + awarded, _SECONDS, at_least=False)]
    figures = [Figure("bids from sealed to scored", [BIDS / (one + other) for one, other, _ in took])]
    parts = {
        "opening, s": opened,
        "checking and scoring, s": awarded,
        "working the certificate out again, s": recounted,
    }
    return Section("opening", figures, parts, goals, {"bids": BIDS}, unit="bids a second")


async def _rounds(url: str, admin: str) -> list[tuple[float, float, float]]:
    seal = Seal(bytes(32))
    transport = httpx.ASGITransport(_registry())
    async with (
        Database(url, pool_size=2, name="bench", before_commit=commit_entries) as database,
        httpx.AsyncClient(transport=transport, base_url="http://registry") as registry,
    ):
        took = []
        for n in range(ROUNDS + 1):
            lot = await _fill(admin, seal, n)
            begun = time.perf_counter()
            async with database.write() as writing:
                _expect(await open_tenders(writing, seal, now=_NOW, limit=1), 1)
            opened = time.perf_counter()
            _expect(await award_due(database, {"registry": registry}, _NOW), 1)
            awarded = time.perf_counter()
            found = await _worked_out(admin, lot)
            took.append((opened - begun, awarded - opened, time.perf_counter() - awarded))
            _expect(found.bids, BIDS)
    return took[1:]


def _registry() -> FastAPI:
    """A registry that knows no debtor."""
    app = FastAPI()

    @app.post("/v1/debtors/check")
    async def check(request: Request) -> dict[str, Any]:
        return {"items": [{**each, "debtor": False} for each in (await request.json())["subjects"]]}

    return app


async def _worked_out(admin: str, lot: UUID) -> Recounted:
    connection = await asyncpg.connect(admin)
    try:
        content = await connection.fetchval("SELECT content FROM certificates WHERE lot_id = $1", lot)
    finally:
        await connection.close()
    return recount(zlib.decompress(content))


async def _fill(admin: str, seal: Seal, n: int) -> UUID:
    """Write a published tender of one lot with its sealed bids; the lot's id."""
    rules = profile("report-2022")
    tender, lot = uuid7(), uuid7()
    connection = await asyncpg.connect(admin)
    try:
        await connection.execute(
            """INSERT INTO tenders (id, number, version, status, synthetic, method, region, title, buyer, buyer_name,
                 amount, profile, profile_version, profile_hash, rules, rules_version, calendar, bids_until, created_at,
                 published_at)
               VALUES ($1, $2, 1, 'published', true, 'rating-point', 'KZ-71', '{"kk": "Көпір"}', '991240995750',
                 'Әкімдік', $3, $4, $5, $6, 'report', '2024-05', 'kz-2026.1', $7, $8, $8)""",
            *(tender, f"ГЗ-{n}", _AMOUNT, rules.name, rules.version, rules.hash, _DEADLINE, _DEADLINE - timedelta(9)),
        )
        await connection.execute(
            """INSERT INTO lots (id, tender_id, position, title, item_code, item_name, quantity, unit, amount, weights,
                 warranty_months)
               VALUES ($1, $2, 1, '{"kk": "Көпір"}', '42.13', 'Көпір', 1, 'дана', $3, $4::text::jsonb, 12)""",
            *(lot, tender, _AMOUNT, '{"price": 40, "experience": 20, "financial_stability": 20, "warranty": 20}'),
        )
        parties = [(uuid7(), f"{n:03}{i:09}") for i in range(BIDS)]
        await connection.executemany("INSERT INTO parties VALUES ($1, 'KZ-BIN', $2, 'ЖШС')", parties)
        bids = []
        for i, (party, _) in enumerate(parties):
            bid = uuid7()
            sealed = seal.close(bid, _offer(i))
            received = _DEADLINE - timedelta(microseconds=i)
            bids.append((bid, tender, lot, party, received, sealed.commitment, sealed.sealed))
        await connection.executemany(
            """INSERT INTO bids (id, tender_id, lot_id, party_id, version, status, synthetic, received_at, debtor_check,
                 commitment, sealed)
               VALUES ($1, $2, $3, $4, 1, 'sealed', true, $5, 'clear', $6, $7)""",
            bids,
        )
    finally:
        await connection.close()
    return lot


def _offer(i: int) -> dict[str, Any]:
    return {
        "price": {"amount": f"{1_000_000_000 - i * 7919 % 250_000_000}.00", "currency": "KZT"},
        "experience_years": i % 13,
        "income": [_YEAR, _YEAR, None] if i % 5 == 0 else [_YEAR] * 3,
        "taxes": [_YEAR | {"amount": f"{20_000_000 + i}.00"}] * 3,
        "payroll": [_YEAR | {"amount": f"{100_000_000 + i}.00"}] * 3,
        "warranty_months": 12 + i % 37,
    }


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"It was {found}, and should have been {wanted}.")

"""A filtered page of awards over HTTP, at a million awards, against PostGraphile on the same data."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import httpx
from rich.progress import track

from rounds import UVICORN, Goal, Measured, Section, console, interleaved, load, process, program, ratio, request
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.migrations.running import upgrade
from stack import databases, postgres
from verifier.notes import LOG
from verifier.signing import Signer

AWARDS = int(os.environ.get("AWARDS", "1000000"))
_A_STEP = 50_000
_OURS, _PEER = "awards of procurement", "awards of PostGraphile"
_POSTGRAPHILE = "postgraphile@4.14.1"
_FILTER = {"region": "KZ-75", "status": "contracted"}
_PAGE = 20
_QUERY = """
query ($region: String!, $status: String!) {
  allAwards(condition: {region: $region, status: $status}, orderBy: [AWARDED_AT_DESC, ID_DESC], first: 20) {
    nodes { id status tenderId tenderNumber lotId lotPosition lotTitle itemCode itemName method region buyer buyerName
            supplier supplierScheme supplierNumber supplierName amount allocated awardedOn complaintsUntil synthetic }
  }
}"""
# Only the awards themselves: the page asks nothing else, so their tenders, lots and bids are left out.
_FILLING = """
INSERT INTO awards (id, version, status, synthetic, tender_id, tender_number, lot_id, lot_position, lot_title, method,
                    region, buyer, buyer_name, bid_id, supplier, supplier_scheme, supplier_number, supplier_name,
                    item_code, item_name, amount, allocated, awarded_at, awarded_on, complaints_until, rules,
                    rules_version, calendar, words)
SELECT gen_random_uuid(), 1, (ARRAY['announced', 'contracted', 'contracted', 'contracted'])[1 + i % 4], true,
       gen_random_uuid(), 'ГЗ-2026-' || lpad(i::text, 7, '0'), gen_random_uuid(), 1,
       jsonb_build_object('kk', 'Кеңсе қағазы', 'ru', 'Бумага офисная', 'en', 'Office paper'), 'rating-point',
       (ARRAY['KZ-10', 'KZ-11', 'KZ-15', 'KZ-19', 'KZ-71', 'KZ-75', 'KZ-79'])[1 + i / 4 % 7],
       lpad((100000 + i::bigint * 7919 % 4000)::text, 12, '9'), 'Әкімдік', gen_random_uuid(), gen_random_uuid(),
       'KZ-BIN', lpad((200000 + i::bigint * 104729 % 9000)::text, 12, '9'), 'Жабдықтаушы ЖШС', '17.12.14',
       'Office paper',
       100000 + i % 900000, 1000000, timestamptz '2026-01-01' + i % 300 * interval '1 day' + i * interval '1 ms',
       date '2026-01-01' + (i % 300)::int, date '2026-01-08' + (i % 300)::int, 'report', '2024-05', 'kz-2026.1',
       to_tsvector('simple', 'Кеңсе қағазы')
  FROM generate_series($1::int, $2::int) AS i"""


def measure(data: Path, port: int) -> Section:
    """In a data folder of its own; two ports from `port` on are used."""
    with postgres.running(data) as server:
        urls = asyncio.run(databases.prepare(server.url, "procurement", "bench"))
        upgrade("procurement", urls.migration_database_url)
        asyncio.run(_fill(server.url.rpartition("/")[0] + "/ashyq_procurement"))
        uvicorn = [program("uvicorn"), "--factory", "procurement.main:create_app", *UVICORN.split(), "--port"]
        peer = [*_postgraphile(data), "--connection", urls.database_url, "--port", str(port + 1)]
        with (
            process([*uvicorn, str(port)], _environment(urls.database_url), port),
            process(peer, {"NODE_ENV": "production"}, port + 1, lambda at: bool(_ids_of_the_peer(at))),
        ):
            if _ids_of_ours(port) != _ids_of_the_peer(port + 1):
                sys.exit("The two pages are not the same.")
            figures = interleaved({_OURS: lambda: _ours(port), _PEER: lambda: _theirs(port + 1)})
    reached = ratio(figures, _OURS, _PEER)
    goal = Goal(f"{_OURS} / {_PEER}", reached, 1.0)
    return Section("awards", list(figures.values()), {goal.name: reached}, [goal], {"awards": AWARDS, "page": _PAGE})


def _ours(port: int) -> Measured:
    return load(port, request("GET", _target()), "200")


def _theirs(port: int) -> Measured:
    return load(port, request("POST", "/graphql", json.dumps(_graphql())), "200")


def _ids_of_ours(port: int) -> list[str]:
    page = httpx.get(f"http://127.0.0.1:{port}{_target()}").raise_for_status().json()
    return [award["id"] for award in page["items"]]


def _ids_of_the_peer(port: int) -> list[str]:
    try:
        answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json=_graphql(), timeout=10)
    except httpx.HTTPError:
        return []
    return [award["id"] for award in answer.json()["data"]["allAwards"]["nodes"]]


def _target() -> str:
    return "/v1/awards?" + urlencode({**_FILTER, "limit": _PAGE})


def _graphql() -> dict[str, object]:
    return {"query": _QUERY, "variables": _FILTER}


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")  # what awards refer to is not there
        steps = range(1, AWARDS + 1, _A_STEP)
        for first in track(steps, description=f"Writing {AWARDS:,} awards", console=console, transient=True):
            await connection.execute(_FILLING, first, min(first + _A_STEP - 1, AWARDS), timeout=300)
        await connection.execute("VACUUM ANALYZE awards", timeout=300)
    finally:
        await connection.close()


def _environment(url: str) -> dict[str, str]:
    return {
        "ASHYQ_ENV": "local",
        "ASHYQ_ISSUER": SANDBOX_ISSUER,
        "ASHYQ_JWKS_URL": "http://127.0.0.1:1/none",  # nobody shows a token here
        "ASHYQ_BID_KEY": base64.b64encode(bytes(32)).decode(),
        "DATABASE_URL": url,
        "ASHYQ_JOURNAL_KEY": Signer.new("bench.example/procurement", LOG).secret,
    }


def _postgraphile(data: Path) -> list[str]:
    """The peer's program, installed into the measurement's own folder."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("The peer needs Node: apt install nodejs npm, then once more: make bench")
    with console.status("Installing PostGraphile"):
        subprocess.run(
            [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(data / "peer"), _POSTGRAPHILE],
            check=True,
            timeout=300,
        )
    options = ["--schema", "public", "--disable-query-log", "--max-pool-size", "12", "--dynamic-json"]
    return [str(data / "peer/node_modules/.bin/postgraphile"), *options, "--disable-default-mutations"]

"""Ten million awards: filtered pages, also against PostGraphile on the same data, and all of them at once."""

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

import exports
from award_data import fill
from rounds import UVICORN, Goal, Measured, Section, console, interleaved, load, process, program, ratio, request
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.migrations.running import upgrade
from stack import databases, postgres
from verifier.notes import LOG
from verifier.signing import Signer

AWARDS = int(os.environ.get("AWARDS", "10000000"))
# A folder that is kept, with a database that is filled once.
_KEPT = os.environ.get("AWARDS_FOLDER")
_SERVER = {"shared_buffers": "2GB", "max_wal_size": "16GB"}
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


def measure(data: Path, port: int) -> Section:
    """In a data folder of its own, or the kept one; two ports from `port` on are used."""
    folder = Path(_KEPT) if _KEPT else data
    with postgres.running(folder, settings=_SERVER) as server:
        urls = asyncio.run(databases.prepare(server.url, "procurement", "bench"))
        admin = server.url.rpartition("/")[0] + "/ashyq_procurement"
        upgrade("procurement", urls.migration_database_url)
        filled = asyncio.run(_filled(admin))
        asyncio.run(_make_quiet(admin))
        uvicorn = [program("uvicorn"), "--factory", "procurement.main:create_app", *UVICORN.split(), "--port"]
        peer = [*_postgraphile(data), "--connection", urls.database_url, "--port", str(port + 1)]
        with process([*uvicorn, str(port)], environment(urls.database_url), port) as serving:
            goals = exports.filtered(port)
            with process(peer, {"NODE_ENV": "production"}, port + 1, lambda at: bool(_ids_of_the_peer(at))):
                if _ids_of_ours(port) != _ids_of_the_peer(port + 1):
                    sys.exit("The two pages are not the same.")
                figures = interleaved({_OURS: lambda: _ours(port), _PEER: lambda: _theirs(port + 1)})
            copies, ratios, reached = exports.copied(port, admin, serving, filled)
    pages = ratio(figures, _OURS, _PEER)
    goals += [Goal(f"{_OURS} / {_PEER}", pages, 1.2), *reached]
    ratios = {f"{_OURS} / {_PEER}": pages, **ratios}
    circumstances = {"awards": filled, "page": _PAGE, "load": os.getloadavg(), "copies": "in rows a second"}
    return Section("awards", [*figures.values(), *copies], ratios, goals, circumstances)


async def _filled(url: str) -> int:
    """How many awards there are, after they are made if there are none."""
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM awards)"):
            await fill(url, AWARDS)
        found: int = await connection.fetchval("SELECT count(*) FROM awards", timeout=600)
        return found
    finally:
        await connection.close()


async def _make_quiet(url: str) -> None:
    """Leave nothing for the service's sweeps, which would compare the prices of all awards while they are measured.

    The table of the journal's tree gets another name in the peer's schema, which has a type of that name.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("TRUNCATE price_checks")
        await connection.execute("COMMENT ON TABLE nodes IS E'@name tree_nodes'")
    finally:
        await connection.close()


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


def environment(url: str) -> dict[str, str]:
    """What the procurement service is started with."""
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

"""Three million appeals: pages of registers, open statistics, and a hundred thousand terms that end at once."""

import asyncio
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import httpx
from rich.progress import track

from appeal_data import BODIES, DUE, HEAVY, WORDS, fill
from rounds import UVICORN, Figure, Goal, Section, console, process, program
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.migrations.running import upgrade
from servicekit.testing import Issuer
from stack import databases, postgres
from statute.deadlines import ALMATY
from verifier.notes import LOG
from verifier.signing import Signer

APPEALS = int(os.environ.get("APPEALS", "3000000"))
DUE_AT_ONCE = int(os.environ.get("DUE_AT_ONCE", "100000"))
# A folder that is kept, with a database that is filled once.
_KEPT = os.environ.get("APPEALS_FOLDER")
_SERVER = {"shared_buffers": "2GB", "max_wal_size": "8GB"}
_PAGES = int(os.environ.get("PAGES", "100"))
_STATISTICS = (
    *("", "by=agency", "by=kind", "by=month", "by=agency,kind", "by=agency&from=2026-02&to=2026-10"),
    *("by=agency,month", "by=agency,kind&from=2026-02"),
)
_RARE = ("tax_complaint", "media_request", "notary_request")
_TURNS_WITHOUT = 3
_RECORDED = """
SELECT count(*) AS entries, count(DISTINCT object_id) AS objects,
       (SELECT count(*) FROM notices
         WHERE event = 'appeal.refused_by_expiry' AND at >= $1 AND scheme = 'KZ-IIN') AS notices,
       (SELECT count(DISTINCT object_id) FROM notices
         WHERE event = 'appeal.refused_by_expiry' AND at >= $1 AND scheme = 'KZ-IIN') AS told
  FROM journal WHERE event = 'appeal.refused_by_expiry' AND at >= $1
"""
_OPEN = """
SELECT count(*) FROM appeals
 WHERE status IN ('registered', 'forwarded', 'in_progress', 'extended', 'hearing', 'to_sign') AND due_on < $1
"""


def measure(data: Path, port: int) -> Section:
    """In a data folder of its own, or the kept one; three ports from `port` on are used."""
    folder = Path(_KEPT) if _KEPT else data
    today = datetime.now(ALMATY).date()
    issuer = Issuer()
    with postgres.running(folder, settings=_SERVER) as server, _keys(issuer, port + 2):
        urls = asyncio.run(databases.prepare(server.url, "appeals", "bench"))
        admin = server.url.rpartition("/")[0] + "/ashyq_appeals"
        upgrade("appeals", urls.migration_database_url)
        asyncio.run(_filled(admin, today))
        command = [program("uvicorn"), "--factory", "appeals.main:create_app", *UVICORN.split(), "--port"]
        told = _environment(urls.database_url, port + 2)
        with process([*command, str(port)], told, port), process([*command, str(port + 1)], told, port + 1):
            pages = {name: _asked(port, each) for name, each in _registers(issuer, today).items()}
            open_data = {name: _asked(port, _figures(name)) for name in _STATISTICS}
            load = os.getloadavg()
            seconds = asyncio.run(_expired(admin, issuer, port, today))
    goals = [Goal(f"p95 of {name} in ms", _p95(taken), 50, at_least=False) for name, taken in pages.items()]
    goals += [
        Goal(f"p95 of statistics {name} in ms", _p95(taken), 200, at_least=False) for name, taken in open_data.items()
    ]
    goals.append(Goal(f"{DUE_AT_ONCE:,} terms that ended recorded in s", seconds, 60, at_least=False))
    medians = {name: round(statistics.median(taken), 1) for name, taken in (pages | open_data).items()}
    circumstances = {"appeals": APPEALS, "medians in ms": medians, "load": load, "load at the end": os.getloadavg()}
    return Section("appeals", [Figure("terms recorded", [DUE_AT_ONCE / seconds])], {}, goals, circumstances, "a second")


def _figures(query: str) -> Callable[[], tuple[str, dict[str, str]]]:
    return lambda: (f"/v1/statistics/appeals?{query}", {})


async def _filled(url: str, today: date) -> None:
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM appeals)"):
            await fill(url, APPEALS, today)
    finally:
        await connection.close()


def _registers(issuer: Issuer, today: date) -> dict[str, Callable[[], tuple[str, dict[str, str]]]]:
    """What is asked, by its name: each time an address, with the token of an officer or of the applicant."""
    chance = random.Random(2026)  # noqa: S311 - the same pages each time
    officers = [issuer.headers("officer", sub=code, agency=code) for code in BODIES[:20]]
    citizen = issuer.headers("citizen", iin=HEAVY)

    def of_officers(make: Callable[[], dict[str, object]]) -> Callable[[], tuple[str, dict[str, str]]]:
        # The largest body half of the time, for it has most to look through.
        return lambda: (f"/v1/appeals?{urlencode(make())}", officers[chance.choice([0, chance.randrange(20)])])

    soon = today + timedelta(days=3)
    statuses = ["registered", "answered", "refused_by_expiry"]
    return {
        "a register": of_officers(dict),
        "a register by status": of_officers(lambda: {"status": chance.choice(statuses)}),
        "a register by kind": of_officers(lambda: {"kind": chance.choice(["request", *_RARE])}),
        "a register by status and kind": of_officers(
            lambda: {"status": "in_progress", "kind": chance.choice(["complaint", *_RARE])}
        ),
        "what is overdue": of_officers(lambda: {"overdue": "true"}),
        "what is not overdue": of_officers(lambda: {"overdue": "false"}),
        "open and due soon": of_officers(lambda: {"status": "registered", "due_before": soon}),
        "due before a day": of_officers(lambda: {"due_before": today - timedelta(days=chance.randrange(-5, 300))}),
        "a common word": of_officers(lambda: {"q": chance.choice(WORDS)}),
        "a word of a hundred": of_officers(lambda: {"q": f"сорт{chance.randrange(10, 100)}"}),
        "a rare word": of_officers(lambda: {"q": f"сирек{chance.randrange(10_000, 20_000)}"}),
        "words that are nowhere": of_officers(lambda: {"q": f"ештеңе {chance.randrange(100)}"}),
        "a number": of_officers(lambda: {"q": f"ЖТ-2026-{chance.randrange(2_000_000, 3_000_000):07}"}),
        "a citizen's list": lambda: ("/v1/appeals", citizen),
        "a citizen's list by words": lambda: (f"/v1/appeals?{urlencode({'q': chance.choice(WORDS)})}", citizen),
    }


def _asked(port: int, make: Callable[[], tuple[str, dict[str, str]]]) -> list[float]:
    """In how many milliseconds each was answered, one after another, the first of which do not count."""
    taken = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        for _ in track(range(_PAGES + 5), "Asking", console=console, transient=True):
            address, headers = make()
            begun = time.perf_counter()
            client.get(address, headers=headers).raise_for_status()
            taken.append((time.perf_counter() - begun) * 1000)
    console.print(f"{_p95(taken[5:]):.0f} ms: {address}")
    return taken[5:]


async def _expired(url: str, issuer: Issuer, port: int, today: date) -> float:
    """The seconds in which two processes record all that ended yesterday and the day before, each once."""
    connection = await asyncpg.connect(url)
    try:
        begun_at = datetime.now(ALMATY)
        await connection.execute(DUE, DUE_AT_ONCE, today - timedelta(days=1), BODIES, timeout=600)
        await connection.execute("ANALYZE appeals", timeout=600)
        due = await connection.fetchval(_OPEN, today)
        headers = issuer.headers("operator")
        begun = time.perf_counter()
        with ThreadPoolExecutor(2) as both:
            sweeps = [both.submit(_sweep, each, headers) for each in (port, port + 1)]
            while await connection.fetchval(_OPEN, today):  # noqa: ASYNC110 - nobody says when it is done
                await asyncio.sleep(0.2)
            seconds = time.perf_counter() - begun
            done = sum(each.result() for each in sweeps)
        console.print(f"{done} recorded in {seconds:.0f} s, load {os.getloadavg()}")
        found = dict(await connection.fetchrow(_RECORDED, begun_at))
    finally:
        await connection.close()
    if {due, done, *found.values()} != {DUE_AT_ONCE}:
        raise SystemExit(f"Of {due} that were due, {done} were dealt with: {found}")
    return seconds


def _sweep(port: int, headers: dict[str, str]) -> int:
    """Sweep until nothing is left; how many terms this process has recorded."""
    done = 0
    idle = 0
    while idle < _TURNS_WITHOUT:  # the other process may hold the turn
        answer = httpx.post(f"http://127.0.0.1:{port}/internal/sweeps", headers=headers, timeout=600)
        recorded: int = answer.raise_for_status().json()["done"]["expire-appeals"]
        done, idle = done + recorded, 0 if recorded else idle + 1
        time.sleep(0 if recorded else 0.5)
    return done


@contextmanager
def _keys(issuer: Issuer, port: int) -> Iterator[None]:
    """Publish the issuer's keys at a port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [issuer.key.as_dict(private=False)]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()


def _environment(url: str, keys: int) -> dict[str, str]:
    return {
        "ASHYQ_ENV": "local",
        "ASHYQ_ISSUER": SANDBOX_ISSUER,
        "ASHYQ_JWKS_URL": f"http://127.0.0.1:{keys}/jwks.json",
        "DATABASE_URL": url,
        "ASHYQ_SWEEP_SECONDS": "86400",
        "ASHYQ_JOURNAL_KEY": Signer.new("bench.example/appeals", LOG).secret,
    }


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]

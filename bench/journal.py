"""What it costs that the journal is provable: filing with sealing and without, and a log of a million entries."""

import asyncio
import os
import statistics
import subprocess
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import asyncpg
import httpx
from rich.progress import track

from filing import UNLIMITED, UNSEALED, database_url, file_appeals
from rounds import Goal, Measured, Section, console, interleaved, process, program, ratio
from verifier.tree import root_from_inclusion

ENTRIES = int(os.environ.get("ENTRIES", "1000000"))
_A_STEP = 50_000
_PROOFS = 300
_SEALED, _UNSEALED = "filing, sealed and witnessed", "filing, not sealed"
_JOURNAL = "/v1/journals/appeals"
# Each entry's leaf is that of what the feed will say of it, so that the whole log verifies.
_FILLING = """
WITH made AS (SELECT uuidv7() AS id, uuidv7() AS object FROM generate_series(1, $1::int))
INSERT INTO journal (id, object_kind, object_id, object_version, event, at, role, public, leaf)
SELECT id, 'appeal', object, 1, 'appeal.registered', timestamptz '2026-11-22 12:00:00+00', 'citizen', '{}',
       sha256('\\x00'::bytea || convert_to(format(
         '{"at":"2026-11-22T12:00:00.000000Z","by":{"role":"citizen"},"commitment":null,"data":{},'
         '"event":"appeal.registered","id":"%s","object":{"id":"%s","kind":"appeal","version":1}}', id, object),
         'UTF8'))
  FROM made"""


def measure(data: Path, port: int) -> Section:
    """In two folders of its own; two ports from `port` on are used."""
    houses = {name: data / name for name in ("sealed", "unsealed")}
    for folder in houses.values():
        folder.mkdir()
        folder.chmod(0o755)
    ages: list[float] = []
    with (
        process([program("ashyq"), "run"], _environment(houses["sealed"], port), port),
        process([program("ashyq"), "run"], _environment(houses["unsealed"], port + 1) | UNSEALED, port + 1),
    ):
        figures = interleaved(
            {
                _SEALED: lambda: _while_ages_are_taken(port, ages, lambda: file_appeals(port, port)),
                _UNSEALED: lambda: file_appeals(port + 1, port + 1),
            }
        )
        log = _a_long_log(database_url(houses["sealed"]), port)
    sealing = ratio(figures, _SEALED, _UNSEALED)
    goals = [
        Goal(f"{_SEALED} / {_UNSEALED}", sealing, 0.87),
        Goal("checkpoint age under load at most, seconds", max(ages), 2.0, at_least=False),
        Goal("a proof at most, bytes", log["proof_bytes"], 1024, at_least=False),
        Goal("a proof at a million, milliseconds (median)", log["proof_ms"], 5.0, at_least=False),
    ]
    return Section("journal", list(figures.values()), {goals[0].name: sealing}, goals, log)


def _environment(data: Path, port: int) -> dict[str, str]:
    return {"PORT": str(port), "ASHYQ_DATA": str(data), **UNLIMITED}


def _while_ages_are_taken(port: int, ages: list[float], work: Callable[[], Measured]) -> Measured:
    """Do work, and note the longest time in which the published checkpoint stayed the same while it was done."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(port, ages, over))
    watcher.start()
    try:
        return work()
    finally:
        over.set()
        watcher.join()


def _watch(port: int, ages: list[float], over: threading.Event) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        seen, since, longest = _size(client), time.monotonic(), 0.0
        while not over.wait(0.25):  # seldom, for looking costs what is measured
            size, now = _size(client), time.monotonic()
            longest = max(longest, now - since)
            if size != seen:
                seen, since = size, now
    ages.append(longest)


def _size(client: httpx.Client) -> int:
    return int(client.get(f"{_JOURNAL}/checkpoint").raise_for_status().text.splitlines()[1])


def _a_long_log(url: str, port: int) -> dict[str, float]:
    """Fill a journal up, wait until it is sealed, ask for proofs of random entries, and check all of it."""
    asyncio.run(_fill(url))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        began, size = time.perf_counter(), _size(client)
        to_seal = ENTRIES - size
        while _size(client) < ENTRIES:
            time.sleep(0.2)
        rate = to_seal / (time.perf_counter() - began)
        proofs = [_proof(client, entry) for entry in asyncio.run(_some(url))]
    began = time.perf_counter()
    subprocess.run([program("ashyq"), "fsck", f"http://127.0.0.1:{port}{_JOURNAL}"], check=True, timeout=900)
    return {
        "entries": ENTRIES,
        "sealed_a_second": rate,
        "proof_bytes": max(size for size, _, _ in proofs),
        "proof_ms": statistics.median(asked for _, asked, _ in proofs) * 1000,
        "proof_p99_ms": statistics.quantiles([asked for _, asked, _ in proofs], n=100)[98] * 1000,
        "checked_ms": statistics.median(checked for _, _, checked in proofs) * 1000,
        "fsck_seconds": time.perf_counter() - began,
    }


async def _fill(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        there: int = await connection.fetchval("SELECT count(*) FROM journal")
        steps = range(there, ENTRIES, _A_STEP)
        for done in track(steps, description=f"Writing {ENTRIES:,} entries", console=console, transient=True):
            await connection.execute(_FILLING, min(_A_STEP, ENTRIES - done), timeout=300)
    finally:
        await connection.close()


async def _some(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT entry FROM leaves ORDER BY random() LIMIT $1", _PROOFS)
        return [str(row["entry"]) for row in rows]
    finally:
        await connection.close()


def _proof(client: httpx.Client, entry: str) -> tuple[int, float, float]:
    """Bytes of a proof's hashes, the seconds until it came, and the seconds in which it was checked."""
    began = time.perf_counter()
    found = client.get(f"{_JOURNAL}/proof", params={"entry": entry}).raise_for_status().json()
    asked = time.perf_counter() - began
    size, root = found["checkpoint"].splitlines()[1:3]
    began = time.perf_counter()
    hashes = [b64decode(each) for each in found["proof"]]
    if root_from_inclusion(bytes.fromhex(found["leaf"]), found["index"], int(size), hashes) != b64decode(root):
        raise SystemExit("A proof does not hold.")
    return sum(map(len, hashes)), asked, time.perf_counter() - began

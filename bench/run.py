"""Measures Ashyq against its limits, side by side in one run, and writes the figures to bench/results.

Rounds are interleaved, so that a machine whose speed drifts does not favour anyone; the figures to quote are the
ratios. Nothing here is a test: it fails only when a ratio misses its goal, or an answer is wrong.
"""

import asyncio
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from appeals.commands import FILE
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.database import Query
from servicekit.idempotency import storing
from stack import postgres
from stack.postgres_programs import binary

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS_EACH", "4"))
CONNECTIONS = int(os.environ.get("CONNECTIONS", "16"))
GOALS = {
    "filing through the gateway / pgbench, the same rows in BEGIN … COMMIT": 0.40,
    "cold start to ready, seconds": 15.0,
}
ROWS = int(os.environ.get("ROWS", "500000"))  # a region's appeals of some weeks
_A_STEP = 10_000
RESULTS = Path(__file__).parent / "results"
_OPTIONS = ["-c", str(CONNECTIONS), "-T", str(max(1, round(SECONDS)))]
_WORKERS = ["--workers", str(os.cpu_count() or 1)]
_UVICORN = "--factory appeals.main:create_app --log-level warning --no-access-log --loop uvloop --http httptools"
_console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Figure:
    """Answers a second over the rounds, and the latencies of the last."""

    name: str
    rates: list[float]
    p50_ms: float | None = None
    p99_ms: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.rates)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ashyq-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        try:
            report = _measure(data)
        finally:
            postgres.remove(data)
    _print(report)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    _console.print(f"\nWritten to bench/results/{file.name}")
    missed = [row["name"] for row in report["goals"] if not row["met"]]
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


def _measure(data: Path) -> dict[str, Any]:
    port = 8970
    began = time.perf_counter()
    with _process([str(_program("ashyq")), "run"], {"PORT": str(port), "ASHYQ_DATA": str(data)}, port):
        cold = time.perf_counter() - began
        url = _database_url(data)
        with (
            _process([str(_program("ashyq")), "run", *_WORKERS], _beside(data, port + 1), port + 1),
            _process(
                [str(_program("uvicorn")), *_UVICORN.split(), "--port", str(port + 2)],
                _service_environment(url, port),
                port + 2,
            ),
        ):
            settings = asyncio.run(_prepare(url))
            rounds = _rounds(
                {
                    "pgbench, the one statement that is sent": lambda: _pgbench(url, _AS_SENT),
                    "pgbench, the same rows in BEGIN … COMMIT": lambda: _pgbench(url, _PLAIN),
                    "filing through the gateway": lambda: _file_appeals(port + 1, port + 1),
                    "filing through the gateway, one process": lambda: _file_appeals(port, port),
                    "filing without the gateway, one process": lambda: _file_appeals(port, port + 2),
                }
            )
    gateway, limits = "filing through the gateway", [name for name in rounds if name.startswith("pgbench")]
    alone = f"{gateway}, one process"
    pairs = [(one, limit) for one in (gateway, alone) for limit in limits]
    pairs += [(gateway, alone), (alone, "filing without the gateway, one process")]
    ratios = {f"{one} / {other}": _ratio(rounds, one, other) for one, other in pairs}
    values = {**ratios, "cold start to ready, seconds": cold}
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "postgresql": settings,
        "connections": CONNECTIONS,
        "rows": ROWS,
        "rounds": ROUNDS,
        "seconds_each": SECONDS,
        "figures": [vars(figure) | {"median": figure.median} for figure in rounds.values()],
        "ratios": ratios,
        "cold_start_seconds": cold,
        "goals": [
            {"name": name, "goal": goal, "value": values[name], "met": _met(name, values[name], goal)}
            for name, goal in GOALS.items()
        ],
    }


def _met(name: str, value: float, goal: float) -> bool:
    return value <= goal if name.endswith("seconds") else value >= goal


def _rounds(candidates: dict[str, Callable[[], tuple[float, float | None, float | None]]]) -> dict[str, Figure]:
    for measure in candidates.values():
        measure()  # not counted: caches and prepared statements warm up
    found: dict[str, list[tuple[float, float | None, float | None]]] = {name: [] for name in candidates}
    for _ in track(range(ROUNDS), description="Measuring, round by round", console=_console):
        for name, measure in candidates.items():
            found[name].append(measure())
    return {name: Figure(name, [rate for rate, _, _ in rows], rows[-1][1], rows[-1][2]) for name, rows in found.items()}


def _ratio(rounds: dict[str, Figure], one: str, other: str) -> float:
    """The median of the ratios round by round, which drift does not touch."""
    return statistics.median(a / b for a, b in zip(rounds[one].rates, rounds[other].rates, strict=True))


def _file_appeals(token_port: int, port: int) -> tuple[float, float, float]:
    token = httpx.post(f"http://127.0.0.1:{token_port}/sandbox/token", json={"persona": "citizen"}).json()
    body = json.dumps(
        {
            "kind": "request",
            "agency": "min-transport",
            "subject": "Автобус аялдамасы",
            "text": "Аялдаманың шатыры қашан жөнделеді? " * 6,
            "language": "kk",
        },
        ensure_ascii=False,
    )
    request = (
        f"POST /v1/appeals HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token['access_token']}\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    )
    task = {"host": "127.0.0.1", "port": port, "request": request, "connections": CONNECTIONS, "seconds": SECONDS}
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("load.py"))],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(ran.stdout)
    if set(found["statuses"]) != {"201"}:
        sys.exit(f"Wrong answers while measuring: {found['statuses']}")
    return found["statuses"]["201"] / found["seconds"], found["p50_ms"], found["p99_ms"]


def _pgbench(url: str, statements: list[str]) -> tuple[float, float | None, None]:
    """These statements by PostgreSQL's own client, prepared, at the same concurrency."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as script:
        script.write("".join(f"{statement};\n" for statement in statements))
    defines = [f"-D{name}={value}" for name, value in _VALUES.items()]
    ran = subprocess.run(
        [binary("pgbench"), *["-n", "-M", "prepared", "-j", "1"], *_OPTIONS, "-f", script.name, *defines, url],
        capture_output=True,
        text=True,
        check=False,
    )
    Path(script.name).unlink()
    rate = re.search(r"tps = ([0-9.]+)", ran.stdout)
    if ran.returncode or rate is None or "number of failed transactions: 0 " not in ran.stdout:
        sys.exit(f"pgbench failed: {ran.stdout}{ran.stderr}")
    latency = re.search(r"latency average = ([0-9.]+)", ran.stdout)
    return float(rate[1]), float(latency[1]) if latency else None, None


_ENTRY = {
    "id": "01a20424-8974-744c-8a68-80f65b413955",
    "object_kind": "appeal",
    "object_id": "01a20424-8970-7258-9727-1958a1e2cb43",
    "object_version": 1,
    "event": "appeal.registered",
    "at": "2026-11-22T16:43:53+00:00",
    "role": "citizen",
    "public": {
        "kind": "request",
        "rules": "report",
        "agency": "min-transport",
        "due_on": "2026-12-14",
        "calendar": "kz-2026.1",
        "submitted_at": "2026-11-22T16:43:53+00:00",
        "registered_on": "2026-11-23",
        "rules_version": "2024-05",
    },
    "private": {"number": "ЖТ-2026-000001", "subject": "Автобус аялдамасы", "text": "Аялдаманың шатыры " * 12},
    "salt": "00" * 16,
    "commitment": "00" * 32,
}
_VALUES: dict[str, str] = {
    "version": "1",
    "status": "registered",
    "kind": "request",
    "agency": "min-transport",
    "applicant_scheme": "KZ-IIN",
    "applicant_id": "880417499014",
    "applicant_name": "Айгерім Сапарова",
    "subject": "Автобус аялдамасы",
    "text": "Аялдаманың шатыры қашан жөнделеді? " * 6,
    "language": "kk",
    "channel": "portal",
    "submitted_at": "2026-11-22T16:43:53+00:00",
    "received_at": "2026-11-22T16:43:53+00:00",
    "registered_on": "2026-11-23",
    "forward_by": "2026-11-26",
    "due_on": "2026-12-14",
    "rules": "report",
    "rules_version": "2024-05",
    "calendar": "kz-2026.1",
    "week": "five",
    "reply_subject": "bench",
    "reply_method": "POST",
    "reply_path": "/v1/appeals",
    "reply_headers": "{}",
    "reply_body": "x" * 1400,
    "journal_entries": json.dumps([_ENTRY], ensure_ascii=False),
    "public": json.dumps(_ENTRY["public"], ensure_ascii=False),
    "private": json.dumps(_ENTRY["private"], ensure_ascii=False),
}
# What is new in each transaction, or is no text, is written into the statement.
_WRITTEN = {
    "id": "uuidv7()",
    "number": "'B-' || nextval('appeal_number')",
    "forwarded_by": "'{}'",
    "reply_key": "gen_random_uuid()::text",
    "reply_fingerprint": "sha256('x')",
    "reply_status": "201",
    # Each entry needs an id of its own; the rest of it is the same work.
    "journal_entries": "jsonb_set(:journal_entries::jsonb, '{0,id}', to_jsonb(uuidv7()))",
    **dict.fromkeys(("contact", "outcome", "answer", "answer_language", "answered_at"), "NULL"),
}


def _for_pgbench(query: Query, values: Mapping[str, str]) -> str:
    """The very statement that is sent, its numbered parameters filled by pgbench's variables or written in."""
    names = query.names

    def filled(match: re.Match[str]) -> str:
        name = names[int(match[1]) - 1]
        if name in values:
            return values[name]
        if name in query.defaults:
            return f"'{query.defaults[name]}'"
        return f":{name}"

    return re.sub(r"\$(\d+)", filled, query.sql).replace("\n", " ")


_AS_SENT = [_for_pgbench(storing(FILE), _WRITTEN)]
# Rows to begin with: the same again and again, but for their keys.
_FILLING = [
    """
INSERT INTO appeals (id, number, version, kind, status, agency, forwarded_by, applicant_scheme, applicant_id, subject,
                     text, language, channel, submitted_at, received_at, registered_on, forward_by, due_on, rules,
                     rules_version, calendar, week)
SELECT uuidv7(), 'F-' || nextval('appeal_number'), 1, 'request', 'registered', 'agency-' || i % 80, '{}', 'KZ-IIN',
       lpad((i % 99999)::text, 12, '0'), 'Автобус аялдамасы', repeat('Аялдаманың шатыры қашан жөнделеді? ', 6), 'kk',
       'portal', now(), now(), '2026-11-23', '2026-11-26', date '2026-12-14' + (i % 300)::int, 'report', '2024-05',
       'kz-2026.1', 'five'
  FROM generate_series(1, $1::int) AS i""",
    """
INSERT INTO journal (id, object_kind, object_id, object_version, event, at, role, public, private, salt, commitment)
SELECT uuidv7(), 'appeal', uuidv7(), 1, 'appeal.registered', now(), 'citizen', '{"kind": "request"}',
       jsonb_build_object('text', repeat('Аялдаманың шатыры ', 12)), decode(repeat('00', 16), 'hex'),
       decode(repeat('00', 32), 'hex')
  FROM generate_series(1, $1::int) AS i""",
    """
INSERT INTO replies (subject, method, path, key, fingerprint, status, headers, body)
SELECT 'bench', 'POST', '/v1/appeals', gen_random_uuid()::text, sha256('x'), 201, '{}', repeat('x', 1400)::bytea
  FROM generate_series(1, $1::int) AS i""",
]
# The same rows as anybody would write them: a transaction of three inserts.
_INSERT_ENTRY = """
INSERT INTO journal (id, object_kind, object_id, object_version, event, at, role, public, private, salt, commitment)
VALUES (uuidv7(), 'appeal', uuidv7(), 1, 'appeal.registered', now(), 'citizen', :public::jsonb, :private::jsonb,
        decode(repeat('00', 16), 'hex'), decode(repeat('00', 32), 'hex'))"""
_INSERT_REPLY = """
INSERT INTO replies (subject, method, path, key, fingerprint, status, headers, body)
VALUES ('bench', 'POST', '/v1/appeals', gen_random_uuid()::text, sha256('x'), 201, '{}', :reply_body)"""
_PLAIN = [
    "BEGIN",
    _for_pgbench(Query(FILE), _WRITTEN),
    _INSERT_ENTRY.replace("\n", " "),
    _INSERT_REPLY.replace("\n", " "),
    "COMMIT",
]


async def _prepare(url: str) -> dict[str, str]:
    """Fill the tables as a region's are after a while, and tell how durable the server is."""
    connection = await asyncpg.connect(url)
    try:
        steps = range(0, ROWS, _A_STEP)
        for _ in track(steps, description=f"Writing {ROWS:,} appeals to begin with", console=_console, transient=True):
            for statement in _FILLING:
                await connection.execute(statement, _A_STEP)
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        return {name: await connection.fetchval(f"SHOW {name}") for name in names}
    finally:
        await connection.close()


def _beside(data: Path, port: int) -> dict[str, str]:
    """The environment of a second house on the database of the first, whose passwords it must know."""
    second = data / "second"
    second.mkdir()
    shutil.copy(data / "services-password", second)
    return {"PORT": str(port), "ASHYQ_DATA": str(second), "ASHYQ_DATABASE_URL": postgres.start(data).url}


def _database_url(data: Path) -> str:
    password = (data / "services-password").read_text()
    server = postgres.start(data)  # it runs already: this only asks where
    return f"postgresql://ashyq_appeals_app:{password}@127.0.0.1:{server.port}/ashyq_appeals"


def _service_environment(url: str, port: int) -> dict[str, str]:
    return {
        "ASHYQ_ENV": "local",
        "ASHYQ_ISSUER": SANDBOX_ISSUER,
        "ASHYQ_JWKS_URL": f"http://127.0.0.1:{port}/sandbox/jwks.json",
        "DATABASE_URL": url,
    }


def _program(name: str) -> Path:
    return Path(sys.executable).parent / name


@contextmanager
def _process(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    """A server process, from its start until it says that it is ready to the end of the block."""
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            if _is_ready(port):
                break
            if process.poll() is not None:
                sys.exit(f"{command[0]} did not start")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _print(report: dict[str, Any]) -> None:
    table = Table(title=f"Answers a second, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s, interleaved")
    for heading in ("", "median", "least", "most", "p50 ms", "p99 ms"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in report["figures"]:
        latencies = [f"{figure[name]:.1f}" if figure[name] else "" for name in ("p50_ms", "p99_ms")]
        rates = [f"{value:.0f}" for value in (figure["median"], min(figure["rates"]), max(figure["rates"]))]
        table.add_row(figure["name"], *rates, *latencies)
    _console.print(table)
    for name, value in report["ratios"].items():
        _console.print(f"  {name}: [bold]{value:.2f}[/bold]")
    for goal in report["goals"]:
        mark = "[green]met[/green]" if goal["met"] else "[red]missed[/red]"
        _console.print(f"  {goal['name']}: {goal['value']:.2f} (goal {goal['goal']:g}) {mark}")
    _console.print(f"  PostgreSQL: {report['postgresql']}")


if __name__ == "__main__":
    main()

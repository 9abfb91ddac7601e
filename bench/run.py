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
from collections.abc import Callable, Iterator
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

from servicekit.base_settings import SANDBOX_ISSUER
from stack import postgres
from stack.postgres_programs import binary
from statements import AS_SENT, FILLING, PLAIN, VALUES

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
                    "pgbench, the one statement that is sent": lambda: _pgbench(url, AS_SENT),
                    "pgbench, the same rows in BEGIN … COMMIT": lambda: _pgbench(url, PLAIN),
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
    defines = [f"-D{name}={value}" for name, value in VALUES.items()]
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


async def _prepare(url: str) -> dict[str, str]:
    """Fill the tables as a region's are after a while, and tell how durable the server is."""
    connection = await asyncpg.connect(url)
    try:
        steps = range(0, ROWS, _A_STEP)
        for _ in track(steps, description=f"Writing {ROWS:,} appeals to begin with", console=_console, transient=True):
            for statement in FILLING:
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

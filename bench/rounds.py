"""What all measurements share: processes to measure, load on them, interleaved rounds, and what is said of them."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
from rich.console import Console
from rich.progress import track

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS_EACH", "4"))
CONNECTIONS = int(os.environ.get("CONNECTIONS", "16"))
UVICORN = "--log-level warning --no-access-log --loop uvloop --http servicekit.gathering:GatheringProtocol"
console = Console(highlight=False, soft_wrap=True)
# Answers a second, and the median and 99th percentile of latencies in milliseconds where they are known.
Measured: TypeAlias = tuple[float, float | None, float | None]


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


@dataclass(frozen=True)
class Goal:
    """A value that is to be at least, or at most, so much."""

    name: str
    value: float
    limit: float
    at_least: bool = True

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True)
class Section:
    """One measurement: its figures, their ratios, its goals, and what one should know of its circumstances."""

    name: str
    figures: list[Figure]
    ratios: dict[str, float]
    goals: list[Goal]
    circumstances: dict[str, Any] = field(default_factory=dict)
    unit: str = "answers a second"


def interleaved(candidates: dict[str, Callable[[], Measured]]) -> dict[str, Figure]:
    """Measure all of them in each round, after one that does not count: caches and prepared statements warm up."""
    for measure in candidates.values():
        measure()
    found: dict[str, list[Measured]] = {name: [] for name in candidates}
    for _ in track(range(ROUNDS), description="Measuring, round by round", console=console, transient=True):
        for name, measure in candidates.items():
            found[name].append(measure())
    return {name: Figure(name, [rate for rate, _, _ in rows], rows[-1][1], rows[-1][2]) for name, rows in found.items()}


def ratio(figures: dict[str, Figure], one: str, other: str) -> float:
    """The median of the ratios round by round, which drift does not touch."""
    return statistics.median(a / b for a, b in zip(figures[one].rates, figures[other].rates, strict=True))


def load(port: int, request: str, status: str) -> Measured:
    """Answers a second to one request, sent again and again; any other status ends the measurement."""
    task = {"host": "127.0.0.1", "port": port, "request": request, "connections": CONNECTIONS, "seconds": SECONDS}
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("load.py"))],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS + 30,
    )
    found = json.loads(ran.stdout)
    if set(found["statuses"]) != {status}:
        sys.exit(f"Wrong answers while measuring: {found['statuses']}")
    return found["statuses"][status] / found["seconds"], found["p50_ms"], found["p99_ms"]


def request(method: str, target: str, body: str = "", **headers: str) -> str:
    """An HTTP/1.1 request as it goes over the wire; headers by name, with underscores for hyphens."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join(lines) + "\r\n\r\n" + body


def program(name: str) -> str:
    """A program of the environment that measures."""
    return str(Path(sys.executable).parent / name)


def healthy(port: int) -> bool:
    """Whether a server of ours says that it is ready."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def process(
    command: list[str], environment: dict[str, str], port: int, ready: Callable[[int], bool] = healthy
) -> Iterator[int]:
    """A server process, from its start until it is ready to the end of the block; gives its number."""
    started = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(1200):
            if ready(port):
                break
            if started.poll() is not None:
                sys.exit(f"{command[0]} did not start")
            time.sleep(0.05)
        yield started.pid
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(30)

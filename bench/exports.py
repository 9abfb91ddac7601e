"""All awards at once against psql's own copying of the same rows, what memory that takes, and pages of any filters."""

import random
import resource
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlencode

import httpx
from rich.progress import track

from award_data import BUYERS, SUPPLIERS, bins
from procurement.queries.awards import Sort, all_awards
from rounds import ROUNDS, Figure, Goal, console
from servicekit.forms import Form
from stack.postgres_programs import binary

_CSV, _NDJSON, _PSQL = "CSV of all awards", "NDJSON of all awards", "psql \\copy to CSV"
_MEGABYTE = 1 << 20
_PAGES = 400
_REGIONS = ("KZ-75", "KZ-71", "KZ-79", "KZ-10", "KZ-63")
_BINS = bins(BUYERS + SUPPLIERS)
_FILTERS: dict[str, Callable[[random.Random], str]] = {
    "buyer": lambda any_: any_.choice(_BINS[:BUYERS]),
    "supplier": lambda any_: any_.choice(_BINS[BUYERS:]),
    "item": lambda any_: "{0:3>6}.500.{0:06}".format(any_.randrange(3000)),
    "method": lambda any_: any_.choice(["rating-point", "auction", "single-source"]),
    "region": lambda any_: any_.choice(_REGIONS),
    "status": lambda any_: any_.choice(["contracted", "announced", "suspended", "cancelled", "final"]),
    "from": lambda any_: f"{any_.randrange(2016, 2026)}-0{any_.randrange(1, 10)}-01",
    "to": lambda any_: f"{any_.randrange(2016, 2026)}-0{any_.randrange(1, 10)}-28",
    "min": lambda any_: str(any_.choice([10_000, 1_000_000, 10_000_000])),
    "max": lambda any_: str(any_.choice([500, 100_000, 5_000_000])),
    "q": lambda any_: any_.choice(
        ["қағазы", f"сорт{any_.randrange(100)}", f"тауар{any_.randrange(3000)} paper", "жоқ"]
    ),
}


def copied(port: int, url: str, process: int, rows: int) -> tuple[list[Figure], dict[str, float], list[Goal]]:
    """Copy all awards in turn, in rounds: rows a second, their ratios, goals.

    Args:
        port: where the service answers.
        url: the database's, for psql.
        process: the service's, whose memory is looked at.
        rows: how many awards there are.
    """
    statement = _statement()
    idle = _resident(process)
    candidates: dict[str, Callable[[], int]] = {
        _CSV: lambda: _download(port, "csv") - 1,
        _NDJSON: lambda: _download(port, "ndjson"),
        _PSQL: lambda: _psql(url, statement),
    }
    rates: dict[str, list[float]] = {name: [] for name in candidates}
    with _watched(process) as peak:
        for _ in track(range(ROUNDS), description="Copying all awards", console=console, transient=True):
            for name, copy in candidates.items():
                began = time.perf_counter()
                if copy() != rows:
                    raise SystemExit(f"{name} does not have {rows:,} rows")
                rates[name].append(rows / (time.perf_counter() - began))
    ratios = {
        f"{name} / {_PSQL}": statistics.median(a / b for a, b in zip(rates[name], rates[_PSQL], strict=True))
        for name in (_CSV, _NDJSON)
    }
    goals = [Goal(f"{_CSV} / {_PSQL}", ratios[f"{_CSV} / {_PSQL}"], 0.85)]
    goals.append(Goal(f"{_NDJSON} / {_PSQL}", ratios[f"{_NDJSON} / {_PSQL}"], 0.65))
    goals.append(Goal("memory above idle in MB", (peak() - idle) / _MEGABYTE, 32, at_least=False))
    return [Figure(name, found) for name, found in rates.items()], ratios, goals


def filtered(port: int) -> list[Goal]:
    """Ask for pages by chance mixtures of one to four filters in every order, one at a time."""
    chance = random.Random(2026)  # noqa: S311 - the same mixtures each time
    taken: list[tuple[float, str]] = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in track(range(_PAGES), description="Asking for filtered pages", console=console, transient=True):
            names = chance.sample(sorted(_FILTERS), chance.randrange(1, 5))
            wanted = {name: _FILTERS[name](chance) for name in names}
            target = "/v1/awards?" + urlencode({**wanted, "sort": chance.choice(list(Sort)), "limit": 20})
            began = time.perf_counter()
            status = client.get(target, timeout=30).status_code
            taken.append((time.perf_counter() - began, f"{status} {target}"))
    taken.sort(reverse=True)
    for seconds, target in taken[:8]:
        console.print(f"  {seconds * 1000:.0f} ms {target}")
    milliseconds = [seconds * 1000 for seconds, _ in taken]
    console.print(f"  median {statistics.median(milliseconds):.1f} ms")
    return [Goal("filtered page p95 in ms", statistics.quantiles(milliseconds, n=20)[-1], 100, at_least=False)]


def _download(port: int, form: str) -> int:
    """Read an answer to its last chunk, as cheaply as can be; how many lines it has."""
    lines = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET /v1/awards?format={form} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        buffer = bytearray(_MEGABYTE)
        end = b""
        while size := connection.recv_into(buffer):
            # Rows have no line feed inside here; those of the head and of chunks come after a carriage return.
            lines += buffer.count(b"\n", 0, size) - buffer.count(b"\r", 0, size)
            end = (end + bytes(buffer[max(0, size - 5) : size]))[-5:]
    if end != b"0\r\n\r\n":
        raise SystemExit("The answer broke off.")
    return lines


def _statement() -> str:
    """The query that the service copies, for psql, which wants it in one line."""
    return " ".join(all_awards({}, Sort.NEWEST, Form.CSV, behind=None).query.sql.split())


def _psql(url: str, statement: str) -> int:
    copy = f"\\copy ({statement}) TO '/dev/null' CSV"
    ran = subprocess.run(
        [binary("psql"), url, "-X", "-v", "ON_ERROR_STOP=1", "-c", copy], check=True, capture_output=True, text=True
    )
    return int(ran.stdout.removeprefix("COPY "))


def _resident(process: int) -> int:
    """The bytes of memory that a process has now."""
    pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


@contextmanager
def _watched(process: int) -> Iterator[Callable[[], int]]:
    """Look at a process's memory all the time; gives the most that was seen."""
    over = Event()
    most = [_resident(process)]

    def look() -> None:
        while not over.wait(0.05):
            most[0] = max(most[0], _resident(process))

    watching = Thread(target=look)
    watching.start()
    try:
        yield lambda: most[0]
    finally:
        over.set()
        watching.join()

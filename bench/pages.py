"""How long a reader waits for a page of a house that has just played its year, and what the first page weighs."""

import re
import statistics
import time
from pathlib import Path

import httpx

from rounds import Figure, Goal, Section, healthy, process, program

_WARMING, _LOOKS = 3, 20
_FIRST_MS, _FIRST_KB = 150.0, 100.0
_YEAR_SECONDS = 600.0
# The first page in the reader's language, and the rooms that sum most up.
_PAGES = ("/", "/ru/agencies", "/ru/awards", "/ru/drafts", "/ru/register", "/ru/verify")
_NEEDED = re.compile(r'(?:src|href)="(/(?:assets|v1)/[^"]+\.(?:css|js|svg)[^"]*)"')


def measure(data: Path, port: int) -> Section:
    """One reader after another, to `ashyq run` in a data folder of its own."""
    environment = {"ASHYQ_DATA": str(data), "PORT": str(port), "ASHYQ_ADDRESS_LIMIT": "0"}
    with process([program("ashyq"), "run"], environment, port):
        _wait(port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            looks = {path: _looks(client, path) for path in _PAGES}
            weight = _weight(client) / 1000
    medians = {path: statistics.median(times) for path, times in looks.items()}
    return Section(
        "pages",
        [Figure(path, [1000 / each for each in times], medians[path], max(times)) for path, times in looks.items()],
        {f"{path}, ms": median for path, median in medians.items()},
        [
            Goal("the first page at most, milliseconds", medians["/"], _FIRST_MS, at_least=False),
            Goal("the first page with all it needs at most, kB", weight, _FIRST_KB, at_least=False),
        ],
        {"looks": _LOOKS, "first page, kB": round(weight, 1)},
        unit="pages a second to one reader",
    )


def _wait(port: int) -> None:
    """The year is played before the house answers."""
    ends = time.monotonic() + _YEAR_SECONDS
    while not healthy(port) and time.monotonic() < ends:
        time.sleep(0.5)


def _looks(client: httpx.Client, path: str) -> list[float]:
    """Milliseconds until the page is there, of each look after those that warm up."""
    took = []
    for _ in range(_WARMING + _LOOKS):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        took.append(1000 * (time.perf_counter() - began))
    return took[_WARMING:]


def _weight(client: httpx.Client) -> int:
    page = client.get("/").raise_for_status()
    needed = set(_NEEDED.findall(page.text))
    return len(page.content) + sum(len(client.get(each).raise_for_status().content) for each in needed)

"""Measures Ashyq against its limits and peers, side by side in one run, and writes the figures to bench/results.

Rounds are interleaved, so that a machine whose speed drifts does not favour anyone; the figures to quote are the
ratios. Nothing here is a test: it fails only when a goal is missed, or an answer is wrong. Arguments choose what is
measured: `appeals`, `filing`, `awards`, `gateway`, `journal`, `opening`, `pages`, `prices`, `scoring`;
without any, all of it.
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

import awards
import filing
import gateways
import journal
import opening
import pages
import prices
import registers
import scoring
from rounds import CONNECTIONS, ROUNDS, SECONDS, Section, console
from stack import postgres

RESULTS = Path(__file__).parent / "results"
_PORT = 8970
MEASUREMENTS: dict[str, Callable[[Path, int], Section]] = {
    "filing": filing.measure,
    "awards": awards.measure,
    "gateway": gateways.measure,
    "journal": journal.measure,
    "opening": opening.measure,
    "pages": pages.measure,
    "prices": prices.measure,
    "appeals": registers.measure,
    "scoring": scoring.measure,
}


def main() -> None:
    chosen = sys.argv[1:] or list(MEASUREMENTS)
    unknown = set(chosen) - MEASUREMENTS.keys()
    if unknown:
        sys.exit(f"There is no measurement {', '.join(sorted(unknown))}; there are: {', '.join(MEASUREMENTS)}")
    sections = [_measure(name) for name in chosen]
    report = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
        "connections": CONNECTIONS,
        "rounds": ROUNDS,
        "seconds_each": SECONDS,
        "sections": [_as_data(section) for section in sections],
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{'-'.join(chosen)}.json"
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    console.print(f"\nWritten to bench/results/{file.name}")
    missed = [goal.name for section in sections for goal in section.goals if not goal.met]
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


def _measure(name: str) -> Section:
    with tempfile.TemporaryDirectory(prefix="ashyq-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        try:
            section = MEASUREMENTS[name](data, _PORT)
        finally:
            postgres.remove(data)
    _print(section)
    return section


def _as_data(section: Section) -> dict[str, Any]:
    return {
        **vars(section),
        "figures": [vars(figure) | {"median": figure.median} for figure in section.figures],
        "goals": [vars(goal) | {"met": goal.met} for goal in section.goals],
    }


def _print(section: Section) -> None:
    title = f"{section.name}: {section.unit}, {CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS:g} s, interleaved"
    table = Table(title=title)
    for heading in ("", "median", "least", "most", "p50 ms", "p99 ms"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in section.figures:
        latencies = ["" if value is None else f"{value:.1f}" for value in (figure.p50_ms, figure.p99_ms)]
        rates = [f"{value:.0f}" for value in (figure.median, min(figure.rates), max(figure.rates))]
        table.add_row(figure.name, *rates, *latencies)
    console.print(table)
    for name, value in section.ratios.items():
        console.print(f"  {name}: [bold]{value:.2f}[/bold]")
    for goal in section.goals:
        mark = "[green]met[/green]" if goal.met else "[red]missed[/red]"
        console.print(f"  {goal.name}: {goal.value:.2f} (goal {goal.limit:g}) {mark}")
    console.print(f"  {section.circumstances}\n")


if __name__ == "__main__":
    main()

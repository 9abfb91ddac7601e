"""The command: journals are checked one after the other, and what was found is told, as text or as JSON."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stack.fsck.checking import Checked, check
from stack.fsck.memory import BadMemory, Remembered, remember, remembered
from stack.fsck.reading import Advance, Unreadable

VERIFIED, FAULTY, UNREADABLE = 0, 1, 2
"""Exit codes, as those of `ashyq-verify`."""


def tell(
    urls: Sequence[str], out: Console, progress: Console, *, memory: Path | None, witness: str | None, as_json: bool
) -> int:
    """Check journals; the exit code.

    Args:
        urls: of the journals.
        out: where it is told.
        progress: where a bar is drawn, if it is a terminal.
        memory: the file to which what was found right is added.
        witness: as in `check`.
        as_json: tell it as one JSON object.
    """
    found = []
    for url in (each.rstrip("/") for each in urls):
        members, lines = _told(url, memory, witness, progress)
        found.append(members)
        if not as_json:
            out.out("\n".join(lines), highlight=False)
    codes = {_code(members) for members in found}
    if as_json:
        out.out(json.dumps({"verified": codes == {VERIFIED}, "journals": found}), highlight=False)
    return FAULTY if FAULTY in codes else max(codes)


def _told(url: str, memory: Path | None, witness: str | None, progress: Console) -> tuple[dict[str, Any], list[str]]:
    name = url.rpartition("/")[2]
    try:
        known = Remembered() if memory is None else remembered(memory).get(url, Remembered())
        with _bar(name, progress) as advance:
            checked = check(url, known, witness, advance)
        if memory is not None and not checked.faults:
            remember(memory, url, checked.keys, checked.note)
    except (Unreadable, BadMemory) as error:
        return {"url": url, "verified": False, "error": str(error), "faults": []}, [f"{name}: not read. {error}"]
    return _members(url, checked), [*map(str, checked.faults), _last_line(name, checked)]


@contextmanager
def _bar(name: str, console: Console) -> Iterator[Advance]:
    columns = (TextColumn(f"{name}:"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _members(url: str, checked: Checked) -> dict[str, Any]:
    checkpoint = checked.checkpoint
    return {
        "url": url,
        "verified": not checked.faults,
        "error": None,
        "origin": None if checkpoint is None else checkpoint.origin,
        "size": None if checkpoint is None else checkpoint.size,
        "witnesses": checked.witnesses,
        "faults": [fault.members for fault in checked.faults],
    }


def _last_line(name: str, checked: Checked) -> str:
    if checked.checkpoint is None:
        return f"{name}: NOT verified"
    said = f"{name}: {checked.checkpoint.size:,} entries, checkpoint {checked.checkpoint.root.hex()[:16]}…"
    if checked.faults:
        return f"{said} NOT verified"
    seen = [f"{who} at {datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}" for who, time in checked.witnesses]
    return f"{said} verified, " + (f"witnessed by {' and '.join(seen)}" if seen else "witnessed by nobody")


def _code(members: dict[str, Any]) -> int:
    if members["verified"]:
        return VERIFIED
    return FAULTY if members["faults"] else UNREADABLE

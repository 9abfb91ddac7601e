"""What `ashyq import` does: releases of OCDS out of files and addresses into a running house, in batches."""

import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from procurement.schemas.ocds.packages import releases_in

_BATCH_BYTES = 512 * 1024
_TOLD_ERRORS = 20
_SECONDS = 120.0


class CannotImport(Exception):
    """A file or an address cannot be read, or the house does not take what is sent."""


@dataclass
class Tally:
    """What became of all that was sent."""

    kept: int = 0
    known: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def import_all(places: list[str], client: httpx.Client, console: Console, *, source: str | None) -> Tally:
    """Send every release in files and addresses to a house; `client` has its address and the auditor's token.

    Lines are read as they come; a package that is one JSON document is read whole.

    Raises:
        CannotImport: as the class says; what was sent before is kept, and sending it again does no harm.
    """
    tally = Tally()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        for place in places:
            task = progress.add_task(escape(place.rsplit("/", 1)[-1]), total=None)
            with _opened(place, lambda size, task=task: progress.update(task, total=size)) as raw:
                plain = gzip.GzipFile(fileobj=raw) if place.endswith(".gz") else raw
                for batch in _batches(plain, place):
                    _send(client, batch, source, tally, place)
                    progress.update(task, completed=raw.tell())
    return tally


def tell_tally(tally: Tally, console: Console) -> None:
    """Say what was kept, and of what was not why."""
    console.print(f"{tally.kept} kept, {tally.known} known already, {tally.refused} refused.")
    for reason, count in tally.reasons.most_common():
        console.print(f"  {reason}: {count}")
    for error in tally.errors[:_TOLD_ERRORS]:
        console.print(f"  {escape(error)}", soft_wrap=True)
    if len(tally.errors) > _TOLD_ERRORS:
        console.print(f"  and {len(tally.errors) - _TOLD_ERRORS} more")


class _Counted(io.RawIOBase):
    """Bytes of an answer as a file that knows how many of them were read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""
        self._at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = chunk
        taken = self._left[: len(buffer)]
        self._left = self._left[len(taken) :]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)


@contextmanager
def _opened(place: str, told: Any) -> Iterator[IO[bytes]]:
    """A file or an address, to be read; `told` hears its size, if it is known."""
    try:
        if place.startswith(("http://", "https://")):
            with httpx.stream("GET", place, follow_redirects=True, timeout=_SECONDS) as answer:
                answer.raise_for_status()
                told(int(answer.headers["content-length"]) if "content-length" in answer.headers else None)
                yield io.BufferedReader(_Counted(answer.iter_raw()))
        else:
            told(Path(place).stat().st_size)
            with Path(place).open("rb") as file:
                yield file
    except (OSError, httpx.HTTPError, EOFError) as error:
        raise CannotImport(f"{place}: {error}") from error


def _batches(file: Any, place: str) -> Iterator[bytes]:
    """Lines of JSON that are sent together."""
    batch: list[bytes] = []
    size = 0
    for line in _lines(file, place):
        if batch and size + len(line) > _BATCH_BYTES:
            yield b"\n".join(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line) + 1
    if batch:
        yield b"\n".join(batch)


def _lines(file: Any, place: str) -> Iterator[bytes]:
    """Each document that is a line by itself; or, of one document over many lines, each release in it."""
    lines = _stripped(file)
    first = next(lines, None)
    if first is None:
        return
    if _is_whole(first):
        second = next(lines, None)
        if second is not None:
            yield from (first, second)
            yield from lines
            return
        rest = b""
    else:
        rest = b"\n".join(lines)
    try:
        document = json.loads(first + b"\n" + rest)
    except ValueError as error:
        raise CannotImport(f"{place} is neither JSON nor lines of JSON: {error}") from error
    for release in releases_in(document):
        yield json.dumps(release, ensure_ascii=False).encode()


def _stripped(file: Any) -> Iterator[bytes]:
    for line in file:
        if line.strip():
            yield line.strip()


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _send(client: httpx.Client, batch: bytes, source: str | None, tally: Tally, place: str) -> None:
    parameters = {} if source is None else {"source": source}
    headers = {"Content-Type": "application/x-ndjson"}
    try:
        answer = client.post("/v1/ocds/imports", content=batch, params=parameters, headers=headers)
    except httpx.HTTPError as error:
        raise CannotImport(f"the house does not answer: {error}") from error
    if answer.status_code != httpx.codes.OK:
        raise CannotImport(f"the house does not take {place}: {answer.status_code} {answer.text[:300]}")
    told = answer.json()
    tally.kept += told["kept"]
    tally.known += told["known"]
    tally.refused += told["refused"]
    for each in told["errors"]:
        tally.reasons[each["reason"]] += 1
        name = each["id"] or f"release {each['n']} of a batch"
        tally.errors.append(f"{place}: {name} {each['pointer'] or '/'}: {each['reason']}, {each['detail']}")

"""What `ashyq import` does: releases of OCDS out of files and addresses into a running house, in batches."""

import gzip
import io
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from stack.documents import UnreadableDocument, lines_in

_BATCH_BYTES = 512 * 1024
_TOLD_ERRORS = 20
_SECONDS = 120.0
_GZIP = b"\x1f\x8b"
_BROKE_OFF = "it broke off ({error}). Run the same once more: what was kept is not kept twice."
_NO_ADDRESS = "it is no address ({error}). An address is as https://example.org/releases.jsonl.gz."
_NOBODY = "nobody answers there ({error}). Look whether the address is right, and the network there."
# What to do about a place that cannot be read; the first kind that fits an error tells it.
_REMEDIES: dict[type[Exception], str] = {
    UnreadableDocument: "{error}",
    httpx.HTTPStatusError: "the server answers {error.response.status_code} {error.response.reason_phrase}. "
    "Look whether the address is right.",
    httpx.ConnectError: _NOBODY,
    httpx.ConnectTimeout: _NOBODY,
    httpx.UnsupportedProtocol: _NO_ADDRESS,
    httpx.InvalidURL: _NO_ADDRESS,
    httpx.HTTPError: _BROKE_OFF,
    EOFError: _BROKE_OFF,
    zlib.error: _BROKE_OFF,
    FileNotFoundError: "there is no such file. Look whether its name is right.",
    OSError: "it cannot be read ({error}).",
}


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

    They are read as they come, so that a place may have any length.

    Raises:
        CannotImport: as the class says; what was sent before is kept, and sending it again does no harm.
    """
    tally = Tally()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        for place in places:
            task = progress.add_task(escape(place.rsplit("/", 1)[-1]), total=None)
            with _opened(place) as opened:
                progress.update(task, total=opened.size)
                for batch in _batches(_unpacked(opened.file)):
                    _send(client, batch, source, tally, place)
                    progress.update(task, completed=opened.at())
                progress.update(task, completed=opened.at(), total=opened.at())
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


@dataclass
class _Opened:
    """A place that is read: its bytes, how many there are if that is known, and how many were read by now."""

    file: "io.BufferedReader[Any]"
    size: int | None
    at: Callable[[], int]


class _Chunks(io.RawIOBase):
    """Parts of an answer as a file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = chunk
        taken = self._left[: len(buffer)]
        self._left = self._left[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


@contextmanager
def _opened(place: str) -> Iterator[_Opened]:
    try:
        if place.startswith(("http://", "https://")):
            with httpx.stream("GET", place, follow_redirects=True, timeout=_SECONDS) as answer:
                answer.raise_for_status()
                size = answer.headers.get("content-length")
                chunks = io.BufferedReader(_Chunks(answer.iter_bytes()))
                yield _Opened(chunks, size and int(size), lambda: answer.num_bytes_downloaded)
        else:
            with Path(place).open("rb") as file:
                yield _Opened(file, os.fstat(file.fileno()).st_size, file.tell)
    except tuple(_REMEDIES) as error:
        raise CannotImport(f"{place}: {_told(error)}") from error


def _told(error: Exception) -> str:
    """What went wrong with a place, and what to do."""
    return next(text for kind, text in _REMEDIES.items() if isinstance(error, kind)).format(error=error)


def _unpacked(file: "io.BufferedReader[Any]") -> IO[bytes]:
    """What is read, unpacked if its first bytes are those of gzip: names and headers are not always true."""
    return gzip.GzipFile(fileobj=file) if file.peek(2).startswith(_GZIP) else file  # type: ignore[return-value]


def _batches(file: IO[bytes]) -> Iterator[bytes]:
    """Lines of JSON that are sent together."""
    batch: list[bytes] = []
    size = 0
    try:
        for line in lines_in(file):
            if batch and size + len(line) > _BATCH_BYTES:
                yield b"\n".join(batch)
                batch, size = [], 0
            batch.append(line)
            size += len(line) + 1
    except Exception:
        if batch:
            yield b"\n".join(batch)  # what came before is good
        raise
    if batch:
        yield b"\n".join(batch)


def _send(client: httpx.Client, batch: bytes, source: str | None, tally: Tally, place: str) -> None:
    parameters = {} if source is None else {"source": source}
    headers = {"Content-Type": "application/x-ndjson"}
    try:
        answer = client.post("/v1/ocds/imports", content=batch, params=parameters, headers=headers)
    except httpx.HTTPError as error:
        raise CannotImport(
            f"The house does not answer ({error}). Run the same once it does: what was kept is not kept twice."
        ) from error
    if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        raise CannotImport(
            f"{place}: a release has more bytes ({len(batch)}) than the house takes at once. "
            "Start it with a larger ASHYQ_BODY_LIMIT."
        )
    if answer.status_code != httpx.codes.OK:
        raise CannotImport(f"The house does not take {place}: {answer.status_code} {answer.text[:300]}")
    told = answer.json()
    tally.kept += told["kept"]
    tally.known += told["known"]
    tally.refused += told["refused"]
    for each in told["errors"]:
        tally.reasons[each["reason"]] += 1
        name = each["id"] or f"release {each['n']} of a batch"
        tally.errors.append(f"{place}: {name} {each['pointer'] or '/'}: {each['reason']}, {each['detail']}")

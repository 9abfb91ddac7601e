"""Files of open data as lines that are sent one by one, however long the file is: a release at most is held of it."""

import codecs
import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import IO, Any, TypeAlias

import ijson
from ijson.common import ObjectBuilder

from procurement.schemas.ocds.packages import is_linked, releases_in

LONGEST_LINE = 1024 * 1024
"""Bytes of a line: no house takes more at once, unless it is told to."""
_QUOTED = 40

_Event: TypeAlias = tuple[str, Any]


class UnreadableDocument(Exception):
    """A file is neither JSON nor lines of JSON, or not to its end; it says why, and what to do."""


def lines_in(file: IO[bytes]) -> Iterator[bytes]:
    """Each line of lines of JSON as it is; or, of one document over any lines, each release in it as a line.

    Raises:
        UnreadableDocument: as the class says; the lines before are good.
    """
    start = _first_line(file)
    if not start:
        return
    if _is_whole(start):
        yield start.strip()
        yield from _further_lines(file)
    else:
        yield from _taken_apart(_Source(start, file))


class _Source:
    """A file whose first bytes were looked at; `ended` once there is no more."""

    def __init__(self, start: bytes, file: IO[bytes]) -> None:
        self.begins = start[:_QUOTED]
        self.ended = False
        self._start = start
        self._file = file

    def read(self, size: int) -> bytes:
        if not size:
            return b""
        found, self._start = self._start, b""
        found = found or self._file.read(size)
        self.ended = not found
        return found


def _first_line(file: IO[bytes]) -> bytes:
    """The first line with something in it, or as much of it as a line may have."""
    line = file.readline(LONGEST_LINE).removeprefix(codecs.BOM_UTF8)
    while line and not line.strip():
        line = file.readline(LONGEST_LINE)
    return line


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _further_lines(file: IO[bytes]) -> Iterator[bytes]:
    n = 1
    while line := file.readline(LONGEST_LINE + 1):
        n += 1
        if len(line) > LONGEST_LINE:
            raise UnreadableDocument(f"line {n} has more than {LONGEST_LINE} bytes. Give it as a file of its own.")
        if line.strip():
            yield line.strip()


def _taken_apart(source: _Source) -> Iterator[bytes]:
    told = 0
    try:
        for release in _releases(ijson.basic_parse(source)):
            yield json.dumps(release, ensure_ascii=False).encode()
            told += 1
    except (ijson.JSONError, RecursionError) as error:
        if source.ended:
            raise UnreadableDocument(
                f"it ends in the middle, after {told} releases. Get it again, and run the same once more: "
                "what was kept is not kept twice."
            ) from error
        if told:
            raise UnreadableDocument(f"it is no JSON behind release {told}. Ask its publisher to mend it.") from error
        begins = source.begins.decode("utf-8", "replace")
        raise UnreadableDocument(
            f"it is neither JSON nor lines of JSON, and begins with {begins!r}. Give the file of the data itself."
        ) from error


def _releases(events: Iterator[_Event]) -> Iterator[Any]:
    """The releases in a document, as `releases_in` finds them, but as they come."""
    first = next(events)
    if first[0] == "start_array":
        for each in _elements(events):
            yield from releases_in(each)
    elif first[0] == "start_map":
        yield from _releases_of_object(events)
    else:
        yield _value(first, events)
    for _ in events:  # more than one value is no document
        pass


def _releases_of_object(events: Iterator[_Event]) -> Iterator[Any]:
    """The releases of a package or a record, of which the rest is kept; or the release that the object is."""
    rest: dict[str, Any] = {}
    linked: list[Any] = []
    is_package = has_embedded = False
    for event, name in events:
        if event == "end_map":
            break
        first = next(events)
        if name not in {"releases", "records"} or first[0] != "start_array" or "tag" in rest:
            rest[name] = _value(first, events)
            continue
        is_package = True
        for each in _elements(events):
            if name == "records":
                yield from releases_in(each)
            elif is_linked(each):
                linked.append(each)
            else:
                has_embedded = True
                yield each
    if not is_package:
        yield from releases_in(rest)
    elif "compiledRelease" in rest and not has_embedded:
        yield rest["compiledRelease"]
    else:
        yield from linked


def _elements(events: Iterator[_Event]) -> Iterator[Any]:
    """The elements of an array that has begun."""
    for first in events:
        if first[0] == "end_array":
            return
        yield _value(first, events)


def _value(first: _Event, events: Iterator[_Event]) -> Any:
    """The value that begins with an event."""
    builder = ObjectBuilder()
    depth = 0
    for event, value in chain([first], events):
        builder.event(event, float(value) if isinstance(value, Decimal) else value)
        depth += event.startswith("start_") - event.startswith("end_")
        if not depth:
            break
    return builder.value

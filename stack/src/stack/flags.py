"""`ashyq flags`: red flags of a file of compiled releases, without a house, a database or a network."""

import json
import math
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, FileSizeColumn, Progress, TextColumn, TimeRemainingColumn

from redflags import (
    CARDINAL,
    RULES,
    Cardinal,
    Finding,
    Options,
    Populations,
    UnfitSettings,
    by_group,
    by_indicator,
    examine,
    read_settings,
)
from redflags.lines import UnreadableLine, release_of
from redflags.releases import Release

Profile = Literal["cardinal", "ashyq"]
TOLD_LINES = 50
BIG = 8 * 1024 * 1024  # bytes; a smaller file is done before a bar could be seen
CANNOT = 2


class CannotFlag(Exception):
    """The file or the settings cannot be used; it says why."""


def tell_flags(file: str, profile: Profile, settings: Path | None, errors: Console, *, whole: bool) -> int:
    """Print the flags of a file; the exit code.

    Args:
        file: a path, or ``-`` for standard input.
        profile: ``cardinal`` for values by indicator and id, ``ashyq`` for findings of every rule, one a line.
        settings: a JSON file.
        errors: where bad lines are told and a bar is drawn, if it is a terminal.
        whole: of ``cardinal``, by group as Cardinal itself prints; of ``ashyq``, also what is clear or not computable.
    """
    try:
        options = _options(profile, settings)
        with _opened(file) as lines:
            releases = _releases(lines, file, errors)
            if profile == "cardinal":
                _tell_indicators(options, releases, whole=whole)
            else:
                _tell_findings(options, releases, whole=whole)
    except CannotFlag as error:
        errors.print(escape(str(error)), style="red", soft_wrap=True)
        return CANNOT
    return 0


def _tell_indicators(options: Options, releases: Iterator[Release], *, whole: bool) -> None:
    cardinal = Cardinal(options)
    for release in releases:
        cardinal.add(release)
    results = cardinal.results()
    _say(by_group(results) if whole else by_indicator(results))


def _tell_findings(options: Options, releases: Iterator[Release], *, whole: bool) -> None:
    def tell(findings: Iterator[Finding]) -> None:
        for finding in findings:
            if whole or finding.state == "flag":
                _say({"version": RULES[finding.rule].version} | finding.as_data())

    populations = Populations(options)
    for release in releases:
        populations.add(release)
        tell(examine(release, options))
    tell(populations.findings())


def _options(profile: Profile, settings: Path | None) -> Options:
    rules, by_lot = (CARDINAL, False) if profile == "cardinal" else (tuple(RULES), True)
    if settings is None:
        return Options(rules=rules, by_lot=by_lot)
    try:
        return read_settings(json.loads(settings.read_text("utf-8")), rules, by_lot=by_lot)
    except OSError as error:
        raise CannotFlag(f"The settings cannot be read: {error}") from error
    except UnfitSettings as error:
        raise CannotFlag(f"In {settings}, {error}") from error
    except ValueError as error:
        raise CannotFlag(f"{settings} is not JSON: {error}") from error


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as open_files:
        try:
            opened = open_files.enter_context(Path(file).open("rb"))
        except OSError as error:
            raise CannotFlag(f"The file cannot be read: {error}") from error
        yield opened


def _releases(lines: BinaryIO, file: str, errors: Console) -> Iterator[Release]:
    """The releases of the lines; each line that is none is told with its number, and at the end how many there were."""
    bad = count = 0
    with _bar(lines, file, errors) as read:
        try:
            for count, line in enumerate(lines, 1):
                read(len(line))
                try:
                    release = release_of(line)
                except UnreadableLine as error:
                    bad += 1
                    if bad <= TOLD_LINES:
                        errors.print(escape(f"Line {count} is left out: {error}"), soft_wrap=True)
                else:
                    if release is not None:
                        yield release
        except OSError as error:
            raise CannotFlag(f"The file cannot be read: {error}") from error
    if bad:
        errors.print(escape(f"{bad} of {count} lines are no compiled releases and were left out."), soft_wrap=True)


@contextmanager
def _bar(lines: BinaryIO, file: str, errors: Console) -> Iterator[Any]:
    size = 0 if file == "-" else os.fstat(lines.fileno()).st_size
    if size < BIG or not errors.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("Reading"), BarColumn(), FileSizeColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("", total=size)
        pending = 0

        def read(length: int) -> None:
            nonlocal pending
            pending += length
            if pending >= BIG // 8:
                progress.advance(task, pending)
                pending = 0

        yield read


def _say(data: Any) -> None:
    """One line of JSON; numbers that JSON cannot say are null, as in Cardinal's output."""
    print(json.dumps(_sayable(data), ensure_ascii=True))  # noqa: T201 - to be read by programs


def _sayable(data: Any) -> Any:
    if isinstance(data, float) and not math.isfinite(data):
        return None
    if isinstance(data, dict):
        return {name: _sayable(value) for name, value in data.items()}
    return [_sayable(one) for one in data] if isinstance(data, list | tuple) else data

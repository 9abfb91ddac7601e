"""Where time comes from: the machine, or on a developer's machine a legal time that can be moved."""

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Protocol

from fastapi import Depends, Request


class Clock(Protocol):
    """Legal time: what dates, terms and deadlines are reckoned by."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """Legal time as the machine tells it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SandboxClock:
    """Legal time that runs on from wherever it was set; several processes share it through one file.

    The file holds the distance in seconds between legal and real time. Only legal time moves: tokens, limits and
    retention go by real time.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._read()

    def move_to(self, moment: datetime) -> None:
        """Set legal time to `moment` (aware); from there it runs on."""
        distance = (moment - datetime.now(UTC)).total_seconds()
        with tempfile.NamedTemporaryFile("w", dir=self._file.parent, delete=False) as new:
            new.write(repr(distance))
        os.replace(new.name, self._file)  # noqa: PTH105 - atomic, so that no reader sees half a number

    def _read(self) -> timedelta:
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return timedelta()
        if (stat.st_mtime_ns, stat.st_ino) != self._seen:
            self._offset = timedelta(seconds=float(self._file.read_text()))
            self._seen = (stat.st_mtime_ns, stat.st_ino)
        return self._offset


def clock_for(file: Path | None) -> Clock:
    """The sandbox clock when a file is named, else the machine's."""
    return SystemClock() if file is None else SandboxClock(file)


async def _now(request: Request) -> datetime:
    clock: Clock = request.state.clock
    return clock.now()


Now = Annotated[datetime, Depends(_now)]

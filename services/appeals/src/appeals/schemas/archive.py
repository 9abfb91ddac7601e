"""A ZIP that is given away while it is made, however large its members are."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any, TypeAlias

from statute.deadlines import local

Content: TypeAlias = bytes | AsyncIterator[bytes]


async def zipped(members: Iterable[tuple[str, Content]], now: datetime) -> AsyncIterator[bytes]:
    """A ZIP of members by name; what comes in pieces is stored as it is, piece by piece, and the rest is compressed."""
    sink = _Sink()
    moment = local(now)
    made_at = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in members:
            place = zipfile.ZipInfo(name, made_at)
            if isinstance(content, bytes):
                archive.writestr(place, content, zipfile.ZIP_DEFLATED)
                yield sink.taken()
                continue
            with archive.open(place, "w") as member:
                async for piece in content:
                    member.write(piece)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what a ZIP writes, which then need not go back, until it is given away."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces += piece
        return len(piece)

    def taken(self) -> bytes:
        piece = bytes(self._pieces)
        self._pieces.clear()
        return piece

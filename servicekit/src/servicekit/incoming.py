"""Bodies that are files: taken piece by piece as they come, so that none is ever whole in memory.

An endpoint asks for one by an argument, `Incoming`; its address then takes bodies up to the limit of files.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import Scope

PIECE = 262144
UNDECLARED = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """The most bytes of a request's body: `usual`, or `file` where one is sent to an address that takes files."""

    usual: int
    file: int = 0
    addresses: tuple[re.Pattern[str], ...] = ()

    def takes_file(self, scope: Scope) -> bool:
        return scope["method"] == "POST" and any(each.fullmatch(scope["path"]) for each in self.addresses)

    def is_passed(self, scope: Scope, size: int) -> bool:
        """Whether a body of so many bytes is too large; where it is asked is looked at only when that matters."""
        return size > self.usual and not (size <= self.file and self.takes_file(scope))


class IncomingFile:
    """The body of a request, which can be read once, from its beginning to its end."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._hash = hashlib.sha256()
        self._whole = False
        self._arriving = self._arrive()
        self.size = 0

    @property
    def declared(self) -> str:
        """The media type that the sender says it has; `UNDECLARED` when the sender does not say."""
        said = self._request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return said or UNDECLARED

    async def pieces(self) -> AsyncIterator[bytes]:
        """What comes, in pieces of `PIECE` bytes; only the last is shorter.

        Raises:
            BodyTooLarge: more comes than the address takes.
            ClientDisconnect: the sender is gone.
        """
        held = bytearray()
        async for arrived in self._arriving:
            held += arrived
            while len(held) >= PIECE:
                yield bytes(held[:PIECE])
                del held[:PIECE]
        if held:
            yield bytes(held)

    async def digest(self) -> bytes | None:
        """SHA-256 of the whole body, whatever of it has been read; None if it broke off.

        Raises:
            BodyTooLarge, ClientDisconnect: as `pieces`.
        """
        async for _ in self._arriving:
            pass
        return self._hash.digest() if self._whole else None

    async def _arrive(self) -> AsyncIterator[bytes]:
        async for arrived in self._request.stream():
            self._hash.update(arrived)
            self.size += len(arrived)
            yield arrived
        self._whole = True


def asks_for_file(dependant: Dependant) -> bool:
    """Whether an endpoint has an `Incoming` among its arguments."""
    return dependant.call is _incoming or any(asks_for_file(below) for below in dependant.dependencies)


def file_addresses(routers: Iterable[APIRouter]) -> tuple[re.Pattern[str], ...]:
    """The addresses of these routers that take files."""
    routes = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    return tuple(route.path_regex for route in routes if asks_for_file(route.dependant))


def file_of(request: Request) -> IncomingFile | None:
    """The file that a request brings, if its endpoint takes one."""
    found: IncomingFile | None = getattr(request.state, "incoming", None)
    return found


async def _incoming(request: Request) -> IncomingFile:
    incoming: IncomingFile = request.state.incoming
    return incoming


Incoming = Annotated[IncomingFile, Depends(_incoming)]

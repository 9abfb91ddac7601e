"""All of a list at once, a line for each row, in one snapshot and in constant memory, as fast as it is taken.

The rows are those of the list's own pages, which are asked for one after the other in one transaction; of the largest
lists, PostgreSQL writes the very same lines itself (`CopyOf`). An answer that breaks off has no last chunk, so that it
cannot be taken for a whole one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from servicekit.database import Query
from servicekit.database_failures import DatabaseBusy
from servicekit.forms import Form
from servicekit.paging import LARGEST_PAGE, WHOLE, ListOf, Packaged
from servicekit.tabular import Path, columns_of, header, row
from servicekit.transactions import Opener, snapshots

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]

SECONDS = 3600
_STALLED_SECONDS = 60.0
_PIECE = 131072
_DECODER = json.JSONDecoder()
_TYPES = {Form.CSV: "text/csv; charset=utf-8; header=present", Form.NDJSON: Form.NDJSON.media_type}


class CopyOf(Response):
    """What an endpoint answers with when the whole of its list is asked for and PostgreSQL is to write the lines.

    The query gives, for NDJSON, each row as one JSON text, the same as in a page; for CSV, a column for each of the
    declared shape, in its order, in the texts that JSON has.
    """

    def __init__(self, query: Query, values: dict[str, Any]) -> None:
        super().__init__()
        self.query = query
        self.values = values


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that can be had whole: by what name and in which forms and columns, and how its pages are made.

    `rows` is what stands in a page before its rows; no text in a page can hold it, since a quote in a text is escaped.
    """

    name: str
    forms: tuple[Form, ...]
    columns: list[Path]
    rows: str
    handle: Handler
    opener: Opener | None

    @classmethod
    def of(cls, path: str, shape: type[ListOf[Any] | Packaged], handle: Handler, opener: Opener | None) -> "Listing":
        """The list at an address: it is named by the address's last word."""
        name = [part for part in path.split("/") if part and "{" not in part][-1]
        if issubclass(shape, Packaged):
            return cls(name, forms_of(shape), [], f'"{shape.packed}":[', handle, opener)
        (item,) = shape.__pydantic_generic_metadata__["args"]
        return cls(name, forms_of(shape), columns_of(item), '"items":[', handle, opener)


def forms_of(shape: type[ListOf[Any] | Packaged]) -> tuple[Form, ...]:
    """The forms in which a list of this shape can be had."""
    return (Form.JSON, Form.NDJSON) if issubclass(shape, Packaged) else tuple(Form)


class Whole(Response):
    """The answer that holds all rows of a list, read while it is sent.

    Calling it raises, before anything is sent, what reading the first page raises, and DatabaseBusy when too many
    others are being answered so; later, whatever goes wrong cuts the connection.
    """

    def __init__(self, listing: Listing, request: Request, form: Form) -> None:
        super().__init__()
        self._listing = listing
        self._request = request
        self._form = form

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        outlet = _Outlet(send, self._head())
        sending = asyncio.create_task(self._send(outlet))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise ClientDisconnect
        finally:
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
        sending.result()

    def _head(self) -> list[tuple[bytes, bytes]]:
        file = f"{self._listing.name}.{self._form}"
        return [
            (b"content-type", _TYPES[self._form].encode()),
            (b"content-disposition", f'attachment; filename="{file}"'.encode()),
            (b"vary", b"Accept"),
        ]

    async def _send(self, outlet: "_Outlet") -> None:
        try:
            async with asyncio.timeout(SECONDS):
                if self._form is Form.CSV:
                    outlet.hold(header(self._listing.columns).encode())
                await self._read(outlet)
                await outlet.end()
        except TimeoutError as error:
            raise DatabaseBusy("it took too long") from error

    async def _read(self, outlet: "_Outlet") -> None:
        request, listing = self._request, self._listing
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "format"]
        a_page = "limit" in request.query_params
        query: str | None = urlencode(asked if a_page else [*asked, ("limit", LARGEST_PAGE)])
        async with snapshots(listing.opener, request) as begin:
            while query is not None:
                scope = {**request.scope, "query_string": query.encode(), WHOLE: None if a_page else self._form}
                async with begin() as transaction:
                    page = Request(scope, request.receive)
                    page.state.transaction = transaction
                    answer = await listing.handle(page)
                if isinstance(answer, CopyOf):
                    plain = self._form is Form.NDJSON
                    await transaction.copy(answer.query, outlet.write, seconds=SECONDS, plain=plain, **answer.values)
                    return
                lines, rest = self._lines(bytes(answer.body).decode())
                await outlet.write(lines.encode())
                following = None if a_page else json.loads("{" + rest)["next"]
                query = None if following is None else urlsplit(following).query

    def _lines(self, page: str) -> tuple[str, str]:
        """The lines of a page, its items byte for byte, and what stands behind them."""
        at = page.index(self._listing.rows) + len(self._listing.rows)
        lines = []
        while page[at] != "]":
            item, end = _DECODER.raw_decode(page, at)
            lines.append(row(item, self._listing.columns) if self._form is Form.CSV else page[at:end] + "\n")
            at = end + (page[end] == ",")
        return "".join(lines), page[at + 2 :]


class _Outlet:
    """Where lines go out, many at a time, and not before there are some or there are none."""

    def __init__(self, send: Send, head: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._head: list[tuple[bytes, bytes]] | None = head
        self._held: list[bytes] = []
        self._size = 0

    def hold(self, lines: bytes) -> None:
        """Send these with the next."""
        self._held.append(lines)
        self._size += len(lines)

    async def write(self, lines: bytes) -> None:
        """Send these, or keep them for a little while; waits for a caller that is slow, but not for ever.

        Raises:
            TimeoutError: the caller takes nothing any more.
        """
        self.hold(lines)
        if self._size > _PIECE:
            await self._flush(more=True)

    async def end(self) -> None:
        await self._flush(more=False)

    async def _flush(self, *, more: bool) -> None:
        body = b"".join(self._held)
        self._held, self._size = [], 0
        async with asyncio.timeout(_STALLED_SECONDS):
            if self._head is not None:
                head, self._head = self._head, None
                await self._send({"type": "http.response.start", "status": 200, "headers": head})
            await self._send({"type": "http.response.body", "body": body, "more_body": more})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

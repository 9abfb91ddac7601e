"""The outermost layer: what callers may not say is dropped on the way in, what services should not say on the way out.

Only the pages may say for whom they ask, so that their readers' requests are counted apart; they have a key for it.

It stands outside all others, so that a refusal at the door obeys the same rules as a service's answer.
"""

from collections.abc import Iterable
from random import getrandbits

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.boundary import REQUEST_ID
from servicekit.hops import HOP_BY_HOP, Headers, end_to_end
from servicekit.vouching import VISITOR, vouched

_REQUEST_ID = REQUEST_ID.encode()
_VISITOR = VISITOR.encode()
# How the names begin that only the gateway may say to a service.
OURS = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-ashyq-", _REQUEST_ID)
_REPLACED = HOP_BY_HOP | {b"server", b"x-content-type-options", _REQUEST_ID}
_NO_GUESSING = (b"x-content-type-options", b"nosniff")
_VARY = (b"vary", b"Authorization, Accept-Language")
_NOT_KEPT = ((b"cache-control", b"no-cache"), _VARY)
_NOT_KEPT_BY_OTHERS = ((b"cache-control", b"private, no-cache"), _VARY)


class Entrance:
    """Cleans the headers of requests and answers, and gives each request its id."""

    def __init__(self, app: ASGIApp, key: bytes | None = None) -> None:
        """An entrance to an app; with `key` the pages say for whom they ask."""
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = b"%032x" % getrandbits(128)
        if self._key is not None:
            _believe(scope, self._key)
        headers = _cleaned_request(scope, request_id)

        async def send_cleaned(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _cleaned_answer(message["headers"], headers, request_id)
            await send(message)

        scope["headers"] = headers
        await self._app(scope, receive, send_cleaned)


def _believe(scope: Scope, key: bytes) -> None:
    for name, value in scope["headers"]:
        if name == _VISITOR:
            address = vouched(key, value.decode("latin-1"))
            if address is not None:
                scope["client"] = (address, 0)


def _cleaned_request(scope: Scope, request_id: bytes) -> Headers:
    kept = [pair for pair in end_to_end(scope["headers"]) if not pair[0].startswith(OURS)]
    client = scope.get("client")
    if client:
        kept.append((b"x-forwarded-for", client[0].encode()))
    kept += ((b"x-forwarded-proto", scope.get("scheme", "http").encode()), (_REQUEST_ID, request_id))
    return kept


def _cleaned_answer(headers: Iterable[tuple[bytes, bytes]], request: Headers, request_id: bytes) -> Headers:
    kept = end_to_end([(name.lower(), value) for name, value in headers], _REPLACED)
    if not _has(kept, b"cache-control"):
        kept += _NOT_KEPT_BY_OTHERS if _has(request, b"authorization") else _NOT_KEPT
    kept += (_NO_GUESSING, (_REQUEST_ID, request_id))
    return kept


def _has(headers: Headers, wanted: bytes) -> bool:
    # A loop: a generator for any() costs several times as much, and this is on every request's way.
    for name, _ in headers:  # noqa: SIM110
        if name == wanted:
            return True
    return False

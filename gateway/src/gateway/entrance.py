"""The outermost layer: what callers may not say is dropped on the way in, what services should not say on the way out.

It stands outside all others, so that a refusal at the door obeys the same rules as a service's answer.
"""

from collections.abc import Iterable
from secrets import token_hex

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicekit.boundary import REQUEST_ID

Headers = list[tuple[bytes, bytes]]

# RFC 9110, 7.6.1, and the older ones that proxies still meet.
HOP_BY_HOP = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    }
)
_REQUEST_ID = REQUEST_ID.encode()
# How the names begin that only the gateway may say to a service.
OURS = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-ashyq-", _REQUEST_ID)
_REPLACED = HOP_BY_HOP | {b"server", b"x-content-type-options"}


class Entrance:
    """Cleans the headers of requests and answers, and gives each request its id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = _cleaned_request(scope)
        signed_in = _has(headers, b"authorization")

        async def send_cleaned(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _cleaned_answer(message["headers"], signed_in=signed_in)}
            await send(message)

        await self._app({**scope, "headers": headers}, receive, send_cleaned)


def _cleaned_request(scope: Scope) -> Headers:
    kept = _end_to_end([pair for pair in scope["headers"] if not pair[0].startswith(OURS)])
    kept.append((_REQUEST_ID, token_hex(16).encode()))
    kept.append((b"x-forwarded-proto", scope.get("scheme", "http").encode()))
    client = scope.get("client")
    if client:
        kept.append((b"x-forwarded-for", client[0].encode()))
    return kept


def _cleaned_answer(headers: Iterable[tuple[bytes, bytes]], *, signed_in: bool) -> Headers:
    kept = _end_to_end([(name.lower(), value) for name, value in headers], _REPLACED)
    kept.append((b"x-content-type-options", b"nosniff"))
    if not _has(kept, b"cache-control"):
        kept.append((b"cache-control", b"private, no-cache" if signed_in else b"no-cache"))
        kept.append((b"vary", b"Authorization, Accept-Language"))
    return kept


def _end_to_end(headers: Headers, dropped: frozenset[bytes] = HOP_BY_HOP) -> Headers:
    """Without the headers of one hop: those of the standard (they are among `dropped`), and those Connection names."""
    if _has(headers, b"connection"):
        named = (part for name, value in headers if name == b"connection" for part in value.split(b","))
        dropped = dropped.union(part.strip().lower() for part in named)
    return [pair for pair in headers if pair[0] not in dropped]


def _has(headers: Headers, wanted: bytes) -> bool:
    # A loop: a generator for any() costs several times as much, and this is on every request's way.
    for name, _ in headers:  # noqa: SIM110
        if name == wanted:
            return True
    return False

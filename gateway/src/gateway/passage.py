"""The way of a request through the gateway: checked, cleaned, sent on, and its answer cleaned too."""

import asyncio
from collections.abc import Iterable, Mapping
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.routes import service_for
from servicekit.boundary import REQUEST_ID
from servicekit.identity import InvalidToken, IssuerUnavailable, TokenVerifier, identify
from servicekit.problems import KIT, answer

# RFC 9110, 7.6.1, and the older ones that proxies still meet.
_HOP_BY_HOP = {
    *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection"),
    *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
}
# What only the gateway may say to a service.
_OURS = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-ashyq-", REQUEST_ID.encode())

_REQUEST_ID = REQUEST_ID.encode()


class Passage:
    """Sends each request to the service that the route table names, or to the gateway's own pages."""

    def __init__(self, pages: ASGIApp, *, seconds: float) -> None:
        self._pages = pages
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._pages(scope, receive, send)
            return
        sender = _Answer(send, signed_in=_has(scope["headers"], b"authorization"))
        service = service_for(scope["path"])
        upstreams: Mapping[str, ASGIApp] = scope["state"]["upstreams"]
        if service is None or service not in upstreams:
            await self._pages(scope, receive, sender.send)
            return
        refusal = await _refusal(scope)
        if refusal is not None:
            await answer(scope, KIT.kinds[refusal[0]], fields={"reason": refusal[1]})(scope, receive, sender.send)
            return
        await self._send_on(upstreams[service], scope, receive, sender)

    async def _send_on(self, upstream: ASGIApp, scope: Scope, receive: Receive, sender: "_Answer") -> None:
        onward = {**scope, "headers": _cleaned_request(scope)}
        try:
            # The limit is on the first byte of the answer: a long download may take its time.
            async with asyncio.timeout(self._seconds) as limit:
                sender.on_start = lambda: limit.reschedule(None)
                await upstream(onward, receive, sender.send)
        except TimeoutError:
            if sender.started:
                raise
            await answer(scope, KIT.kinds["upstream-timeout"])(scope, receive, sender.send)


async def _refusal(scope: Scope) -> tuple[str, str] | None:
    """The problem code and reason for which a request does not get past the door; services check again."""
    verifier: TokenVerifier = scope["state"]["verifier"]
    shown = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(shown) > 1:
        return ("invalid-token", "several")
    try:
        await identify(verifier, shown[0].decode("latin-1") if shown else None)
    except InvalidToken as error:
        return ("invalid-token", error.reason)
    except IssuerUnavailable:
        return ("unavailable", "issuer")
    return None


class _Answer:
    """The answer on its way out: without hop-by-hop headers, with what every answer of ours says."""

    def __init__(self, send: Send, *, signed_in: bool) -> None:
        self._send = send
        self._signed_in = signed_in
        self.started = False
        self.on_start = _nothing

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.on_start()
            message = {**message, "headers": self._cleaned(message["headers"])}
        await self._send(message)

    def _cleaned(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        kept = [(name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP and name != b"server"]
        kept.append((b"x-content-type-options", b"nosniff"))
        if not _has(kept, b"cache-control"):
            kept.append((b"cache-control", b"private, no-cache" if self._signed_in else b"no-cache"))
            kept.append((b"vary", b"Authorization, Accept-Language"))
        return kept


def _nothing() -> None:
    return None


def _cleaned_request(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    named = b",".join(value for name, value in headers if name == b"connection")
    dropped = _HOP_BY_HOP | {name.strip().lower() for name in named.split(b",")} if named else _HOP_BY_HOP
    kept = [(name, value) for name, value in headers if name not in dropped and not name.startswith(_OURS)]
    client = scope.get("client")
    kept.append((_REQUEST_ID, uuid4().hex.encode()))
    kept.append((b"x-forwarded-proto", scope.get("scheme", "http").encode()))
    if client:
        kept.append((b"x-forwarded-for", client[0].encode()))
    return kept


def _has(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bool:
    return any(name == wanted for name, _ in headers)

"""The way of a request through the gateway: which service, with a token that holds, and not for ever."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.routes import service_for
from servicekit.boundary import PASSED_ON
from servicekit.identity import InvalidToken, IssuerUnavailable, TokenVerifier, identify
from servicekit.problems import KIT, answer

_UPSTREAM = "ashyq.upstream"


class Junction:
    """Sends each request onward, when the route table names a service for it, or to the gateway's own pages."""

    def __init__(self, pages: ASGIApp, onward: ASGIApp) -> None:
        self._pages = pages
        self._onward = onward

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            upstream = scope["state"]["upstreams"].get(service_for(scope["path"]))
            if upstream is not None:
                scope[_UPSTREAM] = upstream
                await self._onward(scope, receive, send)
                return
        await self._pages(scope, receive, send)


class Passage:
    """Hands a request to the service that was found for it, unless its token is to be refused."""

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await _refusal(scope)
        if refusal is not None:
            await answer(scope, KIT.kinds[refusal[0]], fields={"reason": refusal[1]})(scope, receive, send)
            return
        await self._send_on(scope.pop(_UPSTREAM), scope, receive, send)

    async def _send_on(self, upstream: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                limit.reschedule(None)
            await send(message)

        onward = {**scope}
        scope[PASSED_ON] = True
        try:
            # The limit is on the first byte of the answer: a long download may take its time.
            async with asyncio.timeout(self._seconds) as limit:
                await upstream(onward, receive, watched)
        except TimeoutError:
            if started:
                raise
            await answer(scope, KIT.kinds["upstream-timeout"])(scope, receive, send)


async def _refusal(scope: Scope) -> tuple[str, str] | None:
    """The problem code and reason for which a request does not get past the door; services check again."""
    verifier: TokenVerifier = scope["state"]["verifier"]
    shown = [value for name, value in scope["headers"] if name == b"authorization"]
    if not shown:
        return None
    if len(shown) > 1:
        return ("invalid-token", "several")
    try:
        await identify(verifier, shown[0].decode("latin-1"))
    except InvalidToken as error:
        return ("invalid-token", error.reason)
    except IssuerUnavailable:
        return ("unavailable", "issuer")
    return None

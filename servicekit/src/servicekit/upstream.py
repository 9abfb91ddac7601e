"""An application that others call: in this very process, with its own lifespan and state."""

import asyncio
from typing import Any, Self

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class CannotStart(Exception):
    """An app said that it could not start; the message is what it said."""


class InProcess:
    """An app in the caller's event loop; entering it runs its lifespan, calling it sends a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._state: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        """Start the app.

        Raises:
            CannotStart: the app said so. An app that breaks raises what broke it instead.
        """
        self._state = {}
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._started = asyncio.get_running_loop().create_future()
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        # A task of its own: what an app opens in its lifespan, it must be able to close in the same task.
        self._life = asyncio.ensure_future(self._app(scope, self._told.get, self._hear))
        self._told.put_nowait({"type": "lifespan.startup"})
        try:
            await asyncio.wait((self._life, self._started), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._life.cancel()
            await asyncio.wait((self._life,))
            raise
        failure = self._started.exception() if self._started.done() else CannotStart("it ended before it had started")
        if failure is not None:
            await self._life
            raise failure
        return self

    async def __aexit__(self, *_: object) -> None:
        self._told.put_nowait({"type": "lifespan.shutdown"})
        await self._life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A server hands every request its own copy of what the lifespan made, and so do we.
        await self._app({**scope, "state": self._state.copy()}, receive, send)

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        """For an HTTP client that should reach this app."""
        return httpx.ASGITransport(self)

    async def _hear(self, message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            self._started.set_result(None)
        elif message["type"] == "lifespan.startup.failed":
            self._started.set_exception(CannotStart(message.get("message", "")))

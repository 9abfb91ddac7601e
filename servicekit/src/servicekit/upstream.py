"""An application that others call: in this very process, with its own lifespan and state."""

from contextlib import AsyncExitStack
from typing import Any, Self

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send


class InProcess:
    """An app in the caller's event loop; entering it runs its lifespan, calling it sends a request."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._state: dict[str, Any] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        state = await self._stack.enter_async_context(self._app.router.lifespan_context(self._app))
        self._state = dict(state or {})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A server hands every request its own copy of what the lifespan made, and so do we.
        await self._app({**scope, "state": dict(self._state)}, receive, send)

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        """For an HTTP client that should reach this app."""
        return httpx.ASGITransport(self)

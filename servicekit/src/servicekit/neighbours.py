"""Other services that a service calls, with a token of its own (OAuth 2.0 client credentials, RFC 6749, 4.4)."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import httpx

from servicekit.base_settings import ServiceSettings

_PATIENCE = httpx.Timeout(2.0)
_RENEWED_BEFORE_SECONDS = 30.0


@dataclass(frozen=True)
class Neighbour:
    """Where another service is: its URL, and the way to it when that is not the network."""

    url: str
    transport: httpx.AsyncBaseTransport | None = None


class ServiceToken(httpx.Auth):
    """Puts the service's own token on each request, and fetches a new one when the last is about to expire.

    Without credentials requests go without a token, and the neighbour says what it thinks of that.
    """

    def __init__(self, settings: ServiceSettings, issuer: httpx.AsyncBaseTransport | None) -> None:
        self._settings = settings
        self._issuer = issuer
        self._token = ""
        self._good_until = 0.0
        self._fetching = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        if self._settings.token_url is not None:
            request.headers["Authorization"] = f"Bearer {await self._current(self._settings.token_url)}"
        yield request

    async def _current(self, url: str) -> str:
        async with self._fetching:
            if time.monotonic() >= self._good_until:
                await self._fetch(url)
            return self._token

    async def _fetch(self, url: str) -> None:
        secret = self._settings.client_secret
        asked = time.monotonic()
        async with httpx.AsyncClient(transport=self._issuer, timeout=_PATIENCE) as client:
            answer = await client.post(
                url,
                data={"grant_type": "client_credentials"},
                auth=(self._settings.client_id or "", secret.get_secret_value() if secret else ""),
            )
        answer.raise_for_status()
        given = answer.json()
        self._token = given["access_token"]
        self._good_until = asked + float(given.get("expires_in", 60)) - _RENEWED_BEFORE_SECONDS


def call(neighbour: Neighbour, token: ServiceToken) -> httpx.AsyncClient:
    """A client of a neighbour, to be entered and left with the service."""
    return httpx.AsyncClient(base_url=neighbour.url, transport=neighbour.transport, auth=token, timeout=_PATIENCE)

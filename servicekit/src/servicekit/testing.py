"""What tests of services need: an issuer of their own, and real HTTP to an app in the test's event loop."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.types import ASGIApp

from servicekit.base_settings import SANDBOX_ISSUER

AUDIENCE = "ashyq"
JWKS_URL = "http://issuer/jwks.json"


class Issuer:
    """An issuer of tokens with a real key, whose JWKS is served to whom asks through its transport."""

    def __init__(self, name: str = SANDBOX_ISSUER) -> None:
        self.name = name
        self.available = True
        self.asked = 0
        self.rotate()

    def rotate(self) -> None:
        """Begin to sign with a new key; the old one is published no more."""
        self.key = ECKey.generate_key("P-256", {"kid": f"test-{time.monotonic_ns()}"}, private=True)

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.MockTransport(self._answer)

    def token(self, *roles: str, **claims: Any) -> str:
        """A token with these roles; claims given by name are added, or replace the usual ones."""
        now = int(time.time())
        said = {
            "iss": self.name,
            "aud": AUDIENCE,
            "sub": "test:" + ("-".join(roles) or "nobody"),
            "iat": now,
            "exp": now + 600,
            "roles": list(roles),
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, said, self.key)

    def headers(self, *roles: str, **claims: Any) -> dict[str, str]:
        """The header that carries such a token."""
        return {"Authorization": f"Bearer {self.token(*roles, **claims)}"}

    def _answer(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        if not self.available:
            return httpx.Response(503)
        return httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]})


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, which is served over real HTTP on a free port of the loopback."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        loop="none",
        lifespan="on",
        log_config=None,
        # As in earnest: nobody vouches for the caller's address, and nobody says what serves.
        proxy_headers=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            raise RuntimeError("the app did not start")
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        await task


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """An issuer that lasts as long as the tests."""
    return Issuer()

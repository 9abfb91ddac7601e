"""Calls to other services: with the service's own token, fetched once and renewed in time."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from servicekit.base_settings import ServiceSettings
from servicekit.neighbours import Neighbour, ServiceToken, call
from servicekit.testing import serving, usual_settings

Seen = list[dict[str, Any]]
SECRET = "in-the-lid"  # noqa: S105 - of this test


@pytest.fixture
def asked() -> Seen:
    """What the issuer was asked for tokens."""
    return []


@pytest.fixture
async def issuer(asked: Seen) -> AsyncIterator[httpx.AsyncClient]:
    """An issuer that gives a new token at each request, good for as long as the client's name says."""
    app = FastAPI()

    @app.post("/token")
    async def token(request: Request) -> Response:
        name, secret = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode().split(":")
        asked.append({"name": name, "secret": secret, "body": (await request.body()).decode()})
        if secret != SECRET:
            return Response(status_code=401)
        text = f'{{"access_token": "token-{len(asked)}", "token_type": "Bearer", "expires_in": {name}}}'
        return Response(text, media_type="application/json")

    async with serving(app) as client:
        yield client


@pytest.fixture
async def neighbour() -> AsyncIterator[httpx.AsyncClient]:
    """A service that says with which token it was called."""
    app = FastAPI()

    @app.get("/token")
    async def shown(request: Request) -> str:
        return request.headers.get("authorization", "none")

    async with serving(app) as client:
        yield client


def settings(issuer: httpx.AsyncClient, **more: Any) -> ServiceSettings:
    own = {"token_url": f"{issuer.base_url}/token", "client_secret": SECRET}
    return ServiceSettings(**{**usual_settings(), **own, **more})


async def test_one_token_serves_many_calls(
    issuer: httpx.AsyncClient, neighbour: httpx.AsyncClient, asked: Seen
) -> None:
    token = ServiceToken(settings(issuer, client_id="3600"), None)
    async with call(Neighbour(str(neighbour.base_url)), token) as client:
        assert [(await client.get("/token")).json() for _ in range(3)] == 3 * ["Bearer token-1"]
    assert asked == [{"name": "3600", "secret": SECRET, "body": "grant_type=client_credentials"}]


async def test_a_token_about_to_expire_is_renewed(issuer: httpx.AsyncClient, neighbour: httpx.AsyncClient) -> None:
    token = ServiceToken(settings(issuer, client_id="29"), None)
    async with call(Neighbour(str(neighbour.base_url)), token) as client:
        assert [(await client.get("/token")).json() for _ in range(2)] == ["Bearer token-1", "Bearer token-2"]


async def test_a_refused_secret_is_an_error_of_the_call(
    issuer: httpx.AsyncClient, neighbour: httpx.AsyncClient
) -> None:
    token = ServiceToken(settings(issuer, client_id="1", client_secret=SECRET[::-1]), None)
    async with call(Neighbour(str(neighbour.base_url)), token) as client:
        with pytest.raises(httpx.HTTPStatusError):
            await client.get("/token")


async def test_without_credentials_a_call_goes_without_a_token(
    issuer: httpx.AsyncClient, neighbour: httpx.AsyncClient, asked: Seen
) -> None:
    token = ServiceToken(settings(issuer, token_url=None), None)
    async with call(Neighbour(str(neighbour.base_url)), token) as client:
        assert (await client.get("/token")).json() == "none"
    assert asked == []

"""The pages put together; run by `uvicorn --factory portal.main:create_app` when they are a process of their own."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from portal import signing_in
from portal.api import client_of
from portal.failures import show_failures
from portal.pages import ROUTERS
from portal.sessions import Seals
from portal.settings import Settings
from portal.visits import House
from servicekit.app import assemble, health_router
from servicekit.incoming import BodyLimit
from servicekit.logs import configure_logs
from servicekit.metrics import Metrics
from servicekit.neighbours import Neighbour
from servicekit.problems import Catalogue

# Where a form brings a file.
_FILES = (re.compile(r"/(kk|ru|en)/appeals/[^/]+/attachments"), re.compile(r"/(kk|ru|en)/verify"))


class NoApi(Exception):
    """The environment does not say where the API is, so there would be nothing to show."""


def create_app(
    settings: Settings | None = None,
    api: Neighbour | None = None,
    *,
    issuer: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The pages over an API.

    Args:
        settings: without them those of the environment, for a process of its own.
        api: where the API is; without it the address in the settings.
        issuer: the way to the issuer of tokens, when that is not the network.

    Raises:
        NoApi: neither says where the API is.
    """
    if settings is None:
        configure_logs(sys.stderr)
        settings = Settings()
    if api is None:
        if settings.api_url is None:
            raise NoApi("name the gateway, for example ASHYQ_API_URL=http://gateway:8000")
        api = Neighbour(settings.api_url)
    place = api

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        # Nothing is asked at the start: the API may come later, and in one process it starts after us.
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(httpx.AsyncClient(transport=issuer))
            yield {
                "client": await stack.enter_async_context(client_of(place.url, place.transport)),
                "house": House(settings.local, settings.public_url, settings.key_bytes),
                "issuer": signing_in.Issuer(_known(settings), outside),
                "seals": Seals(settings.key_bytes),
            }

    app = FastAPI(title="Ashyq pages", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    limit = BodyLimit(settings.body_limit, settings.file_limit, _FILES)
    assemble(
        app,
        Metrics("portal"),
        Catalogue({}, {}),
        [_health(), signing_in.arrival, signing_in.router, *ROUTERS],
        limit=limit,
    )
    show_failures(app)
    return app


def _known(settings: Settings) -> signing_in.Known:
    named = settings.authorize_url, settings.token_url
    addresses = (named[0], named[1]) if named[0] is not None and named[1] is not None else None
    return signing_in.Known(settings.issuer, settings.client_id, settings.client_secret, addresses)


def _health() -> APIRouter:
    router = health_router()

    @router.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    return router

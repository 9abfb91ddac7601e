"""The gateway put together: services behind it, and its own pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp

from gateway.description import merge
from gateway.entrance import Entrance
from gateway.pages import PERMISSIONS, ServiceDown, pages, router
from gateway.passage import Junction, Passage
from gateway.settings import Settings
from servicekit.app import assemble, health_router, token_verifier
from servicekit.boundary import Boundary
from servicekit.metrics import Metrics
from servicekit.problems import KIT, Catalogue
from servicekit.upstream import InProcess

_DESCRIPTION = """Open government that anyone can check: every rule explains its result, and every official act is in
a public journal. Reading what is public needs no token; errors are problem documents, listed at [/problems](/problems).
"""


def create_app(settings: Settings, upstreams: Mapping[str, InProcess], *, issuer: InProcess | None = None) -> ASGIApp:
    """The gateway in front of services in this process.

    Args:
        settings: whose tokens are believed, and the limits.
        upstreams: the services by their names in the route table.
        issuer: the issuer of tokens, when it is in this process too.
    """
    metrics = Metrics("gateway")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        # Services first: the gateway describes them, so they must be there to ask; they close after it.
        async with AsyncExitStack() as stack:
            for upstream in upstreams.values():
                await stack.enter_async_context(upstream)
            clients = {
                name: await stack.enter_async_context(
                    httpx.AsyncClient(transport=upstream.transport, base_url=f"http://{name}")
                )
                for name, upstream in upstreams.items()
            }
            verifier = await stack.enter_async_context(token_verifier(settings, issuer.transport if issuer else None))
            documents = {name: (await client.get("/openapi.json")).json() for name, client in clients.items()}
            merged = merge(app.openapi(), documents)
            app.openapi = lambda: merged  # type: ignore[method-assign]
            yield {"clients": clients, "permissions": PERMISSIONS, "upstreams": upstreams, "verifier": verifier}

    app = FastAPIOffline(title="Ashyq", description=_DESCRIPTION, lifespan=lifespan, redoc_url=None)
    problems = Catalogue({}, {ServiceDown: "unavailable"})
    assemble(app, metrics, problems, [router, pages, health_router()], limit=settings.body_limit)
    # What only passes through does not go through the layers of the pages.
    passage = Passage(seconds=settings.answer_seconds)
    onward = Boundary(passage, metrics=metrics, limit=settings.body_limit, kinds=KIT.kinds)
    return Entrance(Junction(app, onward))

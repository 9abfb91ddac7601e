"""The gateway put together; run by `uvicorn --factory gateway.main:create_app` when it is a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi_offline import FastAPIOffline
from prometheus_client import start_http_server
from starlette.types import ASGIApp

from gateway import notices
from gateway.description import Description
from gateway.entrance import Entrance
from gateway.limits import Limits, Rates, TooManyRequests
from gateway.pages import pages, router
from gateway.passage import Passage
from gateway.permissions import PERMISSIONS
from gateway.problems import OWN, problem
from gateway.routes import DESCRIBED, FILES
from gateway.settings import Settings
from servicekit.app import assemble, health_router, token_verifier
from servicekit.incoming import BodyLimit
from servicekit.logs import configure_logs
from servicekit.metrics import Metrics
from servicekit.upstream import Http, Upstream

_DESCRIPTION = """Open government that anyone can check: every rule explains its result, and every official act is in
a public journal. Reading what is public needs no token; errors are problem documents, listed at [/problems](/problems).
"""


class NoServices(Exception):
    """The environment names no service, so there would be nothing behind the door."""


def create_app(
    settings: Settings | None = None,
    upstreams: Mapping[str, Upstream] | None = None,
    *,
    issuer: Upstream | None = None,
) -> ASGIApp:
    """The gateway in front of services, in this process or at URLs.

    Args:
        settings: whose tokens are believed, and the limits; without them those of the environment, for a process of
            its own.
        upstreams: the services by their names in the route table; without them those that the settings have URLs of.
        issuer: the issuer of tokens, when it is in this process too.

    Raises:
        NoServices: neither arguments nor settings name a service.
    """
    if settings is None:
        configure_logs(sys.stderr)
        settings = Settings()
    if upstreams is None:
        upstreams = {name: Http(url) for name, url in settings.service_urls.items()}
    if not upstreams:
        raise NoServices("name at least one service, for example ASHYQ_APPEALS_URL=http://appeals:8000")
    metrics = Metrics("gateway")
    limits = _limits(settings, metrics)

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
            stack.enter_context(_metrics_served(metrics, settings.metrics_port))
            await stack.enter_async_context(_described(app, clients, upstreams))
            yield {
                "clients": clients,
                "limits": await stack.enter_async_context(limits),
                "permissions": PERMISSIONS,
                "upstreams": upstreams,
                "verifier": verifier,
            }

    app = FastAPIOffline(title="Ashyq", description=_DESCRIPTION, lifespan=lifespan, redoc_url=None)
    limit = BodyLimit(settings.body_limit, settings.file_limit, FILES)
    assemble(app, metrics, OWN, [router, notices.router, pages, health_router()], limit=limit)
    app.add_exception_handler(TooManyRequests, _answer_too_many)
    # What only passes through does not go through the layers of the pages.
    return Entrance(Passage(app, metrics, seconds=settings.answer_seconds, limit=limit), settings.portal_key_bytes)


def _limits(settings: Settings, metrics: Metrics) -> Limits:
    rates = Rates(settings.address_limit, settings.subject_limit, settings.search_limit)
    return Limits(rates, metrics, url=settings.limits_url.get_secret_value() if settings.limits_url else None)


@asynccontextmanager
async def _described(
    app: FastAPI, clients: Mapping[str, httpx.AsyncClient], upstreams: Mapping[str, Upstream]
) -> AsyncIterator[None]:
    """The app's OpenAPI document holds those of the services that answer, and of others when they come."""
    described = {name: client for name, client in clients.items() if name in DESCRIBED}
    here = {name for name, upstream in upstreams.items() if not upstream.apart}
    description = Description(app.openapi(), described, here)
    await description.read()
    app.openapi = lambda: description.merged  # type: ignore[method-assign]
    reading = None
    if any(upstream.apart for upstream in upstreams.values()):
        reading = asyncio.create_task(description.keep_current(), name="description of the services")
    try:
        yield
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@contextmanager
def _metrics_served(metrics: Metrics, port: int | None) -> Iterator[None]:
    """The metrics at a port of their own, which the house can reach and the public cannot."""
    if port is None:
        yield
        return
    server, thread = start_http_server(port, registry=metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def _answer_too_many(request: Request, error: Exception) -> Response:
    return problem(request.scope, error)

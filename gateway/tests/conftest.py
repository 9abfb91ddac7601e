"""A gateway over real HTTP, and behind it, in the place of the appeals service, an app that tells what reaches it.

That app is in the gateway's process, or at a URL: what holds of the one way must hold of the other.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from io import StringIO
from typing import Any

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from gateway.main import create_app
from gateway.settings import Settings
from servicekit.app import assemble, health_router
from servicekit.incoming import BodyLimit
from servicekit.logs import configure_logs
from servicekit.metrics import Metrics
from servicekit.problems import Catalogue
from servicekit.testing import JWKS_URL, Issuer, serving
from servicekit.upstream import Http, InProcess, Upstream

Seen = list[dict[str, Any]]
Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def seen() -> Seen:
    """The requests that reached the service: method, path, headers (a list of pairs) and body of each."""
    return []


@pytest.fixture(autouse=True)
def logs() -> Iterator[StringIO]:
    """What the gateway and the service log, a line of JSON each."""
    lines = StringIO()
    configure_logs(lines)
    yield lines
    structlog.reset_defaults()


@pytest.fixture
def own_issuer() -> Issuer:
    """An issuer of this test alone, which may be taken away."""
    return Issuer()


@pytest.fixture(params=["in process", "at a URL"])
def way(request: pytest.FixtureRequest) -> str:
    """How the gateway reaches the service."""
    found: str = request.param
    return found


@pytest.fixture
def serve(own_issuer: Issuer, seen: Seen, way: str) -> Serve:
    """Serves a gateway; routes given go before the service's echo, and settings by name before the usual ones.

    The service is called by the names given.
    """

    @asynccontextmanager
    async def start(
        *routes: APIRouter, names: Sequence[str] = ("appeals",), **settings: Any
    ) -> AsyncIterator[httpx.AsyncClient]:
        service = assemble(
            FastAPI(title="Echo", docs_url=None, redoc_url=None),
            Metrics("echo"),
            Catalogue({}),
            [*routes, _echo(seen), health_router()],
            limit=BodyLimit(2**40),
        )
        usual: dict[str, Any] = {"environment": "local", "issuer": own_issuer.name, "jwks_url": JWKS_URL}
        issuer = InProcess(_publishing(own_issuer))
        async with AsyncExitStack() as stack:
            upstreams: dict[str, Upstream] = {name: InProcess(service) for name in names}
            if way == "at a URL":
                url = str((await stack.enter_async_context(serving(service))).base_url)
                upstreams = {name: Http(url) for name in names}
            app = create_app(Settings(**usual | settings), upstreams, issuer=issuer)
            yield await stack.enter_async_context(serving(app))

    return start


@pytest.fixture
def unused_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def two_ports() -> tuple[int, int]:
    """Two different ports at which nobody listens."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def send_raw() -> Callable[[httpx.AsyncClient, bytes], Awaitable[bytes]]:
    """Sends bytes as they are to the server that a client talks to; all that it says within half a second."""

    async def send(client: httpx.AsyncClient, said: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(said)
        answered = b""
        try:
            async with asyncio.timeout(0.5):
                while piece := await reader.read(65536):
                    answered += piece
        except TimeoutError:
            pass
        finally:
            writer.close()
        return answered

    return send


def _echo(seen: Seen) -> APIRouter:
    router = APIRouter()

    @router.get("/health/ready", include_in_schema=False)
    async def ready() -> dict[str, str]:
        return {"status": "ready"}

    @router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"], include_in_schema=False)
    async def echo(request: Request) -> JSONResponse:
        told: dict[str, Any] = {
            "method": request.method,
            "path": request.url.path,
            "headers": [(name.decode(), value.decode("latin-1")) for name, value in request.scope["headers"]],
            "body": (await request.body()).decode("latin-1"),
        }
        seen.append(told)
        return JSONResponse(told)

    return router


def _publishing(issuer: Issuer) -> FastAPI:
    app = FastAPI()

    @app.get("/jwks.json")
    async def read_keys() -> JSONResponse:
        keys = [issuer.key.as_dict(private=False)]
        return JSONResponse({"keys": keys}, 200 if issuer.available else 503)

    return app

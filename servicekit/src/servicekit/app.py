"""A service put together: settings in, a running application out."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import literal_column, select

from servicekit.base_settings import IdentitySettings, ServiceSettings
from servicekit.boundary import BodyTooLarge, Boundary
from servicekit.channels import open_channels
from servicekit.clock import clock_for
from servicekit.database import Database, Query, Reading, Writing
from servicekit.delivery import delivering
from servicekit.erasure import OPERATOR, erasure_router
from servicekit.feed import (
    Actor,
    EntryObject,
    HistoryEntry,
    JournalConsistency,
    JournalEntry,
    JournalProof,
    SealedEntry,
    journal_operations,
    journal_router,
)
from servicekit.idempotency import forget_replies
from servicekit.identity import CurrentCaller, IssuerKeys, TokenVerifier
from servicekit.incoming import BodyLimit, file_addresses
from servicekit.journal import commit_entries
from servicekit.languages import Translated
from servicekit.mailbox import MailboxNotice, NoticeDelivery, NoticeObject, mailbox_router
from servicekit.metrics import Metrics
from servicekit.neighbours import Neighbour, ServiceToken, call
from servicekit.permissions import ANY, ANYONE, SIGNED_IN, Permissions
from servicekit.problems import KIT, MEDIA_TYPE, Catalogue, Fault, Problem, handle_problems
from servicekit.receipts import (
    PrivatePart,
    Receipt,
    ReceiptEntry,
    ReceiptObject,
    ReceiptOf,
    ReceiptWaits,
    receipts_router,
)
from servicekit.routing import Route
from servicekit.sealing import open_sealer
from servicekit.shapes import Basis, Day, NextAction, Term
from servicekit.sweeps import Errand, Sweep, Sweeper

_REPLIES_KEPT = timedelta(days=30)
_REPLIES_A_BATCH = 1000
# The shapes of the kit itself: every service describes them alike, so one document needs them once.
_SHAPES = (
    *(Actor, EntryObject, HistoryEntry, JournalConsistency, JournalEntry, JournalProof, SealedEntry),
    *(PrivatePart, Receipt, ReceiptEntry, ReceiptObject, ReceiptWaits),
    *(MailboxNotice, NoticeDelivery, NoticeObject),
    *(Basis, Day, Fault, NextAction, Problem, Term, Translated),
)
SHARED_SCHEMAS = frozenset(model.__name__ for model in _SHAPES) | {
    "HistoryEntryList",
    "JournalEntryList",
    "MailboxNoticeList",
}
_SELECT_1 = Query(select(literal_column("1")))


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a service brings of its own: its name, routes, permission table, errors, receipts and periodic work."""

    name: str
    title: str
    description: str
    routers: Sequence[APIRouter]
    permissions: Permissions
    problems: Catalogue
    receipts: Sequence[ReceiptOf] = ()
    sweeps: Sequence[Sweep | Errand] = ()


class UndeclaredOperation(Exception):
    """A route that the permission table does not know, or a row without a route: the service must not start."""


def create_service(
    service: Service,
    settings: ServiceSettings,
    *,
    issuer: httpx.AsyncBaseTransport | None = None,
    neighbours: Mapping[str, Neighbour] = {},
) -> FastAPI:
    """Build the application of a service; nothing is opened before its lifespan starts.

    Args:
        service: what is particular to the service.
        settings: where its database and its issuer are.
        issuer: the way to the issuer of tokens when it is not the network.
        neighbours: the other services that this one calls, by name.

    Raises:
        UndeclaredOperation: routes and permission table do not agree.
    """
    metrics = Metrics(service.name)
    permissions = Permissions({**service.permissions.table, **_kit_permissions(service.name)})
    routers = [
        *service.routers,
        receipts_router(service.receipts),
        journal_router(service.name),
        mailbox_router(service.name),
        _operations_router(),
        erasure_router(),
    ]
    _require_declared(routers, permissions)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            state = await _open(stack, service, settings, metrics, issuer, neighbours)
            yield {"metrics": metrics, "permissions": permissions, **state}

    app = FastAPI(
        title=service.title,
        description=service.description,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # Nobody sets up OpenTelemetry here, and to find that out anew costs every request time.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    limit = BodyLimit(settings.body_limit, settings.file_limit, file_addresses(service.routers))
    return assemble(app, metrics, service.problems, [*routers, health_router(), _readiness_router()], limit=limit)


async def _open(
    stack: AsyncExitStack,
    service: Service,
    settings: ServiceSettings,
    metrics: Metrics,
    issuer: httpx.AsyncBaseTransport | None,
    neighbours: Mapping[str, Neighbour],
) -> dict[str, Any]:
    """Open all that a service works with, to be closed in reverse order; what its requests find in their state."""
    verifier = await stack.enter_async_context(token_verifier(settings, issuer))
    database = await stack.enter_async_context(
        Database(
            settings.database_url,
            pool_size=settings.pool_size,
            name=f"ashyq-{service.name}",
            before_commit=commit_entries,
        )
    )
    token = ServiceToken(settings, issuer)
    called = {name: await stack.enter_async_context(call(neighbour, token)) for name, neighbour in neighbours.items()}
    channels = await stack.enter_async_context(open_channels(settings))
    sealer = await stack.enter_async_context(open_sealer(settings))
    clock = clock_for(settings.clock_file)
    sealing = Errand("seal", sealer.run, sealer.waiting, timedelta(seconds=settings.seal_seconds))
    sweeps = [*service.sweeps, delivering(channels, metrics), _FORGETTING, sealing]
    sweeper = Sweeper(database, clock, metrics, sweeps, called)
    # Stopped before the pool closes, or it would wait for a connection that never comes.
    task = asyncio.create_task(
        sweeper.run_forever(timedelta(seconds=settings.sweep_seconds)), name=f"sweeps of {service.name}"
    )
    stack.push_async_callback(_stop, task)
    return {
        "clock": clock,
        "database": database,
        "neighbours": called,
        "sealer": sealer,
        "sweeper": sweeper,
        "verifier": verifier,
    }


def assemble(
    app: FastAPI, metrics: Metrics, catalogue: Catalogue, routers: Sequence[APIRouter], *, limit: BodyLimit
) -> FastAPI:
    """Give an app what every app of the house has: its boundary, its problems, its routes and their description.

    `limit` says how large a request body may be.
    """
    catalogue = KIT | Catalogue({}, {BodyTooLarge: "too-large"}) | catalogue
    app.router.redirect_slashes = False  # the address would be made of the Host header, which anybody can send
    app.add_middleware(Boundary, metrics=metrics, limit=limit, kinds=catalogue.kinds)
    handle_problems(app, catalogue)
    for router in routers:
        app.include_router(router, generate_unique_id_function=lambda route: route.name)
    app.openapi = lambda: describe(app, catalogue)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def token_verifier(
    settings: IdentitySettings, issuer: httpx.AsyncBaseTransport | None
) -> AsyncIterator[TokenVerifier]:
    """A verifier of the issuer's tokens, with the HTTP client that reads its keys."""
    async with httpx.AsyncClient(transport=issuer) as client:
        keys = IssuerKeys(client, settings.jwks_url)
        yield TokenVerifier(keys, issuer=settings.issuer, audience=settings.audience)


def describe(app: FastAPI, catalogue: Catalogue) -> dict[str, Any]:
    """The OpenAPI document of an app: every operation may answer with a problem, and all problems are listed."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(title=app.title, version="1", description=app.description, routes=app.routes)
    components = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components |= problem.pop("$defs", {}) | {"Problem": problem}
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    for item in document["paths"].values():
        for operation in item.values():
            operation["responses"].pop("422", None)
            operation["security"] = [{}, {"token": []}]
            operation["responses"]["default"] = {
                "description": "What went wrong",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    document["x-problems"] = [
        {"code": kind.code, "status": kind.status, "title": kind.title.model_dump(), "detail": kind.detail.model_dump()}
        for _, kind in sorted(catalogue.kinds.items())
    ]
    app.openapi_schema = document
    return document


def health_router() -> APIRouter:
    """Liveness alone; an app that depends on something adds its own readiness."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    return router


def _readiness_router() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/health/ready")
    async def ready(request: Request) -> dict[str, str]:
        database: Database = request.state.database
        async with database.read() as reading:
            await reading.value(_SELECT_1)
        return {"status": "ready"}

    return router


class Swept(BaseModel):
    """How many cases each sweep dealt with."""

    done: dict[str, int]


def _operations_router() -> APIRouter:
    router = APIRouter(include_in_schema=False, route_class=Route)

    @router.post("/internal/sweeps")
    async def run_sweeps(request: Request, _: CurrentCaller) -> Swept:
        sweeper: Sweeper = request.state.sweeper
        return Swept(done=await sweeper.run())

    @router.get("/metrics")
    async def read_metrics(request: Request, _: CurrentCaller) -> Response:
        metrics: Metrics = request.state.metrics
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _kit_permissions(service: str) -> dict[str, dict[str, set[str]]]:
    name = service.replace("-", "_")
    return {
        **{operation: {ANYONE: {ANY}} for operation in journal_operations(service)},
        f"read_{name}_notices": {SIGNED_IN: {ANY}},
        "run_sweeps": {OPERATOR: {ANY}},
        "erase_person": {OPERATOR: {ANY}},
        "read_metrics": {ANYONE: {ANY}},  # the gateway has no way to it: it is for the house, not for the public
    }


def _require_declared(routers: Sequence[APIRouter], permissions: Permissions) -> None:
    operations = {route.name for router in routers for route in router.routes if isinstance(route, APIRoute)}
    if operations != permissions.table.keys():
        raise UndeclaredOperation(", ".join(sorted(operations ^ permissions.table.keys())))


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _forget_replies(writing: Writing, _: Any) -> int:
    return await forget_replies(writing, kept=_REPLIES_KEPT, limit=_REPLIES_A_BATCH)


async def _nothing_waits(_: Reading, __: Any) -> timedelta:
    return timedelta()


_FORGETTING = Sweep("forget-replies", _forget_replies, _nothing_waits)

"""How the parts of the house are set up and find each other, in one process or in many."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from appeals.main import create_app as create_appeals
from appeals.settings import Settings as AppealsSettings
from gateway.main import create_app as create_gateway
from gateway.settings import Settings as GatewaySettings
from legal_acts.main import create_app as create_legal_acts
from legal_acts.settings import Settings as LegalActsSettings
from portal.main import create_app as create_portal
from portal.settings import Settings as PortalSettings
from procurement.main import create_app as create_procurement
from procurement.settings import Settings as ProcurementSettings
from registry.main import create_app as create_registry
from registry.settings import Settings as RegistrySettings
from servicekit.base_settings import SANDBOX_ISSUER, IdentitySettings
from servicekit.clock import SandboxClock
from servicekit.neighbours import Neighbour
from servicekit.upstream import Http, InProcess, Upstream
from stack.place import Ground
from stack.sandbox import CLIENT_SECRET, create_sandbox

# The name of each service, and the package of its code; a service comes after those that it calls.
SERVICES = {"appeals": "appeals", "legal-acts": "legal_acts", "registry": "registry", "procurement": "procurement"}


@dataclass(frozen=True)
class Surroundings:
    """What a part of the house is told of the others.

    `neighbour` says where another part is, by its name; `issuer` is the way to the issuer of tokens when that is not
    the network.
    """

    ground: Ground
    neighbour: Callable[[str], Neighbour]
    issuer: httpx.AsyncBaseTransport | None = None

    @property
    def identity(self) -> dict[str, Any]:
        sandbox = self.neighbour("sandbox").url
        return {
            "environment": "local",
            "issuer": SANDBOX_ISSUER,
            "jwks_url": f"{sandbox}/sandbox/jwks.json",
            "clock_file": self.ground.place.clock_file,
        }

    def service(self, name: str) -> dict[str, Any]:
        return {
            **self.identity,
            "database_url": self.ground.urls[name].database_url,
            "journal_key": self.ground.place.journal_signer(name).secret,
            "witness_url": self.ground.witness,
            "witness_key": self.ground.place.witness_signer.key.text,
            "token_url": f"{self.neighbour('sandbox').url}/sandbox/oauth/token",
            "client_id": name,
            "client_secret": CLIENT_SECRET,
        }


def create(name: str, around: Surroundings) -> ASGIApp:
    """The app of a service, or of the sandbox."""
    if name == "appeals":
        return create_appeals(AppealsSettings(**around.service(name)), issuer=around.issuer)
    if name == "legal-acts":
        return create_legal_acts(LegalActsSettings(**around.service(name)), issuer=around.issuer)
    if name == "registry":
        return create_registry(RegistrySettings(**around.service(name)), issuer=around.issuer)
    if name == "procurement":
        registry = around.neighbour("registry")
        settings = ProcurementSettings(
            **around.service(name), registry_url=registry.url, bid_key=around.ground.place.bid_key
        )
        return create_procurement(settings, issuer=around.issuer, registry=registry.transport)
    services = {each: around.neighbour(each) for each in SERVICES}
    place = around.ground.place
    return create_sandbox(IdentitySettings(**around.identity), place.issuer, SandboxClock(place.clock_file), services)


def compose(ground: Ground) -> ASGIApp:
    """The gateway in front of everything in this process; the pages are behind it and ask it like everybody else."""
    around, made = behind_the_gateway(ground)
    door = _Door()
    api = Neighbour("http://ashyq", httpx.ASGITransport(door))
    made["portal"] = InProcess(create_portal(_pages(around), api, issuer=around.issuer))
    door.gateway = create_gateway(_gateway(around), made, issuer=made["sandbox"])
    return door


def behind_the_gateway(ground: Ground) -> tuple[Surroundings, dict[str, Upstream]]:
    """The sandbox and the services in this process, by name; each must be entered before it answers."""
    made: dict[str, Upstream] = {}
    # The sandbox asks services to sweep and they read its keys, so each finds the other when it first asks.
    around = Surroundings(ground, lambda name: Neighbour(f"http://{name}", _Later(made, name)), _Later(made, "sandbox"))
    for name in ("sandbox", *SERVICES):
        made[name] = InProcess(create(name, around))
    return around, made


def create_outer_gateway(around: Surroundings) -> ASGIApp:
    """The gateway in front of processes of their own."""
    upstreams = {name: Http(around.neighbour(name).url) for name in ("sandbox", *SERVICES, "portal")}
    return create_gateway(_gateway(around), upstreams)


def create_outer_portal(around: Surroundings) -> ASGIApp:
    """The pages as a process of their own."""
    return create_portal(_pages(around), around.neighbour("gateway"))


def _gateway(around: Surroundings) -> GatewaySettings:
    return GatewaySettings(**around.identity, portal_key=around.ground.place.portal_key)


def _pages(around: Surroundings) -> PortalSettings:
    return PortalSettings(
        environment="local",
        issuer=SANDBOX_ISSUER,
        key=around.ground.place.portal_key,
        authorize_url="/sandbox/authorize",
        token_url=f"{around.neighbour('sandbox').url}/sandbox/oauth/token",
    )


class _Door:
    """The gateway, for those behind it too: what it keeps from its start is at hand in requests from inside."""

    gateway: ASGIApp

    def __init__(self) -> None:
        self._state: MutableMapping[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._state = scope["state"]
        elif "state" not in scope:
            scope = {**scope, "state": dict(self._state)}
        await self.gateway(scope, receive, send)


class _Later(httpx.AsyncBaseTransport):
    """The way to a part of the house that may not be made yet when the way to it is told."""

    def __init__(self, made: Mapping[str, Upstream], name: str) -> None:
        self._made = made
        self._name = name

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._made[self._name].transport.handle_async_request(request)

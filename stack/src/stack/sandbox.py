"""The sandbox of a developer's machine: an issuer with ready personas, a clock that moves, and sweeps on demand."""

import json
import time
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qs

import httpx
from fastapi import APIRouter, FastAPI, Request
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from servicekit.app import assemble, health_router
from servicekit.base_settings import SANDBOX_ISSUER, IdentitySettings
from servicekit.clock import SandboxClock
from servicekit.incoming import BodyLimit
from servicekit.languages import Translated
from servicekit.metrics import Metrics
from servicekit.neighbours import Neighbour
from servicekit.problems import Catalogue, ProblemKind
from servicekit.routing import Route
from stack.keeping import kept
from stack.personas import PERSONAS
from stack.sandbox_signing_in import BadCode, BadDeparture, Codes, authorization_page

TOKEN_SECONDS = 86_400
CLIENT_SECRET = "sandbox"  # noqa: S105 - of every service, and of no use outside the sandbox
_ALGORITHM = "ES256"
# Legal time stays where dates can be reckoned with: a little beyond any calendar, and far from the ends of datetime.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SandboxForbidden(Exception):
    """The sandbox vouches for anybody, so it runs only where ASHYQ_ENV=local."""


class UnknownPersona(Exception):
    """There is no persona of that name."""

    def __init__(self, persona: str) -> None:
        super().__init__(f"no persona {persona!r}; there are: {', '.join(PERSONAS)}")
        self.persona = persona
        self.known = ", ".join(PERSONAS)


class ForeignParty(BaseModel):
    """A company of another country, by the register that numbers it."""

    model_config = ConfigDict(extra="forbid")

    scheme: Word
    id: Word


class Claims(BaseModel):
    """What a token should say, for a person who is not among the personas."""

    model_config = ConfigDict(extra="forbid")

    sub: Word
    name: Word | None = None
    iin: Word | None = None
    bin: Word | None = None
    agency: Word | None = None
    party: ForeignParty | None = None
    roles: list[Word] = []
    synthetic: bool = False


class TokenRequest(BaseModel):
    """Either a ready persona, or claims of one's own."""

    model_config = ConfigDict(extra="forbid")

    persona: Word | None = None
    claims: Claims | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.persona is None) == (self.claims is None):
            raise ValueError("give either a persona or claims")
        return self


class Token(BaseModel):
    """A token, as OAuth 2.0 answers it."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind of token, not one
    expires_in: int = TOKEN_SECONDS


class ClockSetting(BaseModel):
    """Legal time; it runs on from where it is set."""

    model_config = ConfigDict(extra="forbid")

    now: Annotated[AwareDatetime, Field(ge=_EARLIEST, lt=_LATEST)]


class Swept(BaseModel):
    """How many cases each sweep of each service dealt with."""

    done: dict[str, dict[str, int]]


class SandboxIssuer:
    """Signs tokens with a key that is kept in a file, so that they outlive a restart."""

    def __init__(self, key_file: Path) -> None:
        self._key = ECKey.import_key(json.loads(kept(key_file, _new_key)))

    @property
    def codes(self) -> Codes:
        """What gives and takes codes at signing in."""
        return Codes(self._key)

    def public_keys(self) -> dict[str, Any]:
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": _ALGORITHM}]}

    def token_for(self, persona: str) -> str:
        """A token of a ready persona.

        Raises:
            UnknownPersona: there is none of that name.
        """
        if persona not in PERSONAS:
            raise UnknownPersona(persona)
        return self.sign(PERSONAS[persona])

    def sign(self, claims: Mapping[str, object]) -> str:
        now = int(time.time())
        said = {**claims, "iss": SANDBOX_ISSUER, "aud": "ashyq", "iat": now, "exp": now + TOKEN_SECONDS}
        return jwt.encode({"alg": _ALGORITHM, "kid": self._key.kid}, said, self._key)


_UNKNOWN_PERSONA = ProblemKind(
    "unknown-persona",
    422,
    Translated(kk="Мұндай кейіпкер жоқ", ru="Такого персонажа нет", en="There is no such persona"),
    Translated(
        kk="Бар кейіпкерлер: {known}.", ru="Есть такие персонажи: {known}.", en="These personas are ready: {known}."
    ),
)


_BAD_CLIENT = ProblemKind(
    "bad-client",
    401,
    Translated(kk="Мұндай клиент жоқ", ru="Такого клиента нет", en="There is no such client"),
    Translated(
        kk="Қызметтің аты мен құпиясын Basic тақырыбында беріңіз.",
        ru="Назовите службу и её секрет в заголовке Basic.",
        en="Name a service and its secret in a Basic header.",
    ),
)


_BAD_CODE = ProblemKind(
    "bad-code",
    400,
    Translated(kk="Код жарамсыз", ru="Код не годится", en="The code is not good"),
    Translated(
        kk="Код бір рет және бір минут жарамды; қайта кіріңіз.",
        ru="Код годен один раз и одну минуту; войдите ещё раз.",
        en="A code is good once and for a minute; sign in again.",
    ),
)
_BAD_DEPARTURE = ProblemKind(
    "bad-departure",
    400,
    Translated(kk="Бұл жерден кіруге болмайды", ru="Отсюда войти нельзя", en="Nobody can sign in from there"),
    Translated(
        kk="response_type=code, S256 және осы машинадағы redirect_uri керек.",
        ru="Нужны response_type=code, S256 и redirect_uri на этой машине.",
        en="It takes response_type=code, S256, and a redirect_uri on this machine.",
    ),
)


class BadClient(Exception):
    """No service is known by this name and secret."""


def create_sandbox(
    settings: IdentitySettings, issuer: SandboxIssuer, clock: SandboxClock, services: Mapping[str, Neighbour]
) -> FastAPI:
    """The sandbox's application; `services` are those whose sweeps it may start.

    Raises:
        SandboxForbidden: outside ASHYQ_ENV=local.
    """
    if not settings.local:
        raise SandboxForbidden("the sandbox vouches for anybody: it starts only with ASHYQ_ENV=local")
    app = FastAPI(title="Ashyq sandbox", docs_url=None, redoc_url=None)
    problems = Catalogue(
        {kind.code: kind for kind in (_UNKNOWN_PERSONA, _BAD_CLIENT, _BAD_CODE, _BAD_DEPARTURE)},
        {
            UnknownPersona: _UNKNOWN_PERSONA.code,
            BadClient: _BAD_CLIENT.code,
            BadCode: _BAD_CODE.code,
            BadDeparture: _BAD_DEPARTURE.code,
        },
    )
    routers = [_router(issuer, clock, services), health_router()]
    app.router.add_api_route("/health/ready", _ready, include_in_schema=False)
    return assemble(app, Metrics("sandbox"), problems, routers, limit=BodyLimit(settings.body_limit))


async def _ready() -> dict[str, str]:
    return {"status": "ready"}


def _router(issuer: SandboxIssuer, clock: SandboxClock, services: Mapping[str, Neighbour]) -> APIRouter:
    router = APIRouter(prefix="/sandbox", tags=["sandbox"], route_class=Route)

    @router.get("/jwks.json")
    async def read_sandbox_keys() -> dict[str, Any]:
        """The sandbox issuer's public keys."""
        return issuer.public_keys()

    @router.post("/token")
    async def issue_sandbox_token(body: TokenRequest) -> Token:
        """A token for a ready persona, or with claims of one's own."""
        if body.claims is not None:
            return Token(access_token=issuer.sign(body.claims.model_dump(exclude_none=True)))
        return Token(access_token=issuer.token_for(body.persona or ""))

    codes = issuer.codes
    router.add_api_route("/authorize", authorization_page(codes), include_in_schema=False)

    @router.post("/oauth/token", include_in_schema=False)
    async def issue_sandbox_service_token(request: Request) -> Token:
        """A token for a code at signing in, or a service's own, by OAuth 2.0 client credentials in a Basic header."""
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        if form.get("grant_type") == "authorization_code":
            given = (form.get(name, "") for name in ("code", "code_verifier", "redirect_uri"))
            return Token(access_token=issuer.token_for(codes.persona(*given)))
        persona = _client_of(request.headers.get("authorization", ""))
        return Token(access_token=issuer.token_for(persona))

    @router.get("/clock")
    async def read_sandbox_clock() -> ClockSetting:
        """What legal time it is here."""
        return ClockSetting(now=clock.now())

    @router.put("/clock")
    async def set_sandbox_clock(body: ClockSetting) -> ClockSetting:
        """Move legal time; tokens and limits go on by real time."""
        clock.move_to(body.now)
        return ClockSetting(now=clock.now())

    @router.post("/sweep")
    async def run_sandbox_sweeps() -> Swept:
        """Do now what the services do periodically."""
        headers = {"Authorization": f"Bearer {issuer.token_for('operator')}"}
        done = {}
        for name, service in services.items():
            async with httpx.AsyncClient(transport=service.transport, base_url=service.url, headers=headers) as client:
                answer = await client.post("/internal/sweeps", timeout=60)
                answer.raise_for_status()
                done[name] = answer.json()["done"]
        return Swept(done=done)

    return router


def _client_of(header: str) -> str:
    """The persona of the service that shows its name and the sandbox's secret.

    Raises:
        BadClient: it is no service of ours, or the secret is another.
    """
    scheme, _, given = header.partition(" ")
    try:
        name, _, secret = b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        raise BadClient from None
    if scheme.lower() != "basic" or secret != CLIENT_SECRET or f"service-{name}" not in PERSONAS:
        raise BadClient
    return f"service-{name}"


def _new_key() -> str:
    key = ECKey.generate_key("P-256", {"kid": datetime.now(UTC).strftime("sandbox-%Y%m%d%H%M%S")}, private=True)
    return json.dumps(key.as_dict(private=True))

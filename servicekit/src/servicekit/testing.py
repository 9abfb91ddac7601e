"""What tests of services need: settings, an issuer of their own, real HTTP to an app in the test's event loop.

Also what is asked of every service alike, of its description and of its errors.
"""

import asyncio
import contextlib
import inspect
import string
import time
from collections.abc import AsyncIterator, Mapping
from types import ModuleType
from typing import Any

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.types import ASGIApp

from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.languages import LANGUAGES
from servicekit.problems import ProblemKind
from verifier.notes import LOG
from verifier.signing import Signer

AUDIENCE = "ashyq"
JWKS_URL = "http://issuer/jwks.json"
JOURNAL_KEY = Signer.new("tests.example/journal", LOG).secret


def usual_settings(database_url: str = "-") -> dict[str, Any]:
    """What every service is told in tests; without a database it can describe itself and no more."""
    return {
        "environment": "local",
        "issuer": SANDBOX_ISSUER,
        "jwks_url": JWKS_URL,
        "database_url": database_url,
        "journal_key": JOURNAL_KEY,
        "seal_seconds": 0.1,
        "sweep_seconds": 3600,  # when it starts and when it is told to: tests say themselves when time has come
    }


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
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    if server.should_exit:
        raise RuntimeError("the app did not start")
    await server.on_tick(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        await _end(server)


async def _end(server: uvicorn.Server) -> None:
    """What `Server.shutdown` does, but for its waits of a tenth of a second, which add up over thousands of tests."""
    for listening in server.servers:
        listening.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    while state.connections or state.tasks:  # noqa: ASYNC110 - nobody says when they are gone
        await asyncio.sleep(0.001)
    await server.lifespan.shutdown()


def operations_of(document: Mapping[str, Any]) -> set[str]:
    """The operations that an OpenAPI document describes, but for the journal's, which are the kit's own."""
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    return {each["operationId"] for each in operations if each["tags"] != ["journal"]}


def badly_described(document: Mapping[str, Any]) -> list[str]:
    """What the operations of an OpenAPI document lack: a sentence, their problems, or a parameter's schema."""
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    found = [each["operationId"] for each in operations if not each["description"].endswith(".")]
    found += [
        f"{each['operationId']}: problems"
        for each in operations
        if list(each["responses"]["default"]["content"]) != ["application/problem+json"]
    ]
    parameters = [(each["operationId"], told) for each in operations for told in each.get("parameters", ())]
    return found + [f"{operation}: {told['name']}" for operation, told in parameters if not told.get("schema")]


def errors_of(module: ModuleType) -> set[type]:
    """The errors that a module declares itself."""
    return {each for _, each in inspect.getmembers(module, inspect.isclass) if each.__module__ == module.__name__}


def texts_at_odds(kind: ProblemKind) -> list[str]:
    """The texts of a problem that are empty, the same in two languages, or name other facts than the first."""
    found = []
    for texts in (kind.title.model_dump(), kind.detail.model_dump()):
        facts = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        found += [text for text in texts.values() if text.strip() != text or not text]
        found += [text for text, named in zip(texts.values(), facts, strict=True) if named != facts[0]]
        found += [] if len(set(texts.values())) == len(LANGUAGES) else [str(texts)]
    return found


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """An issuer that lasts as long as the tests."""
    return Issuer()

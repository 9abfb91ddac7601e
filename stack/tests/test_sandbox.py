"""The sandbox vouches for anybody and moves legal time, on a developer's machine and nowhere else."""

import asyncio
import json
import stat
from base64 import b64encode
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import ValidationError

from servicekit.base_settings import SANDBOX_ISSUER, IdentitySettings
from servicekit.clock import SandboxClock
from servicekit.identity import Caller, InvalidToken, IssuerKeys, TokenVerifier
from servicekit.neighbours import Neighbour
from servicekit.testing import serving
from stack.personas import PERSONAS
from stack.sandbox import TOKEN_SECONDS, SandboxForbidden, SandboxIssuer, UnknownPersona, create_sandbox

JWKS = "http://sandbox/sandbox/jwks.json"


def settings(environment: str = "local", issuer: str = SANDBOX_ISSUER) -> IdentitySettings:
    return IdentitySettings(environment=environment, issuer=issuer, jwks_url=JWKS)


@pytest.fixture
def issuer(tmp_path: Path) -> SandboxIssuer:
    return SandboxIssuer(tmp_path / "key.json")


@pytest.fixture
def swept() -> list[str]:
    """The Authorization headers with which the service was asked to sweep."""
    return []


@pytest.fixture
async def client(tmp_path: Path, issuer: SandboxIssuer, swept: list[str]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a sandbox with one service, over HTTP."""
    service = FastAPI()

    @service.post("/internal/sweeps")
    async def sweep(request: Request) -> dict[str, dict[str, int]]:
        swept.append(request.headers["authorization"])
        return {"done": {"expire": 3}}

    app = create_sandbox(
        settings(),
        issuer,
        SandboxClock(tmp_path / "clock"),
        {"appeals": Neighbour("http://appeals", httpx.ASGITransport(service))},
    )
    async with serving(app) as client:
        yield client


async def verified(client: httpx.AsyncClient, token: str) -> Caller:
    """The caller, as a service that reads the sandbox's published keys sees it."""
    verifier = TokenVerifier(IssuerKeys(client, "/sandbox/jwks.json"), issuer=SANDBOX_ISSUER, audience="ashyq")
    return await verifier.verify(token)


async def test_every_persona_has_a_token_that_services_believe(client: httpx.AsyncClient) -> None:
    for persona, claims in PERSONAS.items():
        answer = await client.post("/sandbox/token", json={"persona": persona})
        assert answer.status_code == 200
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", TOKEN_SECONDS)
        caller = await verified(client, answer.json()["access_token"])
        assert (caller.subject, caller.roles) == (claims["sub"], frozenset(roles_of(claims)))
        assert (caller.iin, caller.bin, caller.agency) == tuple(claims.get(name) for name in ("iin", "bin", "agency"))


def roles_of(claims: Any) -> list[str]:
    roles: list[str] = claims["roles"]
    return roles


async def test_a_token_may_say_what_one_likes(client: httpx.AsyncClient) -> None:
    claims = {"sub": "x", "name": "Әлия", "bin": "120640950178", "roles": ["company", "supplier"]}
    answer = await client.post("/sandbox/token", json={"claims": claims})
    caller = await verified(client, answer.json()["access_token"])
    assert caller == Caller("x", "Әлия", bin="120640950178", roles=frozenset({"company", "supplier"}))


async def test_a_token_cannot_say_whose_it_is_and_until_when(client: httpx.AsyncClient) -> None:
    for name in ("iss", "aud", "exp", "iat", "anything"):
        answer = await client.post("/sandbox/token", json={"claims": {"sub": "x", name: 1}})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/claims/{name}")


@pytest.mark.parametrize(
    "body", [{}, {"persona": "citizen", "claims": {"sub": "x"}}, {"persona": None, "claims": None}]
)
async def test_a_persona_or_claims_are_needed_and_not_both(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await client.post("/sandbox/token", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert "either a persona or claims" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize(
    "body",
    [{"persona": ""}, {"persona": 7}, {"claims": {}}, {"claims": {"sub": ""}}, {"claims": {"sub": "x", "roles": "y"}}],
)
async def test_a_token_needs_words(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await client.post("/sandbox/token", json=body)).status_code == 422


async def test_an_unknown_persona_is_told_who_there_is(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sandbox/token", json={"persona": "king"}, headers={"Accept-Language": "ru"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-persona")
    assert answer.json()["title"] == "Такого персонажа нет"
    for persona in PERSONAS:
        assert persona in answer.json()["detail"]


async def test_published_keys_are_public_alone(client: httpx.AsyncClient) -> None:
    (key,) = (await client.get("/sandbox/jwks.json")).json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key


async def test_legal_time_moves_runs_on_and_is_the_same_for_every_process(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    other = SandboxClock(tmp_path / "clock")
    assert abs(other.now() - datetime.now(UTC)) < timedelta(seconds=5)
    answer = await client.put("/sandbox/clock", json={"now": "2024-12-20T11:05:00+05:00"})
    assert answer.status_code == 200
    told = datetime.fromisoformat((await client.get("/sandbox/clock")).json()["now"])
    for moment in (told, other.now()):
        assert timedelta() <= moment - datetime(2024, 12, 20, 6, 5, tzinfo=UTC) < timedelta(seconds=5)
    await asyncio.sleep(0.01)
    assert other.now() > told


async def test_tokens_go_by_real_time_wherever_legal_time_is(client: httpx.AsyncClient) -> None:
    await client.put("/sandbox/clock", json={"now": "2199-12-31T00:00:00Z"})
    answer = await client.post("/sandbox/token", json={"persona": "citizen"})
    assert (await verified(client, answer.json()["access_token"])).subject == "sandbox:citizen"


@pytest.mark.parametrize(
    "now", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "2024-12-20T11:05:00", "soon"]
)
async def test_legal_time_stays_where_dates_can_be_reckoned_with(client: httpx.AsyncClient, now: str) -> None:
    answer = await client.put("/sandbox/clock", json={"now": now})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/now")
    assert (await client.get("/sandbox/clock")).json()["now"][:4] == str(datetime.now(UTC).year)


async def test_sweeps_are_started_as_the_operator(client: httpx.AsyncClient, swept: list[str]) -> None:
    answer = await client.post("/sandbox/sweep")
    assert answer.json() == {"done": {"appeals": {"expire": 3}}}
    (shown,) = swept
    assert "operator" in (await verified(client, shown.removeprefix("Bearer "))).roles


async def test_it_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready"):
        assert (await client.get(path)).status_code == 200


async def test_tokens_outlive_a_restart(client: httpx.AsyncClient, tmp_path: Path) -> None:
    token = SandboxIssuer(tmp_path / "key.json").token_for("officer")
    assert (await verified(client, token)).subject == "sandbox:officer"


async def test_tokens_of_another_sandbox_are_not_believed(client: httpx.AsyncClient, tmp_path: Path) -> None:
    token = SandboxIssuer(tmp_path / "another.json").token_for("officer")
    with pytest.raises(InvalidToken):
        await verified(client, token)


def test_the_key_is_for_its_owner_alone(tmp_path: Path, issuer: SandboxIssuer) -> None:
    file = tmp_path / "key.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["kid"] == issuer.public_keys()["keys"][0]["kid"]
    assert list(tmp_path.iterdir()) == [file]


def test_of_several_who_make_the_key_at_once_all_use_one(tmp_path: Path) -> None:
    together = Barrier(8)

    def make(_: int) -> str:
        together.wait()
        return str(SandboxIssuer(tmp_path / "key.json").public_keys())

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(make, range(8)))) == 1


def test_there_is_no_token_for_a_persona_that_does_not_exist(issuer: SandboxIssuer) -> None:
    with pytest.raises(UnknownPersona, match="citizen, neighbour"):
        issuer.token_for("king")


@pytest.mark.parametrize("environment", ["production", "staging", "Local", "local ", ""])
def test_the_sandbox_does_not_start_elsewhere(tmp_path: Path, issuer: SandboxIssuer, environment: str) -> None:
    elsewhere = settings(environment, issuer="https://idp.example")
    with pytest.raises(SandboxForbidden, match="ASHYQ_ENV=local"):
        create_sandbox(elsewhere, issuer, SandboxClock(tmp_path / "clock"), {})


@pytest.mark.parametrize("environment", ["production", ""])
def test_nor_is_it_believed_elsewhere(environment: str) -> None:
    with pytest.raises(ValidationError, match="ASHYQ_ENV=local"):
        settings(environment)


async def test_a_service_gets_its_own_token_for_its_name_and_secret(client: httpx.AsyncClient) -> None:
    form = {"grant_type": "client_credentials"}
    answer = await client.post("/sandbox/oauth/token", data=form, auth=("procurement", "sandbox"))
    assert answer.status_code == 200
    caller = await verified(client, answer.json()["access_token"])
    assert (caller.subject, caller.roles) == ("sandbox:service-procurement", frozenset({"service"}))


@pytest.mark.parametrize("name", ["procurement:wrong", "citizen:sandbox", "none:sandbox", "procurement"])
async def test_a_service_that_is_not_known_gets_none(client: httpx.AsyncClient, name: str) -> None:
    header = {"Authorization": f"Basic {b64encode(name.encode()).decode()}"}
    answer = await client.post("/sandbox/oauth/token", headers=header)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad-client")


@pytest.mark.parametrize("header", ["", "Basic", "Basic %%%", "Bearer abc", "Basic /w=="])
async def test_a_header_without_a_name_gets_none(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.post("/sandbox/oauth/token", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "bad-client")


async def test_claims_may_be_marked_as_synthetic(client: httpx.AsyncClient) -> None:
    claims = {"sub": "invented", "roles": ["citizen"], "synthetic": True}
    token = (await client.post("/sandbox/token", json={"claims": claims})).json()["access_token"]
    assert (await verified(client, token)).synthetic
    token = (await client.post("/sandbox/token", json={"persona": "citizen"})).json()["access_token"]
    assert not (await verified(client, token)).synthetic

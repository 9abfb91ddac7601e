"""Signing in at the sandbox, by the rules of an issuer: a code for who began, once, and only for this machine."""

import re
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from servicekit.base_settings import SANDBOX_ISSUER, IdentitySettings
from servicekit.clock import SandboxClock
from servicekit.testing import serving
from stack.personas import DUTIES, PERSONAS
from stack.sandbox import SandboxIssuer, create_sandbox

VERIFIER = "a verifier that is long enough to be one, and more"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://127.0.0.1:8000/signed-in"
ASKED = {"client_id": "portal", "redirect_uri": BACK, "state": "s", "code_challenge": CHALLENGE}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a sandbox without services, over HTTP."""
    settings = IdentitySettings(environment="local", issuer=SANDBOX_ISSUER, jwks_url="http://sandbox/sandbox/jwks.json")
    app = create_sandbox(settings, SandboxIssuer(tmp_path / "key.json"), SandboxClock(tmp_path / "clock"), {})
    async with serving(app) as client:
        yield client


async def code_for(client: httpx.AsyncClient, persona: str) -> str:
    page = await client.get("/sandbox/authorize", params=ASKED)
    [way] = re.findall(rf'href="([^"]+)">{re.escape(str(PERSONAS[persona]["name"]))}<', page.text)
    given = parse_qs(urlsplit(unescape(way)).query)
    assert given["state"] == ["s"]
    return given["code"][0]


async def exchange(client: httpx.AsyncClient, **form: str) -> httpx.Response:
    usual = {"grant_type": "authorization_code", "code_verifier": VERIFIER, "redirect_uri": BACK}
    return await client.post("/sandbox/oauth/token", data=usual | form)


def test_everybody_who_is_no_service_can_be_chosen() -> None:
    assert DUTIES.keys() == {name for name in PERSONAS if not name.startswith("service-")}


@pytest.mark.parametrize(
    ("language", "title"),
    [("kk", "Кім болғыңыз келеді?"), ("ru", "Кем вы хотите быть?"), ("en", "Who would you like to be?")],
)
async def test_the_page_speaks_the_readers_language(language: str, title: str, client: httpx.AsyncClient) -> None:
    page = await client.get("/sandbox/authorize", params={**ASKED, "ui_locales": language})
    assert title in page.text
    assert all(getattr(duty, language) in page.text for duty in DUTIES.values())
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_code_gives_a_token_once(client: httpx.AsyncClient) -> None:
    code = await code_for(client, "auditor")
    assert (await exchange(client, code=code)).json().keys() == {"access_token", "token_type", "expires_in"}
    again = await exchange(client, code=code)
    assert (again.status_code, again.json()["code"]) == (400, "bad-code")


@pytest.mark.parametrize(
    "other", [{"code_verifier": "another"}, {"redirect_uri": "http://127.0.0.1:9/signed-in"}, {"code": "nonsense"}]
)
async def test_a_code_is_for_who_began(other: dict[str, str], client: httpx.AsyncClient) -> None:
    refused = await exchange(client, **{"code": await code_for(client, "citizen"), **other})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad-code")


async def test_a_token_is_no_code(client: httpx.AsyncClient) -> None:
    token = (await client.post("/sandbox/token", json={"persona": "citizen"})).json()["access_token"]
    assert (await exchange(client, code=token)).json()["code"] == "bad-code"


@pytest.mark.parametrize(
    "other",
    [
        {"redirect_uri": "https://elsewhere.example/signed-in"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
async def test_nobody_is_sent_off_this_machine(other: dict[str, str], client: httpx.AsyncClient) -> None:
    refused = await client.get("/sandbox/authorize", params=ASKED | other)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad-departure")

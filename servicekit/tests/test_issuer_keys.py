"""The issuer's keys: new ones are found, old ones are kept while it is away, and the sandbox's stay at home."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from servicekit.base_settings import SANDBOX_ISSUER, ServiceSettings
from servicekit.identity import ANONYMOUS, Caller, InvalidToken, IssuerKeys, IssuerUnavailable, TokenVerifier, identify
from servicekit.testing import AUDIENCE, JOURNAL_KEY, JWKS_URL, Issuer, serving
from stack.testing import TestDatabase


@asynccontextmanager
async def verifier_of(issuer: Issuer) -> AsyncIterator[TokenVerifier]:
    async with httpx.AsyncClient(transport=issuer.transport) as client:
        yield TokenVerifier(IssuerKeys(client, JWKS_URL), issuer=issuer.name, audience=AUDIENCE)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are asked for again at once rather than after some seconds."""
    monkeypatch.setattr("servicekit.identity._KEYS_RETRY_SECONDS", 0.0)


@pytest.mark.usefixtures("impatient")
async def test_a_new_key_is_found_and_the_old_one_is_believed_no_more() -> None:
    issuer = Issuer()
    async with verifier_of(issuer) as verifier:
        old = issuer.token("citizen", sub="old")
        assert (await verifier.verify(old)).subject == "old"
        issuer.rotate()
        assert (await verifier.verify(issuer.token("citizen", sub="new"))).subject == "new"
        with pytest.raises(InvalidToken):
            await verifier.verify(old)


async def test_unknown_keys_do_not_make_us_ask_the_issuer_again_and_again() -> None:
    issuer, stranger = Issuer(), Issuer()
    async with verifier_of(issuer) as verifier:
        await verifier.verify(issuer.token("citizen"))
        for number in range(20):
            with pytest.raises(InvalidToken):
                await verifier.verify(stranger.token("citizen", sub=str(number)))
    assert issuer.asked == 1


async def test_a_token_is_checked_once_and_its_key_read_once() -> None:
    issuer = Issuer()
    async with verifier_of(issuer) as verifier:
        token = issuer.token("citizen", iin="880417499014", name="Айгерім")
        callers = [await verifier.verify(token) for _ in range(10)]
    assert callers[0].party == ("KZ-IIN", "880417499014")
    assert all(caller is callers[0] for caller in callers)
    assert issuer.asked == 1


async def test_a_remembered_token_still_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicekit.identity._LEEWAY_SECONDS", 0)
    issuer = Issuer()
    async with verifier_of(issuer) as verifier:
        token = issuer.token("citizen", exp=int(time.time()) + 2)
        assert (await verifier.verify(token)).roles == {"citizen"}
        await asyncio.sleep(2.1)
        with pytest.raises(InvalidToken) as refusal:
            await verifier.verify(token)
    assert refusal.value.reason == "expired"


@pytest.mark.usefixtures("impatient")
async def test_while_the_issuer_is_away_its_known_keys_are_good_and_new_ones_cannot_be_judged() -> None:
    issuer = Issuer()
    async with verifier_of(issuer) as verifier:
        await verifier.verify(issuer.token("citizen"))
        issuer.available = False
        assert (await verifier.verify(issuer.token("citizen", sub="later"))).subject == "later"
        known = issuer.token("citizen", sub="known")
        issuer.rotate()
        unknown = issuer.token("citizen", sub="unknown")
        with pytest.raises(IssuerUnavailable):
            await verifier.verify(unknown)
        assert (await verifier.verify(known)).subject == "known"
        issuer.available = True
        assert (await verifier.verify(unknown)).subject == "unknown"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://evil.example"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"keys": [{"kty": "none"}]}),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text}"[:20],
)
async def test_an_answer_that_holds_no_keys_is_an_issuer_that_is_away(answer: httpx.Response) -> None:
    transport = httpx.MockTransport(lambda _: answer)
    async with httpx.AsyncClient(transport=transport) as client:
        verifier = TokenVerifier(IssuerKeys(client, JWKS_URL), issuer=SANDBOX_ISSUER, audience=AUDIENCE)
        with pytest.raises(IssuerUnavailable):
            await verifier.verify(Issuer().token("citizen"))


async def test_an_issuer_that_was_never_there_gives_503_and_nobody_is_let_in(
    build: Callable[..., FastAPI], database: TestDatabase
) -> None:
    issuer = Issuer()
    issuer.available = False
    async with serving(build(database.url, issuer=issuer)) as client:
        answer = await client.post("/v1/notes", json={"text": "a"}, headers=issuer.headers("citizen"))
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert (await client.get("/v1/notes")).json()["items"] == []
        issuer.available = True
        assert (await client.get("/v1/whoami", headers=issuer.headers("citizen"))).status_code == 200


async def test_who_shows_nothing_is_nobody() -> None:
    async with verifier_of(Issuer()) as verifier:
        assert await identify(verifier, None) is ANONYMOUS
    assert ANONYMOUS.party is None


def test_a_company_appears_before_the_person_who_acts_for_it() -> None:
    assert Caller(subject="b1", iin="880417499014", bin="150340000017").party == ("KZ-BIN", "150340000017")


def settings(**chosen: Any) -> ServiceSettings:
    usual = {"issuer": "https://idp.example", "jwks_url": JWKS_URL, "database_url": "-", "journal_key": JOURNAL_KEY}
    return ServiceSettings.model_validate(usual | chosen)


@pytest.mark.parametrize("environment", ["production", "staging", "test", "Local", "LOCAL", "local ", ""])
def test_the_sandbox_is_believed_nowhere_but_locally(environment: str) -> None:
    assert settings(environment="local", issuer=SANDBOX_ISSUER).local
    with pytest.raises(ValidationError, match="name a real ASHYQ_ISSUER"):
        settings(environment=environment, issuer=SANDBOX_ISSUER)


def test_without_an_environment_we_are_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASHYQ_ENV", raising=False)
    assert not settings().local
    with pytest.raises(ValidationError, match="name a real ASHYQ_ISSUER"):
        settings(issuer=SANDBOX_ISSUER)


def test_legal_time_cannot_be_moved_outside_local(tmp_path: Path) -> None:
    assert settings(environment="local", clock_file=tmp_path / "clock").clock_file == tmp_path / "clock"
    with pytest.raises(ValidationError, match="remove ASHYQ_CLOCK_FILE"):
        settings(environment="production", clock_file=tmp_path / "clock")


def test_a_refused_setting_does_not_show_the_database_password() -> None:
    with pytest.raises(ValidationError) as refusal:
        settings(database_url="postgresql://app:hunter2@localhost/none", issuer=SANDBOX_ISSUER)
    assert "hunter2" not in str(refusal.value)

"""A token is checked at the door: what cannot be believed reaches no service, what can passes on unchanged."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from servicekit.testing import Issuer

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
Seen = list[dict[str, Any]]


@pytest.fixture
def way() -> str:
    """These are the gateway's own doings, wherever the service is."""
    return "in process"


async def test_without_a_token_one_passes_as_nobody(serve: Serve, seen: Seen) -> None:
    async with serve() as client:
        answer = await client.get("/v1/appeals")
    assert answer.status_code == 200
    assert "authorization" not in dict(seen[0]["headers"])


async def test_a_good_token_passes_on_unchanged(serve: Serve, seen: Seen, own_issuer: Issuer) -> None:
    shown = own_issuer.headers("citizen", name="Айгерім")["Authorization"]
    async with serve() as client:
        answer = await client.get("/v1/appeals", headers={"Authorization": shown})
    assert answer.status_code == 200
    assert dict(seen[0]["headers"])["authorization"] == shown


async def test_a_token_that_cannot_be_believed_is_refused_at_the_door(
    serve: Serve, seen: Seen, own_issuer: Issuer
) -> None:
    found = {}
    async with serve() as client:
        for name, shown in unbelievable(own_issuer):
            answer = await client.get("/v1/appeals", headers=[(b"Authorization", shown.encode())])
            found[name] = (answer.status_code, answer.json()["code"], answer.headers.get("www-authenticate", "")[:6])
    assert {name: what for name, what in found.items() if what != (401, "invalid-token", "Bearer")} == {}
    assert seen == []


async def test_a_refusal_says_why_and_never_repeats_the_token(serve: Serve, own_issuer: Issuer) -> None:
    expired = own_issuer.token("citizen", exp=int(time.time()) - 60)
    async with serve() as client:
        answer = await client.get(
            "/v1/appeals", headers={"Authorization": f"Bearer {expired}", "Accept-Language": "ru"}
        )
    assert answer.json()["title"] == "Токен не принят"
    assert "(expired)" in answer.json()["detail"]
    assert expired not in answer.text


async def test_two_tokens_are_refused_even_if_both_are_good(serve: Serve, seen: Seen, own_issuer: Issuer) -> None:
    both = [*own_issuer.headers("citizen").items(), *own_issuer.headers("officer").items()]
    async with serve() as client:
        answer = await client.get("/v1/appeals", headers=both)
    assert (answer.status_code, answer.json()["code"], seen) == (401, "invalid-token", [])


async def test_while_the_issuer_is_away_nobody_new_is_believed_or_refused(
    serve: Serve, seen: Seen, own_issuer: Issuer
) -> None:
    headers = own_issuer.headers("citizen")
    own_issuer.available = False
    async with serve() as client:
        away = await client.get("/v1/appeals", headers=headers)
        nobody = await client.get("/v1/appeals")
        own_issuer.available = True
        back = await client.get("/v1/appeals", headers=headers)
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
    assert int(away.headers["retry-after"]) > 0
    assert (nobody.status_code, back.status_code, len(seen)) == (200, 200, 2)


async def test_keys_once_read_stay_good_while_the_issuer_is_away(serve: Serve, own_issuer: Issuer) -> None:
    async with serve() as client:
        await client.get("/v1/appeals", headers=own_issuer.headers("citizen"))
        own_issuer.available = False
        answer = await client.get("/v1/appeals", headers=own_issuer.headers("company"))
    assert answer.status_code == 200


async def test_the_gateways_own_pages_need_no_token_and_mind_no_bad_one(serve: Serve) -> None:
    async with serve() as client:
        for path in ("/health/live", "/problems", "/openapi.json"):
            assert (await client.get(path, headers={"Authorization": "Bearer nonsense"})).status_code == 200


def unbelievable(issuer: Issuer) -> Iterator[tuple[str, str]]:
    """What an Authorization header may hold that is no token of ours, each with a name."""
    good = issuer.token("citizen")
    header, claims, signature = good.split(".")
    yield "empty", ""
    yield "scheme alone", "Bearer"
    yield "another scheme", f"Basic {good}"
    yield "no scheme", good
    yield "two tokens in one", f"Bearer {good} {good}"
    yield "two in a list", f"Bearer {good}, Bearer {good}"
    yield "words", "Bearer nonsense"
    yield "dots", "Bearer .."
    yield "other letters", "Bearer токен"
    yield "too long", "Bearer " + "a" * 9000
    yield "no signature", f"Bearer {header}.{claims}."
    yield "other claims", f"Bearer {header}.{packed({'sub': 'x', 'roles': ['operator']})}.{signature}"
    for algorithm in ("none", "HS256", "RS256", "ES384", 7, None, ["ES256"]):
        forged = packed({"alg": algorithm, "kid": issuer.key.kid})
        yield f"algorithm {algorithm}", f"Bearer {forged}.{claims}.{signature}"
    for key_id in (None, 7, "", "unknown", {"x": 1}):
        yield f"key id {key_id}", f"Bearer {packed({'alg': 'ES256', 'kid': key_id})}.{claims}.{signature}"
    nothing: list[object] = [[], "text", 7, None]
    for broken in nothing:
        yield f"header {broken}", f"Bearer {packed(broken)}.{claims}.{signature}"
    yield "critical extension", f"Bearer {packed({'alg': 'ES256', 'kid': issuer.key.kid, 'crit': ['x']})}.{claims}.x"
    yield from forged_with_other_keys(issuer)
    yield from signed_but_wrong(issuer)


def forged_with_other_keys(issuer: Issuer) -> Iterator[tuple[str, str]]:
    now = int(time.time())
    claims = {"iss": issuer.name, "aud": "ashyq", "sub": "x", "exp": now + 600, "roles": ["operator"]}
    kid = issuer.key.kid
    yield "another key of that name", bearer({"alg": "ES256", "kid": kid}, claims, ECKey.generate_key("P-256"))
    yield "another kind of key", bearer({"alg": "RS256", "kid": kid}, claims, RSAKey.generate_key(2048))
    signed = f"{packed({'alg': 'HS256', 'kid': kid})}.{packed(claims)}"
    mac = hmac.digest(issuer.key.as_pem(private=False), signed.encode(), "sha256")
    yield "the public key as a secret", f"Bearer {signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    own = ECKey.generate_key("P-256", private=True)
    jwk = own.as_dict(private=False)
    yield "a key that comes along", bearer({"alg": "ES256", "kid": kid, "jwk": jwk}, claims, own)


def signed_but_wrong(issuer: Issuer) -> Iterator[tuple[str, str]]:
    now = int(time.time())
    wrong: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 60},
        "expires never": {"exp": None},
        "expires in words": {"exp": "tomorrow"},
        "expires at infinity": {"exp": float("inf")},
        "not yet": {"nbf": now + 600},
        "another issuer": {"iss": "https://elsewhere.example"},
        "another audience": {"aud": "others"},
        "no subject": {"sub": None},
        "a subject of numbers": {"sub": 7},
        "roles in one word": {"roles": "operator"},
        "roles of numbers": {"roles": [7]},
        "a number for an IIN": {"iin": 880417499014},
    }
    for name, said in wrong.items():
        yield name, f"Bearer {issuer.token('citizen', **said)}"


def bearer(header: dict[str, Any], claims: dict[str, Any], key: ECKey | RSAKey) -> str:
    return f"Bearer {jwt.encode(header, claims, key, algorithms=['ES256', 'RS256'])}"


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

"""Tokens: the one way to be believed, and the many ways not to be."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.testing import AUDIENCE, Issuer

Forge = Callable[[Issuer], str]
OTHER = ECKey.generate_key("P-256", private=True)
RSA = RSAKey.generate_key(2048, private=True)
NOW = int(time.time())


def packed(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=="))


def signed(header: dict[str, Any], payload: Any, key: Any, algorithm: str = "ES256") -> str:
    said = f"{packed(header)}.{packed(payload)}"
    return f"{said}.{packed(JWSRegistry.algorithms[algorithm].sign(said.encode(), key))}"


def headed(**header: Any) -> Forge:
    """The issuer's own token with another header, and a signature that fits; None takes a field out."""

    def forge(issuer: Issuer) -> str:
        usual = {"alg": "ES256", "kid": issuer.key.kid}
        chosen = {name: value for name, value in (usual | header).items() if value is not None}
        return signed(chosen, claims_of(issuer), issuer.key)

    return forge


def claiming(**claims: Any) -> Forge:
    """What the issuer really signed, with other claims; `...` takes a claim out."""

    def forge(issuer: Issuer) -> str:
        chosen = {name: value for name, value in (claims_of(issuer) | claims).items() if value is not ...}
        return signed({"alg": "ES256", "kid": issuer.key.kid}, chosen, issuer.key)

    return forge


def claims_of(issuer: Issuer) -> dict[str, Any]:
    claims: dict[str, Any] = unpacked(issuer.token("citizen").split(".")[1])
    return claims


def by_other_key(issuer: Issuer, **header: Any) -> str:
    return signed({"alg": "ES256", "kid": issuer.key.kid} | header, claims_of(issuer), OTHER)


def unsigned(algorithm: str) -> Forge:
    return lambda issuer: f"{packed({'alg': algorithm, 'kid': issuer.key.kid})}.{packed(claims_of(issuer))}."


def keyed_with(secret: Callable[[Issuer], bytes]) -> Forge:
    """Signed with HS256, where the secret is something public."""

    def forge(issuer: Issuer) -> str:
        said = f"{packed({'alg': 'HS256', 'kid': issuer.key.kid})}.{packed(claims_of(issuer))}"
        return f"{said}.{packed(hmac.new(secret(issuer), said.encode(), hashlib.sha256).digest())}"

    return forge


def parts(change: Callable[[str, str, str], str]) -> Forge:
    return lambda issuer: change(*issuer.token("citizen").split("."))


def raised(payload: str) -> str:
    return packed(unpacked(payload) | {"roles": ["operator"]})


FORGERIES: dict[str, Forge] = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "alg NONE": unsigned("NONE"),
    "alg nOnE": unsigned("nOnE"),
    "alg empty": unsigned(""),
    "alg absent": headed(alg=None),
    "alg a number": headed(alg=256),
    "alg of another family": headed(alg="RS256"),
    "alg ES384": headed(alg="ES384"),
    "HS256 with the public PEM": keyed_with(lambda issuer: issuer.key.as_pem(private=False)),
    "HS256 with the public JWK": keyed_with(lambda issuer: json.dumps(issuer.key.as_dict(private=False)).encode()),
    "HS256 with nothing": keyed_with(lambda _: b""),
    "signature stripped": parts(lambda header, payload, _: f"{header}.{payload}."),
    "signature absent": parts(lambda header, payload, _: f"{header}.{payload}"),
    "signature of zeros": parts(lambda header, payload, _: f"{header}.{payload}.{packed(bytes(64))}"),
    "signature cut": parts(lambda header, payload, signature: f"{header}.{payload}.{signature[:-4]}"),
    "signature turned": parts(lambda header, payload, signature: f"{header}.{payload}.{signature[::-1]}"),
    "payload changed": parts(lambda header, payload, signature: f"{header}.{raised(payload)}.{signature}"),
    "payload gone": parts(lambda header, _, signature: f"{header}..{signature}"),
    "header of another token": parts(lambda _, payload, signature: f"{packed({'alg': 'ES256'})}.{payload}.{signature}"),
    "other key, same kid": by_other_key,
    "other RSA key, same kid": lambda issuer: signed(
        {"alg": "RS256", "kid": issuer.key.kid}, claims_of(issuer), RSA, "RS256"
    ),
    "unknown kid": headed(kid="unknown"),
    "no kid": headed(kid=None),
    "kid empty": headed(kid=""),
    "kid a number": headed(kid=1),
    "kid a list": headed(kid=["a"]),
    "kid a path": headed(kid="../../dev/null"),
    "own key in jwk": lambda issuer: by_other_key(issuer, jwk=OTHER.as_dict(private=False)),
    "own key at jku": lambda issuer: by_other_key(issuer, jku="https://evil.example/jwks.json"),
    "own key at x5u": lambda issuer: by_other_key(issuer, x5u="https://evil.example/cert.pem"),
    "own key in x5c": lambda issuer: by_other_key(issuer, x5c=["MIIB"]),
    "critical header unknown": headed(crit=["exp"], exp=1),
    "critical header absent": headed(crit=["b64"]),
    "critical header no list": headed(crit=5),
    "unencoded payload": headed(crit=["b64"], b64=False),
    "unknown header": headed(sudo=True),
    "iss of another": claiming(iss="https://evil.example"),
    "iss with a slash": claiming(iss=f"{SANDBOX_ISSUER}/"),
    "iss a list": claiming(iss=[SANDBOX_ISSUER]),
    "iss absent": claiming(iss=...),
    "aud of another": claiming(aud="other"),
    "aud a list of others": claiming(aud=["other", "another"]),
    "aud an empty list": claiming(aud=[]),
    "aud an object": claiming(aud={AUDIENCE: True}),
    "aud absent": claiming(aud=...),
    "exp past": claiming(exp=NOW - 120),
    "exp zero": claiming(exp=0),
    "exp negative": claiming(exp=-1),
    "exp a text": claiming(exp=str(NOW + 600)),
    "exp true": claiming(exp=True),
    "exp null": claiming(exp=None),
    "exp not a number": claiming(exp=float("nan")),
    "exp infinite": claiming(exp=float("inf")),
    "exp beyond all numbers": claiming(exp=10**400),
    "exp absent": claiming(exp=...),
    "nbf future": claiming(nbf=NOW + 3600),
    "nbf a text": claiming(nbf="now"),
    "iat future": claiming(iat=NOW + 3600),
    "sub absent": claiming(sub=...),
    "sub empty": claiming(sub=""),
    "sub a number": claiming(sub=7),
    "sub null": claiming(sub=None),
    "sub a list": claiming(sub=["c1"]),
    "roles a text": claiming(roles="citizen"),
    "roles an object": claiming(roles={"citizen": True}),
    "roles numbers": claiming(roles=[1, 2]),
    "roles null": claiming(roles=None),
    "iin a number": claiming(iin=880417499014),
    "name an object": claiming(name={"given": "Айгерім"}),
    "claims a list": lambda issuer: signed({"alg": "ES256", "kid": issuer.key.kid}, ["citizen"], issuer.key),
    "claims no JSON": lambda issuer: signed({"alg": "ES256", "kid": issuer.key.kid}, b"citizen", issuer.key),
    "header a list": parts(lambda _, payload, signature: f"{packed([])}.{payload}.{signature}"),
    "header a text": parts(lambda _, payload, signature: f"{packed('kid')}.{payload}.{signature}"),
    "header no JSON": parts(lambda _, payload, signature: f"{packed(b'kid')}.{payload}.{signature}"),
    "header very deep": parts(lambda _, payload, signature: f"{packed(b'[' * 350)}.{payload}.{signature}"),
    "five parts": parts(lambda header, payload, signature: f"{header}.{payload}.{payload}.{payload}.{signature}"),
    "a dot at the end": parts(lambda header, payload, signature: f"{header}.{payload}.{signature}."),
    "a dot at the front": parts(lambda header, payload, signature: f".{header}.{payload}.{signature}"),
    "dots alone": lambda _: "..",
    "one word": lambda _: "Ashyq",
    "a space inside": lambda issuer: issuer.token("citizen").replace(".", ". ", 1),
    "two tokens in one header": lambda issuer: f"{issuer.token('citizen')}, Bearer {issuer.token('citizen')}",
    "quotes": lambda issuer: f'"{issuer.token("citizen")}"',
    "non-ASCII": lambda issuer: issuer.token("citizen") + "ә",
    "not base64": parts(lambda header, payload, signature: f"{header}.{payload}!.{signature}"),
    "10 kB": lambda issuer: issuer.token("citizen", name="а" * 10_000),
    "10 kB of nothing": lambda _: "a" * 10_000,
}


def assert_refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_a_forged_token_is_refused(asker: httpx.AsyncClient, issuer: Issuer, forge: Forge) -> None:
    token = forge(issuer)
    assert_refused(await asker.get("/v1/whoami", headers=[(b"authorization", b"Bearer " + token.encode())]))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer,", "Basic YTpi", "Token {}", "{}", "Bearer{}", "DPoP {}"])
async def test_another_scheme_is_refused(client: httpx.AsyncClient, issuer: Issuer, header: str) -> None:
    shown = header.format(issuer.token("citizen"))
    assert_refused(await client.get("/v1/whoami", headers={"Authorization": shown}))


@pytest.mark.parametrize("order", [1, -1])
async def test_two_authorization_headers_are_refused_even_if_one_is_good(
    client: httpx.AsyncClient, issuer: Issuer, order: int
) -> None:
    shown = [f"Bearer {issuer.token('citizen')}", "Bearer forged"][::order]
    assert_refused(await client.get("/v1/whoami", headers=[("Authorization", value) for value in shown]))


async def test_a_bad_token_is_refused_where_none_is_needed(asker: httpx.AsyncClient) -> None:
    assert (await asker.get("/v1/notes")).status_code == 200
    assert_refused(await asker.get("/v1/notes", headers={"Authorization": "Bearer forged"}))


async def test_without_a_token_the_problem_is_another(asker: httpx.AsyncClient) -> None:
    answer = await asker.get("/v1/whoami")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"aud": ["other", AUDIENCE]},
        {"roles": []},
        {"unknown": {"claim": 1}},
    ],
    ids=str,
)
async def test_a_good_token_is_believed(asker: httpx.AsyncClient, issuer: Issuer, claims: dict[str, Any]) -> None:
    answer = await asker.get("/v1/whoami", headers=issuer.headers("citizen", sub="c1", **claims))
    assert answer.json() == {"sub": "c1", "roles": claims.get("roles", ["citizen"])}


async def test_clocks_may_differ_by_some_seconds(asker: httpx.AsyncClient, issuer: Issuer) -> None:
    now = int(time.time())
    for claims in ({"exp": now - 10}, {"nbf": now + 10}, {"iat": now + 10}):
        assert (await asker.get("/v1/whoami", headers=issuer.headers(**claims))).status_code == 200


async def test_the_scheme_may_be_written_in_any_case(asker: httpx.AsyncClient, issuer: Issuer) -> None:
    for scheme in ("bearer", "BEARER"):
        answer = await asker.get("/v1/whoami", headers={"Authorization": f"{scheme}  {issuer.token('citizen')}"})
        assert answer.status_code == 200


async def test_where_nobody_is_named_no_token_is_looked_at_and_no_answer_kept(
    asker: httpx.AsyncClient, issuer: Issuer
) -> None:
    for shown in (issuer.headers("citizen", sub="c1"), {"Authorization": "Bearer forged"}, {}):
        answer = await asker.post("/v1/unnamed", headers=shown | {"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["sub"]) == (200, None)
        assert "idempotency-key" not in answer.headers

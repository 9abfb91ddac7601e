"""Everything that can be wrong with a request is told as such, and changes nothing."""

import base64
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from servicekit.testing import Issuer

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def send(client: httpx.AsyncClient, people: People) -> Callable[..., Awaitable[httpx.Response]]:
    """Posts bytes as they are to the address where appeals are filed."""

    async def post(content: bytes, **headers: str) -> httpx.Response:
        sent = people["citizen"] | JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.post("/v1/appeals", content=content, headers=sent)

    return post


Send = Callable[..., Awaitable[httpx.Response]]


def told(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a problem document, which must be whole."""
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["status"] == answer.status_code
    assert problem["instance"] == answer.request.url.path
    return answer.status_code, problem["code"]


def cursor(*key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).rstrip(b"=").decode()


async def test_unreadable_bodies_are_400_and_say_why(send: Send, filing: Filing, look: Look) -> None:
    whole = json.dumps(filing(), ensure_ascii=False)
    unreadable = {
        "encoding": [whole.encode("utf-16"), b'{"text": "\xff"}'],
        "syntax": [b"{", b"", b" ", b"{'kind': 1}", whole.encode() + b"x"],
        "duplicate_key": [b'{"kind": "request", ' + whole.encode()[1:]],
        "not_a_number": [b'{"n": NaN}', b'{"n": -Infinity}', b'{"n": 1e999}'],
        "nul": [json.dumps(filing(text="a\0b")).encode()],
        "surrogate": [b'{"text": "\\ud800"}'],
        "too_deep": [b"[" * 100 + b"]" * 100, b"[" * 100_000],
        "number_too_long": [b'{"n": ' + b"1" * 10_000 + b"}"],
    }
    got = {}
    for reason, bodies in unreadable.items():
        answers = [await send(body) for body in bodies]
        got[reason] = [(*told(answer), reason in answer.json()["detail"]) for answer in answers]
    expected = {reason: [(400, "unreadable", True)] * len(bodies) for reason, bodies in unreadable.items()}
    expected["syntax"][1] = (422, "invalid", False)  # a body that is not there is missing, not unreadable
    assert got == expected
    assert (await look("citizen", "/v1/appeals"))["items"] == []


async def test_malformed_fields_are_422_and_say_which(
    client: httpx.AsyncClient, people: People, filing: Filing, look: Look
) -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("/kind", {"kind": "wish"}),
        ("/kind", {"kind": None}),
        ("/agency", {"agency": 7}),
        ("/subject", {"subject": ""}),
        ("/subject", {"subject": "   "}),
        ("/subject", {"subject": "x" * 301}),
        ("/text", {"text": ["a"]}),
        ("/text", {"text": "x" * 50_001}),
        ("/language", {"language": "de"}),
        ("/channel", {"channel": "pigeon"}),
        ("/contact/phone", {"contact": {"phone": "87011234567"}}),
        ("/contact/email", {"contact": {"email": "nowhere"}}),
        ("/contact/telegram", {"contact": {"telegram": "@a"}}),
        ("/stauts", {"stauts": "answered"}),
        ("/a~1b~0c", {"a/b~c": 1}),
    ]
    unlike_an_object: list[Any] = [[], "text", 7, None]
    for pointer, fields in wrong:
        answer = await client.post("/v1/appeals", json=filing(**fields), headers=people["citizen"])
        assert told(answer) == (422, "invalid"), fields
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    for body in unlike_an_object:
        answer = await client.post("/v1/appeals", json=body, headers=people["citizen"])
        assert told(answer) == (422, "invalid")
    assert (await look("citizen", "/v1/appeals"))["items"] == []


async def test_every_missing_field_is_named(send: Send) -> None:
    answer = await send(b"{}")
    assert told(answer) == (422, "invalid")
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert pointers == {"/kind", "/agency", "/subject", "/text", "/language"}


async def test_a_body_is_refused_when_it_is_too_large_whether_it_says_so_or_not(
    send: Send, client: httpx.AsyncClient, people: People
) -> None:
    assert told(await send(b" " * (1024 * 1024 + 1))) == (413, "too-large")

    async def pieces() -> Any:
        for _ in range(17):
            yield b" " * 65536

    unannounced = await client.post("/v1/appeals", content=pieces(), headers=people["citizen"] | JSON)
    assert told(unannounced) == (413, "too-large")


async def test_what_is_not_json_is_415(send: Send, filing: Filing) -> None:
    body = json.dumps(filing()).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
        assert told(await send(body, Content_Type=kind)) == (415, "wrong-type")
    assert (await send(body, Content_Type="application/json; charset=utf-8")).status_code == 201


async def test_an_unknown_agency_is_422(client: httpx.AsyncClient, people: People, filing: Filing) -> None:
    for agency in ("min-magic", "", "MIN-TRANSPORT", "000000000000"):
        answer = await client.post("/v1/appeals", json=filing(agency=agency), headers=people["citizen"])
        assert told(answer) == (422, "unknown-agency")


async def test_unknown_addresses_methods_and_parameters(client: httpx.AsyncClient, people: People) -> None:
    cases = [
        ("GET", "/v1/wishes", 404, "not-found"),
        ("DELETE", "/v1/appeals", 405, "method-not-allowed"),
        ("GET", "/v1/appeals/7", 422, "invalid"),
        ("GET", "/v1/appeals?sort=name", 422, "invalid"),
        ("GET", "/v1/appeals?limit=0", 422, "invalid"),
        ("GET", "/v1/appeals?limit=1001", 422, "invalid"),
        ("GET", "/v1/appeals?limit=ten", 422, "invalid"),
        ("GET", "/v1/appeals?status=lost", 422, "invalid"),
        ("GET", "/v1/appeals?due_before=soon", 422, "invalid"),
        ("GET", "/v1/appeals?q=", 422, "invalid"),
        ("GET", f"/v1/appeals?q={'x' * 201}", 422, "invalid"),
        ("GET", "/v1/appeals?q=a%00b", 400, "unreadable"),
        ("GET", "/v1/agencies?q=%00", 400, "unreadable"),
    ]
    got = []
    for method, address, *_ in cases:
        answer = await client.request(method, address, headers=people["citizen"])
        got.append((method, address, *told(answer)))
    assert got == cases


async def test_cursors_that_we_never_gave_are_400(client: httpx.AsyncClient, people: People, file: File) -> None:
    filed = await file()
    some_id = filed["id"]
    cases = {
        "/v1/appeals": ["x", "%", "é", cursor("7"), cursor(some_id, some_id), cursor("\0")],
        f"/v1/appeals/{some_id}/history": [cursor(some_id), cursor(str(2**31), some_id), cursor("-1e9", some_id)],
        f"/v1/appeals/{some_id}/accesses": [cursor("1", some_id)],
        "/v1/journals/appeals/entries": ["x", "-1", "1.0", str(2**63), cursor("1")],
    }
    for address, bad in cases.items():
        for after in bad:
            answer = await client.get(address, params={"after": after}, headers=people["citizen"])
            assert told(answer) == (400, "bad-cursor"), (address, after)


async def test_tokens_that_cannot_be_believed_are_401(
    client: httpx.AsyncClient, issuer: Issuer, filing: Filing
) -> None:
    forger = Issuer()
    good = issuer.token("citizen", iin="880417499014")
    head, claims, signature = good.split(".")
    unsigned = (
        base64.urlsafe_b64encode(b'{"alg":"none","kid":"%s"}' % str(issuer.key.kid).encode()).rstrip(b"=").decode()
    )
    forged_with_our_name = forger.token("citizen", iin="880417499014").split(".")
    tokens = {
        "expired": issuer.token("citizen", exp=int(time.time()) - 60),
        "of another issuer": issuer.token("citizen", iss="https://elsewhere.example"),
        "for another audience": issuer.token("citizen", aud="elsewhere"),
        "forged": forger.token("citizen"),
        "forged under our key's name": f"{head}.{forged_with_our_name[1]}.{forged_with_our_name[2]}",
        "changed": f"{head}.{claims[:-2]}AA.{signature}",
        "unsigned": f"{unsigned}.{claims}.",
        "no token": "citizen",
    }
    got = {}
    for name, token in tokens.items():
        answer = await client.post("/v1/appeals", json=filing(), headers={"Authorization": f"Bearer {token}"})
        got[name] = told(answer)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert token not in answer.text
    assert got == dict.fromkeys(tokens, (401, "invalid-token"))
    basic = await client.get("/v1/appeals", headers={"Authorization": "Basic YTpi"})
    assert told(basic) == (401, "invalid-token")
    silent = await client.post("/v1/appeals", json=filing())
    assert told(silent) == (401, "unauthenticated")
    assert silent.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_used_for_another_request_is_422(
    client: httpx.AsyncClient, people: People, filing: Filing, look: Look
) -> None:
    headers = people["citizen"] | {"Idempotency-Key": "k"}
    assert (await client.post("/v1/appeals", json=filing(), headers=headers)).status_code == 201
    other = await client.post("/v1/appeals", json=filing(subject="Басқа"), headers=headers)
    assert told(other) == (422, "key-reused")
    for key in ("", '""', "a b", "x" * 256):
        bad = await client.post("/v1/appeals", json=filing(), headers=headers | {"Idempotency-Key": key})
        assert told(bad) == (400, "bad-idempotency-key")
    assert len((await look("citizen", "/v1/appeals"))["items"]) == 1


async def test_the_wrong_person_and_the_wrong_state(file: File, act: Act) -> None:
    filed = await file()
    assert told(await act("neighbour", filed, "withdrawal")) == (404, "not-found")
    assert told(await act("citizen", filed, "decision")) == (403, "forbidden")
    assert (await act("citizen", filed, "withdrawal")).status_code == 200
    assert told(await act("officer", filed, "decision")) == (409, "not-allowed-now")


async def test_actions_refuse_malformed_bodies_before_they_change_anything(
    client: httpx.AsyncClient, people: People, file: File, look: Look
) -> None:
    address = f"/v1/appeals/{(await file())['id']}"
    cases: list[tuple[str, str, Any, str]] = [
        ("officer", "decision", {"outcome": "maybe", "text": "a", "language": "kk"}, "/outcome"),
        ("officer", "decision", {"outcome": "noted", "text": "", "language": "kk"}, "/text"),
        ("officer", "forwarding", {"agency": "akimat-almaty"}, "/reason"),
        ("citizen", "withdrawal", {"reasons": "a"}, "/reasons"),
    ]
    for who, action, body, pointer in cases:
        answer = await client.post(f"{address}/{action}", json=body, headers=people[who])
        assert told(answer) == (422, "invalid")
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await look("citizen", address))["status"] == "registered"

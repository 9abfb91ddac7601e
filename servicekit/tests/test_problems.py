"""Problems: each error's status, code and texts, and how the framework's own refusals look."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from servicekit.conditional import ChangedMeanwhile, PreconditionRequired, Stale
from servicekit.database_failures import DatabaseBusy, DatabaseUnavailable
from servicekit.forms import NotAcceptable
from servicekit.idempotency import BadIdempotencyKey, KeyInFlight, KeyReused
from servicekit.identity import InvalidToken, IssuerUnavailable, PartyUnknown
from servicekit.languages import LANGUAGES
from servicekit.paging import BadCursor
from servicekit.permissions import Forbidden, NotFound, Unauthenticated
from servicekit.problems import KIT, handle_problems
from servicekit.sealing import NotSealing
from servicekit.strict_json import UnreadableBody
from servicekit.testing import Issuer, serving
from stack.testing import TestDatabase

Headers = dict[str, str]
ERRORS: list[tuple[Exception, int, str]] = [
    (BadCursor(), 400, "bad-cursor"),
    (BadIdempotencyKey(), 400, "bad-idempotency-key"),
    (UnreadableBody("nul"), 400, "unreadable"),
    (InvalidToken("expired"), 401, "invalid-token"),
    (Unauthenticated(), 401, "unauthenticated"),
    (Forbidden("seal_note"), 403, "forbidden"),
    (NotFound(), 404, "not-found"),
    (NotAcceptable(), 406, "not-acceptable"),
    (KeyInFlight(), 409, "key-in-flight"),
    (Stale(), 412, "stale"),
    (KeyReused(), 422, "key-reused"),
    (PreconditionRequired(), 428, "precondition-required"),
    (ChangedMeanwhile(), 409, "changed-meanwhile"),
    (PartyUnknown(), 403, "party-unknown"),
    (NotSealing("It has seen more."), 503, "not-sealing"),
    (DatabaseBusy("LockNotAvailableError"), 503, "busy"),
    (DatabaseUnavailable("ConnectionRefusedError"), 503, "unavailable"),
    (IssuerUnavailable(), 503, "unavailable"),
]


async def answer_to(error: Exception, headers: Headers | None = None) -> httpx.Response:
    app = FastAPI()
    handle_problems(app, KIT)

    @app.get("/v1/things/7")
    async def fail() -> None:
        raise error

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        return await client.get("/v1/things/7?token=abc", headers=headers)


def test_the_list_of_errors_is_complete() -> None:
    assert {type(error) for error, _, _ in ERRORS} == set(KIT.codes)


@pytest.mark.parametrize(("error", "status", "code"), ERRORS, ids=lambda case: type(case).__name__)
async def test_every_error_has_its_status_code_and_document(error: Exception, status: int, code: str) -> None:
    answer = await answer_to(error)
    document = answer.json()
    assert answer.status_code == document["status"] == KIT.kinds[code].status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (document["code"], document["type"]) == (code, f"/problems/{code}")
    assert document["instance"] == "/v1/things/7"
    assert "{" not in document["detail"]
    assert ("retry-after" in answer.headers) == (status == 503)
    assert ("www-authenticate" in answer.headers) == (status == 401)


@pytest.mark.parametrize("code", KIT.kinds)
def test_every_text_is_there_in_three_languages(code: str) -> None:
    kind = KIT.kinds[code]
    for text in (kind.title, kind.detail):
        assert all(getattr(text, language).strip() for language in LANGUAGES)
        fields = [set(re.findall(r"{(\w+)}", getattr(text, language))) for language in LANGUAGES]
        assert fields[0] == fields[1] == fields[2]
    assert re.search("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]", kind.title.kk + kind.detail.kk)
    assert re.search("[а-я]", kind.title.ru)
    assert kind.title.en.isascii()


@pytest.mark.parametrize(
    ("wish", "language"), [("kk", "kk"), ("ru-KZ,ru;q=0.9", "ru"), ("en", "en"), ("de", "en"), (None, "en")]
)
async def test_a_problem_speaks_the_language_that_was_asked_for(wish: str | None, language: str) -> None:
    answer = await answer_to(Forbidden("seal_note"), {"Accept-Language": wish} if wish else None)
    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == getattr(KIT.kinds["forbidden"].title, language)
    assert "seal_note" in answer.json()["detail"]


async def test_a_text_without_its_field_still_comes() -> None:
    class Silent(UnreadableBody):
        def __init__(self) -> None:
            Exception.__init__(self)

    assert "(–)" in (await answer_to(Silent())).json()["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": "a" * 1001}, "/text"),
        ({"text": None}, "/text"),
        ({"text": "a", "author": "me"}, "/author"),
        ({"text": "a", "a/b~c": 1}, "/a~1b~0c"),
        ({"text": "a", "marks": [1, 2, -3]}, "/marks/2"),
        ({"text": "a", "marks": {"a": 1}}, "/marks"),
        ([], ""),
        (None, ""),
    ],
    ids=str,
)
async def test_a_wrong_value_is_pointed_at(asker: httpx.AsyncClient, citizen: Headers, body: Any, pointer: str) -> None:
    content = json.dumps(body)
    answer = await asker.post("/v1/notes", content=content, headers=citizen | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert all(fault["detail"] for fault in answer.json()["errors"])


async def test_all_faults_are_told_at_once(asker: httpx.AsyncClient, citizen: Headers) -> None:
    answer = await asker.post("/v1/notes", json={"text": "", "marks": ["x"], "colour": 1}, headers=citizen)
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/text", "/marks/0", "/colour"}


@pytest.mark.parametrize(
    ("address", "pointer"),
    [
        ("/v1/notes?offset=3", "offset"),
        ("/v1/notes?limit=5&Limit=6", "Limit"),
        ("/v1/notes?=1", "query"),
        ("/v1/whoami?loud=perhaps", "loud"),
        ("/v1/notes/not-a-uuid", "note_id"),
    ],
)
async def test_a_wrong_parameter_is_named(
    asker: httpx.AsyncClient, citizen: Headers, address: str, pointer: str
) -> None:
    answer = await asker.get(address, headers=citizen)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("path", ["/", "/v1/nothing", "/v1/notes/", "/docs", "/v1/notes/%00", "/..%2f..%2fetc/passwd"])
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "allowed"), [("/v1/notes", {"GET", "POST"}), ("/v1/whoami", {"GET"}), ("/v1/notes/{}/seal", {"POST"})]
)
async def test_a_method_that_does_not_work_is_told_which_do(
    asker: httpx.AsyncClient, path: str, allowed: set[str]
) -> None:
    answer = await asker.patch(path.format("0190a000-0000-7000-8000-000000000000"))
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert set(re.split(r",\s*", answer.headers["allow"])) == allowed


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "multipart/form-data", "", "application/jsonx"]
)
async def test_another_type_of_content_is_refused(asker: httpx.AsyncClient, citizen: Headers, media_type: str) -> None:
    answer = await asker.post("/v1/notes", content=b'{"text":"a"}', headers=citizen | {"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong-type")


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON;charset=utf-8", "application/a+json"])
async def test_json_by_any_of_its_names_is_taken(client: httpx.AsyncClient, citizen: Headers, media_type: str) -> None:
    answer = await client.post("/v1/notes", content=b'{"text":"a"}', headers=citizen | {"Content-Type": media_type})
    assert answer.status_code == 201


async def test_a_body_that_is_no_strict_json_is_refused(asker: httpx.AsyncClient, citizen: Headers) -> None:
    twice = b'{"text":"a","text":"b"}'
    answer = await asker.post("/v1/notes", content=twice, headers=citizen | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert "duplicate_key" in answer.json()["detail"]


@pytest.fixture
async def narrow(build: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that reads no more than a thousand bytes."""
    async with serving(build(database.url, body_limit=1000)) as client:
        yield client


async def pieces(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, 100):
        yield b" " * min(100, size - start)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("path", ["/v1/notes", "/v1/notes/0190a000-0000-7000-8000-000000000000/seal"])
async def test_a_body_beyond_the_limit_is_refused(
    narrow: httpx.AsyncClient,
    citizen: Headers,
    path: str,
    chunked: bool,  # noqa: FBT001 - a case
) -> None:
    for size, status in ((1001, 413), (50_000, 413)):
        body = pieces(size) if chunked else b" " * size
        answer = await narrow.post(path, content=body, headers=citizen | {"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (status, "too-large")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_at_the_limit_is_read(
    narrow: httpx.AsyncClient,
    citizen: Headers,
    chunked: bool,  # noqa: FBT001 - a case
) -> None:
    body = pieces(1000) if chunked else b" " * 1000
    answer = await narrow.post("/v1/notes", content=body, headers=citizen | {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")


async def test_what_nobody_foresaw_is_a_problem_that_shows_nothing_of_the_inside(
    client: httpx.AsyncClient, citizen: Headers, logged: list[Any]
) -> None:
    answer = await client.post("/v1/notes/broken", json={"text": "a"}, headers=citizen)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert not re.search("inside|RuntimeError|Traceback|conftest", answer.text)
    [failure] = [line for line in logged if line["event"] == "request failed"]
    assert failure["request_id"] == answer.headers["x-request-id"]


async def test_the_description_lists_every_problem(client: httpx.AsyncClient, build: Callable[..., FastAPI]) -> None:
    document = build("postgresql://localhost/none").openapi()
    listed = {problem["code"]: problem["status"] for problem in document["x-problems"]}
    assert listed == {code: kind.status for code, kind in KIT.kinds.items()} | {"sealed": 409}
    assert (await client.get("/health/live")).json() == {"status": "live"}


async def test_a_service_adds_problems_of_its_own(client: httpx.AsyncClient, issuer: Issuer) -> None:
    citizen = issuer.headers("citizen", sub="c1")
    path = (await client.post("/v1/notes", json={"text": "a"}, headers=citizen)).headers["location"]
    first, second = await asyncio.gather(*(client.post(f"{path}/seal", headers=citizen) for _ in range(2)))
    assert {first.status_code, second.status_code} == {200, 409}

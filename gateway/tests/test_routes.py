"""Each address leads to the one service that owns it, whatever it looks like, and to nothing behind it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from gateway.routes import ROUTES, service_for

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
SendRaw = Callable[[httpx.AsyncClient, bytes], Awaitable[bytes]]
Seen = list[dict[str, Any]]


@pytest.mark.parametrize(
    ("path", "service"),
    [
        *ROUTES.items(),
        ("/v1/appeals/", "appeals"),
        ("/v1/appeals/0199/deadline", "appeals"),
        ("/v1/journals/appeals/entries", "appeals"),
        ("/sandbox/token", "sandbox"),
        ("/v1/appealsX", None),
        ("/v1/appeal", None),
        ("/v1/journals", None),
        ("/v1/journals/appealsX", None),
        ("/v1/journals/other/appeals", None),
        ("/v1", None),
        ("/v1/me", None),
        ("/", "portal"),
        ("/ru/appeals/1", "portal"),
        ("/rus", None),
        ("", None),
        ("v1/appeals", None),
        ("//v1/appeals", None),
        ("/v1//appeals", None),
        ("/V1/appeals", None),
        ("/sandbox2", None),
        ("/internal/sweeps", None),
        ("/metrics", None),
        ("/docs/../v1/appeals", None),
        ("/v1/debtors/search", "registry"),
        ("/v1/debtors/checks", "registry"),
        ("/v1/debtors/check/x", None),
        ("/v1/me/notices", None),
        ("/v1/me/lookups", "registry"),
        ("/v1/drafts/1/comments", "legal-acts"),
        ("/v1/tenders/1/bids", "procurement"),
    ],
)
def test_an_address_has_one_service_or_none(path: str, service: str | None) -> None:
    assert service_for(path) == service


def test_no_row_opens_what_is_for_the_house_alone() -> None:
    for path in ("/internal", "/internal/sweeps", "/metrics", "/health", "/openapi.json"):
        assert service_for(path) is None


async def test_a_known_address_reaches_the_service(serve: Serve, seen: Seen) -> None:
    paths = ["/v1/appeals", "/v1/appeals/x/deadline", "/v1/agencies", "/v1/journals/appeals/e"]
    async with serve() as client:
        statuses = [(await client.get(path, params={"q": "a"})).status_code for path in paths]
    assert statuses == [200] * len(paths)
    assert [request["path"] for request in seen] == paths


async def test_an_unknown_address_is_a_problem_in_the_language_asked_for(serve: Serve, seen: Seen) -> None:
    async with serve() as client:
        for path in ("/", "/v1", "/v1/nothing", "/v1/appealsX", "/internal/sweeps", "/metrics"):
            answer = await client.get(path, headers={"Accept-Language": "kk"})
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
            problem = answer.json()
            assert (problem["code"], problem["title"], problem["instance"]) == ("not-found", "Табылмады", path)
    assert seen == []


CLOSED = [
    "/v1/debtors/check",
    "/v1/debtors/check/",
    "/v1/debtors/%63heck",
    "/v1/debtors%2fcheck",
    "/v1/debtors/check?x=1",
]


async def test_what_is_for_services_alone_is_closed_however_it_is_written(
    serve: Serve, send_raw: SendRaw, seen: Seen
) -> None:
    async with serve(names=["registry"]) as client:
        for target in CLOSED:
            assert (await send_raw(client, asking_for(target))).startswith(b"HTTP/1.1 404 "), target
    assert seen == []


async def test_a_service_that_this_house_lacks_is_not_found(serve: Serve) -> None:
    async with serve() as client:
        assert (await client.post("/sandbox/token", json={"persona": "citizen"})).status_code == 404


DISGUISED = [
    "//internal/sweeps",
    "/./internal/sweeps",
    "/v1/../internal/sweeps",
    "/v1/%2e%2e/internal/sweeps",
    "/%69nternal/sweeps",
    "/v1/me/../appeals",
    "//v1/appeals",
    "/v1//appeals",
    "/v1/appealsX",
    "/v1/appeals%00",
    "/v1\\appeals",
    "/v1/appeals;x",
    "/v1%2",
    "/v1/%ff",
    "/V1/APPEALS",
]


async def test_a_disguised_address_reaches_no_service(serve: Serve, send_raw: SendRaw, seen: Seen) -> None:
    async with serve() as client:
        for target in DISGUISED:
            said = await send_raw(client, asking_for(target))
            assert said.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ")), (target, said[:200])
    assert seen == []


MEANT = {
    "/v1/appeals/../../internal/sweeps": "/v1/appeals/../../internal/sweeps",
    "/v1/appeals/%2e%2e/%2e%2e/internal/sweeps": "/v1/appeals/../../internal/sweeps",
    "/v1/appeals%2f..%2f..%2fmetrics": "/v1/appeals/../../metrics",
    "/v1%2fappeals": "/v1/appeals",
    "/v1/%61ppeals": "/v1/appeals",
    "/v1/appeals/": "/v1/appeals/",
    "http://elsewhere.example/v1/appeals": "/v1/appeals",
}


async def test_an_address_means_the_same_to_the_gateway_and_to_the_service(
    serve: Serve, send_raw: SendRaw, seen: Seen
) -> None:
    """The gateway chooses by the very path that the service reads, so neither can be led astray by the other."""
    async with serve() as client:
        for target in MEANT:
            await send_raw(client, asking_for(target))
    assert [request["path"] for request in seen] == list(MEANT.values())


def asking_for(target: str) -> bytes:
    return f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


async def test_a_slash_too_many_sends_nobody_to_another_host(serve: Serve) -> None:
    async with serve() as client:
        answer = await client.get("/v1/me/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers

"""No header crosses the door that has no business on the other side, and the gateway's own cannot be forged."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from io import StringIO
from typing import Any

import httpx
from fastapi import APIRouter, Request, Response

from servicekit.testing import Issuer

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
Seen = list[dict[str, Any]]

HOP_BY_HOP = [
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Upgrade",
]


def answering(**headers: str) -> APIRouter:
    """A service's route that answers with headers of its own; _ stands for -."""
    router = APIRouter()

    @router.get("/v1/appeals/headers")
    async def answer(request: Request) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(request.url.path, headers=named, media_type="text/plain")

    return router


async def test_headers_of_one_hop_do_not_reach_the_service(serve: Serve, seen: Seen) -> None:
    async with serve() as client:
        await client.get("/v1/appeals", headers=dict.fromkeys([*HOP_BY_HOP, "X-Kept"], "x"))
    names = {header for header, _ in seen[0]["headers"]}
    assert "x-kept" in names
    assert names.isdisjoint({name.lower() for name in [*HOP_BY_HOP, "Connection"]})


async def test_headers_that_connection_names_do_not_reach_the_service(serve: Serve, seen: Seen) -> None:
    async with serve() as client:
        for connection in ("x-secret", "close, X-Secret", "keep-alive ,x-secret", ",,x-secret,"):
            await client.get("/v1/appeals", headers={"Connection": connection, "X-Secret": "1"})
    assert len(seen) == 4
    assert all("x-secret" not in dict(request["headers"]) for request in seen)


async def test_connection_cannot_take_the_gateways_own_headers_away(serve: Serve, seen: Seen) -> None:
    own = "x-request-id, x-forwarded-for, x-forwarded-proto"
    async with serve() as client:
        await client.get("/v1/appeals", headers={"Connection": own})
    headers = dict(seen[0]["headers"])
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert len(headers["x-request-id"]) == 32


FORGED = [
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded", "X-Real-IP"),
    *("X-Ashyq-Caller", "X-Ashyq-Anything", "X-Request-Id"),
]


async def test_what_only_the_gateway_may_say_is_not_taken_from_callers(serve: Serve, seen: Seen) -> None:
    async with serve() as client:
        answer = await client.get("/v1/appeals", headers={name: f"forged {name}" for name in FORGED})
    assert "forged" not in str(seen[0]["headers"])
    assert "forged" not in str(answer.headers)


async def test_service_caller_and_logs_are_told_the_same_request_id(serve: Serve, seen: Seen, logs: StringIO) -> None:
    async with serve() as client:
        logs.truncate(0)
        answers = [await client.get("/v1/appeals", headers={"X-Request-Id": "mine"}) for _ in range(2)]
    told = [dict(request["headers"])["x-request-id"] for request in seen]
    logged = [line["request_id"] for line in map(json.loads, logs.getvalue().strip("\0").splitlines())]
    assert told == [answer.headers["x-request-id"] for answer in answers]
    assert len({*told, "mine"}) == 3
    assert logged == told


async def test_the_service_learns_of_each_header_once(serve: Serve, seen: Seen) -> None:
    forged = [("X-Forwarded-For", "6.6.6.6"), ("x-forwarded-for", "7.7.7.7"), ("X-Request-Id", "mine")]
    async with serve() as client:
        await client.get("/v1/appeals", headers=forged)
    for name in ("x-forwarded-for", "x-forwarded-proto", "x-request-id"):
        assert len([header for header, _ in seen[0]["headers"] if header == name]) == 1


async def test_headers_of_one_hop_do_not_come_out_of_the_service(serve: Serve) -> None:
    router = answering(
        server="secret/1.0",
        keep_alive="timeout=9",
        connection="x-internal",
        x_internal="1",
        proxy_authenticate="Basic",
        trailer="x",
        upgrade="h2c",
        x_kept="1",
    )
    async with serve(router) as client:
        answer = await client.get("/v1/appeals/headers")
    assert answer.headers["x-kept"] == "1"
    dropped = {"server", "keep-alive", "x-internal", "proxy-authenticate", "trailer", "upgrade"}
    assert dropped.isdisjoint(answer.headers)
    assert "x-internal" not in answer.headers.get("connection", "")


async def test_every_answer_forbids_guessing_its_type_and_hides_the_server(serve: Serve) -> None:
    async with serve() as client:
        for path in ("/v1/appeals", "/v1/nothing", "/v1/me", "/health/live", "/problems", "/docs"):
            answer = await client.get(path)
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
            assert "server" not in answer.headers
            assert len(answer.headers["x-request-id"]) == 32


async def test_a_refusal_at_the_door_carries_the_same_headers(serve: Serve, seen: Seen) -> None:
    async with serve(body_limit=10) as client:
        answer = await client.post("/v1/appeals", content=b"x" * 11)
    assert (answer.status_code, seen) == (413, [])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"


async def test_an_answer_to_one_person_is_not_kept_for_another(serve: Serve, own_issuer: Issuer) -> None:
    async with serve() as client:
        open_to_all = await client.get("/v1/appeals")
        for_one = await client.get("/v1/appeals", headers=own_issuer.headers("citizen"))
    assert open_to_all.headers["cache-control"] == "no-cache"
    assert for_one.headers["cache-control"] == "private, no-cache"
    for answer in (open_to_all, for_one):
        assert answer.headers["vary"] == "Authorization, Accept-Language"


async def test_what_the_service_says_of_caching_holds(serve: Serve, own_issuer: Issuer) -> None:
    async with serve(answering(cache_control="public, max-age=60", vary="Accept")) as client:
        answer = await client.get("/v1/appeals/headers", headers=own_issuer.headers("citizen"))
    assert answer.headers.get_list("cache-control") == ["public, max-age=60"]
    assert answer.headers.get_list("vary") == ["Accept"]


async def test_the_service_may_vary_by_more(serve: Serve) -> None:
    async with serve(answering(vary="Accept")) as client:
        answer = await client.get("/v1/appeals/headers")
    assert answer.headers.get_list("vary") == ["Accept", "Authorization, Accept-Language"]


async def test_method_query_body_and_type_pass_unchanged(serve: Serve, seen: Seen) -> None:
    async with serve() as client:
        body = "Өтініш".encode()
        answer = await client.put("/v1/appeals/x%2Fy?a=1&a=%2B", content=body, headers={"Content-Type": "text/x"})
    assert answer.status_code == 200
    assert (seen[0]["method"], seen[0]["path"], seen[0]["body"].encode("latin-1")) == ("PUT", "/v1/appeals/x/y", body)
    assert dict(seen[0]["headers"])["content-type"] == "text/x"

"""A service that is slow, silent or broken: the caller gets a problem in time, and never the inside of the house."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from io import StringIO

import httpx
import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]

PATH = "/v1/appeals/fault"
# A service apart is not stopped by the gateway, which only leaves it; test_services_apart.py shows that.
in_process = pytest.mark.parametrize("way", ["in process"])


@in_process
async def test_a_service_that_never_answers_is_given_up_in_time_and_stopped(serve: Serve) -> None:
    router, stopped = APIRouter(), asyncio.Event()

    @router.get(PATH)
    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with serve(router, answer_seconds=0.3) as client:
        started = time.monotonic()
        answer = await client.get(PATH, headers={"Accept-Language": "ru"})
        assert 0.3 <= time.monotonic() - started < 2
        assert stopped.is_set()
        assert (await client.get("/v1/appeals")).status_code == 200
    assert (answer.status_code, answer.headers["content-type"]) == (504, "application/problem+json")
    assert answer.json()["code"] == "upstream-timeout"
    assert answer.json()["title"] == "Служба не ответила вовремя"


async def test_a_download_that_has_begun_may_take_its_time(serve: Serve) -> None:
    router = APIRouter()

    async def write() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield b"x"
            await asyncio.sleep(0.2)

    @router.get(PATH)
    async def download() -> StreamingResponse:
        return StreamingResponse(write())

    async with serve(router, answer_seconds=0.3) as client:
        answer = await client.get(PATH)
    assert (answer.status_code, answer.content) == (200, b"xxxx")


async def test_a_service_that_fails_is_a_problem_without_its_inside(serve: Serve, logs: StringIO) -> None:
    router = APIRouter()

    @router.get(PATH)
    async def fail() -> None:
        raise RuntimeError("the inside")

    async with serve(router) as client:
        answer = await client.get(PATH)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["x-content-type-options"] == "nosniff"
    for inside in ("the inside", "Traceback", "RuntimeError", __file__):
        assert inside not in answer.text
    assert logs.getvalue().count("RuntimeError") == 1


async def test_a_download_that_breaks_does_not_look_whole(serve: Serve) -> None:
    router = APIRouter()

    async def write() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("the inside")

    @router.get(PATH)
    async def download() -> StreamingResponse:
        return StreamingResponse(write())

    async with serve(router) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(PATH)
        assert (await client.get("/v1/appeals")).status_code == 200


async def test_alive_whatever_the_services_do(serve: Serve) -> None:
    async with serve(readiness_of(failing)) as client:
        answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


@in_process
async def test_ready_when_every_service_is(serve: Serve) -> None:
    async with serve() as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def failing() -> None:
    raise RuntimeError("not ready")


async def hanging() -> None:
    await asyncio.Event().wait()


@in_process
@pytest.mark.parametrize("readiness", [failing, hanging])
async def test_not_ready_while_a_service_is_not(serve: Serve, readiness: Callable[[], None]) -> None:
    async with serve(readiness_of(readiness)) as client:
        async with asyncio.timeout(5):
            answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


def readiness_of(check: Callable[[], object]) -> APIRouter:
    router = APIRouter()
    router.add_api_route("/health/ready", check)
    return router

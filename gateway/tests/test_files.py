"""Bodies that are files may be larger than others and take longer, at their addresses and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
from fastapi import APIRouter, Request

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]

FILES = "/v1/appeals/0190a000/attachments"
OTHERS = ("/v1/appeals", f"{FILES}/0190a000", "/v1/appeals/a/b/attachments", "/v1/tenders/0190a000/attachments")


def counting(path: str) -> APIRouter:
    """A service that says how many bytes it read."""
    router = APIRouter()

    @router.post(path)
    async def count(request: Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    return router


async def chunks(number: int, *, pause: float = 0) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield b"x" * 100
        await asyncio.sleep(pause)


async def test_a_file_may_be_larger_than_other_bodies_up_to_a_limit(serve: Serve) -> None:
    async with serve(counting(FILES), body_limit=1000, file_limit=2000) as client:
        for content in (b"x" * 2000, chunks(20)):
            answer = await client.post(FILES, content=content)
            assert (answer.status_code, answer.json()) == (200, 2000)
        for content in (b"x" * 2001, chunks(21)):
            answer = await client.post(FILES, content=content)
            assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("path", OTHERS)
async def test_no_other_address_takes_more_than_before(serve: Serve, path: str) -> None:
    async with serve(counting(path), names=("appeals", "procurement"), body_limit=1000, file_limit=2000) as client:
        for content in (b"x" * 1001, chunks(11)):
            answer = await client.post(path, content=content)
            assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_a_file_may_take_its_time_as_long_as_more_of_it_comes(serve: Serve) -> None:
    async with serve(counting(FILES), answer_seconds=1) as client:
        answer = await client.post(FILES, content=chunks(6, pause=0.3))
        assert (answer.status_code, answer.json()) == (200, 600)


@pytest.mark.parametrize(("path", "number", "pause"), [(FILES, 2, 1.5), ("/v1/appeals", 6, 0.3)])
async def test_what_comes_no_more_or_is_no_file_is_given_up_in_time(
    serve: Serve, path: str, number: int, pause: float
) -> None:
    async with serve(counting(path), answer_seconds=1) as client:
        answer = await client.post(path, content=chunks(number, pause=pause))
        assert (answer.status_code, answer.json()["code"]) == (504, "upstream-timeout")

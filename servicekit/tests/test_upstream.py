"""An app that others call in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.types import Receive, Scope, Send

from servicekit.upstream import CannotStart, InProcess


def watched_app(events: list[str]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        events.append("opened")
        yield {"shared": events, "name": "Ashyq"}
        events.append("closed")

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def look(request: Request) -> dict[str, Any]:
        seen = request.state.name
        request.state.name = "changed"
        request.state.shared.append("asked")
        return {"name": seen, "left over": hasattr(request.state, "left_over")}

    @app.get("/leave")
    async def leave(request: Request) -> None:
        request.state.left_over = True

    return app


async def test_what_the_lifespan_made_reaches_requests() -> None:
    events: list[str] = []
    async with (
        InProcess(watched_app(events)) as upstream,
        httpx.AsyncClient(transport=upstream.transport, base_url="http://upstream") as client,
    ):
        assert events == ["opened"]
        assert (await client.get("/")).json()["name"] == "Ashyq"
    assert events == ["opened", "asked", "closed"]


async def test_each_request_has_its_own_copy_of_the_state() -> None:
    async with (
        InProcess(watched_app([])) as upstream,
        httpx.AsyncClient(transport=upstream.transport, base_url="http://upstream") as client,
    ):
        await client.get("/leave")
        answers = [(await client.get("/")).json() for _ in range(2)]
    assert answers == [{"name": "Ashyq", "left over": False}] * 2


async def test_an_app_without_a_lifespan_can_be_called() -> None:
    async with (
        InProcess(FastAPI()) as upstream,
        httpx.AsyncClient(transport=upstream.transport, base_url="http://upstream") as client,
    ):
        assert (await client.get("/nowhere")).status_code == 404


async def test_an_app_that_breaks_while_it_starts_raises_what_broke_it() -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.open_connection("127.0.0.1", 1)
        yield

    with pytest.raises(ConnectionRefusedError):
        await InProcess(FastAPI(lifespan=lifespan)).__aenter__()


async def test_any_app_that_speaks_the_protocol_can_say_that_it_cannot_start() -> None:
    async def app(_: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "lifespan.startup"
        await send({"type": "lifespan.startup.failed", "message": "no disk"})

    with pytest.raises(CannotStart, match="no disk"):
        await InProcess(app).__aenter__()


async def test_an_app_that_leaves_without_a_word_has_not_started() -> None:
    async def app(_: Scope, __: Receive, ___: Send) -> None:
        return

    with pytest.raises(CannotStart):
        await InProcess(app).__aenter__()

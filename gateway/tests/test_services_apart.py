"""Services that are processes of their own: they come and go, and the gateway says so and goes on."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway import description
from gateway.main import NoServices, create_app
from gateway.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.testing import JWKS_URL, serving
from servicekit.upstream import Http, InProcess

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
SendRaw = Callable[[httpx.AsyncClient, bytes], Awaitable[bytes]]

SERVICE = """
import asyncio
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()

@app.get("/v1/debtors", operation_id="list_debtors")
async def list_debtors() -> list[str]:
    return []

@app.get("/v1/debtors/export", operation_id="export_debtors")
async def export() -> StreamingResponse:
    async def write():
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0.01)
    return StreamingResponse(write())
"""


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(description, "_MISSING_AGAIN_SECONDS", 0.1)


@pytest.fixture
def way() -> str:
    return "at a URL"


def settings(**others: Any) -> Settings:
    return Settings(environment="local", issuer=SANDBOX_ISSUER, jwks_url=JWKS_URL, **others)


def appeals() -> FastAPI:
    app = FastAPI()

    @app.get("/v1/appeals")
    async def list_appeals() -> list[str]:
        return []

    @app.get("/health/ready")
    async def ready() -> None:
        return

    return app


@contextmanager
def process(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this Python with these settings alone."""
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    started = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, *command], env=known | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@contextmanager
def registry(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    (folder / "registry_stand_in.py").write_text(SERVICE)
    with process("-m", "uvicorn", "registry_stand_in:app", "--app-dir", str(folder), "--port", str(port)) as started:
        yield started


@asynccontextmanager
async def house(registry_port: int) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway with appeals, which is there, and the registry, which may not be."""
    async with serving(appeals()) as there:
        upstreams = {"appeals": Http(str(there.base_url)), "registry": Http(f"http://127.0.0.1:{registry_port}")}
        async with serving(create_app(settings(), upstreams)) as client:
            yield client


async def until(asked: Callable[[], Awaitable[bool]]) -> None:
    """Ask again and again, for ten seconds at most."""
    async with asyncio.timeout(10):
        while True:
            if await asked():
                return
            await asyncio.sleep(0.05)


async def all_of(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def test_a_service_that_is_away_is_503_and_the_others_go_on(unused_port: int) -> None:
    async with house(unused_port) as client:
        away = await client.get("/v1/debtors", headers={"Accept-Language": "ru"})
        there = await client.get("/v1/appeals")
        ready = await client.get("/health/ready")
        paths = (await client.get("/openapi.json")).json()["paths"]
    assert (away.status_code, away.headers["content-type"]) == (503, "application/problem+json")
    assert (away.json()["code"], away.json()["title"]) == ("unavailable", "Служба временно недоступна")
    assert int(away.headers["retry-after"]) > 0
    assert (there.status_code, there.json()) == (200, [])
    assert ready.json() == {"status": "ready", "services": {"appeals": "ready", "registry": "away"}}
    assert "/v1/appeals" in paths
    assert "/v1/debtors" not in paths


async def test_a_service_that_comes_later_answers_and_is_described(unused_port: int, tmp_path: Path) -> None:
    async with house(unused_port) as client:

        async def is_described() -> bool:
            return "/v1/debtors" in (await client.get("/openapi.json")).json()["paths"]

        assert not await is_described()
        with registry(tmp_path, unused_port):
            await until(is_described)
            assert (await client.get("/v1/debtors")).json() == []
        assert (await client.get("/v1/debtors")).status_code == 503
        assert await is_described()  # it is away for a moment, and still what it was


async def test_a_service_that_is_killed_in_the_middle_of_an_answer_leaves_no_whole_one(
    unused_port: int, tmp_path: Path
) -> None:
    async with house(unused_port) as client:

        async def answers() -> bool:
            return (await client.get("/v1/debtors")).status_code == 200

        with registry(tmp_path, unused_port) as killed:
            await until(answers)
            async with client.stream("GET", "/v1/debtors/export") as answer:
                pieces = answer.aiter_raw()
                await anext(pieces)
                killed.kill()
                with pytest.raises(httpx.RemoteProtocolError):
                    await all_of(pieces)
            assert (await client.get("/v1/debtors")).status_code == 503
            assert (await client.get("/v1/appeals")).status_code == 200
        with registry(tmp_path, unused_port):
            await until(answers)


async def test_a_service_that_does_not_answer_is_given_up_and_left() -> None:
    left = asyncio.Event()

    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        left.set()
        writer.close()

    server = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
    silent = Http(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server, serving(create_app(settings(answer_seconds=0.3), {"appeals": silent})) as client:
        left.clear()
        answer = await client.get("/v1/appeals")
        assert (answer.status_code, answer.json()["code"]) == (504, "upstream-timeout")
        async with asyncio.timeout(1):
            await left.wait()


async def test_no_other_protocol_is_changed_to(serve: Serve, send_raw: SendRaw) -> None:
    key = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    upgrades = [
        b"Connection: Upgrade\r\nUpgrade: websocket\r\n" + key,
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    ]
    async with serve() as client:
        for upgrade in upgrades:
            said = await send_raw(client, b"GET /v1/appeals HTTP/1.1\r\nHost: x\r\n" + upgrade + b"\r\n")
            assert b" 101 " not in said.partition(b"\r\n")[0]
            assert b"upgrade" not in said.lower()


def test_it_needs_a_service() -> None:
    with pytest.raises(NoServices):
        create_app(settings())


async def test_it_is_a_process_of_its_own_by_its_environment(two_ports: tuple[int, int]) -> None:
    port, metrics_port = two_ports
    async with serving(appeals()) as there:
        environment = {
            "ASHYQ_ISSUER": "https://issuer.example",
            "ASHYQ_JWKS_URL": "https://issuer.example/keys",
            "ASHYQ_APPEALS_URL": str(there.base_url).rstrip("/"),
            "ASHYQ_METRICS_PORT": str(metrics_port),
        }
        command = [
            "uvicorn",
            "--factory",
            "gateway.main:create_app",
            "--http",
            "servicekit.gathering:GatheringProtocol",
        ]
        with process("-m", *command, "--port", str(port), **environment):
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

                async def answers() -> bool:
                    try:
                        return (await client.get("/health/live")).is_success
                    except httpx.ConnectError:
                        return False

                await until(answers)
                assert (await client.get("/v1/appeals")).json() == []
                assert (await client.get("/metrics")).status_code == 404
                measured = await client.get(f"http://127.0.0.1:{metrics_port}/metrics")
    assert 'ashyq_requests_total{app="gateway",method="GET",route="-",status="200"}' in measured.text


async def test_what_disagrees_is_left_out_of_the_description_and_told(logs: Any) -> None:
    one, other = appeals(), FastAPI()

    @other.get("/v1/drafts")
    async def list_drafts() -> list[str]:
        return []

    for app, shape in ((one, "one"), (other, "another")):
        document = app.openapi()
        document.setdefault("components", {})["schemas"] = {"Problem": {"title": shape}}
        for item in document["paths"].values():
            item["get"]["responses"]["default"] = {"$ref": "#/components/schemas/Problem"}
    async with serving(create_app(settings(), {"appeals": InProcess(one), "legal-acts": InProcess(other)})) as client:
        document = (await client.get("/openapi.json")).json()
    assert "/v1/drafts" not in document["paths"]
    assert "legal-acts" in logs.getvalue()

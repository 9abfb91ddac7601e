"""The outermost layer: request ids, metrics by route, and log lines in which nobody is named."""

import io
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from servicekit.logs import configure_logs
from servicekit.testing import serving
from stack.testing import TestDatabase

Headers = dict[str, str]
IIN = "880417499014"


async def samples(client: httpx.AsyncClient, name: str) -> list[tuple[dict[str, str], float]]:
    text = (await client.get("/metrics")).text
    families = text_string_to_metric_families(text)
    return [(sample.labels, sample.value) for family in families for sample in family.samples if sample.name == name]


async def test_every_answer_has_a_request_id_of_its_own(client: httpx.AsyncClient) -> None:
    answers = [await client.get(path) for path in ("/v1/notes", "/nowhere", "/v1/whoami", "/v1/notes?a=1")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4


async def test_a_request_id_that_came_along_is_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"X-Request-ID": "from-the-gateway"})
    assert answer.headers.get_list("x-request-id") == ["from-the-gateway"]


async def test_metrics_count_by_the_routes_template(client: httpx.AsyncClient, citizen: Headers) -> None:
    path = (await client.post("/v1/notes", json={"text": "a"}, headers=citizen)).headers["location"]
    for address in (path, path, f"{path}?secret={IIN}", f"/v1/elsewhere/{IIN}", f"/v1/notes/{IIN}"):
        await client.get(address)
    counted = {
        (labels["method"], labels["route"], labels["status"]): value
        for labels, value in await samples(client, "ashyq_requests_total")
    }
    assert counted == {
        ("POST", "/v1/notes", "201"): 1,
        ("GET", "/v1/notes/{note_id}", "200"): 2,
        ("GET", "/v1/notes/{note_id}", "422"): 2,
        ("GET", "-", "404"): 1,
    }
    assert IIN not in (await client.get("/metrics")).text


async def test_metrics_tell_how_long_answers_took(client: httpx.AsyncClient) -> None:
    await client.get("/v1/notes")
    [(labels, seconds)] = await samples(client, "ashyq_request_seconds_sum")
    assert labels == {"app": "kit", "method": "GET", "route": "/v1/notes"}
    assert 0 < seconds < 5


async def test_log_lines_hold_neither_token_nor_query_nor_body(
    client: httpx.AsyncClient, citizen: Headers, logged: list[Any]
) -> None:
    await client.post("/v1/notes", json={"text": f"secret {IIN}"}, headers=citizen)
    await client.get(f"/v1/notes/{IIN}?secret={IIN}", headers=citizen)
    await client.post(f"/v1/{IIN}", content=f"secret {IIN}", headers=citizen | {"Idempotency-Key": IIN})
    requests = [line for line in logged if line["event"] == "request"]
    assert [line["route"] for line in requests] == ["/v1/notes", "/v1/notes/{note_id}", "-"]
    assert set(requests[0]) == {"event", "log_level", "method", "route", "status", "ms", "request_id"}
    written = json.dumps(logged)
    assert citizen["Authorization"].split()[1] not in written
    assert IIN not in written
    assert "secret" not in written


@pytest.fixture
def stream() -> Any:
    """Where the process logs to, as in earnest."""
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    structlog.reset_defaults()


async def test_a_failure_is_logged_with_its_place_but_without_what_people_sent(
    client: httpx.AsyncClient, citizen: Headers, stream: io.StringIO
) -> None:
    await client.post("/v1/notes/broken", json={"text": f"secret {IIN}"}, headers=citizen)
    written = stream.getvalue()
    [failure] = [line for line in map(json.loads, written.splitlines()) if line["event"] == "request failed"]
    assert failure["exception"][0]["exc_type"] == "RuntimeError"
    assert failure["exception"][0]["frames"][-1]["name"] == "break_note"
    assert IIN not in written
    assert citizen["Authorization"].split()[1] not in written


def test_a_log_line_is_written_whatever_it_holds(stream: io.StringIO) -> None:
    structlog.get_logger().error("odd", half="\ud800", raw=b"\xff", kind=ValueError, text="Қазақстан")
    [line] = [json.loads(line) for line in stream.getvalue().encode().splitlines()]
    assert (line["event"], line["level"], line["text"]) == ("odd", "error", "Қазақстан")


@pytest.fixture
async def adrift(build: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service whose database is not there."""
    nowhere = database.url.rpartition("@")[0] + "@127.0.0.1:1/none"
    async with serving(build(nowhere)) as client:
        yield client


async def test_a_service_without_its_database_lives_but_is_not_ready(adrift: httpx.AsyncClient) -> None:
    assert (await adrift.get("/health/live")).json() == {"status": "live"}
    ready = await adrift.get("/health/ready")
    assert (ready.status_code, ready.json()["code"]) == (503, "unavailable")
    assert int(ready.headers["retry-after"]) > 0


async def test_a_service_with_its_database_is_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/ready")).json() == {"status": "ready"}

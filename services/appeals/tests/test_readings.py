"""Proof of notice: since when what was told could be read, when its addressee first read it, and nothing before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from appeals.domain.agencies import agency
from servicekit.testing import Issuer, serving
from stack.testing import TestDatabase

Headers = dict[str, str]
People = dict[str, Headers]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Asked = list[tuple[str, str | None]]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]

MAILBOX = "/v1/me/notices"


async def test_a_notice_counts_as_read_when_its_addressee_first_reads_the_appeal(
    file: File, act: Act, look: Look, go_to: GoTo
) -> None:
    filed = await file()
    address = f"/v1/appeals/{filed['id']}"
    before = datetime.now(UTC)
    await act("officer", filed, "decision")
    [told] = (await look("citizen", MAILBOX))["items"]
    assert told["read_at"] is None
    assert before <= datetime.fromisoformat(told["available_at"]) <= datetime.now(UTC)
    await look("officer", address)
    await look("citizen", f"{address}/history")
    assert (await look("citizen", MAILBOX))["items"][0]["read_at"] is None
    go_to("2026-11-24T12:00")
    await look("citizen", address)
    go_to("2026-11-25T12:00")
    await look("citizen", address)
    [told] = (await look("citizen", MAILBOX))["items"]
    assert told["read_at"].startswith("2026-11-24T07:00:0")  # legal time, of the first reading


async def test_only_what_is_about_the_appeal_is_read(file: File, act: Act, look: Look) -> None:
    one, two = await file(), await file()
    for each in (one, two):
        await act("officer", each, "decision")
    await look("citizen", f"/v1/appeals/{one['id']}")
    read = {each["about"]["id"]: each["read_at"] for each in (await look("citizen", MAILBOX))["items"]}
    assert read[one["id"]] is not None
    assert read[two["id"]] is None


async def test_a_copy_that_is_still_good_was_read_too(
    client: httpx.AsyncClient, people: People, file: File, act: Act, look: Look
) -> None:
    filed = await file()
    answered = await act("officer", filed, "decision")
    headers = people["citizen"] | {"If-None-Match": answered.headers["etag"]}
    assert (await client.get(f"/v1/appeals/{filed['id']}", headers=headers)).status_code == 304
    assert (await look("citizen", MAILBOX))["items"][0]["read_at"] is not None


async def test_of_many_readers_at_once_the_first_is_kept(
    file: File, act: Act, look: Look, database: TestDatabase
) -> None:
    filed = await file()
    await act("officer", filed, "forwarding")
    await act("akimat", filed, "decision")
    await asyncio.gather(*(look("citizen", f"/v1/appeals/{filed['id']}") for _ in range(10)))
    admin = await asyncpg.connect(database.admin_url)
    try:
        assert await admin.fetchval("SELECT count(*) FROM notice_readings") == 2
    finally:
        await admin.close()


async def test_a_body_has_read_its_warning_when_somebody_in_office_there_reads_the_appeal(
    client: httpx.AsyncClient, issuer: Issuer, file: File, go_to: GoTo, run_sweeps: RunSweeps, look: Look
) -> None:
    filed = await file()
    go_to("2026-12-09T10:00")
    await run_sweeps()
    in_office = issuer.headers("officer", sub="o1", agency=agency("min-transport").bin)
    await look("citizen", f"/v1/appeals/{filed['id']}")
    [warned] = (await client.get(MAILBOX, headers=in_office)).json()["items"]
    assert warned["read_at"] is None
    assert (await client.get(f"/v1/appeals/{filed['id']}", headers=in_office)).status_code == 200
    [warned] = (await client.get(MAILBOX, headers=in_office)).json()["items"]
    assert warned["read_at"] is not None


async def test_both_sides_see_what_the_applicant_was_told_and_whether_it_was_read(
    file: File, act: Act, look: Look
) -> None:
    filed = await file()
    address = f"/v1/appeals/{filed['id']}"
    await act("head", filed, "assignment")
    await look("citizen", address)
    await act("officer", filed, "decision")
    for who in ("citizen", "officer"):
        told = (await look(who, f"{address}/notices"))["items"]
        assert [(each["event"], each["read_at"] is None) for each in told] == [
            ("appeal.answered", True),
            ("appeal.assigned", False),
        ]
    seen = [each["operation"] for each in (await look("citizen", f"{address}/accesses"))["items"]]
    assert seen == ["list_appeal_notices"]


async def test_who_was_told_and_read_is_not_rewritten_by_the_application(
    file: File, act: Act, look: Look, database: TestDatabase
) -> None:
    filed = await file()
    await act("officer", filed, "decision")
    await look("citizen", f"/v1/appeals/{filed['id']}")
    application = await asyncpg.connect(database.url)
    try:
        for change in ("UPDATE notice_readings SET read_at = now()", "DELETE FROM notice_readings"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await application.execute(change)
    finally:
        await application.close()


class TestSending:
    @pytest.fixture
    def asked(self) -> Asked:
        """At each text message: the status and the answer that its addressee could read then."""
        return []

    @pytest.fixture
    async def client(
        self,
        app_on: Callable[..., FastAPI],
        database: TestDatabase,
        people: People,
        asked: Asked,
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A client of a service whose gateway of text messages looks at the appeal before it takes one."""
        service: list[httpx.AsyncClient] = []

        async def take(_: Request) -> Response:
            [newest, *_] = (await service[0].get(MAILBOX, headers=people["citizen"])).json()["items"]
            seen = await service[0].get(f"/v1/appeals/{newest['about']['id']}", headers=people["citizen"])
            asked.append((seen.json()["status"], (seen.json()["decision"] or {}).get("text")))
            return Response(status_code=202)

        async with serving(Starlette(routes=[Route("/messages", take, methods=["POST"])])) as gateway:
            there = f"{gateway.base_url}/messages".replace("//m", "/m")
            reaching = {"sms_url": there, "sms_secret": "known to both"}
            async with serving(app_on(database, **reaching)) as client:
                service.append(client)
                yield client

    async def test_when_a_message_goes_out_its_addressee_can_read_what_it_tells_of(
        self, file: File, act: Act, run_sweeps: RunSweeps, asked: Asked
    ) -> None:
        filed = await file(contact={"phone": "+77010000000"})
        await act("officer", filed, "forwarding")
        await run_sweeps()
        await act("akimat", filed, "decision", text="Шатыр жөнделеді.")
        await run_sweeps()
        assert asked == [("forwarded", None), ("answered", "Шатыр жөнделеді.")]

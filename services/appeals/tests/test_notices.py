"""What applicants are told: each step that others take, in their mailbox and where they asked to be told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from appeals.commands.attaching import SCANNED
from appeals.domain.appeal import TRANSITIONS, Action, Status
from appeals.notices import TOLD, notices_of
from servicekit.testing import Issuer, serving
from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Filing = Callable[..., dict[str, Any]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]

MAILBOX = "/v1/me/notices"


@pytest.fixture
def texted() -> list[dict[str, Any]]:
    """The text messages that the gateway was given."""
    return []


@pytest.fixture
async def client(
    app_on: Callable[..., FastAPI], database: TestDatabase, texted: list[dict[str, Any]]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that can send text messages, and nothing else."""

    async def take(request: Request) -> Response:
        texted.append(await request.json())
        return Response(status_code=202)

    async with serving(Starlette(routes=[Route("/messages", take, methods=["POST"])])) as gateway:
        there = f"{gateway.base_url}/messages".replace("//m", "/m")
        reaching = {"sms_url": there, "sms_secret": "known to both"}
        async with serving(app_on(database, **reaching)) as client:
            yield client


async def test_each_step_of_others_is_told_and_ones_own_are_not(
    file: File, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    answered, withdrawn, silent = [await file() for _ in range(3)]
    assert (await look("citizen", MAILBOX)) == {"items": [], "next": None}
    await act("officer", answered, "forwarding")
    await act("akimat", answered, "decision")
    await act("citizen", withdrawn, "withdrawal")
    go_to("2026-12-15T10:00")
    await sweep()
    told = (await look("citizen", MAILBOX))["items"]
    assert [(each["event"], each["about"]) for each in told] == [
        ("appeal.refused_by_expiry", {"kind": "appeal", "id": silent["id"]}),
        ("appeal.answered", {"kind": "appeal", "id": answered["id"]}),
        ("appeal.forwarded", {"kind": "appeal", "id": answered["id"]}),
    ]
    assert told[0]["text"] == {
        "kk": f"{silent['number']} өтінішіңізге 2026 жылғы 14 желтоқсанға дейін жауап болмады: "
        f"{silent['agency']['name']['kk']}. Заң бойынша бұл — бас тарту. Үш ай ішінде жоғары тұрған органға, одан "
        "кейін сотқа шағымдана аласыз.",
        "ru": f"На ваше обращение {silent['number']} не ответили до 14 декабря 2026 года включительно: "
        f"{silent['agency']['name']['ru']}. По закону это отказ. В течение трёх месяцев вы можете пожаловаться в "
        "вышестоящий орган, а затем в суд.",
        "en": f"Your appeal {silent['number']} had no answer by 14 December 2026: {silent['agency']['name']['en']}. "
        "By law this is a refusal. Within three months you may complain to the higher body, and then go to court.",
    }
    forwarded = told[2]
    assert "акимат" in forwarded["text"]["ru"].lower()
    assert "14 декабря 2026 года" in forwarded["text"]["ru"]
    assert forwarded["title"]["en"] == f"Your appeal {answered['number']} was forwarded"
    assert [each["delivered"] for each in told] == [[], [], []]  # nobody said where else


async def test_nobody_reads_what_others_were_told(file: File, act: Act, look: Look, people: People) -> None:
    appeal = await file()
    await act("officer", appeal, "decision")
    for who in people.keys() - {"citizen", "nobody"}:
        assert (await look(who, MAILBOX))["items"] == [], who
    assert len((await look("citizen", MAILBOX))["items"]) == 1


async def test_a_step_that_is_refused_is_told_to_nobody(file: File, act: Act, look: Look) -> None:
    appeal = await file()
    await act("officer", appeal, "decision")
    assert (await act("officer", appeal, "decision")).status_code == 409
    assert len((await look("citizen", MAILBOX))["items"]) == 1


async def test_of_many_equal_steps_one_is_told(file: File, act: Act, look: Look) -> None:
    appeal = await file()
    await asyncio.gather(*(act("officer", appeal, "decision") for _ in range(20)))
    assert len((await look("citizen", MAILBOX))["items"]) == 1


async def test_whoever_refuses_by_silence_tells_all_at_once(file: File, look: Look, go_to: GoTo, sweep: Sweep) -> None:
    filed = [await file(who) for who in ("citizen", "neighbour", "citizen", "company")]
    go_to("2027-01-15T10:00")
    assert await sweep() == 4
    for who, expected in {"citizen": [2, 0], "neighbour": [1], "company": [3]}.items():
        told = (await look(who, MAILBOX))["items"]
        assert sorted(each["about"]["id"] for each in told) == sorted(filed[n]["id"] for n in expected)


def test_every_event_that_others_cause_has_its_words() -> None:
    applicant = {"applicant_scheme": "KZ-IIN", "applicant_id": "880417499014", "participants": None, "language": "kk"}
    row = applicant | {"id": UUID(int=1), "version": 1, "number": "ЖТ-1", "agency": "min-transport"}
    row |= {
        **dict.fromkeys(("due_on", "correct_by", "object_by"), date(2026, 1, 1)),
        "synthetic": False,
        "contact": None,
    }
    own = {Action.FILING, Action.WITHDRAWAL, Action.CORRECTION, Action.OBJECTION}
    inside = {Action.DRAFT, Action.REWORK}  # between an executor and the head
    # What becomes of an appeal after a complaint is told with how that ends.
    told = {action for status, action in TRANSITIONS if status is Status.UNDER_COMPLAINT} | {Action.COMPLAINT}
    caused = {
        edge.event for (status, action), edge in TRANSITIONS.items() if status and action not in own | inside | told
    }
    assert caused | {SCANNED} == TOLD
    for event in TOLD:
        [notice] = notices_of(event, row)
        assert all("ЖТ-1" in title for title in notice.title.values())
        assert notice.contact == {"language": "kk"}


async def test_who_left_a_number_gets_a_text_message_in_their_own_language(
    file: File, act: Act, look: Look, sweep: Sweep, texted: list[dict[str, Any]]
) -> None:
    appeal = await file(language="ru", contact={"phone": "+77010000000", "email": "a@example.org"})
    await act("officer", appeal, "decision")
    await sweep()
    [told] = (await look("citizen", MAILBOX))["items"]
    assert texted == [{"to": "+77010000000", "text": told["text"]["ru"], "id": told["id"]}]
    states = {each["channel"]: each["state"] for each in told["delivered"]}
    assert states == {"sms": "delivered", "email": "failed"}  # this house has no way to send e-mail


async def test_an_invented_person_is_told_in_the_mailbox_alone(
    client: httpx.AsyncClient, issuer: Issuer, filing: Filing, act: Act, sweep: Sweep, texted: list[dict[str, Any]]
) -> None:
    invented = issuer.headers("citizen", sub="c9", iin="880417499014", synthetic=True)
    filed = await client.post("/v1/appeals", json=filing(contact={"phone": "+77010000000"}), headers=invented)
    await act("officer", filed.json(), "decision")
    await sweep()
    [told] = (await client.get(MAILBOX, headers=invented)).json()["items"]
    assert (told["event"], told["delivered"], texted) == ("appeal.answered", [], [])

"""Complaints, and whoever has to do with them.

The citizen's request to the ministry is answered on 23 November and complained about then; above is the government.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from servicekit.testing import Issuer

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Made = dict[str, Any]


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, and those above the ministry."""
    return people | {
        "second": issuer.headers("officer", sub="g2", name="Болат Сейітов", agency="government"),
        # They wrote and signed the answer, and have since gone to work in the body above.
        "promoted": issuer.headers("officer", sub="o1", name="Дәурен Оспанов", agency="government"),
        "promoted head": issuer.headers("officer", "head", sub="h1", name="Серік Тілеубаев", agency="government"),
        "bank": issuer.headers("officer", "head", sub="n1", name="Самал Төре", agency="national-bank"),
        "named": issuer.headers("officer", sub="g9", name="Ерболат  ЖҰМАНОВ", agency="government"),
    }


@pytest.fixture
def answered(file: File, act: Act) -> Callable[..., Awaitable[Made]]:
    """Files an appeal and has it answered, by the officer or by whoever may sign; it as its applicant sees it."""

    async def make(**fields: Any) -> Made:
        appeal = await file(**fields)
        answer = await act("officer", appeal, "decision", outcome="explained")
        assert answer.status_code == 200, answer.text
        return appeal

    return make


@pytest.fixture
def left_and_silent(
    file: File, act: Act, go_to: Callable[[str], None], run_sweeps: Callable[[], Awaitable[dict[str, int]]]
) -> Callable[[], Awaitable[tuple[Made, Made]]]:
    """Two appeals: one left without consideration, and one that nobody answered; it is 15 December then."""

    async def make() -> tuple[Made, Made]:
        left, silent = await file(), await file()
        assert (await act("officer", left, "leaving", ground="essence_not_stated")).is_success
        go_to("2026-12-15T10:00")
        assert (await run_sweeps())["expire-appeals"] == 1
        return left, silent

    return make


@pytest.fixture
def complain(client: httpx.AsyncClient, people: People) -> Callable[..., Awaitable[httpx.Response]]:
    """Sends a complaint about an appeal, as the citizen or as whoever is named."""

    async def send(appeal: Made, who: str = "citizen", **fields: Any) -> httpx.Response:
        body = {"text": "Жауапта шатыр туралы ештеңе жоқ.", "language": "kk"} | fields
        return await client.post(f"/v1/appeals/{appeal['id']}/complaints", json=body, headers=people[who])

    return send


@pytest.fixture
def complained(
    answered: Callable[..., Awaitable[Made]], complain: Callable[..., Awaitable[httpx.Response]]
) -> Callable[..., Awaitable[Made]]:
    """Files an appeal, has it answered and complains about the answer; the complaint."""

    async def make(*, filing: dict[str, Any] | None = None, **fields: Any) -> Made:
        answer = await complain(await answered(**(filing or {})), **fields)
        assert answer.status_code == 201, answer.text
        complaint: Made = answer.json()
        return complaint

    return make


@pytest.fixture
def take(client: httpx.AsyncClient, people: People) -> Callable[..., Awaitable[httpx.Response]]:
    """Lets somebody do something with a complaint, in the usual words or with fields of one's own."""
    usual: dict[str, dict[str, Any]] = {
        "correction": {"text": "Шатыр 1 желтоқсанда жөнделеді.", "language": "kk"},
        "sending-up": {"opinion": "Жауап заңға сай."},
        "ruling": {
            "outcome": "cancel_act",
            "grounds": ["content_against_file"],
            "text": "Жауап іс материалдарына сай емес.",
            "language": "kk",
        },
        "withdrawal": {},
    }

    async def send(who: str, complaint: Made, action: str, **fields: Any) -> httpx.Response:
        address = f"/v1/complaints/{complaint['id']}/{action}"
        return await client.post(address, json=usual[action] | fields, headers=people[who])

    return send


@pytest.fixture
def sent_up(
    complained: Callable[..., Awaitable[Made]], take: Callable[..., Awaitable[httpx.Response]]
) -> Callable[..., Awaitable[Made]]:
    """A complaint that the ministry has sent up to the government."""

    async def make(**fields: Any) -> Made:
        complaint = await complained(**fields)
        answer = await take("officer", complaint, "sending-up")
        assert answer.status_code == 200, answer.text
        found: Made = answer.json()
        return found

    return make

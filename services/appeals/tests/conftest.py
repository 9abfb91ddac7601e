"""The appeals service, people who use it, and what they do.

What is filed when legal time begins, with a body of the five-day week, is due on 14 December.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from appeals.domain.agencies import agency
from appeals.main import create_app
from appeals.settings import Settings
from servicekit.testing import Issuer
from stack.testing import TestDatabase


@pytest.fixture
def service_name() -> str:
    return "appeals"


@pytest.fixture
def app_with(issuer: Issuer) -> Callable[[dict[str, Any]], FastAPI]:
    """Makes the service by settings."""
    return lambda settings: create_app(Settings(**settings), issuer=issuer.transport)


@pytest.fixture
def people(issuer: Issuer) -> dict[str, dict[str, str]]:
    """Who sends requests: the headers of each."""
    return {
        "citizen": issuer.headers("citizen", sub="c1", name="Айгерім Сапарова", iin="880417499014"),
        "neighbour": issuer.headers("citizen", sub="c2", name="Нұрлан Ахметов", iin="850101300019"),
        "company": issuer.headers("company", sub="b1", name="«Көктем» ЖШС", bin="150340000017"),
        "officer": issuer.headers("officer", sub="o1", name="Дәурен Оспанов", agency="min-transport"),
        "head": issuer.headers("officer", "head", sub="h1", name="Серік Тілеубаев", agency="min-transport"),
        "colleague": issuer.headers("officer", sub="o3", name="Мадина Ерік", agency="min-transport"),
        "akimat": issuer.headers("officer", sub="o2", name="Жанар Бекова", agency="akimat-almaty"),
        "reviewer": issuer.headers("officer", sub="g1", name="Гүлнар Оспанова", agency="government"),
        "controller": issuer.headers("officer", sub="k1", name="Асқар Жүніс", agency="legal-statistics-committee"),
        "auditor": issuer.headers("auditor", sub="a1", name="Ерлан Қасымов", iin="790512300028"),
        "operator": issuer.headers("operator", sub="p1", name="Тимур Әлімжанов", iin="871009399010"),
        "nobody": {},
    }


@pytest.fixture
def filing() -> Callable[..., dict[str, Any]]:
    """Makes the body of a request that files an appeal, with fields of one's own."""

    def make(**fields: Any) -> dict[str, Any]:
        usual = {
            "kind": "request",
            "agency": "min-transport",
            "subject": "Аялдама туралы",
            "text": "Аялдаманың шатыры қашан жөнделеді?",
            "language": "kk",
        }
        return usual | fields

    return make


@pytest.fixture
def file(
    client: httpx.AsyncClient, people: dict[str, dict[str, str]], filing: Callable[..., dict[str, Any]]
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Files an appeal, as the citizen or as whoever is named, and gives it as the service answered."""

    async def send(who: str = "citizen", **fields: Any) -> dict[str, Any]:
        answer = await client.post("/v1/appeals", json=filing(**fields), headers=people[who])
        assert answer.status_code == 201, answer.text
        appeal: dict[str, Any] = answer.json()
        return appeal

    return send


@pytest.fixture
def act(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[httpx.Response]]:
    """Lets somebody do something with an appeal, in the usual words or with fields of one's own.

    As in `await act("officer", appeal, "decision", outcome="noted")`.
    """
    usual: dict[str, dict[str, Any]] = {
        "forwarding": {"agency": "akimat-almaty", "reason": "Аялдама қаланың меншігінде."},
        "decision": {"outcome": "satisfied", "text": "Шатыр 1 желтоқсанға дейін жөнделеді.", "language": "kk"},
        "withdrawal": {},
        "assignment": {"executor": "o1", "name": "Дәурен Оспанов"},
        "defect": {"text": "Аялдаманың мекенжайы көрсетілмеген."},
        "correction": {"text": "Абай даңғылы, 10."},
        "extension": {"until": "2026-12-28", "reason": "Аялдаманы қарап шығу керек."},
        "preliminary-decision": {
            "outcome": "refused",
            "text": "Шатыр нормаға сай.",
            "language": "kk",
            "no_hearing_reason": "Өтініш беруші тыңдаудан бас тартты.",
        },
        "objection": {"text": "Шатырдан су ағады."},
        "hearing": {"not_held_reason": "Өтініш беруші келмеді."},
        "signature": {},
        "rework": {"reason": "Себебін толығырақ жазыңыз."},
        "leaving": {"ground": "essence_not_stated"},
        "complaints": {"text": "Жауапта шатыр туралы ештеңе жоқ.", "language": "kk"},
    }

    async def send(
        who: str, appeal: dict[str, Any], action: str, *, sending: dict[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        """`sending` are headers besides the token's."""
        headers = people[who] | (sending or {})
        if action == "attachments":
            place = f"/v1/appeals/{appeal['id']}/{action}"
            return await client.post(place, params={"name": "a.txt"}, content=b"a", headers=headers)
        return await client.post(f"/v1/appeals/{appeal['id']}/{action}", json=usual[action] | fields, headers=headers)

    return send


@pytest.fixture
def mail(client: httpx.AsyncClient, issuer: Issuer) -> Callable[[str], Awaitable[list[dict[str, Any]]]]:
    """The mailbox of whoever holds office in a body, by its code, newest first."""

    async def read(code: str) -> list[dict[str, Any]]:
        in_office = issuer.headers("officer", sub=f"officer of {code}", agency=agency(code).bin)
        answer = await client.get("/v1/me/notices", headers=in_office)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    return read


@pytest.fixture
def rows(database: TestDatabase) -> Callable[[str], Awaitable[list[dict[str, Any]]]]:
    """Gives the rows of a statement, past the service and all its rules."""

    async def ask(statement: str) -> list[dict[str, Any]]:
        connection = await asyncpg.connect(database.admin_url)
        try:
            return [dict(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return ask


@pytest.fixture
def sweep(run_sweeps: Callable[[], Awaitable[dict[str, int]]]) -> Callable[[], Awaitable[int]]:
    """Lets the service record what has expired; how many appeals."""

    async def run() -> int:
        return (await run_sweeps())["expire-appeals"]

    return run


@pytest.fixture
def count(look: Callable[..., Awaitable[Any]], sweep: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
    """Lets the service count what was done until now, for the open statistics."""

    async def run() -> None:
        await look("nobody", "/v1/journals/appeals/entries")  # which waits until all is sealed
        await sweep()

    return run


@pytest.fixture
def attach(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[httpx.Response]]:
    """Lets somebody attach a file to an appeal; headers by name, as in `**{"Idempotency-Key": "1"}`."""

    async def send(
        who: str,
        appeal: dict[str, Any],
        content: bytes | AsyncIterator[bytes],
        *,
        name: str = "a.txt",
        declared: str = "application/octet-stream",
        **headers: str,
    ) -> httpx.Response:
        return await client.post(
            f"/v1/appeals/{appeal['id']}/attachments",
            params={"name": name},
            content=content,
            headers=people[who] | {"Content-Type": declared} | headers,
        )

    return send


@pytest.fixture
def download(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[httpx.Response]]:
    """Lets somebody ask for a file, as it was told when it was attached, where it stands in an appeal."""

    async def ask(who: str, appeal: dict[str, Any], told: dict[str, Any]) -> httpx.Response:
        return await client.get(f"/v1/appeals/{appeal['id']}/attachments/{told['id']}", headers=people[who])

    return ask

"""The registry, people who use it, and what they do.

What is received when legal time begins is to be opened by Thursday, 26 November.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from registry.main import create_app
from registry.settings import Settings
from servicekit.testing import Issuer

AIGERIM = "880417499014"
NURLAN = "850101300015"
ERLAN = "790512300026"
SAUDA = "120640950178"
BANK = "990140000027"


@pytest.fixture
def service_name() -> str:
    return "registry"


@pytest.fixture
def app_with(issuer: Issuer) -> Callable[[dict[str, Any]], FastAPI]:
    """Makes the service by settings."""
    return lambda settings: create_app(Settings(**settings), issuer=issuer.transport)


@pytest.fixture
def people(issuer: Issuer) -> dict[str, dict[str, str]]:
    """Who sends requests: the headers of each."""
    office = {"agency": "991240979283"}
    return {
        "bailiff": issuer.headers("bailiff", sub="e1", name="Руслан Есенов", iin="830821399015", **office),
        "bailiff-2": issuer.headers("bailiff", sub="e2", name="Дина Оралова", iin="860505499029", **office),
        "debtor": issuer.headers("citizen", sub="c1", name="Айгерім Сапарова", iin=AIGERIM),
        "claimant": issuer.headers("citizen", sub="c2", name="Нұрлан Ахметов", iin=NURLAN),
        "bank": issuer.headers("company", sub="b1", name="«Береке Банк» АҚ", bin=BANK),
        "stranger": issuer.headers("citizen", sub="c3", name="Ерлан Қасымов", iin=ERLAN),
        "service": issuer.headers("service", sub="s1", name="procurement"),
        "operator": issuer.headers("operator", sub="p1", name="Тимур Әлімжанов"),
        "nobody": {},
    }


def tenge(amount: str) -> dict[str, str]:
    """A sum as the API writes it."""
    return {"amount": amount, "currency": "KZT"}


def claim(amount: str, *, iin: str = NURLAN, category: str = "other", **fields: Any) -> dict[str, Any]:
    """A person's claim as one sends it."""
    party = {"scheme": "KZ-IIN", "id": iin, "name": "Нұрлан Ахметов"}
    return {"claimant": party, "category": category, "amount": tenge(amount), **fields}


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """Makes the body of a request that puts down a document, with fields of one's own."""

    def make(**fields: Any) -> dict[str, Any]:
        usual = {
            "region": "KZ-71",
            "document": {"number": "7119-26-00-2/4815", "issued_by": "Астана қаласының азаматтық істер соты"},
            "debtor": {"scheme": "KZ-IIN", "id": AIGERIM, "name": "Айгерім Нұрланқызы Сапарова"},
            "claims": [
                claim("100.00"),
                {
                    "claimant": {"scheme": "KZ-BIN", "id": BANK, "name": "«Береке Банк» АҚ"},
                    "amount": tenge("300.00"),
                },
            ],
        }
        return usual | fields

    return make


@pytest.fixture
def company() -> dict[str, str]:
    """A company that owes."""
    return {"scheme": "KZ-BIN", "id": SAUDA, "name": "«Көкжиек Сауда» ЖШС"}


@pytest.fixture
def receive(
    client: httpx.AsyncClient, people: dict[str, dict[str, str]], document: Callable[..., dict[str, Any]]
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Puts a document down, as the bailiff or as whoever is named, and gives the proceeding as answered."""

    async def send(who: str = "bailiff", **fields: Any) -> dict[str, Any]:
        answer = await client.post("/v1/proceedings", json=document(**fields), headers=people[who])
        assert answer.status_code == 201, answer.text
        proceeding: dict[str, Any] = answer.json()
        return proceeding

    return send


@pytest.fixture
def act(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[httpx.Response]]:
    """Lets somebody do something with a proceeding, in the usual words or with fields of one's own."""
    usual: dict[str, dict[str, Any] | None] = {
        "opening": None,
        "restrictions": {"kind": "account", "ground": "security"},
        "proceeds": {"amount": tenge("200.00")},
        "closing": {"ground": "paid"},
    }

    async def send(
        who: str, proceeding: dict[str, Any], action: str, *, sending: dict[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        """`sending` are headers besides the token's."""
        said = usual[action]
        return await client.post(
            f"/v1/proceedings/{proceeding['id']}/{action}",
            json=None if said is None else said | fields,
            headers=people[who] | (sending or {}),
        )

    return send


@pytest.fixture
def opened(
    receive: Callable[..., Awaitable[dict[str, Any]]], act: Callable[..., Awaitable[httpx.Response]]
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Puts a document down and opens its proceeding."""

    async def make(**fields: Any) -> dict[str, Any]:
        answer = await act("bailiff", await receive(**fields), "opening")
        assert answer.status_code == 200, answer.text
        proceeding: dict[str, Any] = answer.json()
        return proceeding

    return make


@pytest.fixture
def search(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[Any]]:
    """Asks the register about somebody, without a token unless one is named; gives the JSON."""

    async def ask(who: str = "nobody", **question: str) -> Any:
        answer = await client.post("/v1/debtors/search", json=question, headers=people[who])
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture
def sweep(run_sweeps: Callable[[], Awaitable[dict[str, int]]]) -> Callable[[], Awaitable[int]]:
    """Lets the service record what was not opened in time; how many proceedings."""

    async def run() -> int:
        return (await run_sweeps())["record-overdue-openings"]

    return run

"""The legal-acts service, people who use it, and what they do.

A law posted when legal time begins is discussed until 14 December at least, an order until 7 December.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from legal_acts.main import create_app
from legal_acts.settings import Settings
from servicekit.testing import Issuer

MIN_JUSTICE = "991240968911"
MIN_TRANSPORT = "991240971961"


@pytest.fixture
def service_name() -> str:
    return "legal-acts"


@pytest.fixture
def app_with(issuer: Issuer) -> Callable[[dict[str, Any]], FastAPI]:
    """Makes the service by settings."""
    return lambda settings: create_app(Settings(**settings), issuer=issuer.transport)


@pytest.fixture
def people(issuer: Issuer) -> dict[str, dict[str, str]]:
    """Who sends requests: the headers of each."""
    return {
        "citizen": issuer.headers("citizen", sub="c1", name="Айгерім Нұрланқызы Сапарова", iin="880417499014"),
        "neighbour": issuer.headers("citizen", sub="c2", name="Ерлан Жүнісов", iin="791103399014"),
        "company": issuer.headers("company", sub="b1", name="«Көктем» ЖШС", bin="150340000017"),
        "drafter": issuer.headers("drafter", sub="d1", name="Асель Мұқанова", iin="920705499013", agency=MIN_JUSTICE),
        "transport": issuer.headers("drafter", sub="d2", iin="900612499010", agency=MIN_TRANSPORT),
        "expert": issuer.headers("expert", sub="e1", name="Қанат Сейітов", iin="770630399013"),
        "moderator": issuer.headers("moderator", sub="m1", name="Жанель Рахимова", iin="940125499010"),
        "operator": issuer.headers("operator", sub="p1", name="Тимур Әлімжанов", iin="871009399010"),
        "nobody": {},
    }


@pytest.fixture
def clause() -> Callable[..., dict[str, Any]]:
    """Makes a clause as a drafter sends it, as in `clause("3.1", "Айыппұл 10 АЕК", id="c3")`."""
    return _clause


def _clause(number: str, words: str, **more: Any) -> dict[str, Any]:
    """A clause as a drafter sends it, in Kazakh and Russian."""
    return {"number": number, "text": {"kk": f"{words} (kk)", "ru": f"{words} (ru)"}, **more}


@pytest.fixture
def posting() -> Callable[..., dict[str, Any]]:
    """Makes the body of a request that posts a draft, with fields of one's own."""

    def make(**fields: Any) -> dict[str, Any]:
        usual = {
            "type": "law",
            "agency_name": {"kk": "Әділет министрлігі", "ru": "Министерство юстиции", "en": "Ministry of Justice"},
            "title": {"kk": "Үй жануарлары туралы", "ru": "О домашних животных"},
            "languages": ["kk", "ru"],
            "clauses": [
                _clause("1", "Осы Заң үй жануарларына қатысты", heading={"ru": "Предмет"}),
                _clause("2", "Ит қарғыбаумен жүреді"),
                _clause("3", "Айыппұл 10 АЕК"),
            ],
            "discussion_until": "2026-12-14",
        }
        return usual | fields

    return make


@pytest.fixture
def post(
    client: httpx.AsyncClient, people: dict[str, dict[str, str]], posting: Callable[..., dict[str, Any]]
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Posts a draft, as the drafter or as whoever is named, and gives it as the service answered."""

    async def send(who: str = "drafter", **fields: Any) -> dict[str, Any]:
        answer = await client.post("/v1/drafts", json=posting(**fields), headers=people[who])
        assert answer.status_code == 201, answer.text
        draft: dict[str, Any] = answer.json()
        return draft

    return send


USUAL: dict[str, dict[str, Any] | None] = {
    "comments": {"clause": "c2", "text": "Қарғыбау үлкен иттерге ғана керек.", "language": "kk"},
    "versions": {"clauses": [_clause("1", "Осы Заң үй жануарларына қатысты", id="c1")]},
    "opinions": {"channel": "anti_corruption", "conclusion": "objects", "text": "Норма анық емес.", "language": "kk"},
    "report": None,
    "withdrawal": {"reason": "Тұжырымдама қайта қаралады."},
    "adoption": {"act_number": "№ 45-VIII"},
    "answers": {"outcome": "not_accepted", "reason": "Қауіпсіздік үшін.", "language": "kk"},
    "moderation": {"action": "hide", "ground": "insult", "reason": "Балағат сөз бар."},
}


@pytest.fixture
def act(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[httpx.Response]]:
    """Lets somebody do something with a draft, a comment or an opinion, in the usual words or with fields of one's own.

    As in `await act("citizen", draft, "comments", clause=None)`.
    """

    async def send(who: str, thing: dict[str, Any], action: str, /, **fields: Any) -> httpx.Response:
        kind = "drafts" if "phase" in thing else "opinions" if "channel" in thing else "comments"
        usual = USUAL[action]
        if kind == "opinions":
            usual = {"text": "Пікірмен келісемін.", "language": "kk"}
        body = None if usual is None else usual | fields
        return await client.post(f"/v1/{kind}/{thing['id']}/{action}", json=body, headers=people[who])

    return send


@pytest.fixture
def done(act: Callable[..., Awaitable[httpx.Response]]) -> Callable[..., Awaitable[dict[str, Any]]]:
    """As `act`, for what must succeed; gives the JSON."""

    async def send(who: str, thing: dict[str, Any], action: str, /, **fields: Any) -> dict[str, Any]:
        answer = await act(who, thing, action, **fields)
        assert answer.is_success, answer.text
        result: dict[str, Any] = answer.json()
        return result

    return send


@pytest.fixture
def sweep(run_sweeps: Callable[[], Awaitable[dict[str, int]]]) -> Callable[[], Awaitable[tuple[int, int]]]:
    """Lets the service do what time asks for; how many discussions ended, and how many overdue answers it recorded."""

    async def run() -> tuple[int, int]:
        count = await run_sweeps()
        return count["close-discussions"], count["record-overdue-answers"]

    return run

"""The legal-acts service over real HTTP and a real database, and people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from legal_acts.main import create_app
from legal_acts.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.clock import SandboxClock
from servicekit.testing import JWKS_URL, Issuer, serving
from stack.testing import TestDatabase
from statute.deadlines import ALMATY

# A Monday morning. A law posted then is discussed until 14 December at least, an order until 7 December.
START = "2026-11-23T10:00"
MIN_JUSTICE = "991240968911"
MIN_TRANSPORT = "991240971961"


@pytest.fixture(scope="session")
def shared_database(new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    return new_database("legal-acts", "legal_acts")


@pytest.fixture
def database(shared_database: TestDatabase) -> Iterator[TestDatabase]:
    """The service's database, empty again after each test."""
    yield shared_database
    shared_database.empty()


@pytest.fixture
def own_database(new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    """A database for one test that races, kills or migrates."""
    return new_database("legal-acts", "legal_acts")


@pytest.fixture
def clock(tmp_path: Path) -> SandboxClock:
    """The legal time of the service under test."""
    return SandboxClock(tmp_path / "clock")


@pytest.fixture
def go_to(clock: SandboxClock) -> Callable[[str], None]:
    """Moves legal time to a moment in Almaty, as `2026-11-23T10:00`."""

    def move(moment: str) -> None:
        clock.move_to(datetime.fromisoformat(moment).replace(tzinfo=ALMATY))

    return move


@pytest.fixture
def settings_for(go_to: Callable[[str], None], tmp_path: Path) -> Callable[[TestDatabase], Settings]:
    """Makes the settings of a service on a database; its legal time begins on the morning of 23 November 2026."""
    go_to(START)

    def make(database: TestDatabase) -> Settings:
        return Settings(
            environment="local",
            issuer=SANDBOX_ISSUER,
            jwks_url=JWKS_URL,
            clock_file=tmp_path / "clock",
            database_url=database.url,
            sweep_seconds=3600,  # when it starts and when it is told to
        )

    return make


@pytest.fixture
def settings(settings_for: Callable[[TestDatabase], Settings], database: TestDatabase) -> Settings:
    return settings_for(database)


@pytest.fixture
async def client(settings: Settings, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, over HTTP."""
    async with serving(create_app(settings, issuer=issuer.transport)) as client:
        yield client


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
def look(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[Any]]:
    """Lets somebody read what must be there; gives the JSON.

    As in `await look("nobody", "/v1/drafts", phase="discussion")`.
    """

    async def read(who: str, address: str, **parameters: Any) -> Any:
        # httpx drops the query of an address when it is given parameters, even none.
        answer = await client.get(address, params=parameters or None, headers=people[who])
        assert answer.status_code == 200, answer.text
        return answer.json()

    return read


@pytest.fixture
def sweep(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[[], Awaitable[tuple[int, int]]]:
    """Lets the service do what time asks for; how many discussions ended, and how many overdue answers it recorded."""

    async def run() -> tuple[int, int]:
        answer = await client.post("/internal/sweeps", headers=people["operator"])
        assert answer.status_code == 200, answer.text
        count = answer.json()["done"]
        return count["close-discussions"], count["record-overdue-answers"]

    return run

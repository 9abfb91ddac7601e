"""The registry over real HTTP and a real database, and people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from registry.main import create_app
from registry.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.clock import SandboxClock
from servicekit.testing import JWKS_URL, Issuer, serving
from stack.testing import TestDatabase
from statute.deadlines import ALMATY

# A Monday morning; what is received then is to be opened by Thursday, 26 November.
START = "2026-11-23T10:00"


AIGERIM = "880417499014"
NURLAN = "850101300015"
ERLAN = "790512300026"
SAUDA = "120640950178"
BANK = "990140000027"


@pytest.fixture(scope="session")
def shared_database(new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    return new_database("registry", "registry")


@pytest.fixture
def database(shared_database: TestDatabase) -> Iterator[TestDatabase]:
    """The service's database, empty again after each test."""
    yield shared_database
    shared_database.empty()


@pytest.fixture
def own_database(new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    """A database for one test that races or migrates."""
    return new_database("registry", "registry")


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
def look(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[Any]]:
    """Lets somebody read what must be there; gives the JSON."""

    async def read(who: str, address: str, **parameters: Any) -> Any:
        answer = await client.get(address, params=parameters or None, headers=people[who])
        assert answer.status_code == 200, answer.text
        return answer.json()

    return read


@pytest.fixture
def search(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[Any]]:
    """Asks the register about somebody, without a token unless one is named; gives the JSON."""

    async def ask(who: str = "nobody", **question: str) -> Any:
        answer = await client.post("/v1/debtors/search", json=question, headers=people[who])
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture
def sweep(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[[], Awaitable[int]]:
    """Lets the service record what was not opened in time; how many proceedings."""

    async def run() -> int:
        answer = await client.post("/internal/sweeps", headers=people["operator"])
        assert answer.status_code == 200, answer.text
        done: int = answer.json()["done"]["record-overdue-openings"]
        return done

    return run

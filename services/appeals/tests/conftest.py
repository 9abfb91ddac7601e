"""The appeals service over real HTTP and a real database, and people who use it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from appeals.main import create_app
from appeals.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.clock import SandboxClock
from servicekit.testing import JWKS_URL, Issuer, serving
from stack.testing import TestDatabase
from statute.deadlines import ALMATY

# A Monday morning; what is filed then with a body of the five-day week is due on 14 December.
START = "2026-11-23T10:00"


@pytest.fixture(scope="session")
def shared_database(new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    return new_database("appeals", "appeals")


@pytest.fixture
def database(shared_database: TestDatabase) -> Iterator[TestDatabase]:
    """The service's database, empty again after each test."""
    yield shared_database
    shared_database.empty()


@pytest.fixture
def own_database(new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    """A database for one test that races, kills or migrates."""
    return new_database("appeals", "appeals")


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
            sweep_seconds=3600,  # when it starts and when it is told to: tests say themselves when terms expire
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
        "citizen": issuer.headers("citizen", sub="c1", name="Айгерім Сапарова", iin="880417499014"),
        "neighbour": issuer.headers("citizen", sub="c2", name="Нұрлан Ахметов", iin="850101300019"),
        "company": issuer.headers("company", sub="b1", name="«Көктем» ЖШС", bin="150340000017"),
        "officer": issuer.headers("officer", sub="o1", name="Дәурен Оспанов", agency="min-transport"),
        "akimat": issuer.headers("officer", sub="o2", name="Жанар Бекова", agency="akimat-almaty"),
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
    }

    async def send(
        who: str, appeal: dict[str, Any], action: str, *, sending: dict[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        """`sending` are headers besides the token's."""
        headers = people[who] | (sending or {})
        return await client.post(f"/v1/appeals/{appeal['id']}/{action}", json=usual[action] | fields, headers=headers)

    return send


@pytest.fixture
def look(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[..., Awaitable[Any]]:
    """Lets somebody read what must be there; gives the JSON.

    As in `await look("citizen", "/v1/appeals", status="answered")`.
    """

    async def read(who: str, address: str, **parameters: Any) -> Any:
        # httpx drops the query of an address when it is given parameters, even none.
        answer = await client.get(address, params=parameters or None, headers=people[who])
        assert answer.status_code == 200, answer.text
        return answer.json()

    return read


@pytest.fixture
def sweep(client: httpx.AsyncClient, people: dict[str, dict[str, str]]) -> Callable[[], Awaitable[int]]:
    """Lets the service record what has expired; how many appeals."""

    async def run() -> int:
        answer = await client.post("/internal/sweeps", headers=people["operator"])
        assert answer.status_code == 200, answer.text
        done: int = answer.json()["done"]["expire-appeals"]
        return done

    return run

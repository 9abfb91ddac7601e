"""What the tests of all services share: databases, legal time, the service over HTTP, and what holds of every service.

The conftest.py of a service says what is its own: `service_name`, how it is made by settings (`app_with`), and its
`people`. Legal time begins on a Monday morning, 23 November 2026.
"""

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import schemathesis
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from servicekit.clock import SandboxClock
from servicekit.migrations.running import configuration
from servicekit.problems import ProblemKind
from servicekit.testing import Issuer, operations_of, serving, usual_settings
from stack.testing import NOBODY, TestDatabase
from statute.deadlines import ALMATY
from verifier.notes import parse_key
from verifier.receipts import verify_receipt
from verifier.signing import fast_verify

START = "2026-11-23T10:00"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
UNSEALED = "SELECT id FROM journal WHERE id NOT IN (SELECT entry FROM leaves) LIMIT 1"
LEFT = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
 UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1
"""
People = dict[str, dict[str, str]]
Case = schemathesis.Case[Any]


@pytest.fixture(scope="session")
def database_of(new_database: Callable[[str, str], TestDatabase]) -> Callable[[str], TestDatabase]:
    """The database that the tests of a service share, made when it is first asked for."""
    return cache(lambda service: new_database(service, _package(service)))


@pytest.fixture
def database(service_name: str, database_of: Callable[[str], TestDatabase]) -> Iterator[TestDatabase]:
    """The service's database, empty again after each test."""
    database = database_of(service_name)
    yield database
    database.empty()


@pytest.fixture
def own_database(service_name: str, new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    """A database for one test that races, kills or migrates."""
    return new_database(service_name, _package(service_name))


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
def app_on(
    app_with: Callable[[dict[str, Any]], FastAPI], go_to: Callable[[str], None], tmp_path: Path
) -> Callable[..., FastAPI]:
    """Makes the service on a database, with settings of one's own besides; its legal time begins at START."""
    go_to(START)

    def make(database: TestDatabase, **own: Any) -> FastAPI:
        return app_with(usual_settings(database.url) | {"clock_file": tmp_path / "clock"} | own)

    return make


@pytest.fixture
async def client(app_on: Callable[..., FastAPI], database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service, over HTTP."""
    async with serving(app_on(database)) as client:
        yield client


@pytest.fixture
def look(client: httpx.AsyncClient, people: People, database: TestDatabase) -> Callable[..., Awaitable[Any]]:
    """Lets somebody read what must be there; gives the JSON. A journal is read once all that was done is sealed.

    As in `await look("citizen", "/v1/appeals", status="answered")`.
    """

    async def read(who: str, address: str, **parameters: Any) -> Any:
        if address.startswith("/v1/journals/"):
            while await _ask(database.admin_url, UNSEALED):  # noqa: ASYNC110 - nobody says when it is sealed
                await asyncio.sleep(0.02)
        # httpx drops the query of an address when it is given parameters, even none.
        answer = await client.get(address, params=parameters or None, headers=people[who])
        assert answer.status_code == 200, answer.text
        return answer.json()

    return read


@pytest.fixture
def receipt(client: httpx.AsyncClient, people: People) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Gives the receipt that somebody gets for what is at an address, once it is there; it is whole and verifies."""

    async def download(who: str, address: str) -> dict[str, Any]:
        while True:
            answer = await client.get(f"{address}/receipt", headers=people[who])
            if answer.status_code != 202:
                break
            await asyncio.sleep(0.02)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        verified = verify_receipt(answer.content, [parse_key(key) for key in found["keys"]], fast_verify)
        assert verified.object_id == found["object"]["id"]
        return found

    return download


@pytest.fixture
def run_sweeps(client: httpx.AsyncClient, people: People) -> Callable[[], Awaitable[dict[str, int]]]:
    """Lets the service do what is due; how many cases of each kind."""

    async def run() -> dict[str, int]:
        answer = await client.post("/internal/sweeps", headers=people["operator"])
        assert answer.status_code == 200, answer.text
        done: dict[str, int] = answer.json()["done"]
        return done

    return run


@pytest.fixture
def as_role(claims: Mapping[str, dict[str, str]], issuer: Issuer) -> Callable[[str, str], dict[str, str]]:
    """The headers of somebody with one role and one tie; `claims` are those of each tie."""

    def make(role: str, tie: str) -> dict[str, str]:
        return {} if role == NOBODY else issuer.headers(role, **{"sub": f"{role}:{tie}"} | claims[tie])

    return make


@pytest.fixture
def described(app_with: Callable[[dict[str, Any]], FastAPI]) -> dict[str, Any]:
    """The OpenAPI document as the service would serve it; describing needs neither a database nor an issuer."""
    return app_with(usual_settings()).openapi()


@pytest.fixture
def there_and_back(service_name: str, own_database: TestDatabase) -> Callable[[], set[str]]:
    """Migrates up, down and up again, held to the tables each time; gives what there is then."""

    def migrate() -> set[str]:
        alembic = configuration(_package(service_name), own_database.owner_url)
        made = _upgraded(alembic, own_database)
        command.downgrade(alembic, "base")
        assert _left_in(own_database) == ["alembic_version", "alembic_version_pkc"]
        assert _upgraded(alembic, own_database) == made
        return set(made)

    return migrate


@pytest.fixture
def each_is_told(client: httpx.AsyncClient, go_to: Callable[[str], None]) -> Callable[..., Awaitable[None]]:
    """Provokes problems one by one and holds the answers in a language to what the catalogue promises.

    Each begins at START; those of `but` are left out.
    """

    async def ask(
        kinds: Mapping[str, ProblemKind],
        provoke: Callable[[str], Awaitable[httpx.Response]],
        language: str,
        *,
        but: Collection[str],
    ) -> None:
        client.headers["Accept-Language"] = language
        for code in sorted(kinds.keys() - but):
            kind = kinds[code]
            go_to(START)
            answer = await provoke(code)
            problem = answer.json()
            assert (answer.status_code, problem["code"], problem["type"]) == (kind.status, code, f"/problems/{code}")
            assert answer.headers["content-language"] == language
            assert problem["title"] == getattr(kind.title, language)
            assert not set("–{}") & set(problem["detail"]), code
            assert ("retry-after" in answer.headers) is (kind.status == 503), code

    return ask


@pytest.fixture
def send_much(client: httpx.AsyncClient) -> Callable[..., Awaitable[set[str]]]:
    """Sends sound and unsound requests to every operation, or to those asked, and holds the answers to the document.

    `name_what_exists` puts what there is in the place of what is invented, so that most requests are about something.
    Gives the operations that ever succeeded, but for the journal's.
    """

    async def send(
        headers: dict[str, str],
        name_what_exists: Callable[[Case], None],
        *,
        examples: int,
        asked: Collection[str] | None = None,
    ) -> set[str]:
        schema = await asyncio.to_thread(schemathesis.openapi.from_url, f"{client.base_url}/openapi.json")
        succeeded = set()
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            operation = found.ok()
            name = operation.definition.raw["operationId"]
            if asked is None or name in asked:
                statuses = await asyncio.to_thread(_statuses, operation, headers, name_what_exists, examples)
                succeeded |= {name for status in statuses if status < 300}
        return succeeded & operations_of(schema.raw_schema)

    return send


def _package(service: str) -> str:
    return service.replace("-", "_")


def _upgraded(alembic: Config, database: TestDatabase) -> list[str]:
    """Migrate up and compare with the tables; what there is then."""
    with warnings.catch_warnings():
        # SQLAlchemy has no word for this type of PostgreSQL's; ours is compared by its name.
        warnings.filterwarnings("ignore", "Did not recognize type 'xid8'")
        command.upgrade(alembic, "heads")
        command.check(alembic)
    return _left_in(database)


def _left_in(database: TestDatabase) -> list[str]:
    return [row[0] for row in asyncio.run(_ask(database.admin_url, LEFT))]


async def _ask(url: str, question: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        found: list[Any] = await connection.fetch(question)
        return found
    finally:
        await connection.close()


def _statuses(
    operation: Any, headers: dict[str, str], name_what_exists: Callable[[Case], None], examples: int
) -> set[int]:
    """Send an operation so many requests; the statuses of the answers, all of which keep to the document."""
    statuses = set()

    @seed(2026)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
    def hold(case: Case) -> None:
        name_what_exists(case)
        statuses.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

    hold()
    return statuses

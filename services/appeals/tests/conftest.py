"""The appeals service over real HTTP and a real database, and people who use it."""

from collections.abc import AsyncIterator, Callable, Iterator
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


@pytest.fixture(scope="session")
def shared_database(new_database: Callable[[str, str], TestDatabase]) -> TestDatabase:
    return new_database("appeals", "appeals")


@pytest.fixture
def database(shared_database: TestDatabase) -> Iterator[TestDatabase]:
    """The service's database, empty again after each test."""
    yield shared_database
    shared_database.empty()


@pytest.fixture
def clock(tmp_path: Path) -> SandboxClock:
    """The legal time of the service under test."""
    return SandboxClock(tmp_path / "clock")


@pytest.fixture
def settings(database: TestDatabase, tmp_path: Path) -> Settings:
    return Settings(
        environment="local",
        issuer=SANDBOX_ISSUER,
        jwks_url=JWKS_URL,
        clock_file=tmp_path / "clock",
        database_url=database.url,
    )


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

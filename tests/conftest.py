"""A whole house for the tests that cross services: every service, the sandbox and the gateway, over real HTTP."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from stack import postgres
from stack.house import Place, furnished
from stack.serving import serving_beside


@pytest.fixture(scope="session")
def house_url() -> Iterator[str]:
    """The address of a house that lasts as long as the tests, with a database server of its own."""
    data = Path(tempfile.mkdtemp(prefix="ashyq-house-"))
    data.chmod(0o755)  # as root, the database's own account must be able to enter
    try:
        with furnished(Place(data, 0), lambda _: None) as app, serving_beside(app) as url:
            yield url
    finally:
        postgres.remove(data)
        shutil.rmtree(data)


@pytest.fixture(scope="session")
def api(house_url: str) -> Iterator[httpx.Client]:
    """A client of that house."""
    with httpx.Client(base_url=house_url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def token(api: httpx.Client) -> Callable[[str], str]:
    """Gives a token of a ready persona."""
    known: dict[str, str] = {}

    def issue(persona: str) -> str:
        if persona not in known:
            answer = api.post("/sandbox/token", json={"persona": persona}).raise_for_status()
            known[persona] = answer.json()["access_token"]
        return known[persona]

    return issue


@pytest.fixture(scope="session")
def headers(token: Callable[[str], str]) -> Callable[[str], dict[str, str]]:
    """Gives the headers of a request by a ready persona."""
    return lambda persona: {"Authorization": f"Bearer {token(persona)}"}

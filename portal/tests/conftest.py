"""The pages over the whole house: what a reader meets, by HTTP, with a real database behind it.

One house serves all tests of a worker; it starts with an empty year, so each test makes what it wants to see.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest

from stack.house import furnished
from stack.personas import PERSONAS
from stack.place import Place
from stack.postgres import remove
from stack.serving import serving_beside

SignedIn = Callable[..., httpx.Client]
_TOKEN = re.compile(r'name="token" value="(\w*)"')
_KEY = re.compile(r'name="key" value="([\w-]+)"')


@contextmanager
def _running() -> Iterator[str]:
    data = Path(tempfile.mkdtemp(prefix="ashyq-pages-"))
    data.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(remove, data)
        # Tests ask more often than people do. The limits are read when the house is put together.
        with pytest.MonkeyPatch.context() as patch:
            for limit in ("ASHYQ_SUBJECT_LIMIT", "ASHYQ_ADDRESS_LIMIT", "ASHYQ_SEARCH_LIMIT"):
                patch.setenv(limit, "0")
            app = stack.enter_context(furnished(Place(data, 0), lambda _: None))
        yield stack.enter_context(serving_beside(app))


@pytest.fixture(scope="session")
def new_house() -> Callable[[], AbstractContextManager[str]]:
    """Starts a house that nobody has used; its address."""
    return _running


@pytest.fixture(scope="session")
def base(new_house: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """The address of a house that runs."""
    with new_house() as url:
        yield url


@pytest.fixture
def house(base: str) -> Iterator[httpx.Client]:
    """Somebody who has not signed in, and follows no redirect by themselves."""
    with httpx.Client(base_url=base, timeout=60) as client:
        yield client


@pytest.fixture
def signed_in(base: str) -> Iterator[SignedIn]:
    """Signs somebody in, as a browser does: to the issuer, a choice there, and back with a cookie."""
    clients = []

    def sign_in(persona: str, language: str = "en") -> httpx.Client:
        client = httpx.Client(base_url=base, timeout=60)
        clients.append(client)
        to_issuer = client.get(f"/{language}/sign-in", params={"back": f"/{language}"})
        choice = client.get(to_issuer.headers["location"])
        arrived = client.get(_way_of(choice.text, str(PERSONAS[persona]["name"])))
        assert arrived.status_code == httpx.codes.SEE_OTHER
        return client

    yield sign_in
    for client in clients:
        client.close()


@pytest.fixture
def api(base: str) -> Iterator[Callable[[str], httpx.Client]]:
    """The API as a persona, for what pages do not do: officials' acts, legal time, sweeps."""
    clients = []

    def of(persona: str) -> httpx.Client:
        client = httpx.Client(base_url=base, timeout=60)
        clients.append(client)
        given = client.post("/sandbox/token", json={"persona": persona}).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {given['access_token']}"
        return client

    yield of
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def hidden() -> Callable[[str], dict[str, str]]:
    """The hidden fields with which every form of a page begins; those of the last form."""
    return lambda page: {"key": _KEY.findall(page)[-1], "token": _TOKEN.findall(page)[-1]}


@pytest.fixture(scope="session")
def way_of() -> Callable[[str, str], str]:
    """The address behind a persona's name on the sandbox's page."""
    return _way_of


def _way_of(page: str, name: str) -> str:
    found = re.search(rf'href="([^"]+)">{re.escape(name)}', page)
    assert found is not None, page
    return unescape(found[1])

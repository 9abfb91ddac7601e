"""What the tests of appeals' pages share: a day in legal time, a citizen who files, and the forms of a page."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest

SignedIn = Callable[..., httpx.Client]
Hidden = Callable[[str], dict[str, str]]
FILED_AT = "2024-12-20T11:00:00+05:00"
SAID = {
    "kind": "request",
    "agency": "min-transport",
    "subject": "Stop <script>alert(1)</script>",
    "text": "When is bus 12?\n\nWe wait & wait.",
    "language": "en",
}


@pytest.fixture(autouse=True)
def move(house: httpx.Client) -> Iterator[Callable[[str], None]]:
    """Moves legal time; each test begins on a day whose term runs over New Year, and gives back the present."""

    def to(moment: str) -> None:
        house.put("/sandbox/clock", json={"now": moment}).raise_for_status()

    to(FILED_AT)
    yield to
    to(datetime.now(UTC).isoformat())


@pytest.fixture
def citizen(signed_in: SignedIn) -> httpx.Client:
    return signed_in("citizen")


@pytest.fixture
def file(citizen: httpx.Client, hidden: Hidden) -> Callable[..., str]:
    """Files an appeal by the form; the address of its page, without the language."""

    def send(**said: str) -> str:
        sent = hidden(citizen.get("/en/appeals/new").text) | SAID | said
        arrived = citizen.post("/en/appeals/new", data=sent)
        assert arrived.status_code == 303, arrived.text
        return arrived.headers["location"].partition("?")[0].removeprefix("/en")

    return send


@pytest.fixture(scope="session")
def form_of() -> Callable[[str, str], dict[str, str]]:
    """The hidden fields of one of the forms of a page."""
    return _form_of


@pytest.fixture(scope="session")
def forms_of() -> Callable[[str], set[str]]:
    """What the forms of a page do."""
    return _forms_of


@pytest.fixture(scope="session")
def said() -> dict[str, str]:
    """What is filed where a test says nothing else."""
    return SAID


def _form_of(page: str, act: str) -> dict[str, str]:
    [form] = re.findall(rf'<form method="post" action="[^"]*/{act}".*?</form>', page, re.DOTALL)
    return dict(re.findall(r'type="hidden" name="(key|token)" value="([^"]+)"', form))


def _forms_of(page: str) -> set[str]:
    found: list[str] = re.findall(r'<form method="post" action="[^"]*/([\w-]+)"', page)
    return set(found) - {"sign-out"}

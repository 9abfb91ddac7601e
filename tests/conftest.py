"""A whole Ashyq for tests that cross services: in one process, in many, or the one that ASHYQ_URL names."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack import postgres
from stack.house import furnished
from stack.place import Place
from stack.serving import serving_beside

TOPOLOGIES = ["elsewhere"] if "ASHYQ_URL" in os.environ else ["one-process", "many-processes"]
# Tests ask more often than people do.
UNLIMITED = {"ASHYQ_SUBJECT_LIMIT": "0", "ASHYQ_ADDRESS_LIMIT": "0", "ASHYQ_SEARCH_LIMIT": "0"}
START_SECONDS = 60.0


class Installation:
    """A data folder and a port, and the process that runs on them, when one does."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.base = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        place = {"ASHYQ_DATA": str(self.data), "PORT": str(self.port), "ASHYQ_EMPTY": "1"}
        return {**os.environ, **UNLIMITED, **place, "PYTHONUNBUFFERED": "1"}

    def start(self, *command: str) -> None:
        """Start `ashyq run`, or another command that serves here, and wait until it answers."""
        arguments = command or (str(Path(sys.executable).with_name("ashyq")), "run")
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            arguments, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
        ends = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None:
                output = self.process.stdout.read().decode() if self.process.stdout else ""
                raise AssertionError(f"it ended instead of serving: {output}")
            assert time.monotonic() < ends, "it does not answer"
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.base}/health/ready", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def interrupt(self) -> str:
        """Press Ctrl-C: the signal goes to every process of the terminal's foreground group. What was printed."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        output, _ = self.process.communicate(timeout=30)
        assert b"Stopped." in output, output.decode()
        assert b"Traceback" not in output, output.decode()
        self.process = None
        return output.decode()

    def stop(self) -> None:
        """End in order whatever runs."""
        if self.process is not None:
            self.interrupt()

    def kill(self) -> None:
        """End the process as a power cut would; its database goes on, as a separate machine's might."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def headers(self, persona: str, **more: str) -> dict[str, str]:
        """The headers of a request by a ready persona."""
        answer = httpx.post(f"{self.base}/sandbox/token", json={"persona": persona})
        return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}", **more}

    def close(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)  # what was started by `make` has not ended with it
        self.kill()
        postgres.remove(self.data)
        shutil.rmtree(self.data)


@contextmanager
def _installed() -> Iterator[Installation]:
    data = Path(tempfile.mkdtemp(prefix="ashyq-e2e-"))
    data.chmod(0o755)  # as root, the database's own account must be able to enter
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    installation = Installation(data, port)
    try:
        yield installation
    finally:
        installation.close()


@pytest.fixture
def new_installation() -> Iterator[Callable[[], Installation]]:
    """Makes places to run a whole Ashyq at; what was started there is ended with the test."""
    with ExitStack() as made:
        yield lambda: made.enter_context(_installed())


@pytest.fixture
def installation(new_installation: Callable[[], Installation]) -> Installation:
    """A place to run a whole Ashyq at; nothing runs there yet."""
    return new_installation()


@pytest.fixture(scope="session", params=TOPOLOGIES)
def house_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a house that lasts as long as the tests, in each of the ways in which it can run."""
    if request.param == "elsewhere":
        yield os.environ["ASHYQ_URL"]
    elif request.param == "many-processes":
        with _installed() as installation:
            installation.start(str(Path(sys.executable).with_name("ashyq")), "run", "--processes")
            yield installation.base
            installation.stop()
    else:
        with ExitStack() as stack:
            installation = stack.enter_context(_installed())
            # Limits are read when the house is put together; other tests are to have the usual ones.
            with pytest.MonkeyPatch.context() as patch:
                for limit, none in UNLIMITED.items():
                    patch.setenv(limit, none)
                app = stack.enter_context(furnished(Place(installation.data, 0), lambda _: None))
            yield stack.enter_context(serving_beside(app))


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


@pytest.fixture(scope="session")
def set_clock(api: httpx.Client) -> Callable[[datetime], None]:
    """Moves the legal time of that house."""

    def move(moment: datetime) -> None:
        api.put("/sandbox/clock", json={"now": moment.isoformat()}).raise_for_status()

    return move


@pytest.fixture(scope="session")
def claims(api: httpx.Client) -> Callable[..., dict[str, str]]:
    """Gives the headers of somebody with these claims."""

    def issue(**claims: Any) -> dict[str, str]:
        answer = api.post("/sandbox/token", json={"claims": claims}).raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    return issue


@pytest.fixture
def filing() -> dict[str, Any]:
    """The body of a request that files an appeal."""
    return {
        "kind": "application",
        "agency": "min-transport",
        "subject": "Аялдама туралы",
        "text": "Аялдаманың шатырын жөндеуді сұраймын.",
        "language": "kk",
    }

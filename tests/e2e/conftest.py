"""A whole Ashyq as people start it: a process of its own, which can be stopped, killed and started again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack import postgres

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
        return {**os.environ, "ASHYQ_DATA": str(self.data), "PORT": str(self.port)}

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
        self.kill()
        postgres.remove(self.data)
        shutil.rmtree(self.data)


@pytest.fixture
def new_installation() -> Iterator[Callable[[], Installation]]:
    """Makes places to run a whole Ashyq at; what was started there is ended with the test."""
    made: list[Installation] = []

    def make() -> Installation:
        data = Path(tempfile.mkdtemp(prefix="ashyq-e2e-"))
        data.chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        made.append(Installation(data, port))
        return made[-1]

    yield make
    for installation in made:
        installation.close()


@pytest.fixture
def installation(new_installation: Callable[[], Installation]) -> Installation:
    """A place to run a whole Ashyq at; nothing runs there yet."""
    return new_installation()


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

"""A witness over real HTTP in a folder of its own, and the log that it watches."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest

from servicekit.testing import serving
from verifier.notes import WITNESS
from verifier.signing import Signer
from witness.app import create_app
from witness.testing import SmallLog


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer.new("witness.example/w1", WITNESS)


@pytest.fixture(scope="session")
def log() -> SmallLog:
    """A log of 20 entries."""
    return SmallLog().grown(20)


@pytest.fixture
def started(
    tmp_path: Path, signer: Signer, log: SmallLog
) -> Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]:
    """Starts the witness in the test's folder, as often as the test wants."""

    @asynccontextmanager
    async def start() -> AsyncIterator[httpx.AsyncClient]:
        async with serving(create_app(tmp_path / "data", signer, [log.signer.key])) as client:
            yield client

    return start


@pytest.fixture
async def client(
    started: Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]],
) -> AsyncIterator[httpx.AsyncClient]:
    async with started() as client:
        yield client


@pytest.fixture
def running() -> Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], list[str]]]]:
    """Runs `ashyq-witness` as a process; gives it with the lines that it said until it listened, or ended."""

    @contextmanager
    def run(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
        command = [sys.executable, "-m", "witness", "--port", "0", *arguments]
        with subprocess.Popen(  # noqa: S603 - ourselves
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | environment
        ) as process:
            assert process.stdout is not None
            lines: list[str] = []
            try:
                for line in process.stdout:
                    lines.append(line.rstrip())
                    if "listens" in line:
                        break
                yield process, lines
            finally:
                process.kill()

    return run

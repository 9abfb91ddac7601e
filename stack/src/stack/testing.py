"""The pytest plugin that gives tests a real PostgreSQL server."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The administrator's URL of the server in ASHYQ_TEST_DATABASE_URL, or of an embedded one that goes with the tests.

    The embedded server keeps its promises of durability, as in real use: what the tests measure and kill is the same.
    """
    if given := os.environ.get("ASHYQ_TEST_DATABASE_URL"):
        yield given
        return
    data = Path(tempfile.mkdtemp(prefix="ashyq-tests-"))
    data.chmod(0o755)  # as root, the server's account can then keep everything in this one folder
    try:
        with postgres.running(data) as server:
            yield server.url
    finally:
        postgres.remove(data)
        shutil.rmtree(data)

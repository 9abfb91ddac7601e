"""`ashyq import` of an address into a house that runs: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

RELEASE = {"id": "1", "date": "2021-05-10T09:30:00Z", "tag": ["tender"], "initiationType": "tender"}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[str]:
    """The address of a server that gives the files of the test's folder."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def imported(house_url: str, tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Runs the command on a place, for the house."""

    def run(place: str) -> subprocess.CompletedProcess[str]:
        own = {"PORT": str(urlsplit(house_url).port), "ASHYQ_DATA": str(tmp_path / "data"), "COLUMNS": "200"}
        command = [str(Path(sys.executable).with_name("ashyq")), "import", place, "--source", "shelf"]
        return subprocess.run(  # noqa: S603 - our own command
            command, env=os.environ | own, capture_output=True, text=True, timeout=120, check=False
        )

    return run


@pytest.mark.timeout(400)  # a house may have to start first, and the command twice
def test_an_address_is_imported_and_what_is_wrong_with_it_is_told(
    shelf: str, imported: Callable[[str], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    releases = [RELEASE | {"ocid": f"ocds-abc123-{uuid4()}"} for _ in range(3)]
    (tmp_path / "package.json").write_text(json.dumps({"releases": [*releases, {}]}, indent=1))
    done = imported(f"{shelf}/package.json")
    assert (done.returncode, done.stderr) == (1, "")  # not all was kept
    assert "3 kept, 0 known already, 1 refused." in done.stdout
    assert "package.json ━" in done.stdout
    done = imported(f"{shelf}/absent.json")
    assert done.returncode == 1
    said = "the server answers 404 File not found. Look whether the address is right."
    assert f"{shelf}/absent.json: {said}" in done.stderr
    assert "Traceback" not in done.stderr

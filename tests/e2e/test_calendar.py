"""`ashyq calendar import` into a house that runs: what it would change, and what it does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
MOVED = {"off": "2027-06-08", "worked": "2027-06-12", "source": "G26G0000999"}


@pytest.fixture
def command(house_url: str, tmp_path: Path) -> Command:
    """Runs the command on a file, for the house."""

    def run(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
        own = {"PORT": str(urlsplit(house_url).port), "ASHYQ_DATA": str(tmp_path / "data"), "COLUMNS": "200"}
        command = [str(Path(sys.executable).with_name("ashyq")), "calendar", "import", str(file), *options]
        return subprocess.run(  # noqa: S603 - our own command
            command, env=os.environ | own, capture_output=True, text=True, timeout=120, check=False
        )

    return run


@pytest.mark.timeout(400)  # a house may have to start first, and the command thrice
def test_a_calendar_is_looked_at_and_then_imported_once(command: Command, house_url: str, tmp_path: Path) -> None:
    def known() -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = httpx.get(f"{house_url}/v1/calendars").raise_for_status().json()["items"]
        return listed

    newest = known()[-1]["version"]
    version = f"{newest.rpartition('.')[0]}.{int(newest.rpartition('.')[2]) + 1}"
    file = tmp_path / "calendar.json"
    file.write_text(json.dumps({"version": version, "based_on": "kz-2026.1", "swaps": [MOVED]}))
    looked = command(file, "--dry-run")
    assert (looked.returncode, looked.stderr) == (0, "")
    assert "Nothing was imported." in looked.stdout
    assert known()[-1]["version"] == newest
    done = command(file)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{version} changes these days:" in done.stdout
    assert known()[-1]["version"] == version
    again = command(file)
    assert again.returncode == 1
    assert version in again.stderr
    assert "Traceback" not in again.stderr

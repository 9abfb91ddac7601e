"""The `ashyq` command, as a process: what it prints, and what it says when something stands in its way."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joserfc import jws

from stack import postgres
from stack.personas import PERSONAS
from stack.place import Place, place_from_environment
from stack.sandbox import SandboxIssuer
from stack.serving import CannotStart

ASHYQ = Path(sys.executable).with_name("ashyq")
Ashyq = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def ashyq(data: Path) -> Ashyq:
    """Runs the command with its arguments to the end, with environment variables by name."""

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        usual = {"ASHYQ_DATA": str(data), "COLUMNS": "100", "PORT": "0"}
        inherited = {name: value for name, value in os.environ.items() if name != "ASHYQ_DATABASE_URL"}
        environment = {**inherited, **usual, **variables}
        return subprocess.run(  # noqa: S603 - our own command
            [ASHYQ, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def open_data() -> Iterator[Path]:
    """A data folder that the database's own account can enter."""
    folder = Path(tempfile.mkdtemp(prefix="ashyq-main-"))
    folder.chmod(0o755)
    yield folder
    postgres.remove(folder)
    shutil.rmtree(folder)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that failed said: one line, without a traceback."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    return line


def test_help_names_every_command(ashyq: Ashyq) -> None:
    done = ashyq("--help")
    assert done.returncode == 0
    for word in ("run", "demo", "token", "open government"):
        assert word in done.stdout


def test_a_token_is_printed_bare_and_is_the_sandboxes_own(ashyq: Ashyq, data: Path) -> None:
    done = ashyq("token", "citizen")
    assert (done.returncode, done.stderr) == (0, "")
    (token,) = done.stdout.splitlines()
    (key,) = SandboxIssuer(data / "sandbox-key.json").public_keys()["keys"]
    assert jws.extract_compact(token.encode()).headers()["kid"] == key["kid"]


def test_an_unknown_persona_is_told_who_there_is(ashyq: Ashyq) -> None:
    said = complaint(ashyq("token", "king"))
    assert "'king'" in said
    for persona in PERSONAS:
        assert persona in said


def test_a_port_that_is_none_is_said_with_a_remedy(ashyq: Ashyq) -> None:
    said = complaint(ashyq("run", PORT="abc"))
    assert said.startswith("PORT=abc is not a port.")
    assert "make run PORT=8080" in said


@pytest.mark.parametrize("port", ["-1", "65536", "80.5", "8000 8001", "²", "0x50"])
def test_only_numbers_of_ports_are_ports(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(CannotStart, match="is not a port"):
        place_from_environment()


def test_variables_that_are_empty_mean_the_usual_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "ASHYQ_DATA", "ASHYQ_DATABASE_URL", "ASHYQ_EMPTY"):
        monkeypatch.setenv(name, "")
    assert place_from_environment() == Place(Path.cwd() / ".ashyq", 8000, None, empty=False)


@pytest.mark.parametrize("command", [["run"], ["token", "citizen"]])
def test_a_data_folder_that_cannot_be_made_is_said_with_a_remedy(ashyq: Ashyq, command: list[str]) -> None:
    said = complaint(ashyq(*command, ASHYQ_DATA="/dev/null/[red]data"))
    assert said.startswith("/dev/null/[red]data cannot be used (Not a directory).")
    assert "ASHYQ_DATA=" in said


def test_a_data_folder_in_use_is_said_with_a_remedy(ashyq: Ashyq, data: Path) -> None:
    data.mkdir()
    with (data / "lock").open("a") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        said = complaint(ashyq("run"))
    assert said.startswith(f"Another Ashyq is running on {data}.")
    assert "make run PORT=8001 ASHYQ_DATA=" in said


def test_a_database_server_that_is_not_there_is_said(ashyq: Ashyq) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = ashyq("run", PORT="0", ASHYQ_DATABASE_URL=f"postgresql://ashyq:secret@127.0.0.1:{port}/postgres")
    said = complaint(done)
    assert "ASHYQ_DATABASE_URL" in said
    assert "secret" not in done.stdout + done.stderr


def test_a_port_that_is_taken_is_said_with_a_remedy_before_anything_is_made(ashyq: Ashyq, open_data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ashyq("run", PORT=str(port), ASHYQ_DATA=str(open_data))
    said = complaint(done)
    assert said.startswith(f"Port {port} is taken by another program.")
    assert "make run PORT=" in said
    assert not (open_data / "postgres").exists()


def test_a_calendar_needs_a_house_and_says_so(ashyq: Ashyq, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (tmp_path / "calendar.json").write_text("{}")
    said = complaint(ashyq("calendar", "import", str(tmp_path / "calendar.json"), PORT=str(port)))
    assert said == f"No house listens on {port}. Start one with `ashyq run`."

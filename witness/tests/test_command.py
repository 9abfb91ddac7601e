"""The command: what it says at its start, the key it keeps, and what it says when it cannot start."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from verifier.notes import LOG, WITNESS, parse_key
from verifier.signing import Signer
from witness.__main__ import app
from witness.app import from_environment
from witness.testing import SmallLog

Running = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], list[str]]]]
Fails = Callable[..., str]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fails(log: SmallLog) -> Fails:
    """Starts a witness that cannot start, for the log and as is said, and gives what it says."""

    def run(*arguments: str, **environment: str) -> str:
        given = {"ASHYQ_WITNESS_LOGS": log.signer.key.text} | environment
        result = CliRunner().invoke(app, arguments, env=given)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert result.stdout == ""
        return result.stderr

    return run


def test_the_first_lines_say_who_where_and_what(running: Running, log: SmallLog, tmp_path: Path) -> None:
    other = SmallLog(signer=Signer.new("log.example/registry", LOG))
    keys = ["--log", log.signer.key.text, "--log", other.signer.key.text]
    with running("--data", "data", "--name", "w.example/1", *keys) as (process, lines):
        witness, *rest, listens = lines
        key = parse_key(witness.removeprefix("Witness "))
        assert (key.name, key.algorithm) == ("w.example/1", WITNESS)
        assert rest == [
            f"  stores  {tmp_path / 'data'}",
            "  watches log.example/appeals",
            "  watches log.example/registry",
        ]
        address = listens.removeprefix("  listens ")
        assert httpx.get(f"{address}/key").text == f"{key.text}\n"
        answer = httpx.post(f"{address}/add-checkpoint", content=log.submission(0, 3))
        assert answer.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == -signal.SIGTERM
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()


def test_the_key_is_made_once_and_kept_for_its_owner_only(running: Running, log: SmallLog) -> None:
    said = []
    for name in ([], [], ["--name", "ashyq-witness"]):
        with running("--data", "data", "--log", log.signer.key.text, *name) as (_, lines):
            said.append(lines[0])
            assert httpx.get(f"{lines[-1].split()[-1]}/key").text == f"{lines[0].removeprefix('Witness ')}\n"
    assert len(set(said)) == 1
    file = Path("data/key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"Witness {Signer.parse(file.read_text().strip()).key.text}" == said[0]
    assert not Path("data/key.new").exists()


def test_a_key_that_is_kept_elsewhere_is_not_written_down(running: Running, log: SmallLog) -> None:
    signer = Signer.new("w.example/1", WITNESS)
    surroundings = {
        "ASHYQ_WITNESS_DATA": "data",
        "ASHYQ_WITNESS_LOGS": log.signer.key.text,
        "ASHYQ_WITNESS_KEY": signer.secret,
        "ASHYQ_WITNESS_NAME": "",
    }
    with running(**surroundings) as (_, lines):
        assert lines[0] == f"Witness {signer.key.text}"
    assert [*Path("data").iterdir()] == [Path("data/lock")]


def test_logs_are_read_from_a_file(running: Running, log: SmallLog) -> None:
    other = SmallLog(signer=Signer.new("log.example/registry", LOG))
    file = Path("logs")
    file.write_text(f"# ours\n\n{log.signer.key.text}  # the first\n  {other.signer.key.text}\n")
    with running("--logs", "logs") as (_, lines):
        assert lines[2:4] == ["  watches log.example/appeals", "  watches log.example/registry"]
    assert Path("witness-data/key").exists()


def test_one_folder_has_one_process(running: Running, log: SmallLog) -> None:
    arguments = ["--data", "data", "--log", log.signer.key.text]
    with running(*arguments) as (first, lines):
        with running(*arguments) as (second, said):
            assert second.wait(20) == 1
            assert len(said) == 1
            assert said[0].startswith(f"The folder {Path('data').absolute()} is in use by another witness.")
            assert said[0].endswith("stop that one, or give this one a folder of its own.")
        assert httpx.get(f"{lines[-1].split()[-1]}/health/live").status_code == 200
        first.kill()
        first.wait(20)
        with running(*arguments) as (_, again):
            assert again[0] == lines[0]


def test_what_stands_in_the_way_is_told(fails: Fails, log: SmallLog, signer: Signer) -> None:
    assert "No log is named" in fails(ASHYQ_WITNESS_LOGS="")
    assert "first line of /v1/journals/<service>/keys" in fails("--log", "nonsense")
    assert "is a witness's key, not a log's" in fails("--log", signer.key.text)
    assert "'w 1' cannot name a witness" in fails("--name", "w 1")
    assert "cannot be read from nowhere" in fails("--logs", "nowhere")
    assert "holds the key of a log" in fails(ASHYQ_WITNESS_KEY=log.signer.secret)
    said = fails(ASHYQ_WITNESS_KEY=signer.secret[:-3] + "AA=")
    assert "ASHYQ_WITNESS_KEY does not hold a witness's key" in said
    assert signer.secret[-20:-4] not in said
    Path("file").touch()
    assert f"The folder {Path('file').absolute()} cannot be used" in fails("--data", "file")


def test_a_key_of_another_name_is_not_renamed(fails: Fails, signer: Signer) -> None:
    Path("data").mkdir()
    Path("data/key").write_text(signer.secret)
    assert "has the name witness.example/w1, not other" in fails("--data", "data", "--name", "other")
    other = Signer.new("witness.example/w1", WITNESS)
    assert "A folder has one key for ever" in fails("--data", "data", ASHYQ_WITNESS_KEY=other.secret)


@pytest.mark.parametrize("harmed", ["", "\n", "PRIVATE+KEY+x", "\udcff"])
def test_a_damaged_key_is_not_replaced(fails: Fails, harmed: str) -> None:
    Path("data").mkdir()
    Path("data/key").write_bytes(harmed.encode(errors="surrogateescape"))
    assert str(Path("data/key").absolute()) in fails("--data", "data")
    assert Path("data/key").read_bytes() == harmed.encode(errors="surrogateescape")


def test_a_lost_key_is_not_replaced(fails: Fails, running: Running, log: SmallLog) -> None:
    with running("--data", "data", "--log", log.signer.key.text) as (_, lines):
        assert httpx.post(f"{lines[-1].split()[-1]}/add-checkpoint", content=log.submission(0, 3)).status_code == 200
    Path("data/key").unlink()
    assert "no other is made" in fails("--data", "data")
    assert not Path("data/key").exists()


def test_a_port_that_is_taken_is_told(fails: Fails) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Cannot listen at 127.0.0.1, port {port}" in fails("--port", str(port))


def test_the_help_helps() -> None:
    text = CliRunner().invoke(app, ["--help"]).stdout
    names = ("ASHYQ_WITNESS_DATA", "ASHYQ_WITNESS_LOGS", "ASHYQ_WITNESS_KEY", "ASHYQ_WITNESS_NAME", "--logs", "/keys")
    assert all(name in text for name in names)


@pytest.fixture
def served_by_uvicorn(log: SmallLog, tmp_path: Path) -> Iterator[str]:
    """The address of a witness that uvicorn makes from the environment."""
    surroundings = {"ASHYQ_WITNESS_DATA": "data", "ASHYQ_WITNESS_LOGS": log.signer.key.text, "ASHYQ_WITNESS_NAME": "w"}
    command = [sys.executable, "-m", "uvicorn", "--factory", "witness.app:from_environment", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stderr=subprocess.PIPE, text=True, env=os.environ | surroundings, cwd=tmp_path
    ) as process:
        assert process.stderr is not None
        yield next(line.split("running on ")[1].split()[0] for line in process.stderr if "running on" in line)
        process.kill()


def test_uvicorn_makes_one_from_the_environment(served_by_uvicorn: str, log: SmallLog) -> None:
    assert httpx.get(f"{served_by_uvicorn}/key").text.startswith("w+")
    answer = httpx.post(f"{served_by_uvicorn}/add-checkpoint", content=log.submission(0, 3))
    assert answer.status_code == 200
    assert httpx.get(f"{served_by_uvicorn}/latest", params={"origin": log.origin}).text == log.note(3) + answer.text


def test_the_environment_names_the_usual_folder(monkeypatch: pytest.MonkeyPatch, log: SmallLog, tmp_path: Path) -> None:
    monkeypatch.setenv("ASHYQ_WITNESS_LOGS", f"{log.signer.key.text}\n")
    for name in ("DATA", "KEY", "NAME"):
        monkeypatch.setenv(f"ASHYQ_WITNESS_{name}", "")
    from_environment()
    assert (tmp_path / "witness-data" / "key").exists()

"""The embedded server keeps what it confirmed, and starts again whatever happened to it."""

import asyncio
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from stack import postgres, postgres_programs
from stack.postgres import PostgresUnusable, Server

ROOT = os.geteuid() == 0

PROGRAM = """
import pathlib, sys, time
from stack import postgres
with postgres.running(pathlib.Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def model() -> Iterator[Path]:
    """A data folder that every account can enter, with one fact in its database."""
    yield from folder_of_a_test(0o755, prepare=lambda data: stop_with_a_fact(postgres.start(data)))


@pytest.fixture
def used_folder(model: Path) -> Iterator[Path]:
    """The same, for tests that leave the folder whole; the server is stopped before and after."""
    yield model
    postgres.stop(Server(url="", port=0, cluster=model / "postgres"))


@pytest.fixture
def copied_folder(model: Path) -> Iterator[Path]:
    """The same, for tests that spoil it."""
    yield from folder_of_a_test(0o755, prepare=lambda data: copy(model, data))


@pytest.fixture
def new_folder() -> Iterator[Path]:
    """The name of a data folder that every account will be able to enter."""
    yield from folder_of_a_test(0o755)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """The name of a data folder that only we shall be able to enter, such as one in a root home."""
    yield from folder_of_a_test(0o700)


@pytest.fixture(scope="module")
def shared(model: Path) -> Iterator[Server]:
    """A server for the tests that only look at it."""
    for data in folder_of_a_test(0o755, prepare=lambda data: copy(model, data)):
        yield postgres.start(data)


def folder_of_a_test(mode: int, *, prepare: Callable[[Path], None] = lambda _: None) -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="ashyq-test-"))
    parent.chmod(mode)
    try:
        prepare(parent / "data")
        yield parent / "data"
    finally:
        postgres.remove(parent / "data")
        shutil.rmtree(parent)


def copy(source: Path, target: Path) -> None:
    subprocess.run(["/bin/cp", "-a", source, target], check=True)  # noqa: S603 - keeps owners


def stop_with_a_fact(server: Server) -> None:
    ask(server, "CREATE TABLE fact (said text)", "INSERT INTO fact VALUES ('ашық') RETURNING said")
    postgres.stop(server)


def ask(server: Server, *statements: str) -> list[Any]:
    """Run statements in one connection; the first column of the last one's rows."""

    async def run() -> list[Any]:
        connection = await asyncpg.connect(server.url, timeout=5)
        try:
            rows = [await connection.fetch(statement) for statement in statements]
            return [row[0] for row in rows[-1]]
        finally:
            await connection.close()

    return asyncio.run(run())


def begin(server: Server, *statements: str) -> Future[list[Any]]:
    """Run statements in another thread; come back when it is seen at work."""
    future = ThreadPoolExecutor().submit(ask, server, *statements)
    others = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    while not ask(server, f"{others} AND state = 'active'"):
        time.sleep(0.01)
    return future


def answers(server: Server) -> bool:
    try:
        return ask(server, "SELECT 1") == [1]
    except (OSError, asyncpg.PostgresError):
        return False


def postmaster(server: Server) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def read(server: Server) -> list[Any]:
    return ask(server, "SELECT said FROM fact")


def test_a_new_folder_becomes_a_server_and_data_survives_a_stop(new_folder: Path) -> None:
    first = postgres.start(new_folder)
    stop_with_a_fact(first)
    assert not answers(first)
    second = postgres.start(new_folder)
    assert (second.port, second.cluster, second.adopted) == (first.port, first.cluster, False)
    assert read(second) == ["ашық"]


def test_a_stop_rolls_back_what_is_open_and_can_be_repeated(used_folder: Path) -> None:
    server = postgres.start(used_folder)
    waiting = begin(server, "BEGIN", "DELETE FROM fact", "SELECT pg_sleep(60)")
    postgres.stop(server)
    assert waiting.exception() is not None
    postgres.stop(server)
    assert read(postgres.start(used_folder)) == ["ашық"]


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes", "data_checksums"])
def test_what_is_confirmed_is_on_disk(shared: Server, setting: str) -> None:
    assert ask(shared, f"SHOW {setting}") == ["on"]


@pytest.mark.parametrize(("setting", "value"), [("listen_addresses", "127.0.0.1"), ("unix_socket_directories", "")])
def test_only_this_machine_can_connect(shared: Server, setting: str, value: str) -> None:
    assert ask(shared, f"SHOW {setting}") == [value]


def test_words_sort_and_split_alike_on_every_machine(shared: Server) -> None:
    assert ask(shared, "SHOW server_encoding") == ["UTF8"]
    assert ask(shared, "SELECT datlocale FROM pg_database WHERE datname = 'template0'") == ["C.UTF-8"]
    assert ask(shared, "SELECT lower('ӘҒҚҢӨҰҮҺІ')") == ["әғқңөұүһі"]
    assert ask(shared, "SELECT to_tsvector('simple', '«Заң» №5')::text") == ["'5':2 'заң':1"]


def test_strangers_need_the_password(shared: Server) -> None:
    for password in ("", "wrong"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(asyncpg.connect(shared.url, password=password))
    methods = ask(shared, "SELECT DISTINCT auth_method FROM pg_hba_file_rules WHERE type <> 'local'")
    assert methods == ["scram-sha-256"]


def test_the_log_keeps_no_values_of_rows(shared: Server) -> None:
    twice = "INSERT INTO person SELECT '870101300123' FROM generate_series(1, 2)"
    with pytest.raises(asyncpg.UniqueViolationError):
        ask(shared, "CREATE TABLE person (iin text UNIQUE)", twice)
    log = (shared.cluster.parent / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "870101300123" not in log


def test_files_are_ours_alone(shared: Server) -> None:
    files = [path for path in shared.cluster.parent.iterdir() if path.name != "postgres"]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {path.stat().st_uid for path in files} == {os.geteuid()}
    assert stat.S_IMODE(shared.cluster.stat().st_mode) == 0o700


def test_own_settings_win(used_folder: Path) -> None:
    server = postgres.start(used_folder, settings={"max_connections": "17", "search_path": 'a, "b\'c"'})
    assert ask(server, "SHOW max_connections") == ["17"]
    assert ask(server, "SHOW search_path") == ['a, "b\'c"']


def test_a_running_server_is_adopted(used_folder: Path) -> None:
    first = postgres.start(used_folder)
    second = postgres.start(used_folder)
    assert second.adopted
    assert (second.url, second.cluster) == (first.url, first.cluster)


def test_starts_at_the_same_time_end_with_one_server(new_folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        servers = list(pool.map(postgres.start, [new_folder] * 4))
    assert len({server.url for server in servers}) == 1
    assert sorted(server.adopted for server in servers) == [False, True, True, True]


def test_the_last_user_stops_the_server(used_folder: Path) -> None:
    with postgres.running(used_folder) as first:
        with postgres.running(used_folder) as second:
            assert second.adopted
        assert answers(first)
    assert not answers(first)


def test_a_server_left_by_a_killed_program_is_stopped_by_the_next_one(used_folder: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(used_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed:  # noqa: S603 - this very Python
        assert killed.stdout is not None
        assert killed.stdout.readline() == "\n"
        killed.kill()
    with postgres.running(used_folder) as server:
        assert server.adopted
    assert not answers(server)


def kill_postmaster(server: Server) -> None:
    os.kill(postmaster(server), signal.SIGKILL)


def kill_everything(server: Server) -> None:
    children = ask(server, "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    for pid in [postmaster(server), *children]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill_under_a_long_query(server: Server) -> None:
    begin(server, "SELECT count(*) FROM generate_series(1, 1000000000000)")  # does not look up before it ends, in hours
    kill_postmaster(server)


def kill_with_a_frozen_child(server: Server) -> None:
    [writer] = ask(server, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")
    os.kill(writer, signal.SIGSTOP)
    kill_postmaster(server)


@pytest.mark.parametrize("crash", [kill_postmaster, kill_everything, kill_under_a_long_query, kill_with_a_frozen_child])
def test_committed_data_survives_a_kill(used_folder: Path, crash: Callable[[Server], None]) -> None:
    server = postgres.start(used_folder)
    crash(server)
    again = postgres.start(used_folder)
    assert not again.adopted
    assert read(again) == ["ашық"]


def test_a_server_that_shuts_down_is_waited_for(used_folder: Path) -> None:
    server = postgres.start(used_folder)
    begin(server, "SELECT pg_sleep(1)")
    os.kill(postmaster(server), signal.SIGTERM)  # refuses new clients, and waits for those it has
    again = postgres.start(used_folder)
    assert not again.adopted
    assert read(again) == ["ашық"]


@pytest.mark.parametrize("zombie", [False, True])
def test_the_number_of_a_dead_postmaster_may_belong_to_another_process(used_folder: Path, *, zombie: bool) -> None:
    server = postgres.start(used_folder)
    file = server.cluster / "postmaster.pid"
    written, owner = file.read_text(), file.stat().st_uid
    kill_everything(server)
    stranger = subprocess.Popen(["/bin/sleep", "60"], user=owner if ROOT else None)
    try:
        if zombie:
            stranger.kill()
            os.waitid(os.P_PID, stranger.pid, os.WEXITED | os.WNOWAIT)
        file.write_text(written.replace(written.split()[0], str(stranger.pid), 1))
        assert read(postgres.start(used_folder)) == ["ашық"]
        assert zombie or stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_another_port_is_chosen_when_a_stranger_listens(used_folder: Path) -> None:
    first = postgres.start(used_folder)
    postgres.stop(first)
    with socket.create_server(("127.0.0.1", first.port)):
        second = postgres.start(used_folder)
        assert second.port != first.port
        assert read(second) == ["ашық"]
        postgres.stop(second)
    assert postgres.start(used_folder).port == second.port


def test_a_stranger_on_our_port_does_not_learn_the_password() -> None:
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as stranger, ThreadPoolExecutor(1) as pool:

        def demand_the_password() -> None:
            client, _ = stranger.accept()
            with client:
                heard.extend(client.recv(1000))
                client.sendall(b"R\0\0\0\x08\0\0\0\x03")  # AuthenticationCleartextPassword
                heard.extend(client.recv(1000))

        listening = pool.submit(demand_the_password)
        complaint = postgres._complaint(Path("/"), stranger.getsockname()[1], "secret")  # noqa: SLF001 - no other way in
        listening.result()
    assert "authentication" in complaint
    assert b"ashyq" in heard
    assert b"secret" not in heard


def test_another_major_version_is_refused(copied_folder: Path) -> None:
    (copied_folder / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(PostgresUnusable, match=r"made by PostgreSQL 15, this is 18\. Use another data folder"):
        postgres.start(copied_folder)


def test_a_folder_that_is_no_cluster_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(PostgresUnusable, match="is not a PostgreSQL cluster: remove it"):
        postgres.start(tmp_path)


def test_a_lost_password_is_said(copied_folder: Path) -> None:
    (copied_folder / "postgres.password").unlink()
    with pytest.raises(PostgresUnusable, match="is missing: put it back"):
        postgres.start(copied_folder)


def test_a_server_that_cannot_start_says_why_within_seconds(used_folder: Path) -> None:
    began = time.monotonic()
    with pytest.raises(PostgresUnusable, match=r"The last lines of .*postgres\.log:[\s\S]*nonsense"):
        postgres.start(used_folder, settings={"shared_buffers": "nonsense"})
    assert time.monotonic() - began < 15


def test_an_interrupted_initialisation_is_made_anew(new_folder: Path) -> None:
    half = new_folder / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert answers(postgres.start(new_folder))
    assert not half.exists()


def test_the_callers_environment_does_not_reach_the_server(new_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaks = {"PGPORT": "1", "PGDATA": "/nowhere", "PGHOST": "nowhere", "PGOPTIONS": "-c fsync=off", "PGUSER": "nobody"}
    for name, value in {**leaks, "PGSSLMODE": "verify-full", "PGSERVICE": "none", "LC_ALL": "nowhere"}.items():
        monkeypatch.setenv(name, value)
    server = postgres.start(new_folder)
    monkeypatch.undo()
    assert ask(server, "SHOW fsync") == ["on"]


def test_a_closed_folder_works_from_within(closed_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_folder.mkdir(mode=0o700)
    monkeypatch.chdir(closed_folder)
    server = postgres.start(Path())
    stop_with_a_fact(server)
    assert read(postgres.start(closed_folder)) == ["ашық"]
    assert (closed_folder / "postgres").resolve() == server.cluster
    assert server.cluster.is_relative_to(postgres.CLUSTERS) == ROOT
    postgres.remove(closed_folder)
    assert not server.cluster.exists()
    assert list(closed_folder.iterdir()) == []


def test_a_removed_data_folder_starts_afresh(closed_folder: Path) -> None:
    server = postgres.start(closed_folder)
    stop_with_a_fact(server)
    shutil.rmtree(closed_folder)
    fresh = postgres.start(closed_folder)
    assert ask(fresh, "SELECT count(*) FROM pg_tables WHERE tablename = 'fact'") == [0]
    if ROOT:
        [aside] = server.cluster.parent.glob(f"{server.cluster.name}.*")
        shutil.rmtree(aside)


def test_a_server_never_runs_as_root(shared: Server) -> None:
    owner = shared.cluster.stat().st_uid
    assert owner != 0
    assert Path(f"/proc/{postmaster(shared)}").stat().st_uid == owner


def test_several_may_copy_the_binaries(new_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_programs, "CACHE", new_folder / "cache")
    with ThreadPoolExecutor(3) as pool:
        programs = set(pool.map(postgres_programs.binary, ["postgres"] * 3))
    [program] = programs
    assert b"PostgreSQL) 18" in subprocess.check_output([program, "--version"])  # noqa: S603 - ours
    if ROOT:
        assert [path.name for path in (new_folder / "cache").iterdir()] == [f"postgres-{postgres_programs.version()}"]

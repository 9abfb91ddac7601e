"""What a whole Ashyq survives: kills at the worst moment, restarts, neighbours, and many writers at once."""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest

from stack.testing import whole_journal

ASHYQ = str(Path(sys.executable).with_name("ashyq"))
WRITERS = 12
WRITING_SECONDS = 5.0


class Installation(Protocol):
    """A place to run a whole Ashyq at; see conftest.py."""

    base: str
    data: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None

    def start(self, *command: str) -> None: ...
    def interrupt(self) -> str: ...
    def kill(self) -> None: ...
    def headers(self, persona: str, **more: str) -> dict[str, str]: ...


def test_ctrl_c_stops_all_and_the_data_is_found_again(installation: Installation, filing: dict[str, Any]) -> None:
    installation.start()
    filed = httpx.post(f"{installation.base}/v1/appeals", json=filing, headers=installation.headers("citizen"))
    assert filed.status_code == 201
    output = installation.interrupt()
    assert installation.base in output
    assert "/docs" in output
    assert _servers_on(installation.data) == []

    installation.start()
    found = httpx.get(f"{installation.base}{filed.headers['location']}", headers=installation.headers("citizen"))
    assert found.json() == filed.json()


def test_two_run_side_by_side_and_not_on_one_another(
    new_installation: Callable[[], Installation], filing: dict[str, Any]
) -> None:
    one, other = new_installation(), new_installation()
    one.start()
    other.start()
    httpx.post(f"{one.base}/v1/appeals", json=filing, headers=one.headers("citizen")).raise_for_status()
    assert httpx.get(f"{other.base}/v1/appeals", headers=other.headers("citizen")).json()["items"] == []

    third = subprocess.run(  # noqa: S603 - our own command
        [Path(sys.executable).with_name("ashyq"), "run"],
        env={**one.environment, "PORT": str(other.port)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert third.returncode == 1
    assert "Another Ashyq is running" in third.stderr
    assert "Traceback" not in third.stderr


def test_a_kill_between_commit_and_answer_leaves_one_appeal(installation: Installation, filing: dict[str, Any]) -> None:
    key = str(uuid.uuid4())
    installation.start(sys.executable, str(Path(__file__).with_name("dies_after_commit.py")))
    headers = installation.headers("citizen", **{"Idempotency-Key": key})
    (installation.data / "die-after-commit").touch()
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{installation.base}/v1/appeals", json=filing, headers=headers)
    installation.kill()

    installation.start()
    again = httpx.post(f"{installation.base}/v1/appeals", json=filing, headers=headers)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    mine = httpx.get(f"{installation.base}/v1/appeals", headers=installation.headers("citizen")).json()["items"]
    assert [appeal["id"] for appeal in mine] == [again.json()["id"]]


def test_nothing_acknowledged_is_lost_by_a_kill(installation: Installation, filing: dict[str, Any]) -> None:
    installation.start()
    headers = installation.headers("citizen")
    acknowledged: list[str] = []

    def file_until_it_dies() -> None:
        with httpx.Client(base_url=installation.base) as client:
            while True:
                try:
                    answer = client.post("/v1/appeals", json=filing, headers=headers)
                except httpx.TransportError:
                    return
                if answer.status_code == 503:  # the database was killed first
                    return
                assert answer.status_code == 201
                acknowledged.append(answer.headers["location"])

    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(file_until_it_dies) for _ in range(4)]
        time.sleep(1.0)
        _kill_servers_on(installation.data)
        installation.kill()
        for each in running:
            each.result()
    assert acknowledged

    installation.start()
    with httpx.Client(base_url=installation.base, headers=installation.headers("citizen")) as client:
        for address in acknowledged:
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("workers", ["1", "2"])
def test_twelve_writers_are_read_in_order_with_nothing_missed(
    installation: Installation, filing: dict[str, Any], workers: str
) -> None:
    installation.start(ASHYQ, "run", "--workers", workers)
    written, read = _write_and_follow(installation, filing)
    assert len(written) > WRITERS
    assert len({entry["id"] for entry in read}) == len(read) == 2 * len(written)
    steps: dict[str, list[tuple[int, str]]] = {appeal: [] for appeal in written}
    for entry in read:
        steps[entry["object"]["id"]].append((entry["object"]["version"], entry["event"]))
    assert all(each == [(1, "appeal.registered"), (2, "appeal.withdrawn")] for each in steps.values())


def test_workers_share_the_port_and_end_together(installation: Installation) -> None:
    installation.start(ASHYQ, "run", "--workers", "2")
    assert installation.process is not None
    _, worker = _children_of(installation.process.pid)  # the first keeps the witness running
    deadline = time.monotonic() + 30
    while len(_answering(installation)) < 2:
        assert time.monotonic() < deadline, "only one of them answers"
    os.kill(worker, signal.SIGKILL)
    output, _ = installation.process.communicate(timeout=30)
    assert installation.process.returncode == 1
    assert "A worker has ended unasked" in output.decode()

    installation.start(ASHYQ, "run", "--workers", "2")
    installation.interrupt()


def test_workers_do_not_outlive_the_process_that_started_them(installation: Installation) -> None:
    installation.start(ASHYQ, "run", "--workers", "2")
    installation.kill()
    installation.start()  # the port and the data folder are free again
    installation.interrupt()


def _children_of(pid: int) -> list[int]:
    """The processes that a process has started and that run our code; its database was started by another."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _answering(installation: Installation) -> set[int]:
    """The processes that hold the other ends of some new connections."""
    assert installation.process is not None
    pids = [installation.process.pid, *_children_of(installation.process.pid)]
    before = {pid: _sockets_of(pid) for pid in pids}
    clients = [httpx.Client(base_url=installation.base) for _ in range(12)]
    try:
        for client in clients:
            client.get("/health/live").raise_for_status()
        return {pid for pid in pids if _sockets_of(pid) - before[pid]}
    finally:
        for client in clients:
            client.close()


def _sockets_of(pid: int) -> set[str]:
    ends = (str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink())
    return {end for end in ends if end.startswith("socket:")}


def _write_and_follow(installation: Installation, filing: dict[str, Any]) -> tuple[set[str], list[dict[str, Any]]]:
    """What twelve writers wrote, and what one reader read meanwhile, going on from its last cursor."""
    headers = installation.headers("citizen")
    written: set[str] = set()
    done = threading.Event()

    def write() -> None:
        with httpx.Client(base_url=installation.base, headers=headers) as client:
            while not done.is_set():
                filed = client.post("/v1/appeals", json=filing).raise_for_status().json()
                written.add(filed["id"])
                client.post(f"/v1/appeals/{filed['id']}/withdrawal", json={}).raise_for_status()

    read: list[dict[str, Any]] = []

    def follow(client: httpx.Client) -> None:
        address = "/v1/journals/appeals/entries?limit=200"
        after = f"&after={read[-1]['index']}" if read else ""
        read.extend(client.get(address + after).raise_for_status().json()["items"])

    with ThreadPoolExecutor(WRITERS) as pool, httpx.Client(base_url=installation.base) as client:
        writers = [pool.submit(write) for _ in range(WRITERS)]
        ends = time.monotonic() + WRITING_SECONDS
        while time.monotonic() < ends:
            follow(client)
        done.set()
        for each in writers:
            each.result()
        whole = whole_journal(client, "appeals", lambda entries: len(entries) >= 2 * len(written))
        while len(read) < len(whole):
            follow(client)
    assert read == whole
    return written, read


def _servers_on(data: Path) -> list[int]:
    """The PostgreSQL processes that work in a data folder."""
    cluster = (data / "postgres").resolve()
    return [
        int(process.name)
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and _works_in(process, cluster)
    ]


def _works_in(process: Path, cluster: Path) -> bool:
    try:
        return (process / "cwd").readlink() == cluster
    except OSError:
        return False


def _kill_servers_on(data: Path) -> None:
    servers = _servers_on(data)
    assert servers, "no PostgreSQL is running there"
    subprocess.run(["/bin/kill", "-9", *map(str, servers)], check=False)  # noqa: S603 - the processes of this very test

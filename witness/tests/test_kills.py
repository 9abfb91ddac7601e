"""Whatever instant a witness is killed at: what it ever cosigned is one story, and that story goes on."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from verifier.notes import Key, parse_checkpoint, parse_key, parse_note, signature_by
from witness.testing import SmallLog

Cosigned = tuple[int, int, str]
"""Which branch, at which size, and the line of the cosignature."""

# For each line, a number and a folder, a fresh witness is forked off. It is killed instead of its n-th touch of the
# disk, or never if the number is 0; then the line `ended` follows.
NURSERY = """
import os, signal, sys
from witness.__main__ import main

def kill_at(count):
    def counting(real):
        def call(*args, **named):
            nonlocal count
            count -= 1
            if count == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **named)
        return call
    for name in ("open", "fsync", "replace"):
        setattr(os, name, counting(getattr(os, name)))

for line in sys.stdin:
    count, folder, key = line.split()
    child = os.fork()
    if child == 0:
        kill_at(int(count))
        sys.argv[1:] = ["--data", folder, "--port", "0", "--log", key]
        main()
        sys.exit()
    print("began", child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


@dataclass
class Nursery:
    """A process that forks witnesses off."""

    process: subprocess.Popen[str]
    witness: int = field(default=0)

    def begin(self, folder: Path, log: SmallLog, *, kill_at: int = 0) -> str | None:
        """Begin a witness, and return its address, or None where it was killed before it had one."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{kill_at} {folder} {log.signer.key.text}\n")
        self.process.stdin.flush()
        for words in self._said():
            if words[0] == "began":
                self.witness = int(words[1])
            if words[0] == "listens":
                return words[1]
        self.witness = 0
        return None

    def kill(self) -> None:
        """Kill the witness, which lives, and wait until it is dead."""
        os.kill(self.witness, signal.SIGKILL)
        self.wait()

    def wait(self) -> None:
        """Wait until the witness is dead."""
        for _ in self._said():
            pass
        self.witness = 0

    def _said(self) -> Iterator[list[str]]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "ended\n":
                return
            if words := line.split():
                yield words


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", NURSERY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        nursery = Nursery(process)
        try:
            yield nursery
        finally:
            if nursery.witness:
                os.kill(nursery.witness, signal.SIGKILL)
            process.kill()


@contextmanager
def talking(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client


def add(client: httpx.Client, body: bytes) -> httpx.Response:
    return client.post("/add-checkpoint", content=body)


def test_a_kill_at_any_touch_of_the_disk(nursery: Nursery, tmp_path: Path, log: SmallLog) -> None:
    touch, finished = 0, False
    told_when_killed: set[int] = set()
    while not finished:
        touch += 1
        folder = tmp_path / str(touch)
        address = nursery.begin(folder, log, kill_at=touch)
        cosigned: list[tuple[int, str]] = []
        if address is not None:
            cosigned, finished = until_killed(address, log)
            (nursery.kill if finished else nursery.wait)()
        told_when_killed.add(len(cosigned))
        address = nursery.begin(folder, log)
        assert address is not None
        with talking(address) as client:
            goes_on(client, log, cosigned)
        nursery.kill()
    # 3 to make and lock the folder, 5 for the key, 3 to open; 10 to keep the first checkpoint, 5 for each other one.
    assert touch == 3 + 5 + 3 + 10 + 5 + 5 + 1
    assert told_when_killed == {0, 1, 2, 3}


def until_killed(address: str, log: SmallLog) -> tuple[list[tuple[int, str]], bool]:
    """Let the log grow while the witness lives; what was cosigned, and whether it lived to the end."""
    cosigned: list[tuple[int, str]] = []
    with talking(address) as client:
        for old, size in [(0, 3), (3, 5), (5, 12)]:
            try:
                answer = add(client, log.submission(old, size))
            except httpx.TransportError:
                return cosigned, False
            assert answer.status_code == 200
            cosigned.append((size, answer.text))
    return cosigned, True


def goes_on(client: httpx.Client, log: SmallLog, cosigned: list[tuple[int, str]]) -> None:
    """Check that a witness that was started again knows what it cosigned, refuses another story, and goes on."""
    key = parse_key(client.get("/key").text.strip())
    assert all(time_of(log.note(size) + line, key) for size, line in cosigned)
    last = max((size for size, _ in cosigned), default=0)
    latest = client.get("/latest", params={"origin": log.origin})
    known = 0 if latest.status_code == 404 else parse_checkpoint(parse_note(latest.text).text).size
    assert known >= last
    assert known == 0 or latest.text.startswith(log.note(known))
    for size in {known, last} - {0}:
        forged = log.rewritten(size - 1)
        assert add(client, forged.submission(size, size)).status_code == 409
        assert add(client, forged.submission(known, 20)).status_code == 422
    assert add(client, log.submission(known, 20)).status_code == 200


def time_of(note: str, key: Key) -> int | None:
    found = signature_by(parse_note(note), key)
    assert found is not None
    return found.time


@pytest.mark.parametrize("seed", range(2))
def test_kills_at_random_instants_under_load(nursery: Nursery, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    log = SmallLog().grown(1500)
    branches = [log, *(log.rewritten(first, by=f"branch {first} of") for first in (0, 3, 40, 150, 400))]
    cosigned: list[Cosigned] = []
    keys: set[str] = set()
    for _ in range(7):
        address = nursery.begin(tmp_path, log)
        assert address is not None
        with talking(address) as client:
            keys.add(client.get("/key").text.strip())
            latest = told_latest(client, log)
        assert latest >= max((size for _, size, _ in cosigned), default=0)
        before = len(cosigned)
        with ThreadPoolExecutor(4) as pool:
            for _ in range(4):
                pool.submit(load, address, branches, cosigned, random.Random(chance.random()))  # noqa: S311
            while len(cosigned) < before + 5:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.3))
            nursery.kill()
    assert len(keys) == 1
    one_story(branches, cosigned, parse_key(keys.pop()))


def told_latest(client: httpx.Client, log: SmallLog) -> int:
    answer = client.get("/latest", params={"origin": log.origin})
    return 0 if answer.status_code == 404 else parse_checkpoint(parse_note(answer.text).text).size


def load(address: str, branches: list[SmallLog], cosigned: list[Cosigned], chance: random.Random) -> None:
    """Ask for one thing and another until the witness is dead, and note down what was cosigned."""
    old = 0
    with talking(address) as client, suppress(httpx.TransportError):
        while True:
            branch = chance.randrange(len(branches))
            size = min(old + chance.randint(0, 2), 1500)
            answer = add(client, branches[branch].submission(old, size))
            if answer.status_code == 200:
                cosigned.append((branch, size, answer.text))
                old = size
            elif answer.status_code == 409:
                old = int(answer.text)


def one_story(branches: list[SmallLog], cosigned: list[Cosigned], key: Key) -> None:
    whole, longest, _ = max(cosigned, key=lambda one: one[1])
    leaves = branches[whole].leaves[:longest]
    assert all(branches[branch].leaves[:size] == leaves[:size] for branch, size, _ in cosigned)
    times = sorted((size, time_of(branches[branch].note(size) + line, key)) for branch, size, line in cosigned)
    assert [at for _, at in times] == sorted(at for _, at in times if at is not None)

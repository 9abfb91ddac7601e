"""A sealer may be killed at any step: another goes on, and nothing that anybody has seen was ever otherwise."""

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from servicekit.sealing import Sealer
from servicekit.witnesses import Witness
from stack.testing import TestDatabase
from verifier.notes import LOG, WITNESS, Key
from verifier.signing import Signer

from .conftest import Journal, OverheardWitness

PROGRAM = Path(__file__).with_name("killed_sealer.py")
MOMENTS = ("before", "during", "after")
WHAT_A_TURN_DOES = [
    *(
        "BEGIN ISOLATION",
        "GET /latest",
        "BEGIN;",
        "SELECT pg_try_advisory_xact_lock",
        "WITH known",
        "INSERT INTO nodes",
    ),
    *("sign", "INSERT INTO checkpoints", "COMMIT;", "POST /add-checkpoint", "INSERT INTO cosignatures", "ROLLBACK;"),
]
# Each time a node of the tree is completed, too.
ENTRIES = 260
_WHOLE = """
SELECT (SELECT count(*) FROM leaves) = (SELECT coalesce(max(size), 0) FROM checkpoints)
   AND (SELECT count(*) FROM nodes WHERE level = 1) = (SELECT count(*) / 256 FROM leaves)
"""


class Sealers:
    """Processes that seal, each for one turn or for a part of it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def turn(self, log: Signer, step: int = 0, moment: str = "before") -> list[str] | None:
        """The steps of a turn; None of one whose process was killed at a step. Steps are counted from 1."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{log.secret} {step} {moment}\n".encode())
        answer = (await self._process.stdout.readline()).decode()
        assert answer not in {"", "failed\n"}
        return None if answer == "killed\n" else json.loads(answer)


@pytest.fixture
def logs() -> list[Signer]:
    """Journals enough for one to begin anew for each step."""
    return [Signer.new(f"tests.example/journal-{number}", LOG) for number in range(90)]


@pytest.fixture
def overheard(tmp_path: Path, logs: list[Signer]) -> OverheardWitness:
    signer = Signer.new("witness.example/w1", WITNESS)
    return OverheardWitness(tmp_path / "witness", signer, *(log.key for log in logs))


@pytest.fixture
async def sealers(own_database: TestDatabase, witness: Witness) -> AsyncIterator[Sealers]:
    arguments = [sys.executable, str(PROGRAM), own_database.url, str(witness.client.base_url), witness.key.text]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*arguments, stdin=pipe, stdout=pipe)
    yield Sealers(process)
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


async def judge(journal: Journal, log: Key, overheard: OverheardWitness) -> None:
    """Nothing that was cosigned is not in the database, where all checkpoints are of one history."""
    checkpoints = await journal.checkpoints(log)
    cosigned = [each for each in overheard.checkpoints if each.origin == log.name]
    assert set(cosigned) <= set(checkpoints)
    assert cosigned[-1] == checkpoints[-1]
    assert [each.size for each in cosigned] == sorted(each.size for each in cosigned)


async def test_a_sealer_that_is_killed_at_any_step_leaves_a_journal_that_goes_on(
    own_journal: Journal, logs: list[Signer], witness: Witness, overheard: OverheardWitness, sealers: Sealers
) -> None:
    journal, log = own_journal, logs[0]
    await journal.enter()
    assert await sealers.turn(log) is not None
    await journal.enter(ENTRIES)
    steps = await sealers.turn(log)
    assert steps is not None
    for told in WHAT_A_TURN_DOES:
        assert [step for step in steps if step.startswith(told)], told
    for step in range(1, len(steps) + 1):
        for moment in MOMENTS:
            await journal.enter(ENTRIES)
            assert await sealers.turn(log, step, moment) is None
            assert await journal.admin.fetchval(_WHOLE)
            await journal.seal(Sealer(log, witness))
    assert await sealers.turn(log, len(steps) + 1) is not None
    await judge(journal, log.key, overheard)
    assert len(await journal.sealed()) == 1 + ENTRIES * (1 + len(MOMENTS) * len(steps))


async def test_a_sealer_that_is_killed_at_any_step_of_the_first_turn_leaves_a_journal_that_goes_on(
    own_journal: Journal, logs: list[Signer], witness: Witness, overheard: OverheardWitness, sealers: Sealers
) -> None:
    journal, ended, step = own_journal, False, 0
    unused = iter(logs)
    while not ended:
        step += 1
        for moment in MOMENTS:
            log = next(unused)
            await journal.empty()
            await journal.enter(3)
            ended = await sealers.turn(log, step, moment) is not None
            assert await journal.admin.fetchval(_WHOLE)
            await journal.seal(Sealer(log, witness))
            await judge(journal, log.key, overheard)
            assert len(await journal.sealed()) == 3
    assert step > 15


async def test_sealers_that_are_killed_one_behind_the_other_leave_a_journal_that_goes_on(
    own_journal: Journal, logs: list[Signer], witness: Witness, overheard: OverheardWitness, sealers: Sealers
) -> None:
    """No other has cleared up when the next is killed, and what they may have left adds up."""
    journal, log = own_journal, logs[0]
    chance = random.Random(1)  # noqa: S311 - a repeatable mixture, no secret
    killed = entered = 0
    for _ in range(60):
        count = chance.choice([0, 1, 300])
        await journal.enter(count)
        entered += count
        killed += await sealers.turn(log, chance.randrange(1, 26), chance.choice(MOMENTS)) is None
        assert await journal.admin.fetchval(_WHOLE)
    await journal.seal(Sealer(log, witness))
    await judge(journal, log.key, overheard)
    assert len(await journal.sealed()) == entered
    assert killed > 30

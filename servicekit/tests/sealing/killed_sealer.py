"""Seals a journal, one process a turn, and each process kills itself at the step of its turn that it is told.

A line on the standard input is a turn: the journal's key, a step, and `before`, `during` or `after`. The answer is a
line, too: `killed`, or the steps of a turn that came to its end. Nothing of the product is another but that its steps
are counted: each statement that is sent, each request to the witness, the signature. The processes are forked from one
that has imported everything, for there are many.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
from asyncpg.pool import PoolConnectionProxy

from servicekit.database import Database
from servicekit.journal import commit_entries
from servicekit.sealing import Sealer
from servicekit.witnesses import Witness, reaching
from verifier.notes import parse_key
from verifier.signing import Signer

DATABASE, WITNESS, WITNESS_KEY = sys.argv[1:]
steps: list[str] = []
last = (0, "")


def pass_by(moment: str) -> None:
    if (len(steps), moment) == last:
        os.kill(os.getpid(), signal.SIGKILL)


def counted(call: Callable[..., Any], told: Callable[..., str]) -> Callable[..., Any]:
    """The same call, as a step."""

    async def take(*arguments: Any, **named: Any) -> Any:
        steps.append(told(*arguments))
        pass_by("before")
        doing = asyncio.ensure_future(call(*arguments, **named))
        if last == (len(steps), "during"):
            await asyncio.wait([doing], timeout=0.001)
            pass_by("during")
        done = await doing
        pass_by("after")
        return done

    return take


def count_steps() -> None:
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        setattr(PoolConnectionProxy, name, counted(getattr(PoolConnectionProxy, name), lambda _, sql, *__: sql[:60]))
    # Not through the proxy go a transaction's begin and its end.
    asyncpg.Connection.execute = counted(asyncpg.Connection.execute, lambda _, sql, *__: sql[:60])
    httpx.AsyncClient.request = counted(  # type: ignore[method-assign]
        httpx.AsyncClient.request, lambda _, method, path: f"{method} {path}"
    )
    sign = Signer.sign

    def sign_as_a_step(signer: Signer, text: str) -> str:
        steps.append("sign")
        pass_by("before")
        pass_by("during")
        line = sign(signer, text)
        pass_by("after")
        return line

    Signer.sign = sign_as_a_step  # type: ignore[method-assign,assignment]


async def take_a_turn(key: str) -> None:
    async with Database(DATABASE, pool_size=2, name="killed", before_commit=commit_entries) as database, client:
        sealer = Sealer(Signer.parse(key), Witness(client, parse_key(WITNESS_KEY)))
        await sealer.run(database, {}, datetime.now(UTC))


def live(key: str) -> None:
    """A process of its own."""
    try:
        asyncio.run(take_a_turn(key))
        os.write(answers, f"{json.dumps(steps)}\n".encode())
        os._exit(0)
    except BaseException:  # noqa: BLE001 - nothing of the parent may go on here
        traceback.print_exc()
        os._exit(1)


client = reaching(WITNESS)  # made once, for that takes longer than a turn
answers = os.dup(1)
os.dup2(2, 1)  # what is logged is no answer
count_steps()
for line in sys.stdin:
    key, step, moment = line.split()
    last = (int(step), moment)
    child = os.fork()
    if child == 0:
        live(key)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or os.WEXITSTATUS(status):
        os.write(answers, b"killed\n" if os.WIFSIGNALED(status) else b"failed\n")

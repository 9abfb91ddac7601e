"""Periodic work that finds what is due and does it: by state, not by schedule, so nothing is missed after a pause."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import structlog
from sqlalchemy import BigInteger, bindparam, func, select

from servicekit.clock import Clock
from servicekit.database import Database, Query, Reading, Writing
from servicekit.database_failures import DatabaseBusy, DatabaseUnavailable
from servicekit.metrics import Metrics

_log = structlog.get_logger("sweeps")


@dataclass(frozen=True, slots=True)
class Sweep:
    """A kind of periodic work.

    `batch` deals with some of what is due, in the transaction given, and says how many; 0 means nothing is left.
    `waiting` says for how long the oldest case that is due has waited; zero when none waits. Several processes may do a
    batch of a sweep `together` at once: it locks the cases that it takes, and passes by those that are locked.
    """

    name: str
    batch: Callable[[Writing, datetime], Awaitable[int]]
    waiting: Callable[[Reading, datetime], Awaitable[timedelta]]
    together: bool = False


@dataclass(frozen=True, slots=True)
class Errand:
    """Periodic work that must ask others, which no transaction may wait for.

    `run` is given the database and the neighbours by name. It opens transactions of its own, none around a call, and
    guards each change by the state that it saw, for two processes may be on the same errand. It says how many cases it
    dealt with; 0 means that nothing is left, or that nothing can be done now. `waiting` is as in `Sweep`. Its turns
    come as often as those of the others, or `every` so often.
    """

    name: str
    run: Callable[[Database, Mapping[str, httpx.AsyncClient], datetime], Awaitable[int]]
    waiting: Callable[[Reading, datetime], Awaitable[timedelta]]
    every: timedelta | None = None


class Sweeper:
    """Runs the sweeps of a service; of several processes, one at a time does a batch, or each does where they may."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        metrics: Metrics,
        sweeps: Sequence[Sweep | Errand],
        neighbours: Mapping[str, httpx.AsyncClient] = {},
    ) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._sweeps = sweeps
        self._neighbours = neighbours

    async def run(self) -> dict[str, int]:
        """Do all that is due now; how many cases each sweep dealt with."""
        return {sweep.name: await self._sweep(sweep) for sweep in self._sweeps}

    async def run_forever(self, every: timedelta) -> None:
        """Sweep again and again, each kind for itself, so that a slow errand holds up no other.

        A database that is away is waited for.
        """
        await asyncio.gather(*(self._repeat(sweep, every) for sweep in self._sweeps))

    async def _repeat(self, sweep: Sweep | Errand, every: timedelta) -> None:
        if isinstance(sweep, Errand) and sweep.every is not None:
            every = sweep.every
        while True:
            await self._try(sweep)
            await asyncio.sleep(every.total_seconds())

    async def _try(self, sweep: Sweep | Errand) -> None:
        try:
            await self._sweep(sweep)
        except (DatabaseUnavailable, DatabaseBusy) as error:
            _log.warning("sweep postponed", sweep=sweep.name, reason=type(error).__name__)
        except Exception:  # noqa: BLE001 - a sweep that fails must not end its later turns, nor hold up the others
            _log.exception("sweep failed", sweep=sweep.name)

    async def _sweep(self, sweep: Sweep | Errand) -> int:
        done = 0
        while (handled := await self._batch(sweep)) > 0:
            done += handled
        async with self._database.read() as reading:
            waiting = await sweep.waiting(reading, self._clock.now())
        self._metrics.swept(sweep.name, done=done, oldest_due_seconds=waiting.total_seconds())
        return done

    async def _batch(self, sweep: Sweep | Errand) -> int:
        if isinstance(sweep, Errand):
            return await sweep.run(self._database, self._neighbours, self._clock.now())
        async with self._database.write() as writing:
            if not sweep.together and not await writing.value(TRY_LOCK, key=lock_number(sweep.name)):
                return 0
            return await sweep.batch(writing, self._clock.now())


def lock_number(name: str) -> int:
    """The number of the lock that the sweep of this name holds."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


TRY_LOCK = Query(select(func.pg_try_advisory_xact_lock(bindparam("key", type_=BigInteger))))

"""Changes of one statement each, sent together when several wait.

A commit costs a round trip and a write to the disk, however much it commits. While one group is under way the next
gathers, so that under load many changes share that cost, and a lone change waits for nobody.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import asyncpg

from servicekit.database_failures import DatabaseUnavailable, translated

_ACQUIRE_SECONDS = 5.0
# With one, what waits for a lock would hold up all others; with many, groups would stay small.
_GROUPS_UNDERWAY = 2
_LARGEST_GROUP = 64

_Change: TypeAlias = tuple[Sequence[Any], asyncio.Future[None]]


@dataclass(slots=True)
class _Lane:
    """The changes by one statement: those that wait, and who sends them."""

    waiting: list[_Change] = field(default_factory=list)
    senders: set[asyncio.Task[None]] = field(default_factory=set)


class GroupCommit:
    """Commits statements that need no transaction around them; `pool` gives the connections."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._lanes: defaultdict[str, _Lane] = defaultdict(_Lane)

    async def execute(self, sql: str, arguments: Sequence[Any]) -> None:
        """Execute a statement and commit it; others may commit with it, but none can make it fail.

        Raises:
            DatabaseUnavailable: whether it was committed is then not known.
            DatabaseBusy: it was given up.
        """
        lane = self._lanes[sql]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        lane.waiting.append((arguments, done))
        if len(lane.senders) < _GROUPS_UNDERWAY:
            sender = asyncio.create_task(self._send(sql, lane))
            lane.senders.add(sender)
        await done

    async def _send(self, sql: str, lane: _Lane) -> None:
        try:
            while lane.waiting:
                group = [change for change in lane.waiting[:_LARGEST_GROUP] if not change[1].done()]
                del lane.waiting[:_LARGEST_GROUP]
                await self._send_group(sql, group)
        finally:
            # At once, not when the loop comes to tell of the task's end: what comes between would wait for nobody.
            lane.senders.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _send_group(self, sql: str, group: list[_Change]) -> None:
        try:
            await self._commit(sql, group)
        except BaseException as error:
            _fail(group, error)
            if not isinstance(error, Exception):
                raise

    async def _commit(self, sql: str, group: list[_Change]) -> None:
        with translated(None):
            # Not the pool's own timeout, which makes a task for each connection that it hands out.
            async with asyncio.timeout(_ACQUIRE_SECONDS):
                connection = await self._pool.acquire()
        try:
            if len(group) > 1 and await _together(connection, sql, group):
                return
            for change in group:
                await _alone(connection, sql, change)
        finally:
            await self._pool.release(connection)


async def _together(connection: asyncpg.Connection, sql: str, group: list[_Change]) -> bool:
    """Commit all changes or none; False when one of them cannot be made, so that each must be tried alone."""
    try:
        with translated(connection):
            await connection.executemany(sql, [arguments for arguments, _ in group])
    except DatabaseUnavailable:
        raise
    except Exception:  # noqa: BLE001 - whoever's fault it is will be told when tried alone
        return False
    for _, done in group:
        _settle(done)
    return True


async def _alone(connection: asyncpg.Connection, sql: str, change: _Change) -> None:
    arguments, done = change
    try:
        with translated(connection):
            await connection.execute(sql, *arguments)
    except Exception as error:  # noqa: BLE001 - it is handed to the one who waits
        _settle(done, error)
    else:
        _settle(done)


def _fail(group: list[_Change], error: BaseException) -> None:
    for _, done in group:
        _settle(done, error if isinstance(error, Exception) else DatabaseUnavailable(type(error).__name__))


def _settle(done: asyncio.Future[None], error: Exception | None = None) -> None:
    """Tell the one who waits, who may have gone away meanwhile."""
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)

"""What appeals need done as time passes: the term that ends without an answer."""

from datetime import datetime, time, timedelta

from appeals.commands import expire_appeals, oldest_expired
from servicekit.database import Reading, Writing
from servicekit.sweeps import Sweep
from statute.deadlines import ALMATY, local

_BATCH = 200


async def _expire(writing: Writing, now: datetime) -> int:
    return await expire_appeals(writing, now=now, limit=_BATCH)


async def _waiting(reading: Reading, now: datetime) -> timedelta:
    oldest = await oldest_expired(reading, today=local(now).date())
    if oldest is None:
        return timedelta()
    return now - datetime.combine(oldest + timedelta(days=1), time(), ALMATY)


SWEEPS = (Sweep("expire-appeals", _expire, _waiting),)

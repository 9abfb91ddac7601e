"""What the registry needs done as time passes: the opening that does not come in time is put on record."""

from datetime import datetime, time, timedelta

from registry.commands.overdue import oldest_unopened, record_overdue_openings
from servicekit.database import Reading, Writing
from servicekit.sweeps import Sweep
from statute.deadlines import ALMATY, local

_BATCH = 200


async def _record(writing: Writing, now: datetime) -> int:
    return await record_overdue_openings(writing, now=now, limit=_BATCH)


async def _waiting(reading: Reading, now: datetime) -> timedelta:
    oldest = await oldest_unopened(reading, today=local(now).date())
    if oldest is None:
        return timedelta()
    return now - datetime.combine(oldest + timedelta(days=1), time(), ALMATY)


SWEEPS = (Sweep("record-overdue-openings", _record, _waiting),)

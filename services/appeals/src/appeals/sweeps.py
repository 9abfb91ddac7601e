"""What appeals need done as time passes: terms end unanswered, days for a correction pass, what happened is counted."""

from datetime import date, datetime, time, timedelta

from appeals.commands.charging import lapse_defects, oldest_lapsed
from appeals.commands.counting import count_appeals, oldest_uncounted
from appeals.commands.ending import expire_appeals, oldest_expired
from servicekit.database import Reading, Writing
from servicekit.sweeps import Sweep
from statute.deadlines import ALMATY, local

_BATCH = 200
_ENTRIES = 5000


async def _expire(writing: Writing, now: datetime) -> int:
    return await expire_appeals(writing, now=now, limit=_BATCH)


async def _expiry_waits(reading: Reading, now: datetime) -> timedelta:
    return _since(await oldest_expired(reading, today=local(now).date()), now)


async def _lapse(writing: Writing, now: datetime) -> int:
    return await lapse_defects(writing, now=now, limit=_BATCH)


async def _lapse_waits(reading: Reading, now: datetime) -> timedelta:
    return _since(await oldest_lapsed(reading, today=local(now).date()), now)


async def _count(writing: Writing, _: datetime) -> int:
    return await count_appeals(writing, limit=_ENTRIES)


def _since(last_day: date | None, now: datetime) -> timedelta:
    """How long what was due on a day has waited since that day's end."""
    if last_day is None:
        return timedelta()
    return now - datetime.combine(last_day + timedelta(days=1), time(), ALMATY)


# The lapse first: a body's term that goes on with it may be over already.
SWEEPS = (
    Sweep("lapse-defects", _lapse, _lapse_waits),
    Sweep("expire-appeals", _expire, _expiry_waits),
    Sweep("count-appeals", _count, oldest_uncounted),
)

"""What drafts need done as time passes: discussions that end, and answers that did not come."""

from datetime import date, datetime, time, timedelta

from legal_acts.commands import close_discussions, oldest_ended, oldest_overdue, record_overdue
from servicekit.database import Reading, Writing
from servicekit.sweeps import Sweep
from statute.deadlines import ALMATY, local

_BATCH = 200


async def _close(writing: Writing, now: datetime) -> int:
    return await close_discussions(writing, now=now, limit=_BATCH)


async def _open_too_long(reading: Reading, now: datetime) -> timedelta:
    return _since(await oldest_ended(reading, today=local(now).date()), now)


async def _record(writing: Writing, now: datetime) -> int:
    return await record_overdue(writing, now=now, limit=_BATCH)


async def _unrecorded(reading: Reading, now: datetime) -> timedelta:
    return _since(await oldest_overdue(reading, today=local(now).date()), now)


def _since(last_day: date | None, now: datetime) -> timedelta:
    """For how long something has waited whose last day was this."""
    if last_day is None:
        return timedelta()
    return now - datetime.combine(last_day + timedelta(days=1), time(), ALMATY)


SWEEPS = (
    Sweep("close-discussions", _close, _open_too_long),
    Sweep("record-overdue-answers", _record, _unrecorded),
)

"""What appeals need done as time passes: terms are warned of and end, defects lapse, what happened is counted."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import httpx

from appeals.clients import Scanner
from appeals.commands.attaching import (
    forget_unfinished,
    oldest_quarantined,
    oldest_unfinished,
    scan_next,
)
from appeals.commands.charging import lapse_defects, oldest_lapsed
from appeals.commands.counting import count_appeals, oldest_uncounted
from appeals.commands.ending import expire_appeals, oldest_expired
from appeals.commands.warning import oldest_unwarned, warn_appeals
from appeals.domain.clocks import WARNING
from appeals.domain.warning import ends_soon_from
from servicekit.database import Database, Reading, Writing
from servicekit.sweeps import Errand, Sweep
from statute.calendars import Week, calendar
from statute.deadlines import ALMATY, local
from statute.rules import rules_on

_BATCH = 500
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


async def _forget(writing: Writing, _: datetime) -> int:
    return await forget_unfinished(writing, limit=_BATCH)


async def _unfinished_waits(reading: Reading, _: datetime) -> timedelta:
    return await oldest_unfinished(reading)


async def _warn(writing: Writing, now: datetime) -> int:
    return await warn_appeals(writing, now=now, limit=_BATCH)


async def _warning_waits(reading: Reading, now: datetime) -> timedelta:
    today = local(now).date()
    ends = await oldest_unwarned(reading, today=today)
    if ends is None:
        return timedelta()
    term = rules_on(today).rule(WARNING).term
    first = ends_soon_from(ends, term, calendar().version, Week.FIVE)
    return _since(min(first, today) - timedelta(days=1), now)


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
    Sweep("forget-unfinished-files", _forget, _unfinished_waits),
    Sweep("warn-appeals", _warn, _warning_waits),
)


def scanning(scanner: Scanner) -> Errand:
    """The errand that has files scanned, one after the other."""

    async def run(database: Database, _: Mapping[str, httpx.AsyncClient], now: datetime) -> int:
        return await scan_next(database, scanner, now=now)

    async def waiting(reading: Reading, _: datetime) -> timedelta:
        return await oldest_quarantined(reading)

    return Errand("scan-attachments", run, waiting)

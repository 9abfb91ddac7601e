"""What appeals need done as time passes: terms are warned of and end, calendars change, what happened is counted."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import ParamSpec, TypeVar

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
from appeals.commands.recalculating import recalculate_deadlines, waits_for_recalculation
from appeals.commands.recalculating_complaints import complaints_wait, recalculate_complaints
from appeals.commands.reviewing import expire_reviews, oldest_uncorrected, oldest_unreviewed, pass_up_complaints
from appeals.commands.warning import oldest_unwarned, warn_appeals
from appeals.domain.clocks import WARNING
from appeals.domain.warning import ends_soon_from
from appeals.queries.calendars import know_calendars
from servicekit.database import Database, Reading, Writing
from servicekit.sweeps import Errand, Sweep
from statute.calendars import Calendars, Week, calendar, holding
from statute.deadlines import ALMATY, local
from statute.rules import rules_on

_BATCH = 500
_ENTRIES = 5000
_Asked = ParamSpec("_Asked")
_Told = TypeVar("_Told")


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


async def _pass_up(writing: Writing, now: datetime) -> int:
    return await pass_up_complaints(writing, now=now, limit=_BATCH)


async def _passing_up_waits(reading: Reading, now: datetime) -> timedelta:
    return _since(await oldest_uncorrected(reading, today=local(now).date()), now)


async def _expire_reviews(writing: Writing, now: datetime) -> int:
    return await expire_reviews(writing, now=now, limit=_BATCH)


async def _reviews_wait(reading: Reading, now: datetime) -> timedelta:
    return _since(await oldest_unreviewed(reading, today=local(now).date()), now)


def _since(last_day: date | None, now: datetime) -> timedelta:
    """How long what was due on a day has waited since that day's end."""
    if last_day is None:
        return timedelta()
    return now - datetime.combine(last_day + timedelta(days=1), time(), ALMATY)


async def _recalculate(writing: Writing, now: datetime) -> int:
    return await recalculate_deadlines(writing, now=now, limit=_BATCH)


async def _recalculation_waits(reading: Reading, now: datetime) -> timedelta:
    return await waits_for_recalculation(reading, now=now)


async def _recalculate_complaints(writing: Writing, now: datetime) -> int:
    return await recalculate_complaints(writing, now=now, limit=_BATCH)


async def _complaints_wait(reading: Reading, now: datetime) -> timedelta:
    return await complaints_wait(reading, now=now)


async def _read_calendars(database: Database, _: object, __: datetime) -> int:
    async with database.read() as reading:
        return await know_calendars(reading)


async def _nothing_waits(_: Reading, __: datetime) -> timedelta:
    return timedelta()


def with_calendars(sweep: Sweep | Errand, calendars: Calendars) -> Sweep | Errand:
    """Periodic work that counts by these calendars, and knows all that were imported before it begins a batch."""
    if isinstance(sweep, Errand):
        return replace(sweep, run=_within(sweep.run, calendars))

    async def batch(writing: Writing, now: datetime) -> int:
        await know_calendars(writing)
        return await sweep.batch(writing, now)

    return replace(sweep, batch=_within(batch, calendars), waiting=_within(sweep.waiting, calendars))


def _within(work: Callable[_Asked, Awaitable[_Told]], calendars: Calendars) -> Callable[_Asked, Awaitable[_Told]]:
    async def held(*arguments: _Asked.args, **named: _Asked.kwargs) -> _Told:
        with holding(calendars):
            return await work(*arguments, **named)

    return held


# The lapse first: a body's term that goes on with it may be over already.
SWEEPS: tuple[Sweep | Errand, ...] = (
    Errand("read-calendars", _read_calendars, _nothing_waits),
    Sweep("lapse-defects", _lapse, _lapse_waits),
    Sweep("expire-appeals", _expire, _expiry_waits, together=True),
    Sweep("count-appeals", _count, oldest_uncounted),
    Sweep("forget-unfinished-files", _forget, _unfinished_waits),
    Sweep("warn-appeals", _warn, _warning_waits),
    Sweep("recompute-deadlines", _recalculate, _recalculation_waits),
    Sweep("recompute-complaints", _recalculate_complaints, _complaints_wait),
    Sweep("pass-up-complaints", _pass_up, _passing_up_waits),
    Sweep("end-reviews", _expire_reviews, _reviews_wait),
)


def scanning(scanner: Scanner) -> Errand:
    """The errand that has files scanned, one after the other."""

    async def run(database: Database, _: Mapping[str, httpx.AsyncClient], now: datetime) -> int:
        return await scan_next(database, scanner, now=now)

    async def waiting(reading: Reading, _: datetime) -> timedelta:
        return await oldest_quarantined(reading)

    return Errand("scan-attachments", run, waiting)

"""Notices on their way: each queued delivery is tried until it has arrived, or cannot, at least once and under one id.

Attempts, patience and pauses go by real time, whatever legal time it is. A delivery is taken by moving its next
attempt beyond the time that this one may last: who dies meanwhile leaves it to the next.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Integer, Interval, Update, Uuid, bindparam, func, literal_column, null, select, update

from servicekit.channels import Channel, Message, Undeliverable, Unreachable
from servicekit.database import Database, Query, Reading, Row
from servicekit.languages import LANGUAGES
from servicekit.metrics import Metrics
from servicekit.sweeps import Errand
from servicekit.tables import deliveries, notices

_TOGETHER = 16
_PATIENCE_SECONDS = 15.0
_LEASE = timedelta(minutes=1)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=6)
# With the pauses above, a channel may be away for more than a day.
MOST_ATTEMPTS = 14
# In what somebody is told of whom we do not know what they read: both languages in which the state speaks.
_USUAL_LANGUAGES = ("kk", "ru")

_log = structlog.get_logger("notices")


def delivering(channels: Mapping[str, Channel], metrics: Metrics) -> Errand:
    """The errand that delivers notices by these channels, and counts what becomes of them."""

    async def run(database: Database, _: object, __: datetime) -> int:
        async with database.write() as writing:
            claimed = await writing.all(_CLAIM, lease=_LEASE, limit=_TOGETHER)
        ended = await asyncio.gather(
            *(_deliver(database, channels.get(row["channel"]), row, metrics) for row in claimed), return_exceptions=True
        )
        for error in ended:
            if error is not None:
                raise error
        return len(claimed)

    return Errand("deliver-notices", run, _oldest_due)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts in vain: each time twice as long, up to a limit."""
    return min(_FIRST_PAUSE * 2.0 ** (attempts - 1), _LONGEST_PAUSE)


async def _deliver(database: Database, channel: Channel | None, row: Row, metrics: Metrics) -> None:
    """Try once, and record what came of it."""
    state, failure = await _try(channel, row)
    about = {"of": row["notice"], "by": row["channel"], "seen": row["attempts"]}
    async with database.write() as writing:
        await writing.run(_RECORD[state], **about, reason=failure, pause=pause_after(row["attempts"]))
    metrics.delivered(row["channel"], state)
    if failure is not None:
        _log.info("notice not delivered", notice=str(row["notice"]), channel=row["channel"], reason=failure)


async def _try(channel: Channel | None, row: Row) -> tuple[str, str | None]:
    """The delivery's state after an attempt, and what was in the way."""
    if channel is None:
        return "failed", "no-channel"
    if row["attempts"] > MOST_ATTEMPTS:
        return "failed", "interrupted"
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await channel.deliver(_message(row))
    except Undeliverable as error:
        return "failed", str(error)
    except Unreachable as error:
        failure = str(error)
    except TimeoutError:
        failure = "timeout"
    except Exception as error:  # noqa: BLE001 - a mistake of ours: later, and only its kind is told, for it may quote the address
        failure = type(error).__name__
    else:
        return "delivered", None
    return "queued" if row["attempts"] < MOST_ATTEMPTS else "failed", failure


def _message(row: Row) -> Message:
    return Message(
        id=row["notice"],
        at=row["at"],
        event=row["event"],
        about={"kind": row["object_kind"], "id": str(row["object_id"])},
        address=row["address"],
        title=row["title"],
        text=row["text"],
        languages=(row["language"],) if row["language"] in LANGUAGES else _USUAL_LANGUAGES,
    )


async def _oldest_due(reading: Reading, _: datetime) -> timedelta:
    waited: timedelta | None = await reading.value(_WAITED)
    return waited or timedelta()


_is_due = (deliveries.c.state == literal_column("'queued'"), deliveries.c.try_at <= func.now())
_due = (
    select(deliveries.c.notice, deliveries.c.channel)
    .where(*_is_due)
    .order_by(deliveries.c.try_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = Query(
    update(deliveries)
    .where(deliveries.c.notice == _due.c.notice, deliveries.c.channel == _due.c.channel)
    .where(notices.c.id == _due.c.notice)
    .values(attempts=deliveries.c.attempts + 1, try_at=func.now() + bindparam("lease", type_=Interval))
    .returning(
        *(deliveries.c[name] for name in ("notice", "channel", "address", "language", "attempts")),
        *(notices.c[name] for name in ("at", "event", "object_kind", "object_id", "title", "text")),
    )
)
_WAITED = Query(select(func.now() - func.min(deliveries.c.try_at)).where(*_is_due))


def _recording(**values: Any) -> Update:
    return (
        update(deliveries)
        .where(deliveries.c.notice == bindparam("of", type_=Uuid), deliveries.c.channel == bindparam("by"))
        .where(deliveries.c.state == literal_column("'queued'"))
        .values(**values)
    )


_last_attempt = deliveries.c.attempts == bindparam("seen", type_=Integer)
_RECORD = {
    # What has arrived has arrived, even if somebody else thought this attempt dead and began another.
    "delivered": Query(_recording(state="delivered", delivered_at=func.now(), address=null(), failure=null())),
    "failed": Query(_recording(state="failed", address=null(), failure=bindparam("reason")).where(_last_attempt)),
    "queued": Query(
        _recording(try_at=func.now() + bindparam("pause", type_=Interval), failure=bindparam("reason")).where(
            _last_attempt
        )
    ),
}

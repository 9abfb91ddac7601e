"""The opening of bids when their deadline has passed; it waits for nobody."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import DateTime, Integer, bindparam, func, literal_column, select

from procurement.commands.changing import inserting, updating
from procurement.domain import bid, tender
from procurement.domain.bars import declared_in
from procurement.queries.sealing import Seal, SealBroken, Unsealed
from procurement.tables import affiliations, bids, tenders
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.steps import change, changing

_log = structlog.get_logger("opening")


async def open_tenders(writing: Writing, seal: Seal, *, now: datetime, limit: int) -> int:
    """Open the bids of tenders whose deadline has passed; how many tenders.

    A tender with a bid that cannot be read stays as it is, for whoever holds the key to look at: neither is the bid
    thrown away nor the others opened without it.
    """
    opened = 0
    for row in await writing.all(_DUE, now=now, limit=limit):
        sealed = await writing.all(_SEALED, tender=row["id"])
        try:
            contents = {each["id"]: seal.open(each["id"], each["sealed"]) for each in sealed}
        except SealBroken:
            _log.error("a bid cannot be read", tender=row["number"])
            continue
        await _open(writing, row, sealed, contents, now)
        opened += 1
    return opened


async def waiting_to_open(reading: Reading, now: datetime) -> timedelta:
    """For how long the oldest deadline has passed without an opening."""
    oldest = await reading.value(_OLDEST, now=now)
    return timedelta() if oldest is None else now - oldest


async def _open(
    writing: Writing, row: Row, sealed: list[Row], contents: Mapping[UUID, Unsealed], now: datetime
) -> None:
    edge = tender.transition(tender.Status(row["status"]), tender.Action.OPENING)
    new = await change(writing, _OPEN, row, edge.target, opened_at=now)
    told = [_opened(each, contents[each["id"]]) for each in sealed]
    if told:
        await writing.run(_OPEN_BIDS, rows=told)
    await _put_down_affiliates(writing, sealed, contents, now)
    for each, content in zip(sealed, contents.values(), strict=True):
        _record(writing, each, content, now)
    public = {"bids": len(sealed)}
    record(writing, edge.event, Object("tender", new["id"], new["version"]), at=now, role="system", public=public)


async def _put_down_affiliates(
    writing: Writing, sealed: list[Row], contents: Mapping[UUID, Unsealed], now: datetime
) -> None:
    """Keep who declared to be affiliated with whom; who did so before stays as it is."""
    rows = {
        (each["party_id"], scheme, number): {
            "party_id": str(each["party_id"]),
            "scheme": scheme,
            "number": number,
            "bid_id": str(each["id"]),
            "declared_at": now.isoformat(),
        }
        for each in sealed
        if (declared := declared_in(contents[each["id"]].content)) is not None
        for scheme, number in sorted(declared.affiliates)
    }
    if rows:
        await writing.run(_AFFILIATE, rows=list(rows.values()))


def _opened(row: Row, unsealed: Unsealed) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "version": row["version"] + 1,
        "status": bid.transition(bid.Status(row["status"]), bid.Action.OPENING).target,
        "content": unsealed.content,
        "salt": unsealed.salt,
    }


def _record(writing: Writing, row: Row, unsealed: Unsealed, now: datetime) -> None:
    """The price is public from now on, and the salt with which the commitment to the whole bid can be checked."""
    record(
        writing,
        bid.transition(bid.Status(row["status"]), bid.Action.OPENING).event,
        Object("bid", row["id"], row["version"] + 1),
        at=now,
        role="system",
        public={
            "tender": str(row["tender_id"]),
            "lot": str(row["lot_id"]),
            "price": unsealed.content["price"],
            "commitment": row["commitment"],
            "salt": unsealed.salt,
        },
    )


_due = (
    tenders.c.status == literal_column("'published'"),
    tenders.c.bids_until <= bindparam("now", type_=DateTime(timezone=True)),
)
_DUE = Query(
    select(*tenders.c)
    .where(*_due)
    .order_by(tenders.c.bids_until)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_OLDEST = Query(select(func.min(tenders.c.bids_until)).where(*_due))
_SEALED = Query(
    select(*bids.c).where(bids.c.tender_id == bindparam("tender"), bids.c.status == "sealed").order_by(bids.c.id)
)
_OPEN = changing(tenders, "opened_at")
_AFFILIATE = inserting(affiliations, unless_there=True)
_OPEN_BIDS = updating(bids, "version", "status", "content", "salt")

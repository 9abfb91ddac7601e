"""What the protocols of a tender are drawn up from: its opening, and every result of every lot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, literal_column, select, union_all

from procurement.domain.clocks import RESULTS, Clock, read_clocks
from procurement.domain.complaint import REVISION_STEP
from procurement.queries.clocks import law_of
from procurement.tables import bids, complaints, lots, parties, protocols
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound
from servicekit.tables import journal


@dataclass(frozen=True, slots=True)
class Record:
    """A tender's opened bids, its results in the order of its lots and revisions, and the journal entries of each act.

    `clocks` are the terms of the results by the id of the protocol; `entries` are by lot and
    revision, and by the tender and 0 for its opening.
    """

    bids: Sequence[Row]
    results: Sequence[Row]
    clocks: dict[UUID, Clock]
    entries: dict[tuple[UUID, int], UUID]


async def read_record(reading: Reading, tender: Row, *, today: date) -> Record:
    """What is on record of a tender whose bids are open.

    Raises:
        NotFound: they are not yet.
    """
    if tender["opened_at"] is None:
        raise NotFound
    opened = await reading.all(_BIDS, tender=tender["id"])
    results = await reading.all(_RESULTS, tender=tender["id"])
    acts = await reading.all(_ACTS, tender=tender["id"])
    return Record(
        bids=opened,
        results=results,
        clocks={each["id"]: _clock(each, tender, today) for each in results},
        entries={(each["object_id"], each["object_version"]): each["id"] for each in acts},
    )


def _clock(result: Row, tender: Row, today: date) -> Clock:
    moments: dict[str, Any] = {"opened": tender["opened_at"], "evaluated": result["made_at"]}
    step = RESULTS
    if result["complaint_id"] is not None:
        moments, step = {"ordered": result["decided_at"], "revised": result["made_at"]}, REVISION_STEP
    [clock] = read_clocks([step], moments, law_of(tender), today=today)
    return clock


_BIDS = Query(
    select(*bids.c, parties.c.scheme, parties.c.number, parties.c.name)
    .join(parties, parties.c.id == bids.c.party_id)
    .where(bids.c.tender_id == bindparam("tender"), bids.c.content.is_not(None))
    .order_by(bids.c.received_at, bids.c.id)
)
_RESULTS = Query(
    select(*protocols.c, lots.c.position, complaints.c.decided_at, complaints.c.orders)
    .join(lots, lots.c.id == protocols.c.lot_id)
    .outerjoin(complaints, complaints.c.id == protocols.c.complaint_id)
    .where(protocols.c.tender_id == bindparam("tender"))
    .order_by(lots.c.position, protocols.c.revision)
)
# A lot is evaluated once for each revision, which its entry has as its version; a tender is opened once.
_about_lots = (
    select(journal.c.object_id, journal.c.object_version, journal.c.id)
    .join(lots, lots.c.id == journal.c.object_id)
    .where(lots.c.tender_id == bindparam("tender"), journal.c.event == literal_column("'lot.evaluated'"))
)
_about_tender = select(journal.c.object_id, literal_column("0"), journal.c.id).where(
    journal.c.object_id == bindparam("tender"), journal.c.event == literal_column("'tender.opened'")
)
_ACTS = Query(union_all(_about_lots, _about_tender))

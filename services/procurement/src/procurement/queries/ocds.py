"""Questions about open data: releases, records, and what every process comes to.

`compiled_releases` is what red flags are reckoned from: in batch by keyset, or of the processes that changed.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Select, Text, Uuid, any_, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from procurement.domain.ocds import TOLD
from procurement.domain.ocds.parts import Act, Json, Process
from procurement.tables import (
    awards,
    bids,
    comments,
    complaints,
    contracts,
    lots,
    parties,
    plan_items,
    processes,
    releases,
    tenders,
)
from servicekit.bulk import CopyOf
from servicekit.database import Query, Reading
from servicekit.permissions import NotFound
from servicekit.tables import journal, leaves

_BATCH = 500


async def compiled_releases(
    reading: Reading, *, ocids: Collection[str] | None = None, source: str | None = None
) -> AsyncIterator[Json]:
    """The compiled release of each process (an OCDS release as a dict, its tag `compiled`), by ocid.

    Args:
        reading: the transaction; all are of its one snapshot.
        ocids: only these processes; without it all, in batches by keyset, so that memory stays small.
        source: only those of a source, as `ashyq` for our own.
    """
    if ocids is not None:
        for row in await reading.all(_COMPILED_OF, ocids=list(ocids)):
            if source is None or row["source"] == source:
                yield row["compiled"]
        return
    after = ""
    while page := await reading.all(_compiled_after(sourced=source is not None), **_given(after, source)):
        for row in page:
            yield row["compiled"]
        after = page[-1]["ocid"]


async def compiled_since(reading: Reading, position: int, *, limit: int) -> list[tuple[int, Json]]:
    """The processes that changed after a position, oldest change first: the position of each, and what it comes to.

    Begin with 0 and go on behind the last position: each process comes again whenever it has changed, and none is
    missed, since positions are given out under one lock.
    """
    rows = await reading.all(_CHANGED, after=position, limit=limit)
    return [(row["position"], row["compiled"]) for row in rows]


async def list_releases(
    reading: Reading, wanted: Mapping[str, Any], *, after: int, limit: int
) -> tuple[list[bytes], int | None]:
    """Releases as JSON texts in the order in which they were put down, and where to go on if there are more.

    `wanted` may have `since` (a moment), `ocid`, `buyer` (the id that the party has in releases) and `source`.
    """
    rows = await reading.all(_listing(frozenset(wanted)), **wanted, after=after, limit=limit + 1)
    shown = rows[:limit]
    return [row["content"].encode() for row in shown], shown[-1]["position"] if len(rows) > limit else None


def all_releases(wanted: Mapping[str, Any], *, after: int) -> CopyOf:
    """All releases behind a position, as `list_releases` gives them, for PostgreSQL to write as lines."""
    return CopyOf(_whole(frozenset(wanted)), {**wanted, "after": after})


async def read_record(reading: Reading, ocid: str) -> tuple[list[Json], Json]:
    """All releases of a process in their order, and its compiled release.

    Raises:
        NotFound: there are none.
    """
    row = await reading.one(_COMPILED_OF, ocids=[ocid])
    if row is None:
        raise NotFound
    return await releases_of(reading, ocid), row["compiled"]


async def releases_of(reading: Reading, ocid: str) -> list[Json]:
    """All releases of a process, in the order in which they were put down."""
    return [row["content"] for row in await reading.all(_OF_PROCESS, ocid=ocid)]


async def acts_to_tell(reading: Reading, *, limit: int) -> list[tuple[UUID, Act]]:
    """The acts that may say something to the public and that no release tells of yet, each with its tender.

    They are those behind the last that was told of, in the order of the journal, once they are sealed in it.
    """
    rows = await reading.all(_ACTS, told=list(TOLD), limit=limit)
    return [
        (row["tender"], Act(row["id"], row["index"], row["event"], row["object_id"], row["at"], row["public"]))
        for row in rows
        if row["tender"] is not None
    ]


async def waiting_to_publish(reading: Reading, now: datetime) -> timedelta:
    """For how long the first act has waited that no release tells of yet."""
    acts = await acts_to_tell(reading, limit=1)
    return now - acts[0][1].at if acts else timedelta()


async def processes_of(reading: Reading, tender_ids: Collection[UUID]) -> dict[UUID, Process]:
    """The tenders with all that hangs on them."""
    ids = list(tender_ids)
    found = {name: await reading.all(query, ids=ids) for name, query in _PARTS.items()}
    return {
        row["id"]: Process(
            tender=row,
            **{name: [each for each in rows if each["of_tender"] == row["id"]] for name, rows in found.items()},
        )
        for row in await reading.all(_TENDERS, ids=ids)
    }


def _given(after: str, source: str | None) -> dict[str, str]:
    return {"after": after} if source is None else {"after": after, "source": source}


@lru_cache(maxsize=32)
def _listing(given: frozenset[str]) -> Query:
    """The statement for one combination of filters, compiled when it first occurs."""
    statement = _behind(select(releases.c.position, _CONTENT), given)
    return Query(statement.limit(bindparam("limit", type_=Integer)))


@lru_cache(maxsize=32)
def _whole(given: frozenset[str]) -> Query:
    return Query(_behind(select(_CONTENT), given))


def _behind(statement: Select[Any], given: frozenset[str]) -> Select[Any]:
    table = releases.c
    conditions = {
        "since": table.date >= bindparam("since"),
        **{name: table[name] == bindparam(name) for name in ("ocid", "buyer", "source")},
    }
    statement = statement.where(*(conditions[name] for name in sorted(given)))
    return statement.where(table.position > bindparam("after", type_=BigInteger)).order_by(table.position)


@lru_cache(maxsize=2)
def _compiled_after(*, sourced: bool) -> Query:
    statement = select(processes.c.ocid, processes.c.compiled).where(processes.c.ocid > bindparam("after"))
    if sourced:
        statement = statement.where(processes.c.source == bindparam("source"))
    return Query(statement.order_by(processes.c.ocid).limit(literal_column(str(_BATCH))))


_CONTENT = cast(releases.c.content, Text).label("content")
_COMPILED_OF = Query(
    select(processes.c.ocid, processes.c.source, processes.c.compiled)
    .where(processes.c.ocid == any_(bindparam("ocids", type_=ARRAY(Text))))
    .order_by(processes.c.ocid)
)
_CHANGED = Query(
    select(processes.c.position, processes.c.compiled)
    .where(processes.c.position > bindparam("after", type_=BigInteger))
    .order_by(processes.c.position)
    .limit(bindparam("limit", type_=Integer))
)
_OF_PROCESS = Query(
    select(releases.c.content).where(releases.c.ocid == bindparam("ocid")).order_by(releases.c.position)
)
_complained = awards.alias("complained")
_last_told = select(func.coalesce(func.max(releases.c.entry), literal_column("-1"))).scalar_subquery()
_ACTS = Query(
    select(
        leaves.c.index,
        *(journal.c[name] for name in ("id", "event", "object_id", "at", "public")),
        func.coalesce(
            tenders.c.id,
            comments.c.tender_id,
            awards.c.tender_id,
            _complained.c.tender_id,
            contracts.c.tender_id,
        ).label("tender"),
    )
    .select_from(
        leaves.join(journal, (journal.c.transaction == leaves.c.transaction) & (journal.c.id == leaves.c.entry))
        .outerjoin(tenders, tenders.c.id == journal.c.object_id)
        .outerjoin(comments, comments.c.id == journal.c.object_id)
        .outerjoin(awards, awards.c.id == journal.c.object_id)
        .outerjoin(complaints, complaints.c.id == journal.c.object_id)
        .outerjoin(_complained, _complained.c.id == complaints.c.award_id)
        .outerjoin(contracts, contracts.c.id == journal.c.object_id)
    )
    .where(leaves.c.index > _last_told, journal.c.event == any_(bindparam("told", type_=ARRAY(Text))))
    .order_by(leaves.c.index)
    .limit(bindparam("limit", type_=Integer))
)
_ids = any_(bindparam("ids", type_=ARRAY(Uuid)))
_TENDERS = Query(select(*tenders.c).where(tenders.c.id == _ids))
_PARTS = {
    "lots": Query(
        select(*lots.c, lots.c.tender_id.label("of_tender")).where(lots.c.tender_id == _ids).order_by(lots.c.position)
    ),
    "bids": Query(
        select(*bids.c, parties.c.scheme, parties.c.number, parties.c.name, bids.c.tender_id.label("of_tender"))
        .join(parties, parties.c.id == bids.c.party_id)
        .where(bids.c.tender_id == _ids, bids.c.content.is_not(None))
        .order_by(bids.c.id)
    ),
    "awards": Query(
        select(*awards.c, awards.c.tender_id.label("of_tender")).where(awards.c.tender_id == _ids).order_by(awards.c.id)
    ),
    "complaints": Query(
        select(*complaints.c, awards.c.tender_id.label("of_tender"))
        .join(awards, awards.c.id == complaints.c.award_id)
        .where(awards.c.tender_id == _ids)
        .order_by(complaints.c.id)
    ),
    "contracts": Query(
        select(*contracts.c, contracts.c.tender_id.label("of_tender"))
        .where(contracts.c.tender_id == _ids)
        .order_by(contracts.c.id)
    ),
    "comments": Query(
        select(*comments.c, parties.c.scheme, parties.c.number, parties.c.name, comments.c.tender_id.label("of_tender"))
        .join(parties, parties.c.id == comments.c.party_id)
        .where(comments.c.tender_id == _ids)
        .order_by(comments.c.id)
    ),
    "plan_items": Query(
        select(*plan_items.c, lots.c.tender_id.label("of_tender"))
        .join(lots, lots.c.plan_item_id == plan_items.c.id)
        .where(lots.c.tender_id == _ids)
        .order_by(lots.c.position)
    ),
}

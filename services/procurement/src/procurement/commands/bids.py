"""What a supplier does with a bid before the deadline: submit it, replace it, withdraw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from uuid_utils.compat import uuid7

from procurement.domain.bid import LATE, Action, DebtorCheck, Status, is_sound, transition
from procurement.domain.errors import BidsClosed, BidsNotYetOpen, Debtor, UnknownLot
from procurement.domain.tender import Status as TenderStatus
from procurement.permissions import PERMISSIONS, SIGHT, bidder_of
from procurement.queries.bids import bid_on
from procurement.queries.sealing import Seal
from procurement.tables import bids, lots, parties, tenders
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object, RecordedRefusal, record
from servicekit.permissions import NotFound
from servicekit.steps import change, changing
from statute.deadlines import local
from statute.procedures import NotAllowedNow

_KIND = "bid"


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A bid as its supplier sends it; `debtor_check` is what the registry said beforehand."""

    tender: UUID
    lot: UUID
    content: Mapping[str, Any]
    debtor_check: DebtorCheck


class LateBid(BidsClosed, RecordedRefusal):
    """A bid that came when the tender takes none any more: that it came, and when, is entered in the journal.

    `instance` is where the receipt of that is. Who sent it is for the sender alone.
    """

    def __init__(self, bids_until: datetime, sent: "Submission", supplier: tuple[str, str], at: datetime) -> None:
        super().__init__(bids_until)
        self._id, self._sent, self._supplier, self._at = uuid7(), sent, supplier, at
        self.instance = f"/v1/bids/{self._id}/receipt"

    def enter(self, writing: Writing) -> None:
        record(
            writing,
            LATE,
            Object(_KIND, self._id, 1),
            at=self._at,
            role="supplier",
            public={"tender": str(self._sent.tender), "lot": str(self._sent.lot)},
            private={"supplier": {"scheme": self._supplier[0], "id": self._supplier[1]}},
            owner=self._supplier,
        )


async def submit_bid(
    writing: Writing, caller: Caller, sent: Submission, seal: Seal, *, now: datetime
) -> dict[str, Any]:
    """Take a bid for a lot, in the place of the supplier's earlier one.

    Raises:
        PartyUnknown: the caller's token names no number, or one that nobody can have.
        NotFound, NotAllowedNow: as `_taking_bids`.
        LateBid: the deadline has passed.
        UnknownLot: the lot is not of this tender.
        Debtor: the registry said so.
        ChangedMeanwhile: another bid of the same supplier came at the same moment.
    """
    role = PERMISSIONS.require("submit_bid", caller, "", sight=SIGHT)
    if caller.party is None or not is_sound(*caller.party):
        raise PartyUnknown
    closed = await _taking_bids(writing, sent.tender, now)
    if await writing.value(_LOT, lot=sent.lot, tender=sent.tender) is None:
        raise UnknownLot
    if closed is not None:
        raise LateBid(closed, sent, caller.party, now)
    if sent.debtor_check is DebtorCheck.DEBTOR:
        raise Debtor
    scheme, number = caller.party
    # The supplier's row is locked until the end, so that bids of one supplier come one after the other.
    party = await party_of(writing, caller)
    before = await bid_on(writing, caller, sent.lot)
    edge = transition(None if before is None else Status(before["status"]), Action.SUBMISSION)
    bid_id = uuid7() if before is None else before["id"]
    sealed = seal.close(bid_id, sent.content)
    values = {
        "synthetic": caller.synthetic,
        "received_at": now,
        "debtor_check": sent.debtor_check,
        "commitment": sealed.commitment,
        "sealed": sealed.sealed,
    }
    if before is None:
        place = {"id": bid_id, "version": 1, "tender_id": sent.tender, "lot_id": sent.lot, "party_id": party}
        await writing.run(_SUBMIT, **place, **values, status=edge.target)
        row: Mapping[str, Any] = place | values | {"status": edge.target}
    else:
        row = await change(writing, _REPLACE, before, edge.target, **values)
    record(
        writing,
        edge.event,
        Object(_KIND, bid_id, row["version"]),
        at=now,
        role=role,
        public={"tender": str(sent.tender), "lot": str(sent.lot), "commitment": sealed.commitment},
    )
    return {**row, "scheme": scheme, "number": number, "name": caller.name}


async def party_of(writing: Writing, caller: Caller) -> UUID:
    """The supplier that the caller is, known by this id to the public; new ones are put down. Locks it until the end.

    Raises:
        PartyUnknown: the caller's token names no number.
    """
    if caller.party is None:
        raise PartyUnknown
    scheme, number = caller.party
    party: UUID = await writing.value(_PARTY, id=uuid7(), scheme=scheme, number=number, name=caller.name)
    return party


async def withdraw_bid(writing: Writing, caller: Caller, row: Row, *, now: datetime) -> dict[str, Any]:
    """Take a bid back before the deadline; the supplier may submit another.

    Raises:
        NotFound, Forbidden: the bid is not the caller's to withdraw.
        BidsClosed: the deadline has passed.
        NotAllowedNow: as `_taking_bids`, or it is withdrawn already.
        ChangedMeanwhile: it was changed since it was read.
    """
    role = PERMISSIONS.require("withdraw_bid", caller, bidder_of(row, caller), sight=SIGHT)
    closed = await _taking_bids(writing, row["tender_id"], now)
    if closed is not None:
        raise BidsClosed(closed)
    edge = transition(Status(row["status"]), Action.WITHDRAWAL)
    new = await change(writing, _WITHDRAW, row, edge.target)
    public = {"tender": str(new["tender_id"]), "lot": str(new["lot_id"])}
    record(writing, edge.event, Object(_KIND, new["id"], new["version"]), at=now, role=role, public=public)
    return {**new, **{name: row[name] for name in ("scheme", "number", "name")}}


async def _taking_bids(writing: Writing, tender_id: UUID, now: datetime) -> datetime | None:
    """Hold a tender to where it is until the transaction ends, so that no bid slips in behind the opening.

    Returns:
        The deadline, if it has passed; None while bids are taken.

    Raises:
        NotFound: there is no such tender, or it is not published.
        NotAllowedNow: the tender is cancelled.
        BidsNotYetOpen: it was discussed, and bids are taken from tomorrow on.
    """
    tender = await writing.one(_TENDER, id=tender_id)
    if tender is None or tender["published_at"] is None:
        raise NotFound
    if tender["status"] == TenderStatus.CANCELLED:
        raise NotAllowedNow(action="bids", status=tender["status"], allowed_actions=())
    if tender["status"] != TenderStatus.PUBLISHED or now >= tender["bids_until"]:
        return local(tender["bids_until"])
    if tender["bids_from"] is not None and now < tender["bids_from"]:
        raise BidsNotYetOpen(local(tender["bids_from"]))
    return None


_TENDER = Query(
    select(tenders.c.status, tenders.c.published_at, tenders.c.bids_from, tenders.c.bids_until)
    .where(tenders.c.id == bindparam("id"))
    .with_for_update(read=True)
)
_LOT = Query(select(lots.c.id).where(lots.c.id == bindparam("lot"), lots.c.tender_id == bindparam("tender")))
_new_party = upsert(parties).values({name: bindparam(name) for name in parties.c.keys()})  # noqa: SIM118
_PARTY = Query(
    _new_party.on_conflict_do_update(constraint="parties_number", set_={"name": _new_party.excluded.name}).returning(
        parties.c.id
    )
)
_OFFERED = ("synthetic", "received_at", "debtor_check", "commitment", "sealed")
_SUBMIT = Query(
    insert(bids).values(
        {name: bindparam(name) for name in ("id", "version", "tender_id", "lot_id", "party_id", "status", *_OFFERED)}
    )
)
_REPLACE = changing(bids, *_OFFERED)
_WITHDRAW = changing(bids)

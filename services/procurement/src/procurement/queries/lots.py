"""Questions about lots: what is bought, what became of it, and who complained."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, literal_column, select

from procurement.domain.tender import Relation
from procurement.permissions import relation_to
from procurement.tables import awards, complaints, contracts, lots, parties, tenders
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.permissions import NotFound

_OF_TENDER = (
    *("status", "method", "region", "buyer", "buyer_name", "bids_until", "published_at", "opened_at"),
    *("profile", "profile_version", "profile_hash", "rules", "synthetic", "number", "version"),
)
_OF_AWARD = (
    *(
        "id",
        "status",
        "version",
        "revision",
        "amount",
        "awarded_at",
        "awarded_on",
        "complaints_until",
        "rules",
        "rules_version",
    ),
    *("calendar", "bid_id", "supplier", "supplier_scheme", "supplier_number", "supplier_name"),
)


async def read_lot(reading: Reading, caller: Caller, lot_id: UUID) -> Row:
    """One lot with its tender's columns as `tender_…` and its award's as `award_…`; without an award these are None.

    `contract_status` is that of the contract with the first supplier.

    `published_at` and `buyer` of the tender stand under their own names too.

    Raises:
        NotFound: there is none, or it is of another's draft.
    """
    row = await reading.one(_ONE, id=lot_id)
    if row is None or (row["published_at"] is None and relation_to(row, caller) is not Relation.BUYER):
        raise NotFound
    return row


async def whole_lot(reading: Reading, lot_id: UUID) -> Row:
    """One lot that is known to be there, as `read_lot` gives it."""
    row = await reading.one(_ONE, id=lot_id)
    if row is None:
        raise NotFound
    return row


async def complaints_of(reading: Reading, lot_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """The complaints about the award of a lot, oldest first, one more than `limit`."""
    return await reading.all(_COMPLAINTS, lot=lot_id, after=after or UUID(int=0), limit=limit + 1)


async def read_complaint(reading: Reading, lot_id: UUID, complaint_id: UUID) -> Row:
    """One complaint about the award of a lot.

    Raises:
        NotFound: there is none.
    """
    row = await reading.one(_COMPLAINT, lot=lot_id, id=complaint_id)
    if row is None:
        raise NotFound
    return row


_ONE = Query(
    select(
        *lots.c,
        tenders.c.buyer,
        tenders.c.published_at,
        *(tenders.c[name].label(f"tender_{name}") for name in _OF_TENDER),
        *(awards.c[name].label(f"award_{name}") for name in _OF_AWARD),
        contracts.c.status.label("contract_status"),
    )
    .join(tenders, tenders.c.id == lots.c.tender_id)
    .outerjoin(awards, awards.c.lot_id == lots.c.id)
    .outerjoin(contracts, (contracts.c.award_id == awards.c.id) & (contracts.c.place == literal_column("1")))
    .where(lots.c.id == bindparam("id"))
)
_complaints = select(*complaints.c, parties.c.scheme, parties.c.number, parties.c.name).join(
    parties, parties.c.id == complaints.c.party_id
)
_COMPLAINTS = Query(
    _complaints.where(complaints.c.lot_id == bindparam("lot"), complaints.c.id > bindparam("after", type_=Uuid))
    .order_by(complaints.c.id)
    .limit(bindparam("limit"))
)
_COMPLAINT = Query(_complaints.where(complaints.c.lot_id == bindparam("lot"), complaints.c.id == bindparam("id")))

"""What is known in public of one party: what it bid for, was awarded, contracted, and how that went."""

from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Uuid, bindparam, cast, func, literal_column, select

from procurement.tables import awards, bids, complaints, contract_acts, contracts, parties
from servicekit.database import Query, Reading, Row
from servicekit.permissions import NotFound


async def read_party(reading: Reading, party: UUID) -> Row:
    """One party with its sums in tiyn; of complaints there is an object of counts by status.

    Raises:
        NotFound: there is none.
    """
    row = await reading.one(_ONE, party=party)
    if row is None:
        raise NotFound
    return row


_zero: ColumnElement[int] = literal_column("0")
_party = bindparam("party", type_=Uuid)
_bids = select(func.count()).where(bids.c.party_id == _party, bids.c.content.is_not(None))
_awards = select(
    func.count().label("awards"),
    cast(func.coalesce(func.sum(awards.c.amount), _zero), BigInteger).label("awarded"),
).where(awards.c.supplier == _party, awards.c.status != literal_column("'cancelled'"))
_contracts = select(
    func.count().label("contracts"),
    cast(func.coalesce(func.sum(contracts.c.amount), _zero), BigInteger).label("contracted"),
    cast(func.coalesce(func.sum(contracts.c.paid), _zero), BigInteger).label("paid"),
    func.count().filter(contracts.c.late).label("late_contracts"),
    func.count().filter(contracts.c.status == literal_column("'terminated'")).label("terminated_contracts"),
    func.count().filter(contracts.c.supplier_is_debtor).label("contracts_as_debtor"),
).where(contracts.c.supplier == _party)
_deliveries = (
    select(func.count())
    .select_from(contract_acts)
    .join(contracts, contracts.c.id == contract_acts.c.contract_id)
    .where(contracts.c.supplier == _party, contract_acts.c.kind == literal_column("'acceptance'"))
    .where(contract_acts.c.day > contracts.c.deliver_by)
)
_by_status = (
    select(complaints.c.status, func.count().label("count"))
    .where(complaints.c.party_id == _party)
    .group_by(complaints.c.status)
    .subquery("by_status")
)
_complaints = select(
    func.coalesce(func.jsonb_object_agg(_by_status.c.status, _by_status.c.count), literal_column("'{}'::jsonb"))
)
_won, _concluded = _awards.subquery("won"), _contracts.subquery("concluded")
_ONE = Query(
    select(
        *parties.c,
        _bids.scalar_subquery().label("bids"),
        *_won.c,
        *_concluded.c,
        _deliveries.scalar_subquery().label("late_deliveries"),
        _complaints.scalar_subquery().label("complaints"),
    )
    .select_from(parties.join(_won, literal_column("true")).join(_concluded, literal_column("true")))
    .where(parties.c.id == _party)
)

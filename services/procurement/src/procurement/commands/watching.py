"""Suppliers of live contracts who enter the register of debtors, or leave it: an event, which stops nothing."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Date, Integer, Uuid, any_, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from procurement import notices
from procurement.domain.contract import LIVE
from procurement.queries.contracts import WITH_SUPPLIER
from procurement.tables import contracts
from servicekit.conditional import ChangedMeanwhile
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import change, changing
from statute.deadlines import local


async def contracts_to_ask_about(reading: Reading, *, today: date, limit: int) -> Sequence[Row]:
    """Live contracts whose supplier was not asked about today, with the supplier's `scheme` and `party_number`."""
    return await reading.all(_TO_ASK, today=today, limit=limit)


async def note_debtors(
    writing: Writing, rows: Sequence[Row], debtors: Collection[tuple[str, str]], *, now: datetime
) -> None:
    """Record what the registry said of the suppliers of these contracts; a change is an event and told to the buyer."""
    for row in rows:
        is_debtor = (row["scheme"], row["party_number"]) in debtors
        if is_debtor == row["supplier_is_debtor"]:
            continue
        try:
            new = await change(writing, _MARK, row, row["status"], supplier_is_debtor=is_debtor)
        except ChangedMeanwhile:
            continue  # it is asked about again in the next turn, as it is then
        event = "contract.supplier_became_debtor" if is_debtor else "contract.supplier_no_longer_debtor"
        about = Object("contract", new["id"], new["version"])
        record(writing, event, about, at=now, role="system", public={"number": new["number"]})
        await notify(writing, notices.supplier_and_debts(event, new), at=now)
    seen = [row["id"] for row in rows]
    await writing.all(_ASKED, contracts=seen, today=local(now).date())


async def waiting_to_ask(reading: Reading, now: datetime) -> timedelta:
    """For how long a live contract has gone without today's question; a day has a day's time for it."""
    oldest: date | None = await reading.value(_OLDEST)
    if oldest is None:
        return timedelta()
    return max(local(now).date() - oldest - timedelta(days=1), timedelta())


_live = text("contracts.status IN ({})".format(", ".join(f"'{status}'" for status in sorted(LIVE))))
_not_today = or_(contracts.c.debtor_asked_on.is_(None), contracts.c.debtor_asked_on < bindparam("today", type_=Date))
_TO_ASK = Query(
    WITH_SUPPLIER.where(_live, _not_today)
    .order_by(contracts.c.debtor_asked_on.asc().nulls_first(), contracts.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_MARK = changing(contracts, "supplier_is_debtor")
_ASKED = Query(
    update(contracts)
    .where(contracts.c.id == any_(bindparam("contracts", type_=ARRAY(Uuid))))
    .values(debtor_asked_on=bindparam("today", type_=Date))
    .returning(contracts.c.id)
)
_OLDEST = Query(select(func.min(contracts.c.debtor_asked_on)).where(_live))

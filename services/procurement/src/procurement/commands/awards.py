"""What holds an award and what ends it: complaints, their decision, the end of their days, the contract."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Integer, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from procurement import notices
from procurement.domain import award, complaint, contract
from procurement.domain.award import Action, require_open_window, require_window_over
from procurement.domain.complaint import DECIDING, Outcome
from procurement.domain.errors import AlreadyComplained
from procurement.domain.tender import Relation
from procurement.permissions import PERMISSIONS, SIGHT, bidder_of, relation_to
from procurement.tables import awards, complaints, contract_number, contracts, parties
from servicekit.database import Query, Reading, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import change, changing
from statute.deadlines import ALMATY, local
from statute.procedures import NotAllowedNow


@dataclass(frozen=True, slots=True)
class Grievance:
    """What a supplier says is wrong with an award."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an auditor decides on a complaint."""

    outcome: Outcome
    reason: str


async def file_complaint(
    writing: Writing, caller: Caller, lot: Row, own_bid: Row | None, said: Grievance, *, now: datetime
) -> Row:
    """Complain about the award of a lot, which holds its contract; `own_bid` is the caller's for that lot.

    Raises:
        NotFound, Forbidden: the caller did not bid for the lot.
        NotAllowedNow: there is no award that could be complained about.
        ComplaintWindowOver: the days for complaints have passed.
        AlreadyComplained: the supplier did so before.
        ChangedMeanwhile: the award was changed since it was read.
    """
    relation = Relation.NONE if own_bid is None or own_bid["content"] is None else bidder_of(own_bid, caller)
    role = PERMISSIONS.require("file_award_complaint", caller, relation, sight=SIGHT)
    held = await _award(writing, lot, Action.COMPLAINT)
    edge = award.transition(award.Status(held["status"]), Action.COMPLAINT)
    require_open_window(held["complaints_until"], local(now).date())
    filing = complaint.transition(None, complaint.Action.FILING)
    row: dict[str, Any] = {
        **dict.fromkeys(complaints.c.keys()),
        "id": uuid7(),
        "version": 1,
        "status": filing.target,
        "synthetic": caller.synthetic,
        "award_id": held["id"],
        "lot_id": lot["id"],
        "party_id": own_bid["party_id"] if own_bid else None,
        "text": said.text,
        "language": said.language,
        "filed_at": now,
    }
    if await writing.run(_FILE, **row) is None:
        raise AlreadyComplained
    suspended = await change(writing, _MOVE, held, edge.target)
    subject = Object("complaint", row["id"], row["version"])
    public = {"lot": str(lot["id"]), "award": str(held["id"])}
    private = {"text": said.text}
    record(writing, filing.event, subject, at=now, role=role, public=public, private=private, owner=caller.party)
    _record_award(writing, suspended, edge.event, role, now)
    await notify(writing, notices.award_suspended(suspended), at=now)
    scheme, number = caller.party or ("", "")
    return {**row, "scheme": scheme, "number": number, "name": caller.name}


async def decide_complaint(writing: Writing, caller: Caller, lot: Row, row: Row, said: Ruling, *, now: datetime) -> Row:
    """Decide a complaint: upheld, the award is cancelled; the last one dismissed, the award goes on.

    Raises:
        NotFound, Forbidden: the caller is no auditor.
        NotAllowedNow: the complaint is decided already.
        ChangedMeanwhile: it, or the award, was changed since it was read.
    """
    role = PERMISSIONS.require("decide_award_complaint", caller, "", sight=SIGHT)
    deciding = complaint.transition(complaint.Status(row["status"]), DECIDING[said.outcome])
    held = await _award(writing, lot, Action.UPHOLDING)
    others = await writing.all(_OTHERS, award=held["id"], id=row["id"])
    upheld = said.outcome is Outcome.UPHELD
    action = Action.UPHOLDING if upheld else Action.DISMISSAL if others else Action.RESUMPTION
    edge = award.transition(award.Status(held["status"]), action)
    new = await change(writing, _DECIDE, row, deciding.target, decided_at=now, reason=said.reason)
    moved = await change(writing, _MOVE, held, edge.target)
    subject = Object("complaint", new["id"], new["version"])
    public = {"lot": str(lot["id"]), "award": str(held["id"])}
    private = {"reason": said.reason}
    owner = (row["scheme"], row["number"])
    record(writing, deciding.event, subject, at=now, role=role, public=public, private=private, owner=owner)
    _record_award(writing, moved, edge.event, role, now)
    told = [notices.complaint_decided(row, deciding.target)]
    if upheld:
        told += [notices.complaint_decided(each, complaint.Status.LAPSED) for each in others]
        await _lapse(writing, others, now)
    await notify(writing, *told, at=now)
    return {**row, **new}


async def conclude_contract(writing: Writing, caller: Caller, lot: Row, *, now: datetime) -> Row:
    """Conclude the contract with the winner, once the days for complaints have passed and none is open.

    Raises:
        NotFound, Forbidden: the caller does not buy the lot.
        NotAllowedNow: there is no award, or a complaint holds it, or there is a contract already.
        ContractTooEarly: the days for complaints are not over.
        ChangedMeanwhile: the award was changed since it was read.
    """
    role = PERMISSIONS.require("conclude_contract", caller, relation_to(lot, caller), sight=SIGHT)
    held = await _award(writing, lot, Action.CONTRACT)
    edge = award.transition(award.Status(held["status"]), Action.CONTRACT)
    require_window_over(held["complaints_until"], local(now).date())
    concluding = contract.TRANSITIONS[None, contract.Action.CONCLUSION]
    same = ("tender_id", "tender_number", "lot_id", "buyer", "buyer_name", "supplier", "amount", "synthetic")
    row: dict[str, Any] = {
        **{name: held[name] for name in (*same, "supplier_scheme", "supplier_number", "supplier_name")},
        "id": uuid7(),
        "version": 1,
        "number": f"ДГ-{local(now).year}-{await writing.draw(contract_number.name):06}",
        "status": concluding.target,
        "award_id": held["id"],
        "concluded_at": now,
    }
    moved = await change(writing, _MOVE, held, edge.target)
    await writing.run(_CONCLUDE, **row)
    public = {"number": row["number"], "award": str(held["id"]), "buyer": row["buyer"], "amount": row["amount"]}
    record(writing, concluding.event, Object("contract", row["id"], 1), at=now, role=role, public=public)
    _record_award(writing, moved, edge.event, role, now)
    supplier = await writing.one(_SUPPLIER, id=row["supplier"])
    if supplier is not None:
        await notify(writing, notices.contract_concluded(row, (supplier["scheme"], supplier["number"])), at=now)
    return row


async def finish_awards(writing: Writing, *, now: datetime, limit: int) -> int:
    """Record that awards are final whose days for complaints have passed; how many."""
    rows = await writing.all(_FINISH, today=local(now).date(), limit=limit)
    edge = award.transition(award.Status.ANNOUNCED, Action.FINALITY)
    for row in rows:
        _record_award(writing, row, edge.event, "system", now)
    await notify(writing, *(notices.award_final(row) for row in rows), at=now)
    return len(rows)


async def waiting_to_finish(reading: Reading, now: datetime) -> timedelta:
    """For how long the oldest window has been over without its award being recorded as final."""
    oldest: date | None = await reading.value(_OLDEST_WINDOW, today=local(now).date())
    if oldest is None:
        return timedelta()
    return now - datetime.combine(oldest + timedelta(days=1), time(), ALMATY)


async def _award(writing: Writing, lot: Row, action: Action) -> Row:
    """The award of a lot as it was read with it.

    Raises:
        NotAllowedNow: the lot has none.
    """
    row = None if lot["award_id"] is None else await writing.one(_ONE, id=lot["award_id"])
    if row is None:
        status = lot["outcome"] or lot["tender_status"]
        raise NotAllowedNow(action=action, status=status, allowed_actions=())
    return row


async def _lapse(writing: Writing, others: list[Row], now: datetime) -> None:
    for each in others:
        edge = complaint.transition(complaint.Status(each["status"]), complaint.Action.LAPSE)
        new = await change(writing, _LAPSE, each, edge.target)
        public = {"lot": str(new["lot_id"]), "award": str(new["award_id"])}
        subject = Object("complaint", new["id"], new["version"])
        record(writing, edge.event, subject, at=now, role="system", public=public)


def _record_award(writing: Writing, row: Row, event: str, role: str, now: datetime) -> None:
    public = {"tender": row["tender_number"], "lot": str(row["lot_id"])}
    record(writing, event, Object("award", row["id"], row["version"]), at=now, role=role, public=public)


_MOVE = changing(awards)
_DECIDE = changing(complaints, "decided_at", "reason")
_LAPSE = changing(complaints)
_ONE = Query(select(*awards.c).where(awards.c.id == bindparam("id")))
_SUPPLIER = Query(select(*parties.c).where(parties.c.id == bindparam("id")))
_FILE = Query(
    insert(complaints)
    .values({name: bindparam(name) for name in complaints.c.keys()})  # noqa: SIM118
    .on_conflict_do_nothing(constraint="complaints_one_per_supplier")
    .returning(complaints.c.id)
)
_OTHERS = Query(
    select(*complaints.c, parties.c.scheme, parties.c.number)
    .join(parties, parties.c.id == complaints.c.party_id)
    .where(complaints.c.award_id == bindparam("award"), complaints.c.id != bindparam("id"))
    .where(complaints.c.status == "open")
)
_CONCLUDE = Query(insert(contracts).values({name: bindparam(name) for name in contracts.c.keys()}))  # noqa: SIM118
_over = (
    awards.c.status == literal_column("'announced'"),
    awards.c.complaints_until < bindparam("today", type_=Date),
)
_finished = (
    select(awards.c.id)
    .where(*_over)
    .order_by(awards.c.complaints_until)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("finished")
)
_FINISH = Query(
    update(awards)
    .where(awards.c.id == _finished.c.id)
    .values(version=awards.c.version + 1, status=award.Status.FINAL)
    .returning(*awards.c)
)
_OLDEST_WINDOW = Query(select(func.min(awards.c.complaints_until)).where(*_over))

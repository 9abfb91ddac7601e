"""Complaints about awards: filed, withdrawn, decided; what they hold, and what a ruling makes of the award."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from procurement import notices
from procurement.commands.awards import award_of, record_award
from procurement.domain import award, complaint
from procurement.domain.award import Action, require_open_window
from procurement.domain.clocks import Law, late_fact
from procurement.domain.complaint import (
    DECIDING,
    DECISION_STEP,
    RETURN_STEP,
    UPHOLDING,
    Outcome,
    Remedy,
    require_appealable,
    require_grounds,
    require_sound,
    review_starts,
    review_under,
)
from procurement.domain.errors import AlreadyComplained
from procurement.domain.tender import Relation
from procurement.permissions import PERMISSIONS, SIGHT, bidder_of, reviewer_of
from procurement.tables import awards, bids, complaints, parties
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import change, changing
from statute.deadlines import local

_KIND = "complaint"


@dataclass(frozen=True, slots=True)
class Grievance:
    """What a supplier says is wrong with an award: codes of the list of grounds, and words for the parties."""

    grounds: Sequence[str]
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a ruling says of a bid when the lot is evaluated again; the reason is published."""

    bid: UUID
    treatment: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the reviewer decides on a complaint, with a reason for everybody; `remedy` for what is upheld."""

    outcome: Outcome
    reason: str
    remedy: Remedy | None
    orders: Sequence[Order]


async def file_complaint(
    writing: Writing, caller: Caller, lot: Row, own_bid: Row | None, said: Grievance, *, now: datetime
) -> Row:
    """Complain about the award of a lot, which holds its contract; `own_bid` is the caller's for that lot.

    Raises:
        NotFound, Forbidden: the caller did not bid for the lot.
        NotAllowedNow: there is no award that could be complained about.
        NotAppealable: the law takes no complaint about a result that the rules reached by themselves.
        ComplaintWindowOver: the days for complaints have passed.
        UnknownGround: the list has no such ground.
        AlreadyComplained: the supplier did so before.
        ChangedMeanwhile: the award was changed since it was read.
    """
    relation = Relation.NONE if own_bid is None or own_bid["content"] is None else bidder_of(own_bid, caller)
    role = PERMISSIONS.require("file_award_complaint", caller, relation, sight=SIGHT)
    held = await award_of(writing, lot, Action.COMPLAINT)
    law = law_of_lot(lot)
    require_appealable(law.rules, law.day, lot["tender_profile"])
    edge = award.transition(award.Status(held["status"]), Action.COMPLAINT)
    require_open_window(held["complaints_until"], local(now).date())
    require_grounds(said.grounds, law.day)
    filing = complaint.transition(None, complaint.Action.FILING)
    row: dict[str, Any] = {
        **dict.fromkeys(complaints.c.keys()),
        "id": uuid7(),
        "version": 1,
        "status": filing.target,
        "synthetic": caller.synthetic,
        "award_id": held["id"],
        "revision": held["revision"],
        "lot_id": lot["id"],
        "party_id": own_bid["party_id"] if own_bid else None,
        "grounds": list(said.grounds),
        "text": said.text,
        "language": said.language,
        "reviewer": review_under(law.rules, law.day).reviewer,
        "filed_at": now,
        "complaints_until": held["complaints_until"],
    }
    if await writing.run(_FILE, **row) is None:
        raise AlreadyComplained
    suspended = await change(writing, _MOVE, held, edge.target)
    subject = Object(_KIND, row["id"], row["version"])
    public = _about(row) | {"grounds": row["grounds"], "reviewer": row["reviewer"]}
    private = {"text": said.text}
    record(writing, filing.event, subject, at=now, role=role, public=public, private=private, owner=caller.party)
    record_award(writing, suspended, edge.event, role, now)
    await notify(writing, notices.award_suspended(suspended), at=now)
    scheme, number = caller.party or ("", "")
    return {**row, "scheme": scheme, "number": number, "name": caller.name}


async def withdraw_complaint(writing: Writing, caller: Caller, lot: Row, row: Row, *, now: datetime) -> Row:
    """Take a complaint back before it is decided; if no other is open, the lot goes on.

    Raises:
        NotFound, Forbidden: the complaint is not the caller's.
        NotAllowedNow: it is decided already.
        ChangedMeanwhile: it, or the award, was changed since it was read.
    """
    role = PERMISSIONS.require("withdraw_award_complaint", caller, bidder_of(row, caller), sight=SIGHT)
    edge = complaint.transition(complaint.Status(row["status"]), complaint.Action.WITHDRAWAL)
    held = await award_of(writing, lot, Action.CLOSING)
    new = await change(writing, _LAPSE, row, edge.target)
    subject = Object(_KIND, new["id"], new["version"])
    record(writing, edge.event, subject, at=now, role=role, public=_about(row))
    others = await writing.all(_OTHERS, award=held["id"], id=row["id"])
    await _move_award(writing, held, Action.CLOSING if others else Action.RESUMPTION, role, now)
    return {**row, **new}


async def decide_complaint(writing: Writing, caller: Caller, lot: Row, row: Row, said: Ruling, *, now: datetime) -> Row:
    """Decide a complaint. Upheld, the award falls or the lot is evaluated again; else, after the last, the lot goes on.

    Raises:
        NotFound, Forbidden: the caller is not the reviewer.
        NotAllowedNow: the complaint is decided already.
        UnfitRuling: the ruling cannot be carried out.
        ChangedMeanwhile: it, or the award, was changed since it was read.
    """
    tie = reviewer_of(row["reviewer"], lot, caller)
    role = PERMISSIONS.require("decide_award_complaint", caller, tie, sight=SIGHT)
    deciding = complaint.transition(complaint.Status(row["status"]), DECIDING[said.outcome])
    held = await award_of(writing, lot, Action.UPHOLDING)
    opened = [each["id"] for each in await writing.all(_BIDS, lot=lot["id"])]
    remedy = said.remedy or (Remedy.CANCELLATION if said.outcome in UPHOLDING else None)
    require_sound(said.outcome, remedy, [str(each.bid) for each in said.orders], [str(each) for each in opened])
    others = await writing.all(_OTHERS, award=held["id"], id=row["id"])
    orders = [{"bid": str(each.bid), "treatment": each.treatment, "reason": each.reason} for each in said.orders]
    values = {"decided_at": now, "reason": said.reason, "remedy": remedy, "orders": orders or None}
    new = await change(writing, _DECIDE, row, deciding.target, **values)
    subject = Object(_KIND, new["id"], new["version"])
    told = {"outcome": said.outcome, "reason": said.reason, "remedy": remedy, "orders": orders}
    public = _about(row) | told | _late(lot, row, said.outcome, now)
    record(writing, deciding.event, subject, at=now, role=role, public=public)
    await _move_award(writing, held, _effect(said, bool(others)), role, now)
    messages = [notices.complaint_decided(row, deciding.target)]
    if said.outcome in UPHOLDING:
        messages += [notices.complaint_decided(each, complaint.Status.LAPSED) for each in others]
        await _lapse(writing, others, now)
    await notify(writing, *messages, at=now)
    return {**row, **new}


def law_of_lot(lot: Mapping[str, Any]) -> Law:
    """The law by which a lot is judged (`queries.lots.read_lot`): as on the day of its tender's publication."""
    return Law(lot["tender_rules"], local(lot["published_at"]).date(), lot["tender_method"])


def _effect(said: Ruling, others: bool) -> Action:  # noqa: FBT001 - whether another complaint is open
    if said.outcome in UPHOLDING:
        return Action.ORDER if said.remedy is Remedy.REVISION else Action.UPHOLDING
    return Action.CLOSING if others else Action.RESUMPTION


def _late(lot: Row, row: Row, outcome: Outcome, now: datetime) -> dict[str, Any]:
    law = law_of_lot(lot)
    if outcome is Outcome.RETURNED:
        return late_fact(RETURN_STEP, row["filed_at"], now, law)
    filed: date = local(row["filed_at"]).date()
    starts = review_starts(law.rules, law.day, filed=filed, complaints_until=row["complaints_until"])
    return late_fact(DECISION_STEP, starts, now, law)


async def _move_award(writing: Writing, held: Row, action: Action, role: str, now: datetime) -> None:
    edge = award.transition(award.Status(held["status"]), action)
    moved = await change(writing, _MOVE, held, edge.target)
    record_award(writing, moved, edge.event, role, now)


async def _lapse(writing: Writing, others: Sequence[Row], now: datetime) -> None:
    for each in others:
        edge = complaint.transition(complaint.Status(each["status"]), complaint.Action.LAPSE)
        new = await change(writing, _LAPSE, each, edge.target)
        subject = Object(_KIND, new["id"], new["version"])
        record(writing, edge.event, subject, at=now, role="system", public=_about(new))


def _about(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"lot": str(row["lot_id"]), "award": str(row["award_id"])}


_MOVE = changing(awards)
_DECIDE = changing(complaints, "decided_at", "reason", "remedy", "orders")
_LAPSE = changing(complaints)
_FILE = Query(
    insert(complaints)
    .values({name: bindparam(name) for name in complaints.c.keys()})  # noqa: SIM118
    .on_conflict_do_nothing(
        index_elements=["award_id", "revision", "party_id"],
        index_where=text("status NOT IN ('returned', 'withdrawn')"),
    )
    .returning(complaints.c.id)
)
_OTHERS = Query(
    select(*complaints.c, parties.c.scheme, parties.c.number)
    .join(parties, parties.c.id == complaints.c.party_id)
    .where(complaints.c.award_id == bindparam("award"), complaints.c.id != bindparam("id"))
    .where(complaints.c.status == "open")
)
_BIDS = Query(select(bids.c.id).where(bids.c.lot_id == bindparam("lot"), bids.c.content.is_not(None)))

"""What becomes of an award: a contract that is drafted, signed, amended, accepted in parts, paid, and ended."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from procurement import notices
from procurement.commands.awards import award_of, fail_if_over, record_award
from procurement.domain import award, contract
from procurement.domain.award import require_window_over
from procurement.domain.clocks import Law, Moment, Step, late_fact, read_clocks
from procurement.domain.contract import Action, AmendmentReason, Kind, Status, transition
from procurement.domain.runner_up import FIRST, require_signature_over
from procurement.permissions import CONTRACT_OPERATIONS, PERMISSIONS, SIGHT, relation_to, tie_to
from procurement.queries.contracts import law_of, supplier_of
from procurement.tables import awards, contract_acts, contract_number, contracts
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import change, changing
from statute.deadlines import local


@dataclass(frozen=True, slots=True)
class Terms:
    """What the buyer puts into the draft; the `advance` in tiyn."""

    advance: int = 0
    deliver_by: date | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """What the parties changed on a day: what the contract is for now (in tiyn) and by when it is to be delivered."""

    day: date
    reason: AmendmentReason
    amount: int
    deliver_by: date | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What was accepted or paid on a day, in tiyn."""

    day: date
    amount: int
    text: str | None


async def draft_contract(writing: Writing, caller: Caller, lot: Row, terms: Terms, *, now: datetime) -> Row:
    """Send the contract to the winner, once the days for complaints have passed and none is open.

    Raises:
        NotFound, Forbidden: the caller does not buy the lot.
        NotAllowedNow: there is no award, or a complaint holds it, or there is a contract already.
        ContractTooEarly: the days for complaints are not over.
        AdvanceAboveAmount: more is promised in advance than the contract is for.
        ChangedMeanwhile: the award was changed since it was read.
    """
    role = PERMISSIONS.require("draft_contract", caller, relation_to(lot, caller), sight=SIGHT)
    held = await award_of(writing, lot, award.Action.CONTRACT)
    edge = award.transition(award.Status(held["status"]), award.Action.CONTRACT)
    require_window_over(held["complaints_until"], local(now).date())
    moved = await change(writing, _MOVE_AWARD, held, edge.target)
    since = held["complaints_until"] or held["awarded_on"]
    row = await send_draft(writing, lot, held, terms, role=role, place=FIRST, since=since, now=now)
    record_award(writing, moved, edge.event, role, now)
    return row


async def send_draft(  # noqa: PLR0913 - a draft has these sides
    writing: Writing, lot: Row, held: Row, terms: Terms, *, role: str, place: int, since: date, now: datetime
) -> Row:
    """Put down the draft with the supplier that a lot is awarded to, whose term for it runs `since` a day.

    Raises:
        AdvanceAboveAmount: more is promised in advance than the contract is for.
    """
    contract.require_advance(held["amount"], terms.advance)
    drafting = transition(None, Action.DRAFTING)
    same = ("tender_id", "tender_number", "lot_id", "buyer", "buyer_name", "supplier", "amount", "synthetic")
    also = ("supplier_scheme", "supplier_number", "supplier_name", "method", "region", "rules")
    row: dict[str, Any] = {
        **dict.fromkeys(contracts.c.keys()),
        **{name: held[name] for name in (*same, *also)},
        "id": uuid7(),
        "version": 1,
        "number": f"ДГ-{local(now).year}-{await writing.draw(contract_number.name):06}",
        "status": drafting.target,
        "award_id": held["id"],
        "law_on": local(lot["published_at"]).date(),
        "awarded": held["amount"],
        "advance": terms.advance,
        "accepted": 0,
        "paid": 0,
        "deliver_by": terms.deliver_by,
        "place": place,
        "window_over_on": since,
        "drafted_at": now,
        "supplier_is_debtor": False,
    }
    late = _late(contract.DRAFTING if place == FIRST else contract.CALLING, row, since, now)
    row["late"] = bool(late)
    await writing.run(_DRAFT, **row)
    public = {"number": row["number"], "award": str(held["id"]), "buyer": row["buyer"], "amount": row["amount"]}
    record(writing, drafting.event, _object(row), at=now, role=role, public=public | late)
    [signing] = read_clocks([contract.SIGNATURE], {"drafted": now}, law_of(row), today=local(now).date())
    await notify(writing, notices.contract_drafted(row, await supplier_of(writing, row), signing.due_on), at=now)
    return row


async def sign_contract(writing: Writing, caller: Caller, row: Row, *, now: datetime) -> Row:
    """Sign a contract as its supplier; it is in force from now on.

    Raises:
        NotAllowedNow, Forbidden, ChangedMeanwhile: as `_step`.
    """
    late = _late(contract.SIGNATURE, row, row["drafted_at"], now)
    public = {"number": row["number"], "award": str(row["award_id"]), "amount": row["amount"]} | late
    new = await _step(writing, caller, row, Action.SIGNATURE, now, public, concluded_at=now)
    await notify(writing, notices.contract_concluded(new, await supplier_of(writing, new)), at=now)
    return new


async def refuse_contract(writing: Writing, caller: Caller, row: Row, *, reason: str, now: datetime) -> Row:
    """Refuse to sign a contract as its supplier; if nobody is left who may be called, the lot has failed.

    Raises:
        NotAllowedNow, Forbidden, ChangedMeanwhile: as `_step`.
    """
    new = await _step(writing, caller, row, Action.REFUSAL, now, {}, private={"reason": reason}, ended_at=now)
    await notify(writing, notices.contract_refused(new), at=now)
    await fail_if_over(writing, new, now=now)
    return new


async def find_evasion(writing: Writing, caller: Caller, row: Row, *, now: datetime) -> Row:
    """Find, as the buyer, that the supplier has not signed in its term; if nobody is left, the lot has failed.

    Raises:
        NotAllowedNow, Forbidden, ChangedMeanwhile: as `_step`.
        SignatureAwaited: the supplier may sign still.
        Undecided, OutsideCalendar: the days to sign are not known.
    """
    drafted_on, today = local(row["drafted_at"]).date(), local(now).date()
    PERMISSIONS.require(CONTRACT_OPERATIONS[Action.EVASION], caller, tie_to(row, caller), sight=SIGHT)
    transition(Status(row["status"]), Action.EVASION)
    require_signature_over(row["place"], drafted_on, law_of(row), today)
    new = await _step(writing, caller, row, Action.EVASION, now, {"number": row["number"]}, ended_at=now)
    await notify(writing, notices.contract_evaded(new, await supplier_of(writing, new)), at=now)
    await fail_if_over(writing, new, now=now)
    return new


async def terminate_contract(writing: Writing, caller: Caller, row: Row, *, reason: str, now: datetime) -> Row:
    """End a contract before it is fulfilled.

    Raises:
        NotAllowedNow, Forbidden, ChangedMeanwhile: as `_step`.
    """
    new = await _step(writing, caller, row, Action.TERMINATION, now, {"reason": reason}, ended_at=now)
    await notify(writing, notices.contract_terminated(new, await supplier_of(writing, new), reason), at=now)
    return new


async def amend_contract(writing: Writing, caller: Caller, row: Row, said: Amendment, *, now: datetime) -> Row:
    """Enter an amendment on which the parties agreed.

    Raises:
        NotAllowedNow, Forbidden, ChangedMeanwhile: as `_step`.
        DayOutsideContract: its day is none of the contract's.
        LessThanAccepted: more was accepted than the contract would be for.
    """
    _require_day(row, said.day, now)
    contract.require_amendable(said.amount, row["accepted"])
    public = {"day": said.day.isoformat(), "reason": said.reason, "amount": said.amount, "before": row["amount"]}
    late = _late(contract.ENTRY, row, said.day, now)
    values: dict[str, Any] = {"amount": said.amount, "deliver_by": said.deliver_by or row["deliver_by"]}
    new = await _step(writing, caller, row, Action.AMENDMENTS, now, public | late, **values)
    act = {"reason": said.reason, "amount_before": row["amount"], "deliver_by": said.deliver_by}
    await _enter(writing, new, Kind.AMENDMENT, said, late, **act)
    supplier = await supplier_of(writing, new)
    await notify(writing, notices.contract_changed("contract.amended", new, supplier, said.amount), at=now)
    return await _completed(writing, new, now)


async def accept_delivery(writing: Writing, caller: Caller, row: Row, said: Sum, *, now: datetime) -> Row:
    """Enter that a part of the contract, or all of it, was delivered and accepted.

    Raises:
        NotAllowedNow, Forbidden, ChangedMeanwhile: as `_step`.
        DayOutsideContract: its day is none of the contract's.
        MoreThanContracted: less of the contract is left.
    """
    _require_day(row, said.day, now)
    contract.require_acceptable(row, said.amount)
    public: dict[str, Any] = {"day": said.day.isoformat(), "amount": said.amount}
    if row["deliver_by"] is not None and said.day > row["deliver_by"]:
        public["delivered_late_by"] = (said.day - row["deliver_by"]).days
    late = _late(contract.ENTRY, row, said.day, now)
    values = {"accepted": row["accepted"] + said.amount}
    new = await _step(writing, caller, row, Action.ACCEPTANCES, now, public | late, **values)
    await _enter(writing, new, Kind.ACCEPTANCE, said, late)
    supplier = await supplier_of(writing, new)
    await notify(writing, notices.contract_changed("contract.accepted", new, supplier, said.amount), at=now)
    return await _completed(writing, new, now)


async def pay_contract(writing: Writing, caller: Caller, row: Row, said: Sum, *, now: datetime) -> Row:
    """Enter a payment of what was accepted, or of the advance.

    Raises:
        NotAllowedNow, Forbidden, ChangedMeanwhile: as `_step`.
        DayOutsideContract: its day is none of the contract's.
        MoreThanAccepted: less may be paid.
    """
    _require_day(row, said.day, now)
    contract.require_payable(row, said.amount)
    late = _late(contract.ENTRY, row, said.day, now)
    public = {"day": said.day.isoformat(), "amount": said.amount} | late
    new = await _step(writing, caller, row, Action.PAYMENTS, now, public, paid=row["paid"] + said.amount)
    await _enter(writing, new, Kind.PAYMENT, said, late)
    supplier = await supplier_of(writing, new)
    await notify(writing, notices.contract_changed("contract.paid", new, supplier, said.amount), at=now)
    return await _completed(writing, new, now)


async def _step(  # noqa: PLR0913 - a step has these sides
    writing: Writing,
    caller: Caller,
    row: Row,
    action: Action,
    now: datetime,
    public: dict[str, Any],
    *,
    private: dict[str, Any] | None = None,
    **values: Any,
) -> Row:
    """Take a step of a contract as whoever may.

    Raises:
        Forbidden: the caller may not.
        NotAllowedNow: the contract's status does not allow it.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    role = PERMISSIONS.require(CONTRACT_OPERATIONS[action], caller, tie_to(row, caller), sight=SIGHT)
    edge = transition(Status(row["status"]), action)
    late = row["late"] or "late" in public
    new = await change(writing, _MOVE[action], row, edge.target, **values, late=late)
    owner = None if private is None else (row["scheme"], row["party_number"])
    record(writing, edge.event, _object(new), at=now, role=role, public=public, private=private, owner=owner)
    return {**row, **new, "entered_at": now}


async def _completed(writing: Writing, row: Row, now: datetime) -> Row:
    """The contract, which is completed when all of it is accepted and paid."""
    if not contract.is_fulfilled(row):
        return row
    edge = transition(Status(row["status"]), Action.COMPLETION)
    new = await change(writing, _MOVE[Action.COMPLETION], row, edge.target, ended_at=now)
    public = {"amount": new["amount"]}
    record(writing, edge.event, _object(new), at=now, role="system", public=public)
    return {**row, **new}


async def _enter(
    writing: Writing, row: Row, kind: Kind, said: Sum | Amendment, late: dict[str, Any], **values: Any
) -> None:
    """Put down an act of a contract, in the transaction of its step."""
    act = {
        **dict.fromkeys(contract_acts.c.keys()),
        "id": uuid7(),
        "contract_id": row["id"],
        "kind": kind,
        "day": said.day,
        "entered_at": row["entered_at"],
        "amount": said.amount,
        "text": said.text,
        "late_by": late["late"]["late_by"] if late else 0,
        **values,
    }
    await writing.run(_ENTER, **act)


def _require_day(row: Row, day: date, now: datetime) -> None:
    if row["concluded_at"] is not None:  # what was never concluded is refused by its status
        contract.require_day(day, concluded_on=local(row["concluded_at"]).date(), today=local(now).date())


def _late(step: Step, row: Any, started: Moment, now: datetime) -> dict[str, Any]:
    law: Law = law_of(row)
    return late_fact(step, started, now, law)


def _object(row: Any) -> Object:
    return Object("contract", row["id"], row["version"])


_MOVE_AWARD = changing(awards)
_MOVE = {
    Action.SIGNATURE: changing(contracts, "concluded_at", "late"),
    Action.REFUSAL: changing(contracts, "ended_at", "late"),
    Action.EVASION: changing(contracts, "ended_at", "late"),
    Action.TERMINATION: changing(contracts, "ended_at", "late"),
    Action.AMENDMENTS: changing(contracts, "amount", "deliver_by", "late"),
    Action.ACCEPTANCES: changing(contracts, "accepted", "late"),
    Action.PAYMENTS: changing(contracts, "paid", "late"),
    Action.COMPLETION: changing(contracts, "ended_at"),
}
_DRAFT = Query(insert(contracts))
_ENTER = Query(insert(contract_acts))

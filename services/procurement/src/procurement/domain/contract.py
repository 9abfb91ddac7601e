"""The life of a contract: drafted, signed, amended, accepted in parts, paid, and its end.

What happens between the parties happens outside and is entered by the buyer into the register of contracts
(order of the Minister of Finance No. 646, cl. 13), each act with the day on which it was done.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from importlib.resources import files
from typing import Any

from procurement.domain.clocks import Clock, Law, Moment, Step, read_clocks
from procurement.domain.errors import (
    AdvanceAboveAmount,
    DayOutsideContract,
    LessThanAccepted,
    MoreThanAccepted,
    MoreThanContracted,
)
from statute.money import Money
from statute.procedures import Procedure, Transition, actions_from, follow


class Status(StrEnum):
    """Where a contract stands. A `draft` waits for the supplier; `completed` is delivered and paid whole.

    `refused` is a draft that the supplier would not sign, `evaded` one that it did not sign in its term.
    """

    DRAFT = "draft"
    CONCLUDED = "concluded"
    COMPLETED = "completed"
    REFUSED = "refused"
    EVADED = "evaded"
    TERMINATED = "terminated"


class Action(StrEnum):
    """What can be done with a contract; people's are the last word of an address, but for drafting."""

    DRAFTING = "drafting"
    SIGNATURE = "signature"
    REFUSAL = "refusal"
    EVASION = "evasion"
    AMENDMENTS = "amendments"
    ACCEPTANCES = "acceptances"
    PAYMENTS = "payments"
    COMPLETION = "completion"
    TERMINATION = "termination"


class Kind(StrEnum):
    """What an act in the register of contracts is."""

    AMENDMENT = "amendment"
    ACCEPTANCE = "acceptance"
    PAYMENT = "payment"


class AmendmentReason(StrEnum):
    """Why a contract is amended: the list of `data/amendment_reasons.json`, which names its source."""

    LOWER_PRICE = "lower_price"
    QUANTITY = "quantity"
    DESIGN_DOCUMENTS = "design_documents"
    BETTER_QUALITY = "better_quality"
    REGULATED_PRICE = "regulated_price"
    EXTENSION = "extension"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.DRAFTING): Transition(Status.DRAFT, "contract.drafted"),
    (Status.DRAFT, Action.SIGNATURE): Transition(Status.CONCLUDED, "contract.concluded"),
    (Status.DRAFT, Action.REFUSAL): Transition(Status.REFUSED, "contract.refused"),
    (Status.DRAFT, Action.EVASION): Transition(Status.EVADED, "contract.evaded"),
    (Status.CONCLUDED, Action.AMENDMENTS): Transition(Status.CONCLUDED, "contract.amended"),
    (Status.CONCLUDED, Action.ACCEPTANCES): Transition(Status.CONCLUDED, "contract.accepted"),
    (Status.CONCLUDED, Action.PAYMENTS): Transition(Status.CONCLUDED, "contract.paid"),
    (Status.CONCLUDED, Action.COMPLETION): Transition(Status.COMPLETED, "contract.completed"),
    (Status.CONCLUDED, Action.TERMINATION): Transition(Status.TERMINATED, "contract.terminated"),
}
BY_LAW = frozenset({Action.COMPLETION})
# A supplier that becomes a debtor while these last is told to the buyer.
LIVE = frozenset({Status.DRAFT, Status.CONCLUDED})
# What nobody signed.
UNSIGNED = frozenset({Status.REFUSED, Status.EVADED})
actions_in = partial(actions_from, TRANSITIONS, by_law=BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)

REASONS: Mapping[str, Any] = json.loads((files("procurement") / "data" / "amendment_reasons.json").read_text("utf-8"))

SECOND = 2
"""The place of the supplier that is called when the first has not signed."""
DRAFTING = Step("procurement.contract_draft", "window_over", "drafted")
CALLING = Step("procurement.runner_up", "window_over", "drafted")
SIGNATURE = Step("procurement.contract_signature", "drafted", "signed")
ENTRY = Step("procurement.contract_register", "done", "entered")
PAYMENT = Step("procurement.contract_payment", "accepted", "paid")


def require_day(day: date, *, concluded_on: date, today: date) -> None:
    """Hold the day of an act to the life of the contract.

    Raises:
        DayOutsideContract: it lies before the conclusion, or in the future.
    """
    if not concluded_on <= day <= today:
        raise DayOutsideContract(concluded_on, today)


def require_advance(amount: int, advance: int) -> None:
    """Hold an advance, in tiyn, to the amount of the contract.

    Raises:
        AdvanceAboveAmount: it is larger.
    """
    if advance > amount:
        raise AdvanceAboveAmount(Money(amount).text())


def require_amendable(new_amount: int, accepted: int) -> None:
    """Hold an amended amount to what was accepted already, both in tiyn.

    Raises:
        LessThanAccepted: it is below that.
    """
    if new_amount < accepted:
        raise LessThanAccepted(Money(accepted).text())


def require_acceptable(contract: Mapping[str, Any], amount: int) -> None:
    """Hold an acceptance, in tiyn, to what is not yet accepted of the contract.

    Raises:
        MoreThanContracted: it is more.
    """
    left = contract["amount"] - contract["accepted"]
    if amount > left:
        raise MoreThanContracted(Money(left).text())


def require_payable(contract: Mapping[str, Any], amount: int) -> None:
    """Hold a payment, in tiyn, to what was accepted and the advance that was agreed.

    Raises:
        MoreThanAccepted: it is more.
    """
    left = max(contract["accepted"], contract["advance"]) - contract["paid"]
    if amount > left:
        raise MoreThanAccepted(Money(max(left, 0)).text())


def is_fulfilled(contract: Mapping[str, Any]) -> bool:
    """Whether all is accepted and paid."""
    return bool(contract["amount"] == contract["accepted"] == contract["paid"])


def settled_on(acceptances: Sequence[Mapping[str, Any]], payments: Sequence[Mapping[str, Any]]) -> list[date | None]:
    """The day on which each acceptance was paid whole; None while it is not. Payments settle the oldest first.

    Both have `day` and `amount`, in the order of their days.
    """
    found: list[date | None] = []
    owed = 0
    for acceptance in acceptances:
        owed += acceptance["amount"]
        found.append(_reached(payments, owed))
    return found


def clocks(
    contract: Mapping[str, Any], acts: Iterable[Mapping[str, Any]], law: Law, *, today: date
) -> list[tuple[Any, Clock]]:
    """Every term of a contract as it stands, each with the id of what it is about: the contract or an act of it.

    `contract` has `status`, `place`, `window_over_on`, `drafted_at` and `concluded_at`; an act has `kind`, `day`,
    `amount` and `entered_at`.
    """
    moments: dict[str, Moment | None] = {
        "window_over": contract["window_over_on"],
        "drafted": contract["drafted_at"],
        "signed": contract["concluded_at"],
    }
    drafting = CALLING if contract["place"] == SECOND else DRAFTING
    steps = (drafting,) if contract["status"] in UNSIGNED else (drafting, SIGNATURE)
    found = [(contract["id"], each) for each in read_clocks(steps, moments, law, today=today)]
    known = sorted(acts, key=lambda act: (act["day"], act["id"]))
    accepted = [act for act in known if act["kind"] == Kind.ACCEPTANCE]
    paid = [act for act in known if act["kind"] == Kind.PAYMENT]
    for act in known:
        entry = {"done": act["day"], "entered": act["entered_at"]}
        found += [(act["id"], each) for each in read_clocks([ENTRY], entry, law, today=today)]
    for act, settled in zip(accepted, settled_on(accepted, paid), strict=True):
        payment = {"accepted": act["day"], "paid": settled}
        found += [(act["id"], each) for each in read_clocks([PAYMENT], payment, law, today=today)]
    return found


def _reached(payments: Sequence[Mapping[str, Any]], owed: int) -> date | None:
    paid = 0
    for payment in payments:
        paid += payment["amount"]
        if paid >= owed:
            day: date = payment["day"]
            return day
    return None

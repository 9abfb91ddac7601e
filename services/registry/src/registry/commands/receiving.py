"""An executive document is received: a proceeding with its parties, its claims, and the clock for opening."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from uuid_utils.compat import uuid7

from registry.commands.steps import KIND, insert_row
from registry.domain.errors import OfficeUnknown, ReceivedLater
from registry.domain.opening import set_clock
from registry.domain.proceeding import Action, transition
from registry.domain.queues import Category, queue_on
from registry.permissions import PERMISSIONS, relation_to
from registry.tables import proceeding_number, proceedings
from servicekit.database import Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.permissions import Forbidden
from statute.deadlines import local
from statute.money import Money


@dataclass(frozen=True, kw_only=True)
class Party:
    """A person or a company by its number."""

    scheme: str
    number: str
    name: str


@dataclass(frozen=True, kw_only=True)
class ClaimOf:
    """What one claimant is owed by the document; without a date it counts from the document's receipt."""

    claimant: Party
    category: Category
    amount: Money
    claimed_on: date | None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """An executive document as a bailiff receives it; without a moment, now."""

    region: str
    document: str
    issued_by: str
    debtor: Party
    claims: Sequence[ClaimOf]
    received_at: datetime | None


async def receive_proceeding(writing: Writing, caller: Caller, receipt: Receipt, *, now: datetime) -> Row:
    """Put down that a bailiff has received an executive document, and set the clock for opening.

    Raises:
        OfficeUnknown: the caller's token names no office.
        ReceivedLater: the moment of receipt lies ahead.
        Undecided: no rule on opening or on queues was in force then.
        CalendarMissing: the last day lies beyond the known calendar.
        Forbidden: the caller is a party to the case.
    """
    if caller.agency is None:
        raise OfficeUnknown
    received_at = receipt.received_at or now
    if received_at > now:
        raise ReceivedLater
    clock = set_clock(received_at)
    claims = [_claim_row(claim, local(received_at).date()) for claim in receipt.claims]
    edge = transition(None, Action.RECEIPT)
    row: dict[str, Any] = {
        **dict.fromkeys(proceedings.c.keys()),
        "id": uuid7(),
        "version": 1,
        "status": edge.target,
        "synthetic": caller.synthetic,
        "region": receipt.region,
        "document": receipt.document,
        "issued_by": receipt.issued_by,
        "debtor_scheme": receipt.debtor.scheme,
        "debtor_id": receipt.debtor.number,
        "debtor_name": receipt.debtor.name,
        "claims": claims,
        "claimed_tiyn": sum(claim["tiyn"] for claim in claims),
        "paid_tiyn": 0,
        "bailiff": caller.subject,
        "bailiff_name": caller.name,
        "office": caller.agency,
        "received_at": received_at,
        "opening_due_on": clock.due_on,
        "opening_overdue": False,
        "rules": clock.rule.rules,
        "rules_version": clock.rule.version,
        "calendar": clock.calendar,
    }
    role = PERMISSIONS.role_for("receive_proceeding", caller, relation_to(row, caller))
    if role is None:
        raise Forbidden("receive_proceeding")
    row["number"] = f"ИП-{local(now).year}-{await writing.draw(proceeding_number.name):06}"
    writing.defer(RECEIVE, **row)
    record(
        writing,
        edge.event,
        Object(KIND, row["id"], row["version"]),
        at=now,
        role=role,
        public={
            "region": row["region"],
            "office": row["office"],
            "received_at": received_at.isoformat(),
            "opening_due_on": clock.due_on.isoformat(),
            "rules": clock.rule.rules,
            "rules_version": clock.rule.version,
            "calendar": clock.calendar,
        },
        private=_parties_of(row) | {"document": receipt.document, "issued_by": receipt.issued_by},
        owner=(receipt.debtor.scheme, receipt.debtor.number),
    )
    return row


def _claim_row(claim: ClaimOf, received_on: date) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "scheme": claim.claimant.scheme,
        "number": claim.claimant.number,
        "name": claim.claimant.name,
        "category": claim.category,
        "queue": queue_on(received_on, claim.category).queue,
        "tiyn": claim.amount.tiyn,
        "paid_tiyn": 0,
        "claimed_on": (claim.claimed_on or received_on).isoformat(),
    }


def _parties_of(row: Mapping[str, Any]) -> dict[str, Any]:
    claims = [
        {**{name: claim[name] for name in ("id", "scheme", "number", "name")}, "amount": Money(claim["tiyn"]).text()}
        for claim in row["claims"]
    ]
    debtor = {"scheme": row["debtor_scheme"], "id": row["debtor_id"], "name": row["debtor_name"]}
    return {"number": row["number"], "debtor": debtor, "claims": claims}


RECEIVE = insert_row(proceedings)

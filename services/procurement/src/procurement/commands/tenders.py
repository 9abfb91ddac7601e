"""What a buyer does with a tender: prepare it, publish it, cancel it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert
from uuid_utils.compat import uuid7

from procurement.commands.changing import inserting
from procurement.commands.plans import require_planned
from procurement.domain.clocks import Law
from procurement.domain.discussion import bids_from, require_discussed
from procurement.domain.errors import BidsClosed
from procurement.domain.evaluation import lot_of, require_offered
from procurement.domain.tender import Action, Method, Status, require_automatic, transition
from procurement.domain.windows import require_bid_window
from procurement.permissions import OPERATIONS, PERMISSIONS, SIGHT, office_of, relation_to
from procurement.queries.discussions import unanswered_on
from procurement.tables import lots, tender_number, tenders
from scorer import profile
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object, record
from servicekit.steps import change, changing
from statute.deadlines import local

_KIND = "tender"


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """A lot as its buyer words it: `amount` in tiyn, `weights` None for those of the profile."""

    title: Mapping[str, str]
    item_code: str
    item_name: str
    quantity: str
    unit: str
    amount: int
    weights: Mapping[str, int] | None
    warranty_months: int
    plan_item: UUID | None


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """A tender as its buyer words it; `profile` and `rules` are names, `ocid_prefix` begins its OCDS id."""

    title: Mapping[str, str]
    method: Method
    region: str
    buyer_name: str
    bids_until: datetime
    profile: str
    rules: str
    unplanned: str | None
    ocid_prefix: str
    lots: Sequence[Purchase]


async def create_tender(writing: Writing, caller: Caller, plan: Preparation, *, now: datetime) -> tuple[Row, list[Row]]:
    """Prepare a tender, which nobody but its buyer sees before the publication; the tender and its lots.

    Raises:
        PartyUnknown: the caller's token names no body that could buy.
        MethodNotAutomatic: the method needs people.
        UnknownProfile: no profile has that name.
        ProfileAsksMore: as `require_offered`.
        UnfitLot: a lot cannot be scored by it.
        UnknownPlanItem, AbovePlan: as `require_planned`.
    """
    role = PERMISSIONS.require("create_tender", caller, "", sight=SIGHT)
    buyer = office_of(caller)
    if buyer is None:
        raise PartyUnknown
    require_automatic(plan.method)
    rules = profile(plan.profile)
    require_offered(rules)
    edge = transition(None, Action.CREATION)
    row: dict[str, Any] = {
        **dict.fromkeys(tenders.c.keys()),
        "id": uuid7(),
        "version": 1,
        "status": edge.target,
        "synthetic": caller.synthetic,
        "method": plan.method,
        "region": plan.region,
        "title": dict(plan.title),
        "buyer": buyer,
        "buyer_name": plan.buyer_name,
        "amount": sum(lot.amount for lot in plan.lots),
        "profile": rules.name,
        "profile_version": rules.version,
        "profile_hash": rules.hash,
        "rules": plan.rules,
        "unplanned": plan.unplanned,
        "bids_until": plan.bids_until,
        "created_at": now,
    }
    parts = [_lot(row, n, lot, lot.weights or rules.default_weights) for n, lot in enumerate(plan.lots, start=1)]
    for part in parts:
        lot_of(rules, part)
    await require_planned(writing, buyer, ((lot.plan_item, lot.amount) for lot in plan.lots))
    row["ocid"] = f"{plan.ocid_prefix}-{row['id']}"
    row["number"] = f"ГЗ-{local(now).year}-{await writing.draw(tender_number.name):06}"
    await writing.run(_CREATE, **row)
    await writing.run(_CREATE_LOTS, rows=parts)
    record(writing, edge.event, Object(_KIND, row["id"], 1), at=now, role=role, public={"buyer": buyer})
    return row, list(parts)


async def publish_tender(writing: Writing, caller: Caller, row: Row, purchases: Sequence[Row], *, now: datetime) -> Row:
    """Publish a tender; from now on suppliers can bid.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_role`.
        BidWindowTooShort: suppliers would have fewer days than the law gives.
        CalendarMissing: its days lie beyond the known calendar.
        Undecided: its rule set says nothing of that day.
        DiscussionMissing, DiscussionOpen: as `require_discussed`.
    """
    role, edge = _role(caller, row, Action.PUBLICATION), transition(Status(row["status"]), Action.PUBLICATION)
    law = Law(row["rules"], local(now).date(), row["method"])
    until = row["comments_until"]
    require_discussed(until, await unanswered_on(writing, row["id"]), now, law, row["profile"])
    opens = None if until is None else bids_from(now)
    window = require_bid_window(opens or now, Method(row["method"]), row["bids_until"], row["rules"])
    grounds = {"rules_version": window.rule.version, "calendar": window.calendar}
    new = await change(writing, _PUBLISH, row, edge.target, published_at=now, bids_from=opens, **grounds)
    record(
        writing,
        edge.event,
        Object(_KIND, new["id"], new["version"]),
        at=now,
        role=role,
        public={
            **{name: new[name] for name in ("number", "buyer", "method", "region", "rules")},
            **grounds,
            "bids_until": new["bids_until"].isoformat(),
            **({} if opens is None else {"bids_from": opens.isoformat()}),
            "profile": {"name": new["profile"], "version": new["profile_version"], "hash": new["profile_hash"]},
            "planned": all(lot["plan_item_id"] is not None for lot in purchases),
            "unplanned": new["unplanned"],
            "lots": [_told(lot) for lot in purchases],
        },
    )
    return new


async def cancel_tender(writing: Writing, caller: Caller, row: Row, *, reason: str, now: datetime) -> Row:
    """Cancel a tender before the deadline for bids; after it, what was offered is known.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_role`.
        BidsClosed: the deadline has passed.
    """
    role, edge = _role(caller, row, Action.CANCELLATION), transition(Status(row["status"]), Action.CANCELLATION)
    if row["published_at"] is not None and now >= row["bids_until"]:
        raise BidsClosed(local(row["bids_until"]))
    new = await change(writing, _CANCEL, row, edge.target)
    subject = Object(_KIND, new["id"], new["version"])
    record(writing, edge.event, subject, at=now, role=role, public={"buyer": new["buyer"]}, private={"reason": reason})
    return new


def _role(caller: Caller, row: Row, action: Action) -> str:
    """The role in which the caller takes an action.

    Raises:
        NotFound, Forbidden: they may not.
    """
    return PERMISSIONS.require(OPERATIONS[action], caller, relation_to(row, caller), sight=SIGHT)


def _lot(tender: Mapping[str, Any], position: int, lot: Purchase, weights: Mapping[str, int]) -> dict[str, Any]:
    return {
        **dict.fromkeys(lots.c.keys()),
        "id": uuid7(),
        "tender_id": tender["id"],
        "position": position,
        "title": dict(lot.title),
        "item_code": lot.item_code,
        "item_name": lot.item_name,
        "quantity": Decimal(lot.quantity),
        "unit": lot.unit,
        "amount": lot.amount,
        "weights": dict(weights),
        "warranty_months": lot.warranty_months,
        "plan_item_id": lot.plan_item,
    }


def _told(lot: Row) -> dict[str, Any]:
    item = lot["plan_item_id"]
    named = {"id": str(lot["id"]), "item": lot["item_code"], "amount": lot["amount"]}
    return named | {"plan_item": None if item is None else str(item)}


_CREATE = Query(insert(tenders).values({name: bindparam(name) for name in tenders.c.keys()}))  # noqa: SIM118
_CREATE_LOTS = inserting(lots)
_PUBLISH = changing(tenders, "published_at", "bids_from", "rules_version", "calendar")
_CANCEL = changing(tenders)

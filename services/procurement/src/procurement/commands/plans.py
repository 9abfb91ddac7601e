"""What a buyer does with its annual plan: make it, approve it, publish it, change it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, any_, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from uuid_utils.compat import uuid7

from procurement.commands.changing import inserting
from procurement.domain.clocks import Law, Step, late_fact
from procurement.domain.errors import AbovePlan, AlreadyPlanned, NothingChanged, PlanItemInUse, UnknownPlanItem
from procurement.domain.plan import CHANGE_STEP, STEPS, Action, Status, require_few_changes, transition
from procurement.permissions import PERMISSIONS, PLAN_OPERATIONS, PLAN_SIGHT, office_of, relation_to
from procurement.tables import awards, lots, plan_changes, plan_items, plan_number, plans, tenders
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object, record
from servicekit.steps import change, changing
from statute.deadlines import local
from statute.money import Money

_KIND = "plan"
_FIRST = "the plan as it was made"


@dataclass(frozen=True, kw_only=True)
class PlannedItem:
    """An item of a plan as its buyer words it; `amount` in tiyn, `month` from 1 to 12."""

    title: Mapping[str, str]
    item_code: str
    item_name: str
    method: str
    amount: int
    quantity: str
    unit: str
    region: str
    month: int


@dataclass(frozen=True, kw_only=True)
class Budgeted:
    """A plan as its buyer words it; `budget_approved_on` starts the days for its approval."""

    year: int
    buyer_name: str
    budget_approved_on: date
    rules: str
    items: Sequence[PlannedItem]


@dataclass(frozen=True, kw_only=True)
class PlanChange:
    """What is put into a plan and what is taken out, and why."""

    reason: str
    add: Sequence[PlannedItem]
    remove: Sequence[UUID]


async def create_plan(writing: Writing, caller: Caller, plan: Budgeted, *, now: datetime) -> Row:
    """Make the plan of a year, which nobody but its buyer sees before the publication.

    Raises:
        PartyUnknown: the caller's token names no body that could buy.
        AlreadyPlanned: there is one for the year.
    """
    role = PERMISSIONS.require("create_plan", caller, "", sight=PLAN_SIGHT)
    buyer = office_of(caller)
    if buyer is None:
        raise PartyUnknown
    edge = transition(None, Action.CREATION)
    row: dict[str, Any] = {
        **dict.fromkeys(plans.c.keys()),
        "id": uuid7(),
        "number": f"ПЛ-{plan.year}-{await writing.draw(plan_number.name):06}",
        "version": 1,
        "status": edge.target,
        "synthetic": caller.synthetic,
        "buyer": buyer,
        "buyer_name": plan.buyer_name,
        "year": plan.year,
        "rules": plan.rules,
        "budget_approved_on": plan.budget_approved_on,
        "created_at": now,
    }
    if await writing.run(_CREATE, **row) is None:
        raise AlreadyPlanned(plan.year)
    await writing.run(_CHANGE, **_change(row, 0, _FIRST, now))
    await writing.run(_ADD, rows=_items(row, 0, plan.items))
    record(writing, edge.event, Object(_KIND, row["id"], 1), at=now, role=role, public={"buyer": buyer})
    return row


async def approve_plan(writing: Writing, caller: Caller, row: Row, *, now: datetime) -> Row:
    """Approve a plan as the body that buys; late or not, it is a fact of the plan.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_role`.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    role, edge = _role(caller, row, Action.APPROVAL), transition(Status(row["status"]), Action.APPROVAL)
    new = await change(writing, _APPROVE, row, edge.target, approved_at=now)
    public = {"year": new["year"]} | _late(STEPS[0], new, new["budget_approved_on"], now)
    record(writing, edge.event, Object(_KIND, new["id"], new["version"]), at=now, role=role, public=public)
    return new


async def publish_plan(
    writing: Writing, caller: Caller, row: Row, changes: Sequence[Row], items: Sequence[Row], *, now: datetime
) -> Row:
    """Publish a plan, or the change that was made to it; `changes` and `items` are all that it has.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_role`.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    role, edge = _role(caller, row, Action.PUBLICATION), transition(Status(row["status"]), Action.PUBLICATION)
    last = changes[-1]
    first = row["published_at"] is None
    new = await change(writing, _PUBLISH, row, edge.target, published_at=row["published_at"] or now)
    await writing.run(_PUBLISH_CHANGE, change=last["id"], now=now)
    late = _late(STEPS[1], new, new["approved_at"], now) if first else _late(CHANGE_STEP, new, last["changed_at"], now)
    told = [
        {"id": str(each["id"]), "item": each["item_code"], "amount": each["amount"], "month": each["month"]}
        for each in items
        if each["added_by"] == last["position"]
    ]
    removed = [str(each["id"]) for each in items if each["removed_by"] == last["position"]]
    public = {"number": new["number"], "buyer": new["buyer"], "year": new["year"], "added": told, "removed": removed}
    subject = Object(_KIND, new["id"], new["version"])
    record(writing, edge.event, subject, at=now, role=role, public=public | {"rules": new["rules"]} | late)
    return new


async def change_plan(
    writing: Writing, caller: Caller, row: Row, changes: Sequence[Row], said: PlanChange, *, now: datetime
) -> Row:
    """Put items into a published plan and take others out; what is in force is what is published next.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_role`.
        NothingChanged: nothing is added and nothing removed.
        TooManyPlanChanges, Undecided: as `plan.require_few_changes`.
        UnknownPlanItem: an item to be removed is not in the plan.
        PlanItemInUse: a tender carries it out.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    role, edge = _role(caller, row, Action.CHANGES), transition(Status(row["status"]), Action.CHANGES)
    if not said.add and not said.remove:
        raise NothingChanged
    made = [each["changed_at"] for each in changes if each["position"] > 0]
    require_few_changes(made, now, law_on=local(now).date(), rules=row["rules"])
    new = await change(writing, _MOVE, row, edge.target)
    position = changes[-1]["position"] + 1
    await writing.run(_CHANGE, **_change(row, position, said.reason, now))
    await _remove(writing, row, position, said.remove)
    if said.add:
        await writing.run(_ADD, rows=_items(row, position, said.add))
    public = {"change": position, "added": len(said.add), "removed": len(said.remove), "reason": said.reason}
    record(writing, edge.event, Object(_KIND, new["id"], new["version"]), at=now, role=role, public=public)
    return new


async def require_planned(writing: Writing, buyer: str, wanted: Iterable[tuple[UUID | None, int]]) -> None:
    """Hold the lots of a tender, as pairs of a plan item and an amount in tiyn, to the buyer's published plan.

    Other lots that carry out the same item count too, unless they are cancelled or nobody got them.

    Raises:
        UnknownPlanItem: an item is in no published plan of the buyer.
        AbovePlan: the lots would cost more than the item has.
    """
    asked: dict[UUID, int] = {}
    for item, amount in wanted:
        if item is not None:
            asked[item] = asked.get(item, 0) + amount
    if not asked:
        return
    known = {each["id"]: each["amount"] for each in await writing.all(_PLANNED, items=list(asked), buyer=buyer)}
    if known.keys() != asked.keys():
        raise UnknownPlanItem
    spent = {each["item"]: each["spent"] for each in await writing.all(_SPENT, items=list(asked))}
    for item, amount in asked.items():
        if spent.get(item, 0) + amount > known[item]:
            raise AbovePlan(Money(known[item]).text())


async def _remove(writing: Writing, row: Row, position: int, ids: Sequence[UUID]) -> None:
    if not ids:
        return
    if await writing.all(_IN_USE, items=list(ids)):
        raise PlanItemInUse
    gone = await writing.all(_REMOVE, plan=row["id"], items=list(ids), position=position)
    if len(gone) != len(set(ids)):
        raise UnknownPlanItem


def _role(caller: Caller, row: Row, action: Action) -> str:
    """The role in which the caller takes an action.

    Raises:
        NotFound, Forbidden: they may not.
    """
    return PERMISSIONS.require(PLAN_OPERATIONS[action], caller, relation_to(row, caller), sight=PLAN_SIGHT)


def _late(step: Step, row: Row, started: datetime | date, now: datetime) -> dict[str, Any]:
    return late_fact(step, started, now, Law(row["rules"], local(row["created_at"]).date()))


def _change(row: Mapping[str, Any], position: int, reason: str, now: datetime) -> dict[str, Any]:
    return {"id": uuid7(), "plan_id": row["id"], "position": position, "reason": reason, "changed_at": now}


def _items(row: Mapping[str, Any], position: int, items: Iterable[PlannedItem]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(uuid7()),
            "plan_id": str(row["id"]),
            "title": dict(each.title),
            "quantity": str(Decimal(each.quantity)),
            "added_by": position,
            "removed_by": None,
            **{
                name: getattr(each, name)
                for name in ("item_code", "item_name", "method", "amount", "unit", "region", "month")
            },
        }
        for each in items
    ]


_items_sent = bindparam("items", type_=ARRAY(Uuid))
_CREATE = Query(
    upsert(plans)
    .values({name: bindparam(name) for name in plans.c.keys()})  # noqa: SIM118
    .on_conflict_do_nothing(constraint="plans_one_a_year")
    .returning(plans.c.id)
)
_CHANGE = Query(
    insert(plan_changes).values(
        {name: bindparam(name) for name in ("id", "plan_id", "position", "reason", "changed_at")}
    )
)
_ADD = inserting(plan_items)
_MOVE = changing(plans)
_APPROVE = changing(plans, "approved_at")
_PUBLISH = changing(plans, "published_at")
_PUBLISH_CHANGE = Query(
    update(plan_changes).where(plan_changes.c.id == bindparam("change")).values(published_at=bindparam("now"))
)
_REMOVE = Query(
    update(plan_items)
    .where(plan_items.c.plan_id == bindparam("plan"), plan_items.c.id == any_(_items_sent))
    .where(plan_items.c.removed_by.is_(None))
    .values(removed_by=bindparam("position", type_=Integer))
    .returning(plan_items.c.id)
)
_live = tenders.c.status != literal_column("'cancelled'")
_IN_USE = Query(
    select(lots.c.plan_item_id)
    .join(tenders, tenders.c.id == lots.c.tender_id)
    .where(lots.c.plan_item_id == any_(_items_sent), _live)
)
# Locked until the end, so that two tenders cannot both take what is left of an item.
_PLANNED = Query(
    select(plan_items.c.id, plan_items.c.amount)
    .join(plans, plans.c.id == plan_items.c.plan_id)
    .join(
        plan_changes,
        (plan_changes.c.plan_id == plan_items.c.plan_id) & (plan_changes.c.position == plan_items.c.added_by),
    )
    .where(plan_items.c.id == any_(_items_sent), plan_items.c.removed_by.is_(None))
    .where(plans.c.buyer == bindparam("buyer"), plan_changes.c.published_at.is_not(None))
    .with_for_update(of=plan_items)
)
_SPENT = Query(
    select(lots.c.plan_item_id.label("item"), func.sum(lots.c.amount).label("spent"))
    .join(tenders, tenders.c.id == lots.c.tender_id)
    .outerjoin(awards, awards.c.lot_id == lots.c.id)
    .where(lots.c.plan_item_id == any_(_items_sent), _live)
    .where(func.coalesce(lots.c.outcome, literal_column("'awarded'")) == literal_column("'awarded'"))
    .where(func.coalesce(awards.c.status, literal_column("'announced'")) != literal_column("'cancelled'"))
    .group_by(lots.c.plan_item_id)
)

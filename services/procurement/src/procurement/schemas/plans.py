"""The shapes of annual plans."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from procurement.domain.clocks import Law, read_clocks
from procurement.domain.plan import CHANGE_STEP, STEPS, Status, actions_in
from procurement.domain.regions import Region
from procurement.domain.tender import Method, Relation
from procurement.permissions import PERMISSIONS, PLAN_OPERATIONS, relation_to
from procurement.schemas.clocks import Clock, clock_of
from procurement.schemas.parts import Amount, Asked, Buyer, Count, Item, Line, NextAction, Title, Titles, amount_of
from procurement.schemas.tenders import above_zero, worth_something
from servicekit.database import Row
from servicekit.identity import Caller
from statute.deadlines import local

Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(9000, 1, 1))]


class NewPlanItem(Asked):
    """A purchase that is planned; `month` is the one in which it is to be announced."""

    title: Title
    item: Item
    method: Method
    quantity: Annotated[Count, AfterValidator(above_zero), Field(examples=["120"])]
    unit: Annotated[Line, Field(examples=["шт."])]
    amount: Annotated[Amount, AfterValidator(worth_something)]
    region: Region
    month: Annotated[int, Field(ge=1, le=12)]


class NewPlan(Asked):
    """The plan of a year. `budget_approved_on` starts the days in which it must be approved."""

    year: Annotated[int, Field(ge=2016, le=2100)]
    buyer_name: Line
    budget_approved_on: Day
    rules: Literal["report", "kz-2015", "kz-2025"] = "report"
    items: Annotated[list[NewPlanItem], Field(min_length=1, max_length=1000)]


class NewPlanChange(Asked):
    """What is put into a plan and what is taken out; the reason is published, so without names of people."""

    reason: Line
    add: Annotated[list[NewPlanItem], Field(max_length=1000)] = Field(default=[])
    remove: Annotated[list[UUID], Field(max_length=1000)] = Field(default=[])


class PlanItem(BaseModel):
    """A planned purchase. `added_by` and `removed_by` are positions in the plan's `changes`."""

    id: UUID
    title: Titles
    item: Item
    method: Method
    quantity: str
    unit: str
    amount: Amount
    region: Region
    month: int
    added_by: int
    removed_by: int | None


class PlanChange(BaseModel):
    """A change of a plan; position 0 is the plan as it was made."""

    position: int
    reason: str
    changed_at: AwareDatetime
    published_at: AwareDatetime | None


class PlanSummary(BaseModel):
    """A plan as it stands in a list."""

    id: UUID
    number: str
    status: Status
    year: int
    buyer: Buyer
    published_on: date | None
    synthetic: bool


class Plan(PlanSummary):
    """A plan with all items that it ever had. What is changed and not published yet is shown to its buyer alone."""

    budget_approved_on: date
    amount: Amount
    items: list[PlanItem]
    changes: list[PlanChange]
    clocks: list[Clock]
    actions: list[NextAction]


def plan_summary_of(row: Row) -> PlanSummary:
    """A row as it stands in a list."""
    return PlanSummary(**_summary(row))


def plan_of(row: Row, items: list[Row], changes: list[Row], caller: Caller, today: date) -> Plan:
    """A plan as this caller may see it, with its terms as they stand today and what the caller may do."""
    relation = relation_to(row, caller)
    shown = [each for each in changes if each["published_at"] is not None or relation is Relation.BUYER]
    positions = {each["position"] for each in shown}
    kept = [_item(each, positions) for each in items if each["added_by"] in positions]
    return Plan(
        **_summary(row),
        budget_approved_on=row["budget_approved_on"],
        amount=amount_of(sum(each.amount.tiyn for each in kept if each.removed_by is None)),
        items=kept,
        changes=[PlanChange(**{name: each[name] for name in PlanChange.model_fields}) for each in shown],
        clocks=_clocks(row, shown, today),
        actions=[
            NextAction(name=action, method="POST", href=f"/v1/plans/{row['id']}/{action}")
            for action in actions_in(Status(row["status"]))
            if PERMISSIONS.role_for(PLAN_OPERATIONS[action], caller, relation)
        ],
    )


def _item(row: Row, positions: set[int]) -> PlanItem:
    return PlanItem(
        item=Item(code=row["item_code"], name=row["item_name"]),
        quantity=format(row["quantity"], "f"),
        amount=amount_of(row["amount"]),
        removed_by=row["removed_by"] if row["removed_by"] in positions else None,
        **{name: row[name] for name in ("id", "title", "method", "unit", "region", "month", "added_by")},
    )


def _clocks(row: Row, changes: list[Row], today: date) -> list[Clock]:
    law = Law(row["rules"], local(row["created_at"]).date())
    moments = {
        "budget": row["budget_approved_on"],
        "approved": row["approved_at"],
        "published": row["published_at"],
    }
    found = list(read_clocks(STEPS, moments, law, today=today))
    for each in changes:
        if each["position"] > 0:
            made = {"changed": each["changed_at"], "published": each["published_at"]}
            found += read_clocks([CHANGE_STEP], made, law, today=today)
    return [clock_of(each, row["id"]) for each in found]


def _summary(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "number", "status", "year", "synthetic")},
        "buyer": Buyer(scheme="KZ-BIN", id=row["buyer"], name=row["buyer_name"]),
        "published_on": row["published_at"] and local(row["published_at"]).date(),
    }

"""The shapes of tenders, and of lots as a tender has them."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from procurement.domain.evaluation import Outcome, ProfileChanged, pinned_profile
from procurement.domain.plan import NOTHING_OUTSIDE, Exempt, plan_exceptions
from procurement.domain.regions import Region
from procurement.domain.tender import Method, Status, actions_in
from procurement.domain.windows import BID_WINDOW
from procurement.permissions import OPERATIONS, PERMISSIONS, relation_to
from procurement.schemas.parts import (
    Amount,
    Asked,
    Basis,
    Buyer,
    Count,
    Item,
    Line,
    Moment,
    NextAction,
    PinnedProfile,
    Title,
    Titles,
    amount_of,
    basis_for,
)
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Translated
from statute.deadlines import local

Weights = dict[str, Annotated[int, Field(ge=0, le=100)]]
WaitingFor = Literal["registry", "profile"]


def above_zero(value: str) -> str:
    if not value.strip("0."):
        raise ValueError("must be above zero")
    return value


def worth_something(value: Amount) -> Amount:
    if value.tiyn == 0:
        raise ValueError("must be above zero")
    return value


class NewLot(Asked):
    """A lot of a tender; without weights, those of the profile. `plan_item` is the item that it carries out."""

    title: Title
    item: Item
    quantity: Annotated[Count, AfterValidator(above_zero), Field(examples=["120"])]
    unit: Annotated[Line, Field(examples=["шт."])]
    amount: Annotated[Amount, AfterValidator(worth_something)]
    weights: Weights | None = None
    warranty_months: Annotated[int, Field(ge=0, le=600)] = 0
    plan_item: UUID | None = None


class NewTender(Asked):
    """A tender to be prepared. `buyer_name` is how the body that buys is called.

    `unplanned` names the ground of the law on which it need not be in the plan.
    """

    title: Title
    method: Method
    region: Region
    buyer_name: Line
    bids_until: Moment
    profile: Annotated[str, Field(max_length=100)] = "report-2022"
    rules: Literal["report", "kz-2015", "kz-2025"] = "report"
    unplanned: Exempt | None = None
    lots: Annotated[list[NewLot], Field(min_length=1, max_length=100)]


class NewCancellation(Asked):
    """Why a tender is cancelled; published, so without names of people."""

    reason: Line


class LotOfTender(BaseModel):
    """What is bought; `outcome` says what became of it."""

    id: UUID
    position: int
    title: Titles
    item: Item
    quantity: str
    unit: str
    amount: Amount
    weights: dict[str, int]
    warranty_months: int
    plan_item: UUID | None
    outcome: Outcome | None


class Planning(BaseModel):
    """Whether all lots carry out items of the buyer's plan; where not, on what ground, if any was named."""

    planned: bool
    exempt: Exempt | None
    words: Translated | None
    source: str


class Discussion(BaseModel):
    """The discussion of the draft: its last day for comments, and from when bids are taken once it is published."""

    opened_at: AwareDatetime
    comments_until: date
    bids_from: AwareDatetime | None


class TenderSummary(BaseModel):
    """A tender as it stands in a list. `amount` is what is allocated to all its lots."""

    id: UUID
    number: str
    status: Status
    method: Method
    title: Titles
    region: Region
    buyer: Buyer
    amount: Amount
    bids_until: AwareDatetime
    published_on: date | None
    synthetic: bool


class Tender(TenderSummary):
    """A tender. `waiting_for` says what holds the award; `basis` is the rule on the days for bids."""

    profile: PinnedProfile
    planning: Planning
    discussion: Discussion | None
    lots: list[LotOfTender]
    waiting_for: WaitingFor | None
    basis: Basis | None
    actions: list[NextAction]


def tender_summary_of(row: Row) -> TenderSummary:
    """A row as it stands in a list."""
    return TenderSummary(**_summary(row))


def tender_of(row: Row, lots: list[Row], caller: Caller) -> Tender:
    """A tender with its lots, and what this caller may do now."""
    published = row["published_at"] is not None
    return Tender(
        **_summary(row),
        profile=PinnedProfile(name=row["profile"], version=row["profile_version"], hash=row["profile_hash"]),
        planning=_planning(row, lots),
        discussion=_discussion(row),
        lots=[LotOfTender(**lot_parts(lot)) for lot in lots],
        waiting_for=_waiting_for(row),
        basis=basis_for(row, BID_WINDOW, row["method"]) if published else None,
        actions=[
            NextAction(name=action, method="POST", href=f"/v1/tenders/{row['id']}/{action}")
            for action in actions_in(Status(row["status"]))
            if PERMISSIONS.role_for(OPERATIONS[action], caller, relation_to(row, caller))
        ],
    )


def lot_parts(row: Row) -> dict[str, Any]:
    """What every shape of a lot has."""
    return {
        "id": row["id"],
        "position": row["position"],
        "title": row["title"],
        "item": Item(code=row["item_code"], name=row["item_name"]),
        "quantity": format(row["quantity"], "f"),
        "unit": row["unit"],
        "amount": amount_of(row["amount"]),
        "weights": row["weights"],
        "warranty_months": row["warranty_months"],
        "plan_item": row["plan_item_id"],
        "outcome": row["outcome"],
    }


def _discussion(row: Row) -> Discussion | None:
    if row["discussion_opened_at"] is None:
        return None
    opens = row["bids_from"]
    return Discussion(
        opened_at=local(row["discussion_opened_at"]),
        comments_until=row["comments_until"],
        bids_from=None if opens is None else local(opens),
    )


def _planning(row: Row, lots: list[Row]) -> Planning:
    exempt = row["unplanned"]
    told = {"words": None, "source": NOTHING_OUTSIDE} if exempt is None else plan_exceptions()[exempt]
    return Planning(planned=all(lot["plan_item_id"] is not None for lot in lots), exempt=exempt, **told)


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "status": row["status"],
        "method": row["method"],
        "title": row["title"],
        "region": row["region"],
        "buyer": Buyer(scheme="KZ-BIN", id=row["buyer"], name=row["buyer_name"]),
        "amount": amount_of(row["amount"]),
        "bids_until": local(row["bids_until"]),
        "published_on": row["published_at"] and local(row["published_at"]).date(),
        "synthetic": row["synthetic"],
    }


def _waiting_for(row: Row) -> WaitingFor | None:
    """The award comes at once after the opening, unless the registry has yet to say who is a debtor."""
    if row["status"] != Status.OPENED:
        return None
    try:
        pinned_profile(row)
    except ProfileChanged:
        return "profile"
    return "registry"

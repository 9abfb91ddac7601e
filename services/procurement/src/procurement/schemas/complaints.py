"""The shapes of complaints about the award of a lot."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from procurement.domain.complaint import Ground, Outcome, Remedy, Reviewer, Status, Treatment, review_under
from procurement.domain.tender import Relation
from procurement.permissions import PERMISSIONS, bidder_of, relation_to, reviewer_of
from procurement.schemas.parts import Asked, Line, NextAction, Words
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.languages import Language
from statute.deadlines import local


class NewComplaint(Asked):
    """What is wrong with the award: grounds from the list, published; and words, for the parties alone."""

    grounds: Annotated[list[Ground], Field(min_length=1, max_length=5)] = Field(default=[Ground.OTHER])
    text: Words
    language: Language


class Order(Asked):
    """What is ordered of a bid when the lot is evaluated again; the reason is published, so without names of people."""

    bid: UUID
    treatment: Treatment
    reason: Line


class NewComplaintDecision(Asked):
    """The decision on a complaint. The reason is published, so without names of people.

    What is upheld, wholly or in part, has a `remedy`: `cancellation`, if none is named, or a `revision` with `orders`.
    A malformed complaint is `returned`.
    """

    outcome: Outcome
    reason: Words
    remedy: Remedy | None = None
    orders: Annotated[list[Order], Field(max_length=1000)] = Field(default=[])


class Review(BaseModel):
    """Who decides the complaint by law; `conflict` says that it is the buyer whose act is complained about."""

    reviewer: Reviewer
    conflict: bool
    source: str


class Complaint(BaseModel):
    """A complaint about an award; `revision` is the one of the result that it is about.

    Grounds, outcome, reason and orders are for everybody; the text is for its author, the buyer and auditors.
    """

    id: UUID
    status: Status
    revision: int
    grounds: list[Ground]
    filed_at: AwareDatetime
    decided_at: AwareDatetime | None
    review: Review
    remedy: Remedy | None
    orders: list[Order]
    synthetic: bool
    text: Annotated[str | None, Field(description="Null for those who are not a party.")]
    language: Language
    reason: str | None
    actions: list[NextAction]


def complaint_of(row: Row, lot: Row, caller: Caller) -> Complaint:
    """A complaint as this caller may see it, and what they may do with it."""
    party = (
        "auditor" in caller.roles
        or bidder_of(row, caller) is Relation.BIDDER
        or ("buyer" in caller.roles and relation_to(lot, caller) is Relation.BUYER)
    )
    source = review_under(lot["tender_rules"], local(lot["published_at"]).date()).source
    conflict = row["reviewer"] == Reviewer.BUYER
    return Complaint(
        **{name: row[name] for name in ("id", "status", "revision", "grounds", "remedy", "synthetic", "language")},
        filed_at=local(row["filed_at"]),
        decided_at=row["decided_at"] and local(row["decided_at"]),
        review=Review(reviewer=row["reviewer"], conflict=conflict, source=source),
        orders=[Order.model_validate(each) for each in row["orders"] or ()],
        text=row["text"] if party else None,
        reason=row["reason"],
        actions=_actions(row, lot, caller),
    )


def _actions(row: Row, lot: Row, caller: Caller) -> list[NextAction]:
    if row["status"] != Status.OPEN:
        return []
    ties = {
        "withdrawal": ("withdraw_award_complaint", bidder_of(row, caller)),
        "decision": ("decide_award_complaint", reviewer_of(row["reviewer"], lot, caller)),
    }
    return [
        NextAction(name=name, method="POST", href=f"/v1/lots/{lot['id']}/complaints/{row['id']}/{name}")
        for name, (operation, tie) in ties.items()
        if PERMISSIONS.role_for(operation, caller, tie)
    ]

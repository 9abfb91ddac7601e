"""Proceedings as their parties and bailiffs see them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from registry.domain.opening import pinned_rule
from registry.domain.proceeding import Ground, Relation, Status, actions_in
from registry.domain.queues import Category
from registry.domain.restrictions import Kind, LegalGround
from registry.permissions import OPERATIONS, PERMISSIONS
from registry.schemas.parts import (
    Amount,
    ExecutiveDocument,
    Party,
    RegionName,
    amount_of,
    categories_of,
    debtor_of,
    moment_of,
    region_of,
)
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.shapes import Basis, NextAction, Term, basis_of, term_of
from statute.deadlines import local


class Bailiff(BaseModel):
    """Who conducts the proceeding, and in which office."""

    name: str | None
    office: str


class Claim(BaseModel):
    """What one claimant is owed, in which queue, and what is paid of it."""

    id: UUID
    claimant: Party
    category: Category
    queue: int
    amount: Amount
    paid: Amount
    claimed_on: date


class Restriction(BaseModel):
    """What is forbidden to the debtor, since when, on which ground, and when it was lifted."""

    id: UUID
    kind: Kind
    ground: LegalGround
    source: str
    imposed_at: datetime
    lifted_at: datetime | None


class ProceedingSummary(BaseModel):
    """A proceeding as it stands in its bailiff's list; claimants are not in lists."""

    id: UUID
    number: str
    status: Status
    synthetic: bool
    region: RegionName
    categories: list[Category]
    amount: Amount
    paid: Amount
    debtor: Party
    received_at: datetime
    opening_due_on: date
    opening_overdue: bool
    opened_at: datetime | None
    closed_at: datetime | None


class Proceeding(ProceedingSummary):
    """A proceeding as its parties and its bailiff see it."""

    document: ExecutiveDocument
    bailiff: Bailiff
    claims: list[Claim]
    restrictions: list[Restriction]
    ground: Ground | None
    term: Term
    basis: Basis
    calendar: str
    actions: list[NextAction]


class Share(BaseModel):
    """What a claimant gets of the proceeds, and why.

    `of_queue` is the claim's exact part of all that is owed in its queue; `proportional` is what the claimant would get
    if all claims shared alike, without queues.
    """

    claim: UUID
    claimant: Party
    category: Category
    queue: int
    claimed_on: date
    owed: Amount
    of_queue: str
    paid: Amount
    rest: Amount
    proportional: Amount


class Distribution(BaseModel):
    """Money received, and how it was shared; the surplus is the debtor's."""

    id: UUID
    at: datetime
    proceeds: Amount
    distributed: Amount
    surplus: Amount
    shares: list[Share]


def summary_of(row: Row) -> ProceedingSummary:
    """A row as it stands in a list."""
    return ProceedingSummary(**_summary(row))


def proceeding_of(row: Row, imposed: Iterable[Row], caller: Caller, relation: Relation) -> Proceeding:
    """A row with its restrictions as this party sees it, and what they may do now."""
    rule = pinned_rule(row)
    return Proceeding(
        **_summary(row),
        document=ExecutiveDocument(number=row["document"], issued_by=row["issued_by"]),
        bailiff=Bailiff(name=row["bailiff_name"], office=row["office"]),
        claims=[_claim(claim) for claim in row["claims"]],
        restrictions=[_restriction(each) for each in imposed],
        ground=row["ground"],
        term=term_of(rule.term),
        basis=basis_of(rule),
        calendar=row["calendar"],
        actions=[
            NextAction(name=action, method="POST", href=f"/v1/proceedings/{row['id']}/{action}")
            for action in actions_in(Status(row["status"]))
            if PERMISSIONS.role_for(OPERATIONS[action], caller, relation)
        ],
    )


def distribution_of(row: Row) -> Distribution:
    """A distribution with its whole calculation."""
    return Distribution(
        id=row["id"],
        at=local(row["at"]),
        proceeds=amount_of(row["proceeds_tiyn"]),
        distributed=amount_of(row["proceeds_tiyn"] - row["surplus_tiyn"]),
        surplus=amount_of(row["surplus_tiyn"]),
        shares=[_share(share) for share in row["shares"]],
    )


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "status": row["status"],
        "synthetic": row["synthetic"],
        "region": region_of(row["region"]),
        "categories": categories_of(row),
        "amount": amount_of(row["claimed_tiyn"]),
        "paid": amount_of(row["paid_tiyn"]),
        "debtor": debtor_of(row),
        "received_at": local(row["received_at"]),
        "opening_due_on": row["opening_due_on"],
        "opening_overdue": row["opening_overdue"],
        "opened_at": moment_of(row["opened_at"]),
        "closed_at": moment_of(row["closed_at"]),
    }


def _claimant(claim: dict[str, Any]) -> Party:
    return Party(scheme=claim["scheme"], id=claim["number"], name=claim["name"])


def _claim(claim: dict[str, Any]) -> Claim:
    return Claim(
        id=claim["id"],
        claimant=_claimant(claim),
        category=claim["category"],
        queue=claim["queue"],
        amount=amount_of(claim["tiyn"]),
        paid=amount_of(claim["paid_tiyn"]),
        claimed_on=claim["claimed_on"],
    )


def _share(share: dict[str, Any]) -> Share:
    sums = {name: amount_of(share[name]) for name in ("owed", "paid", "rest", "proportional")}
    facts = {name: share[name] for name in ("claim", "category", "queue", "claimed_on", "of_queue")}
    return Share(claimant=_claimant(share), **facts, **sums)


def _restriction(row: Row) -> Restriction:
    facts = {name: row[name] for name in ("id", "kind", "ground", "source")}
    return Restriction(**facts, imposed_at=local(row["imposed_at"]), lifted_at=moment_of(row["lifted_at"]))

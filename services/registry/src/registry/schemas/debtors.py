"""The register as everybody sees it: companies by name, people only as an answer about somebody already known."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from registry.domain.queues import Category
from registry.domain.search import REASONS, ByName, ByNumber, Certainty
from registry.schemas.parts import (
    Amount,
    Party,
    RegionName,
    amount_of,
    categories_of,
    debtor_of,
    region_of,
    unpaid_of,
)
from servicekit.database import Row
from servicekit.languages import Translated
from statute.deadlines import local


class RegisteredProceeding(BaseModel):
    """An open proceeding as the register shows it; `amount` is what is still unpaid."""

    number: str
    opened_at: datetime
    categories: list[Category]
    amount: Amount
    region: RegionName
    office: str
    synthetic: bool


class RegisterEntry(RegisteredProceeding):
    """An open proceeding against a company."""

    debtor: Party


class Hit(BaseModel):
    """A debtor who was found, how certain that is, and why; a person is not named."""

    certainty: Certainty
    reason: Translated
    debtor: Party | None
    count: int
    amount: Amount
    proceedings: list[RegisteredProceeding]


class SearchAnswer(BaseModel):
    """Who was found at this moment; an empty list means that nobody stands in the register.

    `receipt` is the address of the answer's receipt, when one was asked for.
    """

    at: datetime
    by: str
    items: list[Hit]
    receipt: str | None = None


class Checked(BaseModel):
    """Whether somebody is a debtor at this moment."""

    scheme: str
    id: str
    debtor: bool


class CheckAnswer(BaseModel):
    """The subjects in the order in which they were asked."""

    at: datetime
    items: list[Checked]


def entry_of(row: Row) -> RegisterEntry:
    """A company's proceeding in the register."""
    return RegisterEntry(**_registered(row), debtor=debtor_of(row))


def answer_of(rows: Iterable[Row], asked: ByNumber | ByName, now: datetime) -> SearchAnswer:
    """The debtors among these rows of the register, each with their proceedings, in the order of the oldest."""
    ordered = sorted(rows, key=lambda row: (row["debtor_id"], row["proceeding"]))
    debtors = [list(group) for _, group in groupby(ordered, key=lambda row: row["debtor_id"])]
    debtors.sort(key=lambda group: group[0]["proceeding"])
    return SearchAnswer(at=local(now), by=asked.by, items=[_hit(group, asked) for group in debtors])


def _hit(rows: list[Row], asked: ByNumber | ByName) -> Hit:
    return Hit(
        certainty=asked.certainty,
        reason=Translated(**REASONS[asked.by]),
        debtor=debtor_of(rows[0]) if rows[0]["debtor_scheme"] == "KZ-BIN" else None,
        count=len(rows),
        amount=amount_of(sum(unpaid_of(row) for row in rows)),
        proceedings=[RegisteredProceeding(**_registered(row)) for row in rows],
    )


def _registered(row: Row) -> dict[str, Any]:
    return {
        "number": row["number"],
        "opened_at": local(row["opened_at"]),
        "categories": categories_of(row),
        "amount": amount_of(unpaid_of(row)),
        "region": region_of(row["region"]),
        "office": row["office"],
        "synthetic": row["synthetic"],
    }

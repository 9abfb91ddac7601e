"""The shapes of the data behind pictures, and the values that pictures are drawn from."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from procurement.domain.pictures.concentration import Concentration, Supplied
from procurement.domain.pictures.flow import Step
from procurement.domain.pictures.prices import Marks, PriceShown
from procurement.domain.pictures.spending import Spent
from procurement.domain.tender import Method
from procurement.queries.prices import Beside
from procurement.schemas.parts import Amount, Supplier, amount_of, supplier_of
from procurement.schemas.prices import in_force, share_text
from redflags.prices import PARAMETERS, window, words_for
from servicekit.database import Row
from servicekit.languages import Language
from statute.deadlines import local

_PARTS = 10_000


class Spending(BaseModel):
    """What was awarded in a month by one method, cancelled awards left out."""

    month: Annotated[str, Field(examples=["2026-11"])]
    method: Method
    count: int
    total: Amount


class Share(BaseModel):
    """What one supplier was awarded, and which part of the whole that is, cancelled awards left out.

    `points` is the squared share in percent, whose sum over all suppliers is the Herfindahl–Hirschman index: 10,000 is
    a single supplier. Both are rounded down.
    """

    supplier: Supplier
    count: int
    total: Amount
    share: Annotated[str, Field(description="From 0 to 1, with four decimals.", examples=["0.2500"])]
    points: Annotated[str, Field(examples=["625.0000"])]


class FlowStep(BaseModel):
    """A step that a contract has come to, or that led to it: its day, and the sum that stood then."""

    name: Annotated[str, Field(examples=["plan", "tender", "award", "contract"])]
    number: str | None
    on: date
    amount: Amount
    href: str


class Flow(BaseModel):
    """The way of a contract from the plan on, in order; a step that is not here has no data."""

    contract: UUID
    number: str
    buyer_name: str
    supplier: Supplier
    steps: list[FlowStep]


def spending_of(row: Row) -> Spending:
    return Spending(month=row["month"], method=row["method"], count=row["count"], total=amount_of(row["total"]))


def spent(row: Row) -> Spent:
    return Spent(row["month"], row["method"], row["total"])


def share_of(row: Row) -> Share:
    """A supplier's line."""
    whole = int(row["whole"])
    points = row["total"] ** 2 * _PARTS * _PARTS // whole**2 if whole else 0
    return Share(
        supplier=supplier_of(row["supplier"], row["supplier_scheme"], row["supplier_number"], row["supplier_name"]),
        count=row["count"],
        total=amount_of(row["total"]),
        share=share_text(row["total"], whole),
        points=f"{points // _PARTS}.{points % _PARTS:04}",
    )


def concentration_of(rows: Sequence[Row]) -> Concentration:
    """The whole, told by its largest lines."""
    if not rows:
        return Concentration([], 0, 0, 0)
    whole, squares = int(rows[0]["whole"]), int(rows[0]["squares"])
    return Concentration(
        largest=[Supplied(str(row["supplier"]), row["supplier_name"], row["total"], row["count"]) for row in rows],
        suppliers=rows[0]["suppliers"],
        total=whole,
        hhi=squares * _PARTS // whole**2 if whole else 0,
    )


def flow_of(row: Row) -> Flow:
    """The way of the contract in this row."""
    published = local(row["published_at"]).date()
    steps = [
        _step("tender", row["tender_number"], published, row["lot_amount"], f"/v1/tenders/{row['tender_id']}"),
        _step("award", None, row["awarded_on"], row["award_amount"], f"/v1/awards/{row['award_id']}"),
    ]
    if row["concluded_at"] is not None:  # a draft is none
        concluded = local(row["concluded_at"]).date()
        steps.append(_step("contract", row["number"], concluded, row["amount"], f"/v1/contracts/{row['id']}"))
    for name, day, amount in (("acceptance", "accepted_on", "accepted"), ("payment", "paid_on", "paid")):
        if row[day] is not None:
            steps.append(_step(name, None, row[day], row[amount], f"/v1/contracts/{row['id']}"))
    if row["plan_published_at"] is not None:
        planned = local(row["plan_published_at"]).date()
        steps.insert(0, _step("plan", row["plan_number"], planned, row["plan_amount"], f"/v1/plans/{row['plan_id']}"))
    return Flow(
        contract=row["id"],
        number=row["number"],
        buyer_name=row["buyer_name"],
        supplier=supplier_of(row["supplier"], row["supplier_scheme"], row["supplier_number"], row["supplier_name"]),
        steps=steps,
    )


def steps_of(flow: Flow) -> list[Step]:
    """The steps as they are drawn."""
    return [Step(each.name, each.number, each.on, each.amount.tiyn) for each in flow.steps]


def price_shown(beside: Beside, language: Language) -> PriceShown:
    """The price of an award as it is drawn."""
    row = in_force(beside.row)
    verdict = words_for(row["state"], row["overstatement"], PARAMETERS)[language]
    item, unit = row["item_name"], row["unit"] or ""
    if beside.rung is None:
        price = row["unit_price"]
        return PriceShown(item, unit, verdict, None if price is None else int(price))
    since, before = window(row["awarded_on"], PARAMETERS)
    marks = None
    if row["median"] is not None:
        marks = Marks(int(row["median"]), int(row["reference"]), PARAMETERS.percents[2])
    return PriceShown(
        item=item,
        unit=unit,
        verdict=verdict,
        price=int(row["unit_price"]),
        level=PARAMETERS.rungs[beside.rung.name][language],
        since=since,
        before=before,
        n=row["n"],
        bounds=beside.bounds,
        counts=beside.counts,
        marks=marks,
        peers=[] if marks else [int(each["price"]) for each in beside.peers],
        overstatement=row["overstatement"],
    )


def _step(name: str, number: str | None, on: date, amount: int, href: str) -> FlowStep:
    return FlowStep(name=name, number=number, on=on, amount=amount_of(amount), href=href)

"""The shapes of protocols: who bid what, and what came of it, every field as data."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from procurement.domain.evaluation import Outcome
from procurement.queries.protocols import Record
from procurement.schemas.bids import Check, check_of
from procurement.schemas.clocks import Clock, clock_of
from procurement.schemas.complaints import Order
from procurement.schemas.lots import TenderName
from procurement.schemas.parts import Amount, Supplier, supplier_of
from procurement.schemas.scoring import Gap, Ranked, Refused, TieStep, scoring_of
from servicekit.database import Row
from statute.deadlines import local


class OpenedBid(BaseModel):
    """Who bid, when, and how much."""

    bid: UUID
    lot: UUID
    supplier: Supplier
    received_at: AwareDatetime
    price: Amount


class OpeningProtocol(BaseModel):
    """The opening; `entry` is its act in the journal."""

    bids_until: AwareDatetime
    opened_at: AwareDatetime
    entry: UUID | None
    bids: list[OpenedBid]


class ResultOfBid(BaseModel):
    """What came of a bid: its place with every point or discount, or why it was refused, and every bar asked of it."""

    bid: UUID
    supplier: Supplier
    price: Amount
    received_at: AwareDatetime
    ranked: Ranked | None
    refused: Refused | None
    checks: list[Check]


class ResultsProtocol(BaseModel):
    """The result of a lot. A revision names the complaint that ordered it and what was ordered.

    `clock` says when it was due and made, and how late; `entry` is its act in the journal.
    """

    lot: UUID
    position: int
    revision: int
    made_at: AwareDatetime
    clock: Clock
    entry: UUID | None
    outcome: Outcome
    winner: UUID | None
    runner_up: UUID | None
    undecided: Gap | None
    bids: list[ResultOfBid]
    ties: list[TieStep]
    complaint: UUID | None
    orders: list[Order]


class Protocol(BaseModel):
    """The protocols of a tender: of its opening, and of the result of each lot, each time that it was reached."""

    tender: TenderName
    opening: OpeningProtocol
    results: list[ResultsProtocol]


def protocol_of(tender: Row, record: Record) -> Protocol:
    """The protocols as everybody sees them; natural persons without number or name."""
    return Protocol(
        tender=TenderName(id=tender["id"], number=tender["number"]),
        opening=OpeningProtocol(
            bids_until=local(tender["bids_until"]),
            opened_at=local(tender["opened_at"]),
            entry=record.entries.get((tender["id"], 0)),
            bids=[OpenedBid(lot=each["lot_id"], **_bid(each)) for each in record.bids],
        ),
        results=[_result(each, record) for each in record.results],
    )


def _result(row: Row, record: Record) -> ResultsProtocol:
    scoring = scoring_of(row["result"])
    ranked = {each.bid: each for each in scoring.ranking}
    refused = {each.bid: each for each in scoring.refused}
    offered = [each for each in record.bids if each["lot_id"] == row["lot_id"]]
    second = [each.bid for each in scoring.ranking if each.place == 2]  # noqa: PLR2004 - behind the first
    return ResultsProtocol(
        lot=row["lot_id"],
        **{name: row[name] for name in ("position", "revision", "outcome")},
        made_at=local(row["made_at"]),
        clock=clock_of(record.clocks[row["id"]], row["lot_id"]),
        entry=record.entries.get((row["lot_id"], row["revision"])),
        winner=UUID(scoring.winner) if scoring.winner else None,
        runner_up=UUID(second[0]) if scoring.winner and len(second) == 1 else None,
        undecided=scoring.undecided,
        bids=[
            ResultOfBid(
                **_bid(each),
                ranked=ranked.get(str(each["id"])),
                refused=refused.get(str(each["id"])),
                checks=[check_of(said) for said in each["checks"] or ()],
            )
            for each in offered
        ],
        ties=scoring.ties,
        complaint=row["complaint_id"],
        orders=[Order.model_validate(each) for each in row["orders"] or ()],
    )


def _bid(row: Row) -> dict[str, Any]:
    return {
        "bid": row["id"],
        "supplier": supplier_of(row["party_id"], row["scheme"], row["number"], row["name"]),
        "received_at": local(row["received_at"]),
        "price": Amount.model_validate(row["content"]["price"]),
    }

"""The award: what becomes of every lot of a tender whose bids are open, by its profile alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, literal_column, select

from procurement import notices
from procurement.commands.announcing import announce, put_down_protocol
from procurement.commands.certifying import certify, subject_of
from procurement.commands.changing import updating
from procurement.domain import bid, tender
from procurement.domain.bars import (
    DEBTOR,
    Bar,
    Check,
    Circumstances,
    Party,
    Result,
    barred_by,
    candidate_of,
    check_all,
    named_by,
    results_of,
)
from procurement.domain.bid import SCHEMES
from procurement.domain.clocks import RESULTS, late_fact
from procurement.domain.evaluation import Evaluation, evaluate, lot_of, pinned_profile, written_bid
from procurement.queries.clocks import law_of
from procurement.queries.tenders import lots_of
from procurement.tables import bids, lots, parties, tenders
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import Notice, notify
from servicekit.steps import change, changing


@dataclass(frozen=True, slots=True)
class Case:
    """A tender whose bids are open, with its lots and all that was offered for them."""

    tender: Row
    lots: Sequence[Row]
    bids: Sequence[Row]

    @property
    def parties(self) -> frozenset[Party]:
        """Everybody whom the register is asked about: suppliers, affiliates and subcontractors."""
        return frozenset(party for each in self.bids for party in named_by(candidate_of(each)))

    def bids_for(self, lot: Row) -> list[Row]:
        return [each for each in self.bids if each["lot_id"] == lot["id"]]

    def winner_of(self, evaluation: Evaluation) -> Row | None:
        return next((each for each in self.bids if str(each["id"]) == evaluation.winner), None)


async def opened_cases(reading: Reading, *, limit: int) -> list[Case]:
    """The tenders that wait for their award, the longest waiting first."""
    rows = await reading.all(_OPENED, limit=limit)
    return [Case(row, await lots_of(reading, row["id"]), await reading.all(_BIDS, tender=row["id"])) for row in rows]


async def waiting_for_award(reading: Reading, now: datetime) -> timedelta:
    """For how long the tender that was opened first has waited."""
    oldest = await reading.value(_OLDEST)
    return timedelta() if oldest is None else now - oldest


async def award_lots(writing: Writing, case: Case, debtors: Collection[tuple[str, str]], *, now: datetime) -> None:
    """Evaluate every lot, and announce the awards.

    Raises:
        ProfileChanged: the profile that was published is not known any more.
        ChangedMeanwhile: somebody else has evaluated the tender.
        CalendarMissing, Undecided: as `complaint_window`; the publication has made sure of it.
    """
    checks = {name: each for lot in case.lots for name, each in _checked(case, lot, debtors).items()}
    barred = barred_by(checks)
    evaluations = {lot["id"]: _evaluate(case, lot, checks, barred, now) for lot in case.lots}
    edge = tender.transition(tender.Status(case.tender["status"]), tender.Action.EVALUATION)
    new = await change(writing, _EVALUATE, case.tender, edge.target, evaluated_at=now)
    await writing.run(_EVALUATE_LOTS, rows=[_lot_row(lot_id, each) for lot_id, each in evaluations.items()])
    refusals = {name: why for each in evaluations.values() for name, why in each.refusals.items()}
    if case.bids:
        await writing.run(_EVALUATE_BIDS, rows=[_bid_row(each, checks, refusals) for each in case.bids])
    late = late_fact(RESULTS, case.tender["opened_at"], now, law_of(case.tender))
    announced = {}
    for lot in case.lots:
        evaluation = evaluations[lot["id"]]
        await put_down_protocol(writing, lot, evaluation, now=now)
        announced[lot["id"]] = await announce(writing, case.tender, lot, case.winner_of(evaluation), now=now)
    _record_bids(writing, case, refusals, now)
    await certify(writing, case.tender["number"], evaluations, now=now)
    record(
        writing,
        edge.event,
        Object("tender", new["id"], new["version"]),
        at=now,
        role="system",
        public={"lots": [{"lot": str(lot_id), "outcome": each.outcome} for lot_id, each in evaluations.items()]} | late,
    )
    await notify(writing, *_told(case, announced, barred), at=now)


def _checked(case: Case, lot: Row, debtors: Collection[Party]) -> dict[str, list[Check]]:
    """What came of asking every bar of every bid for a lot."""
    law = law_of(case.tender)
    known = Circumstances(
        rules=law.rules,
        law_on=law.day,
        buyer=case.tender["buyer"],
        amount=lot["amount"],
        bids_until=case.tender["bids_until"],
        debtors=debtors,
        registered=SCHEMES.__contains__,
    )
    return check_all([candidate_of(each) for each in case.bids_for(lot)], known)


def _evaluate(
    case: Case, lot: Row, checks: Mapping[str, Sequence[Check]], barred: Mapping[str, Bar], now: datetime
) -> Evaluation:
    offered = [written_bid(each, results_of(checks[str(each["id"])])) for each in case.bids_for(lot)]
    subject = subject_of(case.tender["id"], case.tender["number"], lot, now)
    rules = pinned_profile(case.tender)
    return evaluate(rules, lot_of(rules, lot), offered, barred, subject)


def _lot_row(lot_id: UUID, evaluation: Evaluation) -> dict[str, Any]:
    return {"id": str(lot_id), "outcome": evaluation.outcome, "result": evaluation.result}


def _bid_row(row: Row, checks: Mapping[str, Sequence[Check]], refusals: Mapping[str, str]) -> dict[str, Any]:
    asked = checks[str(row["id"])]
    return {
        "id": str(row["id"]),
        "version": row["version"] + 1,
        "status": bid.transition(bid.Status(row["status"]), bid.Action.EVALUATION).target,
        "debtor_check": _DEBTOR_CHECKS[next((each.result for each in asked if each.bar == DEBTOR), Result.UNKNOWN)],
        "refusal": refusals.get(str(row["id"])),
        "checks": [each.as_data() for each in asked],
    }


def _record_bids(writing: Writing, case: Case, refusals: Mapping[str, str], now: datetime) -> None:
    for each in case.bids:
        record(
            writing,
            bid.transition(bid.Status(each["status"]), bid.Action.EVALUATION).event,
            Object("bid", each["id"], each["version"] + 1),
            at=now,
            role="system",
            public={"lot": str(each["lot_id"]), "refusal": refusals.get(str(each["id"]))},
        )


def _told(
    case: Case, announced: Mapping[UUID, Mapping[str, Any] | None], barred: Mapping[str, Bar]
) -> Iterator[Notice]:
    for each in case.bids:
        won = announced[each["lot_id"]]
        bar = barred.get(str(each["id"]))
        if bar is not None and bar.reason == DEBTOR:
            yield notices.refused_as_debtor(case.tender, each)
        elif bar is not None:
            yield notices.bid_barred(case.tender, each)
        elif won is None:
            yield notices.lot_unsuccessful(case.tender, each)
        else:
            yield (notices.awarded if won["bid_id"] == each["id"] else notices.not_awarded)(won, each)


# Whom the register cannot know was not asked about.
_DEBTOR_CHECKS = {
    Result.PASSED: bid.DebtorCheck.CLEAR,
    Result.BARRED: bid.DebtorCheck.DEBTOR,
    Result.UNKNOWN: bid.DebtorCheck.NOT_APPLICABLE,
}
_opened = tenders.c.status == literal_column("'opened'")
_OPENED = Query(
    select(*tenders.c).where(_opened).order_by(tenders.c.opened_at).limit(bindparam("limit", type_=Integer))
)
_OLDEST = Query(select(func.min(tenders.c.opened_at)).where(_opened))
_BIDS = Query(
    select(*bids.c, parties.c.scheme, parties.c.number, parties.c.name)
    .join(parties, parties.c.id == bids.c.party_id)
    .where(bids.c.tender_id == bindparam("tender"), bids.c.status == "opened")
    .order_by(bids.c.id)
)
_EVALUATE = changing(tenders, "evaluated_at")
_EVALUATE_LOTS = updating(lots, "outcome", "result")
_EVALUATE_BIDS = updating(bids, "version", "status", "debtor_check", "refusal", "checks")

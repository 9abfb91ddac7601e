"""The award: what becomes of every lot of a tender whose bids are open, by its profile alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, LargeBinary, Text, Uuid, bindparam, column, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from uuid_utils.compat import uuid7

from procurement import notices
from procurement.commands.changing import updating
from procurement.domain import award, bid, tender
from procurement.domain.clocks import RESULTS, late_fact
from procurement.domain.evaluation import Evaluation, evaluate, lot_of, pinned_profile, tiyn, written_bid
from procurement.domain.windows import complaint_window
from procurement.queries.certificates import packed
from procurement.queries.clocks import law_of
from procurement.queries.tenders import lots_of
from procurement.tables import awards, bids, certificates, lots, parties, tenders
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, moment, record
from servicekit.notices import Notice, notify
from servicekit.steps import change, changing
from statute.deadlines import local


@dataclass(frozen=True, slots=True)
class Case:
    """A tender whose bids are open, with its lots and all that was offered for them."""

    tender: Row
    lots: Sequence[Row]
    bids: Sequence[Row]

    @property
    def suppliers(self) -> frozenset[tuple[str, str]]:
        return frozenset((each["scheme"], each["number"]) for each in self.bids)

    def bids_for(self, lot: Row) -> list[Row]:
        return [each for each in self.bids if each["lot_id"] == lot["id"]]


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
    barred = {str(each["id"]) for each in case.bids if (each["scheme"], each["number"]) in debtors}
    evaluations = {lot["id"]: _evaluate(case, lot, barred, now) for lot in case.lots}
    edge = tender.transition(tender.Status(case.tender["status"]), tender.Action.EVALUATION)
    new = await change(writing, _EVALUATE, case.tender, edge.target, evaluated_at=now)
    await writing.run(_EVALUATE_LOTS, rows=[_lot_row(lot_id, each) for lot_id, each in evaluations.items()])
    refusals = {name: why for each in evaluations.values() for name, why in each.refusals.items()}
    if case.bids:
        await writing.run(_EVALUATE_BIDS, rows=[_bid_row(each, barred, refusals) for each in case.bids])
    late = late_fact(RESULTS, case.tender["opened_at"], now, law_of(case.tender))
    announced = {lot["id"]: await _announce(writing, case, lot, evaluations[lot["id"]], now) for lot in case.lots}
    _record_bids(writing, case, refusals, now)
    await _certify(writing, case, evaluations, now)
    record(
        writing,
        edge.event,
        Object("tender", new["id"], new["version"]),
        at=now,
        role="system",
        public={"lots": [{"lot": str(lot_id), "outcome": each.outcome} for lot_id, each in evaluations.items()]} | late,
    )
    await notify(writing, *_told(case, announced, barred), at=now)


def _evaluate(case: Case, lot: Row, barred: Collection[str], now: datetime) -> Evaluation:
    offered = [written_bid(each, _check(each, barred)) for each in case.bids_for(lot)]
    subject = {
        "evaluated_at": moment(now),
        "lot": {"id": str(lot["id"]), "position": lot["position"]},
        "service": "procurement",
        "tender": {"id": str(case.tender["id"]), "number": case.tender["number"]},
    }
    rules = pinned_profile(case.tender)
    return evaluate(rules, lot_of(rules, lot), offered, barred, subject)


async def _certify(writing: Writing, case: Case, evaluations: Mapping[UUID, Evaluation], now: datetime) -> None:
    """Put the certificates down as they are now, and publish the digest of each in the journal of its lot."""
    made = {lot_id: each.certificate for lot_id, each in evaluations.items()}
    await writing.run(
        _CERTIFY,
        lots=list(made),
        digests=[each["digest"] for each in made.values()],
        contents=[packed(each) for each in made.values()],
    )
    for lot_id, each in evaluations.items():
        public = {
            "tender": case.tender["number"],
            "outcome": each.outcome,
            "certificate": each.certificate["digest"],
        }
        record(writing, "lot.evaluated", Object("lot", lot_id, 1), at=now, role="system", public=public)


async def _announce(
    writing: Writing, case: Case, lot: Row, evaluation: Evaluation, now: datetime
) -> Mapping[str, Any] | None:
    """Put down the award of a lot, and open its days for complaints; None where there is no winner."""
    if evaluation.winner is None:
        return None
    winner = next(each for each in case.bids if str(each["id"]) == evaluation.winner)
    edge = award.transition(None, award.Action.ANNOUNCEMENT)
    row = _award_row(case.tender, lot, winner, now) | {"status": edge.target}
    await writing.run(_ANNOUNCE, **row, searched=_searched(row))
    record(
        writing,
        edge.event,
        Object("award", row["id"], row["version"]),
        at=now,
        role="system",
        public={
            "tender": row["tender_number"],
            "lot": str(lot["id"]),
            "bid": evaluation.winner,
            "buyer": row["buyer"],
            "supplier": {"party": str(row["supplier"]), "scheme": row["supplier_scheme"], "id": row["supplier_number"]},
            "amount": row["amount"],
            "allocated": row["allocated"],
            "complaints_until": row["complaints_until"].isoformat(),
            **{name: row[name] for name in ("rules", "rules_version", "calendar")},
            "profile_hash": case.tender["profile_hash"],
        },
    )
    return row


def _award_row(opened: Row, lot: Row, winner: Row, now: datetime) -> dict[str, Any]:
    window = complaint_window(now, opened["published_at"], opened["rules"])
    person = winner["scheme"] == "KZ-IIN"
    return {
        "id": uuid7(),
        "version": 1,
        "tender_id": opened["id"],
        "tender_number": opened["number"],
        "lot_id": lot["id"],
        "lot_position": lot["position"],
        "lot_title": lot["title"],
        "bid_id": winner["id"],
        "supplier": winner["party_id"],
        "supplier_scheme": winner["scheme"],
        "supplier_number": None if person else winner["number"],
        "supplier_name": None if person else winner["name"],
        "amount": tiyn(winner["content"]["price"]),
        "allocated": lot["amount"],
        "awarded_at": now,
        "awarded_on": local(now).date(),
        "complaints_until": window.until,
        "rules": window.rule.rules,
        "rules_version": window.rule.version,
        "calendar": window.calendar,
        **{name: opened[name] for name in ("synthetic", "method", "region", "buyer", "buyer_name")},
        **{name: lot[name] for name in ("item_code", "item_name", "quantity", "unit")},
    }


def _searched(row: Mapping[str, Any]) -> str:
    """All words by which an award is found."""
    named = ("tender_number", "buyer_name", "supplier_name", "item_code", "item_name")
    return "\n".join([*(row[name] or "" for name in named), *row["lot_title"].values()])


def _lot_row(lot_id: UUID, evaluation: Evaluation) -> dict[str, Any]:
    return {"id": str(lot_id), "outcome": evaluation.outcome, "result": evaluation.result}


def _bid_row(row: Row, barred: Collection[str], refusals: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "version": row["version"] + 1,
        "status": bid.transition(bid.Status(row["status"]), bid.Action.EVALUATION).target,
        "debtor_check": _check(row, barred),
        "refusal": refusals.get(str(row["id"])),
    }


def _check(row: Row, barred: Collection[str]) -> bid.DebtorCheck:
    """What the register of debtors said when it was asked for the award."""
    if str(row["id"]) in barred:
        return bid.DebtorCheck.DEBTOR
    unasked = row["debtor_check"] == bid.DebtorCheck.NOT_APPLICABLE
    return bid.DebtorCheck.NOT_APPLICABLE if unasked else bid.DebtorCheck.CLEAR


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


def _told(case: Case, announced: Mapping[UUID, Mapping[str, Any] | None], barred: Collection[str]) -> Iterator[Notice]:
    for each in case.bids:
        won = announced[each["lot_id"]]
        if str(each["id"]) in barred:
            yield notices.refused_as_debtor(case.tender, each)
        elif won is None:
            yield notices.lot_unsuccessful(case.tender, each)
        else:
            yield (notices.awarded if won["bid_id"] == each["id"] else notices.not_awarded)(won, each)


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
_EVALUATE_BIDS = updating(bids, "version", "status", "debtor_check", "refusal")
_made = (
    func.unnest(
        bindparam("lots", type_=ARRAY(Uuid)),
        bindparam("digests", type_=ARRAY(Text)),
        bindparam("contents", type_=ARRAY(LargeBinary)),
    )
    .table_valued(column("lot_id", Uuid), column("digest", Text), column("content", LargeBinary))
    .render_derived(name="made")
)
_CERTIFY = Query(insert(certificates).from_select(["lot_id", "digest", "content"], select(*_made.c)))
_words = func.to_tsvector(literal_column("'simple'::regconfig"), bindparam("searched", type_=Text))
_ANNOUNCE = Query(
    insert(awards).values({name: bindparam(name) for name in set(awards.c.keys()) - {"words"}} | {"words": _words})
)

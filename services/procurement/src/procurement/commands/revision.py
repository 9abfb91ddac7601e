"""The result of a lot reached anew, as a ruling on a complaint orders; by the rules again, and by nobody's hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Integer, bindparam, func, literal_column, select, update

from procurement import notices
from procurement.commands.announcing import WORDS, awarded, put_down_protocol, searched, tell
from procurement.commands.awards import record_award
from procurement.commands.certifying import certify, subject_of
from procurement.commands.changing import updating
from procurement.commands.complaints import law_of_lot
from procurement.domain import award, bid
from procurement.domain.bars import bars_after
from procurement.domain.clocks import late_fact
from procurement.domain.complaint import REVISION_STEP
from procurement.domain.evaluation import Evaluation, ProfileChanged, evaluate, lot_of, pinned_profile, written_bid
from procurement.queries.lots import whole_lot
from procurement.tables import awards, bids, complaints, lots, parties, price_checks
from servicekit.database import Query, Reading, Row, Writing
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import change, changed, changing

_log = structlog.get_logger("revision")


async def revise_awards(writing: Writing, *, now: datetime, limit: int) -> int:
    """Evaluate anew the lots whose awards are under revision; how many.

    What barred a bid at the award bars it still, but for what the rulings order: facts that came later change nothing.
    """
    done = 0
    for held in await writing.all(_ORDERED, limit=limit):
        lot = await whole_lot(writing, held["lot_id"])
        rulings = await writing.all(_RULINGS, award=held["id"])
        try:
            rules = pinned_profile(tender_of(lot))
        except ProfileChanged:
            # It waits for us, and holds up no other.
            _log.error("a result cannot be revised", tender=held["tender_number"], reason="ProfileChanged")
            continue
        offered = await writing.all(_BIDS, lot=held["lot_id"])
        barred = bars_after(lot["result"], [(str(each["id"]), each["orders"]) for each in rulings])
        written = [
            written_bid(each, {said["bar"]: said["result"] for said in each["checks"] or ()}) for each in offered
        ]
        subject = subject_of(held["tender_id"], held["tender_number"], lot, now)
        found = evaluate(rules, lot_of(rules, lot), written, barred, subject)
        await _revise(writing, held, lot, offered, found, rulings[-1], now)
        done += 1
    return done


async def waiting_for_revision(reading: Reading, now: datetime) -> timedelta:
    """For how long the oldest ruling that orders a revision has waited."""
    oldest = await reading.value(_OLDEST)
    return timedelta() if oldest is None else now - oldest


async def _revise(  # noqa: PLR0913, PLR0917 - a revision has these sides
    writing: Writing, held: Row, lot: Row, offered: Sequence[Row], found: Evaluation, ruling: Row, now: datetime
) -> None:
    revision = held["revision"] + 1
    await writing.run(_EVALUATE_LOTS, rows=[{"id": str(lot["id"]), "outcome": found.outcome, "result": found.result}])
    await put_down_protocol(writing, lot, found, now=now, revision=revision, complaint=ruling["id"])
    await certify(writing, held["tender_number"], {lot["id"]: found}, now=now, revision=revision)
    await _revise_bids(writing, offered, found, now)
    facts = {"complaint": str(ruling["id"])} | late_fact(REVISION_STEP, ruling["decided_at"], now, law_of_lot(lot))
    winner = next((each for each in offered if str(each["id"]) == found.winner), None)
    if winner is None:
        edge = award.transition(award.Status(held["status"]), award.Action.FAILURE)
        new = await change(writing, _FAIL, held, edge.target, revision=revision)
        record_award(writing, new, edge.event, "system", now, facts)
    else:
        edge = award.transition(award.Status(held["status"]), award.Action.REVISION)
        values = awarded(tender_of(lot), winner, now) | {"revision": revision}
        new = await give_award(writing, held, edge.target, values)
        tell(writing, tender_of(lot), new, edge.event, now=now, facts=facts)
    await notify(writing, *(notices.award_revised(new, each) for each in offered), at=now)


async def give_award(writing: Writing, held: Row, target: str, values: Mapping[str, Any]) -> Row:
    """Give an award to another bid: `values` are what it has of that bid and of the day, as `awarded` says.

    Raises:
        ChangedMeanwhile: the award was changed since it was read.
    """
    words = searched({**held, **values})
    new = await change(writing, _REVISE, held, target, **values, searched=words)
    await writing.run(_COMPARE_ANEW, award=held["id"])
    return new


async def _revise_bids(writing: Writing, offered: Sequence[Row], found: Evaluation, now: datetime) -> None:
    rows = []
    for each in offered:
        edge = bid.transition(bid.Status(each["status"]), bid.Action.REVISION)
        refusal = found.refusals.get(str(each["id"]))
        rows.append({"id": str(each["id"]), "version": each["version"] + 1, "refusal": refusal})
        subject = Object("bid", each["id"], each["version"] + 1)
        public = {"lot": str(each["lot_id"]), "refusal": refusal}
        record(writing, edge.event, subject, at=now, role="system", public=public)
    if rows:
        await writing.run(_EVALUATE_BIDS, rows=rows)


def tender_of(lot: Row) -> Mapping[str, Any]:
    """What the tender of a lot says of how it is judged."""
    named = {name: lot[f"tender_{name}"] for name in ("profile", "profile_hash", "rules")}
    return named | {"published_at": lot["published_at"]}


_of_bid = ("bid_id", "supplier", "supplier_scheme", "supplier_number", "supplier_name", "amount")
_of_day = ("awarded_at", "awarded_on", "complaints_until", "rules", "rules_version", "calendar", "revision")
_under_revision = awards.c.status == literal_column("'under_revision'")
_ORDERED = Query(
    select(*awards.c)
    .where(_under_revision)
    .order_by(awards.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)
_RULINGS = Query(
    select(*complaints.c)
    .where(complaints.c.award_id == bindparam("award"), complaints.c.orders.is_not(None))
    .order_by(complaints.c.decided_at)
)
_OLDEST = Query(
    select(func.min(complaints.c.decided_at))
    .join(awards, (awards.c.id == complaints.c.award_id) & (awards.c.revision == complaints.c.revision))
    .where(_under_revision, complaints.c.orders.is_not(None))
)
_BIDS = Query(
    select(*bids.c, parties.c.scheme, parties.c.number, parties.c.name)
    .join(parties, parties.c.id == bids.c.party_id)
    .where(bids.c.lot_id == bindparam("lot"), bids.c.status == "evaluated")
    .order_by(bids.c.id)
)
_EVALUATE_LOTS = updating(lots, "outcome", "result")
_EVALUATE_BIDS = updating(bids, "version", "refusal")
_FAIL = changing(awards, "revision")
# Its price is another now, so what it was compared with waits to be worked out again.
_COMPARE_ANEW = Query(
    update(price_checks).where(price_checks.c.award_id == bindparam("award")).values(parameters=literal_column("''"))
)
_REVISE = Query(
    changed(awards, {name: bindparam(name) for name in (*_of_bid, *_of_day)} | {"words": WORDS}).returning(*awards.c)
)

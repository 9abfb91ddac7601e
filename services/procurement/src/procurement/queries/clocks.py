"""The moments of a tender's process, by which its terms are reckoned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, select

from procurement.domain.award import Status as AwardStatus
from procurement.domain.clocks import AWARD_STEPS, TENDER_STEPS, Clock, Law, Moment, read_clocks
from procurement.domain.complaint import COMPLAINT_STEPS, review_starts
from procurement.domain.complaint import Status as Complaint
from procurement.domain.discussion import DISCUSSION_STEPS
from procurement.domain.tender import Status
from procurement.tables import awards, comments, complaints, lots, protocols
from servicekit.database import Query, Reading, Row
from statute.deadlines import local


@dataclass(frozen=True, slots=True)
class Dated:
    """A clock, and the object whose step it is."""

    about: UUID
    clock: Clock


async def clocks_of(reading: Reading, tender: Row, *, today: date) -> Sequence[Dated]:
    """Every term of a tender and of what came of it, in the order of the process; a draft has none."""
    since = tender["published_at"] or tender["discussion_opened_at"]
    if since is None:
        return ()
    law = Law(tender["rules"], local(since).date(), tender["method"])
    reached = tender["status"] in {Status.OPENED, Status.EVALUATED}
    moments = {
        "published": tender["bids_from"] or tender["published_at"],
        "bids_closed": tender["bids_until"] if reached else None,
        "opened": tender["opened_at"],
        "evaluated": tender["evaluated_at"],
    }
    found = []
    if tender["discussion_opened_at"] is not None:
        discussed = await _of_discussion(reading, tender, today)
        found += [Dated(tender["id"], each) for each in read_clocks(DISCUSSION_STEPS, discussed, law, today=today)]
    found += [Dated(tender["id"], each) for each in read_clocks(TENDER_STEPS, moments, law, today=today)]
    for award in await reading.all(_AWARDS, tender=tender["id"]):
        found += [Dated(award["id"], each) for each in read_clocks(AWARD_STEPS, _of_award(award), law, today=today)]
    for complaint in await reading.all(_COMPLAINTS, tender=tender["id"]):
        moments = _of_complaint(complaint, law)
        found += [Dated(complaint["id"], each) for each in read_clocks(COMPLAINT_STEPS, moments, law, today=today)]
    return found


async def _of_discussion(reading: Reading, tender: Row, today: date) -> dict[str, Moment | None]:
    """The moments of a discussion: answers are done with the last, or with the days for comments if there were none."""
    said = await reading.one(_SAID, tender=tender["id"])
    over = today > tender["comments_until"]
    answered = None
    if said is not None and over and not said["unanswered"]:
        answered = (
            max(local(said["last"]).date(), tender["comments_until"]) if said["last"] else tender["comments_until"]
        )
    return {
        "discussed": tender["discussion_opened_at"],
        "comments_closed": tender["comments_until"] if over else None,
        "answered": answered,
        "published": tender["published_at"],
    }


def law_of(tender: Row) -> Law:
    """The law by which a published tender is judged: as it was in force on the day of its publication."""
    return Law(tender["rules"], local(tender["published_at"]).date(), tender["method"])


def _of_award(award: Row) -> dict[str, date | None]:
    over = award["status"] in {AwardStatus.FINAL, AwardStatus.CONTRACTED}
    return {"awarded": award["awarded_on"], "final": award["complaints_until"] if over else None}


def _of_complaint(row: Row, law: Law) -> dict[str, Moment | None]:
    """A complaint that was taken back, or that fell with its award, has no term any more."""
    if row["status"] in {Complaint.WITHDRAWN, Complaint.LAPSED}:
        return {}
    if row["status"] == Complaint.RETURNED:
        return {"filed": row["filed_at"], "returned": row["decided_at"]}
    filed = local(row["filed_at"]).date()
    starts = review_starts(law.rules, law.day, filed=filed, complaints_until=row["complaints_until"])
    ordered = row["decided_at"] if row["orders"] is not None else None
    return {"review": starts, "decided": row["decided_at"], "ordered": ordered, "revised": row["revised_at"]}


_SAID = Query(
    select(
        func.max(comments.c.answered_at).label("last"),
        func.count().filter(comments.c.status == literal_column("'open'")).label("unanswered"),
    ).where(comments.c.tender_id == bindparam("tender"))
)
_AWARDS = Query(select(*awards.c).where(awards.c.tender_id == bindparam("tender")).order_by(awards.c.lot_position))
_COMPLAINTS = Query(
    select(*complaints.c, protocols.c.made_at.label("revised_at"))
    .join(lots, lots.c.id == complaints.c.lot_id)
    .outerjoin(protocols, protocols.c.complaint_id == complaints.c.id)
    .where(lots.c.tender_id == bindparam("tender"))
    .order_by(complaints.c.id)
)

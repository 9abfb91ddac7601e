"""The moments of a tender's process, by which its terms are reckoned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, select

from procurement.domain.award import Status as AwardStatus
from procurement.domain.clocks import AWARD_STEPS, TENDER_STEPS, Clock, Law, read_clocks
from procurement.domain.tender import Status
from procurement.tables import awards
from servicekit.database import Query, Reading, Row
from statute.deadlines import local


@dataclass(frozen=True, slots=True)
class Dated:
    """A clock, and the object whose step it is."""

    about: UUID
    clock: Clock


async def clocks_of(reading: Reading, tender: Row, *, today: date) -> Sequence[Dated]:
    """Every term of a tender and of what came of it, in the order of the process; a draft has none."""
    if tender["published_at"] is None:
        return ()
    law = law_of(tender)
    reached = tender["status"] in {Status.OPENED, Status.EVALUATED}
    moments = {
        "published": tender["published_at"],
        "bids_closed": tender["bids_until"] if reached else None,
        "opened": tender["opened_at"],
        "evaluated": tender["evaluated_at"],
    }
    found = [Dated(tender["id"], each) for each in read_clocks(TENDER_STEPS, moments, law, today=today)]
    for award in await reading.all(_AWARDS, tender=tender["id"]):
        found += [Dated(award["id"], each) for each in read_clocks(AWARD_STEPS, _of_award(award), law, today=today)]
    return found


def law_of(tender: Row) -> Law:
    """The law by which a published tender is judged: as it was in force on the day of its publication."""
    return Law(tender["rules"], local(tender["published_at"]).date(), tender["method"])


def _of_award(award: Row) -> dict[str, date | None]:
    over = award["status"] in {AwardStatus.FINAL, AwardStatus.CONTRACTED}
    return {"awarded": award["awarded_on"], "final": award["complaints_until"] if over else None}


_AWARDS = Query(select(*awards.c).where(awards.c.tender_id == bindparam("tender")).order_by(awards.c.lot_position))

"""Questions about complaints, each one SELECT."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid, and_, any_, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from appeals.domain.complaint import Relation, Status
from appeals.permissions import COMPLAINT_SIGHT, IN_OFFICE, PERMISSIONS, office_of, relation_to_complaint
from appeals.tables import appeals, complaints
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.permissions import NotFound
from servicekit.tables import notices
from servicekit.transactions import RestrictedReading
from statute.deadlines import local


@dataclass(frozen=True, slots=True)
class SeenComplaint:
    """A complaint that the caller may see, and what ties them to it."""

    row: Row
    relation: Relation


async def read_complaint(
    reading: Reading, caller: Caller, complaint_id: UUID, *, operation: str = COMPLAINT_SIGHT
) -> SeenComplaint:
    """One complaint, for a caller who is a party to it.

    Raises:
        NotFound: there is none, or it is not the caller's to see.
    """
    row = await reading.one(_ONE, id=complaint_id)
    if row is None:
        raise NotFound
    relation = relation_to_complaint(row, caller)
    PERMISSIONS.require(operation, caller, relation, sight=operation)
    return SeenComplaint(row, relation)


async def see_complaint(restricted: RestrictedReading, caller: Caller, complaint_id: UUID, now: datetime) -> bool:
    """Let a party see the receipt of a complaint, private parts and all.

    Raises:
        NotFound: as `read_complaint`.
    """
    operation = "read_complaint_receipt"
    seen = await read_complaint(restricted.reading, caller, complaint_id, operation=operation)
    await trace_complaints(restricted, caller, operation, [seen.row], now=now)
    return True


async def list_complaints(
    reading: Reading, caller: Caller, status: Status | None, *, after: UUID | None, limit: int
) -> list[Row]:
    """The caller's own, or for an officer those with the body and those that went up to it; newest first, one more."""
    office = office_of(caller) if caller.roles & IN_OFFICE else None
    scheme, number = caller.party or ("", "")
    values: dict[str, Any] = {"office": office}
    if not office:
        values = {"scheme": scheme, "number": number, "party": [{"scheme": scheme, "id": number}]}
    values |= {name: value for name, value in {"status": status, "after": after}.items() if value is not None}
    return await reading.all(_listing(frozenset(values)), **values, limit=limit + 1)


async def complaints_about(reading: Reading, appeal_id: UUID) -> list[Row]:
    """All complaints about one appeal, oldest first; only one of them is ever live."""
    return await reading.all(_ABOUT, appeal_id=appeal_id)


async def appeal_behind(reading: Reading, complaint: Row) -> Row:
    """The appeal that a complaint is about."""
    row = await reading.one(_APPEAL, id=complaint["appeal_id"])
    if row is None:  # pragma: no cover - the database holds complaints to their appeals
        raise NotFound
    return row


async def appeals_behind(reading: Reading, ids: Collection[UUID]) -> dict[UUID, Row]:
    """Appeals that complaints are about, by id."""
    return {row["id"]: row for row in await reading.all(_APPEALS, ids=[*ids])} if ids else {}


async def delivered_on(reading: Reading, appeal: Row) -> date:
    """The local day on which the act was delivered: when it stood in the applicant's mailbox."""
    if appeal["answered_at"] is not None:
        return local(appeal["answered_at"]).date()
    values = {"scheme": appeal["applicant_scheme"], "number": appeal["applicant_id"], "about": appeal["id"]}
    at: datetime | None = await reading.value(_TOLD, **values)
    return appeal["due_on"] if at is None else local(at).date()


async def overdue_corrections(reading: Reading, *, today: date, limit: int) -> list[Row]:
    """Complaints whose body has neither satisfied them nor sent them up in its days; locked, the oldest first."""
    return await reading.all(_UNCORRECTED, today=today, limit=limit)


async def overdue_reviews(reading: Reading, *, today: date, limit: int) -> list[Row]:
    """Complaints on which the body above did not rule in its days; locked, the oldest first."""
    return await reading.all(_UNREVIEWED, today=today, limit=limit)


async def oldest_overdue(reading: Reading, *, today: date) -> tuple[date | None, date | None]:
    """The earliest day for a correction, and for a review, that has passed without anything recorded."""
    row = await reading.one(_OLDEST, today=today)
    return (None, None) if row is None else (row["correct_by"], row["review_by"])


async def trace_complaints(
    restricted: RestrictedReading, caller: Caller, operation: str, rows: Iterable[Row], *, now: datetime
) -> None:
    """Let applicants know that somebody in office saw their complaints, and so their appeals."""
    in_office = {Relation.BODY, Relation.REVIEWER}
    others = [row for row in rows if relation_to_complaint(row, caller) in in_office]
    objects = [each for row in others for each in (row["appeal_id"], row["id"])]
    await restricted.leave_trace(caller, operation, objects, role="officer", at=now)


@lru_cache(maxsize=16)
def _listing(given: frozenset[str]) -> Query:
    """The statement for one combination of filters, compiled when it first occurs."""
    office = bindparam("office", type_=Text)
    own = and_(complaints.c.applicant_scheme == bindparam("scheme"), complaints.c.applicant_id == bindparam("number"))
    scope = or_(own, complaints.c.participants.contains(bindparam("party", type_=JSONB)))
    if "office" in given:
        there = and_(complaints.c.higher == office, complaints.c.sent_up_on.is_not(None))
        scope = or_(complaints.c.agency == office, there)
    conditions = {
        "status": complaints.c.status == bindparam("status"),
        "after": complaints.c.id < bindparam("after", type_=Uuid),
    }
    wanted = (conditions[name] for name in sorted(given & conditions.keys()))
    statement = select(*complaints.c).where(scope, *wanted)
    return Query(statement.order_by(complaints.c.id.desc()).limit(bindparam("limit", type_=Integer)))


_today = bindparam("today", type_=Date)
# Written out rather than given as parameters, so that the partial indexes can serve.
_uncorrected = (complaints.c.status == literal_column("'filed'"), complaints.c.correct_by < _today)
_unreviewed = (complaints.c.status == literal_column("'under_review'"), complaints.c.review_by < _today)


def _due(*conditions: Any, by: Any) -> Query:
    waiting = select(*complaints.c).where(*conditions).order_by(by)
    return Query(waiting.limit(bindparam("limit", type_=Integer)).with_for_update(skip_locked=True))


_UNCORRECTED = _due(*_uncorrected, by=complaints.c.correct_by)
_UNREVIEWED = _due(*_unreviewed, by=complaints.c.review_by)
_OLDEST = Query(
    select(
        select(func.min(complaints.c.correct_by)).where(*_uncorrected).scalar_subquery().label("correct_by"),
        select(func.min(complaints.c.review_by)).where(*_unreviewed).scalar_subquery().label("review_by"),
    )
)
_ONE = Query(select(*complaints.c).where(complaints.c.id == bindparam("id", type_=Uuid)))
_APPEAL = Query(select(*appeals.c).where(appeals.c.id == bindparam("id", type_=Uuid)))
_APPEALS = Query(select(*appeals.c).where(appeals.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))))
_ABOUT = Query(
    select(*complaints.c).where(complaints.c.appeal_id == bindparam("appeal_id", type_=Uuid)).order_by(complaints.c.id)
)
_TOLD = Query(
    select(notices.c.at)
    .where(notices.c.scheme == bindparam("scheme", type_=Text), notices.c.number == bindparam("number", type_=Text))
    .where(notices.c.object_id == bindparam("about", type_=Uuid))
    .where(notices.c.event.in_([literal_column("'appeal.left'"), literal_column("'appeal.refused_by_expiry'")]))
    .order_by(notices.c.id.desc())
    .limit(1)
)

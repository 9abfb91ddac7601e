"""Questions about appeals, each one SELECT."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSQUERY, TSVECTOR
from uuid_utils.compat import uuid7

from appeals.domain.appeal import Relation, Status
from appeals.permissions import IN_OFFICE, OWN, PERMISSIONS, office_of, relation_to
from appeals.queries.calendars import know_calendar
from appeals.tables import WORDS, appeals, expires, points
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.permissions import NotFound
from servicekit.readings import addressee, unread_about
from servicekit.tables import accesses
from servicekit.transactions import RestrictedReading


@dataclass(frozen=True, slots=True)
class Seen:
    """An appeal that the caller may see, in which role, and what ties them to it."""

    row: Row
    role: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Wanted:
    """What part of a register is asked for; None asks for no restriction. `today` decides what is overdue."""

    today: date
    status: str | None = None
    kind: str | None = None
    overdue: bool | None = None
    due_before: date | None = None
    q: str | None = None


async def read_appeal(reading: Reading, caller: Caller, appeal_id: UUID, *, operation: str) -> Seen:
    """One appeal, for a caller who is a party to it.

    Raises:
        NotFound: there is none, or it is not the caller's to see.
    """
    return await _seen(reading, await reading.one(_ONE, id=appeal_id), caller, operation=operation)


async def _seen(reading: Reading, row: Row | None, caller: Caller, *, operation: str) -> Seen:
    if row is None:
        raise NotFound
    await know_calendar(reading, row["calendar"])
    relation = relation_to(row, caller)
    return Seen(row, PERMISSIONS.require(operation, caller, relation, sight=operation), relation)


async def open_appeal(reading: Reading, caller: Caller, appeal_id: UUID) -> tuple[Seen, list[UUID] | None]:
    """One appeal as `read_appeal` gives it, and what the caller was told of it and has not read yet.

    Raises:
        NotFound: as `read_appeal`.
    """
    row = await reading.one(_ONE_AND_UNREAD, id=appeal_id, **addressee(caller))
    seen = await _seen(reading, row, caller, operation="read_appeal")
    return seen, seen.row["unread"]


async def read_report(reading: Reading, code_digest: str) -> Row:
    """The report of a crime that names nobody, by what is kept of its secret.

    Raises:
        NotFound: there is none.
    """
    row = await reading.one(_REPORT, code_digest=code_digest)
    if row is None:
        raise NotFound
    return row


async def see_appeal(restricted: RestrictedReading, caller: Caller, appeal_id: UUID, now: datetime) -> bool:
    """Let a party see the receipt of an appeal, private parts and all.

    Raises:
        NotFound: as `read_appeal`.
    """
    seen = await read_appeal(restricted.reading, caller, appeal_id, operation="read_appeal_receipt")
    await trace(restricted, caller, "read_appeal_receipt", [seen.row], now=now)
    return True


async def list_appeals(
    reading: Reading, caller: Caller, wanted: Wanted, *, after: UUID | None, limit: int
) -> list[Row]:
    """The appeals that the caller is a party to, or for an officer the register of the body; newest first.

    There is one more than `limit`, where there are more.
    """
    office = office_of(caller) if caller.roles & IN_OFFICE else None
    values: dict[str, Any] = {"today": wanted.today, "limit": limit + 1}
    scope = "agency" if office else "applicant"
    if office:
        values["agency"] = office
    else:
        scheme, number = caller.party or ("", "")
        values |= {"scheme": scheme, "number": number, "party": [{"scheme": scheme, "id": number}]}
    given: dict[str, Any] = {"status": wanted.status, "kind": wanted.kind, "overdue": wanted.overdue, "after": after}
    given |= {"due_before": wanted.due_before, "pattern": None if wanted.q is None else _pattern(wanted.q)}
    given["words"] = None if wanted.q is None else _words(office, wanted.q)
    values |= {name: value for name, value in given.items() if value is not None}
    asked = frozenset(values.keys() - {"overdue"})
    if office and "words" in values:
        found = await _newest_with_words(reading, asked, values, overdue=wanted.overdue)
        if len(found) > limit:
            return found
    return await reading.all(_listing(scope, asked, overdue=wanted.overdue), **values)


async def _newest_with_words(
    reading: Reading, asked: frozenset[str], values: dict[str, Any], *, overdue: bool | None
) -> list[Row]:
    """Newest rows of a register with the words; a page of them is the page that is asked for.

    A word that many have in common is found among the newest rows sooner than among all that have it; one that some
    have, among those of the last months.
    """
    found = await reading.all(_listing("agency", asked - {"words"}, overdue=overdue, newest=True), **values)
    if len(found) < values["limit"]:
        times = _times_before(values["agency"], values.get("after"))
        recent = {**values, "words": f"{values['words']} & ({' | '.join(times)})"}
        found = await reading.all(_listing("agency", asked, overdue=overdue), **recent)
    return found


async def points_in(reading: Reading, appeal_id: UUID) -> dict[int, str]:
    """What an appeal, or the part of one, asks for one by one, by number; empty where its applicant did not say so."""
    return {row["n"]: row["text"] for row in await reading.all(_POINTS, appeal_id=appeal_id)}


async def earlier_alike(reading: Reading, row: Row) -> list[Row]:
    """The applicant's earlier appeals in the same words, which this one may repeat; newest first, fifty at most."""
    values = {"scheme": row["applicant_scheme"], "number": row["applicant_id"], "before": row["id"]}
    return await reading.all(_ALIKE, **values, alike=row["text"])


async def answered_earlier(reading: Reading, row: Row, earlier: UUID) -> bool:
    """Whether an appeal of the same applicant was answered before this one was filed."""
    found = await reading.one(_ONE, id=earlier)
    if found is None or found["answered_at"] is None or row["applicant_id"] is None:
        return False
    same = all(found[name] == row[name] for name in ("applicant_scheme", "applicant_id"))
    return same and found["submitted_at"] < row["submitted_at"]


async def split_off_from(reading: Reading, row: Row) -> list[UUID]:
    """What an appeal was split off from, what that was split off from, and so on."""
    found: list[UUID] = []
    whole: UUID | None = row["parent"]
    while whole is not None:
        found.append(whole)
        whole = await reading.value(_WHOLE, id=whole)
    return found


async def accesses_to(reading: Reading, appeal_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """Who in office looked at an appeal, newest first, one more than `limit`."""
    return await reading.all(_ACCESSES, objects=[appeal_id], after=after or UUID(int=2**128 - 1), limit=limit + 1)


async def trace(
    restricted: RestrictedReading, caller: Caller, operation: str, rows: Iterable[Row], *, now: datetime
) -> None:
    """Let the applicants know that somebody in office saw their appeals; one's own are nobody's business."""
    others = [row["id"] for row in rows if relation_to(row, caller) not in OWN]
    await restricted.leave_trace(caller, operation, others, role="officer", at=now)


@lru_cache(maxsize=256)
def _listing(scope: str, given: frozenset[str], *, overdue: bool | None, newest: bool = False) -> Query:
    """The statement for one combination of filters, compiled when it first occurs; it may look at the newest alone."""
    conditions = {
        "status": appeals.c.status == bindparam("status"),
        "kind": appeals.c.kind == bindparam("kind"),
        "due_before": appeals.c.due_on < bindparam("due_before"),
        "pattern": or_(appeals.c.subject.ilike(bindparam("pattern")), appeals.c.number.ilike(bindparam("pattern"))),
        "words": _has_words if scope == "agency" else _has_words_unindexed,
        "after": appeals.c.id < bindparam("after"),
    }
    scopes = {
        "agency": appeals.c.agency == bindparam("agency"),
        "applicant": or_(
            and_(appeals.c.applicant_scheme == bindparam("scheme"), appeals.c.applicant_id == bindparam("number")),
            appeals.c.id == any_(_OF_PARTICIPANT),
        ),
    }
    asked = [scopes[scope], *(conditions[name] for name in sorted(given & conditions.keys()))]
    late = (appeals.c.status == literal_column(f"'{Status.REFUSED_BY_EXPIRY}'"), _open_too_long)
    limit = bindparam("limit", type_=Integer)
    if newest:
        begun = [scopes[scope], *([conditions["after"]] if "after" in given else [])]
        few = select(appeals.c.id).where(*begun).order_by(appeals.c.id.desc()).limit(literal_column(str(_FEW)))
        asked.append(appeals.c.id.in_(few))
    if overdue:
        # Each by an index of its own: among all appeals of a body those that are late may be few and far between. The
        # offset keeps the planner from looking for the open ones in the order of the list.
        refused = select(appeals.c.id).where(*asked, late[0]).order_by(appeals.c.id.desc()).limit(limit).subquery()
        overdue_still = select(appeals.c.id).where(*asked, late[1]).offset(literal_column("0")).subquery()
        both = union_all(refused.select(), overdue_still.select()).subquery()
        page = select(both.c.id).order_by(both.c.id.desc()).limit(limit)
    else:
        asked += [] if overdue is None else [~or_(*late)]
        page = select(appeals.c.id).where(*asked).order_by(appeals.c.id.desc()).limit(limit)
    # Found by what indexes hold, and only then read.
    return Query(select(*appeals.c).where(appeals.c.id.in_(page)).order_by(appeals.c.id.desc()))


def _words(office: str | None, q: str) -> str | None:
    """The words of a search, the last by its beginning, in the register of a body; None without any.

    A numeral is a whole one below three digits: many numbers begin with so few, and to gather them all takes long.
    """
    *whole, last = re.findall(r"[^\W_]+", q.lower()) or [""]
    if not last:
        return None
    begun = "" if last.isdecimal() and len(last) < _BEGINNING else ":*"
    return " & ".join([*(f"'{each}'" for each in filter(None, (office, *whole))), f"'{last}'{begun}"])


def _times_before(office: str, after: UUID | None) -> list[str]:
    """The two newest times that are words of a body's rows before an id, or of all: fifty to a hundred days.

    Ids are of real time, which legal time may differ from.
    """
    newest = int(str(after or uuid7())[:4], 16)
    return [f"'{office}/{time:04x}'" for time in (newest, newest - 1)]


def _pattern(q: str) -> str:
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


_others = appeals.alias("others")
# As an array, of which the planner expects few; it would take one in a hundred of all appeals to have the participant,
# and rather read them all in the order of the list.
_OF_PARTICIPANT = func.array(
    select(_others.c.id).where(_others.c.participants.contains(bindparam("party", type_=JSONB))).scalar_subquery()
)
_FEW = 1000
_BEGINNING = 3
_open_too_long = and_(expires, appeals.c.due_on < bindparam("today", type_=Date))
_WORDS: ColumnElement[str] = literal_column(WORDS.text, TSVECTOR)
_has_words = _WORDS.op("@@")(cast(bindparam("words", type_=Text), TSQUERY))
# Of one's own appeals, which are few; by the index it would be looked for in those of everybody.
_has_words_unindexed = func.coalesce(_has_words, literal_column("false"))
_ONE = Query(select(*appeals.c).where(appeals.c.id == bindparam("id")))
_ONE_AND_UNREAD = Query(select(*appeals.c, unread_about(appeals.c.id)).where(appeals.c.id == bindparam("id")))
_WHOLE = Query(select(appeals.c.parent).where(appeals.c.id == bindparam("id", type_=Uuid)))
_REPORT = Query(select(*appeals.c).where(appeals.c.code_digest == bindparam("code_digest")))
_POINTS = Query(
    select(points.c.n, points.c.text)
    .where(points.c.appeal_id == bindparam("appeal_id", type_=Uuid))
    .order_by(points.c.n)
)
_ALIKE = Query(
    select(*appeals.c)
    .where(appeals.c.applicant_scheme == bindparam("scheme"), appeals.c.applicant_id == bindparam("number"))
    .where(appeals.c.id < bindparam("before", type_=Uuid), appeals.c.parent.is_(None))
    .where(func.lower(func.btrim(appeals.c.text)) == func.lower(func.btrim(bindparam("alike", type_=Text))))
    .order_by(appeals.c.id.desc())
    .limit(50)
)
_ACCESSES = Query(
    select(accesses.c.id, accesses.c.at, accesses.c.role, accesses.c.agency, accesses.c.operation)
    .where(accesses.c.objects.contains(bindparam("objects", type_=ARRAY(Uuid))))
    .where(accesses.c.id < bindparam("after", type_=Uuid))
    .order_by(accesses.c.id.desc())
    .limit(bindparam("limit"))
)

"""What changes appeals: load, decide by the rules, write, and enter it in the journal, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Integer, Text, bindparam, func, insert, select, update
from uuid_utils.compat import uuid7

from appeals.domain.agencies import agency
from appeals.domain.appeal import Action, Kind, Outcome, Status, transition
from appeals.domain.clocks import Clocks, pinned_clocks, reset_clocks, set_clocks
from appeals.domain.errors import ForwardingTooLate, SameAgency, TermExpired
from appeals.notices import KIND, notice_of
from appeals.permissions import OPERATIONS, PERMISSIONS, SIGHT, relation_to
from appeals.tables import appeal_number, appeals, is_open
from servicekit.database import Query, Reading, Row, Writing
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import Step, changed, changing, take
from statute.calendars import CalendarMissing, OutsideCalendar
from statute.deadlines import local


@dataclass(frozen=True, kw_only=True)
class Filing:
    """An appeal as its applicant words it; `agency` is a code or a BIN."""

    kind: Kind
    agency: str
    subject: str
    text: str
    language: str
    channel: str
    contact: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A body's answer."""

    outcome: Outcome
    text: str
    language: str


async def file_appeal(writing: Writing, caller: Caller, filing: Filing, *, now: datetime) -> Row:
    """Register an appeal with the body that it names, and set that body's clocks.

    Raises:
        UnknownAgency: no body has that code or BIN.
        PartyUnknown: the caller's token names no person and no company.
        CalendarMissing: the deadline lies beyond the known calendar.
    """
    if caller.party is None:
        raise PartyUnknown
    role = PERMISSIONS.require("file_appeal", caller, "", sight="file_appeal")
    body = agency(filing.agency)
    with _calendar_needed():
        clocks = set_clocks(now, filing.kind, body.week)
    scheme, number = caller.party
    row: dict[str, Any] = {
        **dict.fromkeys(appeals.c.keys()),
        **_dates(clocks),
        "id": uuid7(),
        "version": 1,
        "kind": filing.kind,
        "status": transition(None, Action.FILING).target,
        "agency": body.code,
        "forwarded_by": [],
        "applicant_scheme": scheme,
        "applicant_id": number,
        "applicant_name": caller.name,
        "subject": filing.subject,
        "text": filing.text,
        "language": filing.language,
        "channel": filing.channel,
        "contact": filing.contact,
        "submitted_at": now,
        "received_at": now,
        "synthetic": caller.synthetic,
    }
    row["number"] = f"ЖТ-{clocks.registered_on.year}-{await writing.draw(appeal_number.name):06}"
    writing.defer(FILE, **row)
    record(
        writing,
        transition(None, Action.FILING).event,
        Object(KIND, row["id"], row["version"]),
        at=now,
        role=role,
        public={"kind": filing.kind, "agency": body.code, "submitted_at": now.isoformat(), **_told(clocks)},
        private={
            "number": row["number"],
            "subject": filing.subject,
            "text": filing.text,
            "applicant": {"scheme": scheme, "id": number, "name": caller.name},
        },
        owner=caller.party,
    )
    return row


async def forward_appeal(writing: Writing, caller: Caller, row: Row, *, to: str, reason: str, now: datetime) -> Row:
    """Pass an appeal to the body that is competent, and set that body's clocks (APPC art. 65).

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_begin`.
        UnknownAgency, SameAgency: there is no such body, or it has the appeal already.
        ForwardingTooLate: the days for forwarding are over.
        TermExpired: the whole term is over.
    """
    step = _begin(row, caller, Action.FORWARDING, now)
    body = agency(to)
    if body.code == row["agency"]:
        raise SameAgency
    today = local(now).date()
    _require_running_term(row, today)
    if today > row["forward_by"]:
        raise ForwardingTooLate(row["forward_by"])
    with _calendar_needed():
        clocks = reset_clocks(pinned_clocks(row), now, Kind(row["kind"]), body.week)
    new = await take(
        writing,
        step,
        _FORWARD,
        {"agency": body.code, "forwarder": row["agency"], "received_at": now, **_dates(clocks)},
        kind=KIND,
        public={"from": row["agency"], "to": body.code, **_told(clocks)},
        private={"reason": reason},
        owner=_applicant(row),
    )
    await notify(writing, notice_of(step.event, new), at=now)
    return new


async def decide_appeal(writing: Writing, caller: Caller, row: Row, decision: Decision, *, now: datetime) -> Row:
    """Answer an appeal.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_begin`.
        TermExpired: the term is over, and silence was a refusal.
    """
    step = _begin(row, caller, Action.DECISION, now)
    _require_running_term(row, local(now).date())
    answer = {"outcome": decision.outcome, "answer": decision.text, "answer_language": decision.language}
    new = await take(
        writing,
        step,
        _DECIDE,
        answer | {"answered_at": now},
        kind=KIND,
        public={"agency": row["agency"], "outcome": decision.outcome, "due_on": row["due_on"].isoformat()},
        private={"text": decision.text, "language": decision.language},
        owner=_applicant(row),
    )
    await notify(writing, notice_of(step.event, new), at=now)
    return new


async def withdraw_appeal(writing: Writing, caller: Caller, row: Row, *, reason: str | None, now: datetime) -> Row:
    """Take an appeal back, which its applicant may do at any time before the answer (APPC art. 64).

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `_begin`.
    """
    step = _begin(row, caller, Action.WITHDRAWAL, now)
    said = None if reason is None else {"reason": reason}
    public = {"agency": row["agency"]}
    return await take(writing, step, _WITHDRAW, {}, kind=KIND, public=public, private=said, owner=_applicant(row))


async def expire_appeals(writing: Writing, *, now: datetime, limit: int) -> int:
    """Record the refusal by silence of appeals whose term has passed (APPC art. 91(2)); how many."""
    rows = await writing.all(_EXPIRE, today=local(now).date(), limit=limit)
    events = [transition(Status(row["was"]), Action.EXPIRY).event for row in rows]
    for row, event in zip(rows, events, strict=True):
        record(
            writing,
            event,
            Object(KIND, row["id"], row["version"]),
            at=now,
            role="system",
            public={"agency": row["agency"], "due_on": row["due_on"].isoformat()},
        )
    await notify(writing, *map(notice_of, events, rows), at=now)
    return len(rows)


async def oldest_expired(reading: Reading, *, today: date) -> date | None:
    """The earliest deadline that has passed without its refusal being recorded."""
    found: date | None = await reading.value(_OLDEST_EXPIRED, today=today)
    return found


def _applicant(row: Row) -> tuple[str, str]:
    return row["applicant_scheme"], row["applicant_id"]


def _begin(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step that an action is, if this caller may do it now.

    Raises:
        NotFound: the appeal is not the caller's to see.
        Forbidden: the caller sees it and may not do this.
        NotAllowedNow: the appeal's status does not allow it.
    """
    role = PERMISSIONS.require(OPERATIONS[action], caller, relation_to(row, caller), sight=SIGHT)
    edge = transition(Status(row["status"]), action)
    return Step(row, edge.target, edge.event, role, now)


@contextmanager
def _calendar_needed() -> Iterator[None]:
    """A deadline beyond the calendar is the house's lack, never the applicant's mistake."""
    try:
        yield
    except OutsideCalendar as error:
        raise CalendarMissing from error


def _require_running_term(row: Row, today: date) -> None:
    if today > row["due_on"]:
        raise TermExpired(row["due_on"])


def _dates(clocks: Clocks) -> dict[str, Any]:
    return {
        "registered_on": clocks.registered_on,
        "forward_by": clocks.forward_by,
        "due_on": clocks.due_on,
        "rules": clocks.rule.rules,
        "rules_version": clocks.rule.version,
        "calendar": clocks.calendar,
        "week": clocks.week,
    }


def _told(clocks: Clocks) -> dict[str, str]:
    """The dates and their grounds as the journal publishes them."""
    return {
        "registered_on": clocks.registered_on.isoformat(),
        "due_on": clocks.due_on.isoformat(),
        "rules": clocks.rule.rules,
        "rules_version": clocks.rule.version,
        "calendar": clocks.calendar,
    }


FILE = insert(appeals).values({name: bindparam(name) for name in appeals.c.keys()})  # noqa: SIM118


_NEW_AT_RECEIVER = ("agency", "received_at", "registered_on", "forward_by", "due_on")
_JUDGED_BY = ("rules", "rules_version", "calendar", "week")
_FORWARD = Query(
    changed(
        appeals,
        {
            "forwarded_by": func.array_append(appeals.c.forwarded_by, bindparam("forwarder", type_=Text)),
            **{name: bindparam(name) for name in (*_NEW_AT_RECEIVER, *_JUDGED_BY)},
        },
    ).returning(*appeals.c)
)
_DECIDE = changing(appeals, "outcome", "answer", "answer_language", "answered_at")
_WITHDRAW = changing(appeals)
_expired = (is_open, appeals.c.due_on < bindparam("today", type_=Date))
_overdue = (
    select(appeals.c.id, appeals.c.status)
    .where(*_expired)
    .order_by(appeals.c.due_on)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("overdue")
)
_EXPIRE = Query(
    update(appeals)
    .where(appeals.c.id == _overdue.c.id)
    .values(version=appeals.c.version + 1, status=Status.REFUSED_BY_EXPIRY)
    .returning(*appeals.c, _overdue.c.status.label("was"))
)
_OLDEST_EXPIRED = Query(select(func.min(appeals.c.due_on)).where(*_expired))

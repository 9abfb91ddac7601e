"""The filing of an appeal, in somebody's name or in nobody's, and the part that is split off from one."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text, Uuid, any_, bindparam, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from uuid_utils.compat import uuid7

from appeals.commands.filers import NOBODY_KNOWN, Filer, filer_of
from appeals.commands.taking import applicant_of, calendar_needed, dates_of, told_of
from appeals.domain.agencies import Agency, agency
from appeals.domain.appeal import Action, Kind, Status, transition
from appeals.domain.channels import Channel, require_addressee
from appeals.domain.clocks import Clocks, reset_clocks, set_clocks
from appeals.domain.crimes import Crime, passed_on_to
from appeals.domain.parties import FOR_ONESELF, Behalf
from appeals.notices import KIND, notices_of
from appeals.tables import appeal_number, appeals, attached, points
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import Step


@dataclass(frozen=True, kw_only=True)
class Filing:
    """An appeal as its applicant words it.

    `agency` is a code or a BIN, `points` are what it asks for one by one, `crime` is what it reports, if it does.
    """

    kind: Kind
    agency: str
    subject: str
    text: str
    language: str
    contact: dict[str, Any] | None = None
    channel: Channel = Channel.PORTAL
    crime: Crime | None = None
    points: Sequence[str] = ()
    behalf: Behalf = FOR_ONESELF


async def file_appeal(writing: Writing, caller: Caller, filing: Filing, *, now: datetime) -> Row:
    """Register an appeal with the body that it names, and set that body's clocks.

    Raises:
        NotYourChannel, PartyUnknown: as `filer_of`.
        UnknownAgency: no body has that code or BIN.
        NotADirectAddressee: a terminal does not send to that body.
        CalendarMissing: the deadline lies beyond the known calendar.
    """
    return await _register(writing, filer_of(caller, filing.channel, filing.behalf), filing, now)


async def report_crime(writing: Writing, filing: Filing, *, now: datetime) -> tuple[Row, str]:
    """Register a report of a crime that names nobody; the secret that shows it is for who sent it, and kept nowhere.

    Raises:
        UnknownAgency, CalendarMissing: as `file_appeal`.
    """
    code = secrets.token_urlsafe(_SECRET_BYTES)
    return await _register(writing, NOBODY_KNOWN, filing, now, code_digest=digest_of(code)), code


def digest_of(code: str) -> str:
    """What is kept of the secret of a report; nobody guesses a secret of so many bits from it."""
    return hashlib.sha256(code.encode()).hexdigest()


async def _register(
    writing: Writing, filer: Filer, filing: Filing, now: datetime, code_digest: str | None = None
) -> Row:
    body = agency(filing.agency)
    require_addressee(filing.channel, body.code)
    with calendar_needed():
        clocks = set_clocks(now, filing.kind, body.week)
    applicant = filer.applicant
    sent: dict[str, Any] = {
        **dates_of(clocks),
        "id": uuid7(),
        "number": f"ЖТ-{clocks.registered_on.year}-{await writing.draw(appeal_number.name):06}",
        "version": 1,
        "kind": filing.kind,
        "status": transition(None, Action.FILING).target,
        "agency": body.code,
        "forwarded_by": [],
        "applicant_scheme": None if applicant is None else applicant.scheme,
        "applicant_id": None if applicant is None else applicant.id,
        "applicant_name": None if applicant is None else applicant.name,
        "participants": filer.participants,
        "form": filer.form,
        "taken_by": filer.taken_by,
        "code_digest": code_digest,
        "subject": filing.subject,
        "text": filing.text,
        "language": filing.language,
        "channel": filing.channel,
        "contact": filing.contact,
        "submitted_at": now,
        "received_at": now,
        "synthetic": filer.synthetic,
        "crime": filing.crime is not None,
        "parent": None,
    }
    owner = None if applicant is None else applicant.key
    _enter_filing(writing, filer, filing, sent, clocks, owner)
    if filing.crime is not None:
        sent |= _passed_on(writing, filing.crime, sent, clocks, owner)
    if filing.points:
        await writing.run(_FILE, **sent)
        asked = [{"n": n, "text": text} for n, text in enumerate(filing.points, 1)]
        await writing.run(_POINTS, filed_in=sent["id"], asked=asked)
    else:
        writing.defer(FILE, **sent)
    row = _NOTHING_YET | sent
    if sent["forwarded_by"]:
        await notify(writing, *notices_of(_FORWARDED.event, row), at=now)
    return row


def _enter_filing(
    writing: Writing, filer: Filer, filing: Filing, sent: Row, clocks: Clocks, owner: tuple[str, str] | None
) -> None:
    now = sent["submitted_at"]
    record(
        writing,
        transition(None, Action.FILING).event,
        Object(KIND, sent["id"], 1),
        at=now,
        role=filer.role,
        public={"kind": filing.kind, "agency": sent["agency"], "submitted_at": now.isoformat(), **told_of(clocks)},
        private={
            "number": sent["number"],
            "subject": filing.subject,
            "text": filing.text,
            **({"points": list(filing.points)} if filing.points else {}),
            **filer.private,
        },
        owner=owner,
    )


def _passed_on(
    writing: Writing, crime: Crime, sent: Row, clocks: Clocks, owner: tuple[str, str] | None
) -> dict[str, Any]:
    """What the rules change at once in a report of a crime: it goes to who investigates (APPC art. 64, 89)."""
    found = passed_on_to(sent["agency"], crime, sent["channel"])
    if found is None:
        return {}
    now, body = sent["received_at"], agency(found.agency)
    with calendar_needed():
        reset = reset_clocks(clocks, now, Kind(sent["kind"]), body.week)
    record(
        writing,
        _FORWARDED.event,
        Object(KIND, sent["id"], 2),
        at=now,
        role="system",
        public={"from": sent["agency"], "to": body.code, **told_of(reset)},
        private={"reason": found.source},
        owner=owner,
    )
    moved = {"version": 2, "status": _FORWARDED.target, "agency": body.code, "forwarded_by": [sent["agency"]]}
    return moved | dates_of(reset)


async def split_off(writing: Writing, step: Step, chosen: Mapping[int, str], body: Agency, clocks: Clocks) -> Row:
    """Make a part of an appeal with these points, by number, at the body that is competent for them."""
    whole = step.row
    edge = transition(None, Action.SPLIT)
    sent: dict[str, Any] = {
        **{name: whole[name] for name in _KEPT},
        **dates_of(clocks),
        "id": uuid7(),
        "number": f"{whole['number']}/{whole['parts'] + 1}",
        "version": 1,
        "status": edge.target,
        "agency": body.code,
        "forwarded_by": [*whole["forwarded_by"], whole["agency"]],
        "text": "\n\n".join(chosen.values()),
        "received_at": step.now,
        "parent": whole["id"],
        "taken_by": None,
        "code_digest": None,
    }
    await writing.run(_FILE, **sent)
    await writing.run(_SHARE_FILES, part=sent["id"], whole=whole["id"])
    await writing.run(_MOVE_POINTS, part=sent["id"], held=whole["id"], moved=sorted(chosen))
    record(
        writing,
        edge.event,
        Object(KIND, sent["id"], 1),
        at=step.now,
        role=step.role,
        public={"from": str(whole["id"]), "points": sorted(chosen), "agency": body.code, **told_of(clocks)},
        private={"number": sent["number"], "text": sent["text"]},
        owner=applicant_of(whole),
    )
    return _NOTHING_YET | sent


_SECRET_BYTES = 24
_FORWARDED = transition(Status.REGISTERED, Action.FORWARDING)
_KEPT = (
    *("kind", "applicant_scheme", "applicant_id", "applicant_name", "participants", "subject", "language", "channel"),
    *("form", "contact", "submitted_at", "synthetic", "crime"),
)
_SENT = (
    *("id", "number", "version", "kind", "status", "agency", "forwarded_by", "applicant_scheme", "applicant_id"),
    *("applicant_name", "subject", "text", "language", "channel", "contact", "submitted_at", "received_at"),
    *("registered_on", "forward_by", "due_on", "rules", "rules_version", "calendar", "week", "synthetic", "crime"),
    *("parent", "participants", "form", "taken_by", "code_digest"),
)
_NOTHING_YET: dict[str, Any] = dict.fromkeys(appeals.c.keys()) | {"parts": 0}
FILE = insert(appeals).values({name: bindparam(name) for name in _SENT})
_FILE = Query(FILE)
_asked = (
    func.jsonb_to_recordset(bindparam("asked", type_=JSONB))
    .table_valued(column("n", Integer), column("text", Text))
    .render_derived(name="asked_rows", with_types=True)
)
_filed_in = bindparam("filed_in", type_=Uuid)
_POINTS = Query(
    insert(points).from_select(
        ["filed_in", "n", "text", "appeal_id"], select(_filed_in, _asked.c.n, _asked.c.text, _filed_in)
    )
)
_SHARE_FILES = Query(
    insert(attached).from_select(
        ["appeal_id", "attachment_id"],
        select(bindparam("part", type_=Uuid), attached.c.attachment_id).where(
            attached.c.appeal_id == bindparam("whole", type_=Uuid)
        ),
    )
)
_MOVE_POINTS = Query(
    update(points)
    .where(points.c.appeal_id == bindparam("held", type_=Uuid))
    .where(points.c.n == any_(bindparam("moved", type_=ARRAY(Integer))))
    .values(appeal_id=bindparam("part", type_=Uuid))
)

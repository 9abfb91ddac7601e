"""The filing of an appeal, and the part that is split off from one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text, Uuid, any_, bindparam, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from uuid_utils.compat import uuid7

from appeals.commands.taking import applicant_of, calendar_needed, dates_of, told_of
from appeals.domain.agencies import Agency, agency
from appeals.domain.appeal import Action, Kind, transition
from appeals.domain.clocks import Clocks, set_clocks
from appeals.notices import KIND
from appeals.permissions import PERMISSIONS
from appeals.tables import appeal_number, appeals, attached, points
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object, record
from servicekit.steps import Step


@dataclass(frozen=True, kw_only=True)
class Filing:
    """An appeal as its applicant words it; `agency` is a code or a BIN, `points` are what it asks for one by one."""

    kind: Kind
    agency: str
    subject: str
    text: str
    language: str
    channel: str
    contact: dict[str, Any] | None
    crime: bool = False
    points: Sequence[str] = ()


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
    with calendar_needed():
        clocks = set_clocks(now, filing.kind, body.week)
    scheme, number = caller.party
    sent: dict[str, Any] = {
        **dates_of(clocks),
        "id": uuid7(),
        "number": f"ЖТ-{clocks.registered_on.year}-{await writing.draw(appeal_number.name):06}",
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
        "crime": filing.crime,
        "parent": None,
    }
    if filing.points:
        await writing.run(_FILE, **sent)
        asked = [{"n": n, "text": text} for n, text in enumerate(filing.points, 1)]
        await writing.run(_POINTS, filed_in=sent["id"], asked=asked)
    else:
        writing.defer(FILE, **sent)
    record(
        writing,
        transition(None, Action.FILING).event,
        Object(KIND, sent["id"], 1),
        at=now,
        role=role,
        public={"kind": filing.kind, "agency": body.code, "submitted_at": now.isoformat(), **told_of(clocks)},
        private={
            "number": sent["number"],
            "subject": filing.subject,
            "text": filing.text,
            **({"points": list(filing.points)} if filing.points else {}),
            "applicant": {"scheme": scheme, "id": number, "name": caller.name},
        },
        owner=caller.party,
    )
    return _NOTHING_YET | sent


async def split_off(writing: Writing, step: Step, chosen: Mapping[int, str], body: Agency, clocks: Clocks) -> Row:
    """Make a part of an appeal with these points, by number, at the body that is competent for them."""
    whole = step.row
    edge = transition(None, Action.SPLIT)
    kept = ("kind", "applicant_scheme", "applicant_id", "applicant_name", "subject", "language", "channel", "contact")
    sent: dict[str, Any] = {
        **{name: whole[name] for name in (*kept, "submitted_at", "synthetic", "crime")},
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


_SENT = (
    *("id", "number", "version", "kind", "status", "agency", "forwarded_by", "applicant_scheme", "applicant_id"),
    *("applicant_name", "subject", "text", "language", "channel", "contact", "submitted_at", "received_at"),
    *("registered_on", "forward_by", "due_on", "rules", "rules_version", "calendar", "week", "synthetic", "crime"),
    "parent",
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

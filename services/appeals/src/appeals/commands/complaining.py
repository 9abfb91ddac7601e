"""What an applicant does about an answer or a silence: complain, and take the complaint back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert
from uuid_utils.compat import uuid7

from appeals.commands.complaint_taking import begin_complaint, end_in_appeal, move
from appeals.commands.taking import applicant_of, begin, calendar_needed, tell
from appeals.domain.agencies import agency
from appeals.domain.appeal import Action as AppealAction
from appeals.domain.complaint import Action, standing_act, transition
from appeals.domain.complaint_clocks import ComplaintDates, complaint_dates
from appeals.domain.errors import LearnedAtNoSuchTime
from appeals.notices import COMPLAINT_KIND, complaint_notices_to_bodies
from appeals.queries.complaints import appeal_behind, complaints_about, delivered_on
from appeals.tables import appeals, complaints
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from servicekit.notices import notify
from servicekit.steps import changing
from statute.deadlines import local


@dataclass(frozen=True, kw_only=True)
class Saying:
    """A complaint as its applicant words it; `official` is whom it names, `learned_on` when they learned of the act."""

    text: str
    language: str
    learned_on: date | None
    official: str | None
    late_reason: str | None


async def file_complaint(writing: Writing, caller: Caller, row: Row, said: Saying, *, now: datetime) -> Row:
    """Complain to the body about its act; the complaint as it was filed.

    A late one is taken all the same, and that it is late stands in it. An appeal that is still open has a term of its
    own: its silence is complained about when that has passed and is a refusal.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
        LearnedAtNoSuchTime: before the appeal was filed, or in days to come.
        CalendarMissing: the days to count lie beyond the known calendar.
        ChangedMeanwhile: somebody else changed the appeal since it was read.
    """
    step = begin(row, caller, AppealAction.COMPLAINT, now)
    delivered, today = await delivered_on(writing, row), local(now).date()
    first = local(row["submitted_at"]).date()
    if said.learned_on is not None and not first <= said.learned_on <= today:
        raise LearnedAtNoSuchTime(first, today)
    body = agency(row["agency"])
    with calendar_needed():
        dates = complaint_dates(
            now,
            body.week,
            rules=row["rules"],
            learned_on=said.learned_on or delivered,
            delivered_on=delivered,
            higher=body.higher is not None,
        )
    n = len(await complaints_about(writing, row["id"])) + 1
    edge = transition(None, Action.FILING)
    filed = {
        **_of_appeal(row, delivered),
        **_dates_of(dates, now),
        "id": uuid7(),
        "number": f"{row['number']}-Ш{n}",
        "version": 1,
        "status": edge.target,
        "higher": body.higher,
        "text": said.text,
        "language": said.language,
        "official": said.official,
        "late": today > dates.complain_by,
        "late_reason": said.late_reason,
    }
    public = {"agency": row["agency"], "complaint": str(filed["id"])}
    await tell(writing, step, _COMPLAIN, {"court_until": dates.court_until}, public=public)
    new = await writing.run(_FILE, **filed)
    if new is None:  # pragma: no cover - an INSERT gives back what it inserted
        raise RuntimeError("the complaint was not inserted")
    record(
        writing,
        edge.event,
        Object(COMPLAINT_KIND, new["id"], 1),
        at=now,
        role=step.role,
        public=_told_of(new),
        private={name: filed[name] for name in ("number", "text", "language", "official", "late_reason")},
        owner=applicant_of(row),
    )
    await notify(writing, *complaint_notices_to_bodies(edge.event, new, row), at=now)
    return new


async def withdraw_complaint(writing: Writing, caller: Caller, row: Row, *, reason: str | None, now: datetime) -> Row:
    """Take a complaint back before it is ruled on; the act stands as it was, and may be complained about again.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin_complaint`.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    step = begin_complaint(row, caller, Action.WITHDRAWAL, now)
    said = None if reason is None else {"reason": reason}
    public = {"agency": row["agency"], "appeal": str(row["appeal_id"])}
    new = await move(writing, step, _END, {"ended_at": now}, public=public, private=said)
    appeal = await appeal_behind(writing, row)
    stands = standing_act(answered=appeal["answer"] is not None, left=appeal["ground"] is not None)
    await end_in_appeal(writing, step, new, stands, _STAND, {"court_until": None})
    return new


def _of_appeal(row: Row, delivered: date) -> dict[str, Any]:
    """What a complaint takes from its appeal: whose it is, about whose act, and that act as it is now."""
    act = {name: row[name] for name in ("status", "outcome", "answer", "answer_language", "ground", "ground_detail")}
    kept = ("agency", "applicant_scheme", "applicant_id", "applicant_name", "participants", "channel", "synthetic")
    had_a_hand = (row[name] for name in ("decided_by", "signed_by", "executor"))
    return {
        **{name: row[name] for name in kept},
        "appeal_id": row["id"],
        "act": act | {"delivered_on": delivered.isoformat(), "due_on": row["due_on"].isoformat()},
        "barred": sorted({subject for subject in had_a_hand if subject is not None}),
    }


def _dates_of(dates: ComplaintDates, now: datetime) -> dict[str, Any]:
    """The columns in which a complaint's dates and their grounds are kept."""
    return {
        "filed_at": now,
        "registered_on": dates.registered_on,
        "learned_on": dates.learned_on,
        "complain_by": dates.complain_by,
        "correct_by": dates.correct_by,
        "court_from": dates.court_from,
        "court_until": dates.court_until,
        "rules": dates.rules.name,
        "rules_version": dates.rules.version,
        "calendar": dates.calendar,
    }


def _told_of(row: Row) -> dict[str, Any]:
    """A complaint as the journal publishes it."""
    return {
        "appeal": str(row["appeal_id"]),
        "agency": row["agency"],
        "higher": row["higher"],
        "late": row["late"],
        "correct_by": row["correct_by"].isoformat(),
        "rules": row["rules"],
        "rules_version": row["rules_version"],
        "calendar": row["calendar"],
    }


_COMPLAIN = changing(appeals, "court_until")
_STAND = changing(appeals, "court_until")
_END = changing(complaints, "ended_at")
_FILED = (
    *("id", "number", "version", "status", "appeal_id", "agency", "higher", "applicant_scheme", "applicant_id"),
    *("applicant_name", "text", "language", "official", "filed_at", "registered_on", "learned_on", "complain_by"),
    *("late", "late_reason", "act", "barred", "correct_by", "court_from", "court_until", "rules", "rules_version"),
    *("calendar", "participants", "channel", "synthetic"),
)
_FILE = Query(insert(complaints).values({name: bindparam(name) for name in _FILED}).returning(*complaints.c))

"""What the body and the body above it do about a complaint, and what the rules do where they do nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Text, Uuid, bindparam, update

from appeals.commands.complaint_taking import (
    announce,
    begin_by_law,
    begin_complaint,
    end_in_appeal,
    move,
    require_in_term,
)
from appeals.commands.taking import calendar_needed, dates_of
from appeals.domain.appeal import Action as AppealAction
from appeals.domain.appeal import Outcome as AppealOutcome
from appeals.domain.clocks import days_taken, pinned_clocks
from appeals.domain.complaint import Action, Ground, Outcome, require_unbiased, ruling_by
from appeals.domain.complaint_clocks import COURT, REVIEW, clocks_after_sending_back, complaint_clock
from appeals.domain.errors import NoHigherBody
from appeals.permissions import COMPLAINT_SIGHT, PERMISSIONS, relation_to_complaint
from appeals.queries.complaints import appeal_behind, oldest_overdue, overdue_corrections, overdue_reviews
from appeals.tables import appeals, complaints
from servicekit.database import Query, Reading, Row, Writing
from servicekit.identity import Caller
from servicekit.steps import Step, changing
from statute.calendars import calendar
from statute.deadlines import local


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What the body above decides about a complaint, and on what grounds the act falls."""

    outcome: Outcome
    grounds: Sequence[Ground]
    text: str
    language: str


async def satisfy_complaint(
    writing: Writing, caller: Caller, row: Row, *, text: str, language: str, now: datetime
) -> Row:
    """Satisfy a complaint in full by a favourable decision, which is the body's answer from now on (APPC art. 91(4)).

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin_complaint`.
        TermExpired: the days for it have passed.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    step = begin_complaint(row, caller, Action.CORRECTION, now)
    require_in_term(row, "correct_by", now)
    values = {"correction": text, "correction_language": language, "ended_at": now}
    private = {"text": text, "language": language}
    new = await move(writing, step, _CORRECT, values, public=_about(row), private=private)
    days = _days_until_correction(await appeal_behind(writing, new), now)
    answer = {
        "outcome": AppealOutcome.SATISFIED,
        "answer": text,
        "answer_language": language,
        "answered_at": now,
        "decided_by": caller.subject,
        "signed_by": caller.subject,
        "ground": None,
        "ground_detail": None,
        "court_until": None,
        "days_taken": days,
    }
    said = {"days_taken": days}
    await end_in_appeal(writing, step, new, AppealAction.CORRECTING, _ANSWER_ANEW, answer, public=said)
    return new


async def send_up(writing: Writing, caller: Caller, row: Row, *, opinion: str, now: datetime) -> Row:
    """Send a complaint with the file and the body's opinion to the body above it (APPC art. 91(4)).

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin_complaint`.
        NoHigherBody: there is none.
        TermExpired: the days for it have passed, and it goes up by law.
        CalendarMissing: the review ends beyond the known calendar.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    step = begin_complaint(row, caller, Action.SENDING_UP, now)
    if row["higher"] is None:
        raise NoHigherBody
    require_in_term(row, "correct_by", now)
    return await _go_up(writing, step, opinion)


async def rule_on(writing: Writing, caller: Caller, row: Row, ruling: Ruling, *, now: datetime) -> Row:
    """Decide a complaint in the body above; the month for a court runs from the day on which that is delivered.

    Raises:
        NotFound: the complaint is not the caller's to see.
        ConflictOfInterest: the caller would judge their own act, or their body's.
        Forbidden, NotAllowedNow: as `begin_complaint`.
        TermExpired: the days for it have passed, and silence was a refusal.
        CalendarMissing: a date lies beyond the known calendar.
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    relation = relation_to_complaint(row, caller)
    PERMISSIONS.require("rule_on_complaint", caller, relation, sight=COMPLAINT_SIGHT)
    require_unbiased(relation, subject=caller.subject, name=caller.name, barred=row["barred"], official=row["official"])
    step = begin_complaint(row, caller, ruling_by(ruling.outcome), now)
    require_in_term(row, "review_by", now)
    court = _court_from(row, local(now).date())
    values = {
        **court,
        "outcome": ruling.outcome,
        "grounds": list(ruling.grounds),
        "ruling": ruling.text,
        "ruling_language": ruling.language,
        "ended_at": now,
    }
    public = _about(row) | {"outcome": ruling.outcome, "grounds": [*ruling.grounds], **_told_of(court)}
    private = {"text": ruling.text, "language": ruling.language}
    new = await move(writing, step, _RULE, values, public=public, private=private)
    if ruling.outcome is Outcome.SEND_BACK:
        with calendar_needed():
            anew = _considered_anew(await appeal_behind(writing, new), new, now)
        await end_in_appeal(writing, step, new, AppealAction.SENDING_BACK, _SEND_BACK, anew)
    else:
        until = {"court_until": court["court_until"]}
        await end_in_appeal(writing, step, new, AppealAction.CLOSING, _CLOSE, until)
    return new


async def pass_up_complaints(writing: Writing, *, now: datetime, limit: int) -> int:
    """Let complaints go up whose body has done neither of what it must, which is recorded against it; how many.

    Where no body stands above, silence is a refusal, and the court is next.
    """
    rows = await overdue_corrections(writing, today=local(now).date(), limit=limit)
    for row in rows:
        if row["higher"] is None:
            court = {name: row[name] for name in ("court_from", "court_until", "calendar")}
            await _expire(writing, row, court, now)
        else:
            await _go_up(writing, begin_by_law(row, Action.PASSING_UP, now), None)
    return len(rows)


async def expire_reviews(writing: Writing, *, now: datetime, limit: int) -> int:
    """Record the refusal by silence of complaints on which nobody ruled in time (APPC art. 91(2)); how many."""
    rows = await overdue_reviews(writing, today=local(now).date(), limit=limit)
    for row in rows:
        await _expire(writing, row, _court_from(row, row["review_by"]), now)
    return len(rows)


async def oldest_uncorrected(reading: Reading, *, today: date) -> date | None:
    """The earliest day for a correction that has passed without the complaint going up."""
    return (await oldest_overdue(reading, today=today))[0]


async def oldest_unreviewed(reading: Reading, *, today: date) -> date | None:
    """The earliest day for a ruling that has passed without its refusal being recorded."""
    return (await oldest_overdue(reading, today=today))[1]


async def _go_up(writing: Writing, step: Step, opinion: str | None) -> Row:
    today = local(step.now).date()
    with calendar_needed():
        review_by = complaint_clock(step.row, REVIEW, today).due_on
    version = calendar().version
    values = {"sent_up_on": today, "opinion": opinion, "review_by": review_by, "calendar": version}
    public = _about(step.row) | {
        "higher": step.row["higher"],
        "correct_by": step.row["correct_by"].isoformat(),
        "review_by": review_by.isoformat(),
        "calendar": version,
    }
    private = None if opinion is None else {"opinion": opinion}
    new = await move(writing, step, _SEND_UP, values, public=public, private=private)
    await writing.run(_SHOW, appeal_id=new["appeal_id"], reviewer=new["higher"])
    await announce(writing, step, new, await appeal_behind(writing, new))
    return new


async def _expire(writing: Writing, row: Row, court: dict[str, Any], now: datetime) -> None:
    step = begin_by_law(row, Action.EXPIRY, now)
    due_on = row["review_by"] or row["correct_by"]
    public = _about(row) | {"due_on": due_on.isoformat(), **_told_of(court)}
    new = await move(writing, step, _EXPIRE, {**court, "ended_at": now}, public=public)
    until = {"court_until": court["court_until"]}
    await end_in_appeal(writing, step, new, AppealAction.CLOSING, _CLOSE, until)


def _court_from(row: Row, day: date) -> dict[str, Any]:
    """From which day, and until which, a court may be asked, and by which calendar."""
    with calendar_needed():
        until = complaint_clock(row, COURT, day).due_on
    return {"court_from": day, "court_until": until, "calendar": calendar().version}


def _days_until_correction(appeal: Row, now: datetime) -> int | None:
    """The days that an answer took which a body puts right: those it took, or until now where there was none."""
    if appeal["answer"] is not None:
        taken: int | None = appeal["days_taken"]
        return taken
    with calendar_needed():
        return days_taken(pinned_clocks(appeal), local(now).date())


def _considered_anew(appeal: Row, complaint: Row, now: datetime) -> dict[str, Any]:
    """What changes in an appeal that the body must consider once more: new dates, and nothing decided yet."""
    clocks = clocks_after_sending_back(appeal, complaint, now)
    pauses = [[pause.first.isoformat(), pause.last.isoformat()] for pause in clocks.pauses]
    restarted = clocks.registered_on >= local(now).date()
    return {
        **dict.fromkeys(_UNDECIDED),
        **dates_of(clocks),
        "received_at": now if restarted else appeal["received_at"],
        "pauses": pauses or None,
        "extended_until": clocks.extended_until,
    }


def _about(row: Row) -> dict[str, Any]:
    return {"agency": row["agency"], "appeal": str(row["appeal_id"])}


def _told_of(court: dict[str, Any]) -> dict[str, str]:
    return {name: str(each) for name, each in court.items()}


_UNDECIDED = (
    *("outcome", "answer", "answer_language", "answered_at", "decided_by", "signed_by", "ground", "ground_detail"),
    *("preliminary", "preliminary_on", "decide_from", "object_by", "objection", "hearing", "court_until"),
)
_DATES = ("registered_on", "forward_by", "due_on", "rules", "rules_version", "calendar", "week")
_CORRECT = changing(complaints, "correction", "correction_language", "ended_at")
_SEND_UP = changing(complaints, "sent_up_on", "opinion", "review_by", "calendar")
_COURT = ("court_from", "court_until", "calendar")
_RULE = changing(complaints, *_COURT, "outcome", "grounds", "ruling", "ruling_language", "ended_at")
_EXPIRE = changing(complaints, *_COURT, "ended_at")
_ANSWER_ANEW = changing(
    appeals,
    *("outcome", "answer", "answer_language", "answered_at", "decided_by", "signed_by", "ground", "ground_detail"),
    *("court_until", "days_taken"),
)
_CLOSE = changing(appeals, "court_until")
_SEND_BACK = changing(appeals, *_UNDECIDED, *_DATES, "received_at", "pauses", "extended_until")
# Who may see an appeal is no step of it: that its complaint went up stands in the complaint's own entry.
_SHOW = Query(
    update(appeals)
    .where(appeals.c.id == bindparam("appeal_id", type_=Uuid))
    .values(reviewer=bindparam("reviewer", type_=Text))
)

"""What comes before a decision that burdens the applicant: more time, the preliminary decision, the applicant's say."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from appeals.commands.taking import begin, begin_in_time, calendar_needed, tell
from appeals.domain.appeal import Action, Outcome
from appeals.domain.clocks import (
    EXTENSION,
    OBJECTION,
    PRELIMINARY_NOTICE,
    clock,
    longest_extension,
    pinned_clocks,
    pinned_rules,
)
from appeals.domain.errors import ExtensionTooLong, OnceOnly
from appeals.tables import appeals
from servicekit.database import Row, Writing
from servicekit.identity import Caller
from servicekit.steps import changing
from statute.calendars import calendar
from statute.deadlines import local


@dataclass(frozen=True, kw_only=True)
class Preliminary:
    """What a body means to decide, and where the applicant is heard, or why not."""

    outcome: Outcome
    text: str
    language: str
    hearing: dict[str, Any] | None
    no_hearing_reason: str | None


async def extend_appeal(writing: Writing, caller: Caller, row: Row, *, until: date, reason: str, now: datetime) -> Row:
    """Extend the term, once, because facts must be established (APPC art. 76).

    The applicant is told at once, and so within the days that the law gives for that.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
        OnceOnly: it was extended before.
        ExtensionTooLong: that day is no later than the term's, or later than the law allows.
        CalendarMissing: that day lies beyond the known calendar.
    """
    step = begin_in_time(row, caller, Action.EXTENSION, now)
    if row["extended_until"] is not None:
        raise OnceOnly
    clocks = pinned_clocks(row)
    with calendar_needed():
        longest = longest_extension(clocks, pinned_rules(row).rule(EXTENSION))
        if not clocks.due_on < until <= longest:
            raise ExtensionTooLong(clocks.due_on, longest)
        ends = calendar(clocks.calendar).next_working_day(until, clocks.week)
    values = {"due_on": ends, "extended_until": ends, "extension_reason": reason, "recomputed_with": None}
    public = {"agency": row["agency"], "from": clocks.due_on.isoformat(), "due_on": ends.isoformat()}
    return await tell(writing, step, _EXTEND, values, public=public, private={"reason": reason})


async def tell_preliminary(
    writing: Writing, caller: Caller, row: Row, preliminary: Preliminary, *, now: datetime
) -> Row:
    """Tell the applicant what the body means to decide against them, from when it may, and where they are heard.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
        CalendarMissing: the days to count lie beyond the known calendar.
    """
    step = begin_in_time(row, caller, Action.PRELIMINARY_DECISION, now)
    today = local(now).date()
    with calendar_needed():
        decide_from = clock(row, PRELIMINARY_NOTICE, today).due_on
        object_by = clock(row, OBJECTION, today).due_on
    told = {
        "outcome": preliminary.outcome,
        "text": preliminary.text,
        "language": preliminary.language,
        "hearing": preliminary.hearing,
        "no_hearing_reason": preliminary.no_hearing_reason,
    }
    days = {"preliminary_on": today, "decide_from": decide_from, "object_by": object_by, "recomputed_with": None}
    values = {"preliminary": told, **days}
    public = {
        "agency": row["agency"],
        "decide_from": decide_from.isoformat(),
        "object_by": object_by.isoformat(),
        "heard": preliminary.hearing is not None,
    }
    return await tell(writing, step, _TELL, values, public=public, private=told)


async def object_to_preliminary(writing: Writing, caller: Caller, row: Row, *, text: str, now: datetime) -> Row:
    """Object to a preliminary decision. One that comes after its days is taken all the same, and shown as late.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
    """
    step = begin(row, caller, Action.OBJECTION, now)
    public = {"agency": row["agency"], "in_time": local(now).date() <= row["object_by"]}
    return await tell(writing, step, _OBJECT, {"objection": text}, public=public, private={"text": text})


async def record_hearing(writing: Writing, caller: Caller, row: Row, hearing: dict[str, Any], *, now: datetime) -> Row:
    """Put the hearing on record (APPC art. 74), or that it was not held and why.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
    """
    step = begin_in_time(row, caller, Action.HEARING, now)
    public = {"agency": row["agency"], "held": hearing["not_held_reason"] is None}
    return await tell(writing, step, _HEAR, {"hearing": hearing}, public=public, private=hearing)


_EXTEND = changing(appeals, "due_on", "extended_until", "extension_reason", "recomputed_with")
_TELL = changing(appeals, "preliminary", "preliminary_on", "decide_from", "object_by", "recomputed_with")
_OBJECT = changing(appeals, "objection")
_HEAR = changing(appeals, "hearing")

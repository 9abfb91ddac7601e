"""The dates of a discussion: until when it lasts at least, and by when a comment must be answered, by dated rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

from legal_acts.domain.errors import DiscussionTooShort
from statute.calendars import CalendarMissing, OutsideCalendar, Week, calendar
from statute.deadlines import Deadline, due_on, explain, local
from statute.rules import Rule, RuleSet, read_rule_sets

DISCUSSION = "draft.discussion"
ANSWER = "comment.answer"
RULES = "report"
# State bodies work the five-day week; none that works six is known to draft acts.
WEEK = Week.FIVE

_RULE_SETS = {
    rule_set.name: rule_set
    for rule_set in read_rule_sets((files("legal_acts") / "data" / "rules.json").read_text("utf-8"))
}


@dataclass(frozen=True)
class Clock:
    """A term that runs: the day it began, its last day, and the rule and the calendar that gave it."""

    started_on: date
    due_on: date
    rule: Rule
    calendar: str


@lru_cache(maxsize=4096)
def rules_on(day: date) -> RuleSet:
    """The rules on public comment in force on a day; on a day before all of them there is none."""
    rule_set = _RULE_SETS[RULES]
    return replace(rule_set, rules=tuple(rule for rule in rule_set.rules if rule.in_force_on(day)))


def discussion_clock(posted_at: datetime, kind: str) -> Clock:
    """The shortest discussion of a draft of this type that is posted at a moment; its `due_on` is the earliest end.

    Raises:
        CalendarMissing: the days to count lie beyond the known calendar.
        Undecided: no rule in force says how long.
    """
    return _clock(posted_at, DISCUSSION, kind)


def answer_clock(submitted_at: datetime) -> Clock:
    """By when a comment submitted at a moment must be answered.

    Raises:
        CalendarMissing, Undecided: as `discussion_clock`.
    """
    return _clock(submitted_at, ANSWER, None)


def require_long_enough(until: date, shortest: Clock) -> None:
    """Hold the drafter's last day of discussion to the law.

    Raises:
        DiscussionTooShort: the day is before the earliest that the law allows.
    """
    if until < shortest.due_on:
        rule = shortest.rule
        raise DiscussionTooShort(until=until, earliest=shortest.due_on, days=rule.term.n, source=rule.source)


def pinned_discussion_clock(row: Mapping[str, Any]) -> Clock:
    """The clock that judged the draft in this row when it was posted, whatever holds today."""
    posted_on = local(row["posted_at"]).date()
    rule = rules_on(posted_on).rule(DISCUSSION, row["type"])
    return Clock(posted_on, row["earliest_until"], rule, row["calendar"])


def pinned_answer_clock(row: Mapping[str, Any]) -> Clock:
    """The clock of the comment in this row, as it was set when the comment came."""
    submitted_on = local(row["submitted_at"]).date()
    return Clock(submitted_on, row["due_on"], rules_on(submitted_on).rule(ANSWER), row["calendar"])


def explain_clock(clock: Clock) -> Deadline:
    """The days of a term, each counted or skipped, and why."""
    return explain(clock.started_on, clock.rule.term, calendar(clock.calendar), WEEK)


def _clock(moment: datetime, matter: str, kind: str | None) -> Clock:
    day = local(moment).date()
    rule = rules_on(day).rule(matter, kind)
    days = calendar()
    try:
        return Clock(day, due_on(day, rule.term, days, WEEK), rule, days.version)
    except OutsideCalendar as error:
        raise CalendarMissing from error

"""By when a bailiff must open a proceeding, and whether that was late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from statute.calendars import CalendarMissing, OutsideCalendar, Week, calendar
from statute.deadlines import due_on, local
from statute.rules import Rule, Undecided, read_rule_sets

OPENING = "proceeding.opening"
(RULES,) = read_rule_sets((files("registry") / "data" / "rules.json").read_text("utf-8"))


@dataclass(frozen=True)
class OpeningClock:
    """The last day for opening, with the rule and the calendar that gave it."""

    due_on: date
    rule: Rule
    calendar: str


def set_clock(received_at: datetime) -> OpeningClock:
    """The clock of a document received at a moment (aware).

    It runs from the local day of receipt, whatever the hour and whether or not that is a working day: the report says
    "after receiving", and the hours of a reception office are not the debtor's or the claimant's affair.

    Raises:
        Undecided: no rule was in force that day.
        CalendarMissing: the days to count lie beyond the known calendar.
    """
    received_on = local(received_at).date()
    rule, days = rule_on(received_on), calendar()
    try:
        return OpeningClock(due_on(received_on, rule.term, days, Week.FIVE), rule, days.version)
    except OutsideCalendar as error:
        raise CalendarMissing from error


def pinned_rule(row: Mapping[str, Any]) -> Rule:
    """The rule that judged a proceeding when its document was received, whatever holds today."""
    return rule_on(local(row["received_at"]).date())


def rule_on(day: date) -> Rule:
    """The rule on opening that was in force on a day; raises Undecided where none was."""
    for rule in RULES.rules:
        if rule.matter == OPENING and rule.in_force_on(day):
            return rule
    raise Undecided(RULES.name, OPENING, None)


def is_late(opening_due_on: date, at: datetime) -> bool:
    """Whether an opening at this moment comes after the last day; the whole local day belongs to the term."""
    return local(at).date() > opening_due_on

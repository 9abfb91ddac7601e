"""The dates that bind a body once it has an appeal: registered on, to be forwarded by, to be answered by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from appeals.domain.appeal import Kind
from statute.calendars import Week, calendar
from statute.deadlines import Deadline, due_on, explain, local, registration_day
from statute.rules import Rule, rules_on

CONSIDERATION = "appeal.consideration"
FORWARDING = "appeal.forwarding"


@dataclass(frozen=True)
class Clocks:
    """A body's dates for an appeal, with the rule and the calendar that gave them."""

    registered_on: date
    forward_by: date
    due_on: date
    rule: Rule
    calendar: str
    week: Week


def set_clocks(received_at: datetime, kind: Kind, week: Week, *, rules: str = "report") -> Clocks:
    """The dates of a body that received an appeal at a moment (aware).

    What comes after the end of the working day or on a day off is registered on the next working day (APPC
    art. 64(3)), and the terms run from registration.

    Raises:
        OutsideCalendar: the days to count lie beyond the known calendar.
        UnknownRuleSet, Undecided: as `statute.rules`.
    """
    days = calendar()
    rule_set = rules_on(local(received_at).date(), rules)
    consideration, forwarding = rule_set.rule(CONSIDERATION, kind), rule_set.rule(FORWARDING)
    registered_on = registration_day(received_at, day_ends=rule_set.day_ends, calendar=days, week=week)
    return Clocks(
        registered_on=registered_on,
        forward_by=due_on(registered_on, forwarding.term, days, week),
        due_on=due_on(registered_on, consideration.term, days, week),
        rule=consideration,
        calendar=days.version,
        week=week,
    )


def pinned_clocks(row: Mapping[str, Any]) -> Clocks:
    """The dates that were set when the body got the appeal, with the rule that judged it then, whatever holds today."""
    rule = rules_on(local(row["received_at"]).date(), row["rules"]).rule(CONSIDERATION, row["kind"])
    return Clocks(
        registered_on=row["registered_on"],
        forward_by=row["forward_by"],
        due_on=row["due_on"],
        rule=rule,
        calendar=row["calendar"],
        week=Week(row["week"]),
    )


def reset_clocks(before: Clocks, received_at: datetime, kind: Kind, week: Week) -> Clocks:
    """The dates of a body to which an appeal was forwarded.

    Whether the term begins anew there is a parameter of the rule on forwarding: it `restarts`, or it `continues` and
    only the days for forwarding further are counted from the receipt.
    """
    anew = set_clocks(received_at, kind, week, rules=before.rule.rules)
    forwarding = rules_on(local(received_at).date(), before.rule.rules).rule(FORWARDING)
    if forwarding.parameters["term_at_receiving_body"] == "restarts":
        return anew
    return replace(before, forward_by=anew.forward_by)


def explain_clocks(clocks: Clocks) -> Deadline:
    """The days from registration to the deadline, each counted or skipped, and why."""
    return explain(clocks.registered_on, clocks.rule.term, calendar(clocks.calendar), clocks.week)

"""The days that the law gives: to bid, and to complain about an award, each with the rule that gave them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from procurement.domain.errors import BidWindowTooShort
from procurement.domain.tender import Method
from statute.calendars import CalendarMissing, OutsideCalendar, Week, calendar
from statute.deadlines import due_on, local
from statute.rules import Rule, RuleSet, UnknownRuleSet, read_rule_sets

BID_WINDOW = "procurement.bid_window"
COMPLAINT_WINDOW = "procurement.complaint_window"


@dataclass(frozen=True)
class Window:
    """Days that are given up to `until`, with the rule and the calendar that say so."""

    until: date
    rule: Rule
    calendar: str


def bid_window(published_at: datetime, method: Method, rules: str) -> Window:
    """The days for bids after publication; `until` is the first day on which they may end.

    Raises:
        CalendarMissing: it lies beyond the known calendar.
        Undecided: as `rule_on`.
    """
    day = local(published_at).date()
    return _window(day, rule_on(day, BID_WINDOW, method, rules=rules))


def require_bid_window(published_at: datetime, method: Method, bids_until: datetime, rules: str) -> Window:
    """The bid window of a tender that is published now and takes bids until then.

    Raises:
        BidWindowTooShort: the law gives more days.
        CalendarMissing: the days for bids, or for the complaints after them, lie beyond the known calendar.
        Undecided: as `rule_on`.
    """
    window = bid_window(published_at, method, rules)
    if local(bids_until).date() < window.until or bids_until <= published_at:
        raise BidWindowTooShort(window.until)
    complaint_window(bids_until, published_at, rules)
    return window


def complaint_window(awarded_at: datetime, published_at: datetime, rules: str) -> Window:
    """The days for complaints after an award, by the rule that was in force when the tender was published.

    Raises:
        CalendarMissing: they lie beyond the known calendar.
        Undecided: as `rule_on`.
    """
    rule = rule_on(local(published_at).date(), COMPLAINT_WINDOW, rules=rules)
    return _window(local(awarded_at).date(), rule)


def rule_on(day: date, matter: str, kind: str | None = None, *, rules: str = "report") -> Rule:
    """The row of a rule set that governs a matter on a day.

    Raises:
        UnknownRuleSet: no rule set has this name.
        Undecided: no row of it governs the matter on that day.
    """
    for each in _rule_sets():
        if each.name == rules:
            in_force = tuple(rule for rule in each.rules if rule.in_force_on(day))
            return RuleSet(each.name, each.version, each.day_ends, each.source, in_force).rule(matter, kind)
    raise UnknownRuleSet(rules)


def _window(start: date, rule: Rule) -> Window:
    days = calendar()
    try:
        return Window(due_on(start, rule.term, days, Week.FIVE), rule, days.version)
    except OutsideCalendar as error:
        raise CalendarMissing from error


@cache
def _rule_sets() -> tuple[RuleSet, ...]:
    return read_rule_sets((files("procurement") / "data" / "rules.json").read_text("utf-8"))

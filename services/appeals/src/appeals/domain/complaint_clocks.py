"""The dates of a complaint: by when one complains, when the body and the body above must act, until when a court hears.

They are judged to the end by the rules of the day on which the complaint was filed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from appeals.domain.agencies import agency
from appeals.domain.appeal import Kind
from appeals.domain.clocks import Clock, Clocks, paused_clocks, pinned_clocks, set_clocks
from appeals.domain.complaint import Status
from statute.calendars import Week, calendar
from statute.deadlines import due_on, local, registration_day
from statute.rules import RuleSet, rules_on

COMPLAINT = "appeal.complaint"
CORRECTION = "complaint.correction"
REVIEW = "complaint.review"
COURT = "complaint.court"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ComplaintDates:
    """What is fixed when a complaint is filed; `court_from` and `court_until` only where no body stands above."""

    registered_on: date
    learned_on: date
    complain_by: date
    correct_by: date
    court_from: date | None
    court_until: date | None
    rules: RuleSet
    calendar: str


def complaint_dates(
    filed_at: datetime, week: Week, *, rules: str, learned_on: date, delivered_on: date, higher: bool
) -> ComplaintDates:
    """The dates of a complaint filed at a moment (aware) with a body of this week.

    `learned_on` is when the applicant learned of the act, `delivered_on` when it was delivered to them. Whether a
    court is open at once, for want of a `higher` body, from the act or from the complaint is a parameter of the rule.

    Raises:
        OutsideCalendar: the days to count lie beyond the known calendar.
    """
    days, rule_set = calendar(), rules_on(local(filed_at).date(), rules)
    registered_on = registration_day(filed_at, day_ends=rule_set.day_ends, calendar=days, week=week)
    court = rule_set.rule(COURT)
    court_from = delivered_on if court.parameters["without_higher_body"] == "from_act" else registered_on
    return ComplaintDates(
        registered_on=registered_on,
        learned_on=learned_on,
        complain_by=due_on(learned_on, rule_set.rule(COMPLAINT).term, days, week),
        correct_by=due_on(registered_on, rule_set.rule(CORRECTION).term, days, week),
        court_from=None if higher else court_from,
        court_until=None if higher else due_on(court_from, court.term, days, week),
        rules=rule_set,
        calendar=days.version,
    )


def complaint_clock(row: Mapping[str, Any], matter: str, starts_on: date, *, ends_on: date | None = None) -> Clock:
    """A term of a complaint that begins on a day, in the week of the body that it binds; `ends_on` if that is known.

    One that begins now is counted by the newest calendar.

    Raises:
        OutsideCalendar: it ends beyond the known calendar.
    """
    rule = complaint_rules(row).rule(matter)
    last = ends_on or due_on(starts_on, rule.term, calendar(), week_of(row, matter))
    return Clock(matter, starts_on, last, rule)


def complaint_rules(row: Mapping[str, Any]) -> RuleSet:
    """The rules that judge a complaint to the end."""
    return rules_on(local(row["filed_at"]).date(), row["rules"])


def week_of(row: Mapping[str, Any], matter: str) -> Week:
    """The week in which a term of a complaint is counted: that of the body whose term it is, or whose act."""
    return agency(row["higher"] if matter == REVIEW else row["agency"]).week


def complaint_clocks(row: Mapping[str, Any]) -> Iterator[Clock]:
    """The terms of a complaint as far as they have begun, in the order of the procedure."""
    begun = (
        (COMPLAINT, row["learned_on"], row["complain_by"]),
        (CORRECTION, row["registered_on"], row["correct_by"]),
        (REVIEW, row["sent_up_on"], row["review_by"]),
        (COURT, row["court_from"], row["court_until"]),
    )
    for matter, starts_on, ends_on in begun:
        if starts_on is not None:
            yield complaint_clock(row, matter, starts_on, ends_on=ends_on)


def running_clock(row: Mapping[str, Any]) -> Clock | None:
    """The term that binds somebody now: the body, the body above it, or the applicant who may go to court."""
    clocks = {clock.matter: clock for clock in complaint_clocks(row)}
    running = {Status.FILED: CORRECTION, Status.UNDER_REVIEW: REVIEW}
    return clocks.get(running.get(Status(row["status"]), COURT))


def clocks_after_sending_back(appeal: Mapping[str, Any], complaint: Mapping[str, Any], now: datetime) -> Clocks:
    """The dates of a body that must consider an appeal anew.

    By a parameter of the rule on review the term `restarts`, or it `continues`: the days from the act to the ruling do
    not count then, and where nothing was left of the term it begins anew all the same.

    Raises:
        OutsideCalendar: the days to count lie beyond the known calendar.
    """
    anew = set_clocks(now, Kind(appeal["kind"]), agency(appeal["agency"]).week, rules=appeal["rules"])
    review = complaint_clock(complaint, REVIEW, complaint["sent_up_on"], ends_on=complaint["review_by"]).rule
    if review.parameters["term_after_sending_back"] == "restarts":
        return anew
    acted_on, today = date.fromisoformat(complaint["act"]["delivered_on"]), local(now).date()
    rested = paused_clocks(pinned_clocks(appeal), acted_on + _ONE_DAY, today)
    return rested if rested.due_on > today else anew

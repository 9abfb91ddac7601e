"""The terms of a procurement as clocks: what is due by when, by which rule, when it was done, and how late.

The mechanism is for every noun of the service. A noun names its steps (`Step`: the rule's matter in `data/rules.json`,
the moment that starts its term and the moment that ends it), its queries gather the moments, and `read_clocks` does the
rest; `late_fact` is what the journal says when a step is taken late. A late step is a fact and blocks nobody.
Terms count in days: a step done on the last day of its term is in time, and days of grace there are none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from procurement.domain.windows import rule_on
from statute.calendars import OutsideCalendar, Week, calendar
from statute.deadlines import due_on, local
from statute.rules import Rule, Undecided

Moment: TypeAlias = datetime | date
_ONE_DAY = timedelta(days=1)


class Bound(StrEnum):
    """Whether a step is due by its date at the latest, or may be taken on it at the earliest."""

    LATEST = "latest"
    EARLIEST = "earliest"


class State(StrEnum):
    """How a clock stands. `undecided`: no rule in force gives a term; `uncounted`: it leaves the known calendar."""

    RUNNING = "running"
    KEPT = "kept"
    LATE = "late"  # taken, after its date
    OVERDUE = "overdue"  # not taken, and its date has passed
    EARLY = "early"  # taken before the first day on which it may be
    UNDECIDED = "undecided"
    UNCOUNTED = "uncounted"


@dataclass(frozen=True)
class Step:
    """A step with a term: the rule's `matter`, and the names of the moments at which the term starts and ends."""

    matter: str
    starts: str
    done: str
    bound: Bound = Bound.LATEST


@dataclass(frozen=True)
class Clock:
    """A term of a process as it stands on a day; `late_by` counts the working days after `due_on`.

    It is 0 when in time, and also for what is done on the days off right after an end on a Friday, which is late.
    """

    matter: str
    bound: Bound
    state: State
    starts_on: date
    due_on: date | None
    done_on: date | None
    late_by: int
    rule: Rule | None
    calendar: str


@dataclass(frozen=True)
class Law:
    """By which law a process is judged: a rule set, as it was in force on a day, for a kind of purchase (or None)."""

    rules: str
    day: date
    kind: str | None = None


def read_clocks(
    steps: Iterable[Step], moments: Mapping[str, Moment | None], law: Law, *, today: date
) -> tuple[Clock, ...]:
    """The clocks that have started, in the order of the steps. A moment that is None, or absent, has not come."""
    started = ((step, moments.get(step.starts)) for step in steps)
    return tuple(
        _read(step, _day(start), moments.get(step.done), law, today) for step, start in started if start is not None
    )


def late_fact(step: Step, started: Moment, done: Moment, law: Law) -> dict[str, Any]:
    """What the journal adds when a step is taken after its date, as `{"late": …}`; nothing when it is in time."""
    clock = _read(step, _day(started), done, law, _day(done))
    if clock.state is not State.LATE or clock.due_on is None or clock.rule is None:
        return {}
    return {
        "late": {
            "matter": clock.matter,
            "due_on": clock.due_on.isoformat(),
            "late_by": clock.late_by,
            "rules": clock.rule.rules,
            "rules_version": clock.rule.version,
        }
    }


def working_days_after(due: date, end: date) -> int:
    """How many working days lie after `due` up to and with `end`; 0 when `end` is not after it.

    Raises:
        OutsideCalendar: one of them is not covered.
    """
    if end <= due:
        return 0
    return sum(day.working for day in calendar().days(due + _ONE_DAY, end, Week.FIVE))


def _read(step: Step, starts_on: date, done: Moment | None, law: Law, today: date) -> Clock:
    done_on = None if done is None else _day(done)
    rule, due, late_by = None, None, 0
    try:
        rule = rule_on(law.day, step.matter, law.kind, rules=law.rules)
        due = due_on(starts_on, rule.term, calendar(), Week.FIVE)
        late_by = working_days_after(due, done_on or today) if step.bound is Bound.LATEST else 0
        state = _state(step.bound, due, done_on, today)
    except Undecided:
        state = State.UNDECIDED
    except OutsideCalendar:
        state = State.UNCOUNTED
    return Clock(
        matter=step.matter,
        bound=step.bound,
        state=state,
        starts_on=starts_on,
        due_on=due,
        done_on=done_on,
        late_by=late_by,
        rule=rule,
        calendar=calendar().version,
    )


def _state(bound: Bound, due: date, done_on: date | None, today: date) -> State:
    if bound is Bound.EARLIEST:
        if done_on is None:
            return State.RUNNING
        return State.EARLY if done_on < due else State.KEPT
    if done_on is None:
        return State.OVERDUE if today > due else State.RUNNING
    return State.LATE if done_on > due else State.KEPT


def _day(moment: Moment) -> date:
    return local(moment).date() if isinstance(moment, datetime) else moment


RESULTS = Step("procurement.results", "opened", "evaluated")
# The steps of a tender, and of an award; those of a plan are in `plan.py`.
TENDER_STEPS: Sequence[Step] = (
    Step("procurement.bid_window", "published", "bids_closed", Bound.EARLIEST),
    RESULTS,
)
AWARD_STEPS: Sequence[Step] = (Step("procurement.complaint_window", "awarded", "final", Bound.EARLIEST),)

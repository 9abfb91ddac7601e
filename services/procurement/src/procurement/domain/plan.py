"""The life of an annual plan: approved by its buyer, published, changed at most so often, and published again."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache, partial
from importlib.resources import files
from typing import Any

from procurement.domain.clocks import Step
from procurement.domain.errors import TooManyPlanChanges
from procurement.domain.parameters import parameter_on
from statute.deadlines import local
from statute.procedures import Procedure, Transition, actions_from, follow


class Status(StrEnum):
    """Where a plan stands. A change makes a published plan `changed` until the change is published too."""

    DRAFT = "draft"
    APPROVED = "approved"
    PUBLISHED = "published"
    CHANGED = "changed"


class Action(StrEnum):
    """What can be done with a plan; people's are the last word of an address, but for creation."""

    CREATION = "creation"
    APPROVAL = "approval"
    PUBLICATION = "publication"
    CHANGES = "changes"


class Exempt(StrEnum):
    """Why a purchase need not be in the plan: the law's list, told in `data/plan_exceptions.json`."""

    EMERGENCY = "emergency"
    INVESTIGATION = "investigation"
    PROTECTION = "protection"
    RESIDENCES = "residences"
    PRESIDENTIAL_ENTERPRISES = "presidential_enterprises"
    DISPUTES = "disputes"


NOTHING_OUTSIDE = "Law on public procurement 01.07.2024 No. 106-VIII, art. 6(8): nothing is bought outside the plan"

TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.CREATION): Transition(Status.DRAFT, "plan.created"),
    (Status.DRAFT, Action.APPROVAL): Transition(Status.APPROVED, "plan.approved"),
    (Status.APPROVED, Action.PUBLICATION): Transition(Status.PUBLISHED, "plan.published"),
    (Status.PUBLISHED, Action.CHANGES): Transition(Status.CHANGED, "plan.changed"),
    (Status.CHANGED, Action.PUBLICATION): Transition(Status.PUBLISHED, "plan.published"),
}
BY_LAW: frozenset[Action] = frozenset()
actions_in = partial(actions_from, TRANSITIONS, by_law=BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)

STEPS: Sequence[Step] = (
    Step("procurement.plan_approval", "budget", "approved"),
    Step("procurement.plan_publication", "approved", "published"),
)
CHANGE_STEP = Step("procurement.plan_change_publication", "changed", "published")


def require_few_changes(changes: Sequence[datetime], now: datetime, *, law_on: date, rules: str) -> None:
    """A plan is changed only so often in a calendar month; `changes` are the moments of its changes so far.

    Raises:
        TooManyPlanChanges: it has been changed as often already.
        Undecided: the rule set does not say how often.
    """
    most = parameter_on(law_on, "plan_changes_a_month", rules=rules)
    day = local(now).date()
    this_month = [each for each in map(local, changes) if (each.year, each.month) == (day.year, day.month)]
    if len(this_month) >= int(most.value):
        december = 12
        year, month = (day.year + 1, 1) if day.month == december else (day.year, day.month + 1)
        raise TooManyPlanChanges(int(most.value), date(year, month, 1))


@cache
def plan_exceptions() -> Mapping[str, Any]:
    """Each ground on which a purchase need not be planned: its `words` in three languages and its `source`."""
    found: Mapping[str, Any] = json.loads((files("procurement") / "data" / "plan_exceptions.json").read_text("utf-8"))
    return found

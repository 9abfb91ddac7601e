"""The discussion of a draft before its publication: comments for some days, an answer to each, and then bids."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import partial

from procurement.domain.clocks import Bound, Law, Step
from procurement.domain.errors import CommentsClosed, DiscussionMissing, DiscussionOpen
from procurement.domain.parameters import parameter_on
from procurement.domain.windows import rule_on
from statute.calendars import CalendarMissing, OutsideCalendar, Week, calendar
from statute.deadlines import ALMATY, due_on, local
from statute.procedures import Procedure, Transition, follow

_OPENS_AT = time(9)
"""When bids open on the working day after the protocol (Rules No. 687, cl. 170-173)."""


class Status(StrEnum):
    """Where a comment stands."""

    OPEN = "open"
    ANSWERED = "answered"


class Action(StrEnum):
    """What can be done with a comment."""

    COMMENT = "comment"
    ANSWER = "answer"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.COMMENT): Transition(Status.OPEN, "comment.made"),
    (Status.OPEN, Action.ANSWER): Transition(Status.ANSWERED, "comment.answered"),
}
BY_LAW: frozenset[Action] = frozenset()
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)

COMMENTS = "procurement.discussion_comments"
ANSWER_STEP = Step("procurement.discussion_answers", "comments_closed", "answered")
DISCUSSION_STEPS: Sequence[Step] = (
    Step(COMMENTS, "discussed", "published", Bound.EARLIEST),
    ANSWER_STEP,
    Step("procurement.discussion_protocol", "answered", "published"),
)


def comments_until(opened_at: datetime, law: Law) -> date:
    """The last day for comments on a draft that is opened to them now.

    Raises:
        CalendarMissing: it lies beyond the known calendar.
        Undecided: the rule set has no discussion.
    """
    rule = rule_on(law.day, COMMENTS, law.kind, rules=law.rules)
    try:
        return due_on(local(opened_at).date(), rule.term, calendar(), Week.FIVE)
    except OutsideCalendar as error:
        raise CalendarMissing from error


def bids_from(published_at: datetime) -> datetime:
    """When bids are taken after a discussion: at nine on the next working day.

    Raises:
        CalendarMissing: it lies beyond the known calendar.
    """
    tomorrow = local(published_at).date() + timedelta(days=1)
    try:
        return datetime.combine(calendar().next_working_day(tomorrow, Week.FIVE), _OPENS_AT, ALMATY)
    except OutsideCalendar as error:
        raise CalendarMissing from error


def require_open(until: date | None, opened_at: datetime | None, now: datetime) -> None:
    """Comments are taken to the end of the last day for them.

    Raises:
        CommentsClosed: that day has passed.
    """
    if until is None or opened_at is None or local(now).date() > until:
        raise CommentsClosed(until or local(now).date())


def require_discussed(until: date | None, unanswered: int, now: datetime, law: Law, scored_by: str) -> None:
    """Hold a publication to the discussion before it; `until` is None when there was none.

    Raises:
        DiscussionMissing: by the rule set, tenders that are scored by this profile are discussed first.
        DiscussionOpen: it is not over.
        Undecided: the rule set does not say who must discuss.
    """
    if until is None:
        required = parameter_on(law.day, "discussion_required_by", rules=law.rules)
        if required.value == scored_by:
            raise DiscussionMissing(required.source)
    elif local(now).date() <= until or unanswered:
        raise DiscussionOpen(until, unanswered)

"""The life of a complaint about an award: on what grounds, who reviews it, and what may come of it."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, partial
from importlib.resources import files

from procurement.domain.award import Appeal
from procurement.domain.clocks import Step
from procurement.domain.errors import NotAppealable, UnfitRuling, UnknownGround
from procurement.domain.parameters import parameter_on
from scorer import profile, profiles
from statute.procedures import Procedure, Transition, follow


class Status(StrEnum):
    """Where a complaint stands. One `lapses` when the award that it is about falls by another's.

    A malformed one is `returned`, and its author may mend it and file it again within the days for complaints.
    """

    OPEN = "open"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    DISMISSED = "dismissed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Action(StrEnum):
    """What can be done with a complaint."""

    FILING = "filing"
    UPHOLDING = "upholding"
    PARTIAL_UPHOLDING = "partial_upholding"
    DISMISSAL = "dismissal"
    RETURN = "return"
    WITHDRAWAL = "withdrawal"
    LAPSE = "lapse"


class Outcome(StrEnum):
    """How a reviewer may decide a complaint."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    DISMISSED = "dismissed"
    RETURNED = "returned"


class Remedy(StrEnum):
    """What an upheld complaint does to the award: it falls, or the lot is evaluated again as the ruling orders."""

    CANCELLATION = "cancellation"
    REVISION = "revision"


class Treatment(StrEnum):
    """What a ruling orders of a bid when the lot is evaluated again."""

    ADMIT = "admit"
    BAR = "bar"


class Reviewer(StrEnum):
    """Who decides complaints by law; the buyer decides about its own act."""

    BUYER = "buyer"
    AUTHORISED_BODY = "authorised_body"


class Ground(StrEnum):
    """What a complaint says is wrong, by the dated list in `data/grounds.json`."""

    WRONGLY_REFUSED = "wrongly_refused"
    WRONGLY_ADMITTED = "wrongly_admitted"
    SCORING_ERROR = "scoring_error"
    PROCEDURE = "procedure"
    OTHER = "other"


TRANSITIONS: Procedure[Status, Action] = {
    (None, Action.FILING): Transition(Status.OPEN, "complaint.filed"),
    (Status.OPEN, Action.UPHOLDING): Transition(Status.UPHELD, "complaint.upheld"),
    (Status.OPEN, Action.PARTIAL_UPHOLDING): Transition(Status.PARTLY_UPHELD, "complaint.partly_upheld"),
    (Status.OPEN, Action.DISMISSAL): Transition(Status.DISMISSED, "complaint.dismissed"),
    (Status.OPEN, Action.RETURN): Transition(Status.RETURNED, "complaint.returned"),
    (Status.OPEN, Action.WITHDRAWAL): Transition(Status.WITHDRAWN, "complaint.withdrawn"),
    (Status.OPEN, Action.LAPSE): Transition(Status.LAPSED, "complaint.lapsed"),
}
BY_LAW = frozenset({Action.LAPSE})
DECIDING = {
    Outcome.UPHELD: Action.UPHOLDING,
    Outcome.PARTLY_UPHELD: Action.PARTIAL_UPHOLDING,
    Outcome.DISMISSED: Action.DISMISSAL,
    Outcome.RETURNED: Action.RETURN,
}
UPHOLDING = frozenset({Outcome.UPHELD, Outcome.PARTLY_UPHELD})
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)

RETURN_STEP = Step("procurement.complaint_return", "filed", "returned")
DECISION_STEP = Step("procurement.complaint_decision", "review", "decided")
REVISION_STEP = Step("procurement.revision", "ordered", "revised")
COMPLAINT_STEPS = (RETURN_STEP, DECISION_STEP, REVISION_STEP)


@dataclass(frozen=True, slots=True)
class Review:
    """Who reviews complaints, where that is written, and whether the reviewer judges its own act."""

    reviewer: Reviewer
    conflict: bool
    source: str


def review_under(rules: str, day: date) -> Review:
    """Who reviews complaints by a rule set, as it was in force on a day.

    Raises:
        Undecided: it does not say.
    """
    found = parameter_on(day, "complaint_reviewer", rules=rules)
    reviewer = Reviewer(str(found.value))
    return Review(reviewer, conflict=reviewer is Reviewer.BUYER, source=found.source)


def appeal_under(rules: str, day: date, scored_by: str) -> Appeal:
    """Whether a result that the rules reach by themselves is open to complaint, and where that is written.

    It is where neither the rule set nor the scoring profile, which is named by `scored_by`, says otherwise.

    Raises:
        Undecided: the rule set does not say.
    """
    found = parameter_on(day, "automatic_result", rules=rules)
    regime = profile(scored_by).complaint if scored_by in profiles() else None
    if found.value == "appealable" and regime is not None and not regime["appealable"]:
        return Appeal(open=False, source=regime["source"])
    return Appeal(open=found.value == "appealable", source=found.source)


def require_appealable(rules: str, day: date, scored_by: str) -> None:
    """Hold a complaint to the results that are open to one.

    Raises:
        NotAppealable: this one is not; what remains is the court.
    """
    appeal = appeal_under(rules, day, scored_by)
    if not appeal.open:
        raise NotAppealable(appeal.source)


def review_starts(rules: str, day: date, *, filed: date, complaints_until: date) -> date:
    """The day from which the days of the decision run: the filing, or the end of the days for complaints."""
    since = parameter_on(day, "complaint_decision_from", rules=rules).value
    return filed if since == "filing" else complaints_until


def require_grounds(grounds: Collection[str], day: date) -> None:
    """Hold a complaint to the grounds of the list as it was in force on a day.

    Raises:
        UnknownGround: one was not.
    """
    for each in grounds:
        if not any(row["code"] == each and date.fromisoformat(row["since"]) <= day for row in _grounds()):
            raise UnknownGround(each)


def require_sound(outcome: Outcome, remedy: Remedy | None, ordered: Sequence[str], opened: Collection[str]) -> None:
    """Hold a ruling to what can be carried out; `ordered` and `opened` are ids of bids.

    Raises:
        UnfitRuling: a revision orders nothing, or of a bid that is not among those opened; or something is ordered
            although the award falls, or stands.
    """
    revised = outcome in UPHOLDING and remedy is Remedy.REVISION
    if (outcome in UPHOLDING) is (remedy is None) or bool(ordered) is not revised:
        raise UnfitRuling
    if len(set(ordered)) != len(ordered) or not set(ordered) <= set(opened):
        raise UnfitRuling


@cache
def _grounds() -> tuple[dict[str, str], ...]:
    return tuple(json.loads((files("procurement") / "data" / "grounds.json").read_text("utf-8")))

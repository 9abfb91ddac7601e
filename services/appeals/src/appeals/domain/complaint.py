"""The life of a complaint about an answer or a silence: to the body itself, to the body above it, and then to court."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.resources import files
from types import MappingProxyType

from appeals.domain.appeal import Action as AppealAction
from appeals.domain.appeal import Taking
from appeals.domain.errors import ConflictOfInterest
from statute.procedures import Procedure, Transition, actions_from, follow


class Status(StrEnum):
    """Where a complaint stands; after all but the first two it is over, and a court may be next."""

    FILED = "filed"  # with the body whose act is challenged
    UNDER_REVIEW = "under_review"  # with the body above it
    CORRECTED = "corrected"
    RULED = "ruled"
    SENT_BACK = "sent_back"
    REFUSED_BY_EXPIRY = "refused_by_expiry"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done with a complaint; each is the last word of an address, but for what time or the rules do.

    `sending-back` has the address `ruling`: which of them it is, the outcome says.
    """

    FILING = "filing"
    CORRECTION = "correction"
    SENDING_UP = "sending-up"
    PASSING_UP = "passing-up"
    RULING = "ruling"
    SENDING_BACK = "sending-back"
    WITHDRAWAL = "withdrawal"
    EXPIRY = "expiry"
    RECALCULATION = "recalculation"


class Relation(StrEnum):
    """What ties a caller to a complaint."""

    APPLICANT = "applicant"  # or who acts for them with an authority
    CO_APPLICANT = "co_applicant"  # somebody else files for them too
    BODY = "body"  # whose act is challenged
    REVIEWER = "reviewer"  # the body above it, once the complaint is there
    NONE = "none"


class Outcome(StrEnum):
    """How a reviewing body may rule (APPC art. 100; eOtinish decision types 6-12)."""

    CANCEL_ACT = "cancel_act"
    CANCEL_AND_ADOPT = "cancel_and_adopt"
    PERFORM_ACTION = "perform_action"
    UNSATISFIED = "unsatisfied"
    LEFT_WITHOUT_CONSIDERATION = "left_without_consideration"
    SEND_BACK = "send_back"


class Ground(StrEnum):
    """Why an act falls (APPC art. 100; eOtinish bases 1-3)."""

    WRONG_CIRCLE_OF_FACTS = "wrong_circle_of_facts"
    CONTENT_AGAINST_FILE = "content_against_file"
    LAW_BROKEN_OR_MISAPPLIED = "law_broken_or_misapplied"


RECALCULATED = "complaint.deadline_recalculated"
"""Also what is entered when the days for a court move, after a complaint is over."""
TRANSITIONS: Procedure[Status, Action] = MappingProxyType(
    {
        (None, Action.FILING): Transition(Status.FILED, "complaint.filed"),
        (Status.FILED, Action.CORRECTION): Transition(Status.CORRECTED, "complaint.corrected"),
        (Status.FILED, Action.SENDING_UP): Transition(Status.UNDER_REVIEW, "complaint.sent_up"),
        (Status.FILED, Action.PASSING_UP): Transition(Status.UNDER_REVIEW, "complaint.sent_up_by_law"),
        (Status.UNDER_REVIEW, Action.RULING): Transition(Status.RULED, "complaint.ruled"),
        (Status.UNDER_REVIEW, Action.SENDING_BACK): Transition(Status.SENT_BACK, "complaint.sent_back"),
        (Status.FILED, Action.WITHDRAWAL): Transition(Status.WITHDRAWN, "complaint.withdrawn"),
        (Status.UNDER_REVIEW, Action.WITHDRAWAL): Transition(Status.WITHDRAWN, "complaint.withdrawn"),
        (Status.FILED, Action.EXPIRY): Transition(Status.REFUSED_BY_EXPIRY, "complaint.refused_by_expiry"),
        (Status.UNDER_REVIEW, Action.EXPIRY): Transition(Status.REFUSED_BY_EXPIRY, "complaint.refused_by_expiry"),
        (Status.FILED, Action.RECALCULATION): Transition(Status.FILED, RECALCULATED),
        (Status.UNDER_REVIEW, Action.RECALCULATION): Transition(Status.UNDER_REVIEW, RECALCULATED),
    }
)
BY_LAW = frozenset({Action.PASSING_UP, Action.EXPIRY, Action.RECALCULATION})
# Steps that have no address of their own: their action is taken at that of another.
ADDRESSES: Mapping[Action, Action] = MappingProxyType({Action.SENDING_BACK: Action.RULING})
LIVE = frozenset(status for status, _ in TRANSITIONS if status is not None)
"""A complaint is being considered in these, and an appeal has one such at a time."""
TO_COURT = frozenset({Status.RULED, Status.SENT_BACK, Status.REFUSED_BY_EXPIRY})
"""After these a court may be asked."""

actions_in = partial(actions_from, TRANSITIONS, by_law=BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=BY_LAW)

_RULES = "the rules"
TAKING: Mapping[Action, Taking] = MappingProxyType(
    {
        Action.FILING: Taking("applicant", "late or not, which is recorded", "appeal.complaint"),
        Action.CORRECTION: Taking("head of the body", "in full, in the term", "complaint.correction"),
        Action.SENDING_UP: Taking("the body", "there is a higher one, in the term", "complaint.correction"),
        Action.PASSING_UP: Taking(_RULES, "the body did neither, and there is a higher one", "complaint.correction"),
        Action.RULING: Taking("the higher body", "no conflict of interest, in the term", "complaint.review"),
        Action.SENDING_BACK: Taking("the higher body", "no conflict of interest, in the term", "complaint.review"),
        Action.WITHDRAWAL: Taking("applicant"),
        Action.EXPIRY: Taking(_RULES, "the term has passed, and there is nothing higher", "complaint.review"),
        Action.RECALCULATION: Taking(_RULES, "a new calendar moves one of its days", "complaint.correction"),
    }
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """An outcome as the law knows it: whether the act falls, which must rest on grounds, and where that is written."""

    code: Outcome
    against_act: bool
    source: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RulingGround:
    """Why an act falls, and where that is written."""

    code: Ground
    source: str
    name: Mapping[str, str]


_DATA = json.loads((files("appeals") / "data" / "rulings.json").read_text("utf-8"))
RULINGS: Mapping[Outcome, Ruling] = MappingProxyType(
    {Outcome(row["code"]): Ruling(**row | {"code": Outcome(row["code"])}) for row in _DATA["outcomes"]}
)
RULING_GROUNDS: Mapping[Ground, RulingGround] = MappingProxyType(
    {Ground(row["code"]): RulingGround(**row | {"code": Ground(row["code"])}) for row in _DATA["grounds"]}
)
UPHELD = frozenset(ruling.code for ruling in RULINGS.values() if ruling.against_act)
"""Outcomes for the complainant, whole or in part: the act falls, and something else takes its place, is to be done, or
is to be considered anew."""


def ruling_by(outcome: Outcome) -> Action:
    """The step that a ruling with this outcome is."""
    return Action.SENDING_BACK if outcome is Outcome.SEND_BACK else Action.RULING


def standing_act(*, answered: bool, left: bool) -> AppealAction:
    """What becomes of an appeal whose complaint is taken back: the act that was challenged stands, whichever it was."""
    if answered:
        return AppealAction.ANSWER_STANDS
    return AppealAction.LEAVING_STANDS if left else AppealAction.REFUSAL_STANDS


def require_unbiased(
    relation: Relation, *, subject: str | None, name: str | None, barred: Collection[str], official: str | None
) -> None:
    """Let nobody judge their own act: neither the body complained of, nor whoever had a hand in the act.

    `barred` are the subjects of those who wrote, signed or were charged with the act; `official` is whom the
    applicant named, by name or by subject. Where they hold office now does not matter.

    Raises:
        ConflictOfInterest: it is one of those.
    """
    named = official is not None and _folded(official) in {_folded(subject or ""), _folded(name or "")}
    if relation is Relation.BODY or subject in barred or named:
        raise ConflictOfInterest


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())

"""What the public says of a draft, what the drafter owes for it, and when a moderator may hide it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from legal_acts.domain.draft import OPEN, Phase
from legal_acts.domain.errors import AnsweredAlready, ModeratedAlready
from statute.deadlines import local


class State(StrEnum):
    """Whether a comment has its answer."""

    UNANSWERED = "unanswered"
    ANSWERED = "answered"


class Wanted(StrEnum):
    """What part of the comments a reader asks for: a state, or what a day or a moderator made of one."""

    UNANSWERED = "unanswered"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    HIDDEN = "hidden"


class Outcome(StrEnum):
    """How the drafter may answer a comment."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    NOT_ACCEPTED = "not_accepted"


class Ground(StrEnum):
    """For what a comment may be hidden; a closed list, for disagreeing is no ground."""

    INSULT = "insult"
    PERSONAL_DATA = "personal_data"
    ADVERTISING = "advertising"
    UNLAWFUL = "unlawful"
    OFF_TOPIC = "off_topic"


class Moderation(StrEnum):
    """What a moderator does to a comment."""

    HIDE = "hide"
    RESTORE = "restore"


@dataclass(frozen=True)
class Moderated:
    """An edge of the table: whether the comment is hidden then, and the event that the journal records."""

    hidden: bool
    event: str


MODERATIONS: Mapping[tuple[bool, Moderation], Moderated] = {
    (False, Moderation.HIDE): Moderated(hidden=True, event="comment.hidden"),
    (True, Moderation.RESTORE): Moderated(hidden=False, event="comment.restored"),
}


def moderate(moderation: Moderation, *, hidden: bool) -> Moderated:
    """Where a moderation leads.

    Raises:
        ModeratedAlready: it would change nothing.
    """
    found = MODERATIONS.get((hidden, moderation))
    if found is None:
        raise ModeratedAlready
    return found


def require_unanswered(row: Mapping[str, Any]) -> None:
    """Raises AnsweredAlready if the comment in this row has its answer."""
    if row["answered_at"] is not None:
        raise AnsweredAlready


def state_of(row: Mapping[str, Any]) -> State:
    return State.UNANSWERED if row["answered_at"] is None else State.ANSWERED


def is_overdue(row: Mapping[str, Any], today: date) -> bool:
    """Whether an answer is owed and its day has passed; a draft that was withdrawn owes nothing more."""
    owed = row["answered_at"] is None and row["due_on"] is not None and Phase(row["phase"]) in OPEN
    return bool(owed and row["due_on"] < today)


def is_late(answered_at: datetime, due_on: date) -> bool:
    """Whether an answer came after its day; the whole local day belongs to the term."""
    return local(answered_at).date() > due_on

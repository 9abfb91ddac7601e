"""The life of a draft act: its phases, and the one table of what may follow what."""

from enum import StrEnum
from functools import partial

from statute.procedures import NotAllowedNow, Procedure, Transition, actions_from, follow


class Phase(StrEnum):
    """Where a draft stands. In `answering` the public has spoken, and the drafter still owes answers and the report."""

    DISCUSSION = "discussion"
    ANSWERING = "answering"
    REPORTED = "reported"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done with a draft; each is the last word of an address, but for posting and closing."""

    POSTING = "posting"
    COMMENTS = "comments"
    OPINIONS = "opinions"
    VERSIONS = "versions"
    CLOSING = "closing"
    REPORT = "report"
    ADOPTION = "adoption"
    WITHDRAWAL = "withdrawal"


class Relation(StrEnum):
    """What ties a caller to a draft, or to a comment on it."""

    AGENCY = "agency"  # an office in the body that drafts
    AUTHOR = "author"  # of the comment
    NONE = "none"


TRANSITIONS: Procedure[Phase, Action] = {
    (None, Action.POSTING): Transition(Phase.DISCUSSION, "draft.posted"),
    (Phase.DISCUSSION, Action.COMMENTS): Transition(Phase.DISCUSSION, "comment.submitted"),
    (Phase.DISCUSSION, Action.OPINIONS): Transition(Phase.DISCUSSION, "opinion.posted"),
    (Phase.ANSWERING, Action.OPINIONS): Transition(Phase.ANSWERING, "opinion.posted"),
    (Phase.DISCUSSION, Action.VERSIONS): Transition(Phase.DISCUSSION, "draft.version_added"),
    (Phase.ANSWERING, Action.VERSIONS): Transition(Phase.ANSWERING, "draft.version_added"),
    (Phase.DISCUSSION, Action.CLOSING): Transition(Phase.ANSWERING, "draft.discussion_ended"),
    (Phase.ANSWERING, Action.REPORT): Transition(Phase.REPORTED, "draft.reported"),
    (Phase.REPORTED, Action.ADOPTION): Transition(Phase.ADOPTED, "draft.adopted"),
    (Phase.DISCUSSION, Action.WITHDRAWAL): Transition(Phase.WITHDRAWN, "draft.withdrawn"),
    (Phase.ANSWERING, Action.WITHDRAWAL): Transition(Phase.WITHDRAWN, "draft.withdrawn"),
    (Phase.REPORTED, Action.WITHDRAWAL): Transition(Phase.WITHDRAWN, "draft.withdrawn"),
}

# Answers to comments are owed and given in these, and opinions can be commented on.
OPEN = frozenset({Phase.DISCUSSION, Phase.ANSWERING})


_BY_LAW = frozenset({Action.CLOSING})
actions_in = partial(actions_from, TRANSITIONS, by_law=_BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=_BY_LAW)


def require_open(phase: Phase, action: str) -> None:
    """Hold what is done beside a draft, to a comment or an opinion, to the phases in which the drafter still works.

    Raises:
        NotAllowedNow: the drafter has reported, or given the draft up.
    """
    if phase not in OPEN:
        raise NotAllowedNow(action=action, status=phase, allowed_actions=actions_in(phase))

"""A step in the life of a draft: who may take it, and what the journal says of each."""

from datetime import datetime

from legal_acts.domain.draft import Action, Phase, transition
from legal_acts.permissions import OPERATIONS, PERMISSIONS, SIGHT, relation_to
from servicekit.database import Row
from servicekit.identity import Caller, PartyUnknown
from servicekit.steps import Step

DRAFT = "draft"


def begin(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step that an action is, if this caller may do it now.

    Raises:
        Forbidden: the caller may not do this.
        NotAllowedNow: the draft's phase does not allow it.
    """
    role = PERMISSIONS.require(OPERATIONS[action], caller, relation_to(row, caller), sight=SIGHT)
    edge = transition(Phase(row["phase"]), action)
    return Step(row, edge.target, edge.event, role, now)


def party_of(caller: Caller) -> tuple[str, str]:
    """Scheme and number of an author; raises PartyUnknown."""
    if caller.party is None:
        raise PartyUnknown
    return caller.party

"""A step in the life of a draft: who may take it, from the draft as it was read, along an edge of the table."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Update, Uuid, bindparam, update

from legal_acts.domain.draft import Action, Phase, transition
from legal_acts.permissions import OPERATIONS, PERMISSIONS, SIGHT, relation_to
from legal_acts.tables import drafts
from servicekit.conditional import ChangedMeanwhile
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller, PartyUnknown
from servicekit.journal import Object, record
from statute.procedures import Transition

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that may be taken: from the draft as it was read, along an edge of the table, in whose role and when."""

    row: Row
    edge: Transition[Phase]
    role: str
    now: datetime


def begin(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step that an action is, if this caller may do it now.

    Raises:
        Forbidden: the caller may not do this.
        NotAllowedNow: the draft's phase does not allow it.
    """
    role = PERMISSIONS.require(OPERATIONS[action], caller, relation_to(row, caller), sight=SIGHT)
    return Step(row, transition(Phase(row["phase"]), action), role, now)


async def take(
    writing: Writing,
    step: Step,
    query: Query,
    values: dict[str, Any],
    *,
    public: dict[str, Any],
    private: dict[str, Any] | None = None,
) -> Row:
    """Change the draft as it was read, and enter the step in the journal.

    Nothing is locked beforehand: who has read an older version than the last changes nothing.

    Raises:
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    new = await change(writing, step, query, values)
    enter(writing, step, new, public=public, private=private)
    return new


async def change(writing: Writing, step: Step, query: Query, values: dict[str, Any]) -> Row:
    """Change the draft as it was read, for a step that is entered in the journal later.

    Raises:
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    read = {"draft": step.row["id"], "expected": step.row["version"], "phase": step.edge.target}
    new = await writing.run(query, **read, **values)
    if new is None:
        raise ChangedMeanwhile
    return new


def enter(
    writing: Writing, step: Step, new: Row, *, public: dict[str, Any], private: dict[str, Any] | None = None
) -> None:
    """Enter a step that was taken in the journal."""
    about = Object(DRAFT, new["id"], new["version"])
    public = {"number": new["number"], **public}
    record(writing, step.edge.event, about, at=step.now, role=step.role, public=public, private=private)


def changed(**values: Any) -> Update:
    """An update of the draft `draft` at its version `expected`, to the phase `phase` and these values besides."""
    return (
        update(drafts)
        .where(drafts.c.id == bindparam("draft", type_=Uuid))
        .where(drafts.c.version == bindparam("expected", type_=Integer))
        .values(version=drafts.c.version + 1, phase=bindparam("phase"), **values)
    )


def party_of(caller: Caller) -> tuple[str, str]:
    """Scheme and number of an author; raises PartyUnknown."""
    if caller.party is None:
        raise PartyUnknown
    return caller.party

"""How every step of a proceeding is taken: changed as it was read, along the table's edge, entered in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Integer, Table, Update, Uuid, bindparam, insert, update

from registry.domain.proceeding import Action, Status, transition
from registry.permissions import OPERATIONS, PERMISSIONS, SIGHT, relation_to
from registry.tables import proceedings
from servicekit.conditional import ChangedMeanwhile
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.journal import Object, record
from statute.procedures import Transition

KIND = "proceeding"
PERSON = "KZ-IIN"


@dataclass(frozen=True, slots=True)
class Step:
    """A step that may be taken: from the proceeding as read, along an edge of the table, in whose role and when."""

    row: Row
    edge: Transition[Status]
    role: str
    now: datetime


def begin(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step that an action is, if this caller may do it now.

    Raises:
        NotFound: the proceeding is not the caller's to see.
        Forbidden: the caller sees it and may not do this.
        NotAllowedNow: the proceeding's status does not allow it.
    """
    role = PERMISSIONS.require(OPERATIONS[action], caller, relation_to(row, caller), sight=SIGHT)
    return Step(row, transition(Status(row["status"]), action), role, now)


async def take(
    writing: Writing,
    step: Step,
    query: Query,
    values: dict[str, Any],
    *,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> Row:
    """Change the proceeding as it was read, and enter the step in the journal.

    Raises:
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    read = {"seen_id": step.row["id"], "expected": step.row["version"], "status": step.edge.target}
    new = await writing.run(query, **read, **values)
    if new is None:
        raise ChangedMeanwhile
    subject = Object(KIND, new["id"], new["version"])
    record(writing, step.edge.event, subject, at=step.now, role=step.role, public=public, private=private)
    return new


def change(*names: str) -> Query:
    """The statement that changes these columns of a proceeding that is still as it was read."""
    return Query(_update(**{name: bindparam(name) for name in names}).returning(*proceedings.c))


def insert_row(table: Table, *names: str) -> Insert:
    """The statement that inserts a row with these columns, or with all."""
    return insert(table).values({name: bindparam(name) for name in names or table.c.keys()})


def _update(**values: Any) -> Update:
    return (
        update(proceedings)
        .where(proceedings.c.id == bindparam("seen_id", type_=Uuid))
        .where(proceedings.c.version == bindparam("expected", type_=Integer))
        .values(version=proceedings.c.version + 1, status=bindparam("status"), **values)
    )

"""What every step of a proceeding has in common: who may begin it, and how rows are put down."""

from datetime import datetime

from sqlalchemy import Insert, Table, bindparam, insert

from registry.domain.proceeding import Action, Status, transition
from registry.permissions import OPERATIONS, PERMISSIONS, SIGHT, relation_to
from servicekit.database import Row
from servicekit.identity import Caller
from servicekit.steps import Step

KIND = "proceeding"
PERSON = "KZ-IIN"


def begin(row: Row, caller: Caller, action: Action, now: datetime) -> Step:
    """The step that an action is, if this caller may do it now.

    Raises:
        NotFound: the proceeding is not the caller's to see.
        Forbidden: the caller sees it and may not do this.
        NotAllowedNow: the proceeding's status does not allow it.
    """
    role = PERMISSIONS.require(OPERATIONS[action], caller, relation_to(row, caller), sight=SIGHT)
    edge = transition(Status(row["status"]), action)
    return Step(row, edge.target, edge.event, role, now)


def insert_row(table: Table, *names: str) -> Insert:
    """The statement that inserts a row with these columns, or with all."""
    return insert(table).values({name: bindparam(name) for name in names or table.c.keys()})

"""Steps in the life of an object: it changes as it was read or not at all, and each step is entered in the journal.

Nothing is locked beforehand: who has read an older version than the last changes nothing. So of several at once one
wins, and an object's entries stand in the journal in the order of its versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Integer, Table, Update, Uuid, bindparam, update

from servicekit.conditional import ChangedMeanwhile
from servicekit.database import Query, Row, Writing
from servicekit.journal import Object, record


@dataclass(frozen=True, slots=True)
class Step:
    """A step that may be taken: from the object as it was read, to a status, in whose role and when (legal time)."""

    row: Row
    target: str
    event: str
    role: str
    now: datetime


def changed(table: Table, values: Mapping[str, Any], *, status: str = "status") -> Update:
    """An update of the row `changed` at its version `expected`: its next version, the status `target`, these values.

    `status` names the column that holds the status.
    """
    return (
        update(table)
        .where(table.c.id == bindparam("changed", type_=Uuid))
        .where(table.c.version == bindparam("expected", type_=Integer))
        .values(version=table.c.version + 1, **{status: bindparam("target")}, **values)
    )


def changing(table: Table, *names: str, status: str = "status") -> Query:
    """The statement of `changed` that gives the columns named the values that are sent with it."""
    values: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in names}
    return Query(changed(table, values, status=status).returning(*table.c))


async def change(writing: Writing, query: Query, row: Mapping[str, Any], target: str, **values: Any) -> Row:
    """Change a row as it was read, by a statement of `changed`.

    Raises:
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    new = await writing.run(query, changed=row["id"], expected=row["version"], target=target, **values)
    if new is None:
        raise ChangedMeanwhile
    return new


async def take(  # noqa: PLR0913 - a step has these sides
    writing: Writing,
    step: Step,
    query: Query,
    values: dict[str, Any],
    *,
    kind: str,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    owner: tuple[str, str] | None = None,
) -> Row:
    """Change the object of a kind as it was read, and enter the step in the journal.

    Raises:
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    new = await change(writing, query, step.row, step.target, **values)
    enter(writing, step, new, kind=kind, public=public, private=private, owner=owner)
    return new


def enter(  # noqa: PLR0913 - a step has these sides
    writing: Writing,
    step: Step,
    new: Row,
    *,
    kind: str,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    owner: tuple[str, str] | None = None,
) -> None:
    """Enter a step that was taken in the journal."""
    about = Object(kind, new["id"], new["version"])
    record(writing, step.event, about, at=step.now, role=step.role, public=public, private=private, owner=owner)

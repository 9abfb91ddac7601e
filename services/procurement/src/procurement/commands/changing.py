"""How rows are changed: as they were read or not at all, and many in one statement."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Integer, Table, Uuid, bindparam, cast, column, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from servicekit.conditional import ChangedMeanwhile
from servicekit.database import Query, Row, Writing


def changing(table: Table, *names: str) -> Query:
    """The statement that gives a row its next version and status, and new values for the columns named."""
    return Query(
        update(table)
        .where(table.c.id == bindparam("changed", type_=Uuid))
        .where(table.c.version == bindparam("expected", type_=Integer))
        .values(version=table.c.version + 1, status=bindparam("status"), **{name: bindparam(name) for name in names})
        .returning(*table.c)
    )


async def change(writing: Writing, query: Query, row: Mapping[str, Any], target: StrEnum, **values: Any) -> Row:
    """Change a row as it was read; who has read an older version than the last changes nothing.

    Raises:
        ChangedMeanwhile: somebody else changed it since it was read.
    """
    new = await writing.run(query, changed=row["id"], expected=row["version"], status=target, **values)
    if new is None:
        raise ChangedMeanwhile
    return new


def inserting(table: Table) -> Query:
    """The statement that inserts the rows given as `rows`, plain JSON values of each column."""
    names = list(table.c.keys())
    return Query(insert(table).from_select(names, select(*_sent(table, names).c)))


def updating(table: Table, *names: str) -> Query:
    """The statement that gives the rows with the ids in `rows` new values for the columns named."""
    sent = _sent(table, ["id", *names])
    return Query(update(table).where(table.c.id == sent.c.id).values({name: sent.c[name] for name in names}))


def _sent(table: Table, names: list[str]) -> Any:
    """Rows that are sent as one JSON array."""
    columns = [column(name, table.c[name].type) for name in names]
    sent = func.jsonb_to_recordset(cast(bindparam("rows", type_=JSONB), JSONB)).table_valued(*columns)
    return sent.render_derived(name="sent", with_types=True)

"""How many rows are written in one statement."""

from typing import Any

from sqlalchemy import Table, bindparam, cast, column, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from servicekit.database import Query


def inserting(table: Table, *, unless_there: bool = False) -> Query:
    """The statement that inserts the rows given as `rows`, plain JSON values of each column.

    With `unless_there`, a row whose key is taken is left out.
    """
    names = list(table.c.keys())
    statement = insert(table).from_select(names, select(*_sent(table, names).c))
    return Query(statement.on_conflict_do_nothing() if unless_there else statement)


def updating(table: Table, *names: str, key: str = "id") -> Query:
    """The statement that gives the rows with the keys in `rows` new values for the columns named."""
    sent = _sent(table, [key, *names])
    return Query(update(table).where(table.c[key] == sent.c[key]).values({name: sent.c[name] for name in names}))


def _sent(table: Table, names: list[str]) -> Any:
    """Rows that are sent as one JSON array."""
    columns = [column(name, table.c[name].type) for name in names]
    sent = func.jsonb_to_recordset(cast(bindparam("rows", type_=JSONB), JSONB)).table_valued(*columns)
    return sent.render_derived(name="sent", with_types=True)

"""How a supplier is asked for: by the opaque id that the public knows, or a company by its BIN."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, bindparam, literal_column, select

from procurement.tables import parties

_COMPANY: ColumnElement[str] = literal_column("'KZ-BIN'")


def asked_for(supplier: UUID | str | None) -> dict[str, UUID | str]:
    """The value to look for, under the name of the condition that `supplied_by` has for it."""
    if supplier is None:
        return {}
    return {"party": supplier} if isinstance(supplier, UUID) else {"company": supplier}


def supplied_by(column: Column[Any]) -> dict[str, ColumnElement[bool]]:
    """The conditions that a column of party ids is the party, or the company, that is asked for."""
    company = select(parties.c.id).where(parties.c.scheme == _COMPANY, parties.c.number == bindparam("company"))
    return {"party": column == bindparam("party"), "company": column == company.scalar_subquery()}

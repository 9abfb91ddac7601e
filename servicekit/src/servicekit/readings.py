"""Whose notices somebody reads, and when they first read what a notice is about.

A notice points to an object: it counts as read when its addressee first reads that. A list of notices does not count,
for it may be fetched and never shown.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Label, Text, Uuid, and_, bindparam, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from servicekit.database import Query, Writing
from servicekit.identity import Caller
from servicekit.tables import notice_readings, notices


def addressee(caller: Caller) -> dict[str, str]:
    """The values of the parameters in `is_addressed`: the caller's own party, and the body where they hold office."""
    scheme, number = caller.party or ("", "")
    return {"to_scheme": scheme, "to_number": number, "to_agency": caller.agency or ""}


def is_addressed() -> ColumnElement[bool]:
    """That a notice is for the caller, or for the body where they hold office."""
    mine = _to(bindparam("to_scheme", type_=Text), "to_number")
    return or_(mine, _to(literal("KZ-BIN"), "to_agency"))


def unread_about(object_id: ColumnElement[UUID]) -> Label[Any]:
    """The notices about an object that are for the caller of `addressee` and were never read, as `unread`; or NULL."""
    read = select(notice_readings.c.notice).where(notice_readings.c.notice == notices.c.id).exists()
    return (
        select(func.array_agg(notices.c.id))
        .where(notices.c.object_id == object_id, is_addressed(), ~read)
        .scalar_subquery()
        .label("unread")
    )


async def record_readings(writing: Writing, unread: Sequence[UUID] | None, *, at: datetime) -> None:
    """Record that these notices were read now (legal time); of several readers at once the first is kept."""
    if unread:
        await writing.run(_READ, notices_read=list(unread), read_at=at)


def _to(scheme: ColumnElement[str], number: str) -> ColumnElement[bool]:
    return and_(notices.c.scheme == scheme, notices.c.number == bindparam(number, type_=Text))


_READ = Query(
    insert(notice_readings)
    .from_select(
        ["notice", "read_at"],
        select(
            func.unnest(bindparam("notices_read", type_=ARRAY(Uuid))),
            bindparam("read_at", type_=DateTime(timezone=True)),
        ),
    )
    .on_conflict_do_nothing()
)

"""Opening and closing: when a debtor enters the register, and leaves it."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update

from registry import notices
from registry.commands.steps import KIND, PERSON, begin, insert_row
from registry.domain.folding import fold_company, fold_person
from registry.domain.opening import is_late
from registry.domain.proceeding import Action, Ground
from registry.tables import debtors, proceedings, restrictions
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.notices import notify
from servicekit.steps import changing, take
from statute.identifiers import parse_iin
from statute.money import Money


async def open_proceeding(writing: Writing, caller: Caller, row: Row, *, now: datetime) -> Row:
    """Open a proceeding, and enter its debtor in the register; a late opening counts, and is shown as late.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
    """
    step = begin(row, caller, Action.OPENING, now)
    late = row["opening_overdue"] or is_late(row["opening_due_on"], now)
    public = {**_public_debtor(row), "region": row["region"], "opening_overdue": late}
    new = await take(writing, step, _OPEN, {"opened_at": now, "opening_overdue": late}, kind=KIND, public=public)
    await writing.run(_ENTER, proceeding=new["id"], region=new["region"], **_keys(new))
    await notify(writing, *notices.opened(new), at=now)
    return new


async def close_proceeding(writing: Writing, caller: Caller, row: Row, *, ground: Ground, now: datetime) -> Row:
    """Close a proceeding, take its debtor out of the register, and lift every restriction.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
    """
    step = begin(row, caller, Action.CLOSING, now)
    public = {**_public_debtor(row), "ground": ground, "unpaid": Money(row["claimed_tiyn"] - row["paid_tiyn"]).text()}
    new = await take(writing, step, _CLOSE, {"closed_at": now, "ground": ground}, kind=KIND, public=public)
    await writing.run(_REMOVE, proceeding=new["id"])
    await writing.run(_LIFT, closed_proceeding=new["id"], lifted_at=now)
    await notify(writing, *notices.closed(new), at=now)
    return new


def _keys(row: Row) -> dict[str, Any]:
    """By what the debtor is found in the register: the number, and the folded name with a person's birth date."""
    keys = {"scheme": row["debtor_scheme"], "number": row["debtor_id"]}
    if row["debtor_scheme"] == PERSON:
        name = fold_person(row["debtor_name"])
        birth_date = parse_iin(row["debtor_id"]).birth_date
        return {**keys, "birth_date": birth_date, "words": sorted(name.words), "fathers": sorted(name.fathers)}
    return {**keys, "birth_date": None, "words": sorted(fold_company(row["debtor_name"])), "fathers": []}


def _public_debtor(row: Row) -> dict[str, Any]:
    """A company that is a debtor is named in the journal by its BIN; a person never."""
    return {} if row["debtor_scheme"] == PERSON else {"debtor": row["debtor_id"]}


_OPEN = changing(proceedings, "opened_at", "opening_overdue")
_CLOSE = changing(proceedings, "closed_at", "ground")
_ENTER = Query(insert_row(debtors))
_REMOVE = Query(delete(debtors).where(debtors.c.proceeding == bindparam("proceeding")))
_LIFT = Query(
    update(restrictions)
    .where(restrictions.c.proceeding == bindparam("closed_proceeding"), restrictions.c.lifted_at.is_(None))
    .values(lifted_at=bindparam("lifted_at"))
)

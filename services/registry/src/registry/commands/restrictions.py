"""A restriction is imposed on a debtor."""

from datetime import datetime

from sqlalchemy import bindparam, select
from uuid_utils.compat import uuid7

from registry.commands.steps import KIND, begin, insert_row
from registry.domain.errors import RestrictionInForce
from registry.domain.proceeding import Action
from registry.domain.queues import Category, queue_on
from registry.domain.restrictions import Kind, LegalGround, require_ground
from registry.tables import proceedings, restrictions
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.steps import changing, take
from statute.deadlines import local
from statute.money import Money


async def restrict_debtor(
    writing: Writing, caller: Caller, row: Row, *, kind: Kind, ground: LegalGround, now: datetime
) -> Row:
    """Impose a restriction on the debtor.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
        RestrictionInForce: there is one of this kind already.
        Undecided, GroundMissing: as `require_ground`.
    """
    step = begin(row, caller, Action.RESTRICTIONS, now)
    today = local(now).date()
    periodic = any(queue_on(today, Category(claim["category"])).periodic for claim in row["claims"])
    debt = Money(row["claimed_tiyn"] - row["paid_tiyn"])
    rule = require_ground(kind, ground, debt=debt, periodic=periodic, on=today)
    if await writing.value(_IN_FORCE, proceeding=row["id"], kind=kind) is not None:
        raise RestrictionInForce(kind)
    public = {"kind": kind, "ground": ground, "source": rule.source}
    new = await take(writing, step, _STAY, {}, kind=KIND, public=public)
    await writing.run(
        _IMPOSE, id=uuid7(), proceeding=row["id"], kind=kind, ground=ground, source=rule.source, imposed_at=now
    )
    return new


_STAY = changing(proceedings)
_IMPOSE = Query(insert_row(restrictions, "id", "proceeding", "kind", "ground", "source", "imposed_at"))
_IN_FORCE = Query(
    select(restrictions.c.id).where(
        restrictions.c.proceeding == bindparam("proceeding"),
        restrictions.c.kind == bindparam("kind"),
        restrictions.c.lifted_at.is_(None),
    )
)

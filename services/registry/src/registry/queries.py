"""Questions about proceedings and the register, each one SELECT."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, any_, bindparam, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from registry.domain.folding import fold_company
from registry.domain.proceeding import Relation
from registry.domain.search import ByName, ByNumber
from registry.permissions import PERMISSIONS, relation_to
from registry.tables import debtors, distributions, proceedings, restrictions
from servicekit.database import Query, Reading, Row
from servicekit.identity import Caller
from servicekit.journal import owns
from servicekit.permissions import NotFound
from servicekit.transactions import RestrictedReading

MOST_FOUND = 1000
REGISTER_ANSWER = "register-answer"
_PERSON = "KZ-IIN"


@dataclass(frozen=True, slots=True)
class Seen:
    """A proceeding that the caller may see, in which role, and what ties them to it."""

    row: Row
    role: str
    relation: Relation


async def read_proceeding(reading: Reading, caller: Caller, proceeding_id: UUID, *, operation: str) -> Seen:
    """One proceeding, for its parties and the bailiff who conducts it.

    Raises:
        NotFound: there is none, or it is not the caller's to see.
    """
    row = await reading.one(_ONE, id=proceeding_id)
    if row is None:
        raise NotFound
    relation = relation_to(row, caller)
    return Seen(row, PERMISSIONS.require(operation, caller, relation, sight=operation), relation)


async def list_proceedings(
    reading: Reading,
    caller: Caller,
    *,
    status: str | None,
    opening_overdue: bool | None,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """The proceedings that a bailiff conducts, newest first, one more than `limit`."""
    given = {"status": status, "opening_overdue": opening_overdue, "after": after}
    values = {name: value for name, value in given.items() if value is not None}
    return await reading.all(_own(frozenset(values)), bailiff=caller.subject, limit=limit + 1, **values)


async def see_proceeding(restricted: RestrictedReading, caller: Caller, proceeding_id: UUID, now: datetime) -> bool:
    """Let a party see the receipt of a proceeding, private parts and all; raises NotFound as `read_proceeding`."""
    seen = await read_proceeding(restricted.reading, caller, proceeding_id, operation="read_proceeding_receipt")
    await trace_look(restricted, caller, "read_proceeding_receipt", [seen.row], now=now)
    return True


async def see_answer(restricted: RestrictedReading, caller: Caller, answer_id: UUID, _: datetime) -> bool:
    """Let who asked the register see the receipt of its answer.

    Raises:
        NotFound: there is no such answer, or another asked.
    """
    if caller.party is None or not await owns(restricted.reading, caller.party, REGISTER_ANSWER, answer_id):
        raise NotFound
    return True


async def restrictions_in(reading: Reading, proceeding_id: UUID) -> list[Row]:
    """Every restriction of a proceeding, lifted or not, oldest first."""
    return await reading.all(_RESTRICTIONS, proceeding=proceeding_id)


async def distributions_in(reading: Reading, proceeding_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """What was distributed in a proceeding, oldest first, one more than `limit`."""
    return await reading.all(_DISTRIBUTIONS, proceeding=proceeding_id, after=after or UUID(int=0), limit=limit + 1)


async def find_debtors(reading: Reading, asked: ByNumber | ByName) -> list[Row]:
    """The open proceedings of those who were asked about, oldest first; `MOST_FOUND` at most."""
    if isinstance(asked, ByNumber):
        return await reading.all(_BY_NUMBER, scheme=asked.scheme, number=asked.number)
    return await reading.all(
        _BY_NAME,
        birth_date=asked.birth_date,
        words=sorted(asked.name.words),
        fathers=sorted(asked.name.fathers),
    )


async def list_companies(
    reading: Reading, *, number: str | None, name: str | None, region: str | None, after: UUID | None, limit: int
) -> list[Row]:
    """The open proceedings against companies, oldest first, one more than `limit`."""
    # A name without a letter is nobody's; the empty word stands in no row.
    words = None if name is None else sorted(fold_company(name)) or [""]
    given = {"number": number, "words": words, "region": region, "after": after}
    values = {key: value for key, value in given.items() if value is not None}
    return await reading.all(_companies(frozenset(values)), limit=limit + 1, **values)


async def debtors_among(reading: Reading, numbers: Collection[str]) -> list[Row]:
    """The rows of the register for any of these numbers: whom, by number, and in which proceeding."""
    return await reading.all(_AMONG, numbers=sorted(set(numbers)))


async def trace_look(
    restricted: RestrictedReading, caller: Caller, operation: str, rows: Iterable[Row], *, now: datetime
) -> None:
    """Let the parties know that the bailiff looked at their proceedings; one's own are nobody's business."""
    held = [row["id"] for row in rows if relation_to(row, caller) is Relation.HOLDER]
    await restricted.leave_trace(caller, operation, held, role="bailiff", at=now)


async def trace_answer(
    restricted: RestrictedReading,
    caller: Caller,
    operation: str,
    rows: Iterable[Row],
    *,
    now: datetime,
    purpose: str | None = None,
) -> None:
    """Let people know that somebody was told of their debts, and what for; companies' are open to all."""
    told = [row["proceeding"] for row in rows if row["debtor_scheme"] == _PERSON]
    role = PERMISSIONS.role_for(operation, caller, "") or ""
    done = operation if purpose is None else f"{operation}:{purpose}"
    await restricted.leave_trace(caller, done, told, role=role, at=now)


@lru_cache(maxsize=16)
def _own(given: frozenset[str]) -> Query:
    conditions = {
        "status": proceedings.c.status == bindparam("status"),
        "opening_overdue": proceedings.c.opening_overdue == bindparam("opening_overdue"),
        "after": proceedings.c.id < bindparam("after"),
    }
    return Query(
        select(*proceedings.c)
        .where(proceedings.c.bailiff == bindparam("bailiff"), *(conditions[name] for name in sorted(given)))
        .order_by(proceedings.c.id.desc())
        .limit(bindparam("limit"))
    )


@lru_cache(maxsize=32)
def _companies(given: frozenset[str]) -> Query:
    conditions = {
        "number": debtors.c.number == bindparam("number"),
        "words": debtors.c.words.contains(bindparam("words", type_=ARRAY(Text))),
        "region": debtors.c.region == bindparam("region"),
        "after": debtors.c.proceeding > bindparam("after"),
    }
    # Written out rather than given as a parameter, so that the partial indexes can serve it.
    of_company = debtors.c.scheme == literal_column("'KZ-BIN'")
    return Query(_register().where(of_company, *(conditions[name] for name in sorted(given))).limit(bindparam("limit")))


def _register() -> Select[Any]:
    shown = ("number", "synthetic", "debtor_name", "claims", "claimed_tiyn", "paid_tiyn", "office", "opened_at")
    return (
        select(
            debtors.c.proceeding,
            debtors.c.scheme.label("debtor_scheme"),
            debtors.c.number.label("debtor_id"),
            debtors.c.region,
            *(proceedings.c[name] for name in shown),
        )
        .join(proceedings, proceedings.c.id == debtors.c.proceeding)
        .order_by(debtors.c.proceeding)
    )


_ONE = Query(select(*proceedings.c).where(proceedings.c.id == bindparam("id")))
_RESTRICTIONS = Query(
    select(*restrictions.c).where(restrictions.c.proceeding == bindparam("proceeding")).order_by(restrictions.c.id)
)
_DISTRIBUTIONS = Query(
    select(*distributions.c)
    .where(distributions.c.proceeding == bindparam("proceeding", type_=Uuid))
    .where(distributions.c.id > bindparam("after", type_=Uuid))
    .order_by(distributions.c.id)
    .limit(bindparam("limit"))
)
_BY_NUMBER = Query(
    _register()
    .where(debtors.c.number == bindparam("number"), debtors.c.scheme == bindparam("scheme"))
    .limit(MOST_FOUND)
)
_fathers = bindparam("fathers", type_=ARRAY(Text))
_no_fathers: Any = literal_column("'{}'::text[]")
_BY_NAME = Query(
    _register()
    .where(debtors.c.scheme == literal_column(f"'{_PERSON}'"))
    .where(debtors.c.birth_date == bindparam("birth_date"))
    .where(debtors.c.words == bindparam("words", type_=ARRAY(Text)))
    # A patronymic may be left out on either side, but two that differ are two people.
    .where(or_(debtors.c.fathers == _fathers, debtors.c.fathers == _no_fathers, _fathers == _no_fathers))
    .limit(MOST_FOUND)
)
_AMONG = Query(
    select(debtors.c.scheme.label("debtor_scheme"), debtors.c.number.label("debtor_id"), debtors.c.proceeding).where(
        debtors.c.number == any_(bindparam("numbers", type_=ARRAY(Text)))
    )
)

"""Questions about red flags: what the rules say, of whom, and why."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from procurement.tables import awards, flags, parties
from redflags import RULES
from servicekit.database import Query, Reading, Row

RuleCode = StrEnum("RuleCode", {code: code for code in RULES})  # type: ignore[misc]
_OURS = "ashyq"
_COMPANY = "KZ-BIN"


async def list_flags(
    reading: Reading, wanted: Mapping[str, Any], *, behind: tuple[str, str, str] | None, limit: int
) -> list[Row]:
    """Findings in the order of rule, kind and subject; one more than `limit` where there are more.

    `wanted` has a value for each condition of `_conditions` that is asked for.
    """
    values = dict(wanted)
    if behind is not None:
        values |= dict(zip(("behind_rule", "behind_kind", "behind_subject"), behind, strict=True))
    return await reading.all(_listing(frozenset(wanted), begun=behind is not None), **values, limit=limit + 1)


async def names_of(reading: Reading, supplier: UUID) -> list[str]:
    """The ids by which releases name a party of ours: a company by its number, a natural person by its opaque id."""
    row = await reading.one(_PARTY, id=supplier)
    company = [] if row is None or row["scheme"] != _COMPANY else [company_id(row["number"])]
    return [f"{_OURS}-{supplier}", *company]


def company_id(number: str) -> str:
    """The id by which releases name a body or a company of Kazakhstan."""
    return f"{_COMPANY}-{number}"


def _touches(award: ColumnElement[UUID], lot: ColumnElement[str]) -> ColumnElement[bool]:
    """That a finding about a process is about this award of it too: not about another award, nor about another lot."""
    own = or_(flags.c.award.is_(None), flags.c.award == cast(award, Text), flags.c.listed_as == award)
    return and_(own, or_(flags.c.lot.is_(None), flags.c.award.is_not(None), flags.c.lot == lot))


def _conditions() -> dict[str, ColumnElement[bool]]:
    table = flags.c
    award = bindparam("award", type_=Uuid)
    process, lot = (
        select(column).where(awards.c.id == award).scalar_subquery()
        for column in (awards.c.ocid, cast(awards.c.lot_id, Text))
    )
    return {
        **{name: table[name] == bindparam(name, type_=Text) for name in ("rule", "state", "buyer", "ocid")},
        "suppliers": table.parties.op("&&")(bindparam("suppliers", type_=ARRAY(Text))),
        "award": and_(table.ocid == process, _touches(award, lot)),
    }


@lru_cache(maxsize=128)
def _listing(given: frozenset[str], *, begun: bool) -> Query:
    conditions = _conditions()
    statement = select(flags).where(*(conditions[name] for name in sorted(given)))
    key = (flags.c.rule, flags.c.kind, flags.c.subject)
    if begun:
        behind = (bindparam(name, type_=Text) for name in ("behind_rule", "behind_kind", "behind_subject"))
        statement = statement.where(func.row(*key) > func.row(*behind))
    return Query(statement.order_by(*key).limit(bindparam("limit", type_=Integer)))


_PARTY = Query(select(parties.c.scheme, parties.c.number).where(parties.c.id == bindparam("id")))

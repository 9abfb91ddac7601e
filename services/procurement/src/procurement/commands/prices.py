"""How the price of every award stands beside what its peers paid: compared in groups, and put down."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, bindparam, func, literal_column, select

from procurement.commands.changing import updating
from procurement.queries.peers import Group, awards_due, group_due, norms_of
from procurement.tables import awards, price_checks
from redflags.prices import PARAMETERS, Parameters, State, judge, unit_price
from servicekit.database import Query, Reading, Row, Writing


async def check_prices(writing: Writing, *, now: datetime, limit: int, parameters: Parameters = PARAMETERS) -> int:
    """Compare awards of some groups of items that wait for it, at most so many; how many.

    Each is compared on the nearest rung of the ladder on which it has enough peers.
    """
    group = await group_due(writing, parameters)
    if group is None:
        return 0
    due = await awards_due(writing, group, parameters, limit=limit)
    rows = {each["id"]: _unpriced(each, now, parameters) for each in due}
    # The planner cannot know how many classes a batch has, and would compare each peer with each of them.
    await writing.run(_JOINED, nested="off")
    await _climb(writing, group, {each["id"]: each for each in due}, rows, parameters)
    await writing.run(_JOINED, nested="on")
    await writing.run(_PUT_DOWN, rows=list(rows.values()))
    return len(rows)


async def waiting_to_check(reading: Reading, now: datetime) -> timedelta:
    """For how long the award that was made first has waited for its first comparison."""
    oldest = await reading.value(_OLDEST)
    return timedelta() if oldest is None else max(timedelta(), now - oldest)


async def _climb(
    writing: Writing, group: Group, due: dict[UUID, Row], rows: dict[UUID, dict[str, Any]], parameters: Parameters
) -> None:
    """Fill in the rows of those that have a price, rung by rung, until each has enough peers or the ladder ends."""
    left = {award for award, row in rows.items() if row["unit_price"] is not None}
    for rung in parameters.ladder:
        if not left:
            return
        norms = await norms_of(writing, list(left), group, rung, parameters)
        for award, (n, norm) in norms.items():
            rows[award] |= {"rung": rung.name, "n": n}
            if norm is not None:
                verdict = judge(due[award]["amount"], due[award]["quantity"], norm, parameters)
                rows[award] |= {
                    "state": State.PRICED,
                    **{name: getattr(norm, name) for name in ("low", "median", "reference", "high", "spread")},
                    "score": verdict.score,
                    "overstatement": verdict.overstatement,
                }
                left.discard(award)


def _unpriced(award: Row, now: datetime, parameters: Parameters) -> dict[str, Any]:
    price = None if award["unit"] is None else unit_price(award["amount"], award["quantity"])
    return {
        **dict.fromkeys(_COMPARED),
        "award_id": str(award["id"]),
        "parameters": parameters.hash,
        "state": State.NO_UNIT_PRICE if price is None else State.FEW_PEERS,
        "item_class": parameters.item_class(award["item_code"]).name,
        "unit_price": price,
        "n": 0,
        "computed_at": now.isoformat(),
    }


_NESTED: ColumnElement[str] = literal_column("'enable_nestloop'")
_JOINED = Query(select(func.set_config(_NESTED, bindparam("nested", type_=Text), literal_column("true"))))
_COMPARED = tuple(name for name in price_checks.c.keys() if name != "award_id")  # noqa: SIM118
_PUT_DOWN = updating(price_checks, *_COMPARED, key="award_id")
_first = (
    select(price_checks.c.award_id)
    .where(price_checks.c.parameters == literal_column("''"))
    .order_by(price_checks.c.award_id)
    .limit(literal_column("1"))
    .scalar_subquery()
)
_OLDEST = Query(select(awards.c.awarded_at).where(awards.c.id == _first))

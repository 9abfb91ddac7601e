"""One party: what it won and from whom, how it delivered, what it owes, and what is worth a look."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from portal.api import ApiProblem
from portal.visits import Visit, Visiting, after_of

router = APIRouter(prefix="/{language}", include_in_schema=False)

_SHOWN = 20
_RANKED = 12
_COMPANY = "KZ-BIN"
_PERSON = "KZ-IIN"


@router.get("/parties/{party}")
async def show_party(visit: Visiting, party: UUID) -> Response:
    api = visit.api
    after = visit.request.query_params.get("after")
    found, awards, buyers, flags, contracts = await asyncio.gather(
        api.get(f"/v1/parties/{party}"),
        api.get("/v1/awards", supplier=party, limit=_SHOWN, after=after),
        api.get("/v1/awards/summary", supplier=party, by="buyer", limit=_RANKED),
        api.get("/v1/flags", supplier=party, limit=1000),
        api.get("/v1/contracts", supplier=party, limit=_SHOWN),
    )
    return visit.page(
        "party.html",
        found=found,
        # A natural person is nobody's to look for: neither by name, which is not shown, nor by a search engine.
        person=found["scheme"] == _PERSON or found["name"] is None,
        company=found["scheme"] == _COMPANY,
        debts=await _debts_of(visit, found),
        awards=awards["items"],
        after=after_of(awards),
        first=after is None,
        buyers=buyers["items"],
        flags=_by_rule(flags["items"]),
        contracts=contracts,
    )


def _by_rule(flags: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    """One flag of each rule, with how often it stands; the most frequent first."""
    times = Counter(each["rule"] for each in flags)
    first = {each["rule"]: each for each in reversed(flags)}
    return [(first[rule], n) for rule, n in times.most_common()]


async def _debts_of(visit: Visit, party: dict[str, Any]) -> list[dict[str, Any]] | None:
    """What a company owes by the open part of the register; None where that cannot be asked."""
    if party["scheme"] != _COMPANY or party["id"] is None:
        return None
    try:
        found = await visit.api.get("/v1/debtors", bin=party["id"], limit=_SHOWN)
    except ApiProblem:
        # Without the register the page says less, and says that.
        return None
    return list(found["items"])

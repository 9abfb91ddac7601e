"""The first page: in a minute, what the country's bodies are doing."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.journals import JOURNALS, entries_in
from portal.pages.agencies import STATISTICS, newest_year
from portal.totals import totals_of
from portal.visits import Visit, Visiting, visit_of

_SHOWN = 5

router = APIRouter(prefix="/{language}", include_in_schema=False)
root = APIRouter(include_in_schema=False)


@root.get("/")
async def show_first_page(request: Request) -> Response:
    return await _home(visit_of(request))


@router.get("")
async def show_home(visit: Visiting) -> Response:
    return await _home(visit)


async def _home(visit: Visit) -> Response:
    api = visit.api
    (year, appeals, agencies), awards, months, dear, answering, sealed = await asyncio.gather(
        _this_year(visit),
        api.get("/v1/awards/summary", by="method", limit=1000),
        api.get("/v1/awards", sort="-amount", limit=_SHOWN),
        api.get("/v1/overpricing", by="class", limit=_SHOWN, language=visit.language),
        api.get("/v1/drafts", phase="answering", limit=_SHOWN),
        asyncio.gather(*(entries_in(api, name) for name in JOURNALS)),
    )
    return visit.page(
        "home.html",
        year=year,
        appeals=appeals,
        late=_latest(agencies)[:_SHOWN],
        bought=(totals_of(awards["items"]) or [{"count": 0}])[0],
        awards=months["items"],
        dear=[each for each in dear["items"] if each["above"]],
        answering=answering["items"],
        sealed=sum(sealed),
    )


async def _this_year(visit: Visit) -> tuple[str, dict[str, Any] | None, list[dict[str, Any]]]:
    """The year of the last act that is counted, what became of the appeals filed in it, and with which bodies."""
    api = visit.api
    year = await newest_year(visit)
    total, agencies = await asyncio.gather(
        api.get(STATISTICS, from_=f"{year}-01"), api.get(STATISTICS, from_=f"{year}-01", by="agency", limit=1000)
    )
    return year, (total["items"] or [None])[0], agencies["items"]


def _latest(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bodies with what is not answered in time, most first; what is withheld counts as little, for it is."""
    late = [each for each in figures if (each["refused_by_expiry"] or 0) + (each["overdue"] or 0)]
    return sorted(late, key=lambda each: -((each["refused_by_expiry"] or 0) + (each["overdue"] or 0)))

"""The first page: in a minute, what the country's bodies are doing."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.journals import JOURNALS, entries_in
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
    appeals, agencies, awards, months, dear, answering, sealed = await asyncio.gather(
        api.get("/v1/statistics/appeals"),
        api.get("/v1/statistics/appeals", by="agency", limit=1000),
        api.get("/v1/awards/summary", by="method", limit=1000),
        api.get("/v1/awards", sort="-amount", limit=_SHOWN),
        api.get("/v1/overpricing", by="class", limit=_SHOWN, language=visit.language),
        api.get("/v1/drafts", phase="answering", limit=_SHOWN),
        asyncio.gather(*(entries_in(api, name) for name in JOURNALS)),
    )
    return visit.page(
        "home.html",
        appeals=(appeals["items"] or [None])[0],
        late=_latest(agencies["items"])[:_SHOWN],
        bought=(totals_of(awards["items"]) or [{"count": 0}])[0],
        awards=months["items"],
        dear=dear["items"],
        answering=answering["items"],
        sealed=sum(sealed),
    )


def _latest(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bodies with what is not answered in time, most first; what is withheld counts as little, for it is."""
    late = [each for each in figures if (each["refused_by_expiry"] or 0) + (each["overdue"] or 0)]
    return sorted(late, key=lambda each: -((each["refused_by_expiry"] or 0) + (each["overdue"] or 0)))

"""The first page: in a minute, what the country's bodies are doing."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.journals import JOURNALS, entries_in
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
        bought=_bought(awards["items"]),
        awards=months["items"],
        dear=dear["items"],
        answering=answering["items"],
        sealed=sum(sealed),
    )


def _latest(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bodies with what is not answered in time, most first; what is withheld counts as little, for it is."""
    late = [each for each in figures if (each["refused_by_expiry"] or 0) + (each["overdue"] or 0)]
    return sorted(late, key=lambda each: -((each["refused_by_expiry"] or 0) + (each["overdue"] or 0)))


def _bought(by_method: list[dict[str, Any]]) -> dict[str, Any]:
    """All awards in tenge: how many, for how much, and how much had been set aside for them."""
    ours = [each for each in by_method if each["total"]["currency"] == "KZT"]
    total = sum(_tiyn(each["total"]) for each in ours)
    allocated = sum(_tiyn(each["allocated"]) for each in ours if each["allocated"])
    return {
        "count": sum(each["count"] for each in ours),
        "total": _tenge(total),
        "saved": _tenge(max(0, allocated - total)),
    }


def _tiyn(money: dict[str, str]) -> int:
    whole, _, part = money["amount"].partition(".")
    return int(whole) * 100 + int(part or 0)


def _tenge(tiyn: int) -> dict[str, str]:
    return {"amount": f"{tiyn // 100}.{tiyn % 100:02}", "currency": "KZT"}

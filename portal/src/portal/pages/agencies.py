"""What becomes of appeals, body by body: the league table, and each body by itself."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.api import NOT_FOUND, ApiProblem
from portal.visits import Visit, Visiting, address

LEVELS = ("central", "region", "city", "district")
FIGURES = ("filed", "answered", "refused_by_expiry", "overdue", "refused_share", "median_days", "p90_days")
_FIRST = "-refused_by_expiry"
_LEAST = 1_000_000_000.0
STATISTICS = "/v1/statistics/appeals"
_WRONG = 422

router = APIRouter(prefix="/{language}", include_in_schema=False)


@router.get("/agencies")
async def show_agencies(
    visit: Visiting,
    level: str = "",
    q: str = "",
    since: Annotated[str, Query(alias="from")] = "",
    until: Annotated[str, Query(alias="to")] = "",
    sort: str = _FIRST,
) -> Response:
    api, problem = visit.api, None
    if not visit.request.url.query:
        # Small figures of one year would hide those of all; so the newest is shown first.
        since = f"{await newest_year(visit)}-01"
    months = {"from": since, "to": until}
    try:
        known, figures, total = await asyncio.gather(
            api.every("/v1/agencies", level=level, q=q),
            api.every(STATISTICS, by="agency", **months),
            api.get(STATISTICS, **months),
        )
    except ApiProblem as error:
        if error.status != _WRONG:
            raise
        known, figures, total, problem = [], [], {"items": []}, _in_words(error.problem)
    codes = {each["code"] for each in known}
    rows = _sorted(visit, [each for each in figures if each["agency"]["code"] in codes], sort)
    counted = {each["agency"]["code"] for each in rows}
    return visit.page(
        "agencies.html",
        status=_WRONG if problem else 200,
        asked={"level": level, "q": q, "from": since, "to": until},
        columns=FIGURES,
        data=address(STATISTICS, {"by": "agency", **months}),
        levels=[(each, visit.words.name("agencies.level", each)) for each in LEVELS],
        drawn=address(f"{STATISTICS}.svg", {"by": "agency", **months}),
        problem=problem,
        few=[each for each in rows if each["filed"] is None],
        rows=[each for each in rows if each["filed"] is not None],
        sort=sort,
        silent=[each for each in known if each["code"] not in counted],
        total=(total["items"] or [None])[0],
    )


@router.get("/agencies/{code}")
async def show_agency(visit: Visiting, code: str) -> Response:
    api = visit.api
    year = await newest_year(visit)
    known, kinds, totals, months, by_kind = await asyncio.gather(
        api.every("/v1/agencies"),
        api.every("/v1/kinds"),
        *(_figures_of(visit, code, by, since=f"{year}-01") for by in ("agency", "month", "kind")),
    )
    names = {each["code"]: each["name"] for each in known}
    agency = next((each for each in known if each["code"] == code), None)
    if agency is None:
        raise HTTPException(NOT_FOUND)
    return visit.page(
        "agency.html",
        agency=agency,
        higher=names.get(agency["higher"]),
        kinds={each["code"]: each["name"] for each in kinds},
        by_kind=by_kind,
        by_month=months[::-1],
        columns=FIGURES,
        data=address(STATISTICS, {"by": "month", "agency": code}),
        drawn=address(f"{STATISTICS}.svg", {"by": "month", "agency": code}),
        total=next(iter(totals), None),
        year=year,
    )


async def newest_year(visit: Visit) -> str:
    """The year of the last act in the figures of all appeals; the present one, where there is none yet."""
    total = await visit.api.get(STATISTICS)
    as_of = total["items"][0]["as_of"] if total["items"] else None
    return str(as_of)[:4] if as_of else f"{await visit.today():%Y}"


async def _figures_of(visit: Visit, code: str, by: str, *, since: str) -> list[Any]:
    """The figures of one body; none of one that does not exist, which is found out otherwise."""
    try:
        return await visit.api.every(STATISTICS, by=by, agency=code, from_=since)
    except ApiProblem as error:
        if error.status != _WRONG:
            raise
        return []


def _sorted(visit: Visit, rows: list[Mapping[str, Any]], sort: str) -> list[Mapping[str, Any]]:
    """By a column, from the least or (with a minus before it) from the most; what is withheld comes last."""
    column = sort.removeprefix("-")
    by_name = sorted(rows, key=lambda each: visit.words.pick(each["agency"]["name"]).casefold())
    if column not in FIGURES:
        return by_name[::-1] if sort == "-name" else by_name
    sign = -1 if sort.startswith("-") else 1

    def place(row: Mapping[str, Any]) -> float:
        return _LEAST if row[column] is None else sign * float(row[column])

    return sorted(by_name, key=place)


def _in_words(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem without the places in a request that readers have never seen."""
    return {**problem, "errors": None}

"""What was bought: every award, filtered, added up and drawn, and what cost more than others paid."""

import asyncio
from calendar import monthrange
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from portal.api import ApiProblem
from portal.totals import totals_of
from portal.visits import Visit, Visiting, after_of

router = APIRouter(prefix="/{language}", include_in_schema=False)

OPEN = ("q", "buyer", "supplier", "from", "to")
FOLDED = ("item", "method", "region", "status", "flag", "min", "max", "source", "currency", "ocid")
GROUPS = ("buyer", "supplier", "item", "method", "region", "month")
CLASSES = ("class", "item", "buyer", "region", "year")
# Ours, and those of OCDS, by which imported awards are told.
METHODS = (
    "rating-point",
    "tender",
    "auction",
    "price-quotes",
    "single-source",
    "open",
    "selective",
    "limited",
    "direct",
)
STATUSES = (
    "announced",
    "suspended",
    "under_revision",
    "final",
    "contracted",
    "cancelled",
    "pending",
    "active",
    "unsuccessful",
)
REGIONS = tuple(f"KZ-{n}" for n in (10, 11, 15, 19, 23, 27, 31, 33, 35, 39, 43, 47, 55, 59, 61, 62, 63, 71, 75, 79))
ORDERS = ("-awarded_at", "-amount", "amount")
SHOWN = 20
_RANKED = 12
_MONTHS = 36
_UNREADABLE = frozenset({400, 422})


@router.get("/awards")
async def show_awards(visit: Visiting) -> Response:
    typed = {name: visit.request.query_params.get(name, "").strip() for name in (*OPEN, *FOLDED)}
    chosen = {name: visit.request.query_params.get(name) or usual for name, usual in _USUAL.items()}
    asked = _readable(typed)
    rules = await visit.api.get("/v1/flags/rules")
    form: dict[str, Any] = {
        "typed": typed,
        "folded": any(typed[name] for name in FOLDED),
        "used": any(typed.values()),
        "chosen": chosen,
    }
    form |= _choices(visit, rules["items"])
    try:
        found = await _found(visit, asked, chosen)
    except ApiProblem as problem:
        if problem.status not in _UNREADABLE:
            raise
        told, faults = _told(visit, problem)
        return visit.page("awards.html", status=problem.status, found=None, problem=told, faults=faults, **form)
    ask = partial(_query, asked)
    return visit.page("awards.html", found=found, problem=None, faults={}, ask=ask, last_day=_last_day, **form)


def _choices(visit: Visit, rules: list[dict[str, Any]]) -> dict[str, Any]:
    """What can be chosen from, by the names that people give it."""
    named = visit.words.name
    return {
        "classes": CLASSES,
        "groups": GROUPS,
        "flags": [(each["code"], f"{each['code']} {visit.words.pick(each['title'])}") for each in rules],
        "methods": [(code, named("method", code)) for code in METHODS],
        "regions": sorted(((code, named("region", code)) for code in REGIONS), key=lambda each: each[1]),
        "sorts": [(code, named("awards.sort", code)) for code in ORDERS],
        "statuses": [(code, named("awards.status", code)) for code in STATUSES],
    }


_USUAL = {"by": "buyer", "over": "class", "sort": "-awarded_at"}


async def _found(visit: Visit, asked: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, Any]:
    api, by, over = visit.api, chosen["by"], chosen["over"]
    after = visit.request.query_params.get("after")
    awards, methods, groups, dear = await asyncio.gather(
        api.get("/v1/awards", **asked, sort=chosen["sort"], limit=SHOWN, after=after),
        api.get("/v1/awards/summary", **asked, by="method", limit=1000),
        api.get("/v1/awards/summary", **asked, by=by, limit=_MONTHS if by == "month" else _RANKED),
        api.get("/v1/overpricing", **asked, by=over, limit=_RANKED, language=visit.language),
    )
    return {
        "awards": awards["items"],
        "after": after_of(awards),
        "first": after is None,
        "totals": totals_of(methods["items"]),
        "groups": sorted(groups["items"], key=lambda each: str(each["key"])) if by == "month" else groups["items"],
        "some": groups["next"] is not None,
        "dear": dear["items"],
    }


def _query(asked: Mapping[str, str], **more: str) -> str:
    """How the API is asked the same: for pictures, and for whoever takes the data away."""
    return urlencode({**asked, **more})


def _last_day(month: str) -> str:
    year, number = month.split("-")
    return f"{month}-{monthrange(int(year), int(number))[1]:02}"


def _readable(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as the API reads it: an amount may be written with spaces and a comma."""
    asked = {name: value for name, value in typed.items() if value}
    for name in ("min", "max"):
        if name in asked:
            asked[name] = "".join(asked[name].split()).replace(",", ".")
    return asked


def _told(visit: Visit, problem: ApiProblem) -> tuple[Mapping[str, Any], dict[str, str]]:
    """What is wrong with the filters, in words for people and not for programs."""
    # A filter that takes one of several kinds of value is named with the kind behind it.
    named = {fault["pointer"].partition(".")[0]: None for fault in problem.problem.get("errors") or ()}
    if not named:
        return problem.problem, {}
    words = visit.words
    faults = {name: words.say(_FAULTS.get(name, "awards.fault.other")) for name in named}
    called = ", ".join(words.name("awards.filter", name) for name in named)
    return {"title": problem.problem["title"], "detail": words.say("awards.mend", fields=called)}, faults


_FAULTS = {
    "from": "awards.fault.day",
    "to": "awards.fault.day",
    "min": "awards.fault.sum",
    "max": "awards.fault.sum",
    "supplier": "awards.fault.supplier",
}

"""One lot: what was to be bought, how every bid was scored and why, and what became of it."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from portal.api import ApiProblem
from portal.measures import measured, points, weights_of
from portal.visits import Visit, Visiting, after_of
from portal.words import NONE

router = APIRouter(prefix="/{language}", include_in_schema=False)

COMPARED = 10
"""So many bids stand side by side; of more, the next are a page further."""
_WRONG = frozenset({404, 422})


@router.get("/lots/{lot}")
async def show_lot(
    visit: Visiting,
    lot: UUID,
    first: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    profile: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    found = await visit.api.get(f"/v1/lots/{lot}")
    (tender, rules), scored, after, (recount, problem) = await asyncio.gather(
        _published(visit, found),
        _scored(visit, found, first),
        _afterwards(visit, found),
        _recounted(visit, lot, profile),
    )
    return visit.page(
        "lot.html",
        status=problem.status if problem else 200,
        lot=found,
        tender=tender,
        rules=rules,
        titles={each["name"]: each["title"] for each in rules["criteria"]},
        asked={each["name"]: each for each in rules["bid"]},
        weights=weights_of(found["weights"]),
        profile=profile,
        problem=problem.problem if problem else None,
        **_beside(visit, scored, recount),
        measured=partial(measured, visit.words),
        points=partial(points, visit.words),
        tenge=_tenge,
        **scored,
        **after,
    )


async def _published(visit: Visit, lot: Mapping[str, Any]) -> tuple[Any, Any]:
    """The tender of a lot, and the profile by which its bids are scored."""
    tender = await visit.api.get(f"/v1/tenders/{lot['tender']['id']}")
    return tender, await visit.api.get(f"/v1/profiles/{tender['profile']['name']}")


async def _scored(visit: Visit, lot: Mapping[str, Any], first: int) -> dict[str, Any]:
    """The result with the bids that stand in it, and the places from which on they are shown."""
    result, profiles = await asyncio.gather(
        visit.api.find(f"/v1/lots/{lot['id']}/result"), visit.api.get("/v1/profiles", limit=1000)
    )
    # Of bids that are opened and not scored yet, too; before the opening there are none to be seen.
    bids = await _bids_of(visit, lot)
    ranking = [] if result is None else result["ranking"]
    margins = ((result or {}).get("explanation") or {}).get("would_have_won", [])
    return {
        "result": result,
        "profiles": profiles["items"],
        "bids": bids,
        "compared": ranking[first - 1 : first - 1 + COMPARED],
        "first": first,
        "following": first + COMPARED if len(ranking) >= first + COMPARED else None,
        "margins": {each["bid"]: each for each in margins},
    }


async def _bids_of(visit: Visit, lot: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The bids for a lot by their ids."""
    found: dict[str, dict[str, Any]] = {}
    after: str | None = None
    while True:
        page = await visit.api.get(f"/v1/tenders/{lot['tender']['id']}/bids", limit=1000, after=after)
        found |= {each["id"]: each for each in page["items"] if each["lot"] == lot["id"]}
        after = after_of(page)
        if after is None:
            return found


async def _afterwards(visit: Visit, lot: Mapping[str, Any]) -> dict[str, Any]:
    """What became of a lot: complaints, flags, its award's price beside others', its contracts."""
    api, award = visit.api, lot["award"]
    complaints, flags, price, contracts = await asyncio.gather(
        api.find(f"/v1/lots/{lot['id']}/complaints", limit=1000),
        _flags_of(visit, lot),
        _of_award(visit, award, "price"),
        _contracts_of(visit, award),
    )
    return {
        "complaints": complaints["items"] if complaints else [],
        "flags": flags,
        "price": price,
        "contracts": contracts,
    }


async def _flags_of(visit: Visit, lot: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The flags of a lot's process: its own, its award's, and those of the whole."""
    award = lot["award"]
    if award is None:
        return []
    told = await visit.api.find(f"/v1/awards/{award['id']}")
    if told is None or told["ocid"] is None:
        return []
    found = await visit.api.get("/v1/flags", ocid=told["ocid"], limit=1000)
    return [
        each for each in found["items"] if each["award"] in {None, award["id"]} and each["lot"] in {None, lot["id"]}
    ]


async def _of_award(visit: Visit, award: Mapping[str, Any] | None, what: str) -> Any | None:
    return None if award is None else await visit.api.find(f"/v1/awards/{award['id']}/{what}")


async def _contracts_of(visit: Visit, award: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The contracts of an award with their acts: one, or two where the second in place was called."""
    if award is None:
        return []
    listed = await visit.api.get("/v1/contracts", award=award["id"])
    return list(await asyncio.gather(*(visit.api.get(f"/v1/contracts/{each['id']}") for each in listed["items"])))


async def _recounted(visit: Visit, lot: UUID, profile: str) -> tuple[Any | None, ApiProblem | None]:
    """What would have become of the bids by another profile, if one is asked for; or why that cannot be said."""
    if not profile:
        return None, None
    try:
        return await visit.api.get(f"/v1/lots/{lot}/recount", profile=profile), None
    except ApiProblem as problem:
        if problem.status not in _WRONG:
            raise
        return None, problem


def _beside(visit: Visit, scored: Mapping[str, Any], recount: Mapping[str, Any] | None) -> dict[str, Any]:
    """The recount with what stands beside it: every bid that has a place in either, or was refused."""
    results = [each for each in (scored["result"], recount and recount["result"]) if each]
    named = {each["name"]: each for each in scored["profiles"]}
    return {
        "recount": recount,
        # In the order of the places then; a bid stands once.
        "recounted_bids": list(
            dict.fromkeys(each["bid"] for one in results for part in ("ranking", "refused") for each in one[part])
        ),
        "recount_source": named[recount["profile"]["name"]]["source"] if recount else None,
        "named_profiles": [(name, f"{name} ({named[name]['version']})") for name in named],
        "standing_in": partial(_standing, visit),
    }


def _standing(visit: Visit, result: Mapping[str, Any], bid: str) -> str:
    """Where a bid stands in a result, in words."""
    words = visit.words
    for each in result["ranking"]:
        if each["bid"] == bid:
            total = measured(words, each["total"]["display"], each["total"]["unit"])
            place = words.say("lots.recount.in_place", n=each["place"], total=total)
            return f"{place} – {words.say('lots.recount.wins')}" if bid == result["winner"] else place
    return next((words.pick(each["words"]) for each in result["refused"] if each["bid"] == bid), NONE)


def _tenge(tiyn: int) -> str:
    """An amount in tiyn as one in tenge."""
    return f"{tiyn // 100}.{tiyn % 100:02}"

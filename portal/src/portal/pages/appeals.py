"""My appeals and a new one; for an officer, the register of their body."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from portal.api import ApiProblem
from portal.forms import Form, faults_by_field
from portal.visits import Visit, Visiting, after_of

SHOWN_AGAIN = frozenset({409, 413, 415, 422})
"""The API's statuses after which a form is shown again with what was typed."""
OFFICE = ("officer", "head")
STATUSES = (
    "registered",
    "forwarded",
    "in_progress",
    "defect_term",
    "extended",
    "hearing",
    "to_sign",
    "answered",
    "withdrawn",
    "left_without_consideration",
    "refused_by_expiry",
    "under_complaint",
    "closed",
)
_OPEN = frozenset(STATUSES[: STATUSES.index("answered")])
_LEVELS = ("central", "region", "city", "district")
# What people ask for most stands first; what is not named here comes after, as the API lists it.
_FIRST = (
    "request",
    "application",
    "complaint",
    "proposal",
    "message",
    "response",
    "information_request",
    "public_service_complaint",
)
_FIELDS = ("kind", "agency", "subject", "text", "language")
_A_PAGE = 20
_NEWEST = 5
_ALL = 1000

router = APIRouter(prefix="/{language}", include_in_schema=False)


@router.get("/appeals")
async def show_appeals(visit: Visiting) -> Response:
    visit.signed_in()
    in_office = visit.has_role(*OFFICE)
    given = visit.request.query_params
    asked = {name: given.get(name, "") for name in ("status", "kind", "overdue", "q")}
    listed, notices, kinds = await asyncio.gather(
        visit.api.get("/v1/appeals", **asked, limit=_A_PAGE, after=given.get("after")),
        visit.api.find("/v1/me/notices", limit=_NEWEST),
        names_of_kinds(visit),
    )
    items = listed["items"]
    return visit.page(
        "appeals.html",
        in_office=in_office,
        asked=asked,
        appeals=items,
        terms={} if in_office else await _terms_of(visit, items),
        notices=notices["items"] if notices else [],
        kinds=kinds,
        named_statuses=[(each, visit.words.name("appeal_status", each)) for each in STATUSES],
        after=after_of(listed),
        is_first="after" not in given,
    )


@router.get("/appeals/new")
async def show_new(visit: Visiting) -> Response:
    visit.signed_in()
    given = visit.request.query_params
    said = {name: given.get(name, "") for name in _FIELDS} | {"language": visit.language}
    return await _new(visit, said)


@router.post("/appeals/new")
async def file_appeal(visit: Visiting) -> Response:
    """File an appeal once, however often the form is sent."""
    visit.signed_in()
    form = await visit.form()
    said = {name: form.text(name) for name in _FIELDS}
    try:
        filed = await visit.api.post("/v1/appeals", form.given(*_FIELDS), key=form.key)
    except ApiProblem as refused:
        if refused.status not in SHOWN_AGAIN:
            raise
        return await _new(visit, said, form=form, refused=refused)
    return visit.go(f"/appeals/{filed['id']}", filed="yes")


async def names_of_kinds(visit: Visit) -> dict[str, str]:
    """What each kind of appeal is called now."""
    kinds = await visit.api.get("/v1/kinds", limit=_ALL)
    return {each["code"]: visit.words.pick(each["name"]) for each in kinds["items"]}


async def _new(
    visit: Visit, said: Mapping[str, str], *, form: Form | None = None, refused: ApiProblem | None = None
) -> Response:
    kinds, agencies = await asyncio.gather(
        visit.api.get("/v1/kinds", limit=_ALL), visit.api.get("/v1/agencies", limit=_ALL)
    )
    return visit.page(
        "appeal_new.html",
        status=refused.status if refused else 200,
        said=said,
        key=form.key if form else None,
        problem=refused.problem if refused else None,
        faults=faults_by_field(refused.problem.get("errors")) if refused else {},
        kinds=_for_anyone(kinds["items"]),
        levels=_by_level(visit, agencies["items"]),
    )


def _for_anyone(kinds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The kinds that need no office or profession, the usual ones first."""
    usual = {code: place for place, code in enumerate(_FIRST)}
    ours = [each for each in kinds if each["filed_by"]["code"] == "anyone"]
    return sorted(ours, key=lambda each: usual.get(each["code"], len(usual)))


def _by_level(visit: Visit, agencies: Sequence[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Bodies by their level, and in each by name, as a reader looks for them."""
    levels = sorted(
        {each["level"] for each in agencies},
        key=lambda level: _LEVELS.index(level) if level in _LEVELS else len(_LEVELS),
    )
    named = [(each["level"], each["code"], visit.words.pick(each["name"])) for each in agencies]
    in_order = sorted(named, key=lambda each: each[2].casefold())
    return [(level, [(code, name) for at, code, name in in_order if at == level]) for level in levels]


async def _terms_of(visit: Visit, appeals: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How the body's term stands in each appeal that is open."""
    still = [each["id"] for each in appeals if each["status"] in _OPEN]
    found = await asyncio.gather(*(visit.api.find(f"/v1/appeals/{each}/clocks") for each in still))
    return {each: _consideration(clocks["items"]) for each, clocks in zip(still, found, strict=True) if clocks}


def _consideration(clocks: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    return next((each for each in clocks if each["matter"] == "appeal.consideration"), None)

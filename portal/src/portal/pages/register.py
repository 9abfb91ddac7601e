"""The register of debtors: check yourself, and the companies that are in it.

Whom somebody asks about stands in no address: it comes in the body of a form, and the answer to it is the page itself,
which nothing keeps.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from portal.api import ApiProblem
from portal.forms import faults_by_field
from portal.visits import Visit, Visiting, address, after_of
from portal.words import texts

WAYS: Mapping[str, tuple[str, ...]] = {"iin": ("iin",), "name": ("name", "birth_date"), "bin": ("bin",)}
"""By what one may be asked about: the fields of each form."""
_SHOWN = 25
_WRONG, _TOO_MANY, _FORBIDDEN = 422, 429, 403
_SAYABLE = {_WRONG, _TOO_MANY, _FORBIDDEN}
_REGION = "region."
_OF_FIELDS = {"birth-date-needed": "birth_date", "name-incomplete": "name"}
"""Refusals that one field of a form can mend."""

router = APIRouter(prefix="/{language}", include_in_schema=False)


@router.get("/register")
async def show_register(visit: Visiting, name: str = "", region: str = "", after: str | None = None) -> Response:
    return await _register(visit, {"name": name, "region": region, "after": after})


@router.post("/register")
async def check_register(visit: Visiting) -> Response:
    """Ask the register about somebody; the answer is kept nowhere on the way."""
    form = await visit.form()
    way = form.text("way") if form.text("way") in WAYS else "iin"
    typed = {field: form.text(field) for field in WAYS[way]}
    asked: dict[str, Any] = {field: _tidied(field, text) for field, text in typed.items() if text}
    if visit.session is not None and form.text("receipt"):
        asked["receipt"] = True
    try:
        answer, agencies = await asyncio.gather(
            visit.api.post("/v1/debtors/search", asked), visit.api.every("/v1/agencies")
        )
    except ApiProblem as problem:
        if problem.status not in _SAYABLE:
            raise
        return _unseen(await _register(visit, {}, way=way, typed=typed, problem=problem))
    offices = {each["bin"]: each["name"] for each in agencies}
    return _unseen(visit.page("register_answer.html", answer=answer, offices=offices, receipt=_receipt_of(answer)))


async def _register(
    visit: Visit,
    wanted: Mapping[str, str | None],
    *,
    way: str = "",
    typed: Mapping[str, str] | None = None,
    problem: ApiProblem | None = None,
) -> HTMLResponse:
    regions = sorted(
        ((key.removeprefix(_REGION), words) for key, words in texts(visit.language).items() if key.startswith(_REGION)),
        key=lambda each: each[1],
    )
    listed, wrong = await _listed(visit, wanted)
    told = problem.problem if problem else wrong
    return visit.page(
        "register.html",
        status=problem.status if problem else _WRONG if wrong else 200,
        after=after_of(listed),
        data=address("/v1/debtors", {"name": wanted.get("name"), "region": wanted.get("region")}),
        faults=_faults(problem) if problem else {},
        first=not wanted.get("after"),
        listed=listed["items"],
        problem={**told, "errors": None} if told else None,
        regions=regions,
        too_many=problem is not None and problem.status == _TOO_MANY,
        typed=typed or {},
        wanted=wanted,
        way=way,
        ways=WAYS,
    )


async def _listed(visit: Visit, wanted: Mapping[str, str | None]) -> tuple[Any, Mapping[str, Any] | None]:
    try:
        return await visit.api.get("/v1/debtors", limit=_SHOWN, **wanted), None
    except ApiProblem as error:
        if error.status != _WRONG:
            raise
        return {"items": [], "next": None}, error.problem


def _faults(problem: ApiProblem) -> dict[str, str]:
    field = _OF_FIELDS.get(problem.code)
    return {field: problem.code} if field else faults_by_field(problem.problem.get("errors"))


def _tidied(field: str, text: str) -> str:
    """Numbers are copied with spaces and hyphens in them."""
    return text.replace(" ", "").replace("-", "") if field in {"iin", "bin"} else text


def _receipt_of(answer: Mapping[str, Any]) -> str | None:
    """Our address of the receipt that the API names."""
    return None if not answer["receipt"] else f"/register/answers/{answer['receipt'].split('/')[-2]}/receipt"


def _unseen(page: Response) -> Response:
    """A page about a person: no browser, no proxy and no search engine keeps it."""
    page.headers["Cache-Control"] = "private, no-store"
    page.headers["X-Robots-Tag"] = "noindex"
    return page

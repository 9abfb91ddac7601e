"""Drafts of law: what is proposed, clause by clause, what people say of it, and what they are answered."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from starlette.responses import RedirectResponse, Response

from portal.api import ApiProblem
from portal.differences import compare
from portal.forms import Form, faults_by_field
from portal.visits import Visit, Visiting, address, after_of
from portal.words import parsed
from servicekit.languages import LANGUAGES

PHASES = ("discussion", "answering", "reported", "adopted", "withdrawn")
STATES = ("unanswered", "overdue", "answered", "hidden")
_SHOWN = 25
_WAITING = 5
_COMMENTS = 200
_SAYABLE = {409, 422}
_WRONG = 422
_LARGEST = 2**31 - 1

router = APIRouter(prefix="/{language}", include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=_LARGEST)]
Version = Annotated[int, Query(ge=1, le=_LARGEST)]


@router.get("/drafts")
async def show_drafts(
    visit: Visiting,
    phase: str = "",
    kind: Annotated[str, Query(alias="type")] = "",
    agency: str = "",
    q: str = "",
    after: str | None = None,
) -> Response:
    api, problem = visit.api, None
    asked = {"phase": phase, "type": kind, "agency": agency, "q": q}
    types, agencies = await asyncio.gather(api.every("/v1/draft-types"), api.every("/v1/agencies"))
    try:
        found = await api.get("/v1/drafts", limit=_SHOWN, after=after, **asked)
    except ApiProblem as error:
        if error.status != _WRONG:
            raise
        found, problem = {"items": [], "next": None}, {**error.problem, "errors": None}
    plain = after is None and not any(asked.values())
    pick = visit.words.pick
    return visit.page(
        "drafts.html",
        status=_WRONG if problem else 200,
        after=after_of(found),
        agencies=sorted(((each["bin"], pick(each["name"])) for each in agencies), key=lambda each: each[1]),
        asked=asked,
        data=address("/v1/drafts", asked),
        first=after is None,
        found=found["items"],
        phases=[(each, visit.words.name("drafts.phase", each)) for each in PHASES],
        problem=problem,
        today=await visit.today(),
        types={each["code"]: pick(each["name"]) for each in types},
        waiting=await _waiting(visit) if plain else [],
        days_left=_days_left,
    )


@router.get("/drafts/{draft_id}")
async def show_draft(visit: Visiting, draft_id: UUID, said: UUID | None = None) -> Response:
    return await _draft(visit, draft_id, said=said)


@router.post("/drafts/{draft_id}/comments")
async def comment_on_draft(visit: Visiting, draft_id: UUID) -> Response:
    """Say something of a draft; what was typed comes back where it cannot be taken."""
    visit.signed_in()
    form = await visit.form()
    body = form.given("clause", "text", "suggestion", "language")
    try:
        made = await visit.api.post(f"/v1/drafts/{draft_id}/comments", body, key=form.key)
    except ApiProblem as problem:
        if problem.status not in _SAYABLE:
            raise
        return await _draft(visit, draft_id, typed=form, problem=problem)
    to = visit.url(f"/drafts/{draft_id}", said=made["id"])
    return RedirectResponse(f"{to}#comment-{made['id']}", 303)


@router.get("/drafts/{draft_id}/versions/{n}")
async def show_version(visit: Visiting, draft_id: UUID, n: Number, text: str = "") -> Response:
    draft, version = await asyncio.gather(
        visit.api.get(f"/v1/drafts/{draft_id}"), visit.api.get(f"/v1/drafts/{draft_id}/versions/{n}")
    )
    return visit.page("draft_version.html", draft=draft, version=version, tongue=_tongue(visit, draft, text))


@router.get("/drafts/{draft_id}/diff")
async def show_differences(
    visit: Visiting,
    draft_id: UUID,
    old: Annotated[Version, Query(alias="from")],
    new: Annotated[Version, Query(alias="to")],
    text: str = "",
) -> Response:
    draft, found = await asyncio.gather(
        visit.api.get(f"/v1/drafts/{draft_id}"),
        visit.api.get(f"/v1/drafts/{draft_id}/diff", from_=old, to=new),
    )
    tongue = _tongue(visit, draft, text)
    return visit.page(
        "draft_diff.html",
        changes=[_shown(each, tongue) for each in found["changes"]],
        draft=draft,
        new=new,
        old=old,
        tongue=tongue,
    )


async def _draft(
    visit: Visit,
    draft_id: UUID,
    *,
    said: UUID | None = None,
    typed: Form | None = None,
    problem: ApiProblem | None = None,
) -> Response:
    api, query = visit.api, visit.request.query_params
    place = f"/v1/drafts/{draft_id}"
    wanted = {"clause": query.get("clause"), "state": query.get("state"), "after": query.get("after")}
    draft, comments, opinions, metrics, report, history, mine, today = await asyncio.gather(
        api.get(place),
        _comments(visit, f"{place}/comments", wanted),
        api.every(f"{place}/opinions"),
        api.get(f"{place}/metrics"),
        api.find(f"{place}/report"),
        api.every(f"{place}/history"),
        _mine(visit, said),
        visit.today(),
    )
    standing = {each["id"] for each in draft["clauses"]}
    types = await api.every("/v1/draft-types")
    return visit.page(
        "draft.html",
        status=problem.status if problem else 200,
        after=after_of(comments),
        by_clause=_by_clause(comments["items"], standing),
        days_left=_days_left(draft, today),
        draft=draft,
        faults=faults_by_field(problem.problem.get("errors")) if problem else {},
        first=not wanted["after"],
        history=history,
        metrics=metrics,
        mine=mine,
        open=visit.session is None or any(each["name"] == "comments" for each in draft["actions"]),
        opinions=opinions,
        problem={**problem.problem, "errors": None} if problem else None,
        report=report,
        states=[(each, visit.words.name("drafts.state", each)) for each in STATES],
        tongue=_tongue(visit, draft, query.get("text", "")),
        tongues=[(each, visit.words.name("drafts.tongue", each)) for each in LANGUAGES],
        typed=typed,
        types={each["code"]: each["name"] for each in types},
        wanted=wanted,
    )


async def _comments(visit: Visit, place: str, wanted: Mapping[str, str | None]) -> Any:
    return await visit.api.get(place, limit=_COMMENTS, **wanted)


async def _mine(visit: Visit, said: UUID | None) -> Any | None:
    """The comment that its author has just made, with the day by which it must be answered."""
    return await visit.api.find(f"/v1/comments/{said}") if said else None


async def _waiting(visit: Visit) -> list[tuple[Any, Any]]:
    """The newest drafts on which people wait for answers, each with how many it has."""
    drafts = (await visit.api.get("/v1/drafts", phase="answering", limit=_WAITING))["items"]
    metrics = await asyncio.gather(*(visit.api.get(f"/v1/drafts/{each['id']}/metrics") for each in drafts))
    return [
        (draft, counts)
        for draft, counts in zip(drafts, metrics, strict=True)
        if counts["overdue"] + counts["not_yet_due"]
    ]


def _days_left(draft: Mapping[str, Any], today: date) -> int | None:
    """Whole days in which the public can still comment, the last one among them; None once it cannot."""
    left = (parsed(draft["discussion_until"]) - today).days + 1
    return left if draft["phase"] == "discussion" and left > 0 else None


def _tongue(visit: Visit, draft: Mapping[str, Any], wished: str) -> str:
    """In which of its languages the text is shown."""
    there: Sequence[str] = draft["languages"]
    return next((each for each in (wished, visit.language) if each in there), there[0])


def _by_clause(comments: Sequence[Mapping[str, Any]], standing: set[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Comments by the clause that they are on: "" for the whole draft, "gone" for clauses that no longer stand."""
    found = defaultdict(list)
    for each in comments:
        clause = each["clause"] or ""
        found["gone" if clause and clause not in standing else clause].append(each)
    return found


def _shown(change: Mapping[str, Any], tongue: str) -> dict[str, Any]:
    """A clause of two versions, with its words as pieces that were kept, put in or taken out."""
    old, new = change["old"], change["new"]
    return {
        "change": change["change"],
        "number": (new or old)["number"],
        "was": old["number"] if old and new and old["number"] != new["number"] else None,
        "heading": compare(_words(old, "heading", tongue), _words(new, "heading", tongue)),
        "text": compare(_words(old, "text", tongue), _words(new, "text", tongue)),
    }


def _words(clause: Mapping[str, Any] | None, part: str, tongue: str) -> str:
    return ((clause or {}).get(part) or {}).get(tongue) or ""

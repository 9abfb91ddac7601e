"""One appeal: what it asks, how its term runs, what was done, and what can be done now."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.api import ApiProblem
from portal.forms import Form, faults_by_field
from portal.pages.appeals import SHOWN_AGAIN, names_of_kinds
from portal.visits import Visit, Visiting
from portal.words import ALMATY

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "assignment": ("executor", "name"),
        "complaints": ("text", "language", "learned_on", "official", "late_reason"),
        "correction": ("text",),
        "decision": ("outcome", "text", "language"),
        "defect": ("text",),
        "extension": ("until", "reason"),
        "forwarding": ("agency", "reason"),
        "leaving": ("ground", "detail"),
        "objection": ("text",),
        "preliminary-decision": ("outcome", "text", "language", "at", "place", "no_hearing_reason"),
        "rework": ("reason",),
        "signature": (),
        "withdrawal": ("reason",),
    }
)
"""The steps that have a form here, by the API's names for them, with what each says."""
_ALL = 1000

router = APIRouter(prefix="/{language}", include_in_schema=False)


@dataclass(frozen=True)
class Refused:
    """A form that the API did not take: which, under which key, what was typed, and what is wrong with it."""

    act: str
    key: str
    said: Mapping[str, str]
    problem: Mapping[str, Any]
    status: int
    faults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def by(cls, problem: ApiProblem, act: str, form: Form, names: Sequence[str]) -> "Refused":
        """By the API, unless its answer is not for the form.

        Raises:
            ApiProblem: it is not.
        """
        if problem.status not in SHOWN_AGAIN:
            raise problem
        said = {each: form.text(f"{act}-{each}") for each in names}
        return cls(act, form.key, said, problem.problem, problem.status, faults_by_field(problem.problem.get("errors")))


@router.get("/appeals/{appeal_id}")
async def show_appeal(visit: Visiting, appeal_id: UUID) -> Response:
    visit.signed_in()
    return await _page(visit, appeal_id)


@router.get("/appeals/{appeal_id}/receipt.json")
async def take_receipt(visit: Visiting, appeal_id: UUID) -> Response:
    return await taken(visit, f"/v1/appeals/{appeal_id}/receipt", name=f"receipt-{appeal_id}.json")


@router.get("/appeals/{appeal_id}/court-file.zip")
async def take_court_file(visit: Visiting, appeal_id: UUID) -> Response:
    return await taken(visit, f"/v1/appeals/{appeal_id}/court-file")


@router.get("/appeals/{appeal_id}/deadline.ics")
async def take_deadline(visit: Visiting, appeal_id: UUID) -> Response:
    return await taken(visit, f"/v1/appeals/{appeal_id}/deadline.ics", name=f"deadline-{appeal_id}.ics")


@router.get("/appeals/{appeal_id}/attachments/{attachment_id}")
async def take_attachment(visit: Visiting, appeal_id: UUID, attachment_id: UUID) -> Response:
    return await taken(visit, f"/v1/appeals/{appeal_id}/attachments/{attachment_id}")


@router.get("/appeals/{appeal_id}/{act}")
async def leave_step(visit: Visiting, appeal_id: UUID, act: str) -> Response:
    """Back to the appeal, from the address at which a form was shown again."""
    if act not in FIELDS and act != "attachments":
        raise HTTPException(404)
    return visit.go(f"/appeals/{appeal_id}")


@router.post("/appeals/{appeal_id}/attachments")
async def attach(visit: Visiting, appeal_id: UUID) -> Response:
    """Take a file to the appeal; it is examined before anybody may open it."""
    visit.signed_in()
    form = await visit.form()
    chosen = await form.file("attachments-file")
    if chosen is None:
        words = {"title": visit.words.say("appeal.no_file"), "detail": visit.words.say("appeal.no_file.remedy")}
        return await _page(visit, appeal_id, Refused("attachments", form.key, {}, words, 422))
    name, content, media_type = chosen
    try:
        await visit.api.send(f"/v1/appeals/{appeal_id}/attachments", content, media_type, key=form.key, name=name)
    except ApiProblem as problem:
        return await _page(visit, appeal_id, Refused.by(problem, "attachments", form, ()))
    return visit.go(f"/appeals/{appeal_id}")


@router.post("/appeals/{appeal_id}/{act}")
async def take_step(visit: Visiting, appeal_id: UUID, act: str) -> Response:
    """Do with an appeal what one of its forms says."""
    visit.signed_in()
    if act not in FIELDS:
        raise HTTPException(404)
    form = await visit.form()
    try:
        done = await visit.api.post(f"/v1/appeals/{appeal_id}/{act}", _said_in(form, act), key=form.key)
    except ApiProblem as problem:
        return await _page(visit, appeal_id, Refused.by(problem, act, form, FIELDS[act]))
    return visit.go(f"/complaints/{done['id']}" if act == "complaints" else f"/appeals/{appeal_id}")


def body_of(form: Form, act: str, names: Sequence[str]) -> dict[str, Any]:
    """What a form says to the API; on a page with several forms each field is named after its step, too."""
    given = form.given(*(f"{act}-{name}" for name in names))
    return {name.removeprefix(f"{act}-"): value for name, value in given.items()}


def _said_in(form: Form, act: str) -> dict[str, Any]:
    """What a form says, a hearing that is planned in it by the clocks of Astana."""
    body = body_of(form, act, FIELDS[act])
    planned = {name: body.pop(name) for name in ("at", "place") if name in body}
    if "at" in planned:
        with suppress(ValueError):  # the API says what is wrong with it
            planned["at"] = datetime.fromisoformat(planned["at"]).replace(tzinfo=ALMATY).isoformat()
    return body | ({"hearing": planned} if planned else {})


async def taken(visit: Visit, path: str, *, name: str | None = None) -> Response:
    """A file of the API's for the visitor to keep."""
    visit.signed_in()
    return await visit.download(path, name=name)


async def _page(visit: Visit, appeal_id: UUID, refused: Refused | None = None) -> Response:
    place = f"/v1/appeals/{appeal_id}"
    appeal = await visit.api.get(place)
    acts = [each["name"] for each in appeal["actions"]]
    deadline, clocks, history, files, complaints, accesses, kinds = await asyncio.gather(
        visit.api.get(f"{place}/deadline"),
        visit.api.get(f"{place}/clocks", limit=_ALL),
        visit.api.get(f"{place}/history", limit=_ALL),
        visit.api.get(f"{place}/attachments", limit=_ALL),
        visit.api.get(f"{place}/complaints", limit=_ALL),
        visit.api.find(f"{place}/accesses", limit=_ALL),
        names_of_kinds(visit),
    )
    return visit.page(
        "appeal.html",
        status=refused.status if refused else 200,
        appeal=appeal,
        kind=kinds.get(appeal["kind"], appeal["kind"]),
        deadline=deadline,
        clocks=clocks["items"],
        history=history["items"],
        files=files["items"],
        complaints=complaints["items"],
        looks=_looks(accesses["items"] if accesses else []),
        acts=acts,
        bodies=await _bodies(visit) if "forwarding" in acts else [],
        grounds=await _grounds(visit) if "leaving" in acts else [],
        refused=refused,
        place=f"/appeals/{appeal_id}",
        is_filed=visit.request.query_params.get("filed") == "yes",
    )


async def _bodies(visit: Visit) -> list[tuple[str, str]]:
    """To which bodies an appeal may be passed on, by name."""
    listed = await visit.api.get("/v1/agencies", limit=_ALL)
    named = [(each["code"], visit.words.pick(each["name"])) for each in listed["items"]]
    return sorted(named, key=lambda each: each[1].casefold())


async def _grounds(visit: Visit) -> list[tuple[str, str]]:
    """On which grounds an appeal may be left; that it repeats another, which must be named, is said over the API."""
    listed = await visit.api.get("/v1/leaving-grounds", limit=_ALL)
    ours = [each for each in listed["items"] if each["needs"] != "earlier"]
    return [(each["code"], visit.words.pick(each["name"])) for each in ours]


def _looks(accesses: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Who looked, and at what: one look opens several parts of an appeal, and is told once for its minute."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for each in accesses:
        agency = each["agency"]
        minute = each["at"][: len("2026-11-26T08:26")]
        same = found.setdefault((minute, each["role"], agency["code"] if agency else ""), {**each, "operations": []})
        if each["operation"] not in same["operations"]:
            same["operations"].append(each["operation"])
    return list(found.values())

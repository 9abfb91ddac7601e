"""Complaints about an answer or a silence: all of them, and of each its terms, its ruling, and how to take it back."""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.api import ApiProblem
from portal.pages.appeal import Refused, body_of, taken
from portal.pages.appeals import OFFICE
from portal.visits import Visit, Visiting, after_of

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "correction": ("text", "language"),
        "ruling": ("outcome", "text", "language"),
        "sending-up": ("opinion",),
        "withdrawal": ("reason",),
    }
)
STATUSES = ("filed", "under_review", "corrected", "ruled", "sent_back", "refused_by_expiry", "withdrawn")
_ALL = 1000
_A_PAGE = 20

router = APIRouter(prefix="/{language}", include_in_schema=False)


@router.get("/complaints")
async def show_complaints(visit: Visiting) -> Response:
    """Mine; in office, those about the body and those that came up to it."""
    visit.signed_in()
    given = visit.request.query_params
    asked = given.get("status", "")
    listed = await visit.api.get("/v1/complaints", status=asked, limit=_A_PAGE, after=given.get("after"))
    return visit.page(
        "complaints.html",
        in_office=visit.has_role(*OFFICE),
        asked=asked,
        statuses=[(each, visit.words.name("complaint_status", each)) for each in STATUSES],
        complaints=listed["items"],
        after=after_of(listed),
        is_first="after" not in given,
    )


@router.get("/complaints/{complaint_id}")
async def show_complaint(visit: Visiting, complaint_id: UUID) -> Response:
    visit.signed_in()
    return await _page(visit, complaint_id)


@router.get("/complaints/{complaint_id}/receipt.json")
async def take_receipt(visit: Visiting, complaint_id: UUID) -> Response:
    return await taken(visit, f"/v1/complaints/{complaint_id}/receipt", name=f"receipt-{complaint_id}.json")


@router.get("/complaints/{complaint_id}/{act}")
async def leave_step(visit: Visiting, complaint_id: UUID, act: str) -> Response:
    """Back to the complaint, from the address at which a form was shown again."""
    if act not in FIELDS:
        raise HTTPException(404)
    return visit.go(f"/complaints/{complaint_id}")


@router.post("/complaints/{complaint_id}/{act}")
async def take_step(visit: Visiting, complaint_id: UUID, act: str) -> Response:
    """Do with a complaint what one of its forms says."""
    visit.signed_in()
    if act not in FIELDS:
        raise HTTPException(404)
    form = await visit.form()
    body = body_of(form, act, FIELDS[act])
    # Of a ruling's grounds there may be several, or none where the act stands.
    if act == "ruling":
        body["grounds"] = form.texts("ruling-grounds")
    try:
        await visit.api.post(f"/v1/complaints/{complaint_id}/{act}", body, key=form.key)
    except ApiProblem as problem:
        grounds = form.texts("ruling-grounds")
        return await _page(visit, complaint_id, Refused.by(problem, act, form, FIELDS[act]), grounds=grounds)
    return visit.go(f"/complaints/{complaint_id}")


async def _page(
    visit: Visit, complaint_id: UUID, refused: Refused | None = None, *, grounds: Sequence[str] = ()
) -> Response:
    place = f"/v1/complaints/{complaint_id}"
    complaint, history = await asyncio.gather(visit.api.get(place), visit.api.get(f"{place}/history", limit=_ALL))
    acts = [each["name"] for each in complaint["actions"]]
    return visit.page(
        "complaint.html",
        status=refused.status if refused else 200,
        complaint=complaint,
        history=history["items"],
        acts=acts,
        outcomes=await _words_of(visit, "outcomes") if "ruling" in acts else [],
        grounds=await _words_of(visit, "grounds") if "ruling" in acts else [],
        refused=refused,
        grounds_said=grounds,
        place=f"/complaints/{complaint_id}",
    )


async def _words_of(visit: Visit, part: str) -> list[tuple[str, str]]:
    """In which words a body may rule: a code, and what it is called."""
    listed = await visit.api.get(f"/v1/ruling-{part}", limit=_ALL)
    return [(each["code"], visit.words.pick(each["name"])) for each in listed["items"]]

"""One complaint about an answer or a silence: its terms, its ruling, and how to take it back."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portal.api import ApiProblem
from portal.pages.appeal import Refused, body_of, taken
from portal.visits import Visit, Visiting

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"correction": ("text", "language"), "sending-up": ("opinion",), "withdrawal": ("reason",)}
)
_ALL = 1000

router = APIRouter(prefix="/{language}", include_in_schema=False)


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
    try:
        await visit.api.post(f"/v1/complaints/{complaint_id}/{act}", body_of(form, act, FIELDS[act]), key=form.key)
    except ApiProblem as problem:
        return await _page(visit, complaint_id, Refused.by(problem, act, form, FIELDS[act]))
    return visit.go(f"/complaints/{complaint_id}")


async def _page(visit: Visit, complaint_id: UUID, refused: Refused | None = None) -> Response:
    place = f"/v1/complaints/{complaint_id}"
    complaint, history = await asyncio.gather(visit.api.get(place), visit.api.get(f"{place}/history", limit=_ALL))
    return visit.page(
        "complaint.html",
        status=refused.status if refused else 200,
        complaint=complaint,
        history=history["items"],
        acts=[each["name"] for each in complaint["actions"]],
        refused=refused,
        place=f"/complaints/{complaint_id}",
    )

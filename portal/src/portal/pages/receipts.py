"""Receipts of what is public, to take home: the proof that the journal holds every act on an object."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from portal.visits import Visiting

router = APIRouter(prefix="/{language}", include_in_schema=False)


@router.get("/drafts/{object_id}/receipt")
async def take_draft_receipt(visit: Visiting, object_id: UUID) -> Response:
    return await visit.download(f"/v1/drafts/{object_id}/receipt", name="draft-receipt.json")


@router.get("/drafts/{object_id}/report/receipt")
async def take_report_receipt(visit: Visiting, object_id: UUID) -> Response:
    return await visit.download(f"/v1/drafts/{object_id}/report/receipt", name="report-receipt.json")


@router.get("/comments/{object_id}/receipt")
async def take_comment_receipt(visit: Visiting, object_id: UUID) -> Response:
    return await visit.download(f"/v1/comments/{object_id}/receipt", name="comment-receipt.json")


@router.get("/opinions/{object_id}/receipt")
async def take_opinion_receipt(visit: Visiting, object_id: UUID) -> Response:
    return await visit.download(f"/v1/opinions/{object_id}/receipt", name="opinion-receipt.json")


@router.get("/register/answers/{object_id}/receipt")
async def take_answer_receipt(visit: Visiting, object_id: UUID) -> Response:
    """The register's answer, for who has asked."""
    visit.signed_in()
    return await visit.download(f"/v1/debtors/answers/{object_id}/receipt", name="register-receipt.json")

"""Check for yourself: a file is held against the journal's mathematics, here or, better, on one's own machine."""

import asyncio
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from portal.journals import JOURNALS, published_keys
from portal.verifying import Bulky, Foreign, check
from portal.visits import Visit, Visiting
from verifier.packing import packed
from verifier.receipts import Fault

_UNFIT = 422
# What has a page of its own; an appeal's is for those alone who may read it.
_PAGES = {"appeal": "/appeals/", "draft": "/drafts/", "lot": "/lots/"}

download = APIRouter(include_in_schema=False)
router = APIRouter(prefix="/{language}", include_in_schema=False)


@router.get("/verify")
async def show_verify(visit: Visiting) -> Response:
    return await _page(visit)


@router.post("/verify")
async def verify(visit: Visiting) -> Response:
    """Check the file; nothing of it is kept, and the answer has no address of its own."""
    form = await visit.form()
    file = await form.file("file")
    if file is None:
        return await _page(visit, status=_UNFIT, wrong="none")
    keys = await published_keys(visit.api)
    try:
        # A large certificate takes seconds, in which others must be answered.
        return await _page(visit, file=file[0], checked=await asyncio.to_thread(check, file[1], keys))
    except Fault as fault:
        return await _page(visit, file=file[0], fault=fault)
    except Foreign:
        return await _page(visit, status=_UNFIT, wrong="foreign")
    except Bulky:
        return await _page(visit, status=_UNFIT, wrong="bulky")


@download.get("/assets/ashyq-verify.pyz")
async def take_verifier(request: Request) -> Response:
    """The verifier in one file, made of the very code that checks here."""
    content, digest = await asyncio.to_thread(_verifier)
    if request.headers.get("if-none-match") == f'"{digest}"':
        return Response(status_code=304, headers={"ETag": f'"{digest}"'})
    headers = {
        "Content-Disposition": 'attachment; filename="ashyq-verify.pyz"',
        "Cache-Control": "no-cache",
        "ETag": f'"{digest}"',
    }
    return Response(content, media_type="application/zip", headers=headers)


@cache
def _verifier() -> tuple[bytes, str]:
    content = packed()
    return content, sha256(content).hexdigest()


async def _page(visit: Visit, *, status: int = 200, **found: Any) -> Response:
    _, digest = await asyncio.to_thread(_verifier)
    shown = {"seen": partial(_seen, visit), "checked": None, "fault": None, "file": None, "wrong": None, **found}
    return visit.page("verify.html", status=status, digest=digest, journals=JOURNALS, pages=_PAGES, **shown)


def _seen(visit: Visit, at: int) -> str:
    return visit.words.moment(datetime.fromtimestamp(at, UTC).isoformat())

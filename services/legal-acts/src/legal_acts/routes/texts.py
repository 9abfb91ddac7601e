"""The addresses of a draft's text: its versions, and what each changed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from legal_acts import commands, queries
from legal_acts.domain.clauses import compare
from legal_acts.schemas.drafts import NewVersion, Version, VersionDiff, change_shown, given, version_of
from servicekit.clock import Now
from servicekit.conditional import etag, require_match
from servicekit.identity import CurrentCaller
from servicekit.permissions import NotFound
from servicekit.routing import Route
from servicekit.transactions import Read, Write

router = APIRouter(prefix="/v1/drafts/{draft_id}", tags=["drafts"], route_class=Route)

_LARGEST = 2**31 - 1


@router.post("/versions", status_code=201)
async def add_version(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    draft_id: UUID,
    body: NewVersion,
) -> Version:
    """Give the draft a new text; clauses keep their ids, so that comments stay with them."""
    row = await queries.read_draft(writing, draft_id)
    require_match(request, row["version"])
    clauses = [given(each) for each in body.clauses]
    new, version = await commands.add_version(writing, caller, row, clauses, now=now)
    response.headers["Location"] = f"/v1/drafts/{draft_id}/versions/{new['current']}"
    response.headers["ETag"] = etag(new["version"])
    return version_of(version)


@router.get("/versions/{n}")
async def read_version(
    _: CurrentCaller, reading: Read, draft_id: UUID, n: Annotated[int, Path(ge=1, le=_LARGEST)]
) -> Version:
    """A version of the text, whole."""
    return version_of(await queries.read_version(reading, draft_id, n))


@router.get("/diff")
async def compare_versions(
    _: CurrentCaller,
    reading: Read,
    draft_id: UUID,
    older: Annotated[int, Query(alias="from", ge=1, le=_LARGEST)],
    newer: Annotated[int, Query(alias="to", ge=1, le=_LARGEST)],
) -> VersionDiff:
    """Two versions of the text, clause by clause: unchanged, changed, moved, new or removed."""
    texts = await queries.texts_of(reading, draft_id, [older, newer])
    if older not in texts or newer not in texts:
        raise NotFound
    changes = [change_shown(each) for each in compare(texts[older], texts[newer])]
    return VersionDiff(draft=draft_id, from_version=older, to_version=newer, changes=changes)

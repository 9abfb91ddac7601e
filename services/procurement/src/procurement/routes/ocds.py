"""The addresses of open data: releases and records of OCDS 1.1, and the way in for those of others."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import AwareDatetime
from pydantic_core import to_json

from procurement.commands.ocds import import_releases as keep
from procurement.domain.ocds.parts import moment
from procurement.queries import ocds as queries
from procurement.queries.compiling import versioned
from procurement.schemas.ocds.packages import (
    ImportResult,
    Publication,
    RecordPackage,
    ReleasePackage,
    check_sent,
    import_result_of,
)
from procurement.schemas.parts import Code, Place
from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.paging import Paging, up_to
from servicekit.permissions import NotFound
from servicekit.routing import Route
from servicekit.transactions import Read, Write

router = APIRouter(prefix="/v1/ocds", tags=["ocds"], route_class=Route)

_LARGEST = 2**63 - 1
_JSON = "application/json"
_LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {"schema": {"type": "object"}},
            _LINES[0]: {"schema": {"type": "string", "description": "A package, record or release in each line."}},
        },
    }
}


@router.get("/releases", response_model=ReleasePackage)
async def list_releases(
    request: Request,
    _: CurrentCaller,
    reading: Read,
    page: Paging,
    now: Now,
    since: Annotated[AwareDatetime | None, Query(description="Only releases of acts at this moment or later.")] = None,
    ocid: Annotated[Place | None, Query(description="Only this process.")] = None,
    buyer: Annotated[Place | None, Query(description="The buyer's id in releases, as `KZ-BIN-991240995750`.")] = None,
    source: Annotated[Code | None, Query(description="`ashyq` for our own, or where they were imported from.")] = None,
) -> Response:
    """Releases in the order in which they were put down: who goes on at `links.next` misses none; not as CSV."""
    (after,) = page.key(up_to(_LARGEST)) or (0,)
    given = {"since": since, "ocid": ocid, "buyer": buyer, "source": source}
    wanted = {name: value for name, value in given.items() if value is not None}
    if page.whole is not None:
        return queries.all_releases(wanted, after=after)
    found, last = await queries.list_releases(reading, wanted, after=after, limit=page.limit)
    publication = _publication(request)
    links = {} if last is None else {"next": publication.url + page.next_after(last)}
    package = to_json(publication.envelope(_address(request), moment(now)) | {"links": links})
    return Response(package[:-1] + b',"releases":[' + b",".join(found) + b"]}", media_type=_JSON)


@router.get("/records/{ocid}", response_model=RecordPackage)
async def read_record(request: Request, _: CurrentCaller, reading: Read, now: Now, ocid: str) -> Response:
    """One process whole: every release, the compiled release, and every value that a field ever had."""
    if "\x00" in ocid:
        raise NotFound
    known, whole = await queries.read_record(reading, ocid)
    record = {"ocid": ocid, "releases": known, "compiledRelease": whole}
    history = versioned(known)
    if history is not None:
        record["versionedRelease"] = history
    package = _publication(request).envelope(_address(request), moment(now)) | {"records": [record]}
    return Response(to_json(package), media_type=_JSON)


@router.post("/imports", openapi_extra=_BODY)
async def import_releases(
    request: Request,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    source: Annotated[
        Code | None, Query(description="What the source is called; else the prefix of each ocid.")
    ] = None,
) -> ImportResult:
    """Keep another source's releases, in packages, by themselves or in lines; what is wrong with one is told."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _JSON and kind not in _LINES:
        raise HTTPException(415)
    checked = check_sent(await request.body(), by_lines=kind in _LINES)
    ours = _publication(request).prefix
    imported = await keep(writing, caller, checked.sound, source=source, ours=ours, now=now)
    return import_result_of(imported, checked.faults)


@router.get("/extensions/{extension}/{file}", response_model=dict[str, Any])
async def read_ocds_extension(request: Request, _: CurrentCaller, extension: str, file: str) -> Response:
    """Our local extensions of OCDS, `complaints` and `enquiries`: each `extension.json` and `release-schema.json`."""
    content = _publication(request).extension_files.get((extension, file))
    if content is None:
        raise NotFound
    return Response(content, media_type=_JSON)


def _publication(request: Request) -> Publication:
    found: Publication = request.app.state.publication
    return found


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")

"""A plain endpoint answers by the short way what it would answer by FastAPI's, and what is not plain still works."""

from datetime import date
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, BackgroundTasks, Body, Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from servicekit.endpoints import plain_handler
from servicekit.paging import Paging
from servicekit.routing import Route


class Parcel(BaseModel):
    """What is sent and shown again."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    weight: int = Field(ge=1, alias="grams")
    due: date | None = None
    notes: list[str] = []


class SealedParcel(Parcel):
    """A parcel with more in it than the route says."""

    seal: str


async def agency(request: Request, region: str = "astana") -> str:
    return f"{region}:{request.url.path}"


async def needs_header(x_office: Annotated[str, Header()]) -> str:
    return x_office


def in_a_thread() -> str:
    return "thread"


async def send(body: Parcel, response: Response, number: int, urgent: bool = False) -> Parcel:  # noqa: FBT001, FBT002
    response.headers["Location"] = f"/parcels/{number}"
    response.headers.append("Set-Cookie", "a=1")
    response.headers.append("Set-Cookie", "b=2")
    if urgent:
        response.status_code = 202
    return body


async def find(page: Paging, where: Annotated[str, Depends(agency)], tag: str, due: date | None = None) -> Any:
    return {"limit": page.limit, "after": page.after, "where": where, "tag": tag, "due": due}


async def withdraw(body: Parcel | None = None) -> dict[str, Any]:
    return {"said": None if body is None else body.weight}


async def look(request: Request) -> Parcel | Response:
    if "if-none-match" in request.headers:
        return Response(status_code=304, headers={"ETag": '"1"'})
    return SealedParcel(weight=5, seal="secret")


async def empty(response: Response) -> Parcel:
    response.status_code = 204
    return Parcel(weight=1)


async def lie() -> Parcel:
    return {"weight": "heavy"}  # type: ignore[return-value]


async def refuse() -> Parcel:
    raise HTTPException(409)


PLAIN: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("POST", "/parcels/{number}", send, {"status_code": 201}),
    ("GET", "/parcels", find, {}),
    ("POST", "/withdrawal", withdraw, {}),
    ("GET", "/look", look, {"response_model": Parcel, "response_model_exclude_none": True}),
    ("GET", "/empty", empty, {}),
    ("GET", "/lie", lie, {}),
    ("GET", "/refuse", refuse, {}),
]
GOOD = {"json": {"grams": 3, "due": "2026-03-01"}}
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/parcels/7", GOOD),
    ("POST", "/parcels/7?urgent=yes", GOOD),
    ("POST", "/parcels/x?urgent=perhaps", {"json": {"grams": 0, "more": 1}}),
    ("POST", "/parcels/7", {}),
    ("POST", "/parcels/7", {"json": None}),
    ("POST", "/parcels/7", {"json": [1]}),
    ("GET", "/parcels?tag=a&limit=2&after=b&region=oral&due=2026-01-02", {}),
    ("GET", "/parcels?limit=0&due=soon", {}),
    ("GET", "/parcels?tag=a&tag=b", {}),
    ("POST", "/withdrawal", {}),
    ("POST", "/withdrawal", {"json": None}),
    ("POST", "/withdrawal", GOOD),
    ("POST", "/withdrawal", {"json": {"grams": "three"}}),
    ("GET", "/look", {}),
    ("GET", "/look", {"headers": {"If-None-Match": '"1"'}}),
    ("GET", "/empty", {}),
    ("GET", "/lie", {}),
    ("GET", "/refuse", {}),
]


@pytest.mark.parametrize(("method", "address", "said"), ASKED)
async def test_short_way_answers_as_fastapi_does(method: str, address: str, said: dict[str, Any]) -> None:
    short, general = [await _ask(_app(kind), method, address, said) for kind in (Route, APIRoute)]
    assert short.status_code == general.status_code
    assert short.headers.raw == general.headers.raw
    assert short.content == general.content


@pytest.mark.parametrize(("method", "path", "endpoint", "options"), PLAIN)
def test_sample_goes_the_short_way(method: str, path: str, endpoint: Any, options: dict[str, Any]) -> None:
    assert plain_handler(APIRoute(path, endpoint, methods=[method], **options)) is not None


async def with_header(office: Annotated[str, Depends(needs_header)]) -> dict[str, str]:
    return {"office": office}


async def with_thread(where: Annotated[str, Depends(in_a_thread)]) -> dict[str, str]:
    return {"office": where}


async def with_tasks(tasks: BackgroundTasks) -> dict[str, str]:
    tasks.add_task(in_a_thread)
    return {"office": "task"}


async def with_two_bodies(a: Annotated[str, Body()], b: Annotated[str, Body()]) -> dict[str, str]:
    return {"office": a + b}


def without_loop() -> dict[str, str]:
    return {"office": "sync"}


@pytest.mark.parametrize(
    ("endpoint", "said", "office"),
    [
        (with_header, {"headers": {"X-Office": "north"}}, "north"),
        (with_thread, {}, "thread"),
        (with_tasks, {}, "task"),
        (with_two_bodies, {"json": {"a": "x", "b": "y"}}, "xy"),
        (without_loop, {}, "sync"),
    ],
)
async def test_what_is_not_plain_goes_the_general_way(endpoint: Any, said: dict[str, Any], office: str) -> None:
    assert plain_handler(APIRoute("/", endpoint, methods=["POST"])) is None
    router = APIRouter(route_class=Route)
    router.add_api_route("/", endpoint, methods=["POST"])
    app = FastAPI()
    app.include_router(router)
    assert (await _ask(app, "POST", "/", said)).json() == {"office": office}


async def test_dependencies_of_an_included_router_are_kept() -> None:
    router = APIRouter(route_class=Route)
    router.add_api_route("/refuse", refuse)
    app = FastAPI()
    app.include_router(router, dependencies=[Depends(needs_header)])
    assert (await _ask(app, "GET", "/refuse", {})).status_code == 422
    assert (await _ask(app, "GET", "/refuse", {"headers": {"X-Office": "north"}})).status_code == 409


async def test_unknown_parameter_is_refused_before_anything_else() -> None:
    answer = await _ask(_app(Route), "POST", "/parcels/x?colour=red", {"json": {}})
    assert [fault["loc"] for fault in answer.json()] == [["query", "colour"]]


def _app(kind: type[APIRoute]) -> FastAPI:
    router = APIRouter(route_class=kind)
    for method, path, endpoint, options in PLAIN:
        router.add_api_route(path, endpoint, methods=[method], **options)
    app = FastAPI()
    app.include_router(router)

    @app.exception_handler(RequestValidationError)
    @app.exception_handler(ResponseValidationError)
    async def faults(_: Request, error: RequestValidationError | ResponseValidationError) -> JSONResponse:
        status = 422 if isinstance(error, RequestValidationError) else 500
        return JSONResponse([{**fault, "ctx": str(fault.get("ctx"))} for fault in error.errors()], status)

    return app


async def _ask(app: FastAPI, method: str, address: str, said: dict[str, Any]) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parcels") as client:
        return await client.request(method, address, **said)

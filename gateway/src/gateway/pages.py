"""What the gateway answers itself: who I am, whether all is well, and what each problem means."""

import asyncio
from html import escape
from typing import Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from servicekit.identity import CurrentCaller
from servicekit.languages import LANGUAGES, Language, negotiate
from servicekit.permissions import NotFound
from servicekit.routing import Route

_READY_SECONDS = 2.0

router = APIRouter(tags=["about"], route_class=Route)
pages = APIRouter(include_in_schema=False)


class Me(BaseModel):
    """The caller, as the issuer of the token vouches for them."""

    subject: str
    name: str | None
    iin: str | None
    bin: str | None
    agency: str | None
    roles: list[str]


class ServiceDown(Exception):
    """A service does not say that it is ready."""

    def __init__(self, services: list[str]) -> None:
        super().__init__(", ".join(services))
        self.services = services


@router.get("/v1/me")
async def read_me(caller: CurrentCaller) -> Me:
    """Who I am, by my token."""
    return Me(
        subject=caller.subject or "",
        name=caller.name,
        iin=caller.iin,
        bin=caller.bin,
        agency=caller.agency,
        roles=sorted(caller.roles),
    )


@pages.get("/health/ready")
async def ready(request: Request) -> dict[str, Any]:
    """Ready when all that is in this process is; of services apart it is told which are."""
    clients: dict[str, httpx.AsyncClient] = request.state.clients
    upstreams = request.state.upstreams
    found = dict(zip(clients, await asyncio.gather(*map(_is_ready, clients.values())), strict=True))
    down = [name for name, is_ready in found.items() if not is_ready and not upstreams[name].apart]
    if down:
        raise ServiceDown(down)
    apart = {name: "ready" if found[name] else "away" for name in clients if upstreams[name].apart}
    return {"status": "ready", "services": apart} if apart else {"status": "ready"}


@pages.get("/problems", response_class=HTMLResponse)
async def list_problems(request: Request) -> HTMLResponse:
    """Every problem that the API answers with."""
    return _page(request, request.app.openapi()["x-problems"])


@pages.get("/problems/{code}", response_class=HTMLResponse)
async def read_problem(request: Request, code: str) -> HTMLResponse:
    """What one problem means and what to do about it."""
    found = [problem for problem in request.app.openapi()["x-problems"] if problem["code"] == code]
    if not found:
        raise NotFound
    return _page(request, found)


async def _is_ready(client: httpx.AsyncClient) -> bool:
    try:
        # The client's own limit does not hold for a service in this process.
        async with asyncio.timeout(_READY_SECONDS):
            return (await client.get("/health/ready")).is_success
    except (httpx.HTTPError, TimeoutError):
        return False


_HEADINGS: dict[Language, str] = {"kk": "Қателер анықтамалығы", "ru": "Справочник ошибок", "en": "Problems"}


def _page(request: Request, problems: list[dict[str, Any]]) -> HTMLResponse:
    language = negotiate(request.headers.get("accept-language"))
    rows = "\n".join(_entry(problem, language) for problem in problems)
    heading = _HEADINGS[language]
    return HTMLResponse(
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>Ashyq: {heading}</title>'
        '<meta name="viewport" content="width=device-width"><style>body{font:1rem/1.5 system-ui;max-width:44rem;'
        "margin:2rem auto;padding:0 1rem}code{font-size:1.1rem}dt{margin-top:1.5rem}dd{margin:0}.other{color:#595959}"
        f'</style></head><body><h1><a href="/problems">{heading}</a></h1><dl>{rows}</dl></body></html>\n',
        headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
    )


def _entry(problem: dict[str, Any], language: Language) -> str:
    title, detail = problem["title"], problem["detail"]
    others = "".join(f'<dd class="other" lang="{o}">{escape(title[o])}</dd>' for o in LANGUAGES if o != language)
    return (
        f'<dt id="{problem["code"]}"><a href="/problems/{problem["code"]}"><code>{problem["code"]}</code></a> '
        f"({problem['status']})</dt><dd><strong>{escape(title[language])}</strong></dd>"
        f"<dd>{escape(detail[language])}</dd>{others}"
    )

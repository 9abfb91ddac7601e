"""One look at a page: who looks, in which language, what they may ask of the API, and the page that they get."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import Depends, Path, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from portal.api import Api, ApiProblem
from portal.forms import Form, read_form
from portal.rendering import render
from portal.sessions import SESSION, Session
from portal.words import ALMATY, Words
from servicekit.languages import Language, negotiate

# Nothing but what we serve ourselves: no other site's script, picture or letter, no frame, no form that leads away.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_PASSED_ON = ("content-type", "content-disposition", "content-length", "etag")


@dataclass(frozen=True)
class House:
    """What holds for every visit: whether this is a sandbox, where readers find us, and the key we are known by."""

    local: bool
    public_url: str | None
    key: bytes


class MustSignIn(Exception):
    """The page is for those who have signed in; they come back to it afterwards."""


class Visit:
    """What a page is made with."""

    def __init__(self, request: Request, language: Language, closing: AsyncExitStack) -> None:
        """A visit that asks in a language; what it opens is closed with `closing`."""
        self._closing = closing
        self.request = request
        self.language = language
        self.words = Words(language)
        self.house: House = request.state.house
        self.session: Session | None = request.state.seals.session(request.cookies.get(SESSION))
        self.api = Api(
            request.state.client,
            self.house.key,
            language=language,
            address=address_of(request),
            token=self.session.token if self.session else None,
        )

    @property
    def here(self) -> str:
        """The address of this page, with its query."""
        url = self.request.url
        return url.path + (f"?{url.query}" if url.query else "")

    @property
    def form_token(self) -> str:
        return str(self.request.state.seals.form_token(self.session.secret)) if self.session else ""

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def origin(self) -> str:
        """Where readers find us: scheme and host."""
        if self.house.public_url is not None:
            return self.house.public_url.rstrip("/")
        headers = self.request.headers
        scheme = headers.get("x-forwarded-proto", self.request.url.scheme)
        return f"{scheme}://{headers.get('host', 'localhost')}"

    def has_role(self, *roles: str) -> bool:
        return self.session is not None and not set(roles).isdisjoint(self.session.roles)

    def signed_in(self) -> Session:
        """The session of the visitor.

        Raises:
            MustSignIn: there is none.
        """
        if self.session is None:
            raise MustSignIn
        return self.session

    def url(self, path: str, **query: object) -> str:
        """The address of a page of ours in the visitor's language; a query's None is left out."""
        return address(f"/{self.language}{path}", query)

    def url_in(self, language: str) -> str:
        """This page in another language."""
        url = self.request.url
        _, _, rest = url.path.lstrip("/").partition("/")
        return f"/{language}/{rest}".rstrip("/") + (f"?{url.query}" if url.query else "")

    def with_query(self, **changed: object) -> str:
        """This page with some of its query changed; None takes a parameter away."""
        query: dict[str, object] = {name: values[-1] for name, values in parse_qs(self.request.url.query).items()}
        query |= {name.rstrip("_"): value for name, value in changed.items()}
        return address(self.request.url.path, query)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page from a template."""
        content = render(template, self, values)
        kept = "private, no-store" if self.session else "no-cache"
        headers = {
            "Content-Language": self.language,
            "Content-Security-Policy": POLICY,
            "Cache-Control": kept,
            "Referrer-Policy": "same-origin",
            "Vary": "Cookie, Accept-Language",
        }
        return HTMLResponse(content, status, headers)

    def go(self, path: str, **query: object) -> Response:
        """To another page of ours, after something was done."""
        return RedirectResponse(self.url(path, **query), 303)

    async def form(self) -> Form:
        """What the visitor has sent with a form of ours.

        Raises:
            Forged: it is no form that we gave to this visitor.
        """
        return await read_form(self.request, self.origin, self.form_token)

    async def download(self, path: str, *, name: str | None = None, **query: object) -> Response:
        """What the API has at a path, for the visitor to keep; `name` is that of the file, where the API names none.

        Raises:
            ApiProblem, ApiAway: the API says no, or nothing.
        """
        answer = await self._closing.enter_async_context(self.api.download(path, **query))
        if answer.status_code == WAITS:
            raise ApiProblem(WAITS, {"code": "waits"})
        headers = {each: value for each, value in answer.headers.items() if each in _PASSED_ON}
        if name is not None:
            headers["content-disposition"] = f'attachment; filename="{name}"'
        headers["cache-control"] = "private, no-store"
        return StreamingResponse(answer.aiter_bytes(), answer.status_code, headers)

    async def today(self) -> date:
        """The day by the clock that the law runs by; in a sandbox it can be moved."""
        moved = await self.api.find("/sandbox/clock") if self.house.local else None
        now = datetime.fromisoformat(moved["now"]) if moved else datetime.now(ALMATY)
        return now.astimezone(ALMATY).date()


WAITS = 202
"""The API's status for what is not sealed yet, as a receipt within the first second."""


def visit_of(request: Request) -> Visit:
    """A visit whose language is not in the address, or not one of ours: the one that the browser asks for."""
    first = request.url.path.lstrip("/").partition("/")[0]
    language: Any = first if first in {"kk", "ru", "en"} else negotiate(request.headers.get("accept-language"))
    return Visit(request, language, AsyncExitStack())


async def _visit(request: Request, language: Annotated[Language, Path()]) -> AsyncIterator[Visit]:
    # What is passed on piece by piece is closed after the answer, also when the visitor leaves before its end.
    async with AsyncExitStack() as closing:
        yield Visit(request, language, closing)


Visiting = Annotated[Visit, Depends(_visit)]


def address_of(request: Request) -> str:
    """Where a visitor asks from, as the gateway says; it stands before us and lets nobody else say it."""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told or (request.client.host if request.client else "unknown")


def address(path: str, query: Mapping[str, object]) -> str:
    """A path with a query; what is None or empty is left out, and `from_` means `from`."""
    given = {name.rstrip("_"): value for name, value in query.items() if value is not None and value != ""}
    return path + (f"?{urlencode(given)}" if given else "")


def after_of(page: Mapping[str, Any]) -> str | None:
    """Where the next page of one of the API's lists begins; None at its end."""
    following = page.get("next")
    return parse_qs(urlsplit(following).query)["after"][0] if following else None

"""The public API, asked as any client asks it: for one visitor, in their language, with their token."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from servicekit.vouching import VISITOR, vouch

NOT_FOUND = 404
_NOT_THEIRS = {401, 403, NOT_FOUND}
_PATIENCE = httpx.Timeout(30.0)
_LARGEST_PAGE = 1000


class ApiProblem(Exception):
    """The API has said no; `problem` is its problem document, in the visitor's language."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))


class ApiAway(Exception):
    """The API does not answer, or not in a way that can be read."""


class Api:
    """The API as one visitor sees it."""

    def __init__(
        self, client: httpx.AsyncClient, key: bytes, *, language: str, address: str, token: str | None
    ) -> None:
        self._client = client
        self._headers = {"Accept-Language": language, VISITOR: vouch(key, address)}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    async def get(self, path: str, **query: object) -> Any:
        """What is at a path, read from JSON; a query's None is left out, and `from_` means `from`.

        Raises:
            ApiProblem: the API says no.
            ApiAway: it does not answer.
        """
        return (await self._ask("GET", path, params=_given(query))).json()

    async def find(self, path: str, **query: object) -> Any | None:
        """As `get`; None where there is nothing, or nothing for this visitor.

        Raises:
            ApiProblem, ApiAway: as `get`, unless it is not found or not allowed.
        """
        try:
            return await self.get(path, **query)
        except ApiProblem as problem:
            if problem.status in _NOT_THEIRS:
                return None
            raise

    async def every(self, path: str, **query: object) -> list[Any]:
        """All items of one of the API's lists, page by page; for lists that are short by their nature.

        Raises:
            ApiProblem, ApiAway: as `get`.
        """
        page = await self.get(path, limit=_LARGEST_PAGE, **query)
        items = list(page["items"])
        while page["next"]:
            page = await self.get(path, **dict(parse_qsl(urlsplit(page["next"]).query)))
            items += page["items"]
        return items

    async def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """Do something once: with the same key again, the API answers the same and does nothing.

        Raises:
            ApiProblem, ApiAway: as `get`.
        """
        headers = {} if key is None else {"Idempotency-Key": key}
        return (await self._ask("POST", path, json=body, headers=headers)).json()

    async def send(self, path: str, content: bytes, media_type: str, *, key: str, **query: object) -> Any:
        """Send a file once.

        Raises:
            ApiProblem, ApiAway: as `get`.
        """
        headers = {"Content-Type": media_type, "Idempotency-Key": key}
        return (await self._ask("POST", path, content=content, headers=headers, params=_given(query))).json()

    @asynccontextmanager
    async def download(self, path: str, **query: object) -> AsyncIterator[httpx.Response]:
        """An answer that is read piece by piece.

        Raises:
            ApiProblem, ApiAway: as `get`.
        """
        try:
            async with self._client.stream("GET", path, params=_given(query), headers=self._headers) as answer:
                if answer.is_error:
                    await answer.aread()
                    _refuse(answer)
                yield answer
        except httpx.HTTPError as error:
            raise ApiAway(str(error)) from error

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **asked: Any
    ) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, headers={**self._headers, **(headers or {})}, **asked)
        except httpx.HTTPError as error:
            raise ApiAway(str(error)) from error
        if answer.is_error:
            _refuse(answer)
        return answer


def client_of(url: str, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """The way to the API, to be entered and left with the pages."""
    return httpx.AsyncClient(base_url=url, transport=transport, timeout=_PATIENCE)


def _refuse(answer: httpx.Response) -> None:
    try:
        problem = answer.json()
    except ValueError:
        raise ApiAway(f"{answer.status_code} without a problem document") from None
    raise ApiProblem(answer.status_code, problem)


def _given(query: Mapping[str, object]) -> dict[str, str]:
    return {name.rstrip("_"): str(value) for name, value in query.items() if value is not None and value != ""}

"""How every route of a service takes a request: strict JSON in, nothing unknown, changes exactly once."""

from collections.abc import Callable, Coroutine, Iterator
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from servicekit.idempotency import exactly_once
from servicekit.strict_json import loads


class StrictRequest(Request):
    """A request whose JSON is read by our rules."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = loads(await self.body())
        return self._json


class Route(APIRoute):
    """A route that refuses what it does not know and stores the answers of what it changes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        changes = bool((self.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"})

        async def strictly(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            self._refuse_unknown_parameters(request)
            if self.body_field is not None and await request.body():
                _require_json(request)
                await request.json()
            return await (exactly_once(request, handle) if changes else handle(request))

        return strictly

    @cached_property
    def _known_parameters(self) -> frozenset[str]:
        return frozenset(_query_parameters(self.dependant))

    def _refuse_unknown_parameters(self, request: Request) -> None:
        if not request.scope["query_string"]:
            return
        unknown = request.query_params.keys() - self._known_parameters
        if unknown:
            raise RequestValidationError(
                [{"loc": ("query", name), "msg": "Unknown parameter", "type": "unknown"} for name in sorted(unknown)]
            )


def _query_parameters(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for below in dependant.dependencies:
        yield from _query_parameters(below)


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not (
        media_type.startswith("application/") and media_type.endswith("+json")
    ):
        raise HTTPException(415)

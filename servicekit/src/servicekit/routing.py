"""How every route of a service takes a request: strict JSON in, nothing unknown, changes exactly once."""

from collections.abc import Iterator
from typing import Any, cast

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, _effective_route_context_var
from starlette.exceptions import HTTPException

from servicekit.bulk import Listing, Whole, forms_of
from servicekit.database import Writing
from servicekit.endpoints import Handler, plain_handler
from servicekit.forms import Form, form_asked
from servicekit.idempotency import exactly_once
from servicekit.identity import admit, asks_for_caller, leaves_unnamed
from servicekit.incoming import UNDECLARED, IncomingFile, asks_for_file
from servicekit.journal import RecordedRefusal
from servicekit.paging import ListOf, Packaged
from servicekit.strict_json import UnreadableBody, loads
from servicekit.transactions import Opener, opener_for

_ROWS: dict[str, Any] = {"schema": {"type": "string"}}
_FILE = {"required": True, "content": {UNDECLARED: {"schema": {"type": "string", "format": "binary"}}}}


class StrictRequest(Request):
    """A request whose JSON is read by our rules."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = loads(await self.body())
        return self._json


class Route(APIRoute):
    """A route that settles what every request needs before the endpoint runs, in this order.

    Nothing unknown is asked; the caller is known and has a role for the operation; the body is JSON, or a file that
    waits to be read; the transaction is open. The answer of a change is stored with it, so that a repeat gets the same.
    What an endpoint asks for is read off its arguments (`CurrentCaller` or `Unnamed`, `Incoming`, `Read`,
    `RestrictedRead`, `Write`) when the route is made.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if _is_list(self.response_model):
            self.openapi_extra = {**_in_forms(forms_of(self.response_model)), **(self.openapi_extra or {})}
        if asks_for_file(self.dependant):
            self.openapi_extra = {"requestBody": _FILE, **(self.openapi_extra or {})}

    def get_route_handler(self) -> Handler:
        route = self._as_included()
        handle = plain_handler(route) or super().get_route_handler()
        known = frozenset(_query_parameters(route.dependant))
        identified, unnamed = asks_for_caller(route.dependant), leaves_unnamed(route.dependant)
        opener = opener_for(route.dependant)
        takes_file = asks_for_file(route.dependant)
        listing = None
        if _is_list(self.response_model):
            listing = Listing.of(route.path, self.response_model, handle, opener)
            known |= {"format"}

        async def settle(request: Request) -> Response:
            request = StrictRequest(request.scope, request.receive)
            _refuse_unknown_parameters(request, known)
            form = Form.JSON if listing is None else form_asked(request, listing.forms)
            if identified:
                await admit(request, self.name, unnamed=unnamed)
            if listing is not None and form is not Form.JSON:
                return Whole(listing, request, form)
            if takes_file:
                request.state.incoming = IncomingFile(request)
            if route.body_field is not None and await request.body():
                _require_json(request)
                await request.json()
            answer = await (handle(request) if opener is None else _in_transaction(opener, request, handle))
            if listing is not None:
                answer.headers.add_vary_header("Accept")
            return answer

        return settle

    def _as_included(self) -> APIRoute:
        """The route as it stands where its router is included, which may add dependencies to its own."""
        included = _effective_route_context_var.get()
        if included is None or included.original_route is not self:
            return self
        return cast("APIRoute", included)


def _is_list(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, ListOf | Packaged)


def _in_forms(forms: tuple[Form, ...]) -> dict[str, Any]:
    """What the description of a list says beside what FastAPI finds out."""
    whole = [form for form in forms if form is not Form.JSON]
    named = " and ".join(f"`{form}`" for form in whole)
    asking = {
        "name": "format",
        "in": "query",
        "required": False,
        "schema": {"type": "string", "enum": list(forms)},
        "description": f"Wins over Accept. As {named} all rows come, or a page if there is a `limit`.",
    }
    return {
        "parameters": [asking],
        "responses": {"200": {"content": {form.media_type: _ROWS for form in whole}}},
    }


async def _in_transaction(opener: Opener, request: Request, handle: Handler) -> Response:
    try:
        async with opener(request.state.database) as transaction:
            request.state.transaction = transaction
            if isinstance(transaction, Writing):
                return await exactly_once(request, transaction, handle)
            return await handle(request)
    except RecordedRefusal as refusal:
        async with request.state.database.write() as writing:
            refusal.enter(writing)
        raise


def _refuse_unknown_parameters(request: Request, known: frozenset[str]) -> None:
    if not request.scope["query_string"]:
        return
    if b"%00" in request.scope["query_string"]:
        raise UnreadableBody("nul")
    unknown = request.query_params.keys() - known
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

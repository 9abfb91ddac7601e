"""A shorter way to a plain endpoint than FastAPI's general one, with the same answers."""

from collections.abc import Callable, Coroutine
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, TypeAlias

from fastapi import Request, Response
from fastapi._compat import ModelField
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.utils import is_body_allowed_for_status_code
from pydantic_core import PydanticUndefined

Handler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
_Taken: TypeAlias = tuple[dict[str, Any], list[Any]]


def plain_handler(route: APIRoute) -> Handler | None:
    """What answers the requests of a plain endpoint; None when the endpoint needs FastAPI's own handler.

    Plain is a coroutine with a declared answer in JSON, which asks for path and query parameters, at most one JSON
    body, the request, the response, and dependencies that are coroutines asking for no more than parameters and the
    request. All that the kit provides is so. `dependency_overrides` has no effect on a plain endpoint.
    """
    dependant, endpoint, answers = route.dependant, route.dependant.call, route.response_field
    if endpoint is None or answers is None or not _is_plain(route):
        return None
    render = _renderer(route, answers)
    response_name = dependant.response_param_name

    async def handle(request: Request) -> Response:
        arguments = await _arguments(dependant, request)
        if response_name:
            arguments[response_name] = _empty_response()
        answer = await endpoint(**arguments)
        if isinstance(answer, Response):
            return answer
        return render(answer, arguments[response_name] if response_name else None)

    return handle


def _is_plain(route: APIRoute) -> bool:
    dependant, field = route.dependant, route.body_field
    calls = [below.call for below in dependant.dependencies]
    return (
        _takes_parameters_only(dependant)
        and all(below.name and _is_plain_dependency(below) for below in dependant.dependencies)
        and len(set(calls)) == len(calls)  # FastAPI asks a dependency once for all who want it
        and (field is None or (field in dependant.body_params and not isinstance(field.field_info, Form)))
        and isinstance(route.response_class, DefaultPlaceholder)
    )


def _is_plain_dependency(dependant: Dependant) -> bool:
    asks_more = dependant.dependencies or dependant.body_params or dependant.response_param_name
    return _takes_parameters_only(dependant) and not asks_more and dependant.concurrency is None


def _takes_parameters_only(dependant: Dependant) -> bool:
    return iscoroutinefunction(dependant.call) and not (
        dependant.header_params
        or dependant.cookie_params
        or dependant.http_connection_param_name
        or dependant.websocket_param_name
        or dependant.background_tasks_param_name
        or dependant.security_scopes_param_name
    )


async def _arguments(dependant: Dependant, request: Request) -> dict[str, Any]:
    """What the endpoint is called with, but for the response.

    Raises:
        RequestValidationError: all that is wrong with parameters and body, in FastAPI's order.
    """
    arguments: dict[str, Any] = {}
    errors: list[Any] = []
    for below in dependant.dependencies:
        taken, faults = _parameters(below, request)
        errors += faults
        if below.call and below.name and not faults:
            arguments[below.name] = await below.call(**taken)
    taken, faults = _parameters(dependant, request)
    arguments |= taken
    errors += faults
    body = None
    if dependant.body_params:
        body = await request.json() if await request.body() else PydanticUndefined
        taken, faults = await _body_argument(dependant, body)
        arguments |= taken
        errors += faults
    if errors:
        raise RequestValidationError(errors, body=None if body is PydanticUndefined else body)
    return arguments


def _parameters(dependant: Dependant, request: Request) -> _Taken:
    values: dict[str, Any] = {}
    errors: list[Any] = []
    if dependant.path_params:
        values, errors = request_params_to_args(dependant.path_params, request.path_params)
    if dependant.query_params:
        taken, faults = request_params_to_args(dependant.query_params, request.query_params)
        values |= taken
        errors += faults
    if dependant.request_param_name:
        values[dependant.request_param_name] = request
    return values, errors


async def _body_argument(dependant: Dependant, body: object) -> _Taken:
    if body is PydanticUndefined:
        return await request_body_to_args(dependant.body_params, body, embed_body_fields=False)
    (field,) = dependant.body_params
    value, errors = field.validate(body, loc=("body",))
    return {field.name: value}, errors


def _renderer(route: APIRoute, field: ModelField) -> Callable[[Any, Response | None], Response]:
    to_json = partial(
        field.serialize_json,
        include=route.response_model_include,
        exclude=route.response_model_exclude,
        by_alias=route.response_model_by_alias,
        exclude_unset=route.response_model_exclude_unset,
        exclude_defaults=route.response_model_exclude_defaults,
        exclude_none=route.response_model_exclude_none,
    )

    def render(answer: object, injected: Response | None) -> Response:
        # A model is not looked into again: this only checks that the answer is of the declared class.
        value, errors = field.validate(answer, loc=("response",))
        if errors:
            raise ResponseValidationError(errors, body=answer)
        status = injected.status_code if injected else None
        response = Response(to_json(value), status or route.status_code or 200, media_type="application/json")
        if not is_body_allowed_for_status_code(response.status_code):
            response.body = b""
        if injected:
            response.raw_headers.extend(injected.raw_headers)
        return response

    return render


def _empty_response() -> Response:
    """What an endpoint sets headers and a status on; without a status, the route's holds."""
    response = Response()
    del response.headers["content-length"]
    response.status_code = None  # type: ignore[assignment]
    return response

"""Errors as people and programs meet them: RFC 9457 problem documents in three languages, with stable codes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from servicekit.conditional import ChangedMeanwhile, PreconditionRequired, Stale
from servicekit.database_failures import DatabaseBusy, DatabaseUnavailable
from servicekit.forms import NotAcceptable
from servicekit.idempotency import BadIdempotencyKey, KeyInFlight, KeyReused
from servicekit.identity import InvalidToken, IssuerUnavailable, PartyUnknown
from servicekit.languages import Translated, negotiate
from servicekit.paging import BadCursor
from servicekit.permissions import Forbidden, NotFound, Unauthenticated
from servicekit.sealing import NotSealing
from servicekit.strict_json import UnreadableBody

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 5


class Fault(BaseModel):
    """One thing that is wrong with a request: where (a JSON Pointer, or a parameter's name) and what."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """What went wrong, and what to do about it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[Fault] | None = None
    allowed_actions: list[str] | None = None
    try_after: str | None = None


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A row of the catalogue: a stable code, its status, and its texts; `detail` may name the error's fields."""

    code: str
    status: int
    title: Translated
    detail: Translated


@dataclass(frozen=True)
class Catalogue:
    """The problems that a service can answer with, and which exception means which."""

    kinds: Mapping[str, ProblemKind]
    codes: Mapping[type[Exception], str] = field(default_factory=dict)

    def __or__(self, other: "Catalogue") -> "Catalogue":
        return Catalogue({**self.kinds, **other.kinds}, {**self.codes, **other.codes})


def read_kinds(package: str, resource: str) -> dict[str, ProblemKind]:
    """The catalogue rows kept as data in a package."""
    rows = json.loads((files(package) / resource).read_text("utf-8"))
    return {
        code: ProblemKind(code, row["status"], Translated(**row["title"]), Translated(**row["detail"]))
        for code, row in rows.items()
    }


KIT = Catalogue(
    read_kinds("servicekit", "problems.json"),
    {
        BadCursor: "bad-cursor",
        BadIdempotencyKey: "bad-idempotency-key",
        ChangedMeanwhile: "changed-meanwhile",
        DatabaseBusy: "busy",
        DatabaseUnavailable: "unavailable",
        Forbidden: "forbidden",
        InvalidToken: "invalid-token",
        IssuerUnavailable: "unavailable",
        KeyInFlight: "key-in-flight",
        KeyReused: "key-reused",
        NotAcceptable: "not-acceptable",
        NotFound: "not-found",
        NotSealing: "not-sealing",
        PartyUnknown: "party-unknown",
        PreconditionRequired: "precondition-required",
        Stale: "stale",
        Unauthenticated: "unauthenticated",
        UnreadableBody: "unreadable",
    },
)
_HTTP_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "wrong-type"}


def handle_problems(app: FastAPI, catalogue: Catalogue) -> None:
    """Answer every exception that the catalogue knows, and the framework's own, with a problem document."""

    async def known(request: Request, error: Exception) -> JSONResponse:
        code = next(catalogue.codes[kind] for kind in type(error).__mro__ if kind in catalogue.codes)
        return answer(request.scope, catalogue.kinds[code], fields=_fields_of(error))

    async def malformed(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - the type that this handler is registered for
        faults = [Fault(pointer=_pointer(fault["loc"]), detail=fault["msg"]) for fault in error.errors()]
        return answer(request.scope, catalogue.kinds["invalid"], fields={"errors": faults})

    async def from_framework(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - the type that this handler is registered for
        kind = catalogue.kinds[_HTTP_CODES.get(error.status_code, "internal")]
        headers = {"Allow": _methods_at(app, request.scope)} if kind.code == "method-not-allowed" else error.headers
        return answer(request.scope, kind, headers=headers)

    for kind in catalogue.codes:
        app.add_exception_handler(kind, known)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, from_framework)


def answer(
    scope: Scope,
    kind: ProblemKind,
    *,
    fields: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The problem document for a request, in the language that it asks for.

    `fields` fill the text, and `errors`, `allowed_actions` and `try_after` among them go into the document, as does
    `instance`, where what stands for this occurrence of the problem is not the address that was asked.
    """
    fields = fields or {}
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), None)
    language = negotiate(accepted)
    problem = Problem(
        type=f"/problems/{kind.code}",
        title=getattr(kind.title, language),
        status=kind.status,
        detail=getattr(kind.detail, language).format_map(_Shown(fields)),
        instance=fields.get("instance", scope["path"]),
        code=kind.code,
        errors=fields.get("errors"),
        allowed_actions=fields.get("allowed_actions"),
        try_after=fields.get("try_after"),
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        kind.status,
        {"Content-Language": language, **_headers_for(kind.status), **(headers or {})},
        MEDIA_TYPE,
    )


def _methods_at(app: FastAPI, scope: Scope) -> str:
    """All methods that work at the request's path; the framework names only those of the first route there."""
    works = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in app.routes)
    ]
    return ", ".join(works)


class _Shown(dict[str, Any]):
    """Fields for a text; one that an error does not carry shows as a dash rather than breaking the answer."""

    def __missing__(self, key: str) -> str:
        return "–"


def _headers_for(status: int) -> dict[str, str]:
    if status == 401:  # noqa: PLR2004 - the status is the clearest name
        return {"WWW-Authenticate": 'Bearer realm="ashyq"'}
    if status in {429, 503}:
        return {"Retry-After": str(_RETRY_SECONDS)}
    return {}


def _fields_of(error: Exception) -> dict[str, Any]:
    """What an error says of itself, in plain values."""
    return {name: list(v) if isinstance(v, tuple | frozenset) else v for name, v in vars(error).items()}


def _pointer(location: tuple[str | int, ...]) -> str:
    """The place of a fault: a JSON Pointer (RFC 6901) into the body, or the parameter's name."""
    where, *path = location
    if where == "body":
        return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return ".".join(str(part) for part in path) or str(where)

"""What went wrong, as a page: in the reader's language, with what can be done about it."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from portal.api import NOT_FOUND, ApiAway, ApiProblem
from portal.forms import Forged
from portal.sessions import SESSION, TooLargeToKeep
from portal.signing_in import CannotSignIn
from portal.visits import WAITS, MustSignIn, visit_of
from servicekit.boundary import BodyTooLarge

_log = structlog.get_logger("pages")
# By which words of the texts (failure.…) and with which status each is told.
_TOLD: dict[type[Exception], tuple[str, int]] = {
    ApiAway: ("away", 503),
    BodyTooLarge: ("large", 413),
    CannotSignIn: ("signing_in", 400),
    Forged: ("forged", 403),
    TooLargeToKeep: ("signing_in", 400),
    RequestValidationError: ("nowhere", 404),
    Exception: ("ours", 500),
}
_BAD_REQUEST = 400
_UNAUTHENTICATED = 401


def show_failures(app: FastAPI) -> None:
    """Answer whatever goes wrong with a page."""
    for kind in _TOLD:
        app.add_exception_handler(kind, _tell)
    app.add_exception_handler(HTTPException, _tell_status)
    app.add_exception_handler(ApiProblem, _tell_problem)
    app.add_exception_handler(MustSignIn, _ask_who)


async def _tell(request: Request, error: Exception) -> Response:
    words, status = next(_TOLD[kind] for kind in type(error).__mro__ if kind in _TOLD)
    if isinstance(error, ApiAway | CannotSignIn):
        _log.warning("page failed", reason=str(error))
    return visit_of(request).page("failure.html", status=status, words=words, problem=None)


async def _tell_status(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else NOT_FOUND
    words = "unreadable" if status == _BAD_REQUEST else "nowhere"
    return visit_of(request).page("failure.html", status=status, words=words, problem=None)


async def _tell_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)  # noqa: S101 - the type that this handler is registered for
    visit = visit_of(request)
    if error.status == _UNAUTHENTICATED:
        answer = await _ask_who(request, error)
        answer.delete_cookie(SESSION, path="/")
        return answer
    if error.status == WAITS:
        return visit.page("waits.html", status=WAITS)
    words = "nowhere" if error.status == NOT_FOUND else "refused"
    return visit.page("failure.html", status=error.status, words=words, problem=error.problem)


async def _ask_who(request: Request, _: Exception) -> Response:
    visit = visit_of(request)
    back = visit.here if request.method == "GET" else ""
    return RedirectResponse(f"{visit.url('/sign-in')}?back={quote(back, safe='')}", 303)

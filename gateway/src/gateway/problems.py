"""What the gateway itself answers when something is wrong, and which exception means which."""

from starlette.responses import Response
from starlette.types import Scope

from gateway.limits import TooManyRequests
from gateway.pages import ServiceDown
from servicekit.boundary import BodyTooLarge
from servicekit.connection import Unreachable
from servicekit.problems import KIT, Catalogue, answer, read_kinds


class UpstreamTimeout(Exception):
    """The service did not begin to answer in time."""


OWN = Catalogue(
    read_kinds("gateway", "data/problems.json"),
    {
        BodyTooLarge: "too-large",
        ServiceDown: "unavailable",
        TooManyRequests: "too-many-requests",
        Unreachable: "unavailable",
        UpstreamTimeout: "upstream-timeout",
    },
)
PROBLEMS = KIT | OWN


def problem(scope: Scope, error: Exception) -> Response:
    """The answer to a request that met an exception, known or not."""
    code = next((PROBLEMS.codes[kind] for kind in type(error).__mro__ if kind in PROBLEMS.codes), "internal")
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyRequests) else None
    return answer(scope, PROBLEMS.kinds[code], fields=vars(error), headers=headers)

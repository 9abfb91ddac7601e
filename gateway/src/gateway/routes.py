"""Where each resource lives: the route table, as data."""

from collections.abc import Mapping

ROUTES: Mapping[str, str] = {
    "/v1/agencies": "appeals",
    "/v1/appeals": "appeals",
    "/v1/deadlines": "appeals",
    "/v1/journals/appeals": "appeals",
    "/sandbox": "sandbox",
}
_DEEPEST = max(path.count("/") for path in ROUTES)


def service_for(path: str) -> str | None:
    """The service that answers at a path: that of the longest row that begins it; None when the gateway answers."""
    parts = path.split("/", _DEEPEST + 1)
    for length in range(min(len(parts), _DEEPEST + 1), 1, -1):
        service = ROUTES.get("/".join(parts[:length]))
        if service is not None:
            return service
    return None

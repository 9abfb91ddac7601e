"""Where each resource lives: the route table, as data."""

import re
from collections.abc import Mapping
from typing import Any

# A row that names no service closes what a longer-reaching row would open: it is for services alone.
ROUTES: Mapping[str, str | None] = {
    "/v1/agencies": "appeals",
    "/v1/appeals": "appeals",
    "/v1/calendars": "appeals",
    "/v1/complaints": "appeals",
    "/v1/deadlines": "appeals",
    "/v1/kinds": "appeals",
    "/v1/leaving-grounds": "appeals",
    "/v1/journals/appeals": "appeals",
    "/v1/statistics/appeals": "appeals",
    "/v1/statistics/appeals.svg": "appeals",
    "/v1/ruling-grounds": "appeals",
    "/v1/ruling-outcomes": "appeals",
    "/v1/award-complaints": "procurement",
    "/v1/awards": "procurement",
    "/v1/bids": "procurement",
    "/v1/contracts": "procurement",
    "/v1/journals/procurement": "procurement",
    "/v1/lots": "procurement",
    "/v1/flags": "procurement",
    "/v1/overpricing": "procurement",
    "/v1/ocds": "procurement",
    "/v1/parties": "procurement",
    "/v1/pictures": "procurement",
    "/v1/plans": "procurement",
    "/v1/profiles": "procurement",
    "/v1/scoring": "procurement",
    "/v1/tenders": "procurement",
    "/v1/comments": "legal-acts",
    "/v1/draft-types": "legal-acts",
    "/v1/drafts": "legal-acts",
    "/v1/journals/legal-acts": "legal-acts",
    "/v1/opinions": "legal-acts",
    "/v1/debtors": "registry",
    "/v1/debtors/check": None,
    "/v1/journals/registry": "registry",
    "/v1/me/lookups": "registry",
    "/v1/proceedings": "registry",
    "/sandbox": "sandbox",
    # The pages, for people; of the first row only the address itself is theirs.
    "/": "portal",
    "/kk": "portal",
    "/ru": "portal",
    "/en": "portal",
    "/assets": "portal",
    "/favicon.ico": "portal",
    "/robots.txt": "portal",
    "/signed-in": "portal",
}
# Where the body of a POST is a file, which may be larger than other bodies and take longer.
FILES = (
    re.compile(r"/v1/appeals/[^/]+/attachments"),
    re.compile(r"/(kk|ru|en)/appeals/[^/]+/attachments"),
    re.compile(r"/(kk|ru|en)/verify"),
)
# Who has operations that programs call; the pages are for people.
DESCRIBED = frozenset(service for path, service in ROUTES.items() if service and path.startswith(("/v1/", "/sandbox")))
# Who keeps a journal also tells people of its entries.
HAVE_MAILBOX = frozenset(service for path, service in ROUTES.items() if service and path.startswith("/v1/journals/"))


_HERE = "/"  # no segment of a path is so called
_ROOT = "/"


def service_for(path: str) -> str | None:
    """The service that answers at a path: that of the longest row that begins it; None when the gateway answers."""
    if path == _ROOT:
        return ROUTES[_ROOT]
    found, branch = None, _TREE
    for segment in path.split("/", _DEEPEST):
        if segment not in branch:
            break
        branch = branch[segment]
        found = branch.get(_HERE, found)
    return found


def _tree() -> dict[str, Any]:
    """The table by segments, for it is walked at every request."""
    tree: dict[str, Any] = {}
    for path, service in ROUTES.items():
        if path == _ROOT:
            continue
        branch = tree
        for segment in path.split("/"):
            branch = branch.setdefault(segment, {})
        branch[_HERE] = service
    return tree


_TREE = _tree()
_DEEPEST = 1 + max(path.count("/") for path in ROUTES)

"""Conditional requests (RFC 9110, 13): entity tags of versioned objects, and what a request demands of them."""

from fastapi import Request, Response


class Stale(Exception):
    """The object has changed since the caller saw it."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the object between its being read and its being changed."""


class PreconditionRequired(Exception):
    """A replacing change must say which version of the object it replaces."""


def etag(version: int | str) -> str:
    """The strong entity tag of a version: its number, or the digest of what is shown."""
    return f'"{version}"'


def not_modified(request: Request, version: int | str) -> Response | None:
    """The 304 answer when the caller's copy is still good; a proxy may have made its tag a weak one."""
    if not _matches(request.headers.get("if-none-match"), "*", etag(version), f"W/{etag(version)}"):
        return None
    return Response(status_code=304, headers={"ETag": etag(version)})


def require_match(request: Request, version: int, *, demanded: bool = False) -> None:
    """Hold a change to the version that its If-Match names.

    Raises:
        PreconditionRequired: the header is missing and `demanded` (PUT and PATCH demand it, actions do not).
        Stale: the object has another version now.
    """
    header = request.headers.get("if-match")
    if header is None:
        if demanded:
            raise PreconditionRequired
        return
    if not _matches(header, "*", etag(version)):
        raise Stale


def _matches(header: str | None, *tags: str) -> bool:
    return header is not None and any(tag.strip() in tags for tag in header.split(","))

"""How a picture is sent: an address that ends in `.svg`, and without that ending is the data behind the picture."""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from servicekit.conditional import etag, not_modified
from servicekit.languages import Language, negotiate

_SVG = "image/svg+xml"
_ENDING = ".svg"
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {_SVG: {"schema": {"type": "string"}}}}
}
# A picture runs nothing, fetches nothing, and is nothing else than it says.
_SAFE = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}


async def _language(
    request: Request,
    language: Annotated[Language | None, Query(description="The language of names; else by Accept-Language.")] = None,
) -> Language:
    return language or negotiate(request.headers.get("accept-language"))


Speaking = Annotated[Language, Depends(_language)]


def data_of(request: Request) -> str:
    """The address of the data behind the picture that is asked for."""
    url = request.url.remove_query_params("language")
    return url.path.removesuffix(_ENDING) + (f"?{url.query}" if url.query else "")


def picture(request: Request, drawn: str, language: Language) -> Response:
    """The answer that is a picture; 304 where the caller has it already."""
    content = drawn.encode()
    version = sha256(content).hexdigest()[:32]
    headers = {
        **_SAFE,
        "ETag": etag(version),
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Link": f'<{data_of(request)}>; rel="alternate"; type="application/json"',
    }
    return not_modified(request, version) or Response(content, headers=headers, media_type=_SVG)

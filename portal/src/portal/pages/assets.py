"""Our own files: the style, the little script, the mark; nothing comes from elsewhere."""

from mimetypes import guess_type

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from portal.rendering import asset, asset_content

router = APIRouter(include_in_schema=False)


@router.get("/assets/{digest}/{name}")
async def read_asset(digest: str, name: str) -> Response:
    content = asset_content(name, digest)
    if content is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=guess_type(name)[0], headers=headers)


@router.get("/favicon.ico")
async def read_mark() -> Response:
    return RedirectResponse(asset("mark.svg"), 301)


@router.get("/robots.txt")
async def read_robots() -> Response:
    """Who files what, and who owes what, is not for search engines; what was bought, and which law is coming, is."""
    private = "".join(f"Disallow: /{each}/{room}\n" for each in ("kk", "ru", "en") for room in ("appeals", "register"))
    return Response(f"User-agent: *\n{private}", media_type="text/plain")

"""What several addresses ask alike: in which language the answer is."""

from typing import Annotated

from fastapi import Depends, Query, Request

from servicekit.languages import Language, negotiate


async def _language(
    request: Request,
    language: Annotated[Language | None, Query(description="The language of names; else by Accept-Language.")] = None,
) -> Language:
    return language or negotiate(request.headers.get("accept-language"))


Speaking = Annotated[Language, Depends(_language)]

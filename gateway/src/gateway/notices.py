"""What one was told, by all services in one list."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, ValidationError

from gateway.routes import HAVE_MAILBOX
from servicekit.identity import CurrentCaller
from servicekit.mailbox import MailboxNotice
from servicekit.paging import ListOf, Page, Paging
from servicekit.routing import Route

_PATIENCE_SECONDS = 2.0
_PASSED_ON = ("authorization", "accept-language", "x-request-id")

router = APIRouter(tags=["notices"], route_class=Route)


class GatheredNotice(MailboxNotice):
    """What one was told, and by which service."""

    service: str


class GatheredNotices(BaseModel):
    """A page of notices, newest first; `missing` names services that could not be asked for theirs."""

    items: list[GatheredNotice]
    next: str | None
    missing: list[str] = Field(description="Services that did not answer; ask again later for what they have.")


@router.get("/v1/me/notices")
async def read_notices(request: Request, caller: CurrentCaller, page: Paging) -> GatheredNotices:
    """What I was told by any service, newest first."""
    await request.state.limits.count(request.scope, caller)
    page.key(UUID)
    clients: Mapping[str, httpx.AsyncClient] = request.state.clients
    asked = sorted(HAVE_MAILBOX & clients.keys())
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    answers = await asyncio.gather(*(_ask(clients[name], page, headers) for name in asked))
    told = {name: answer for name, answer in zip(asked, answers, strict=True) if answer is not None}
    notices = [GatheredNotice(**dict(notice), service=name) for name, answer in told.items() for notice in answer.items]
    # Numbers carry their time and are unique among all services, so one key goes on in every list.
    notices.sort(key=lambda notice: notice.id, reverse=True)
    shown = notices[: page.limit]
    more = len(notices) > len(shown) or any(answer.next for answer in told.values())
    return GatheredNotices(
        items=shown,
        next=page.next_after(shown[-1].id) if more else None,
        missing=[name for name in asked if name not in told],
    )


async def _ask(client: httpx.AsyncClient, page: Page, headers: Mapping[str, str]) -> ListOf[MailboxNotice] | None:
    asked = {"limit": str(page.limit)} | ({"after": page.after} if page.after else {})
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            answer = await client.get("/v1/me/notices", params=asked, headers=headers)
        return ListOf[MailboxNotice].model_validate_json(answer.raise_for_status().content)
    except (httpx.HTTPError, TimeoutError, ValidationError):
        return None

"""The mailbox: what one was told, whether or not it could be sent anywhere else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Text, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from servicekit.database import Query, Reading, Row
from servicekit.identity import CurrentCaller
from servicekit.languages import Translated
from servicekit.paging import ListOf, Page, Paging
from servicekit.readings import addressee, is_addressed
from servicekit.routing import Route
from servicekit.tables import deliveries, notice_readings, notices
from servicekit.transactions import Read

_NEWEST = UUID(int=2**128 - 1)


class NoticeObject(BaseModel):
    """What a notice is about."""

    kind: str
    id: UUID


class NoticeDelivery(BaseModel):
    """Where a notice was sent besides the mailbox: `queued`, `delivered` at a time, or `failed` for good."""

    channel: str
    state: Literal["queued", "delivered", "failed"]
    at: datetime | None


class MailboxNotice(BaseModel):
    """What one was told."""

    id: UUID
    at: datetime
    event: str
    about: NoticeObject
    title: Translated
    text: Translated
    delivered: list[NoticeDelivery]
    available_at: Annotated[
        datetime | None, Field(description="Since when what it tells of can be read; unknown of old notices.")
    ] = None
    read_at: Annotated[datetime | None, Field(description="When its addressee first read what it is about.")] = None


def mailbox_router(service: str) -> APIRouter:
    """The mailbox of a service, at the path where the gateway shows those of all services as one."""
    router = APIRouter(prefix="/v1/me", tags=["notices"], route_class=Route)

    @router.get("/notices", name=f"read_{service.replace('-', '_')}_notices")
    async def read_notices(caller: CurrentCaller, reading: Read, page: Paging) -> ListOf[MailboxNotice]:
        """What I was told, and in office what the body was told, newest first."""
        return await _page_of(reading, page, _MINE, addressee(caller))

    return router


async def notices_about(reading: Reading, page: Page, object_id: UUID, to: tuple[str, str]) -> ListOf[MailboxNotice]:
    """What a party was told about an object, newest first: the proof of it for those who may see the object."""
    scheme, number = to
    return await _page_of(reading, page, _ABOUT, {"object_id": object_id, "scheme": scheme, "number": number})


async def _page_of(reading: Reading, page: Page, query: Query, values: Mapping[str, Any]) -> ListOf[MailboxNotice]:
    (before,) = page.key(UUID) or (_NEWEST,)
    rows = await reading.all(query, **values, before=before, limit=page.limit + 1)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[MailboxNotice](items=[_notice_of(row) for row in shown], next=more)


def _notice_of(row: Row) -> MailboxNotice:
    return MailboxNotice(
        id=row["id"],
        at=row["at"],
        event=row["event"],
        about=NoticeObject(kind=row["object_kind"], id=row["object_id"]),
        title=Translated(**row["title"]),
        text=Translated(**row["text"]),
        available_at=row["available_at"],
        read_at=row["read_at"],
        delivered=[NoticeDelivery(**delivery) for delivery in row["delivered"]],
    )


_sent = func.jsonb_build_object(
    *("channel", deliveries.c.channel), *("state", deliveries.c.state), *("at", deliveries.c.delivered_at)
)
_delivered = (
    select(func.coalesce(func.jsonb_agg(aggregate_order_by(_sent, deliveries.c.channel)), func.jsonb_build_array()))
    .where(deliveries.c.notice == notices.c.id)
    .scalar_subquery()
    .label("delivered")
)
_SHOWN = ("id", "at", "event", "object_kind", "object_id", "title", "text", "available_at")


def _newest(*conditions: ColumnElement[bool]) -> Query:
    return Query(
        select(*(notices.c[name] for name in _SHOWN), notice_readings.c.read_at, _delivered)
        .outerjoin(notice_readings, notice_readings.c.notice == notices.c.id)
        .where(*conditions, notices.c.id < bindparam("before", type_=Uuid))
        .order_by(notices.c.id.desc())
        .limit(bindparam("limit"))
    )


_MINE = _newest(is_addressed())
_ABOUT = _newest(
    notices.c.object_id == bindparam("object_id", type_=Uuid),
    notices.c.scheme == bindparam("scheme", type_=Text),
    notices.c.number == bindparam("number", type_=Text),
)

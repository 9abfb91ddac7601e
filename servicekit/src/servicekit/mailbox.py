"""The mailbox: what one was told, whether or not it could be sent anywhere else."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Text, Uuid, and_, bindparam, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from servicekit.database import Query, Row
from servicekit.identity import CurrentCaller
from servicekit.languages import Translated
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from servicekit.tables import deliveries, notices
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


def mailbox_router(service: str) -> APIRouter:
    """The mailbox of a service, at the path where the gateway shows those of all services as one."""
    router = APIRouter(prefix="/v1/me", tags=["notices"], route_class=Route)

    @router.get("/notices", name=f"read_{service.replace('-', '_')}_notices")
    async def read_notices(caller: CurrentCaller, reading: Read, page: Paging) -> ListOf[MailboxNotice]:
        """What I was told, and in office what the body was told, newest first."""
        (before,) = page.key(UUID) or (_NEWEST,)
        scheme, number = caller.party or ("", "")
        mine = {"scheme": scheme, "number": number, "agency": caller.agency or ""}
        rows = await reading.all(_NOTICES, **mine, before=before, limit=page.limit + 1)
        shown = rows[: page.limit]
        more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
        return ListOf[MailboxNotice](items=[_notice_of(row) for row in shown], next=more)

    return router


def _notice_of(row: Row) -> MailboxNotice:
    return MailboxNotice(
        id=row["id"],
        at=row["at"],
        event=row["event"],
        about=NoticeObject(kind=row["object_kind"], id=row["object_id"]),
        title=Translated(**row["title"]),
        text=Translated(**row["text"]),
        delivered=[NoticeDelivery(**delivery) for delivery in row["delivered"]],
    )


def _to(scheme: ColumnElement[str], number: str) -> ColumnElement[bool]:
    return and_(notices.c.scheme == scheme, notices.c.number == bindparam(number, type_=Text))


_sent = func.jsonb_build_object(
    *("channel", deliveries.c.channel), *("state", deliveries.c.state), *("at", deliveries.c.delivered_at)
)
_delivered = (
    select(func.coalesce(func.jsonb_agg(aggregate_order_by(_sent, deliveries.c.channel)), func.jsonb_build_array()))
    .where(deliveries.c.notice == notices.c.id)
    .scalar_subquery()
    .label("delivered")
)
_NOTICES = Query(
    select(
        *(notices.c[name] for name in ("id", "at", "event", "object_kind", "object_id", "title", "text")), _delivered
    )
    .where(or_(_to(bindparam("scheme", type_=Text), "number"), _to(literal("KZ-BIN"), "agency")))
    .where(notices.c.id < bindparam("before", type_=Uuid))
    .order_by(notices.c.id.desc())
    .limit(bindparam("limit"))
)

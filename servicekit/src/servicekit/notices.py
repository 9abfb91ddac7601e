"""What people are told: queued in the transaction of the act, so that nobody is told what did not happen.

A notice is always in its recipient's mailbox (`mailbox.py`); where there is a contact besides, it is also sent there
(`delivery.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Select, Table, Text, Uuid, bindparam, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from servicekit.database import Query, Writing
from servicekit.journal import Object
from servicekit.languages import LANGUAGES
from servicekit.tables import deliveries, notices

# Which channel serves which kind of contact.
CHANNELS = {"phone": "sms", "email": "email", "webhook": "webhook"}


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one party is told about an object.

    `to` is the party's scheme and number, `title` and `text` have a text for each language. `contact` may have a
    `phone`, an `email` and a `webhook`, and the `language` in which the party reads; without that, what is sent is in
    Kazakh and Russian.
    """

    event: str
    to: tuple[str, str]
    about: Object
    title: Mapping[str, str]
    text: Mapping[str, str]
    contact: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if not self.title.keys() == self.text.keys() == set(LANGUAGES):
            raise ValueError(f"a notice has a title and a text in each of {LANGUAGES}")


async def notify(writing: Writing, *notices: Notice, at: datetime) -> None:
    """Queue notices in the transaction of the act; `at` is its legal time."""
    if not notices:
        return
    told = [(str(uuid7()), notice) for notice in notices]
    await writing.run(
        _QUEUE,
        notices_told=[_row(notice_id, notice, at) for notice_id, notice in told],
        deliveries_due=[row for notice_id, notice in told for row in _deliveries(notice_id, notice.contact or {})],
    )


def _row(notice_id: str, notice: Notice, at: datetime) -> dict[str, Any]:
    scheme, number = notice.to
    return {
        "id": notice_id,
        "at": at.isoformat(),
        "scheme": scheme,
        "number": number,
        "event": notice.event,
        "object_kind": notice.about.kind,
        "object_id": str(notice.about.id),
        "title": dict(notice.title),
        "text": dict(notice.text),
    }


def _deliveries(notice_id: str, contact: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for kind, channel in CHANNELS.items():
        if contact.get(kind):
            yield {
                "notice": notice_id,
                "channel": channel,
                "address": contact[kind],
                "language": contact.get("language"),
            }


def _sent(parameter: str, columns: Mapping[str, Any]) -> Select[Any]:
    """Rows that are sent as one JSON array, so that one statement is enough for many."""
    rows = (
        func.jsonb_to_recordset(bindparam(parameter, type_=JSONB))
        .table_valued(*(column(name, kind) for name, kind in columns.items()))
        .render_derived(name=f"{parameter}_rows", with_types=True)
    )
    return select(*rows.c)


def _insert(table: Table, parameter: str, columns: Mapping[str, Any]) -> Any:
    return insert(table).from_select(list(columns), _sent(parameter, columns))


_NOTICE = {
    "id": Uuid,
    "at": DateTime(timezone=True),
    **dict.fromkeys(("scheme", "number", "event", "object_kind"), Text),
    "object_id": Uuid,
    "title": JSONB,
    "text": JSONB,
}
_DELIVERY = {"notice": Uuid, **dict.fromkeys(("channel", "address", "language"), Text)}
_QUEUE = Query(
    _insert(deliveries, "deliveries_due", _DELIVERY).add_cte(_insert(notices, "notices_told", _NOTICE).cte("told"))
)

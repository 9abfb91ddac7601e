"""The award of a lot put down and announced, with the protocol of its result; anew after a revision."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, func, insert, literal_column, select
from uuid_utils.compat import uuid7

from procurement.domain import award
from procurement.domain.complaint import appeal_under
from procurement.domain.evaluation import Evaluation, tiyn
from procurement.domain.ocds.parts import OURS
from procurement.domain.windows import complaint_window
from procurement.tables import awards, lots, protocols
from servicekit.database import Query, Row, Writing
from servicekit.journal import Object, record
from statute.deadlines import local


async def announce(
    writing: Writing, opened: Row, lot: Row, winner: Row | None, *, now: datetime
) -> Mapping[str, Any] | None:
    """Put down the award of a lot to the bid that won, and open its days for complaints; None where none won."""
    if winner is None:
        return None
    edge = award.transition(None, award.Action.ANNOUNCEMENT)
    row = {
        "id": uuid7(),
        "version": 1,
        "revision": 1,
        "status": edge.target,
        "source": OURS,
        "buyer_scheme": "KZ-BIN",
        "currency": "KZT",
        "tender_id": opened["id"],
        "tender_number": opened["number"],
        "lot_id": lot["id"],
        "lot_position": lot["position"],
        "lot_title": lot["title"],
        "allocated": lot["amount"],
        **{name: opened[name] for name in ("ocid", "synthetic", "method", "region", "buyer", "buyer_name")},
        **{name: lot[name] for name in ("item_code", "item_name", "quantity", "unit")},
        **awarded(opened, winner, now),
    }
    await writing.run(_ANNOUNCE, **row, searched=searched(row))
    tell(writing, opened, row, edge.event, now=now)
    return row


def awarded(opened: Mapping[str, Any], winner: Row, now: datetime) -> dict[str, Any]:
    """What an award has of the bid that won and of the day on which it did; complaints_until is None without any.

    `opened` has the tender's `published_at`, `rules` and `profile`.
    """
    window = complaint_window(now, opened["published_at"], opened["rules"])
    appeal = appeal_under(opened["rules"], local(opened["published_at"]).date(), opened["profile"])
    person = winner["scheme"] == "KZ-IIN"
    return {
        "bid_id": winner["id"],
        "supplier": winner["party_id"],
        "supplier_scheme": winner["scheme"],
        "supplier_number": None if person else winner["number"],
        "supplier_name": None if person else winner["name"],
        "amount": tiyn(winner["content"]["price"]),
        "awarded_at": now,
        "awarded_on": local(now).date(),
        "complaints_until": window.until if appeal.open else None,
        "rules": window.rule.rules,
        "rules_version": window.rule.version,
        "calendar": window.calendar,
    }


def tell(  # noqa: PLR0913 - an award is told with all of this
    writing: Writing,
    opened: Mapping[str, Any],
    row: Mapping[str, Any],
    event: str,
    *,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    role: str = "system",
) -> None:
    """Enter an award in the journal with all that makes it checkable; `facts` come besides."""
    until = row["complaints_until"]
    public = {
        "tender": row["tender_number"],
        "lot": str(row["lot_id"]),
        "bid": str(row["bid_id"]),
        "buyer": row["buyer"],
        "supplier": {"party": str(row["supplier"]), "scheme": row["supplier_scheme"], "id": row["supplier_number"]},
        "amount": row["amount"],
        "allocated": row["allocated"],
        "complaints_until": None if until is None else until.isoformat(),
        **{name: row[name] for name in ("rules", "rules_version", "calendar", "revision")},
        "profile_hash": opened["profile_hash"],
    }
    subject = Object("award", row["id"], row["version"])
    record(writing, event, subject, at=now, role=role, public=public | dict(facts or {}))


async def put_down_protocol(
    writing: Writing,
    lot: Mapping[str, Any],
    evaluation: Evaluation,
    *,
    now: datetime,
    revision: int = 1,
    complaint: UUID | None = None,
) -> None:
    """Keep the result of a lot as it was reached and stands in its row; of a thousand bids it is not sent again.

    `complaint` is the one upon which it was reached anew.
    """
    await writing.run(
        _PROTOCOL,
        id=uuid7(),
        tender_id=lot["tender_id"],
        lot_id=lot["id"],
        revision=revision,
        made_at=now,
        outcome=evaluation.outcome,
        complaint_id=complaint,
    )


def searched(row: Mapping[str, Any]) -> str:
    """All words by which an award is found."""
    named = ("tender_number", "buyer_name", "supplier_name", "item_code", "item_name")
    return "\n".join([*(row[name] or "" for name in named), *row["lot_title"].values()])


WORDS = func.to_tsvector(literal_column("'simple'::regconfig"), bindparam("searched", type_=Text))
_ANNOUNCE = Query(
    insert(awards).values(
        {name: bindparam(name) for name in set(awards.c.keys()) - {"words", "as_json"}} | {"words": WORDS}
    )
)
_columns = list(protocols.c.keys())
_sent = (bindparam(name, type_=protocols.c[name].type) if name != "result" else lots.c.result for name in _columns)
_PROTOCOL = Query(
    insert(protocols).from_select(_columns, select(*_sent).where(lots.c.id == bindparam("lot_id", type_=Uuid)))
)

"""Certificates of results put down as they are made, and published by their digest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from procurement.domain.evaluation import Evaluation
from procurement.queries.certificates import packed
from procurement.tables import certificates
from servicekit.database import Query, Writing
from servicekit.journal import Object, moment, record


async def certify(
    writing: Writing, tender_number: str, evaluations: Mapping[UUID, Evaluation], *, now: datetime, revision: int = 1
) -> None:
    """Put the certificates down as they are now, and publish the digest of each in the journal of its lot.

    The certificate of a revised result takes the place of the one before, whose digest stays in the journal.
    """
    made = {lot_id: each.certificate for lot_id, each in evaluations.items()}
    await writing.run(
        _CERTIFY,
        lots=list(made),
        digests=[each["digest"] for each in made.values()],
        contents=[packed(each) for each in made.values()],
    )
    for lot_id, each in evaluations.items():
        public = {"tender": tender_number, "outcome": each.outcome, "certificate": each.certificate["digest"]}
        subject = Object("lot", lot_id, revision)
        record(writing, "lot.evaluated", subject, at=now, role="system", public=public)


def subject_of(tender: UUID, number: str, lot: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a certificate is about."""
    return {
        "evaluated_at": moment(now),
        "lot": {"id": str(lot["id"]), "position": lot["position"]},
        "service": "procurement",
        "tender": {"id": str(tender), "number": number},
    }


_made = (
    func.unnest(
        bindparam("lots", type_=ARRAY(Uuid)),
        bindparam("digests", type_=ARRAY(Text)),
        bindparam("contents", type_=ARRAY(LargeBinary)),
    )
    .table_valued(column("lot_id", Uuid), column("digest", Text), column("content", LargeBinary))
    .render_derived(name="made")
)
_new = insert(certificates).from_select(["lot_id", "digest", "content"], select(*_made.c))
_CERTIFY = Query(
    _new.on_conflict_do_update(
        index_elements=["lot_id"], set_={name: _new.excluded[name] for name in ("digest", "content")}
    )
)

"""Money comes in, and is shared among the claimants."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from uuid_utils.compat import uuid7

from registry.commands.steps import KIND, begin, insert_row
from registry.domain.distribution import Claim, Distribution, distribute
from registry.domain.proceeding import Action
from registry.tables import distributions, proceedings
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from servicekit.steps import changing, take
from statute.money import Money


async def distribute_proceeds(
    writing: Writing, caller: Caller, row: Row, *, proceeds: Money, now: datetime
) -> dict[str, Any]:
    """Share money received from the debtor among those who still have something to get; the distribution as a row.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `begin`.
    """
    step = begin(row, caller, Action.PROCEEDS, now)
    made = distribute(proceeds.tiyn, [_owed(claim) for claim in row["claims"]])
    paid = {share.claim.id: share.paid for share in made.shares}
    claims = [{**claim, "paid_tiyn": claim["paid_tiyn"] + paid[claim["id"]]} for claim in row["claims"]]
    shares = _share_rows(made, {claim["id"]: claim for claim in claims})
    new = await take(
        writing,
        step,
        _PAY,
        {"claims": claims, "paid_tiyn": row["paid_tiyn"] + made.distributed},
        kind=KIND,
        public={name: Money(tiyn).text() for name, tiyn in _sums(made).items()},
        private={"shares": [{"claim": share["claim"], "paid": Money(share["paid"]).text()} for share in shares]},
        owner=(row["debtor_scheme"], row["debtor_id"]),
    )
    distribution = {
        "id": uuid7(),
        "proceeding": new["id"],
        "at": now,
        "proceeds_tiyn": made.proceeds,
        "surplus_tiyn": made.surplus,
        "shares": shares,
    }
    await writing.run(_DISTRIBUTE, **distribution)
    return distribution


def _owed(claim: Mapping[str, Any]) -> Claim:
    """What is still owed of a claim; an earlier date comes first where a single tiyn is to be given."""
    return Claim(
        claim["id"], claim["queue"], claim["tiyn"] - claim["paid_tiyn"], date.fromisoformat(claim["claimed_on"])
    )


def _share_rows(made: Distribution, claims: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "claim": share.claim.id,
            **{name: claims[share.claim.id][name] for name in ("scheme", "number", "name", "category", "claimed_on")},
            "queue": share.claim.queue,
            "owed": share.claim.tiyn,
            "of_queue": str(share.of_queue),
            "paid": share.paid,
            "rest": share.rest,
            "proportional": share.proportional,
        }
        for share in made.shares
    ]


def _sums(made: Distribution) -> dict[str, int]:
    return {"proceeds": made.proceeds, "distributed": made.distributed, "surplus": made.surplus}


_PAY = changing(proceedings, "claims", "paid_tiyn")
_DISTRIBUTE = Query(insert_row(distributions))

"""The call of the supplier in second place: the award is its from then on, and so is the next draft of the contract."""

from datetime import datetime

from sqlalchemy import bindparam, select

from procurement.commands.announcing import awarded, tell
from procurement.commands.awards import award_of
from procurement.commands.contracts import Terms, send_draft
from procurement.commands.revision import give_award, tender_of
from procurement.domain import award
from procurement.domain.clocks import late_fact
from procurement.domain.contract import CALLING, SECOND
from procurement.domain.runner_up import require_unsigned, runner_up
from procurement.permissions import PERMISSIONS, SIGHT, relation_to
from procurement.queries.contracts import law_of
from procurement.tables import bids, contracts, parties
from servicekit.database import Query, Row, Writing
from servicekit.identity import Caller
from statute.deadlines import local
from statute.procedures import NotAllowedNow


async def call_runner_up(writing: Writing, caller: Caller, lot: Row, terms: Terms, *, now: datetime) -> Row:
    """Give a lot to the bid in second place and send its supplier the contract; gives the draft.

    The second place was named by the result that was open to complaint, so no further days for complaints hold it.

    Raises:
        NotFound, Forbidden: the caller does not buy the lot.
        NotAllowedNow: there is no award, it has no contract yet, or it has failed, or the second was called already.
        ContractStands: the first has neither refused the contract nor evaded it.
        NoRunnerUp: several bids stand second.
        AdvanceAboveAmount: more is promised in advance than the contract is for.
        ChangedMeanwhile: the award was changed since it was read.
    """
    role = PERMISSIONS.require("call_runner_up", caller, relation_to(lot, caller), sight=SIGHT)
    held = await award_of(writing, lot, award.Action.RUNNER_UP)
    edge = award.transition(award.Status(held["status"]), award.Action.RUNNER_UP)
    before = await writing.one(_LAST, award=held["id"])
    if before is None or before["place"] == SECOND:
        raise NotAllowedNow(action=award.Action.RUNNER_UP, status=held["status"], allowed_actions=())
    require_unsigned(before)
    second = await writing.one(_BID, id=runner_up(lot["result"]))
    assert second is not None  # noqa: S101 - the result is of the lot's bids
    won = awarded(tender_of(lot), second, now) | {"complaints_until": None}
    new = await give_award(writing, held, edge.target, won | {"revision": held["revision"] + 1})
    since = local(before["ended_at"]).date()
    facts = {"place": SECOND, "contract_before": str(before["id"]), "before": before["status"]}
    late = late_fact(CALLING, since, now, law_of(before))
    tell(writing, tender_of(lot), new, edge.event, now=now, facts=facts | late, role=role)
    return await send_draft(writing, lot, new, terms, role=role, place=SECOND, since=since, now=now)


_LAST = Query(
    select(*contracts.c).where(contracts.c.award_id == bindparam("award")).order_by(contracts.c.place.desc()).limit(1)
)
_BID = Query(
    select(*bids.c, parties.c.scheme, parties.c.number, parties.c.name)
    .join(parties, parties.c.id == bids.c.party_id)
    .where(bids.c.id == bindparam("id"))
)

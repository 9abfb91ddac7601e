"""The addresses of proceedings and of the register: HTTP in, one call, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from registry import queries
from registry.commands import proceeds, receiving, register
from registry.commands import restrictions as imposing
from registry.commands.answers import enter_answer
from registry.domain.proceeding import Relation, Status
from registry.domain.search import question
from registry.permissions import relation_to
from registry.schemas.asked import (
    Bin,
    DebtorCheck,
    DebtorSearch,
    NewClosing,
    NewParty,
    NewProceeding,
    NewProceeds,
    NewRestriction,
)
from registry.schemas.debtors import CheckAnswer, Checked, RegisterEntry, SearchAnswer, answer_of, entry_of
from registry.schemas.proceedings import (
    Distribution,
    Proceeding,
    ProceedingSummary,
    distribution_of,
    proceeding_of,
    summary_of,
)
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified, require_match
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.receipts import ReceiptOf
from servicekit.routing import Route
from servicekit.transactions import Read, RestrictedRead, Write
from statute.deadlines import local
from statute.regions import Region

router = APIRouter(prefix="/v1", route_class=Route)
RECEIPTS = (
    ReceiptOf("/proceedings/{object_id}", "read_proceeding_receipt", queries.see_proceeding),
    ReceiptOf("/debtors/answers/{object_id}", "read_register_answer_receipt", queries.see_answer),
)


@router.post("/proceedings", status_code=201, tags=["proceedings"])
async def receive_proceeding(
    caller: CurrentCaller, writing: Write, now: Now, body: NewProceeding, response: Response
) -> Proceeding:
    """Put down an executive document that was received; the clock for opening runs from its receipt."""
    row = await receiving.receive_proceeding(writing, caller, _receipt(body), now=now)
    response.headers["Location"] = f"/v1/proceedings/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return proceeding_of(row, [], caller, Relation.HOLDER)


@router.get("/proceedings", tags=["proceedings"])
async def list_proceedings(
    caller: CurrentCaller,
    restricted: RestrictedRead,
    now: Now,
    page: Paging,
    status: Status | None = None,
    opening_overdue: Annotated[bool | None, Query(description="It was not opened in time.")] = None,
) -> ListOf[ProceedingSummary]:
    """The proceedings that I conduct as a bailiff, newest first."""
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_proceedings(
        restricted.reading, caller, status=status, opening_overdue=opening_overdue, after=after, limit=page.limit
    )
    shown = rows[: page.limit]
    await queries.trace_look(restricted, caller, "list_proceedings", shown, now=now)
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[ProceedingSummary](items=[summary_of(row) for row in shown], next=more)


@router.get("/proceedings/{proceeding_id}", response_model=Proceeding, tags=["proceedings"])
async def read_proceeding(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    restricted: RestrictedRead,
    now: Now,
    proceeding_id: UUID,
) -> Proceeding | Response:
    """One proceeding, for its parties and the bailiff who conducts it."""
    seen = await queries.read_proceeding(restricted.reading, caller, proceeding_id, operation="read_proceeding")
    await queries.trace_look(restricted, caller, "read_proceeding", [seen.row], now=now)
    response.headers["ETag"] = etag(seen.row["version"])
    if unchanged := not_modified(request, seen.row["version"]):
        return unchanged
    imposed = await queries.restrictions_in(restricted.reading, proceeding_id)
    return proceeding_of(seen.row, imposed, caller, seen.relation)


@router.get("/proceedings/{proceeding_id}/history", tags=["proceedings"])
async def read_proceeding_history(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, proceeding_id: UUID
) -> ListOf[HistoryEntry]:
    """Every step of a proceeding, oldest first, each with its entry in the journal."""
    seen = await queries.read_proceeding(restricted.reading, caller, proceeding_id, operation="read_proceeding_history")
    await queries.trace_look(restricted, caller, "read_proceeding_history", [seen.row], now=now)
    return await history_page(restricted.reading, proceeding_id, page)


@router.get("/proceedings/{proceeding_id}/distribution", tags=["proceedings"])
async def read_distribution(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, page: Paging, proceeding_id: UUID
) -> ListOf[Distribution]:
    """How money was shared each time that it came in, oldest first, with the whole calculation."""
    (after,) = page.key(UUID) or (None,)
    seen = await queries.read_proceeding(restricted.reading, caller, proceeding_id, operation="read_distribution")
    await queries.trace_look(restricted, caller, "read_distribution", [seen.row], now=now)
    rows = await queries.distributions_in(restricted.reading, proceeding_id, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[Distribution](items=[distribution_of(row) for row in shown], next=more)


@router.post("/proceedings/{proceeding_id}/opening", tags=["proceedings"])
async def open_proceeding(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, proceeding_id: UUID
) -> Proceeding:
    """Open a proceeding; its debtor enters the register at once. Late is late, and still opens it."""
    seen = await queries.read_proceeding(writing, caller, proceeding_id, operation="read_proceeding")
    require_match(request, seen.row["version"])
    new = await register.open_proceeding(writing, caller, seen.row, now=now)
    response.headers["ETag"] = etag(new["version"])
    return proceeding_of(new, [], caller, relation_to(new, caller))


@router.post("/proceedings/{proceeding_id}/restrictions", tags=["proceedings"])
async def restrict_debtor(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    proceeding_id: UUID,
    body: NewRestriction,
) -> Proceeding:
    """Impose a restriction on the debtor, for which the law must have the ground; closing lifts it."""
    seen = await queries.read_proceeding(writing, caller, proceeding_id, operation="read_proceeding")
    require_match(request, seen.row["version"])
    new = await imposing.restrict_debtor(writing, caller, seen.row, kind=body.kind, ground=body.ground, now=now)
    response.headers["ETag"] = etag(new["version"])
    imposed = await queries.restrictions_in(writing, proceeding_id)
    return proceeding_of(new, imposed, caller, relation_to(new, caller))


@router.post("/proceedings/{proceeding_id}/proceeds", tags=["proceedings"])
async def distribute_proceeds(
    request: Request, caller: CurrentCaller, writing: Write, now: Now, proceeding_id: UUID, body: NewProceeds
) -> Distribution:
    """Put down money received from the debtor, and share it among the claimants."""
    seen = await queries.read_proceeding(writing, caller, proceeding_id, operation="read_proceeding")
    require_match(request, seen.row["version"])
    made = await proceeds.distribute_proceeds(writing, caller, seen.row, proceeds=body.amount.money, now=now)
    return distribution_of(made)


@router.post("/proceedings/{proceeding_id}/closing", tags=["proceedings"])
async def close_proceeding(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    proceeding_id: UUID,
    body: NewClosing,
) -> Proceeding:
    """Close a proceeding; its debtor leaves the register and every restriction is lifted at once."""
    seen = await queries.read_proceeding(writing, caller, proceeding_id, operation="read_proceeding")
    require_match(request, seen.row["version"])
    new = await register.close_proceeding(writing, caller, seen.row, ground=body.ground, now=now)
    response.headers["ETag"] = etag(new["version"])
    imposed = await queries.restrictions_in(writing, proceeding_id)
    return proceeding_of(new, imposed, caller, relation_to(new, caller))


@router.post("/debtors/search", tags=["debtors"])
async def search_debtors(
    caller: CurrentCaller, restricted: RestrictedRead, now: Now, body: DebtorSearch
) -> SearchAnswer:
    """Whether somebody is a debtor now: by IIN, by BIN, or a person by name and birth date in any spelling.

    With `receipt` the answer is put on record, for a receipt that proves what the register said, and when.
    """
    asked = question(iin=body.iin, bin_=body.bin, name=body.name, birth_date=body.birth_date)
    rows = await queries.find_debtors(restricted.reading, asked)
    await queries.trace_answer(restricted, caller, "search_debtors", rows, now=now)
    answer = answer_of(rows, asked, now)
    if body.receipt:
        said = answer.model_dump(mode="json", exclude={"receipt"})
        answer.receipt = enter_answer(restricted, caller, body.question, said, now=now)
    return answer


@router.get("/debtors", tags=["debtors"])
async def list_debtors(
    _: CurrentCaller,
    reading: Read,
    page: Paging,
    bin: Bin | None = None,  # noqa: A002 - the parameter's name in the address
    name: Annotated[str | None, Query(max_length=200, description="Words of a name, in any spelling.")] = None,
    region: Region | None = None,
) -> ListOf[RegisterEntry]:
    """The open proceedings against companies, oldest first; people are never listed."""
    (after,) = page.key(UUID) or (None,)
    rows = await queries.list_companies(reading, number=bin, name=name, region=region, after=after, limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["proceeding"]) if len(rows) > page.limit else None
    return ListOf[RegisterEntry](items=[entry_of(row) for row in shown], next=more)


@router.post("/debtors/check", tags=["debtors"])
async def check_debtors(caller: CurrentCaller, restricted: RestrictedRead, now: Now, body: DebtorCheck) -> CheckAnswer:
    """Whether each of these is a debtor at this moment, without any detail; for services of the state."""
    rows = await queries.debtors_among(restricted.reading, [subject.id for subject in body.subjects])
    await queries.trace_answer(restricted, caller, "check_debtors", rows, now=now, purpose=body.purpose)
    known = {(row["debtor_scheme"], row["debtor_id"]) for row in rows}
    return CheckAnswer(
        at=local(now),
        items=[
            Checked(scheme=subject.scheme, id=subject.id, debtor=(subject.scheme, subject.id) in known)
            for subject in body.subjects
        ],
    )


def _receipt(body: NewProceeding) -> receiving.Receipt:
    return receiving.Receipt(
        region=body.region,
        document=body.document.number,
        issued_by=body.document.issued_by,
        debtor=_party(body.debtor),
        claims=[
            receiving.ClaimOf(
                claimant=_party(claim.claimant),
                category=claim.category,
                amount=claim.amount.money,
                claimed_on=claim.claimed_on,
            )
            for claim in body.claims
        ],
        received_at=body.received_at,
    )


def _party(given: NewParty) -> receiving.Party:
    return receiving.Party(scheme=given.scheme, number=given.id, name=given.name)

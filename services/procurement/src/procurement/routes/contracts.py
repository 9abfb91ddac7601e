"""The addresses of contracts and of the parties to them."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from procurement.commands import contracts as commands
from procurement.domain.contract import Status, clocks
from procurement.domain.regions import Region
from procurement.domain.tender import Method
from procurement.queries import contracts as queries
from procurement.queries.contracts import Behind, Sort
from procurement.queries.parties import read_party as party_named
from procurement.queries.suppliers import asked_for
from procurement.routes.awards import LARGEST, Supplier
from procurement.schemas.clocks import Clock, clock_of
from procurement.schemas.contracts import (
    Contract,
    ContractSummary,
    NewAmendment,
    NewReason,
    NewSum,
    Party,
    contract_of,
    contract_summary_of,
    party_of,
)
from procurement.schemas.parts import Bin, Tenge
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified, require_match
from servicekit.database import Row
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import Caller, CurrentCaller
from servicekit.paging import BadCursor, ListOf, Page, Paging, up_to
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import ALMATY, local
from statute.money import Money

router = APIRouter(prefix="/v1", tags=["contracts"], route_class=Route)

_ONE_DAY = timedelta(days=1)
Day = Annotated[date | None, Query(ge=date(1900, 1, 1), le=date(9000, 1, 1))]


async def _wanted(
    buyer: Annotated[Bin | None, Query(description="The BIN of the body that buys.")] = None,
    supplier: Supplier = None,
    award: Annotated[UUID | None, Query(description="The award that the contract follows.")] = None,
    method: Method | None = None,
    region: Region | None = None,
    since: Annotated[Day, Query(alias="from", description="Drafted on this day or later.")] = None,
    until: Annotated[Day, Query(alias="to", description="Drafted on this day or earlier.")] = None,
    least: Annotated[Tenge | None, Query(alias="min", description="At least so many tenge.")] = None,
    most: Annotated[Tenge | None, Query(alias="max", description="At most so many tenge.")] = None,
    status: Status | None = None,
    late: Annotated[bool | None, Query(description="A step was taken after its term, or none was.")] = None,
    debtor: Annotated[bool | None, Query(description="The supplier is in the register of debtors, or not.")] = None,
) -> dict[str, Any]:
    """The filters that are asked for, by the names of their conditions."""
    given = {
        "buyer": buyer,
        "award_id": award,
        "method": method,
        "region": region,
        "since": since and datetime.combine(since, time(), ALMATY),
        "before": until and datetime.combine(until + _ONE_DAY, time(), ALMATY),
        "least": None if least is None else Money.from_text(least).tiyn,
        "most": None if most is None else Money.from_text(most).tiyn,
        "status": status,
        "late": late,
        "supplier_is_debtor": debtor,
    }
    return asked_for(supplier) | {name: value for name, value in given.items() if value is not None}


@router.get("/contracts")
async def list_contracts(
    _: CurrentCaller,
    reading: Read,
    page: Paging,
    wanted: Annotated[dict[str, Any], Depends(_wanted)],
    sort: Sort = Sort.NEWEST,
) -> ListOf[ContractSummary]:
    """Contracts, newest first, or by amount."""
    rows = await queries.list_contracts(reading, wanted, sort, behind=_behind(page, sort), limit=page.limit)
    shown = rows[: page.limit]
    more = page.next_after(sort, shown[-1]["amount"], shown[-1]["id"]) if len(rows) > page.limit else None
    return ListOf[ContractSummary](items=[contract_summary_of(row) for row in shown], next=more)


@router.get("/contracts/{contract_id}", response_model=Contract)
async def read_contract(
    request: Request, response: Response, caller: CurrentCaller, reading: Read, contract_id: UUID
) -> Contract | Response:
    """One contract, with all that was entered about it."""
    row = await queries.read_contract(reading, contract_id)
    response.headers["ETag"] = etag(row["version"])
    unchanged = not_modified(request, row["version"])
    return unchanged or contract_of(row, await queries.acts_of(reading, contract_id), caller)


@router.get("/contracts/{contract_id}/clocks")
async def read_contract_clocks(
    _: CurrentCaller, reading: Read, now: Now, page: Paging, contract_id: UUID
) -> ListOf[Clock]:
    """Every term that the law gives for a contract, when it was kept, and by how many working days it was not."""
    row = await queries.read_contract(reading, contract_id)
    acts = await queries.acts_of(reading, contract_id)
    start = page.number(LARGEST) or 0
    found = clocks(row, acts, queries.law_of(row), today=local(now).date())
    shown = found[start : start + page.limit]
    more = page.next_behind(start + page.limit) if len(found) > start + page.limit else None
    return ListOf[Clock](items=[clock_of(clock, about) for about, clock in shown], next=more)


@router.get("/contracts/{contract_id}/history")
async def read_contract_history(
    _: CurrentCaller, reading: Read, page: Paging, contract_id: UUID
) -> ListOf[HistoryEntry]:
    """Every step of a contract, oldest first, each with its entry in the journal."""
    await queries.read_contract(reading, contract_id)
    return await history_page(reading, contract_id, page, private=False)


@router.post("/contracts/{contract_id}/signature")
async def sign_contract(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, contract_id: UUID
) -> Contract:
    """Sign a contract as its supplier; it is in force from now on."""
    row = await _read(request, writing, contract_id)
    new = await commands.sign_contract(writing, caller, row, now=now)
    return await _changed(writing, response, new, caller)


@router.post("/contracts/{contract_id}/refusal")
async def refuse_contract(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    contract_id: UUID,
    body: NewReason,
) -> Contract:
    """Refuse to sign a contract as its supplier."""
    row = await _read(request, writing, contract_id)
    new = await commands.refuse_contract(writing, caller, row, reason=body.reason, now=now)
    return await _changed(writing, response, new, caller)


@router.post("/contracts/{contract_id}/evasion")
async def find_evasion(
    request: Request, response: Response, caller: CurrentCaller, writing: Write, now: Now, contract_id: UUID
) -> Contract:
    """Find that the supplier has not signed a contract in its term; the next may be called from now on."""
    row = await _read(request, writing, contract_id)
    new = await commands.find_evasion(writing, caller, row, now=now)
    return await _changed(writing, response, new, caller)


@router.post("/contracts/{contract_id}/amendments")
async def amend_contract(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    contract_id: UUID,
    body: NewAmendment,
) -> Contract:
    """Enter what the parties changed; the supplier is told."""
    row = await _read(request, writing, contract_id)
    said = commands.Amendment(body.day, body.reason, body.amount.tiyn, body.deliver_by, body.text)
    new = await commands.amend_contract(writing, caller, row, said, now=now)
    return await _changed(writing, response, new, caller)


@router.post("/contracts/{contract_id}/acceptances")
async def accept_delivery(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    contract_id: UUID,
    body: NewSum,
) -> Contract:
    """Enter what was delivered and accepted; never more than the contract is for."""
    row = await _read(request, writing, contract_id)
    said = commands.Sum(body.day, body.amount.tiyn, body.text)
    new = await commands.accept_delivery(writing, caller, row, said, now=now)
    return await _changed(writing, response, new, caller)


@router.post("/contracts/{contract_id}/payments")
async def pay_contract(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    contract_id: UUID,
    body: NewSum,
) -> Contract:
    """Enter a payment; never more than was accepted, or agreed in advance."""
    row = await _read(request, writing, contract_id)
    said = commands.Sum(body.day, body.amount.tiyn, body.text)
    new = await commands.pay_contract(writing, caller, row, said, now=now)
    return await _changed(writing, response, new, caller)


@router.post("/contracts/{contract_id}/termination")
async def terminate_contract(
    request: Request,
    response: Response,
    caller: CurrentCaller,
    writing: Write,
    now: Now,
    contract_id: UUID,
    body: NewReason,
) -> Contract:
    """End a contract before it is fulfilled; the reason is public."""
    row = await _read(request, writing, contract_id)
    new = await commands.terminate_contract(writing, caller, row, reason=body.reason, now=now)
    return await _changed(writing, response, new, caller)


@router.get("/parties/{party}")
async def read_party(_: CurrentCaller, reading: Read, response: Response, party: UUID) -> Party:
    """One party: what it bid for, was awarded, delivered and was paid, and how late; of a person no number or name."""
    found = party_of(await party_named(reading, party))
    if found.scheme == "KZ-IIN":
        response.headers["X-Robots-Tag"] = "noindex"
    return found


async def _read(request: Request, writing: Write, contract_id: UUID) -> Row:
    row = await queries.read_contract(writing, contract_id)
    require_match(request, row["version"])
    return row


async def _changed(writing: Write, response: Response, row: Row, caller: Caller) -> Contract:
    response.headers["ETag"] = etag(row["version"])
    return contract_of(row, await queries.acts_of(writing, row["id"]), caller)


def _behind(page: Page, sort: Sort) -> Behind | None:
    """The key behind which the page starts.

    Raises:
        BadCursor: it is of another order.
    """
    key = page.key(str, up_to(LARGEST), UUID)
    if key is None:
        return None
    if key[0] != sort:
        raise BadCursor
    return Behind(key[1], key[2])

"""The addresses of lots: their result and their contract."""

import asyncio
from hashlib import sha256
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from procurement.commands.contracts import Terms
from procurement.commands.contracts import draft_contract as draft
from procurement.commands.runner_up import call_runner_up as call
from procurement.domain.recounting import recount_by
from procurement.queries import lots as queries
from procurement.queries.bids import bid_on
from procurement.queries.certificates import read_certificate, read_explained
from procurement.schemas.contracts import Contract, NewContract, contract_of
from procurement.schemas.lots import Lot, lot_of
from procurement.schemas.scoring import Certificate, LotResult, Recount, lot_result_of, one_explained, recount_of
from scorer import canonical, profile, would_have_won
from servicekit.clock import Now
from servicekit.conditional import etag, not_modified
from servicekit.database import Row
from servicekit.identity import Caller, CurrentCaller
from servicekit.permissions import NotFound
from servicekit.receipts import ReceiptWaits, make_receipt
from servicekit.routing import Route
from servicekit.transactions import Read, Write
from statute.deadlines import local

router = APIRouter(prefix="/v1/lots", tags=["lots"], route_class=Route)


@router.get("/{lot_id}", response_model=Lot)
async def read_lot(
    request: Request, response: Response, caller: CurrentCaller, reading: Read, now: Now, lot_id: UUID
) -> Lot | Response:
    """One lot, with its award if it has one."""
    row = await queries.read_lot(reading, caller, lot_id)
    response.headers["ETag"] = etag(_version(row))
    unchanged = not_modified(request, _version(row))
    return unchanged or lot_of(row, await bid_on(reading, caller, lot_id), caller, local(now).date())


@router.get("/{lot_id}/result")
async def read_lot_result(caller: CurrentCaller, reading: Read, lot_id: UUID, bid: UUID | None = None) -> LotResult:
    """How the bids for a lot were scored, every point with its reason, and what would have won; for one bid, or all."""
    row = await queries.read_lot(reading, caller, lot_id)
    if row["result"] is None:
        raise NotFound
    if bid is None:
        return lot_result_of(row["result"], (await read_explained(reading, lot_id))["explanation"])
    certificate = await read_certificate(reading, lot_id)
    try:
        margin = await asyncio.to_thread(would_have_won, certificate, str(bid))
    except KeyError as error:
        raise NotFound from error
    return one_explained(row["result"], margin, str(bid))


@router.get(
    "/{lot_id}/certificate",
    response_class=Response,
    responses={200: {"model": Certificate}, 202: {"model": ReceiptWaits}},
)
async def read_lot_certificate(request: Request, caller: CurrentCaller, reading: Read, lot_id: UUID) -> Response:
    """All that the result of a lot came from, with its receipt: `ashyq-verify` works it out again, on any machine."""
    lot = await queries.read_lot(reading, caller, lot_id)
    certificate = await read_explained(reading, lot_id)
    receipt = await make_receipt(request, reading, lot_id, private=False)
    if isinstance(receipt, Response):
        return receipt
    content = canonical(certificate | {"receipt": receipt})
    tag = sha256(content).hexdigest()
    name = f"{lot['tender_number']}-{lot['position']}.certificate.json"
    headers = {
        "ETag": etag(tag),
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
    }
    return not_modified(request, tag) or Response(content, headers=headers, media_type="application/json")


@router.get("/{lot_id}/recount")
async def recount_lot(
    caller: CurrentCaller,
    reading: Read,
    lot_id: UUID,
    by: Annotated[str | None, Query(alias="profile", max_length=100)] = None,
) -> Recount:
    """What would have become of the same bids by another profile, or by the published one, and who would have won."""
    lot = await queries.read_lot(reading, caller, lot_id)
    certificate = await read_certificate(reading, lot_id)
    rules = profile(by or lot["tender_profile"])
    # Of a thousand bids it takes a while, and others are not to wait for that.
    found = await asyncio.to_thread(recount_by, rules, certificate)
    return recount_of(rules, found, certificate["result"]["winner"])


@router.post("/{lot_id}/contract", status_code=201)
async def draft_contract(
    caller: CurrentCaller, writing: Write, now: Now, lot_id: UUID, response: Response, body: NewContract | None = None
) -> Contract:
    """Send the contract to the winner, once nothing holds it; it is in force when the supplier signs it."""
    lot = await queries.read_lot(writing, caller, lot_id)
    return _drafted(response, await draft(writing, caller, lot, _terms(body), now=now), caller)


@router.post("/{lot_id}/runner-up", status_code=201)
async def call_runner_up(
    caller: CurrentCaller, writing: Write, now: Now, lot_id: UUID, response: Response, body: NewContract | None = None
) -> Contract:
    """Call the supplier in second place, once the first has not signed: the lot is its, and it is sent the contract."""
    lot = await queries.read_lot(writing, caller, lot_id)
    return _drafted(response, await call(writing, caller, lot, _terms(body), now=now), caller)


def _terms(body: NewContract | None) -> Terms:
    said = body or NewContract()
    return Terms(0 if said.advance is None else said.advance.tiyn, said.deliver_by)


def _drafted(response: Response, row: Row, caller: Caller) -> Contract:
    response.headers["Location"] = f"/v1/contracts/{row['id']}"
    response.headers["ETag"] = etag(row["version"])
    return contract_of({**row, "scheme": "", "party_number": ""}, [], caller)


def _version(row: Row) -> int:
    # A lot looks different whenever its tender or its award has changed, and both only count upwards.
    return int(row["tender_version"]) + int(row["award_version"] or 0)

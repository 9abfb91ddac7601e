"""The addresses of pictures: each ends in `.svg`, and without that ending it is the data behind the picture."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from procurement.domain.pictures.concentration import SHOWN, picture_of_concentration
from procurement.domain.pictures.flow import picture_of_flow
from procurement.domain.pictures.prices import picture_of_prices
from procurement.domain.pictures.spending import MOST_MONTHS, picture_of_spending
from procurement.domain.tender import Method
from procurement.queries import pictures as queries
from procurement.queries.prices import read_price
from procurement.routes.awards import LARGEST, Wanted
from procurement.schemas.pictures import (
    Flow,
    Share,
    Spending,
    concentration_of,
    flow_of,
    price_shown,
    share_of,
    spending_of,
    spent,
    steps_of,
)
from redflags.prices import PARAMETERS
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging, up_to
from servicekit.pictures import PICTURE, Speaking, data_of, picture
from servicekit.routing import Route
from servicekit.transactions import Read

router = APIRouter(prefix="/v1", tags=["pictures"], route_class=Route)


@router.get("/pictures/spending")
async def list_spending(_: CurrentCaller, reading: Read, page: Paging, wanted: Wanted) -> ListOf[Spending]:
    """What was awarded in each month by each method, the newest month first."""
    key = page.key(str, str)
    rows = await queries.list_spending(
        reading, wanted, behind=None if key is None else (key[0], key[1]), limit=page.limit
    )
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["month"], shown[-1]["method"]) if len(rows) > page.limit else None
    return ListOf[Spending](items=[spending_of(row) for row in shown], next=more)


@router.get("/pictures/spending.svg", response_class=Response, responses=PICTURE)
async def draw_spending(
    request: Request, _: CurrentCaller, reading: Read, wanted: Wanted, language: Speaking
) -> Response:
    """A picture of what was awarded by month and method, of the newest two years."""
    rows = await queries.list_spending(reading, wanted, behind=None, limit=MOST_MONTHS * len(Method))
    return picture(request, picture_of_spending([spent(row) for row in rows], language, data_of(request)), language)


@router.get("/pictures/concentration")
async def list_concentration(_: CurrentCaller, reading: Read, page: Paging, wanted: Wanted) -> ListOf[Share]:
    """Which part of what was awarded each supplier has, the largest first."""
    key = page.key(up_to(LARGEST), str)
    rows = await queries.list_shares(
        reading, wanted, behind=None if key is None else (key[0], key[1]), limit=page.limit
    )
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["total"], shown[-1]["key"]) if len(rows) > page.limit else None
    return ListOf[Share](items=[share_of(row) for row in shown], next=more)


@router.get("/pictures/concentration.svg", response_class=Response, responses=PICTURE)
async def draw_concentration(
    request: Request, _: CurrentCaller, reading: Read, wanted: Wanted, language: Speaking
) -> Response:
    """A picture of the largest suppliers' shares, of a buyer, an item, or of all, with the index of concentration."""
    rows = await queries.list_shares(reading, wanted, behind=None, limit=SHOWN)
    asked = {"buyer_name": "buyer" in wanted, "item_name": "item" in wanted}
    named = [rows[0][name] for name, is_asked in asked.items() if rows and is_asked and rows[0][name]]
    subject = " – ".join(named) or None
    drawn = picture_of_concentration(concentration_of(rows), subject, language, data_of(request))
    return picture(request, drawn, language)


@router.get("/awards/{award_id}/price.svg", response_class=Response, responses=PICTURE)
async def draw_award_price(
    request: Request, _: CurrentCaller, reading: Read, award_id: UUID, language: Speaking
) -> Response:
    """A picture of what peers paid for a unit, with the award marked."""
    beside = await read_price(reading, award_id, PARAMETERS, most_peers=PARAMETERS.fewest_peers)
    return picture(request, picture_of_prices(price_shown(beside, language), language, data_of(request)), language)


@router.get("/contracts/{contract_id}/flow")
async def read_contract_flow(_: CurrentCaller, reading: Read, contract_id: UUID) -> Flow:
    """The steps of a contract from the plan on, with their days and sums."""
    return flow_of(await queries.read_flow(reading, contract_id))


@router.get("/contracts/{contract_id}/flow.svg", response_class=Response, responses=PICTURE)
async def draw_contract_flow(
    request: Request, _: CurrentCaller, reading: Read, contract_id: UUID, language: Speaking
) -> Response:
    """A picture of a contract's way from plan to payment."""
    flow = flow_of(await queries.read_flow(reading, contract_id))
    parties = f"{flow.buyer_name} → {flow.supplier.name or flow.supplier.party}"
    drawn = picture_of_flow(flow.number, parties, steps_of(flow), language, data_of(request))
    return picture(request, drawn, language)

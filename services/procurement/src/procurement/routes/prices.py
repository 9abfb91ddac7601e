"""The addresses of prices beside what others paid, which everybody may read."""

from uuid import UUID

from fastapi import APIRouter, Response

from procurement.queries import prices as queries
from procurement.queries.prices import By
from procurement.routes.awards import LARGEST, Wanted
from procurement.schemas.prices import (
    AwardPrice,
    OverstatementSum,
    PriceParameters,
    overstatement_sum_of,
    price_of,
    price_parameters,
)
from redflags.prices import PARAMETERS
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging, up_to
from servicekit.pictures import Speaking
from servicekit.routing import Route
from servicekit.transactions import Read

router = APIRouter(prefix="/v1", tags=["prices"], route_class=Route)

MOST_PEERS = 100


@router.get("/overpricing")
async def list_overpricing(
    response: Response, _: CurrentCaller, reading: Read, page: Paging, wanted: Wanted, language: Speaking, by: By
) -> ListOf[OverstatementSum]:
    """What awards cost above the price that three of four peers did not exceed, by a key, the most first."""
    behind = page.key(up_to(LARGEST), str)
    rows = await queries.sum_overstatement(
        reading, wanted, by, behind=None if behind is None else (behind[0], behind[1]), limit=page.limit
    )
    shown = rows[: page.limit]
    more = page.next_after(shown[-1]["overstatement"], shown[-1]["key"]) if len(rows) > page.limit else None
    response.headers["Vary"] = "Accept-Language"
    return ListOf[OverstatementSum](items=[overstatement_sum_of(row, by, language) for row in shown], next=more)


@router.get("/overpricing/parameters")
async def read_price_parameters(_: CurrentCaller) -> PriceParameters:
    """Every number and choice by which prices are compared, with its reason."""
    return price_parameters()


@router.get("/awards/{award_id}/price")
async def read_award_price(_: CurrentCaller, reading: Read, award_id: UUID) -> AwardPrice:
    """How the price of a unit stands beside what others paid for the same: numbers, peers, and by which rules."""
    return price_of(await queries.read_price(reading, award_id, PARAMETERS, most_peers=MOST_PEERS))

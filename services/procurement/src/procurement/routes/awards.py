"""The addresses of awards, which everybody may read."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from procurement.domain.award import ForeignStatus, Status
from procurement.domain.tender import ForeignMethod, Method
from procurement.queries import awards as queries
from procurement.queries.awards import Behind, By, Sort
from procurement.queries.flags import RuleCode
from procurement.queries.suppliers import asked_for
from procurement.schemas.awards import Award, AwardSum, award_sum_of
from procurement.schemas.parts import Bin, Code, Place, Tenge
from servicekit.conditional import etag, not_modified
from servicekit.feed import HistoryEntry, history_page
from servicekit.identity import CurrentCaller
from servicekit.paging import BadCursor, ListOf, Page, Paging, up_to
from servicekit.routing import Route
from servicekit.transactions import Read
from statute.deadlines import ALMATY
from statute.money import Money

router = APIRouter(prefix="/v1", tags=["awards"], route_class=Route)

_ONE_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MICROSECOND = 253_370_764_800_000_000  # the year 9999
LARGEST = 2**63 - 1
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)

Supplier = Annotated[UUID | Bin | None, Query(description="The BIN of a company, or the opaque id of any party.")]
Day = Annotated[date | None, Query(ge=_FIRST_DAY, le=_LAST_DAY)]


async def _wanted(
    buyer: Annotated[Place | None, Query(description="The BIN of the body that buys, or its id in a source.")] = None,
    supplier: Supplier = None,
    item: Annotated[Code | None, Query(description="The code of what was bought.")] = None,
    method: Method | ForeignMethod | None = None,
    region: Annotated[Place | None, Query(description="A code of ISO 3166-2, or what a source calls it.")] = None,
    source: Annotated[Code | None, Query(description="`ashyq`, or where awards were imported from.")] = None,
    ocid: Annotated[Place | None, Query(description="The OCDS id of the contracting process.")] = None,
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$", description="The code of ISO 4217.")] = None,
    since: Annotated[Day, Query(alias="from", description="Awarded on this day or later.")] = None,
    until: Annotated[Day, Query(alias="to", description="Awarded on this day or earlier.")] = None,
    least: Annotated[Tenge | None, Query(alias="min", description="At least so many tenge.")] = None,
    most: Annotated[Tenge | None, Query(alias="max", description="At most so many tenge.")] = None,
    status: Status | ForeignStatus | None = None,
    flag: Annotated[
        RuleCode | None, Query(description="A rule that stands of the award, its contract or its process.")
    ] = None,
    q: Annotated[
        str | None,
        Query(min_length=1, max_length=200, description="Words of the title, item, buyer, supplier or tender number."),
    ] = None,
) -> dict[str, Any]:
    """The filters that are asked for, by the names of their conditions."""
    given = {
        "buyer": buyer,
        "item": item,
        "method": method,
        "region": region,
        "source": source,
        "ocid": ocid,
        "currency": currency,
        "since": since and datetime.combine(since, time(), ALMATY),
        "before": until and datetime.combine(until + _ONE_DAY, time(), ALMATY),
        "least": None if least is None else Money.from_text(least).tiyn,
        "most": None if most is None else Money.from_text(most).tiyn,
        "status": status,
        "flag": flag,
        "q": q,
    }
    return asked_for(supplier) | {name: value for name, value in given.items() if value is not None}


Wanted = Annotated[dict[str, Any], Depends(_wanted)]


@router.get("/awards", response_model=ListOf[Award])
async def list_awards(
    _: CurrentCaller, reading: Read, page: Paging, wanted: Wanted, sort: Sort = Sort.NEWEST
) -> Response:
    """Who was awarded what, by whom and for how much; newest first, or by amount."""
    behind = _behind(page, sort)
    if page.whole is not None:
        return queries.all_awards(wanted, sort, page.whole, behind=behind)
    found = await queries.list_awards(reading, wanted, sort, behind=behind, limit=page.limit)
    more = b"null" if found.last is None else b'"' + _next(page, sort, found.last).encode() + b'"'
    return Response(b'{"items":[' + found.items + b'],"next":' + more + b"}", media_type="application/json")


@router.get("/awards/summary")
async def summarise_awards(_: CurrentCaller, reading: Read, page: Paging, wanted: Wanted, by: By) -> ListOf[AwardSum]:
    """How many awards and of what sum, by buyer, supplier, item, method, region or month; the largest sum first."""
    key = page.key(up_to(LARGEST), str, str)
    behind = None if key is None else (key[0], key[1], key[2])
    rows = await queries.summarise_awards(reading, wanted, by, behind=behind, limit=page.limit)
    shown = rows[: page.limit]
    last = [shown[-1][name] for name in ("total", "key", "currency")] if len(rows) > page.limit else None
    more = None if last is None else page.next_after(*last)
    return ListOf[AwardSum](items=[award_sum_of(row) for row in shown], next=more)


@router.get("/awards/{award_id}", response_model=Award)
async def read_award(request: Request, _: CurrentCaller, reading: Read, award_id: UUID) -> Response:
    """One award, in the bytes that it has in the list."""
    item, version = await queries.read_award(reading, award_id)
    return not_modified(request, version) or Response(
        item,
        headers={"ETag": etag(version), "Link": f'</v1/flags?award={award_id}>; rel="related"; title="flags"'},
        media_type="application/json",
    )


@router.get("/awards/{award_id}/history")
async def read_award_history(_: CurrentCaller, reading: Read, page: Paging, award_id: UUID) -> ListOf[HistoryEntry]:
    """Every step of an award, oldest first, each with its entry in the journal."""
    await queries.read_award(reading, award_id)
    return await history_page(reading, award_id, page)


def _behind(page: Page, sort: Sort) -> Behind | None:
    """The key behind which the page starts, which a cursor of another order does not hold.

    Raises:
        BadCursor: it holds none of this order.
    """
    key = page.key(str, _moment if sort is Sort.NEWEST else up_to(LARGEST), UUID)
    if key is None:
        return None
    if key[0] != sort:
        raise BadCursor
    return Behind(key[1], key[2])


def _next(page: Page, sort: Sort, last: Behind) -> str:
    value = last.value
    if isinstance(value, datetime):
        value = (value - _EPOCH) // timedelta(microseconds=1)
    return page.next_after(sort, value, last.id)


def _moment(text: str) -> datetime:
    return _EPOCH + timedelta(microseconds=up_to(_LAST_MICROSECOND)(text))

"""The open statistics of appeals, as data in every form and as a picture."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from appeals.domain.agencies import agency
from appeals.domain.pictures.figures import picture_of_figures
from appeals.queries.keeping import Kept
from appeals.queries.statistics import Asked, Line, appeal_figures, counted_until, days_taken
from appeals.schemas.statistics import AppealFigures, bar_of, figures_of
from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.pictures import PICTURE, Speaking, data_of, picture
from servicekit.routing import Route
from servicekit.transactions import Read
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["statistics"], route_class=Route)

_A_MONTH = "^[12][0-9]{3}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$"
_DIMENSION = "(agency|kind|month)"
Month = Annotated[str | None, Query(pattern=_A_MONTH, examples=["2026-11"])]


async def _body(
    given: Annotated[
        str | None,
        Query(alias="agency", description="Of this body alone, by its code or BIN; told apart by agency then."),
    ] = None,
) -> str | None:
    return None if given is None else agency(given).code


Body = Annotated[str | None, Depends(_body)]


async def _asked(
    now: Now,
    body: Body,
    by: Annotated[
        str | None,
        Query(
            pattern=f"^{_DIMENSION}(,{_DIMENSION}){{0,2}}$",
            examples=["agency,kind"],
            description="What to tell apart: agency, kind, month, or several, with commas. Without it: nothing.",
        ),
    ] = None,
    since: Annotated[
        Month, Query(alias="from", description="Filed in this month or later; a day stands for its month.")
    ] = None,
    until: Annotated[
        Month, Query(alias="to", description="Filed in this month or earlier; a day stands for its month.")
    ] = None,
    synthetic: Annotated[
        bool | None, Query(description="Appeals of invented people alone, or without them; without it: all.")
    ] = None,
) -> Asked:
    dimensions = by.split(",") if by else []
    if body is not None and "agency" not in dimensions:
        dimensions = ["agency", *dimensions]
    return Asked(
        by=tuple(dict.fromkeys(dimensions)),
        since=_first_day(since),
        until=_first_day(until),
        synthetic=synthetic,
        today=local(now).date(),
    )


async def _kept(request: Request) -> Kept:
    kept: Kept = request.app.state.kept
    return kept


What = Annotated[Asked, Depends(_asked)]
Held = Annotated[Kept, Depends(_kept)]


@router.get("/statistics/appeals")
async def list_appeal_figures(
    _: CurrentCaller, reading: Read, page: Paging, asked: What, body: Body, kept: Held
) -> ListOf[AppealFigures]:
    """What became of appeals, and how fast they were answered, by body, kind and month of filing."""
    after = page.key(*[str] * len(asked.by))
    lines = _of(body, await appeal_figures(reading, asked, kept), asked)
    rest = [line for line in lines if after is None or line.key > after]
    shown = rest[: page.limit]
    items = await _told(reading, asked, shown, kept)
    more = page.next_after(*shown[-1].key) if len(rest) > page.limit else None
    return ListOf[AppealFigures](items=items, next=more)


@router.get("/statistics/appeals.svg", response_class=Response, responses=PICTURE)
async def draw_appeal_figures(
    request: Request, _: CurrentCaller, reading: Read, asked: What, body: Body, language: Speaking, kept: Held
) -> Response:
    """A picture of what became of appeals: the largest lines, with the working days in which half was answered."""
    lines = _of(body, await appeal_figures(reading, asked, kept), asked)
    told = await _told(reading, asked, lines, kept)
    bars = [bar for each in told if (bar := bar_of(each, language)) is not None]
    drawn = picture_of_figures(bars, left_out=len(told) - len(bars), language=language, data_href=data_of(request))
    return picture(request, drawn, language)


def _of(body: str | None, lines: list[Line], asked: Asked) -> list[Line]:
    """The lines of one body, chosen from those of all: what is withheld depends on the others, whoever is asked for."""
    if body is None:
        return lines
    place = asked.by.index("agency")
    return [line for line in lines if line.key[place] == body]


async def _told(reading: Read, asked: Asked, lines: list[Line], kept: Kept) -> list[AppealFigures]:
    days = await days_taken(reading, asked, lines, kept)
    as_of = await counted_until(reading)
    return [figures_of(line, asked.by, days.get(line.key, (None, None)), as_of) for line in lines]


def _first_day(month: str | None) -> date | None:
    return None if month is None else date.fromisoformat(f"{month[:7]}-01")

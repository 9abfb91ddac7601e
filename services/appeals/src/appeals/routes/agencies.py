"""The state bodies that take appeals, and by when they must answer."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from appeals.domain.agencies import find_agencies
from appeals.domain.appeal import Kind
from appeals.domain.clocks import explain_clocks, set_clocks
from appeals.schemas.agencies import Agency, Deadline, agency_of, deadline_of
from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from statute.calendars import Week

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)

# Kept clear of the ends of what a date can hold, so that the local date and the day after it exist in every zone.
Moment = Annotated[
    AwareDatetime,
    Field(
        ge=datetime.min.replace(tzinfo=UTC) + timedelta(days=2), le=datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
    ),
]


@router.get("/agencies")
async def list_agencies(
    _: CurrentCaller,
    page: Paging,
    q: Annotated[
        str | None, Query(max_length=200, description="Part of a name, in any language, or of a code.")
    ] = None,
    level: Annotated[str | None, Query(description="central, region, city or district.")] = None,
) -> ListOf[Agency]:
    """The state bodies that take appeals, by code."""
    (after,) = page.key(str) or ("",)
    found = [body for body in find_agencies(q, level) if body.code > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1].code) if len(found) > page.limit else None
    return ListOf[Agency](items=[agency_of(body) for body in shown], next=more)


@router.get("/deadlines")
async def explain_deadline(
    _: CurrentCaller,
    now: Now,
    kind: Kind,
    submitted_at: Annotated[
        Moment | None, Query(description="With its offset, whose + is written %2B. Without it: now.")
    ] = None,
    week: Week = Week.FIVE,
    rules: str = "report",
) -> Deadline:
    """By when an appeal filed at a moment must be answered, day by day and by which rule."""
    clocks = set_clocks(submitted_at or now, kind, week, rules=rules)
    return deadline_of(explain_clocks(clocks), clocks.rule)

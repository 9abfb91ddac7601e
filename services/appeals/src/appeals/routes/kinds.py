"""The kinds of appeals."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from appeals.domain.kinds import kinds_on
from appeals.schemas.kinds import AppealKind, kind_of
from servicekit.clock import Now
from servicekit.identity import CurrentCaller
from servicekit.paging import ListOf, Paging
from servicekit.routing import Route
from statute.deadlines import local

router = APIRouter(prefix="/v1", tags=["appeals"], route_class=Route)


@router.get("/kinds")
async def list_kinds(
    _: CurrentCaller,
    now: Now,
    page: Paging,
    on: Annotated[date | None, Query(description="Without it: today.")] = None,
    rules: str = "report",
) -> ListOf[AppealKind]:
    """The kinds of appeals on a day: names, who files them, term, procedure and who signs; by code."""
    (after,) = page.key(str) or ("",)
    kinds = sorted(kinds_on(on or local(now).date(), rules), key=lambda each: each.row.kind)
    found = [each for each in kinds if each.row.kind > after]
    shown = found[: page.limit]
    more = page.next_after(shown[-1].row.kind) if len(found) > page.limit else None
    return ListOf[AppealKind](items=[kind_of(each) for each in shown], next=more)

"""The synthetic year from beginning to end."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from functools import partial

import httpx

from servicekit.neighbours import Neighbour
from stack.year import appeals, drafts, enforcement, tenders, whole_course
from stack.year.people import companies
from stack.year.world import ALMATY, EVENING, World

SEED = 2026
_DAYS = 365
_APPEALS, _PROCEEDINGS, _TENDERS, _DRAFTS = 700, 120, 60, 24


async def play_year(
    neighbours: Mapping[str, Neighbour], *, scale: float, progress: Callable[[float], None], seed: int = SEED
) -> bool:
    """Play the year that ended yesterday; false, when there is something already and nothing was done.

    `scale` multiplies how much happens; `progress` is told the part of the year that is over. Legal time is left at
    the present.

    Raises:
        Refused: a service did not do what was expected.
    """
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(httpx.AsyncClient(base_url=each.url, transport=each.transport))
            for name, each in neighbours.items()
        }
        today = datetime.now(ALMATY).date() - timedelta(days=1)
        first_day = today - timedelta(days=_DAYS)
        world = World(clients, seed, today)
        if (await world.get("appeals", "/v1/journals/appeals/entries?limit=1"))["items"]:
            return False
        await _prepare(world, first_day, scale)
        await world.play(lambda day: progress((day - first_day).days / _DAYS))
        await world.set_clock(datetime.now(ALMATY))
    return True


async def _prepare(world: World, first_day: date, scale: float) -> None:
    suppliers = companies(world.draw("companies"))
    await appeals.prepare(world, first_day, count=_scaled(_APPEALS, scale))
    await drafts.prepare(world, first_day, count=_scaled(_DRAFTS, scale))
    await enforcement.prepare(world, first_day, count=_scaled(_PROCEEDINGS, scale), suppliers=suppliers)
    await tenders.prepare(world, first_day, count=_scaled(_TENDERS, scale), suppliers=suppliers)
    await whole_course.prepare(world, first_day, suppliers=suppliers)
    for day in (*range(0, _DAYS, 7), _DAYS):
        for service in ("appeals", "legal-acts", "registry"):
            world.at(first_day + timedelta(days=day), EVENING, partial(world.sweep, service))


def _scaled(count: int, scale: float) -> int:
    return max(1, round(count * scale))

"""The synthetic year put into a house: before its first start, or into one that runs elsewhere."""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import uvloop
from pydantic import Field
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from servicekit.neighbours import Neighbour
from stack.composition import behind_the_gateway
from stack.place import Ground
from stack.sandbox_process import ServiceAddresses
from stack.year.play import play_year


class Addresses(ServiceAddresses):
    """Where the parts of a running house are."""

    sandbox_url: str = Field(validation_alias="ASHYQ_SANDBOX_URL")


def seed_first_start(ground: Ground, console: Console, *, scale: float = 1.0) -> bool:
    """Fill a house that nobody has used yet; false when it was filled before or is to stay empty.

    Raises:
        Refused: the services and the year do not agree.
    """
    place = ground.place
    marker = place.data / "synthetic-year"
    if place.empty or marker.exists():
        return False
    try:
        played = _with_progress(console, lambda progress: _play_here(ground, scale, progress))
    finally:
        place.clock_file.unlink(missing_ok=True)
    marker.touch()
    return played


def seed_running(addresses: Addresses, console: Console, *, scale: float) -> bool:
    """Fill a house that runs; false when there is something in it already."""
    parts = {"sandbox": Neighbour(addresses.sandbox_url), **addresses.services}
    return _with_progress(console, lambda progress: play_year(parts, scale=scale, progress=progress))


async def _play_here(ground: Ground, scale: float, progress: Callable[[float], None]) -> bool:
    _, made = behind_the_gateway(ground)
    async with AsyncExitStack() as stack:
        for part in made.values():
            await stack.enter_async_context(part)
        parts = {name: Neighbour(f"http://{name}", part.transport) for name, part in made.items()}
        return await play_year(parts, scale=scale, progress=progress)


def _with_progress(console: Console, play: Callable[[Callable[[float], None]], Coroutine[Any, Any, bool]]) -> bool:
    columns = (TextColumn("Playing a synthetic year"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("year", total=1.0)
        return uvloop.run(play(lambda part: bar.update(task, completed=part)))

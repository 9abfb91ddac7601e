"""The year's enforcement proceedings: people who owe alimony, companies that owe wages, suppliers of the state."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from stack.year.people import Company, person
from stack.year.world import AFTERNOON, MORNING, World

REGIONS = ["KZ-71", "KZ-75", "KZ-79", "KZ-19", "KZ-35", "KZ-55", "KZ-61", "KZ-63"]
_OFFICES = ("991240979283",)
_OF_PERSONS = ["alimony", "alimony", "health", "labour", "other", "other"]
_DEBTOR_EVERY = 8  # so many suppliers, one of them a debtor for most of the year


async def prepare(world: World, first_day: date, *, count: int, suppliers: Sequence[Company]) -> None:
    """Put so many proceedings on the agenda, over the days since the first."""
    draw = world.draw("bailiffs")
    bailiffs = [person(draw).claims("bailiff", agency=draw.choice(_OFFICES)) for _ in range(12)]
    days = (world.today - first_day).days
    for n in range(count):
        draw = world.draw("proceeding", n)
        day = world.working_day(first_day + timedelta(days=draw.randrange(days + 1)))
        world.at(day, MORNING, partial(_receive, world, draw.choice(bailiffs), None, draw))
    for company in suppliers[::_DEBTOR_EVERY]:
        draw = world.draw("debtor", company.bin)
        day = world.working_day(first_day + timedelta(days=draw.randrange(20)))
        world.at(day, MORNING, partial(_receive, world, draw.choice(bailiffs), company, draw))


async def _receive(world: World, bailiff: dict[str, Any], company: Company | None, draw: Random) -> None:
    debtor, claims = _against(company, draw)
    body = {
        "region": draw.choice(REGIONS),
        "document": {"number": f"2-{draw.randrange(1000, 9999)}/{world.now.year}", "issued_by": "Аудандық сот"},
        "debtor": debtor,
        "claims": claims,
    }
    received = await world.post("registry", "/v1/proceedings", bailiff, body)
    wait = draw.choice((1, 1, 2, 2, 3, 9))  # days to the opening; the last is late
    day = world.working_day(world.now.date() + timedelta(days=wait))
    keeps = company is not None
    world.at(day, MORNING, partial(_open, world, received["id"], bailiff, claims, draw, keeps=keeps))


def _against(company: Company | None, draw: Random) -> tuple[dict[str, str], list[dict[str, Any]]]:
    if company is not None:
        debtor = {"scheme": "KZ-BIN", "id": company.bin, "name": company.name}
        return debtor, [_claim("labour", draw) for _ in range(draw.randrange(1, 4))]
    who = person(draw)
    debtor = {"scheme": "KZ-IIN", "id": who.iin, "name": who.name}
    return debtor, [_claim(draw.choice(_OF_PERSONS), draw) for _ in range(draw.choice((1, 1, 2, 3)))]


def _claim(category: str, draw: Random) -> dict[str, Any]:
    claimant = person(draw)
    return {
        "claimant": {"scheme": "KZ-IIN", "id": claimant.iin, "name": claimant.name},
        "category": category,
        "amount": {"amount": f"{draw.randrange(40, 3_000) * 1000}.00"},
    }


async def _open(
    world: World, proceeding: str, bailiff: dict[str, Any], claims: list[dict[str, Any]], draw: Random, *, keeps: bool
) -> None:
    address = f"/v1/proceedings/{proceeding}"
    await world.post("registry", f"{address}/opening", bailiff)
    await world.post("registry", f"{address}/restrictions", bailiff, {"kind": "account", "ground": "security"})
    owed = sum(float(claim["amount"]["amount"]) for claim in claims)
    if not keeps and draw.random() < 0.6:  # noqa: PLR2004 - the part that pays within months
        day = world.working_day(world.now.date() + timedelta(days=draw.randrange(20, 120)))
        whole = draw.random() < 0.7  # noqa: PLR2004 - the part of those that pays all
        world.at(day, AFTERNOON, partial(_pay, world, address, bailiff, owed if whole else owed / 3, whole=whole))


async def _pay(world: World, address: str, bailiff: dict[str, Any], amount: float, *, whole: bool) -> None:
    await world.post("registry", f"{address}/proceeds", bailiff, {"amount": {"amount": f"{amount:.2f}"}})
    if whole:
        await world.post("registry", f"{address}/closing", bailiff, {"ground": "paid"})

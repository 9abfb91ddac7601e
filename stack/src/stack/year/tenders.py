"""The year's purchases in the classes and by the buyers that the report names, some of them overpriced."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any, TypeAlias

from stack.year.enforcement import REGIONS
from stack.year.people import Company, person
from stack.year.world import AFTERNOON, ALMATY, EVENING, MORNING, Refused, World
from statute.identifiers import check_digit

_Item: TypeAlias = tuple[str, str, str, str, int, tuple[int, int]]
# Code of the classifier, name in Kazakh and Russian, unit, a fair price in tenge, and the usual quantities.
_ITEMS: tuple[_Item, ...] = (
    ("17.12.14", "Кеңсе қағазы", "Бумага офисная", "пачка", 1_900, (200, 3000)),
    ("32.99.12", "Кеңсе тауарлары", "Канцелярские товары", "набор", 4_500, (50, 600)),
    ("19.20.21", "Бензин АИ-92", "Бензин АИ-92", "литр", 205, (2000, 60000)),
    ("19.20.26", "Дизель отыны", "Дизельное топливо", "литр", 295, (2000, 80000)),
    ("26.20.11", "Ноутбук", "Ноутбук", "штука", 310_000, (5, 120)),
    ("26.20.15", "Жұмыс станциясы", "Рабочая станция", "штука", 420_000, (5, 80)),
    ("10.11.11", "Сиыр еті", "Говядина", "килограмм", 3_200, (200, 6000)),
    ("10.51.11", "Сүт", "Молоко", "литр", 480, (500, 20000)),
    ("10.61.21", "Ұн", "Мука", "килограмм", 260, (500, 15000)),
)
_USUAL = 60  # how many tenders a year of the usual scale has
_BUYERS = (
    ("991240995750", "Астана қаласының Денсаулық сақтау басқармасы"),
    ("020340000017", "№ 5 мектеп-гимназия"),
    ("050440000029", "Қарағанды қаласының әкімдігі"),
    ("080540000031", "Облыстық көпбейінді аурухана"),
    ("110640000042", "№ 12 орта мектеп"),
    ("140740000054", "Түркістан ауданының әкімдігі"),
)
_CARRIED_OUT = 0.7  # the part of the contracts that are delivered and paid, if the year lasts that long
_LATEST_PAYMENT = 45  # days after the acceptance; the law gives thirty
_OVERPRICED = 0.15  # the part of the lots whose allocated price is far above the fair one
# Purchases of one item for many places at once, a lot for each, as akimats make them: at the year's beginning so many
# that later prices have peers, and in its last months again, with one place in four far above the others.
_PLACES, _PLACES_LATER = 24, 4
_EARLY_DAYS, _DAYS_BEFORE_THE_END = range(25, 45), 60  # when who owes is in the register


async def prepare(world: World, first_day: date, *, count: int, suppliers: Sequence[Company]) -> None:
    """Put so many tenders on the agenda, evenly over the days since the first, and those for many places."""
    buyers = [_buyer(world, *each) for each in _BUYERS]
    days = (world.today - first_day).days
    for n in range(count):
        draw = world.draw("tender", n)
        day = world.working_day(first_day + timedelta(days=days * n // count))
        lots = [_lot(draw, draw.choice(_ITEMS)) for _ in range(draw.choice((1, 1, 2)))]
        world.at(day, MORNING, partial(_announce, world, draw.choice(buyers), suppliers, draw, lots))
    for n, item in enumerate(_ITEMS[: max(1, len(_ITEMS) * count // _USUAL)]):
        draw = world.draw("places", n)
        early = first_day + timedelta(days=draw.choice(_EARLY_DAYS))
        late = world.today - timedelta(days=_DAYS_BEFORE_THE_END - n)
        for day, places, dear, bidders in ((early, _PLACES, 0, (1, 1, 2)), (late, _PLACES_LATER, 1, (2, 2, 3))):
            lots = [_lot(draw, item, dear=place < dear) for place in range(places)]
            buyer = draw.choice(buyers)
            world.at(world.working_day(day), MORNING, partial(_announce, world, buyer, suppliers, draw, lots, bidders))


def _buyer(world: World, number: str, name: str) -> tuple[dict[str, Any], str]:
    return person(world.draw("buyer", number)).claims("buyer", agency=_sound(number)), name


def _sound(number: str) -> str:
    """The number with its right check digit."""
    return number if (digit := check_digit(number[:11])) is None else f"{number[:11]}{digit}"


async def _announce(
    world: World,
    buyer: tuple[dict[str, Any], str],
    suppliers: Sequence[Company],
    draw: Random,
    lots: Sequence[dict[str, Any]],
    bidders: Sequence[int] = (1, 2, 3, 3, 4),
) -> None:
    claims, name = buyer
    until = datetime.combine(world.working_day(world.now.date() + timedelta(days=12)), time(15), ALMATY)
    body = {
        "title": lots[0]["title"],
        "method": "rating-point",
        "region": draw.choice(REGIONS),
        "buyer_name": name,
        "bids_until": until.isoformat(),
        "lots": lots,
    }
    tender = await world.post("procurement", "/v1/tenders", claims, body)
    address = f"/v1/tenders/{tender['id']}"
    await world.post("procurement", f"{address}/publication", claims)
    for lot in tender["lots"]:
        for supplier in draw.sample(list(suppliers), draw.choice(bidders)):
            day = world.now.date() + timedelta(days=draw.randrange(1, 11))
            bid = {"lot": lot["id"], "offer": _offer(lot, Random(f"{lot['position']}:{draw.random()}"))}  # noqa: S311
            world.at(day, AFTERNOON, partial(_bid, world, f"{address}/bids", supplier.claims("supplier"), bid))
    world.at(until.date(), EVENING, partial(world.sweep, "procurement"))
    contract_on = world.working_day(until.date() + timedelta(days=14))
    if draw.random() < 0.9:  # noqa: PLR2004 - the others take their time
        world.at(contract_on, EVENING, partial(conclude, world, [lot["id"] for lot in tender["lots"]], claims))


def _lot(draw: Random, item: _Item, *, dear: bool | None = None) -> dict[str, Any]:
    """A lot of an item, by chance far above its fair price, or as `dear` says."""
    code, kk, ru, unit, fair, (least, most) = item
    quantity = draw.randrange(least, most)
    if dear is None:
        dear = draw.random() < _OVERPRICED
    price = fair * (draw.uniform(1.6, 2.4) if dear else draw.uniform(0.95, 1.15))
    return {
        "title": {"kk": kk, "ru": ru},
        "item": {"code": code, "name": ru},
        "quantity": str(quantity),
        "unit": unit,
        "amount": {"amount": f"{price * quantity:.2f}"},
        "warranty_months": 12 if code.startswith("26") else 0,
    }


def _offer(lot: dict[str, Any], draw: Random) -> dict[str, Any]:
    allocated = float(lot["amount"]["amount"])
    income = [allocated * draw.uniform(0.5, 6) for _ in range(3)]
    return {
        "price": {"amount": f"{allocated * draw.uniform(0.78, 1.0):.2f}"},
        "experience_years": draw.randrange(15),
        "income": [{"amount": f"{each:.2f}"} for each in income],
        "taxes": [{"amount": f"{each * draw.uniform(0.01, 0.05):.2f}"} for each in income],
        "payroll": [{"amount": f"{each * draw.uniform(0.02, 0.1):.2f}"} for each in income],
        "warranty_months": lot["warranty_months"] + draw.choice((0, 0, 6, 12, 24)),
    }


async def _bid(world: World, address: str, supplier: dict[str, Any], bid: dict[str, Any]) -> None:
    try:
        await world.post("procurement", address, supplier, bid)
    except Refused as refused:
        if refused.code != "debtor":  # that is what the register of debtors is for
            raise


async def conclude(world: World, lots: Sequence[str], buyer: dict[str, Any]) -> None:
    """Conclude the contracts of the lots that have a winner and nothing that holds them; most are then carried out."""
    for lot in lots:
        found = await world.get("procurement", f"/v1/lots/{lot}", buyer)
        if not any(action["name"] == "contract" for action in found["actions"]):
            continue
        contract = await world.post("procurement", f"/v1/lots/{lot}/contract", buyer)
        place = f"/v1/contracts/{contract['id']}"
        await world.post("procurement", f"{place}/signature", _winner(found["award"]["supplier"]))
        draw = world.draw("contract", lot)
        if draw.random() < _CARRIED_OUT:
            delivered = world.working_day(world.now.date() + timedelta(days=draw.randrange(10, 40)))
            paid = world.working_day(delivered + timedelta(days=draw.randrange(3, _LATEST_PAYMENT)))
            amount = contract["amount"]
            world.at(delivered, MORNING, partial(_enter, world, f"{place}/acceptances", buyer, amount))
            world.at(paid, MORNING, partial(_enter, world, f"{place}/payments", buyer, amount))


def _winner(supplier: dict[str, Any]) -> dict[str, Any]:
    """The claims of who won, which is a company."""
    claims = {"sub": f"synthetic:winner:{supplier['id']}", "name": supplier["name"], "roles": ["supplier"]}
    number = {"scheme": supplier["scheme"], "id": supplier["id"]}
    own = {"bin": supplier["id"]} if supplier["scheme"] == "KZ-BIN" else {"party": number}
    return claims | own | {"synthetic": True}


async def _enter(world: World, address: str, buyer: dict[str, Any], amount: dict[str, str]) -> None:
    day = world.now.date().isoformat()
    await world.post("procurement", address, buyer, {"day": day, "amount": amount})

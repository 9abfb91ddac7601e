"""One purchase that takes every step: plan, discussion, a bid from abroad, a complaint, a revised result."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from stack.year.people import Company, person
from stack.year.tenders import conclude
from stack.year.world import AFTERNOON, ALMATY, EVENING, MORNING, Refused, World
from statute.identifiers import check_digit

_BUYER = "12064000007"
_BUYER_NAME = "Облыстық онкология орталығы"
_FOREIGNER: dict[str, Any] = {
    "sub": "synthetic:foreign:1",
    "name": "Blue Lantern Instruments Ltd",
    "party": {"scheme": "GB-COH", "id": "09999991"},
    "roles": ["supplier"],
    "synthetic": True,
}
_ITEM: dict[str, Any] = {
    "title": {"kk": "Микроскоп", "ru": "Микроскоп"},
    "item": {"code": "26.51.61", "name": "Микроскоп"},
    "quantity": "4",
    "unit": "штука",
    "amount": {"amount": "48000000.00"},
}
_BEGINS = 150  # days after the year's first


async def prepare(world: World, first_day: date, *, suppliers: Sequence[Company]) -> None:
    """Put the purchase on the agenda."""
    day = world.working_day(first_day + timedelta(days=_BEGINS))
    world.at(day, MORNING, partial(_plan, world, suppliers))


def _buyer(world: World) -> dict[str, Any]:
    return person(world.draw("buyer", _BUYER)).claims("buyer", agency=f"{_BUYER}{check_digit(_BUYER)}")


async def _plan(world: World, suppliers: Sequence[Company]) -> None:
    buyer, today = _buyer(world), world.now.date()
    planned = _ITEM | {"method": "rating-point", "region": "KZ-35", "month": today.month}
    body = {"year": today.year, "buyer_name": _BUYER_NAME, "items": [planned]}
    body["budget_approved_on"] = (today - timedelta(days=3)).isoformat()
    plan = await world.post("procurement", "/v1/plans", buyer, body)
    for action in ("approval", "publication"):
        await world.post("procurement", f"/v1/plans/{plan['id']}/{action}", buyer)
    item = plan["items"][0]["id"]
    world.at(world.working_day(today + timedelta(days=1)), MORNING, partial(_discuss, world, suppliers, item))


async def _discuss(world: World, suppliers: Sequence[Company], item: str) -> None:
    today = world.now.date()
    until = datetime.combine(world.working_day(today + timedelta(days=24)), time(15), ALMATY)
    body = {
        "title": _ITEM["title"],
        "method": "rating-point",
        "region": "KZ-35",
        "buyer_name": _BUYER_NAME,
        "bids_until": until.isoformat(),
        "lots": [_ITEM | {"plan_item": item, "warranty_months": 12}],
    }
    tender = await world.post("procurement", "/v1/tenders", _buyer(world), body)
    place = f"/v1/tenders/{tender['id']}"
    await world.post("procurement", f"{place}/discussion", _buyer(world))
    said = {"text": "May the manual be in English as well?", "language": "en"}
    comment = await world.post("procurement", f"{place}/discussion/comments", _FOREIGNER, said)
    published_on = world.working_day(today + timedelta(days=7))
    answer = f"{place}/discussion/comments/{comment['id']}/answer"
    world.at(published_on, MORNING, partial(_publish, world, place, answer))
    lot = tender["lots"][0]["id"]
    bid_on = world.working_day(published_on + timedelta(days=5))
    world.at(bid_on, AFTERNOON, partial(_bid, world, place, lot, suppliers))
    world.at(until.date(), EVENING, partial(world.sweep, "procurement"))
    complain_on = world.working_day(until.date() + timedelta(days=1))
    world.at(complain_on, MORNING, partial(_complain, world, lot))
    world.at(complain_on, EVENING, partial(world.sweep, "procurement"))
    world.at(
        world.working_day(until.date() + timedelta(days=20)), EVENING, partial(conclude, world, [lot], _buyer(world))
    )


async def _publish(world: World, place: str, answer: str) -> None:
    await world.post("procurement", answer, _buyer(world), {"text": "Иә, ағылшынша да болады."})
    await world.post("procurement", f"{place}/publication", _buyer(world))


async def _bid(world: World, place: str, lot: str, suppliers: Sequence[Company]) -> None:
    others = [each.claims("supplier") for each in suppliers[1:4]]
    for n, who in enumerate((*others, _FOREIGNER)):
        years = [{"amount": "90000000.00"}] * 3
        offer = {
            "price": {"amount": f"{40_000_000 + 1_000_000 * n}.00"},
            "experience_years": 8,
            "income": years,
            "taxes": [{"amount": "3000000.00"}] * 3,
            "payroll": [{"amount": "7000000.00"}] * 3,
            "warranty_months": 36,
            "declared": {"state_owned": False},
        }
        try:
            await world.post("procurement", f"{place}/bids", who, {"lot": lot, "offer": offer})
        except Refused as refused:
            if refused.code != "debtor":
                raise


async def _complain(world: World, lot: str) -> None:
    """The supplier from abroad complains, and the ruling bars the winner; without another winner there is no cause."""
    award = (await world.get("procurement", f"/v1/lots/{lot}"))["award"]
    if award is None or award["supplier"]["scheme"] == _FOREIGNER["party"]["scheme"]:
        return
    place = f"/v1/lots/{lot}/complaints"
    said = {"grounds": ["wrongly_admitted"], "text": "The winner's experience is not confirmed.", "language": "en"}
    complaint = await world.post("procurement", place, _FOREIGNER, said)
    auditor = person(world.draw("auditor", lot)).claims("auditor")
    order = {"bid": award["bid"], "treatment": "bar", "reason": "Тәжірибе расталмаған"}
    ruling = {"outcome": "upheld", "remedy": "revision", "reason": "Тізілімде растау жоқ.", "orders": [order]}
    await world.post("procurement", f"{place}/{complaint['id']}/decision", auditor, ruling)

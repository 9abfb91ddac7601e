"""Annual plans: made, approved, published and changed by their buyer; and the tenders that carry them out."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Act = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def act(client: httpx.AsyncClient, people: People) -> Act:
    """Lets somebody do something with a plan."""

    async def send(who: str, plan: dict[str, Any], action: str, **body: Any) -> httpx.Response:
        return await client.post(f"/v1/plans/{plan['id']}/{action}", json=body or None, headers=people[who])

    return send


@pytest.fixture
def item(budget: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An item of a plan, with fields of one's own."""
    return lambda **fields: budget()["items"][0] | fields


async def test_a_plan_is_its_buyers_alone_until_it_is_published(
    plan: Do, act: Act, client: httpx.AsyncClient, people: People, look: Look
) -> None:
    made = await plan()
    address = f"/v1/plans/{made['id']}"
    assert [each["name"] for each in made["actions"]] == ["approval"]
    for who in ("nobody", "other buyer", "auditor"):
        assert (await client.get(address, headers=people[who])).status_code == 404
        assert (await look(who, "/v1/plans"))["items"] == []
    assert (await act("other buyer", made, "approval")).status_code == 404
    early = await act("buyer", made, "publication")
    assert (early.json()["code"], early.json()["allowed_actions"]) == ("not-allowed-now", ["approval"])
    assert (await act("buyer", made, "approval")).json()["status"] == "approved"
    published = (await act("buyer", made, "publication")).json()
    assert (published["status"], published["amount"]["amount"]) == ("published", "5000000.00")
    seen = await look("nobody", address)
    assert seen["items"] == published["items"]
    assert [each["id"] for each in (await look("nobody", "/v1/plans", year=2026))["items"]] == [made["id"]]
    assert (await look("nobody", "/v1/plans", year=2027))["items"] == []
    events = [each["event"] for each in (await look("nobody", f"{address}/history"))["items"]]
    assert events == ["plan.created", "plan.approved", "plan.published"]


async def test_a_plan_that_comes_late_is_taken_and_says_so(plan: Do, act: Act, look: Look, go_to: GoTo) -> None:
    made = await plan(budget_approved_on="2026-11-02")
    [approval] = made["clocks"]
    assert (approval["matter"], approval["due_on"], approval["state"], approval["late_by"]) == (
        "procurement.plan_approval", "2026-11-16", "overdue", 5,
    )  # fmt: skip
    assert "art. 6(2)" in approval["basis"]["source"]
    await act("buyer", made, "approval")
    go_to("2026-11-30T10:00")
    await act("buyer", made, "publication")
    clocks = (await look("nobody", f"/v1/plans/{made['id']}"))["clocks"]
    assert [(each["state"], each["done_on"], each["late_by"]) for each in clocks] == [
        ("late", "2026-11-23", 5), ("kept", "2026-11-30", 0),
    ]  # fmt: skip
    approved = (await look("nobody", f"/v1/plans/{made['id']}/history"))["items"][1]
    assert (approved["data"]["late"]["due_on"], approved["data"]["late"]["late_by"]) == ("2026-11-16", 5)


async def test_a_change_is_in_force_when_it_is_published_and_comes_twice_a_month(
    plan: Do, act: Act, look: Look, go_to: GoTo, item: Callable[..., dict[str, Any]]
) -> None:
    made = await plan(published=True)
    old = made["items"][0]["id"]
    changed = await act("buyer", made, "changes", reason="Бюджет нақтыланды", add=[item(month=12)], remove=[old])
    assert (changed.status_code, changed.json()["status"]) == (200, "changed")
    assert [each["removed_by"] for each in changed.json()["items"]] == [1, None]
    public = await look("nobody", f"/v1/plans/{made['id']}")
    assert [(each["id"], each["removed_by"]) for each in public["items"]] == [(old, None)]
    again = await act("buyer", made, "changes", reason="?", remove=[old])
    assert again.json()["code"] == "not-allowed-now"
    go_to("2026-11-25T10:00")
    published = (await act("buyer", made, "publication")).json()
    assert [(each["month"], each["removed_by"]) for each in published["items"]] == [(11, 1), (12, None)]
    assert (await act("buyer", made, "changes", reason="?", add=[item()])).status_code == 200
    await act("buyer", made, "publication")
    third = await act("buyer", made, "changes", reason="?", add=[item()])
    assert (third.status_code, third.json()["code"]) == (409, "too-many-plan-changes")
    assert third.json()["try_after"] == "2026-12-01"
    go_to("2026-12-01T09:00")
    assert (await act("buyer", made, "changes", reason="?", add=[item()])).status_code == 200
    go_to("2026-12-10T09:00")
    late = (await act("buyer", made, "publication")).json()["clocks"][-1]
    assert (late["matter"], late["state"], late["late_by"]) == ("procurement.plan_change_publication", "late", 2)


async def test_a_lot_carries_out_an_item_and_takes_no_more_than_it_has(
    *, plan: Do, act: Act, prepare: Do, planning: Callable[..., Any], client: httpx.AsyncClient, people: People
) -> None:  # fmt: skip
    made = await plan(published=True)
    item = made["items"][0]["id"]
    [lot] = planning()["lots"]
    tender = await prepare(lots=[lot | {"plan_item": item}, lot | {"plan_item": item}])
    assert (tender["planning"]["planned"], tender["lots"][0]["plan_item"]) == (True, item)
    body = planning(lots=[lot | {"plan_item": item, "amount": {"amount": "3000000.01"}}])
    more = await client.post("/v1/tenders", json=body, headers=people["buyer"])
    assert (more.status_code, more.json()["code"]) == (409, "above-plan")
    assert "5000000.00" in more.json()["detail"]
    other = await client.post("/v1/tenders", json=body, headers=people["other buyer"])
    assert (other.status_code, other.json()["code"]) == (422, "unknown-plan-item")
    held = await act("buyer", made, "changes", reason="?", remove=[item])
    assert (held.status_code, held.json()["code"]) == (409, "plan-item-in-use")
    address = f"/v1/tenders/{tender['id']}"
    await client.post(f"{address}/cancellation", json={"reason": "?"}, headers=people["buyer"])
    assert (await client.post("/v1/tenders", json=body, headers=people["buyer"])).status_code == 201


async def test_a_purchase_outside_the_plan_says_so_and_on_what_ground(publish: Do, look: Look) -> None:
    bare = (await publish())["planning"]
    assert (bare["planned"], bare["exempt"], bare["words"]) == (False, None, None)
    assert "art. 6(8)" in bare["source"]
    tender = await publish(unplanned="emergency")
    exempt = (await look("nobody", f"/v1/tenders/{tender['id']}"))["planning"]
    assert (exempt["planned"], exempt["exempt"], exempt["words"].keys()) == (False, "emergency", {"kk", "ru", "en"})
    assert "16(3)(3)" in exempt["source"]
    published = (await look("nobody", f"/v1/tenders/{tender['id']}/history"))["items"][-1]["data"]
    assert (published["planned"], published["unplanned"]) == (False, "emergency")


async def test_the_clocks_of_a_tender_tell_every_term_and_what_was_late(
    *, award: Do, look: Look, go_to: GoTo, registry: Any, publish: Do, bid: Do, sweep: Do, client: httpx.AsyncClient,
    prepare: Do,
) -> None:  # fmt: skip
    lot = await award()
    address = f"/v1/tenders/{lot['tender']['id']}/clocks"
    clocks = (await look("nobody", address))["items"]
    assert [(each["matter"], each["state"], each["due_on"]) for each in clocks] == [
        ("procurement.bid_window", "kept", "2026-11-26"),
        ("procurement.results", "kept", "2026-12-01"),
        ("procurement.complaint_window", "running", "2026-12-03"),
    ]
    assert [each["about"] for each in clocks] == [lot["tender"]["id"]] * 2 + [lot["award"]["id"]]
    page = await look("nobody", address, limit=2)
    assert [each["matter"] for each in (await look("nobody", page["next"]))["items"]] == [clocks[2]["matter"]]
    go_to("2026-11-23T10:00")
    waiting = await publish()
    await bid("supplier", waiting)
    registry.silent = True
    go_to("2026-11-26T18:01")
    await sweep()
    go_to("2026-12-03T10:00")
    registry.silent = False
    await sweep()
    results = (await look("nobody", f"/v1/tenders/{waiting['id']}/clocks"))["items"][1]
    assert (results["state"], results["late_by"]) == ("late", 2)
    evaluated = (await look("nobody", f"/v1/tenders/{waiting['id']}/history"))["items"][-1]
    assert (evaluated["event"], evaluated["data"]["late"]["late_by"]) == ("tender.evaluated", 2)
    draft = await prepare(bids_until="2026-12-30T10:00:00+05:00")
    assert (await client.get(f"/v1/tenders/{draft['id']}/clocks")).status_code == 404

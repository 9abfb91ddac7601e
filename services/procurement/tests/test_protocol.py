"""Protocols: who bid what when, what came of every bid, when it was due, and the act in the journal."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]


async def test_the_protocols_tell_the_opening_and_every_result(
    *, client: httpx.AsyncClient, publish: Do, bid: Do, look: Look, go_to: GoTo, run_sweeps: Sweeps,
    registry: Any,
) -> None:  # fmt: skip
    tender = await publish()
    address = f"/v1/tenders/{tender['id']}/protocol"
    prices = {"supplier": "800000", "rival": "850000", "trader": "900000"}
    bids = {who: (await bid(who, tender, price))["id"] for who, price in prices.items()}
    assert (await client.get(address)).status_code == 404
    registry.silent = True
    go_to("2026-11-26T18:00:01")
    await run_sweeps()
    early = await look("nobody", address)
    assert early["results"] == []
    assert [(each["bid"], each["price"]["amount"]) for each in early["opening"]["bids"]] == [
        (bids["supplier"], "800000.00"), (bids["rival"], "850000.00"), (bids["trader"], "900000.00"),
    ]  # fmt: skip
    assert early["opening"]["bids"][2]["supplier"]["id"] is None  # a natural person
    registry.silent = False
    registry.debtors = {"150340962116"}
    go_to("2026-12-02T10:00")
    await run_sweeps()
    protocol = await look("nobody", address)
    [result] = protocol["results"]
    assert (result["winner"], result["runner_up"], result["outcome"]) == (bids["rival"], bids["trader"], "awarded")
    assert (result["clock"]["due_on"], result["clock"]["late_by"]) == ("2026-12-01", 1)
    by_bid = {each["bid"]: each for each in result["bids"]}
    refused = by_bid[bids["supplier"]]["refused"]
    assert (refused["reason"], refused["evidence"]) == ("debtor", {"register": "debtors"})
    assert by_bid[bids["rival"]]["ranked"]["place"] == 1
    assert by_bid[bids["rival"]]["ranked"]["points"]
    assert {each["bar"] for each in by_bid[bids["rival"]]["checks"]} >= {"debtor", "subcontracting"}
    events = {
        each["id"]: each["event"]
        for each in (await look("nobody", "/v1/journals/procurement/entries", limit=100))["items"]
    }
    assert (events[protocol["opening"]["entry"]], events[result["entry"]]) == ("tender.opened", "lot.evaluated")


async def test_a_revised_result_has_a_protocol_of_its_own_beside_the_first(
    *, client: httpx.AsyncClient, people: People, award: Do, look: Look, run_sweeps: Sweeps
) -> None:
    lot = await award({"supplier": "800000", "rival": "850000"})
    body = {"text": "?", "language": "kk", "grounds": ["wrongly_admitted"]}
    place = f"/v1/lots/{lot['id']}/complaints"
    complaint = (await client.post(place, json=body, headers=people["rival"])).json()
    order = {"bid": lot["award"]["bid"], "treatment": "bar", "reason": "Тәжірибе расталмаған"}
    ruling = {"outcome": "upheld", "reason": "!", "remedy": "revision", "orders": [order]}
    await client.post(f"{place}/{complaint['id']}/decision", json=ruling, headers=people["auditor"])
    await run_sweeps()
    first, second = (await look("nobody", f"/v1/tenders/{lot['tender']['id']}/protocol"))["results"]
    assert (first["revision"], first["winner"], first["complaint"]) == (1, order["bid"], None)
    assert (second["revision"], second["complaint"], second["orders"]) == (2, complaint["id"], [order])
    assert second["winner"] not in {None, first["winner"]}
    assert second["clock"]["matter"] == "procurement.revision"
    assert second["entry"] not in {None, first["entry"]}

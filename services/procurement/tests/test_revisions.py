"""Complaints whose ruling has the lot evaluated again; grounds, reviewers, and results that take no complaint."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from verifier.certificates import verify_certificate
from verifier.signing import fast_verify

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]
File = Callable[..., Awaitable[Any]]

BIDS = {"supplier": "800000", "rival": "850000", "trader": "900000"}


@pytest.fixture
def complain(client: httpx.AsyncClient, people: People) -> File:
    """Lets somebody complain about a lot; the complaint."""

    async def send(who: str, lot: dict[str, Any], **fields: Any) -> Any:
        body = {"text": "?", "language": "kk", "grounds": ["wrongly_admitted"]} | fields
        return (await client.post(f"/v1/lots/{lot['id']}/complaints", json=body, headers=people[who])).json()

    return send


@pytest.fixture
def rule(client: httpx.AsyncClient, people: People) -> File:
    """Lets an auditor, or somebody else, decide a complaint; the answer."""

    async def send(lot: dict[str, Any], complaint: dict[str, Any], who: str = "auditor", **fields: Any) -> Any:
        address = f"/v1/lots/{lot['id']}/complaints/{complaint['id']}/decision"
        body = {"outcome": "upheld", "reason": "Тексеру растады."} | fields
        return await client.post(address, json=body, headers=people[who])

    return send


@pytest.fixture
def bids_of(look: Look) -> Callable[[dict[str, Any]], Awaitable[dict[str, str]]]:
    """The bids for a lot: the id of each by its price."""

    async def read(lot: dict[str, Any]) -> dict[str, str]:
        found = (await look("nobody", f"/v1/tenders/{lot['tender']['id']}/bids"))["items"]
        return {each["offer"]["price"]["amount"]: each["id"] for each in found}

    return read


@pytest.fixture
def certified(client: httpx.AsyncClient) -> Callable[[str], Awaitable[Any]]:
    """Works the certificate of a lot out again, once its digest is sealed."""

    async def download(place: str) -> Any:
        answer = await client.get(f"{place}/certificate")
        while answer.status_code == 202:
            await asyncio.sleep(0.02)
            answer = await client.get(f"{place}/certificate")
        return verify_certificate(answer.content, None, fast_verify)

    return download


async def test_a_ruling_has_the_lot_evaluated_again_and_the_next_best_wins(
    *,
    award: Do,
    complain: File,
    rule: File,
    look: Look,
    go_to: GoTo,
    run_sweeps: Sweeps,
    bids_of: Any,
    certified: Callable[[str], Awaitable[Any]],
) -> None:
    lot = await award(BIDS)
    place = f"/v1/lots/{lot['id']}"
    bids = await bids_of(lot)
    complaint = await complain("rival", lot)
    assert (complaint["grounds"], complaint["revision"]) == (["wrongly_admitted"], 1)
    order = {"bid": bids["800000.00"], "treatment": "bar", "reason": "Тәжірибе расталмаған"}
    go_to("2026-11-30T10:00")
    decided = await rule(lot, complaint, remedy="revision", orders=[order])
    assert (decided.status_code, decided.json()["orders"]) == (200, [order])
    assert (await look("nobody", place))["award"]["status"] == "under_revision"
    assert (await run_sweeps())["revise-awards"] == 1
    revised = await look("nobody", place)
    assert (revised["award"]["bid"], revised["award"]["status"]) == (bids["850000.00"], "announced")
    assert (revised["award"]["id"], revised["award"]["revision"]) == (lot["award"]["id"], 2)
    assert (revised["award"]["amount"]["amount"], revised["award"]["complaints_until"]) == ("850000.00", "2026-12-07")
    [refused] = (await look("nobody", f"{place}/result"))["refused"]
    assert (refused["bid"], refused["reason"]) == (bids["800000.00"], "ruling")
    assert refused["evidence"] == {"complaint": complaint["id"], "reason": order["reason"]}
    listed = (await look("nobody", "/v1/awards"))["items"]
    assert [(each["amount"]["amount"], each["supplier"]["id"]) for each in listed] == [("850000.00", "180940974038")]
    assert (await look("nobody", f"/v1/bids/{bids['800000.00']}"))["refusal"] == "ruling"
    found = await certified(place)
    assert (found.winner, found.barred) == (bids["850000.00"], 1)
    events = [each["event"] for each in (await look("nobody", f"/v1/awards/{lot['award']['id']}/history"))["items"]]
    assert events == ["award.announced", "award.suspended", "award.revision_ordered", "award.revised"]
    told = [each["event"] for each in (await look("supplier", "/v1/me/notices"))["items"]]
    assert told == ["award.revised", "award.won"]
    # The revised result is a result: the days for complaints begin anew, and whoever complained before may again.
    assert (await complain("supplier", lot))["revision"] == 2
    assert (await complain("rival", lot))["revision"] == 2


async def test_a_bid_that_was_wrongly_refused_is_admitted_and_wins(
    *, complain: File, rule: File, look: Look, registry: Any, run_sweeps: Sweeps, publish: Do, bid: Do,
    go_to: GoTo, bids_of: Any,
) -> None:  # fmt: skip
    tender = await publish()
    for who, price in BIDS.items():
        await bid(who, tender, price)
    registry.debtors = {"150340962116"}
    go_to("2026-11-26T18:00:01")
    await run_sweeps()
    lot = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
    bids = await bids_of(lot)
    assert lot["award"]["bid"] == bids["850000.00"]
    complaint = await complain("supplier", lot, grounds=["wrongly_refused"])
    order = {"bid": bids["800000.00"], "treatment": "admit", "reason": "Борыш өтелген"}
    assert (await rule(lot, complaint, outcome="partly_upheld", remedy="revision", orders=[order])).status_code == 200
    await run_sweeps()
    assert (await look("nobody", f"/v1/lots/{lot['id']}"))["award"]["bid"] == bids["800000.00"]
    assert (await look("nobody", f"/v1/lots/{lot['id']}/result"))["refused"] == []
    assert (await look("nobody", f"/v1/lots/{lot['id']}/complaints"))["items"][0]["status"] == "partly_upheld"


async def test_where_nobody_is_left_the_award_falls(
    *, award: Do, complain: File, rule: File, look: Look, run_sweeps: Sweeps, bids_of: Any
) -> None:
    lot = await award({"supplier": "800000"})
    complaint = await complain("supplier", lot)
    [only] = (await bids_of(lot)).values()
    orders = [{"bid": only, "treatment": "bar", "reason": "?"}]
    await rule(lot, complaint, remedy="revision", orders=orders)
    await run_sweeps()
    after = await look("nobody", f"/v1/lots/{lot['id']}")
    assert (after["outcome"], after["award"]["status"]) == ("none_admitted", "cancelled")
    assert after["award"]["revision"] == 2


async def test_a_late_decision_and_a_late_revision_are_facts(
    *, award: Do, complain: File, rule: File, look: Look, go_to: GoTo, run_sweeps: Sweeps, bids_of: Any
) -> None:
    lot = await award(BIDS)
    complaint = await complain("rival", lot)
    orders = [{"bid": (await bids_of(lot))["800000.00"], "treatment": "bar", "reason": "?"}]
    go_to("2026-12-10T10:00")  # the window closed on the 3rd, so the 8th was the last day
    assert (await rule(lot, complaint, remedy="revision", orders=orders)).status_code == 200
    go_to("2026-12-15T10:00")
    await run_sweeps()
    clocks = {
        each["matter"]: each for each in (await look("nobody", f"/v1/tenders/{lot['tender']['id']}/clocks"))["items"]
    }
    decision, revision = clocks["procurement.complaint_decision"], clocks["procurement.revision"]
    assert (decision["due_on"], decision["late_by"], decision["about"]) == ("2026-12-08", 2, complaint["id"])
    assert (revision["due_on"], revision["late_by"]) == ("2026-12-14", 1)
    revised = (await look("nobody", f"/v1/awards/{lot['award']['id']}/history"))["items"][-1]
    assert revised["data"]["late"]["late_by"] == 1


async def test_a_malformed_complaint_goes_back_and_may_come_again(
    award: Do, complain: File, rule: File, look: Look, client: httpx.AsyncClient, people: People
) -> None:
    lot = await award()
    place = f"/v1/lots/{lot['id']}"
    first = await complain("rival", lot)
    assert (await rule(lot, first, outcome="returned", reason="Негізі жоқ")).json()["status"] == "returned"
    assert (await look("nobody", place))["award"]["status"] == "announced"
    second = await complain("rival", lot)
    address = f"{place}/complaints/{second['id']}/withdrawal"
    assert (await client.post(address, headers=people["supplier"])).status_code == 403
    withdrawn = await client.post(address, headers=people["rival"])
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
    assert (await look("nobody", place))["award"]["status"] == "announced"
    assert (await complain("rival", lot))["status"] == "open"
    statuses = [each["status"] for each in (await look("nobody", f"{place}/complaints"))["items"]]
    assert statuses == ["returned", "withdrawn", "open"]


async def test_a_ruling_that_cannot_be_carried_out_is_refused(
    award: Do, complain: File, rule: File, publish: Do, bid: Do, bids_of: Any
) -> None:
    lot = await award(BIDS)
    complaint = await complain("rival", lot)
    order = {"bid": (await bids_of(lot))["800000.00"], "treatment": "bar", "reason": "?"}
    other = await bid("supplier", await publish(bids_until="2026-12-30T10:00:00+05:00"))
    for fields in (
        {"remedy": "revision"},
        {"remedy": "revision", "orders": [order | {"bid": other["id"]}]},
        {"remedy": "revision", "orders": [order, order]},
        {"remedy": "cancellation", "orders": [order]},
        {"outcome": "dismissed", "remedy": "cancellation"},
        {"outcome": "dismissed", "orders": [order]},
    ):
        answer = await rule(lot, complaint, **fields)
        assert (answer.status_code, answer.json()["code"]) == (422, "unfit-ruling"), fields


async def test_by_the_law_of_2024_an_automatic_result_takes_no_complaint_and_holds_no_contract(
    award: Do, complain: File, look: Look, client: httpx.AsyncClient, people: People, run_sweeps: Sweeps
) -> None:
    lot = await award(rules="kz-2025")
    assert lot["award"]["complaints_until"] is None
    assert "art. 25(7)" in lot["award"]["basis"]["source"]
    refused = await complain("rival", lot)
    assert refused["code"] == "not-appealable"
    assert "art. 25(7)" in refused["detail"]
    seen = await look("buyer", f"/v1/lots/{lot['id']}")
    assert [each["name"] for each in seen["actions"]] == ["contract"]
    assert (await run_sweeps())["finish-awards"] in {0, 1}
    assert (await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])).status_code == 201
    assert (await look("supplier", "/v1/me/notices"))["items"][-1]["event"] == "award.won_finally"


async def test_the_reviewer_is_named_and_only_it_decides(award: Do, complain: File, rule: File, look: Look) -> None:
    lot = await award()
    complaint = await complain("rival", lot)
    assert complaint["review"]["reviewer"] == "authorised_body"
    assert complaint["review"]["conflict"] is False
    assert (await rule(lot, complaint, who="buyer")).status_code == 403
    [seen] = (await look("auditor", f"/v1/lots/{lot['id']}/complaints"))["items"]
    assert [each["name"] for each in seen["actions"]] == ["decision"]
    [own] = (await look("rival", f"/v1/lots/{lot['id']}/complaints"))["items"]
    assert [each["name"] for each in own["actions"]] == ["withdrawal"]


async def test_a_ground_counts_only_if_the_list_had_it_then(
    *, client: httpx.AsyncClient, people: People, publish: Do, bid: Do, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    go_to("2021-11-22T10:00")
    tender = await publish(rules="kz-2015", bids_until="2021-12-10T10:00:00+06:00")
    await bid("supplier", tender)
    go_to("2021-12-10T11:00")
    await run_sweeps()
    place = f"/v1/lots/{tender['lots'][0]['id']}/complaints"
    body = {"text": "?", "language": "kk", "grounds": ["scoring_error"]}
    refused = await client.post(place, json=body, headers=people["supplier"])
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-ground")
    filed = await client.post(place, json=body | {"grounds": ["procedure"]}, headers=people["supplier"])
    assert filed.status_code == 201
    clocks = (await client.get(f"/v1/tenders/{tender['id']}/clocks")).json()["items"]
    found = {each["matter"]: each for each in clocks}
    assert found["procurement.complaint_decision"]["due_on"] == "2021-12-28"  # ten working days, but the 16th and 17th
    assert found["procurement.results"]["state"] == "undecided"

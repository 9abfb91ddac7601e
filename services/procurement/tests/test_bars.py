"""Bars over HTTP: what suppliers declare, what the register is asked, and what everybody sees after the opening."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from servicekit.testing import Issuer
from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]

AFTER_DEADLINE = "2026-11-26T18:00:01"
AFFILIATE = {"scheme": "KZ-BIN", "id": "120640950178"}
SAYS = {"state_owned": False, "affiliates": [AFFILIATE], "subcontractors": []}


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, and a company of another country."""
    party = {"scheme": "GB-COH", "id": "01234567"}
    return people | {"foreigner": issuer.headers("supplier", sub="f1", name="Blue Lantern Ltd", party=party)}


async def test_an_affiliate_who_is_a_debtor_bars_the_bid_and_everybody_sees_why(
    *, registry: Any, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep, database: TestDatabase
) -> None:
    tender = await publish()
    first = await bid("supplier", tender, "800000", declared=SAYS)
    second = await bid("rival", tender, "900000")
    assert (await look("supplier", f"/v1/bids/{first['id']}"))["checks"] is None
    registry.debtors = {AFFILIATE["id"]}
    go_to(AFTER_DEADLINE)
    await sweep()
    lot = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
    assert lot["award"]["bid"] == second["id"]
    seen = await look("nobody", f"/v1/bids/{first['id']}")
    assert (seen["refusal"], seen["debtor_check"]) == ("debtor_affiliate", "clear")
    checks = {each["bar"]: each for each in seen["checks"]}
    assert checks["debtor_affiliate"]["result"] == "barred"
    assert checks["debtor_affiliate"]["evidence"] == {"register": "debtors", "parties": [AFFILIATE]}
    assert "art. 7(1)(9)" in checks["debtor_affiliate"]["source"]
    assert checks["subcontracting"]["result"] == "passed"
    assert checks["conflict_of_interest"]["result"] == "unknown"
    [refused] = (await look("nobody", f"/v1/lots/{lot['id']}/result"))["refused"]
    assert (refused["reason"], refused["evidence"]["parties"]) == ("debtor_affiliate", [AFFILIATE])
    assert (await look("supplier", "/v1/me/notices"))["items"][0]["event"] == "bid.barred"
    admin = await asyncpg.connect(database.admin_url)
    try:
        [kept] = await admin.fetch("SELECT scheme, number, bid_id FROM affiliations")
    finally:
        await admin.close()
    assert (kept["scheme"], kept["number"], str(kept["bid_id"])) == (*AFFILIATE.values(), first["id"])


async def test_what_a_supplier_declares_is_sealed_like_the_price(
    publish: Do, bid: Do, client: httpx.AsyncClient, look: Look
) -> None:
    tender = await publish()
    sent = await bid("supplier", tender, declared=SAYS)
    assert "declared" not in str(sent)
    assert (await client.get(f"/v1/bids/{sent['id']}")).status_code == 404
    assert (await look("supplier", f"/v1/bids/{sent['id']}"))["offer"]["declared"]["affiliates"] == [AFFILIATE]


@pytest.mark.parametrize(
    "named",
    [
        {"scheme": "KZ-IIN", "id": "880417499014"},  # a natural person would be published
        {"scheme": "KZ-BIN", "id": "120640950179"},
        {"scheme": "nowhere", "id": "1"},
        {"scheme": "GB-COH", "id": ""},
    ],
)
async def test_only_bodies_that_can_be_are_named(
    named: dict[str, str], client: httpx.AsyncClient, people: People, publish: Do
) -> None:
    tender = await publish()
    years = [{"amount": "1"}] * 3
    offer = {"price": {"amount": "1"}, "experience_years": 1, "income": years, "taxes": years, "payroll": years}
    offer |= {"warranty_months": 12, "declared": {"state_owned": False, "affiliates": [named]}}
    body = {"lot": tender["lots"][0]["id"], "offer": offer}
    answer = await client.post(f"/v1/tenders/{tender['id']}/bids", json=body, headers=people["supplier"])
    assert answer.status_code == 422, answer.text


async def test_the_states_bidder_gives_way_to_two_private_ones(
    *, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    tender = await publish()
    says = {"state_owned": True}
    states = await bid("supplier", tender, "700000", declared=says)
    for who, price in (("rival", "900000"), ("foreigner", "850000")):
        await bid(who, tender, price, declared={"state_owned": False})
    go_to(AFTER_DEADLINE)
    await sweep()
    seen = await look("nobody", f"/v1/bids/{states['id']}")
    assert seen["refusal"] == "state_owned"
    lot = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
    assert lot["award"]["amount"]["amount"] == "850000.00"


async def test_a_foreign_supplier_bids_wins_complains_and_gets_the_contract_on_equal_terms(
    *, client: httpx.AsyncClient, people: People, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep,
    registry: Any,
) -> None:  # fmt: skip
    tender = await publish()
    sent = await bid("foreigner", tender, "850000")
    assert (sent["supplier"]["scheme"], sent["supplier"]["id"]) == ("GB-COH", "01234567")
    assert (sent["supplier"]["name"], sent["debtor_check"]) == ("Blue Lantern Ltd", "not_applicable")
    await bid("supplier", tender, "900000")
    go_to(AFTER_DEADLINE)
    await sweep()
    assert all(each["scheme"].startswith("KZ-") for asked in registry.asked for each in asked)
    lot = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
    assert lot["award"]["supplier"]["id"] == "01234567"
    result = await look("nobody", f"/v1/lots/{lot['id']}/result")
    # Both offer the same but the price: the same points for everything else.
    points = [{one["criterion"]: one["points"] for one in each["points"]} for each in result["ranking"]]
    assert [{name: had for name, had in each.items() if name != "price"} for each in points] == [
        {name: had for name, had in points[0].items() if name != "price"}
    ] * 2
    checks = {each["bar"]: each for each in (await look("nobody", f"/v1/bids/{sent['id']}"))["checks"]}
    assert checks["debtor"]["evidence"] == {"why": "scheme_not_in_register", "scheme": "GB-COH"}
    body = {"text": "?", "language": "en", "grounds": ["other"]}
    filed = await client.post(f"/v1/lots/{lot['id']}/complaints", json=body, headers=people["foreigner"])
    assert filed.status_code == 201
    ruling = {"outcome": "dismissed", "reason": "?"}
    address = f"/v1/lots/{lot['id']}/complaints/{filed.json()['id']}/decision"
    await client.post(address, json=ruling, headers=people["auditor"])
    go_to("2026-12-04T09:00")
    contract = await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
    assert (contract.status_code, contract.json()["supplier"]["id"]) == (201, "01234567")
    told = [each["event"] for each in (await look("foreigner", "/v1/me/notices"))["items"]]
    assert told == ["contract.drafted", "complaint.dismissed", "award.won"]


@pytest.mark.parametrize(
    "claims",
    [
        {"party": {"scheme": "KZ-BIN", "id": "150340962116"}},
        {"party": {"scheme": "KZ-XYZ", "id": "1"}},
        {"party": {"scheme": "gb-coh", "id": "1"}},
        {"party": {"scheme": "GB-COH", "id": ""}},
        {"party": {"scheme": "GB-COH", "id": "1", "name": "?"}},
        {"party": {"scheme": "GB-COH", "id": 1}},
        {"party": "GB-COH:1"},
        {"party": {"scheme": "GB-COH", "id": "1"}, "bin": "150340962116"},
        {"party": {"scheme": "GB-COH", "id": "1"}, "iin": "880417499014"},
    ],
)
async def test_a_foreign_party_is_never_one_of_kazakhstan_nor_a_second_number(
    claims: dict[str, Any], client: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await client.get("/v1/tenders", headers=issuer.headers("supplier", sub="f2", **claims))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")

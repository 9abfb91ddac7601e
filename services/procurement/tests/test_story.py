"""A purchase from its preparation to its contract, by everybody who takes part in it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]


async def test_from_a_draft_to_the_award(
    *, client: httpx.AsyncClient, people: People, prepare: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    draft = await prepare()
    address = f"/v1/tenders/{draft['id']}"
    assert draft["number"].startswith("ГЗ-2026-")
    assert (draft["status"], draft["basis"], draft["published_on"]) == ("draft", None, None)
    assert [each["name"] for each in draft["actions"]] == ["publication", "discussion", "cancellation"]

    published = (await client.post(f"{address}/publication", headers=people["buyer"])).json()
    assert (published["status"], published["published_on"]) == ("published", "2026-11-23")
    assert "three working days for the rating-point" in published["basis"]["source"]

    best = await bid("supplier", published, "850000")
    assert best["debtor_check"] == "clear"
    await bid("rival", published, "900000")
    await bid("trader", published, "990000")

    go_to("2026-11-26T17:59:00")
    assert await sweep() == {"open-tenders": 0, "award-lots": 0, "finish-awards": 0}
    go_to("2026-11-26T18:00:00")
    assert await sweep() == {"open-tenders": 1, "award-lots": 1, "finish-awards": 0}

    seen = await look("nobody", address)
    assert (seen["status"], seen["waiting_for"]) == ("evaluated", None)
    place = f"/v1/lots/{seen['lots'][0]['id']}"
    lot = await look("nobody", place)
    assert lot["outcome"] == "awarded"
    assert lot["award"]["bid"] == best["id"]
    assert lot["award"]["supplier"]["id"] == "150340962116"
    assert lot["award"]["amount"] == {"amount": "850000.00", "currency": "KZT"}
    assert (lot["award"]["awarded_on"], lot["award"]["complaints_until"]) == ("2026-11-26", "2026-12-03")
    assert "five business days" in lot["award"]["basis"]["source"]
    result = await look("nobody", f"{place}/result")
    assert [each["place"] for each in result["ranking"]] == [1, 2, 3]
    assert result["ranking"][0]["total"]["display"] == "90.00"


async def test_from_the_award_to_the_contract(
    *, client: httpx.AsyncClient, people: People, award: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    place = f"/v1/lots/{(await award())['id']}"
    early = await client.post(f"{place}/contract", headers=people["buyer"])
    assert (early.status_code, early.json()["code"], early.json()["try_after"]) == (
        409, "contract-too-early", "2026-12-04",
    )  # fmt: skip
    go_to("2026-12-03T23:59:59")
    assert (await client.post(f"{place}/contract", headers=people["buyer"])).status_code == 409
    go_to("2026-12-04T00:00:00")
    assert (await sweep())["finish-awards"] == 1
    seen = await look("buyer", place)
    assert (seen["award"]["status"], [each["name"] for each in seen["actions"]]) == ("final", ["contract"])
    drafted = await client.post(f"{place}/contract", headers=people["buyer"])
    assert (drafted.status_code, drafted.json()["status"]) == (201, "draft")
    address = drafted.headers["location"]
    concluded = await client.post(f"{address}/signature", headers=people["supplier"])
    assert (concluded.status_code, concluded.json()["status"]) == (200, "concluded")
    contract = await look("nobody", address)
    assert contract["number"].startswith("ДГ-2026-")
    [listed] = (await look("nobody", "/v1/contracts", supplier="150340962116"))["items"]
    assert listed == {name: value for name, value in contract.items() if name not in {"acts", "actions"}}
    assert (await look("nobody", "/v1/contracts", supplier="180940974038"))["items"] == []
    assert (await look("nobody", "/v1/awards"))["items"][0]["status"] == "contracted"


async def test_the_journal_tells_it_all_in_order_and_names_no_person(
    client: httpx.AsyncClient, people: People, award: Do, look: Look, go_to: GoTo
) -> None:
    lot = await award({"trader": "700000", "rival": "900000"})
    go_to("2026-12-04T09:00")
    await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
    entries = (await look("nobody", "/v1/journals/procurement/entries", limit=1000))["items"]
    assert [each["event"] for each in entries] == [
        "tender.created", "tender.published", "bid.submitted", "bid.submitted", "bid.opened", "bid.opened",
        "tender.opened", "award.announced", "bid.evaluated", "bid.evaluated", "lot.evaluated",
        "tender.evaluated", "contract.drafted", "award.contracted",
    ]  # fmt: skip
    text = str(entries)
    assert "880417499014" not in text
    assert "Сапарова" not in text
    history = (await look("nobody", f"/v1/tenders/{lot['tender']['id']}/history"))["items"]
    assert [each["event"] for each in history] == [
        "tender.created", "tender.published", "tender.opened", "tender.evaluated",
    ]  # fmt: skip
    steps = (await look("nobody", f"/v1/awards/{lot['award']['id']}/history"))["items"]
    assert [each["event"] for each in steps] == ["award.announced", "award.contracted"]


async def test_everybody_who_bid_is_told(client: httpx.AsyncClient, people: People, award: Do, go_to: GoTo) -> None:
    lot = await award({"supplier": "850000", "rival": "900000", "trader": "950000"})
    go_to("2026-12-04T09:00")
    await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])

    async def told(who: str) -> list[str]:
        answer = await client.get("/v1/me/notices", headers=people[who])
        assert answer.status_code == 200, answer.text
        return [each["event"] for each in answer.json()["items"]]

    assert sorted(await told("supplier")) == ["award.won", "contract.drafted"]
    assert await told("rival") == ["award.lost"]
    assert await told("trader") == ["award.lost"]

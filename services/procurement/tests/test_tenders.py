"""Tenders: who sees a draft, what may be published, what is found, and the scoring that anybody may try."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from procurement.domain.evaluation import OFFERED
from procurement.schemas.bids import Offer
from scorer import profile, profiles
from verifier.certificates import verify_certificate

People = dict[str, dict[str, str]]
Planning = Callable[..., dict[str, Any]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]


async def test_a_draft_is_its_buyers_alone(
    client: httpx.AsyncClient, people: People, prepare: Do, publish: Do, look: Look
) -> None:
    draft, public = await prepare(), await publish()
    lot = f"/v1/lots/{draft['lots'][0]['id']}"
    for who in people:
        mine = who == "buyer"
        listed = [each["id"] for each in (await look(who, "/v1/tenders"))["items"]]
        assert listed == ([public["id"], draft["id"]] if mine else [public["id"]]), who
        for address in (f"/v1/tenders/{draft['id']}", f"/v1/tenders/{draft['id']}/history", lot):
            answer = await client.get(address, headers=people[who])
            assert answer.status_code == (200 if mine else 404), (who, address)
    closed = await client.post(
        f"/v1/tenders/{draft['id']}/cancellation", json={"reason": "Қажет емес."}, headers=people["buyer"]
    )
    assert closed.json()["status"] == "cancelled"
    assert (await client.get(f"/v1/tenders/{draft['id']}")).status_code == 404


async def test_tenders_are_found_by_what_they_are(prepare: Do, publish: Do, look: Look) -> None:
    first = await publish(region="KZ-75", title={"en": "School meals 50%"})
    second = await publish()
    await prepare()

    async def found(**wanted: str) -> list[str]:
        return [each["id"] for each in (await look("nobody", "/v1/tenders", **wanted))["items"]]

    assert await found() == [second["id"], first["id"]]
    assert await found(region="KZ-75") == await found(q="meals 50%") == await found(q=first["number"]) == [first["id"]]
    assert await found(status="draft") == await found(buyer="150340962116") == await found(q="meals_50") == []
    assert await found(status="published", buyer="991240995750", q="канцел") == [second["id"]]
    page = await look("nobody", "/v1/tenders", limit=1)
    assert [each["id"] for each in (await look("nobody", page["next"]))["items"]] == [first["id"]]


async def test_a_tender_pins_its_profile_and_its_weights(prepare: Do, planning: Planning) -> None:
    rules = profile("report-2022")
    [lot] = planning()["lots"]
    weights = {"price": 70, "experience": 10, "financial_stability": 10, "warranty": 10}
    tender = await prepare(lots=[lot, lot | {"weights": weights}])
    assert tender["profile"] == {"name": rules.name, "version": rules.version, "hash": rules.hash}
    assert [each["weights"] for each in tender["lots"]] == [rules.default_weights, weights]
    assert tender["amount"] == {"amount": "2000000.00", "currency": "KZT"}


async def test_an_unchanged_tender_is_not_sent_again_and_a_stale_one_not_changed(
    client: httpx.AsyncClient, people: People, prepare: Do
) -> None:
    draft = await prepare()
    address = f"/v1/tenders/{draft['id']}"
    seen = await client.get(address, headers=people["buyer"])
    same = await client.get(address, headers=people["buyer"] | {"If-None-Match": seen.headers["etag"]})
    assert same.status_code == 304
    stale = await client.post(f"{address}/publication", headers=people["buyer"] | {"If-Match": '"7"'})
    assert stale.status_code == 412
    assert (await client.post(f"{address}/publication", headers=people["other buyer"])).status_code == 404


async def test_a_published_tender_is_cancelled_before_its_deadline_only(
    client: httpx.AsyncClient, people: People, publish: Do, go_to: GoTo, look: Look
) -> None:
    first, second = await publish(), await publish()
    body = {"reason": "Қаржы қысқартылды."}
    answer = await client.post(f"/v1/tenders/{first['id']}/cancellation", json=body, headers=people["buyer"])
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    history = (await look("nobody", f"/v1/tenders/{first['id']}/history"))["items"]
    assert history[-1]["data"] == {"buyer": "991240995750", "reason": body["reason"]}
    go_to("2026-11-26T18:00:00")
    late = await client.post(f"/v1/tenders/{second['id']}/cancellation", json=body, headers=people["buyer"])
    assert (late.status_code, late.json()["code"]) == (409, "bids-closed")


@pytest.mark.parametrize(
    "fields",
    [
        {"title": {}}, {"title": {"fr": "x"}}, {"region": "KZ-01"}, {"method": "lottery"}, {"bids_until": "2026-11-30"},
        {"lots": []}, {"rules": "mine"}, {"profile": None}, {"budget": 1},
    ],
)  # fmt: skip
async def test_a_wrong_tender_is_told_what_is_wrong(
    fields: dict[str, Any], client: httpx.AsyncClient, people: People, planning: Planning
) -> None:
    answer = await client.post("/v1/tenders", json=planning(**fields), headers=people["buyer"])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": {"amount": "0"}}, {"amount": {"amount": "1.005"}}, {"amount": {"amount": "1", "currency": "USD"}},
        {"amount": {"amount": "100000000000000"}}, {"quantity": "0.000"}, {"quantity": "-1"}, {"warranty_months": -1},
        {"item": {"code": "a b", "name": "x"}}, {"weights": {"price": 101}}, {"title": {"kk": " "}},
    ],
)  # fmt: skip
async def test_a_wrong_lot_is_told_what_is_wrong(
    fields: dict[str, Any], client: httpx.AsyncClient, people: People, planning: Planning
) -> None:
    [lot] = planning()["lots"]
    answer = await client.post("/v1/tenders", json=planning(lots=[lot | fields]), headers=people["buyer"])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_anybody_may_read_the_profiles_and_try_them(client: httpx.AsyncClient, look: Look) -> None:
    rules = profile("report-2022")
    page = await look("nobody", "/v1/profiles")
    assert rules.hash in [each["hash"] for each in page["items"]]
    assert {each["name"] for each in page["items"]} == set(profiles())
    whole = await look("nobody", "/v1/profiles/report-2022")
    assert whole["parameters"]["price_band"]["value"] == "1/5"
    assert (await client.get("/v1/profiles/none")).status_code == 404
    years = [{"amount": "2000000"}] * 3
    one = {"price": {"amount": "800000"}, "experience_years": 10, "income": years, "taxes": years, "payroll": years}
    one |= {"warranty_months": 36, "received_at": "2026-11-23T10:00:00+05:00"}
    bids = [one | {"id": "A"}, one | {"id": "B", "price": {"amount": "900000"}}]
    trial = {"lot": {"amount": {"amount": "1000000"}}, "bids": bids}
    answer = await client.post("/v1/scoring", json=trial)
    assert answer.status_code == 200, answer.text
    certificate = verify_certificate(answer.content, None)
    assert (certificate.winner, certificate.undecided, certificate.profile_hash) == ("A", None, rules.hash)
    assert (certificate.subject, certificate.receipt) == (None, None)
    scoring = answer.json()["result"]
    assert [each["total"]["display"] for each in scoring["ranking"]] == ["100.00", "80.00"]
    assert scoring["ranking"][0]["points"][0]["words"].keys() == {"kk", "ru", "en"}
    assert (await look("nobody", "/v1/journals/procurement/entries"))["items"] == []


async def test_any_profile_may_be_tried_with_its_own_terms_and_facts(client: httpx.AsyncClient) -> None:
    one = {"received_at": "2026-11-23T10:00:00+05:00", "price": {"amount": "980000"}}
    years = {"taxes": [{"amount": "50000"}] * 3, "income": [{"amount": "1000000"}] * 3}
    known = one | {"id": "A", "facts": {"objects": [{"main": 1, "sub": 0}] * 3}} | years
    trial: dict[str, Any] = {
        "profile": "KZ-2025-rating-point",
        "lot": {"amount": {"amount": "1000000"}, "terms": {"kind": "works"}},
    }
    answer = await client.post("/v1/scoring", json=trial | {"bids": [known, one | {"id": "B"}]})
    assert answer.status_code == 200, answer.text
    scoring = answer.json()["result"]
    # Three years and twenty tenths above three percent: 3 + 2 = 5 percent off 980,000.
    assert [each["total"]["display"] for each in scoring["ranking"]] == ["931000.00", "980000.00"]
    trial["lot"]["terms"] = {"kind": "beauty"}
    refused = await client.post("/v1/scoring", json=trial | {"bids": []})
    assert (refused.status_code, refused.json()["code"]) == (422, "unfit-lot")


def test_the_facts_of_an_offer_are_its_fields() -> None:
    assert Offer.model_fields.keys() - {"price", "declared"} == OFFERED

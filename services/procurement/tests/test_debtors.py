"""The register of debtors at bidding and at the award, and what happens while it is silent."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from procurement.clients import RegistrySilent, debtors_among
from servicekit.testing import Issuer

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]

AFTER_DEADLINE = "2026-11-26T18:00:01"


async def test_a_silent_registry_holds_the_award_and_not_the_bid(
    registry: Any, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    tender = await publish()
    address = f"/v1/tenders/{tender['id']}"
    registry.silent = True
    assert (await bid("supplier", tender))["debtor_check"] == "pending"
    go_to(AFTER_DEADLINE)
    assert await sweep() == {"open-tenders": 1, "award-lots": 0, "finish-awards": 0}
    waiting = await look("nobody", address)
    assert (waiting["status"], waiting["waiting_for"]) == ("opened", "registry")
    assert (await look("nobody", f"{address}/bids"))["items"][0]["debtor_check"] == "pending"
    go_to("2026-11-27T09:00")
    assert (await sweep())["award-lots"] == 0
    registry.silent = False
    assert (await sweep())["award-lots"] == 1
    assert (await look("nobody", f"{address}/bids"))["items"][0]["debtor_check"] == "clear"
    lot = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
    assert (lot["outcome"], lot["award"]["awarded_on"]) == ("awarded", "2026-11-27")
    assert lot["award"]["complaints_until"] == "2026-12-04"


async def test_a_debtor_at_the_award_is_refused_and_told(
    registry: Any, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    tender = await publish()
    barred = await bid("supplier", tender, "800000")
    other = await bid("rival", tender, "900000")
    registry.debtors.add("150340962116")
    go_to(AFTER_DEADLINE)
    await sweep()
    lot = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
    assert lot["award"]["bid"] == other["id"]
    result = await look("nobody", f"/v1/lots/{lot['id']}/result")
    assert [(each["bid"], each["reason"]) for each in result["refused"]] == [(barred["id"], "debtor")]
    seen = await look("nobody", f"/v1/bids/{barred['id']}")
    assert (seen["debtor_check"], seen["refusal"]) == ("debtor", "debtor")
    told = (await look("supplier", "/v1/me/notices"))["items"]
    assert [each["event"] for each in told] == ["bid.refused_as_debtor"]


async def test_a_question_that_the_registry_refuses_holds_up_no_other_tender(
    *, registry: Any, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    refused, answered = await publish(), await publish()
    await bid("supplier", refused)
    await bid("rival", answered)
    registry.refused = {"150340962116"}
    go_to(AFTER_DEADLINE)
    assert (await sweep())["award-lots"] == 1
    assert (await look("nobody", f"/v1/tenders/{refused['id']}"))["waiting_for"] == "registry"
    assert (await look("nobody", f"/v1/tenders/{answered['id']}"))["status"] == "evaluated"


async def test_a_number_that_nobody_can_have_is_no_supplier(
    client: httpx.AsyncClient, issuer: Issuer, publish: Do
) -> None:
    tender = await publish()
    years = [{"amount": "1"}] * 3
    offer = {"price": {"amount": "1"}, "experience_years": 1, "warranty_months": 12}
    body = {"lot": tender["lots"][0]["id"], "offer": offer | {"income": years, "taxes": years, "payroll": years}}
    for number in ({"bin": "150340962117"}, {"iin": "880417499015"}):
        headers = issuer.headers("supplier", sub="u1", **number)
        answer = await client.post(f"/v1/tenders/{tender['id']}/bids", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "party-unknown")


async def test_the_registry_is_asked_once_for_all_suppliers_of_a_tender(
    registry: Any, publish: Do, bid: Do, go_to: GoTo, sweep: Sweep
) -> None:
    tender = await publish()
    for who in ("supplier", "rival", "trader"):
        await bid(who, tender)
    registry.asked.clear()
    go_to(AFTER_DEADLINE)
    await sweep()
    [asked] = registry.asked
    assert sorted((each["scheme"], each["id"]) for each in asked) == [
        ("KZ-BIN", "150340962116"), ("KZ-BIN", "180940974038"), ("KZ-IIN", "880417499014"),
    ]  # fmt: skip


async def test_lots_without_bids_or_with_nobody_admitted_are_unsuccessful(
    *, registry: Any, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep, planning: Callable[..., Any]
) -> None:
    [lot] = planning()["lots"]
    tender = await publish(lots=[lot, lot, lot])
    await bid("supplier", tender, "1000000.01", lot=0)
    await bid("supplier", tender, lot=1)
    await bid("rival", tender, lot=1)
    go_to(AFTER_DEADLINE)
    await sweep()
    seen = await look("nobody", f"/v1/tenders/{tender['id']}")
    # The two bids of the second lot were received at different moments, so the earlier one wins.
    assert [each["outcome"] for each in seen["lots"]] == ["none_admitted", "awarded", "no_bids"]
    told = (await look("supplier", "/v1/me/notices"))["items"]
    assert sorted(each["event"] for each in told) == ["award.won", "lot.unsuccessful"]
    assert len(registry.asked) == 4


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(403),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json={"items": []}),
        httpx.Response(200, json=["?"]),
        httpx.ConnectTimeout("too late"),
    ],
    ids=["broken", "forbidden", "not JSON", "not about them", "another shape", "timeout"],
)
async def test_no_answer_that_can_be_used_is_silence(answer: httpx.Response | Exception) -> None:
    def reply(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(reply), base_url="http://registry") as registry:
        with pytest.raises(RegistrySilent):
            await debtors_among(registry, [("KZ-BIN", "150340962116")])
        # A foreign number is in no register here, so nobody is asked.
        assert await debtors_among(registry, [("GB-COH", "01234567")]) == frozenset()

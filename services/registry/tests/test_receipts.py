"""Receipts of the registry: of a proceeding for its parties, and of what the register answered for who asked."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

People = dict[str, dict[str, str]]
Opened = Callable[..., Awaitable[dict[str, Any]]]
Receipt = Callable[[str, str], Awaitable[dict[str, Any]]]

AIGERIM = "880417499014"
ERLAN = "790512300026"


async def test_the_parties_of_a_proceeding_get_every_act_and_others_none(
    opened: Opened, receipt: Receipt, client: httpx.AsyncClient, people: People
) -> None:
    proceeding = await opened()
    for who in ("bailiff", "debtor", "claimant"):
        found = await receipt(who, f"/v1/proceedings/{proceeding['id']}")
        assert [each["entry"]["event"] for each in found["entries"]] == ["proceeding.received", "proceeding.opened"]
        assert found["entries"][0]["private"]["data"]["debtor"]["id"] == AIGERIM
    answer = await client.get(f"/v1/proceedings/{proceeding['id']}/receipt", headers=people["stranger"])
    assert answer.status_code == 404


async def test_who_asked_the_register_can_prove_what_it_answered(
    opened: Opened, receipt: Receipt, client: httpx.AsyncClient, people: People
) -> None:
    await opened()
    for iin, count in ((AIGERIM, 1), (ERLAN, 0)):
        body = {"iin": iin, "receipt": True}
        answer = (await client.post("/v1/debtors/search", json=body, headers=people["stranger"])).json()
        address = answer.pop("receipt")
        found = await receipt("stranger", address.removesuffix("/receipt"))
        assert found["object"]["kind"] == "register-answer"
        (act,) = found["entries"]
        assert act["entry"]["data"] == {"by": "iin"}
        assert act["private"]["data"] == {"question": {"iin": iin}, "answer": answer}
        assert len(answer["items"]) == count
        for who, status in (("claimant", 404), ("bailiff", 404), ("nobody", 401)):
            assert (await client.get(address, headers=people[who])).status_code == status


async def test_a_receipt_is_for_somebody_with_a_number(client: httpx.AsyncClient, people: People) -> None:
    for who in ("nobody", "service"):
        answer = await client.post("/v1/debtors/search", json={"iin": ERLAN, "receipt": True}, headers=people[who])
        assert (answer.status_code, answer.json()["code"]) == (403, "party-unknown")


async def test_without_being_asked_for_nothing_is_put_on_record(client: httpx.AsyncClient, people: People) -> None:
    answer = await client.post("/v1/debtors/search", json={"iin": ERLAN}, headers=people["stranger"])
    assert answer.json()["receipt"] is None
    assert (await client.get("/v1/journals/registry/entries")).json()["items"] == []


async def test_the_debtors_own_proceeding_is_no_answer_of_the_register(
    opened: Opened, client: httpx.AsyncClient, people: People
) -> None:
    proceeding = await opened()
    answer = await client.get(f"/v1/debtors/answers/{proceeding['id']}/receipt", headers=people["debtor"])
    assert answer.status_code == 404

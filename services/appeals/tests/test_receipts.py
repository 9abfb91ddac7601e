"""The receipt of an appeal: every act, what was said between the parties, and nobody else's business."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Receipt = Callable[[str, str], Awaitable[dict[str, Any]]]


async def test_the_parties_get_every_act_with_what_was_said(file: File, act: Act, receipt: Receipt) -> None:
    appeal = await file()
    await act("officer", appeal, "decision")
    for who in ("citizen", "officer"):
        found = await receipt(who, f"/v1/appeals/{appeal['id']}")
        assert found["object"] == {"id": appeal["id"], "kind": "appeal"}
        filed, decided = found["entries"]
        assert (filed["entry"]["event"], decided["entry"]["event"]) == ("appeal.registered", "appeal.answered")
        assert (filed["private"]["data"]["text"], filed["private"]["data"]["number"]) == (
            appeal["text"],
            appeal["number"],
        )
        assert "text" in decided["private"]["data"]


async def test_nobody_else_learns_that_there_is_one(file: File, client: httpx.AsyncClient, people: People) -> None:
    appeal = await file()
    for who, status in (("neighbour", 404), ("auditor", 403), ("nobody", 401)):
        answer = await client.get(f"/v1/appeals/{appeal['id']}/receipt", headers=people[who])
        assert answer.status_code == status, who


async def test_who_looks_in_office_leaves_a_trace(
    file: File, receipt: Receipt, client: httpx.AsyncClient, people: People
) -> None:
    appeal = await file()
    await receipt("officer", f"/v1/appeals/{appeal['id']}")
    seen = await client.get(f"/v1/appeals/{appeal['id']}/accesses", headers=people["citizen"])
    assert "read_appeal_receipt" in {each["operation"] for each in seen.json()["items"]}


async def test_what_was_erased_is_gone_and_that_it_was_said_still_verifies(
    file: File, receipt: Receipt, client: httpx.AsyncClient, people: People
) -> None:
    appeal, other = await file(), await file(who="neighbour")
    person = {"scheme": "KZ-IIN", "id": appeal["applicant"]["id"]}
    refused = await client.post("/internal/erasures", json=person, headers=people["citizen"])
    assert refused.status_code == 403
    answer = await client.post("/internal/erasures", json=person, headers=people["operator"])
    assert (answer.status_code, answer.json()) == (200, {"erased": 1})
    (filed,) = (await receipt("citizen", f"/v1/appeals/{appeal['id']}"))["entries"]
    assert filed["private"] is None
    assert filed["entry"]["commitment"] is not None
    (kept,) = (await receipt("neighbour", f"/v1/appeals/{other['id']}"))["entries"]
    assert kept["private"]["data"]["text"] == other["text"]

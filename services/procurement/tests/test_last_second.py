"""Fifty suppliers bid in the last second: each is in, or out, and has a receipt that says so."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx

from servicekit.testing import Issuer
from statute.deadlines import ALMATY
from statute.identifiers import check_digit

from .conftest import offer

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]
Receipt = Callable[[str, str], Awaitable[dict[str, Any]]]
DEADLINE = datetime(2026, 11, 26, 18, 0, tzinfo=ALMATY)
SUPPLIERS = 50


def suppliers(issuer: Issuer) -> dict[str, dict[str, str]]:
    """Fifty natural persons, by number."""
    begun = (f"8804174{n:04}" for n in range(10 * SUPPLIERS))
    numbers = [f"{first}{check_digit(first)}" for first in begun if check_digit(first) is not None][:SUPPLIERS]
    return {number: issuer.headers("supplier", sub=number, iin=number) for number in numbers}


async def test_each_of_fifty_is_in_or_out_and_has_a_receipt(
    *,
    client: httpx.AsyncClient,
    issuer: Issuer,
    people: People,
    publish: Do,
    look: Look,
    receipt: Receipt,
    go_to: GoTo,
    sweep: Sweep,
) -> None:
    tender = await publish()
    address = f"/v1/tenders/{tender['id']}/bids"
    everybody = suppliers(issuer)
    people.update(everybody)
    went = await all_bid(client, tender, everybody, go_to, sweep)
    taken = {who: answer.json() for who, answer in went.items() if answer.status_code == 201}
    refused = {who: answer.json() for who, answer in went.items() if answer.status_code == 409}
    assert len(taken) + len(refused) == SUPPLIERS, Counter(answer.status_code for answer in went.values())
    opened = (await look("nobody", address, limit=100))["items"]
    assert {each["id"] for each in opened} == {each["id"] for each in taken.values()}
    for who, bid in taken.items():
        entries = [each["entry"] for each in (await receipt(who, f"/v1/bids/{bid['id']}"))["entries"]]
        assert [each["event"] for each in entries] == ["bid.submitted", "bid.opened", "bid.evaluated"]
        assert datetime.fromisoformat(entries[0]["at"]) < DEADLINE
    for who, problem in refused.items():
        assert problem["code"] == "bids-closed"
        (placed,) = (await receipt(who, problem["instance"].removesuffix("/receipt")))["entries"]
        assert placed["entry"]["event"] == "bid.late"
        assert placed["entry"]["data"] == {"tender": tender["id"], "lot": tender["lots"][0]["id"]}
        assert placed["private"]["data"] == {"supplier": {"scheme": "KZ-IIN", "id": who}}
    late = next(iter(refused.values()))["instance"].removesuffix("/receipt")
    for other in ("nobody", next(iter(taken))):
        assert [each["private"] for each in (await receipt(other, late))["entries"]] == [None]
    assert (await client.get(late)).status_code == 404  # it is no bid


async def all_bid(
    client: httpx.AsyncClient, tender: dict[str, Any], everybody: People, go_to: GoTo, sweep: Sweep
) -> dict[str, httpx.Response]:
    """The answer to each: the first bids in time and the last too late, all others while the deadline comes."""
    body = {"lot": tender["lots"][0]["id"], "offer": offer()}

    async def submit(who: str, after: float = 0) -> httpx.Response:
        await asyncio.sleep(after)
        return await client.post(f"/v1/tenders/{tender['id']}/bids", json=body, headers=everybody[who])

    async def keep_sweeping() -> None:
        for _ in range(20):
            await sweep()
            await asyncio.sleep(0.05)

    first, *others, last = everybody
    answers = {first: await submit(first)}
    go_to("2026-11-26T17:59:59.500")
    at_once = [submit(who, n * 0.02) for n, who in enumerate(others)]
    _, told = await asyncio.gather(keep_sweeping(), asyncio.gather(*at_once))
    go_to("2026-11-26T18:00:10")
    await sweep()
    return answers | dict(zip(others, told, strict=True)) | {last: await submit(last)}


async def test_a_bid_that_was_taken_and_is_sent_again_too_late_gets_its_answer_and_leaves_no_trace(
    client: httpx.AsyncClient, people: People, publish: Do, look: Look, go_to: GoTo
) -> None:
    tender = await publish()
    body = {"lot": tender["lots"][0]["id"], "offer": offer("900000")}
    headers = people["supplier"] | {"Idempotency-Key": "once"}
    address = f"/v1/tenders/{tender['id']}/bids"
    first = await client.post(address, json=body, headers=headers)
    go_to("2026-11-26T18:00")
    again = await client.post(address, json=body, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    other = {"lot": tender["id"], "offer": offer("900000")}
    assert (await client.post(address, json=other, headers=people["rival"])).json()["code"] == "unknown-lot"
    entries = (await look("nobody", "/v1/journals/procurement/entries"))["items"]
    assert "bid.late" not in {each["event"] for each in entries}

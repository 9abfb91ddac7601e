"""Many at once: no bid slips behind the opening, and a lot has one award, one end of its complaints, one contract."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI

from servicekit.testing import Issuer, serving
from stack.testing import TestDatabase
from statute.identifiers import check_digit

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]


def bidding(tender: dict[str, Any], price: str) -> dict[str, Any]:
    years = [{"amount": "2000000"}] * 3
    offer = {"price": {"amount": price}, "experience_years": 1, "warranty_months": 12}
    offer |= {"income": years, "taxes": years, "payroll": years}
    return {"lot": tender["lots"][0]["id"], "offer": offer}


async def test_bids_and_the_opening_at_the_same_instant_lose_nothing(
    client: httpx.AsyncClient, issuer: Issuer, publish: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    tender = await publish()
    address = f"/v1/tenders/{tender['id']}/bids"
    begun = [f"8804174{n:04}" for n in range(16)]
    numbers = [f"{first}{check_digit(first)}" for first in begun if check_digit(first) is not None]
    suppliers = [issuer.headers("supplier", sub=number, iin=number) for number in numbers]
    go_to("2026-11-26T17:59:59.700")  # the deadline comes while they are at it

    async def submit(headers: dict[str, str], n: int) -> int:
        await asyncio.sleep(n * 0.04)
        return (await client.post(address, json=bidding(tender, "900000"), headers=headers)).status_code

    async def keep_sweeping() -> None:
        for _ in range(30):
            await sweep()
            await asyncio.sleep(0.02)

    _, statuses = await asyncio.gather(
        keep_sweeping(), asyncio.gather(*(submit(headers, n) for n, headers in enumerate(suppliers)))
    )
    await sweep()
    assert set(statuses) <= {201, 409}
    opened = (await look("nobody", address))["items"]
    assert len(opened) == Counter(statuses)[201]
    assert {each["status"] for each in opened} <= {"evaluated"}


async def test_many_bids_of_one_supplier_are_one_bid(
    client: httpx.AsyncClient, people: People, publish: Do, look: Look
) -> None:
    tender = await publish()
    address = f"/v1/tenders/{tender['id']}/bids"
    answers = await asyncio.gather(
        *(client.post(address, json=bidding(tender, f"9000{n:02}"), headers=people["supplier"]) for n in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len((await look("supplier", address))["items"]) == 1


async def test_two_processes_award_once(
    *,
    client: httpx.AsyncClient,
    people: People,
    app_on: Callable[..., FastAPI],
    database: TestDatabase,
    registry: Any,
    publish: Do,
    bid: Do,
    look: Look,
    go_to: GoTo,
    sweep: Sweep,
) -> None:
    tenders = [await publish() for _ in range(6)]
    for tender in tenders:
        await bid("supplier", tender)
    async with serving(app_on(database)) as other:
        go_to("2026-11-26T18:00:01")
        registry.silent = True
        # The other's first turn may be opening them at this moment.
        while {(await look("nobody", f"/v1/tenders/{each['id']}"))["status"] for each in tenders} != {"opened"}:
            await sweep()
        registry.silent = False
        sweeps = (each.post("/internal/sweeps", headers=people["operator"]) for each in (client, other) * 4)
        answers = await asyncio.gather(*sweeps)
    assert {answer.status_code for answer in answers} == {200}
    assert {(await look("nobody", f"/v1/tenders/{each['id']}"))["status"] for each in tenders} == {"evaluated"}
    events = Counter(
        each["event"] for each in (await look("nobody", "/v1/journals/procurement/entries", limit=500))["items"]
    )
    assert (events["tender.opened"], events["tender.evaluated"], events["award.announced"]) == (6, 6, 6)
    assert len((await look("supplier", "/v1/me/notices", limit=100))["items"]) == 6


async def test_of_many_contracts_and_many_decisions_one_wins(
    client: httpx.AsyncClient, people: People, award: Do, look: Look, go_to: GoTo
) -> None:
    lot = await award({"supplier": "800000", "rival": "900000"})
    place = f"/v1/lots/{lot['id']}"
    filed = await client.post(f"{place}/complaints", json={"text": "?", "language": "ru"}, headers=people["rival"])
    address = f"{place}/complaints/{filed.json()['id']}/decision"
    body = {"outcome": "dismissed", "reason": "Нет оснований."}
    decided = await asyncio.gather(*(client.post(address, json=body, headers=people["auditor"]) for _ in range(10)))
    assert Counter(answer.status_code for answer in decided) == {200: 1, 409: 9}
    go_to("2026-12-04T09:00")
    concluded = await asyncio.gather(*(client.post(f"{place}/contract", headers=people["buyer"]) for _ in range(10)))
    assert Counter(answer.status_code for answer in concluded) == {201: 1, 409: 9}
    refused = {answer.json()["code"] for answer in [*decided, *concluded] if answer.status_code == 409}
    assert refused <= {"not-allowed-now", "changed-meanwhile"}
    assert len((await look("nobody", "/v1/contracts"))["items"]) == 1


async def test_a_change_between_reading_and_writing_is_noticed(
    client: httpx.AsyncClient, people: People, prepare: Do, database: TestDatabase
) -> None:
    draft = await prepare()
    somebody = await asyncpg.connect(database.admin_url)
    try:
        change = somebody.transaction()
        await change.start()
        await somebody.execute("UPDATE tenders SET version = version + 1 WHERE id = $1", draft["id"])
        address = f"/v1/tenders/{draft['id']}/publication"
        late = asyncio.ensure_future(client.post(address, headers=people["buyer"]))
        # It waits for this very change; there is nobody else to tell us.
        while not await somebody.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await change.commit()
        answer = await late
    finally:
        await somebody.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "changed-meanwhile")

"""Many at once: a proceeding opens once, closes once, and the register never says otherwise."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from stack.testing import TestDatabase

Receive = Callable[..., Awaitable[dict[str, Any]]]
Opened = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
Search = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]

IIN = "880417499014"


@pytest.fixture
def database(own_database: TestDatabase) -> TestDatabase:
    """This test's alone."""
    return own_database


@pytest.mark.parametrize("action", ["opening", "closing"])
async def test_of_twenty_equal_steps_one_is_taken(
    action: str, receive: Receive, opened: Opened, act: Act, look: Look, search: Search
) -> None:
    proceeding = await (receive() if action == "opening" else opened())
    answers = await asyncio.gather(*(act("bailiff", proceeding, action) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 19}
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"not-allowed-now", "changed-meanwhile"}
    assert len((await search(iin=IIN))["items"]) == (action == "opening")
    assert len((await look("debtor", "/v1/me/notices"))["items"]) == 1 + (action == "closing")


async def test_money_that_comes_in_at_once_is_shared_in_turn_and_never_overpaid(
    opened: Opened, act: Act, look: Look
) -> None:
    proceeding = await opened()  # 400.00 in two claims
    answers = await asyncio.gather(
        *(act("bailiff", proceeding, "proceeds", amount={"amount": "90.01"}) for _ in range(20))
    )
    done = [answer.json() for answer in answers if answer.is_success]
    assert {answer.json()["code"] for answer in answers if not answer.is_success} <= {"changed-meanwhile"}
    kept = (await look("debtor", f"/v1/proceedings/{proceeding['id']}/distribution"))["items"]
    assert sorted(each["id"] for each in kept) == sorted(each["id"] for each in done)
    paid = (await look("debtor", f"/v1/proceedings/{proceeding['id']}"))["paid"]["amount"]
    assert float(paid) == pytest.approx(sum(float(each["distributed"]["amount"]) for each in done))
    assert float(paid) <= 400


async def test_a_restriction_and_the_closing_at_once_leave_none_in_force(opened: Opened, act: Act, look: Look) -> None:
    for _ in range(5):
        proceeding = await opened()
        restricted, closed = await asyncio.gather(
            act("bailiff", proceeding, "restrictions"), act("bailiff", proceeding, "closing")
        )
        if not closed.is_success:
            assert restricted.is_success
            assert (await act("bailiff", proceeding, "closing")).is_success
        seen = await look("debtor", f"/v1/proceedings/{proceeding['id']}")
        assert seen["status"] == "closed"
        assert all(each["lifted_at"] for each in seen["restrictions"])


async def test_a_change_between_reading_and_writing_is_noticed(
    opened: Opened, act: Act, search: Search, own_database: TestDatabase
) -> None:
    proceeding = await opened()
    somebody = await asyncpg.connect(own_database.admin_url)
    try:
        change = somebody.transaction()
        await change.start()
        await somebody.execute("UPDATE proceedings SET version = version + 1 WHERE id = $1", proceeding["id"])
        late = asyncio.ensure_future(act("bailiff", proceeding, "closing"))
        while not await somebody.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await change.commit()
        answer = await late
    finally:
        await somebody.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "changed-meanwhile")
    assert len((await search(iin=IIN))["items"]) == 1


async def test_the_sweep_and_the_opening_at_once_make_one_late_opening(
    receive: Receive, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    received = [await receive() for _ in range(10)]
    go_to("2026-11-27T00:00:01")
    _, answers = await asyncio.gather(sweep(), asyncio.gather(*(act("bailiff", each, "opening") for each in received)))
    for each, answer in zip(received, answers, strict=True):
        if not answer.is_success:
            assert answer.json()["code"] == "changed-meanwhile"
            assert (await act("bailiff", each, "opening")).is_success
        seen = await look("debtor", f"/v1/proceedings/{each['id']}")
        assert (seen["status"], seen["opening_overdue"]) == ("opened", True)
        steps = [step["event"] for step in (await look("debtor", f"/v1/proceedings/{each['id']}/history"))["items"]]
        assert steps.count("proceeding.opened") == 1
        assert steps.count("proceeding.opening_overdue") <= 1
    assert await sweep() == 0


async def test_one_key_makes_one_proceeding(
    client: httpx.AsyncClient, people: dict[str, dict[str, str]], document: Callable[..., dict[str, Any]], look: Look
) -> None:
    headers = people["bailiff"] | {"Idempotency-Key": "one"}
    answers = await asyncio.gather(
        *(client.post("/v1/proceedings", json=document(), headers=headers) for _ in range(16))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len((await look("bailiff", "/v1/proceedings"))["items"]) == 1

"""Many at once: one key makes one appeal, and an appeal has one end, whoever tries at the same instant."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from stack.testing import TestDatabase

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]

ENDS = {"appeal.answered": "answered", "appeal.withdrawn": "withdrawn", "appeal.refused_by_expiry": "refused_by_expiry"}


@pytest.fixture
def database(own_database: TestDatabase) -> TestDatabase:
    """This test's alone."""
    return own_database


async def test_sixty_four_equal_requests_with_one_key_make_one_appeal(
    client: httpx.AsyncClient, people: People, filing: Filing, look: Look
) -> None:
    headers = people["citizen"] | {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(client.post("/v1/appeals", json=filing(), headers=headers) for _ in range(64)))
    assert Counter(answer.status_code for answer in answers) == {201: 64}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 63
    assert len((await look("citizen", "/v1/appeals"))["items"]) == 1
    assert len((await look("nobody", "/v1/journals/appeals/entries"))["items"]) == 1


async def test_one_key_with_other_words_wins_once_and_is_refused_otherwise(
    client: httpx.AsyncClient, people: People, filing: Filing, look: Look
) -> None:
    headers = people["citizen"] | {"Idempotency-Key": "one"}
    answers = await asyncio.gather(
        *(client.post("/v1/appeals", json=filing(subject=f"№ {n}"), headers=headers) for n in range(16))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 15}
    [kept] = (await look("citizen", "/v1/appeals"))["items"]
    assert kept["subject"] == next(answer.json()["subject"] for answer in answers if answer.status_code == 201)


async def test_of_fifty_who_decide_withdraw_and_forward_one_makes_the_end(file: File, act: Act, look: Look) -> None:
    filed = await file()
    tries = [("officer", "decision"), ("citizen", "withdrawal"), ("officer", "forwarding"), ("akimat", "decision")]
    chosen = [tries[n % len(tries)] for n in range(50)]
    answers = await asyncio.gather(*(act(who, filed, action) for who, action in chosen))
    ended = [answer for answer in answers if answer.is_success and answer.json()["status"] != "forwarded"]
    assert len(ended) == 1
    # An officer of the body that has passed it on is forbidden; one of a body that never had it sees nothing.
    assert {answer.status_code for answer in answers} <= {200, 403, 404, 409}
    steps = await history(look, filed)
    assert len(steps) == 1 + sum(answer.is_success for answer in answers)
    assert [event for event in steps if event in ENDS] == [steps[-1]]
    assert (await look("citizen", f"/v1/appeals/{filed['id']}"))["status"] == ended[0].json()["status"]


@pytest.mark.parametrize(("who", "action"), [("officer", "decision"), ("citizen", "withdrawal")])
async def test_of_fifty_equal_ends_one_wins_and_the_others_are_told_why(
    who: str, action: str, file: File, act: Act, look: Look
) -> None:
    filed = await file()
    answers = await asyncio.gather(*(act(who, filed, action) for _ in range(50)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 49}
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"not-allowed-now", "changed-meanwhile"}
    assert len(await history(look, filed)) == 2


async def test_of_fifty_with_one_etag_one_wins(file: File, act: Act) -> None:
    filed = await file()
    answers = await asyncio.gather(*(act("officer", filed, "decision", sending={"If-Match": '"1"'}) for _ in range(50)))
    assert Counter(answer.is_success for answer in answers) == {True: 1, False: 49}
    assert {answer.status_code for answer in answers} <= {200, 409, 412}


async def test_a_change_between_reading_and_writing_is_noticed(
    file: File, act: Act, own_database: TestDatabase
) -> None:
    filed = await file()
    somebody = await asyncpg.connect(own_database.admin_url)
    try:
        change = somebody.transaction()
        await change.start()
        await somebody.execute("UPDATE appeals SET version = version + 1 WHERE id = $1", filed["id"])
        late = asyncio.ensure_future(act("officer", filed, "decision"))
        # It waits for this very change; there is nobody else to tell us.
        while not await somebody.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await change.commit()
        answer = await late
    finally:
        await somebody.close()
    assert (answer.status_code, answer.json()["code"]) == (409, "changed-meanwhile")


async def test_the_journal_tells_the_steps_of_an_appeal_in_the_order_in_which_they_came(
    file: File, act: Act, look: Look
) -> None:
    filed = [await file() for _ in range(3)]
    there = {"officer": "akimat-almaty", "akimat": "min-transport"}

    async def send_on(who: str) -> None:
        for turn in range(20):
            await act(who, filed[turn % len(filed)], "forwarding", agency=there[who])

    await asyncio.gather(*(send_on(who) for who in there for _ in range(6)))
    entries: list[dict[str, Any]] = []
    while len(entries) < sum([len(await history(look, each)) for each in filed]):  # until all are below the gate
        entries = (await look("nobody", "/v1/journals/appeals/entries", limit=1000))["items"]
    for each in filed:
        versions = [entry["object"]["version"] for entry in entries if entry["object"]["id"] == each["id"]]
        assert versions == list(range(1, len(versions) + 1))
        assert len(versions) > 3


async def test_the_sweep_and_a_withdrawal_at_the_same_instant_make_one_end(
    file: File, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    filed = [await file() for _ in range(20)]
    go_to("2026-12-15T00:00:01")
    _, answers = await asyncio.gather(sweep(), asyncio.gather(*(act("citizen", each, "withdrawal") for each in filed)))
    await sweep()
    for each, answer in zip(filed, answers, strict=True):
        end = "withdrawn" if answer.is_success else "refused_by_expiry"
        assert answer.status_code in {200, 409}
        steps = await history(look, each)
        assert [ENDS.get(event) for event in steps] == [None, end]


async def test_the_sweep_never_takes_back_a_decision_of_the_last_moment(
    file: File, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    filed = [await file() for _ in range(20)]
    go_to("2026-12-14T23:59:59.900")  # midnight comes while they are at it
    sweeps = asyncio.gather(*(sweep() for _ in range(40)))
    answers = []
    for each in filed:
        answers.append(await act("officer", each, "decision"))
        await asyncio.sleep(0.01)
    await sweeps
    await asyncio.sleep(0.1)
    await sweep()
    for each, answer in zip(filed, answers, strict=True):
        assert answer.is_success or answer.json()["code"] in {"term-expired", "not-allowed-now"}
        end = "answered" if answer.is_success else "refused_by_expiry"
        assert [ENDS.get(event) for event in await history(look, each)] == [None, end]


async def history(look: Look, appeal: dict[str, Any]) -> list[str]:
    page = await look("citizen", f"/v1/appeals/{appeal['id']}/history", limit=1000)
    return [step["event"] for step in page["items"]]

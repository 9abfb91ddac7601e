"""Of several who act on a complaint at the same instant one wins, and the appeal has one end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]


async def events(look: Look, complaint: Made) -> list[str]:
    page = await look("citizen", f"/v1/complaints/{complaint['id']}/history")
    return [step["event"] for step in page["items"]]


async def test_of_two_rulings_one_stands(sent_up: Make, take: Take, look: Look) -> None:
    for _ in range(5):
        complaint = await sent_up()
        answers = await asyncio.gather(
            *(
                take(who, complaint, "ruling", outcome=outcome)
                for who in ("reviewer", "second")
                for outcome in ("cancel_act", "send_back")
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        [won] = [answer.json() for answer in answers if answer.is_success]
        assert {answer.json()["code"] for answer in answers if not answer.is_success} <= {
            "changed-meanwhile",
            "not-allowed-now",
        }
        assert len(await events(look, complaint)) == 3
        appeal = await look("citizen", f"/v1/appeals/{complaint['appeal']}")
        assert appeal["status"] == {"ruled": "closed", "sent_back": "in_progress"}[won["status"]]


async def test_of_many_complaints_about_one_act_one_is_filed(answered: Make, complain: Take, look: Look) -> None:
    appeal = await answered()
    answers = await asyncio.gather(*(complain(appeal) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len((await look("citizen", f"/v1/appeals/{appeal['id']}/complaints"))["items"]) == 1


async def test_a_withdrawal_and_a_ruling_at_the_same_instant_make_one_end(
    sent_up: Make, take: Take, look: Look
) -> None:
    for _ in range(5):
        complaint = await sent_up()
        answers = await asyncio.gather(take("citizen", complaint, "withdrawal"), take("reviewer", complaint, "ruling"))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        appeal = await look("citizen", f"/v1/appeals/{complaint['appeal']}")
        assert appeal["status"] == ("answered" if answers[0].is_success else "closed")


async def test_the_sweeps_and_a_withdrawal_at_the_same_instant_make_one_end(
    complained: Make, take: Take, look: Look, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    made = [await complained() for _ in range(10)]
    go_to("2026-11-27T00:00:01")
    await asyncio.gather(run_sweeps(), run_sweeps(), *(take("citizen", each, "withdrawal") for each in made))
    await run_sweeps()
    for each in made:
        steps = await events(look, each)
        assert len(steps) == len(set(steps))
        assert steps[-1] in {"complaint.sent_up_by_law", "complaint.withdrawn"}


async def test_who_read_an_older_version_is_told(sent_up: Make, people: Made, client: httpx.AsyncClient) -> None:
    complaint = await sent_up()
    headers = people["citizen"] | {"If-Match": '"1"'}
    stale = await client.post(f"/v1/complaints/{complaint['id']}/withdrawal", json={}, headers=headers)
    assert stale.status_code == 412
    seen = await client.get(f"/v1/complaints/{complaint['id']}", headers=people["citizen"])
    again = people["citizen"] | {"If-None-Match": seen.headers["etag"]}
    assert (await client.get(f"/v1/complaints/{complaint['id']}", headers=again)).status_code == 304


async def test_a_repeat_with_the_same_key_files_nothing_more(
    answered: Make, client: httpx.AsyncClient, people: Made
) -> None:
    appeal = await answered()
    headers = people["citizen"] | {"Idempotency-Key": "once"}
    body = {"text": "Келіспеймін.", "language": "kk"}
    answers = [
        await client.post(f"/v1/appeals/{appeal['id']}/complaints", json=body, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()

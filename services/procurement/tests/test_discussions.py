"""Drafts under discussion: shown to everybody, commented on, answered, and published the day before bids open."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]

UNTIL = "2026-12-10T18:00:00+05:00"


@pytest.fixture
def draft(client: httpx.AsyncClient, people: People, prepare: Do) -> Callable[[], Awaitable[str]]:
    """Opens a draft to discussion on Monday the 23rd; its address."""

    async def run() -> str:
        address = f"/v1/tenders/{(await prepare(bids_until=UNTIL))['id']}"
        assert (await client.get(address)).status_code == 404
        answer = await client.post(f"{address}/discussion", headers=people["buyer"])
        assert (answer.status_code, answer.json()["status"]) == (200, "in_discussion")
        assert answer.json()["discussion"]["comments_until"] == "2026-11-25"
        return address

    return run


async def test_a_draft_is_commented_on_answered_and_published_and_bids_open_the_next_morning(
    *, client: httpx.AsyncClient, people: People, draft: Callable[[], Awaitable[str]], look: Look, go_to: GoTo, bid: Do
) -> None:
    address = await draft()
    seen = await look("nobody", address)
    assert (seen["published_on"], seen["actions"]) == (None, [])
    go_to("2026-11-25T23:00")
    body = {"text": "Мерзім тым қысқа.", "language": "kk"}
    made = await client.post(f"{address}/discussion/comments", json=body, headers=people["trader"])
    assert (made.status_code, made.json()["status"], made.json()["supplier"]["id"]) == (201, "open", None)
    go_to("2026-11-26T10:00")
    early = await client.post(f"{address}/publication", headers=people["buyer"])
    assert early.json()["code"] == "discussion-open"
    reply = f"{address}/discussion/comments/{made.json()['id']}/answer"
    assert (await client.post(reply, json={"text": "?"}, headers=people["other buyer"])).status_code == 403
    go_to("2026-11-30T10:00")  # answers were due on the 27th
    answered = await client.post(reply, json={"text": "Мерзім заңға сай."}, headers=people["buyer"])
    assert answered.json()["status"] == "answered"
    [public] = (await look("nobody", f"{address}/discussion"))["items"]
    assert (public["text"], public["answer"]) == ("Мерзім тым қысқа.", "Мерзім заңға сай.")
    published = await client.post(f"{address}/publication", headers=people["buyer"])
    assert published.json()["discussion"]["bids_from"] == "2026-12-01T09:00:00+05:00"
    go_to("2026-12-01T09:00")
    await bid("supplier", published.json())
    clocks = {each["matter"]: each for each in (await look("nobody", f"{address}/clocks"))["items"]}
    assert (clocks["procurement.discussion_comments"]["state"]) == "kept"
    answers = clocks["procurement.discussion_answers"]
    assert (answers["due_on"], answers["late_by"]) == ("2026-11-27", 1)
    assert clocks["procurement.discussion_protocol"]["due_on"] == "2026-12-01"
    assert clocks["procurement.bid_window"]["starts_on"] == "2026-12-01"


async def test_a_comment_is_answered_once_and_a_late_answer_is_a_fact_of_the_journal(
    client: httpx.AsyncClient, people: People, draft: Callable[[], Awaitable[str]], go_to: GoTo, look: Look
) -> None:
    address = f"{await draft()}/discussion/comments"
    made = await client.post(address, json={"text": "?", "language": "kk"}, headers=people["rival"])
    reply = f"{address}/{made.json()['id']}/answer"
    go_to("2026-11-30T10:00")
    assert (await client.post(reply, json={"text": "!"}, headers=people["buyer"])).status_code == 200
    again = await client.post(reply, json={"text": "!"}, headers=people["buyer"])
    assert again.json()["code"] == "not-allowed-now"
    entries = (await look("nobody", "/v1/journals/procurement/entries", limit=100))["items"]
    late = next(each["data"]["late"] for each in entries if each["event"] == "comment.answered")
    assert late["late_by"] == 1


async def test_without_comments_a_draft_is_published_when_their_days_are_over(
    client: httpx.AsyncClient, people: People, draft: Callable[[], Awaitable[str]], go_to: GoTo, look: Look
) -> None:
    address = await draft()
    go_to("2026-11-26T09:00")
    assert (await client.post(f"{address}/publication", headers=people["buyer"])).status_code == 200
    events = [each["event"] for each in (await look("nobody", f"{address}/history"))["items"]]
    assert events == ["tender.created", "tender.discussion_opened", "tender.published"]


async def test_a_published_tender_takes_no_comments(client: httpx.AsyncClient, people: People, publish: Do) -> None:
    address = f"/v1/tenders/{(await publish())['id']}/discussion"
    body = {"text": "?", "language": "kk"}
    late = await client.post(f"{address}/comments", json=body, headers=people["rival"])
    assert (late.status_code, late.json()["code"]) == (409, "comments-closed")
    assert (await client.post(address, headers=people["buyer"])).json()["code"] == "not-allowed-now"

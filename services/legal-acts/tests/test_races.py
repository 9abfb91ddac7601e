"""Many at once: a comment has one answer, a draft one end, and no report leaves a comment out."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Done = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[tuple[int, int]]]


@pytest.fixture
def database(own_database: TestDatabase) -> TestDatabase:
    """This test's alone."""
    return own_database


async def test_of_twenty_answers_one_stands(post: Post, done: Done, act: Act, look: Look) -> None:
    comment = await done("citizen", await post(), "comments")
    answers = await asyncio.gather(*(act("drafter", comment, "answers", reason=f"№ {n}") for n in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert refused <= {"answered-already", "changed-meanwhile"}
    steps = (await look("nobody", f"/v1/comments/{comment['id']}/history"))["items"]
    assert [each["event"] for each in steps] == ["comment.submitted", "comment.answered"]


async def test_of_twenty_versions_each_that_came_has_its_number(
    post: Post, act: Act, look: Look, own_database: TestDatabase
) -> None:
    draft = await post()
    new = {"clauses": [{"number": "1", "text": {"kk": "а", "ru": "а"}}]}
    answers = await asyncio.gather(*(act("drafter", draft, "versions", **new) for _ in range(20)))
    came = [answer.json()["version"] for answer in answers if answer.is_success]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sorted(came) == list(range(2, 2 + len(came)))
    seen = await look("nobody", f"/v1/drafts/{draft['id']}")
    assert seen["version"] == 1 + len(came)
    ids = [answer.json()["clauses"][0]["id"] for answer in answers if answer.is_success]
    assert len(set(ids)) == len(ids)
    somebody = await asyncpg.connect(own_database.admin_url)
    assert await somebody.fetchval("SELECT count(*) FROM versions") == 1 + len(came)
    await somebody.close()


async def test_a_change_between_reading_and_writing_is_noticed(
    post: Post, act: Act, own_database: TestDatabase
) -> None:
    draft = await post()
    late = await _while_it_changes(draft, act("drafter", draft, "withdrawal"), own_database, "version = version + 1")
    assert (late.status_code, late.json()["code"]) == (409, "changed-meanwhile")


async def test_a_comment_waits_for_the_end_of_the_discussion_and_is_then_refused(
    post: Post, act: Act, own_database: TestDatabase, look: Look
) -> None:
    draft = await post()
    late = await _while_it_changes(draft, act("citizen", draft, "comments"), own_database, "phase = 'answering'")
    assert (late.status_code, late.json()["code"]) == (409, "changed-meanwhile")
    assert (await look("nobody", f"/v1/drafts/{draft['id']}/comments"))["items"] == []


async def test_no_report_leaves_out_a_comment_of_the_last_moment(
    post: Post, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    draft = await post()
    go_to("2026-12-14T23:59:59.500")  # midnight comes while they are at it

    async def finish() -> None:
        while not (await sweep())[0]:  # noqa: ASYNC110 - midnight tells nobody
            await asyncio.sleep(0.02)
        while (answer := await act("drafter", draft, "report")).status_code == 409:
            assert answer.json()["code"] in {"unanswered", "changed-meanwhile"}
            for comment in (await look("nobody", f"/v1/drafts/{draft['id']}/comments", state="unanswered"))["items"]:
                await act("drafter", comment, "answers")

    async def keep_commenting() -> int:
        said = 0
        while (answer := await act("citizen", draft, "comments")).is_success:
            said += 1
        assert answer.json()["code"] in {"discussion-over", "not-allowed-now", "changed-meanwhile"}
        return said

    finishing = asyncio.ensure_future(finish())
    said = await asyncio.gather(*(keep_commenting() for _ in range(4)))
    await finishing
    report = await look("nobody", f"/v1/drafts/{draft['id']}/report")
    assert report["counts"]["received"] == len(report["comments"]) == sum(said) > 0
    assert report["counts"]["answered"] == sum(said)


async def _while_it_changes(
    draft: dict[str, Any], doing: Awaitable[httpx.Response], database: TestDatabase, change: str
) -> httpx.Response:
    """What comes of something that is done while somebody else has just changed the draft and not yet committed."""
    somebody = await asyncpg.connect(database.admin_url)
    try:
        transaction = somebody.transaction()
        await transaction.start()
        await somebody.execute(f"UPDATE drafts SET {change} WHERE id = $1", draft["id"])  # noqa: S608 - a test's words
        late = asyncio.ensure_future(doing)
        # It waits for this very change; there is nobody else to tell us.
        while not await somebody.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await transaction.commit()
        return await late
    finally:
        await somebody.close()

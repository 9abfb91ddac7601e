"""Receipts of legal acts: for everybody of what is public, and for authors of what they said and who they are."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from servicekit.journal import digest

People = dict[str, dict[str, str]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Done = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[tuple[int, int]]]
Receipt = Callable[[str, str], Awaitable[dict[str, Any]]]


async def test_a_comment_and_an_opinion_show_their_authors_what_was_said_and_others_that_it_was(
    post: Post, done: Done, receipt: Receipt
) -> None:
    draft = await post()
    said = {"comments": ("citizen", "neighbour"), "opinions": ("expert", "drafter")}
    for what, (author, other) in said.items():
        made = await done(author, draft, what)
        (own,) = (await receipt(author, f"/v1/{what}/{made['id']}"))["entries"]
        assert own["private"]["data"]["text"] == made["text"]
        assert "id" in own["private"]["data"]["author"]
        for who in (other, "nobody"):
            (seen,) = (await receipt(who, f"/v1/{what}/{made['id']}"))["entries"]
            assert seen["private"] is None
            assert seen["entry"] == own["entry"]


async def test_a_report_has_a_receipt_that_names_its_digest(
    client: httpx.AsyncClient, post: Post, done: Done, receipt: Receipt, go_to: GoTo, sweep: Sweep
) -> None:
    draft = await post()
    assert (await client.get(f"/v1/drafts/{draft['id']}/report/receipt")).status_code == 404
    go_to("2027-01-20T10:00")
    await sweep()
    await done("drafter", draft, "report")
    found = await receipt("nobody", f"/v1/drafts/{draft['id']}/report")
    assert found == await receipt("nobody", f"/v1/drafts/{draft['id']}")
    report = (await client.get(f"/v1/drafts/{draft['id']}/report")).json()
    assert found["entries"][-1]["entry"]["data"]["digest"] == digest(report)

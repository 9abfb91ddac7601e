"""The story of a draft: discussed clause by clause, changed, answered, reported on, adopted."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx

Posting = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Done = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[tuple[int, int]]]
MakeClause = Callable[..., dict[str, Any]]


async def test_posting_tells_number_dates_and_rule(client: httpx.AsyncClient, people: People, posting: Posting) -> None:
    answer = await client.post("/v1/drafts", json=posting(), headers=people["drafter"])
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert answer.headers["location"] == f"/v1/drafts/{draft['id']}"
    assert answer.headers["etag"] == '"1"'
    assert UUID(draft["id"]).version == 7
    assert draft["number"].startswith("ПА-2026-")
    assert len(draft["number"]) == len("ПА-2026-000001")
    assert (draft["phase"], draft["version"], draft["synthetic"]) == ("discussion", 1, False)
    assert draft["agency"]["bin"] == "991240968911"
    assert draft["title"] == {"kk": "Үй жануарлары туралы", "ru": "О домашних животных", "en": None}
    assert [each["id"] for each in draft["clauses"]] == ["c1", "c2", "c3"]
    assert draft["discussion"]["opened_on"] == "2026-11-23"
    assert (draft["discussion"]["until"], draft["discussion"]["earliest_until"]) == ("2026-12-14", "2026-12-14")
    assert draft["discussion"]["term"] == {"n": 15, "unit": "working_day", "first_day_counts": False}
    assert draft["discussion"]["basis"]["rules"] == "report"
    assert [each["name"] for each in draft["actions"]] == ["versions", "withdrawal"]


async def test_the_length_of_a_discussion_is_explained_day_by_day(post: Post, look: Look) -> None:
    draft = await post()
    deadline = await look("nobody", f"/v1/drafts/{draft['id']}/deadline")
    assert (deadline["started_on"], deadline["due_on"]) == ("2026-11-23", "2026-12-14")
    assert [day["n"] for day in deadline["days"] if day["counted"]] == list(range(1, 16))
    assert deadline["days"][0]["why"] == "first_day_not_counted"
    assert "art. 17-1" in deadline["basis"]["source"]
    types = {each["code"]: each for each in (await look("nobody", "/v1/draft-types"))["items"]}
    assert len(types) == 8
    assert (types["law"]["discussion"]["n"], types["local_decision"]["discussion"]["n"]) == (15, 10)
    assert (await look("nobody", "/v1/draft-types", limit=3))["next"] is not None


async def test_a_draft_goes_from_posting_to_adoption(  # noqa: PLR0915, PLR0917 - a story is told in one go
    post: Post, done: Done, act: Act, look: Look, go_to: GoTo, sweep: Sweep, clause: MakeClause
) -> None:
    draft = await post()
    address = f"/v1/drafts/{draft['id']}"
    first = await done("citizen", draft, "comments", suggestion="Ірі ит қарғыбаумен жүреді")
    second = await done("company", draft, "comments", clause=None, text="Зачем?", language="ru")
    assert first["author"] == {"kind": "person", "name": "Айгерім С."}
    assert second["author"] == {"kind": "company", "name": "«Көктем» ЖШС"}
    assert first["due_on"] == "2026-12-07"

    go_to("2026-12-01T11:00")
    words = [
        clause("1", "Осы Заң үй жануарларына қатысты", id="c1", heading={"ru": "Предмет"}),
        clause("2", "Ірі ит қарғыбаумен жүреді", id="c2"),
        clause("3", "Мысықтарға қатысты емес"),
        clause("4", "Айыппұл 10 АЕК", id="c3"),
    ]
    version = await done("drafter", draft, "versions", clauses=words)
    assert (version["version"], version["clauses"][2]["id"]) == (2, "c4")
    await done("drafter", first, "answers", outcome="accepted", clause="c2")
    seen = await look("nobody", f"/v1/comments/{first['id']}")
    assert (seen["carried"], seen["state"], seen["overdue"]) == ("changed", "answered", False)
    assert (seen["answer"]["clause_change"], seen["answer"]["late"]) == ("changed", False)

    assert (await act("drafter", draft, "report")).json()["code"] == "not-allowed-now"
    go_to("2026-12-15T00:00:01")
    assert await sweep() == (1, 1)
    refused = await act("drafter", draft, "report")
    assert (refused.status_code, refused.json()["code"]) == (409, "unanswered")
    assert refused.json()["errors"] == [{"pointer": f"/v1/comments/{second['id']}", "detail": "due_on 2026-12-07"}]
    assert "; 1 still wait." in refused.json()["detail"]
    await done("drafter", second, "answers")
    assert (await act("drafter", draft, "adoption")).json()["allowed_actions"] == [
        "opinions", "versions", "report", "withdrawal",
    ]  # fmt: skip

    report = await done("drafter", draft, "report")
    assert report == await look("nobody", f"{address}/report")
    assert report["counts"] == {
        "received": 2, "answered": 2, "accepted": 1, "partly": 0, "not_accepted": 1, "late": 1, "hidden": 0,
    }  # fmt: skip
    assert [each["author"] for each in report["comments"]] == ["Айгерім С.", "«Көктем» ЖШС"]
    assert report["discussion"] == {"opened_on": "2026-11-23", "until": "2026-12-14"}

    adopted = await done("drafter", draft, "adoption")
    assert (adopted["phase"], adopted["adoption"]["act_number"], adopted["actions"]) == ("adopted", "№ 45-VIII", [])
    steps = (await look("nobody", f"{address}/history"))["items"]
    assert [each["event"] for each in steps] == [
        "draft.posted", "draft.version_added", "draft.discussion_ended", "draft.reported", "draft.adopted",
    ]  # fmt: skip
    assert steps[1]["data"]["changes"] == {"changed": 1, "moved": 1, "new": 1, "unchanged": 1}


async def test_what_happened_to_a_comment_is_in_its_history(
    post: Post, done: Done, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    comment = await done("citizen", await post(), "comments")
    go_to("2026-12-08T10:00")
    assert await sweep() == (0, 1)
    assert await sweep() == (0, 0)  # once
    assert (await look("nobody", f"/v1/comments/{comment['id']}"))["overdue"] is True
    await done("drafter", comment, "answers")
    steps = (await look("nobody", f"/v1/comments/{comment['id']}/history"))["items"]
    assert [(each["event"], each["by"]["role"]) for each in steps] == [
        ("comment.submitted", "citizen"),
        ("comment.answer_overdue", "system"),
        ("comment.answered", "drafter"),
    ]
    assert steps[2]["data"]["late"] is True
    answered = await look("nobody", f"/v1/comments/{comment['id']}")
    assert (answered["overdue"], answered["answer"]["late"]) == (False, True)


async def test_nothing_public_names_a_person(post: Post, done: Done, look: Look) -> None:
    draft = await post()
    comment = await done("citizen", draft, "comments")
    opinion = await done("expert", draft, "opinions")
    await done("neighbour", opinion, "comments")
    await done("moderator", comment, "moderation")
    addresses = [
        f"/v1/drafts/{draft['id']}", f"/v1/drafts/{draft['id']}/comments", f"/v1/drafts/{draft['id']}/opinions",
        f"/v1/opinions/{opinion['id']}/comments", f"/v1/comments/{comment['id']}/history",
        f"/v1/drafts/{draft['id']}/history", "/v1/journals/legal-acts/entries",
    ]  # fmt: skip
    for address in addresses:
        said = str(await look("nobody", address))
        for never in ("Сапарова", "Жүнісов", "Сейітов", "Мұқанова", "880417499014", "791103399014", "770630399013"):
            assert never not in said, address
    journal = str(await look("nobody", "/v1/journals/legal-acts/entries"))
    assert "Қарғыбау" not in journal
    assert "Балағат" not in journal


async def test_a_withdrawn_draft_owes_nothing_more(
    post: Post, done: Done, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    draft = await post()
    comment = await done("citizen", draft, "comments")
    withdrawn = await done("drafter", draft, "withdrawal")
    assert withdrawn["withdrawal"]["reason"] == "Тұжырымдама қайта қаралады."
    go_to("2026-12-20T10:00")
    assert await sweep() == (0, 0)
    assert (await look("nobody", f"/v1/comments/{comment['id']}"))["overdue"] is False
    assert (await act("drafter", comment, "answers")).json()["code"] == "not-allowed-now"
    metrics = await look("nobody", f"/v1/drafts/{draft['id']}/metrics")
    assert (metrics["received"], metrics["released"], metrics["response_rate"]["share"]) == (1, 1, None)


async def test_metrics_count_each_comment_once_and_only_what_is_decided(
    post: Post, done: Done, look: Look, go_to: GoTo
) -> None:
    draft = await post(discussion_until="2027-01-15")
    address = f"/v1/drafts/{draft['id']}/metrics"
    none = await look("nobody", address)
    assert (none["received"], none["response_rate"]) == (0, {"in_time": 0, "of": 0, "share": None})
    first, second, _ = [await done("citizen", draft, "comments") for _ in range(3)]
    await done("drafter", first, "answers", outcome="accepted", clause="c2")
    go_to("2026-12-08T10:00")
    await done("drafter", second, "answers", outcome="partly")
    await done("neighbour", draft, "comments")
    metrics = await look("nobody", address)
    assert metrics == {
        "received": 4, "answered": 2, "answered_in_time": 1, "answered_late": 1, "overdue": 1, "not_yet_due": 1,
        "released": 0, "hidden": 0, "accepted": 1, "accepted_without_change": 1,
        "response_rate": {"in_time": 1, "of": 3, "share": "0.3333"},
    }  # fmt: skip


async def test_the_parties_are_told(post: Post, done: Done, look: Look, go_to: GoTo, sweep: Sweep) -> None:
    draft = await post()
    comment = await done("citizen", draft, "comments")
    await done("moderator", comment, "moderation")
    await done("moderator", comment, "moderation", action="restore", ground=None, reason="Қате болды.")
    go_to("2026-12-15T10:00")
    await sweep()
    await done("drafter", comment, "answers")
    await done("drafter", draft, "report")
    told = (await look("citizen", "/v1/me/notices"))["items"]
    assert sorted(each["event"] for each in told) == [
        "comment.answered", "comment.hidden", "comment.restored", "draft.reported",
    ]  # fmt: skip
    for notice in told:
        for language in ("kk", "ru", "en"):
            assert draft["number"] in notice["text"][language]
            assert "None" not in notice["text"][language]
    assert (await look("neighbour", "/v1/me/notices"))["items"] == []

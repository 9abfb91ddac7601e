"""What is said of a draft: carried from version to version, answered, hidden and shown, listed."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

Post = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Done = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[tuple[int, int]]]
MakeClause = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]


async def test_comments_are_carried_by_the_ids_of_clauses(
    post: Post, done: Done, look: Look, clause: MakeClause
) -> None:
    draft = await post()
    kept, changed, removed = [await done("citizen", draft, "comments", clause=f"c{n}") for n in (1, 2, 3)]
    whole = await done("citizen", draft, "comments", clause=None)
    assert [each["carried"] for each in (kept, changed, removed, whole)] == ["exact", "exact", "exact", None]
    first = draft["clauses"][0]
    words = [
        clause("1", "Ұғымдар"),
        {"id": "c1", "number": "2", "heading": {"ru": "Предмет"}, "text": {"kk": first["text"]["kk"], "ru": "Иначе"}},
        clause("3", "Ит қарғыбаумен жүреді", id="c2"),
    ]
    await done("drafter", draft, "versions", clauses=words)
    items = (await look("nobody", f"/v1/drafts/{draft['id']}/comments"))["items"]
    assert [each["carried"] for each in items] == ["changed", "moved", "orphaned", None]
    late = await done("citizen", draft, "comments", clause="c4")
    assert (late["version"], late["carried"]) == (2, "exact")
    diff = await look("nobody", f"/v1/drafts/{draft['id']}/diff", **{"from": 1, "to": 2})
    assert [(each["id"], each["change"]) for each in diff["changes"]] == [
        ("c4", "new"), ("c1", "changed"), ("c2", "moved"), ("c3", "removed"),
    ]  # fmt: skip
    assert diff["changes"][1]["old"]["text"]["ru"] == first["text"]["ru"]
    assert diff["changes"][1]["new"]["text"]["ru"] == "Иначе"
    assert (diff["changes"][0]["old"], diff["changes"][3]["new"]) == (None, None)
    # A removed clause may come back under its own id, and comments find it again.
    await done("drafter", draft, "versions", clauses=[clause("9", "Айыппұл 10 АЕК", id="c3")])
    assert (await look("nobody", f"/v1/comments/{removed['id']}"))["carried"] == "moved"
    version = await look("nobody", f"/v1/drafts/{draft['id']}/versions/1")
    assert version["clauses"] == draft["clauses"]
    assert len(version["digest"]) == 64


async def test_an_answer_names_what_it_changed_or_that_it_changed_nothing(
    post: Post, done: Done, act: Act, look: Look, clause: MakeClause
) -> None:
    draft = await post()
    comment = await done("citizen", draft, "comments")
    nowhere = await act("drafter", comment, "answers", outcome="accepted")
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "invalid")
    unknown = await act("drafter", comment, "answers", outcome="accepted", clause="c9")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-clause")
    answered = await done("drafter", comment, "answers", outcome="accepted", clause="c2")
    assert answered["answer"]["clause_change"] == "unchanged"
    assert (await look("nobody", f"/v1/drafts/{draft['id']}/metrics"))["accepted_without_change"] == 1
    await done("drafter", draft, "versions", clauses=[clause("2", "Ірі ит қарғыбаумен жүреді", id="c2")])
    assert (await look("nobody", f"/v1/comments/{comment['id']}"))["answer"]["clause_change"] == "changed"
    assert (await look("nobody", f"/v1/drafts/{draft['id']}/metrics"))["accepted_without_change"] == 0


async def test_a_hidden_comment_stays_counted_and_owed_and_its_hiding_is_public(
    post: Post, done: Done, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    draft = await post()
    comment = await done("citizen", draft, "comments", suggestion="Басқаша")
    await done("moderator", comment, "moderation")
    address = f"/v1/comments/{comment['id']}"
    for who in ("nobody", "neighbour", "transport", "expert"):
        seen = await look(who, address)
        assert (seen["text"], seen["suggestion"]) == (None, None), who
        assert (seen["hidden"]["ground"], seen["hidden"]["reason"]) == ("insult", "Балағат сөз бар.")
    for who in ("citizen", "drafter", "moderator"):
        assert (await look(who, address))["text"] == comment["text"], who
    [listed] = (await look("nobody", f"/v1/drafts/{draft['id']}/comments", state="hidden"))["items"]
    assert listed["text"] is None
    assert (await look("nobody", f"/v1/drafts/{draft['id']}/metrics"))["received"] == 1
    await done("drafter", comment, "answers")
    go_to("2026-12-15T10:00")
    await sweep()
    report = await done("drafter", draft, "report")
    assert (report["counts"]["hidden"], report["comments"][0]["text"]) == (1, None)
    shown = await done("moderator", comment, "moderation", action="restore", ground=None)
    assert (shown["text"], shown["hidden"]) == (comment["text"], None)


async def test_what_is_hidden_after_the_report_is_not_shown_in_it(
    post: Post, done: Done, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    draft = await post()
    comment = await done("citizen", draft, "comments")
    await done("drafter", comment, "answers")
    go_to("2026-12-15T10:00")
    await sweep()
    report = await done("drafter", draft, "report")
    assert report["comments"][0]["text"] == comment["text"]
    await done("moderator", comment, "moderation", ground="personal_data")
    later = await look("nobody", f"/v1/drafts/{draft['id']}/report")
    assert (later["comments"][0]["text"], later["comments"][0]["hidden"]) == (None, "personal_data")
    assert later["counts"] == report["counts"]


async def test_lists_filter_and_go_on_where_they_ended(
    client: httpx.AsyncClient, post: Post, done: Done, look: Look, go_to: GoTo
) -> None:
    draft = await post(discussion_until="2027-01-15")
    said = [await done("citizen", draft, "comments", clause=f"c{n % 3 + 1}") for n in range(5)]
    await done("drafter", said[0], "answers")
    address = f"/v1/drafts/{draft['id']}/comments"

    async def found(**filters: Any) -> list[int]:
        items = (await look("nobody", address, **filters))["items"]
        return [[each["id"] for each in said].index(each["id"]) for each in items]

    assert await found(clause="c1") == [0, 3]
    assert await found(clause="c9") == []
    assert await found(state="answered") == [0]
    assert await found(state="unanswered") == [1, 2, 3, 4]
    assert await found(state="unanswered", clause="c1") == [3]
    assert await found(state="overdue") == []
    go_to("2026-12-08T10:00")
    assert await found(state="overdue", limit=1000) == [1, 2, 3, 4]
    assert await found(state="hidden") == []
    pages, next_page = [], f"{address}?limit=2"
    while next_page:
        page = (await client.get(next_page)).json()
        pages.append(page["items"])
        next_page = page["next"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [each["id"] for page in pages for each in page] == [each["id"] for each in said]


async def test_drafts_are_found_by_type_agency_phase_and_words(post: Post, done: Done, look: Look) -> None:
    law = await post()
    order = await post("transport", type="order", title={"kk": "100 % жүк туралы", "ru": "О грузах_1"})
    await done("transport", order, "withdrawal")

    async def found(**filters: Any) -> list[str]:
        return [each["id"] for each in (await look("nobody", "/v1/drafts", **filters))["items"]]

    assert await found() == [order["id"], law["id"]]
    assert await found(type="law") == await found(agency="991240968911") == await found(phase="discussion")
    assert await found(phase="discussion") == [law["id"]]
    assert await found(type="order", phase="withdrawn", agency="991240971961", q="ЖҮК") == [order["id"]]
    assert await found(q="жануар") == await found(q=law["number"]) == [law["id"]]
    assert await found(q="0 %") == await found(q="_") == [order["id"]]
    assert await found(q="kk") == []


async def test_opinions_have_channels_and_citizens_comment_on_them(
    post: Post, done: Done, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    draft = await post()
    opinion = await done("expert", draft, "opinions", organisation="Сараптама институты")
    assert (opinion["channel"], opinion["portal_channel"], opinion["author"]["name"]) == (
        "anti_corruption",
        8,
        "Қанат С.",
    )
    comment = await done("citizen", opinion, "comments")
    assert (comment["opinion"], comment["due_on"], comment["basis"]) == (opinion["id"], None, None)
    assert (await look("nobody", f"/v1/opinions/{opinion['id']}/comments"))["items"][0]["text"] == comment["text"]
    assert (await look("nobody", f"/v1/drafts/{draft['id']}/comments"))["items"] == []
    assert (await look("citizen", f"/v1/opinions/{opinion['id']}"))["actions"] != []
    # Nobody owes it an answer, so the drafter has none to give, and the report does not wait for it.
    assert (await act("drafter", comment, "answers")).status_code == 403
    go_to("2026-12-20T10:00")
    assert await sweep() == (1, 0)
    assert (await done("drafter", draft, "report"))["counts"]["received"] == 0
    assert (await act("citizen", opinion, "comments")).json()["code"] == "not-allowed-now"
    [step] = (await look("nobody", f"/v1/opinions/{opinion['id']}/history"))["items"]
    assert (step["event"], step["data"]["channel"]) == ("opinion.posted", "anti_corruption")
    [listed] = (await look("nobody", f"/v1/drafts/{draft['id']}/opinions"))["items"]
    assert listed == {name: value for name, value in opinion.items() if name != "actions"}


async def test_a_list_item_is_the_resource_without_what_the_caller_may_do(
    client: httpx.AsyncClient, people: People, post: Post, done: Done, look: Look
) -> None:
    draft = await post()
    comment = await done("citizen", draft, "comments")
    [listed] = (await look("nobody", f"/v1/drafts/{draft['id']}/comments"))["items"]
    seen = await look("nobody", f"/v1/comments/{comment['id']}")
    assert seen == listed | {"basis": seen["basis"], "actions": []}
    [summary] = (await look("nobody", "/v1/drafts"))["items"]
    assert summary.items() <= (await look("nobody", f"/v1/drafts/{draft['id']}")).items()
    again = await client.get(f"/v1/drafts/{draft['id']}", headers={"If-None-Match": '"1"'})
    assert again.status_code == 304
    stale = await client.post(
        f"/v1/drafts/{draft['id']}/withdrawal", json={"reason": "x"}, headers=people["drafter"] | {"If-Match": '"9"'}
    )
    assert stale.status_code == 412


async def test_what_the_sandbox_invents_is_marked(
    client: httpx.AsyncClient, post: Post, act: Act, people: People, issuer: Any
) -> None:
    people["invented"] = issuer.headers("citizen", sub="s1", name="А Б", iin="880417499014", synthetic=True)
    draft = await post()
    assert (await act("invented", draft, "comments")).json()["synthetic"] is True
    assert (await act("neighbour", draft, "comments")).json()["synthetic"] is False
    assert (await client.get("/v1/drafts")).json()["items"][0]["synthetic"] is False

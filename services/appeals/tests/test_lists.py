"""Registers: whose appeals are in them, what narrows them, and how they go on from page to page."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from servicekit.testing import Issuer
from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]


# Of a body, four thousand in two years, in the order of their ids; words that all, every tenth, or few of them have.
_OF_TWO_YEARS = """
INSERT INTO appeals SELECT (r).* FROM (
  SELECT jsonb_populate_record(appeals, jsonb_build_object(
           'id', regexp_replace(lpad(to_hex(1700000000000 + n::bigint * 15768000), 12, '0'), '^.{8}', '\\&-')
                 || '-7000-8000-' || lpad(n::text, 12, '0'),
           'number', 'Ж-' || lpad(n::text, 9, '0'),
           'subject', 'көп' || CASE WHEN n % 10 = 0 THEN ' орта' ELSE '' END
                      || CASE WHEN n % 400 = 0 THEN ' сирек' ELSE '' END || ' ' || n)) AS r
    FROM appeals, generate_series(1, 4000) AS n) AS made
"""


@pytest.fixture
def subjects(look: Look) -> Callable[..., Awaitable[list[str]]]:
    """Lists the subjects of the appeals that somebody finds."""

    async def find(who: str = "citizen", **parameters: Any) -> list[str]:
        return [each["subject"] for each in (await look(who, "/v1/appeals", **parameters))["items"]]

    return find


Subjects = Callable[..., Awaitable[list[str]]]


class TestWhose:
    async def test_the_newest_comes_first(self, file: File, subjects: Subjects) -> None:
        for subject in ("бір", "екі", "үш"):
            await file(subject=subject)
        assert await subjects() == ["үш", "екі", "бір"]

    async def test_an_item_is_the_single_resources_own_bytes(
        self, client: httpx.AsyncClient, people: People, file: File, act: Act
    ) -> None:
        filed = await file(subject="Жол «А—1» \u00e9 \U0001f6a7")
        await act("officer", filed, "forwarding")
        for who in ("citizen", "akimat"):
            whole = await client.get(f"/v1/appeals/{filed['id']}", headers=people[who])
            page = await client.get("/v1/appeals", headers=people[who])
            [item] = page.json()["items"]
            summary = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
            assert whole.content.startswith(summary.removesuffix(b"}") + b",")
            assert page.content == b'{"items":[' + summary + b'],"next":null}'

    async def test_people_see_their_own_and_officers_what_is_with_their_body(
        self, file: File, act: Act, subjects: Subjects
    ) -> None:
        await file(subject="менікі")
        await file("neighbour", subject="көршінікі")
        await file("company", subject="серіктестіктікі", agency="akimat-almaty")
        moved = await file(subject="жіберілген")
        await act("officer", moved, "forwarding")
        assert await subjects("citizen") == ["жіберілген", "менікі"]
        assert await subjects("neighbour") == ["көршінікі"]
        assert await subjects("company") == ["серіктестіктікі"]
        assert await subjects("officer") == ["көршінікі", "менікі"]
        assert await subjects("akimat") == ["жіберілген", "серіктестіктікі"]

    async def test_an_officer_of_no_known_body_and_a_citizen_without_a_number_see_nothing(
        self, file: File, subjects: Subjects, issuer: Issuer, people: People
    ) -> None:
        await file()
        people["lost"] = issuer.headers("officer", sub="x", agency="min-magic")
        people["unnumbered"] = issuer.headers("citizen", sub="y")
        assert await subjects("lost") == await subjects("unnumbered") == []


class TestFilters:
    async def test_by_status_and_kind(self, file: File, act: Act, subjects: Subjects) -> None:
        await file(subject="a", kind="request")
        await act("citizen", await file(subject="b", kind="complaint"), "withdrawal")
        await file(subject="c", kind="complaint")
        assert await subjects(status="registered") == ["c", "a"]
        assert await subjects(kind="complaint") == ["c", "b"]
        assert await subjects("officer", kind="complaint", status="withdrawn") == ["b"]
        assert await subjects(kind="message") == []

    async def test_overdue_are_the_expired_before_the_sweep_and_after(
        self, file: File, act: Act, subjects: Subjects, go_to: GoTo, sweep: Sweep
    ) -> None:
        await file(subject="late")
        answered = await file(subject="answered")
        await act("officer", answered, "decision")
        go_to("2026-12-15T09:00")
        await file(subject="fresh")
        for _ in ("before the sweep", "after it"):
            assert await subjects(overdue=True) == ["late"]
            assert await subjects("officer", overdue="false") == ["fresh", "answered"]
            await sweep()
        assert await subjects(status="refused_by_expiry") == ["late"]

    async def test_the_last_day_is_not_overdue(self, file: File, subjects: Subjects, go_to: GoTo) -> None:
        await file(subject="due today")
        go_to("2026-12-14T23:00")
        assert await subjects(overdue=True) == []

    async def test_due_before_a_day_leaves_that_day_out(self, file: File, subjects: Subjects, go_to: GoTo) -> None:
        await file(subject="due 14")
        go_to("2026-11-24T10:00")
        await file(subject="due 15")
        assert await subjects(due_before="2026-12-14") == []
        assert await subjects(due_before="2026-12-15") == ["due 14"]
        assert await subjects(due_before="2026-12-16") == ["due 15", "due 14"]

    async def test_words_are_found_in_subject_and_number(self, file: File, subjects: Subjects) -> None:
        everything = ["Ұзын Әже Өткел", "d'e", "c\\d", "axb", "a_b", "100% дайын"]
        for subject in reversed(everything):
            await file(subject=subject)
        wanted = {
            "%": ["100% дайын"],
            "100% д": ["100% дайын"],
            "айын": [],  # not from the beginning of a word
            "_": ["a_b"],
            "a_b": ["a_b"],
            "a%b": [],
            "\\": ["c\\d"],
            "'": ["d'e"],
            "ұзын әже": ["Ұзын Әже Өткел"],
            "ӨТКЕЛ": ["Ұзын Әже Өткел"],
            "ЖТ-2026": everything,
            "жт-2026": everything,
            "шатыры": [],  # a word of the text, which is not searched
        }
        for who in ("citizen", "officer"):
            assert {q: await subjects(who, q=q) for q in wanted} == wanted

    async def test_many_rows_are_searched_in_parts_and_none_is_missed(
        self, file: File, look: Look, database: TestDatabase
    ) -> None:
        await file(subject="жол")
        await _ask(database.admin_url, _OF_TWO_YEARS)
        wanted = {
            q: [str(n) for n in range(4000, 0, -every)] for q, every in (("көп", 1), ("орта", 10), ("сирек", 400))
        }
        for q, found in (wanted | {"12": ["12"], "жоқ": []}).items():
            page = await look("officer", "/v1/appeals", q=q, limit=200)
            seen = page["items"]
            while page["next"] is not None:
                page = await look("officer", page["next"])
                seen += page["items"]
            assert [each["subject"].rsplit(" ", 1)[1] for each in seen] == found

    async def test_filters_add_up(self, file: File, subjects: Subjects) -> None:
        await file(subject="жол", kind="request")
        await file(subject="жол", kind="complaint")
        given = {"q": "жол", "kind": "complaint", "status": "registered", "overdue": "false"}
        assert await subjects(**given, due_before="2026-12-15") == ["жол"]
        assert await subjects(**given, due_before="2026-12-14") == []


class TestPages:
    async def test_every_item_comes_once_and_keeps_the_filters(self, file: File, look: Look) -> None:
        wanted = [(await file(subject=f"{n} жол & көше", kind="complaint"))["id"] for n in range(7)]
        await file(subject="other")
        pages = [await look("citizen", "/v1/appeals", limit=3, q="жол & көше", kind="complaint")]
        while pages[-1]["next"] is not None:
            pages.append(await look("citizen", pages[-1]["next"]))
        assert [len(page["items"]) for page in pages] == [3, 3, 1]
        assert [each["id"] for page in pages for each in page["items"]] == wanted[::-1]

    async def test_a_full_last_page_has_no_next(self, file: File, look: Look) -> None:
        for _ in range(2):
            await file()
        assert (await look("citizen", "/v1/appeals", limit=2))["next"] is None

    async def test_what_is_filed_meanwhile_moves_nothing(self, file: File, look: Look) -> None:
        first, second = await file(), await file()
        page = await look("officer", "/v1/appeals", limit=1)
        await file()
        rest = await look("officer", page["next"])
        assert [each["id"] for each in page["items"] + rest["items"]] == [second["id"], first["id"]]
        assert rest["next"] is None


async def _ask(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

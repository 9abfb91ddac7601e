"""Every error of legal-acts is a problem with a stable code, a status, and texts in three languages."""

import inspect
import string
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from legal_acts.domain import errors
from legal_acts.main import PROBLEMS
from servicekit.problems import KIT
from servicekit.testing import Issuer
from statute.calendars import CalendarMissing
from statute.procedures import NotAllowedNow

Posting = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Done = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[tuple[int, int]]]

OF_THE_RULES = {
    each for _, each in inspect.getmembers(errors, inspect.isclass) if each.__module__ == errors.__name__
}  # fmt: skip
STATUSES = {
    "agency-unknown": 403,
    "answered-already": 409,
    "calendar-missing": 503,
    "changed-meanwhile": 409,
    "discussion-over": 409,
    "discussion-too-short": 422,
    "language-missing": 422,
    "moderated-already": 409,
    "not-allowed-now": 409,
    "party-unknown": 403,
    "repeated-clause": 422,
    "unanswered": 409,
    "unknown-clause": 422,
    "unknown-type": 422,
}
KINDS = {code: (KIT | PROBLEMS).kinds[code] for code in STATUSES}


def test_every_error_has_a_problem_and_every_problem_an_error() -> None:
    assert PROBLEMS.codes.keys() == OF_THE_RULES | {CalendarMissing, NotAllowedNow}
    assert PROBLEMS.kinds.keys() <= set(PROBLEMS.codes.values()) <= KINDS.keys()


def test_every_status_is_the_one_promised() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUSES


@pytest.mark.parametrize("code", STATUSES)
def test_the_three_texts_name_the_same_facts(code: str) -> None:
    kind = KINDS[code]
    for texts in (kind.title.model_dump(), kind.detail.model_dump()):
        assert all(text == text.strip() != "" for text in texts.values())
        assert len(set(texts.values())) == 3
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        assert fields[0] == fields[1] == fields[2]


# How each comes about: by posting with some fields, or by doing something with a fresh draft or a comment on it.
POSTED: dict[str, tuple[str, dict[str, Any]]] = {
    "agency-unknown": ("homeless", {}),
    "discussion-too-short": ("drafter", {"discussion_until": "2026-12-13"}),
    "language-missing": ("drafter", {"languages": ["kk", "en"]}),
    "repeated-clause": ("drafter", {"clauses": [{"id": "a", "number": "1", "text": {"kk": "а", "ru": "а"}}] * 2}),
    "unknown-type": ("drafter", {"type": "edict"}),
}
ACTED: dict[str, tuple[str, str, str, str, dict[str, Any]]] = {
    "answered-already": ("2026-11-23T10:00", "drafter", "comment", "answers", {}),
    "calendar-missing": ("2027-12-20T10:00", "citizen", "draft", "comments", {}),
    "discussion-over": ("2028-01-01T00:00", "citizen", "draft", "comments", {}),
    "moderated-already": (
        "2026-11-23T10:00",
        "moderator",
        "comment",
        "moderation",
        {"action": "restore", "ground": None},
    ),
    "not-allowed-now": ("2026-11-23T10:00", "drafter", "draft", "adoption", {}),
    "party-unknown": ("2026-11-23T10:00", "unnumbered", "draft", "comments", {}),
    "unanswered": ("2028-01-02T10:00", "drafter", "draft", "report", {}),
    "unknown-clause": ("2026-11-23T10:00", "citizen", "draft", "comments", {"clause": "c9"}),
}
RACED = {"changed-meanwhile"}  # test_races.py


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, one whose token has no number, and one who drafts for no body."""
    return people | {
        "unnumbered": issuer.headers("citizen", sub="u1"),
        "homeless": issuer.headers("drafter", sub="u2", iin="850101300019"),
    }


@pytest.fixture
def provoke(  # noqa: PLR0917
    client: httpx.AsyncClient, people: People, posting: Posting, post: Post, done: Done, act: Act, go_to: GoTo,
    sweep: Sweep,
) -> Callable[[str], Awaitable[httpx.Response]]:  # fmt: skip
    """Makes a problem come about."""

    async def make(code: str) -> httpx.Response:
        go_to("2026-11-23T10:00")
        if code in POSTED:
            who, fields = POSTED[code]
            return await client.post("/v1/drafts", json=posting(**fields), headers=people[who])
        moment, who, what, action, fields = ACTED[code]
        draft = await post(discussion_until="2027-12-31")
        comment = await done("citizen", draft, "comments")
        if code == "answered-already":
            await done("drafter", comment, "answers")
        go_to(moment)
        if code == "unanswered":
            await sweep()
        return await act(who, draft if what == "draft" else comment, action, **fields)

    return make


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_each_can_be_provoked_over_http(
    language: str, provoke: Callable[[str], Awaitable[httpx.Response]], client: httpx.AsyncClient
) -> None:
    assert {*POSTED, *ACTED} == KINDS.keys() - RACED
    client.headers["Accept-Language"] = language
    for code in KINDS.keys() - RACED:
        kind = KINDS[code]
        answer = await provoke(code)
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["type"]) == (kind.status, code, f"/problems/{code}")
        assert answer.headers["content-language"] == language
        assert problem["title"] == getattr(kind.title, language)
        assert "–" not in problem["detail"]
        assert not set("{}") & set(problem["detail"])
        assert ("retry-after" in answer.headers) is (kind.status == 503)


async def test_too_short_a_discussion_is_told_the_earliest_day(
    client: httpx.AsyncClient, people: People, posting: Posting
) -> None:
    for kind, earliest in (("law", "2026-12-14"), ("consultative_document", "2026-12-14"), ("order", "2026-12-07")):
        body = posting(type=kind, discussion_until="2026-11-30")
        problem = (await client.post("/v1/drafts", json=body, headers=people["drafter"])).json()
        assert problem["errors"] == [{"pointer": "/discussion_until", "detail": f">= {earliest}"}]
        assert earliest in problem["detail"]
        assert "Law on Legal Acts" in problem["detail"]
        assert (
            await client.post("/v1/drafts", json=body | {"discussion_until": earliest}, headers=people["drafter"])
        ).status_code == 201

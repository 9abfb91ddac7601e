"""Every error of legal-acts is a problem with a stable code, a status, and texts in three languages."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from legal_acts.domain import errors
from legal_acts.main import PROBLEMS
from servicekit.languages import LANGUAGES
from servicekit.problems import KIT
from servicekit.testing import Issuer, errors_of, texts_at_odds
from statute.calendars import CalendarMissing
from statute.procedures import NotAllowedNow

Posting = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Done = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Provoke = Callable[[str], Awaitable[httpx.Response]]
EachIsTold = Callable[..., Awaitable[None]]
Sweep = Callable[[], Awaitable[tuple[int, int]]]

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
    assert PROBLEMS.codes.keys() == errors_of(errors) | {CalendarMissing, NotAllowedNow}
    assert PROBLEMS.kinds.keys() <= set(PROBLEMS.codes.values()) <= KINDS.keys()


def test_every_status_is_the_one_promised() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUSES


@pytest.mark.parametrize("code", STATUSES)
def test_the_three_texts_name_the_same_facts(code: str) -> None:
    assert texts_at_odds(KINDS[code]) == []


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
) -> Provoke:  # fmt: skip
    """Makes a problem come about."""

    async def make(code: str) -> httpx.Response:
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


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_can_be_provoked_over_http(language: str, provoke: Provoke, each_is_told: EachIsTold) -> None:
    assert {*POSTED, *ACTED} == KINDS.keys() - RACED
    await each_is_told(KINDS, provoke, language, but=RACED)


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

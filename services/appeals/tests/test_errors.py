"""Every error of appeals is a problem with a stable code, a status, and texts in three languages."""

import inspect
import string
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain import errors
from appeals.domain.agencies import UnknownAgency
from appeals.main import PROBLEMS
from servicekit.testing import Issuer
from statute.calendars import OutsideCalendar
from statute.rules import Undecided, UnknownRuleSet

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
GoTo = Callable[[str], None]

OF_THE_RULES = {
    each for _, each in inspect.getmembers(errors, inspect.isclass) if each.__module__ == errors.__name__
}  # fmt: skip
FROM_ELSEWHERE = {UnknownAgency, UnknownRuleSet, Undecided, OutsideCalendar}
STATUSES = {
    "calendar-missing": 503,
    "forwarding-too-late": 409,
    "not-allowed-now": 409,
    "outside-calendar": 422,
    "party-unknown": 403,
    "same-agency": 409,
    "term-expired": 409,
    "undecided": 422,
    "unknown-agency": 422,
    "unknown-rules": 422,
}


def test_every_error_has_a_problem_and_every_problem_an_error() -> None:
    assert PROBLEMS.codes.keys() == OF_THE_RULES | FROM_ELSEWHERE
    assert sorted(PROBLEMS.codes.values()) == sorted(PROBLEMS.kinds)


def test_every_status_is_the_one_promised() -> None:
    assert {code: kind.status for code, kind in PROBLEMS.kinds.items()} == STATUSES


@pytest.mark.parametrize("code", STATUSES)
def test_the_three_texts_name_the_same_facts(code: str) -> None:
    kind = PROBLEMS.kinds[code]
    for texts in (kind.title.model_dump(), kind.detail.model_dump()):
        assert all(text == text.strip() != "" for text in texts.values())
        assert len(set(texts.values())) == 3
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        assert fields[0] == fields[1] == fields[2]


@pytest.fixture
def provoke(
    client: httpx.AsyncClient,
    people: People,
    issuer: Issuer,
    filing: Filing,
    file: File,
    act: Act,
    go_to: GoTo,
) -> dict[str, Callable[[], Awaitable[httpx.Response]]]:
    """How each problem comes about."""

    async def calendar_missing() -> httpx.Response:
        go_to("2027-12-20T10:00")
        return await client.post("/v1/appeals", json=filing(), headers=people["citizen"])

    async def forwarding_too_late() -> httpx.Response:
        filed = await file()
        go_to("2026-11-27T10:00")
        return await act("officer", filed, "forwarding")

    async def not_allowed_now() -> httpx.Response:
        filed = await file()
        await act("citizen", filed, "withdrawal")
        return await act("officer", filed, "decision")

    async def outside_calendar() -> httpx.Response:
        return await client.get("/v1/deadlines?kind=request&submitted_at=2027-12-20T10:00:00Z")

    async def party_unknown() -> httpx.Response:
        return await client.post("/v1/appeals", json=filing(), headers=issuer.headers("citizen"))

    async def same_agency() -> httpx.Response:
        return await act("officer", await file(), "forwarding", agency="min-transport")

    async def term_expired() -> httpx.Response:
        filed = await file()
        go_to("2026-12-15T10:00")
        return await act("officer", filed, "decision")

    async def undecided() -> httpx.Response:
        return await client.get("/v1/deadlines?kind=request&submitted_at=2020-12-20T10:00:00Z")

    async def unknown_agency() -> httpx.Response:
        return await client.post("/v1/appeals", json=filing(agency="min-magic"), headers=people["citizen"])

    async def unknown_rules() -> httpx.Response:
        return await client.get("/v1/deadlines?kind=request&rules=none")

    ways = (calendar_missing, forwarding_too_late, not_allowed_now, outside_calendar, party_unknown, same_agency)
    more = (term_expired, undecided, unknown_agency, unknown_rules)
    return {way.__name__.replace("_", "-"): way for way in (*ways, *more)}


async def test_each_can_be_provoked_over_http(
    provoke: dict[str, Callable[[], Awaitable[httpx.Response]]], client: httpx.AsyncClient, go_to: GoTo
) -> None:
    assert provoke.keys() == PROBLEMS.kinds.keys()
    for code, way in provoke.items():
        for language in ("kk", "ru", "en"):
            go_to("2026-11-23T10:00")
            client.headers["Accept-Language"] = language
            answer = await way()
            problem, kind = answer.json(), PROBLEMS.kinds[code]
            assert (answer.status_code, problem["code"], problem["type"]) == (
                kind.status, code, f"/problems/{code}"
            )  # fmt: skip
            assert answer.headers["content-language"] == language
            assert problem["title"] == getattr(kind.title, language)
            assert "–" not in problem["detail"]
            assert not set("{}") & set(problem["detail"])
            assert ("retry-after" in answer.headers) is (kind.status == 503)

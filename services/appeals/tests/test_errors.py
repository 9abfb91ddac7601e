"""Every error of appeals is a problem with a stable code, a status, and texts in three languages."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain import errors
from appeals.domain.agencies import UnknownAgency
from appeals.main import PROBLEMS
from servicekit.languages import LANGUAGES
from servicekit.problems import KIT
from servicekit.testing import Issuer, errors_of, texts_at_odds
from statute.calendars import CalendarMissing, OutsideCalendar
from statute.procedures import NotAllowedNow
from statute.rules import Undecided, UnknownRuleSet

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
GoTo = Callable[[str], None]
Provoke = Callable[[str], Awaitable[httpx.Response]]
EachIsTold = Callable[..., Awaitable[None]]

FROM_ELSEWHERE = {UnknownAgency, UnknownRuleSet, Undecided, OutsideCalendar}
STATUSES = {
    "calendar-missing": 503,
    "changed-meanwhile": 409,
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
KINDS = {code: (KIT | PROBLEMS).kinds[code] for code in STATUSES}


def test_every_error_has_a_problem_and_every_problem_an_error() -> None:
    assert PROBLEMS.codes.keys() == errors_of(errors) | FROM_ELSEWHERE | {CalendarMissing, NotAllowedNow}
    assert PROBLEMS.kinds.keys() <= set(PROBLEMS.codes.values()) <= KINDS.keys()


def test_every_status_is_the_one_promised() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUSES


@pytest.mark.parametrize("code", STATUSES)
def test_the_three_texts_name_the_same_facts(code: str) -> None:
    assert texts_at_odds(KINDS[code]) == []


# How each comes about: by a question; by filing at a moment with some fields; by an action at a moment after another.
ASKED = {
    "outside-calendar": "/v1/deadlines?kind=request&submitted_at=2027-12-20T10:00:00Z",
    "undecided": "/v1/deadlines?kind=request&submitted_at=2020-12-20T10:00:00Z",
    "unknown-rules": "/v1/deadlines?kind=request&rules=none",
}
FILED: dict[str, tuple[str, str, dict[str, str]]] = {
    "calendar-missing": ("2027-12-20T10:00", "citizen", {}),
    "party-unknown": ("2026-11-23T10:00", "unnumbered", {}),
    "unknown-agency": ("2026-11-23T10:00", "citizen", {"agency": "min-magic"}),
}
ACTED: dict[str, tuple[str, str, dict[str, str]]] = {
    "forwarding-too-late": ("2026-11-27T10:00", "forwarding", {}),
    "not-allowed-now": ("2026-11-23T10:00", "decision", {}),
    "same-agency": ("2026-11-23T10:00", "forwarding", {"agency": "min-transport"}),
    "term-expired": ("2026-12-15T10:00", "decision", {}),
}


RACED = {"changed-meanwhile"}  # test_races.py


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, and one whose token has no number."""
    return people | {"unnumbered": issuer.headers("citizen", sub="u1")}


@pytest.fixture
def provoke(client: httpx.AsyncClient, people: People, filing: Filing, file: File, act: Act, go_to: GoTo) -> Provoke:
    """Makes a problem come about."""

    async def make(code: str) -> httpx.Response:
        if code in ASKED:
            return await client.get(ASKED[code])
        if code in FILED:
            moment, who, fields = FILED[code]
            go_to(moment)
            return await client.post("/v1/appeals", json=filing(**fields), headers=people[who])
        moment, action, fields = ACTED[code]
        filed = await file()
        if code == "not-allowed-now":
            await act("citizen", filed, "withdrawal")
        go_to(moment)
        return await act("officer", filed, action, **fields)

    return make


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_can_be_provoked_over_http(language: str, provoke: Provoke, each_is_told: EachIsTold) -> None:
    assert {*ASKED, *FILED, *ACTED} == KINDS.keys() - RACED
    await each_is_told(KINDS, provoke, language, but=RACED)

"""Every error of appeals is a problem with a stable code, a status, and texts in three languages."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.clients import EICAR
from appeals.domain import errors
from appeals.domain.agencies import UnknownAgency
from appeals.domain.attachments import MOST
from appeals.main import PROBLEMS
from servicekit.languages import LANGUAGES
from servicekit.problems import KIT
from servicekit.testing import Issuer, errors_of, texts_at_odds
from statute.calendar_changes import DayTwice, DayUnfit, NothingChanges
from statute.calendars import CalendarMissing, OutsideCalendar, UnknownCalendar
from statute.procedures import NotAllowedNow
from statute.rules import Undecided, UnknownRuleSet

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
GoTo = Callable[[str], None]
Attach = Callable[..., Awaitable[httpx.Response]]
Download = Callable[..., Awaitable[httpx.Response]]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]
Provoke = Callable[[str], Awaitable[httpx.Response]]
EachIsTold = Callable[..., Awaitable[None]]

FROM_ELSEWHERE = {UnknownAgency, UnknownRuleSet, Undecided, OutsideCalendar, UnknownCalendar}
CHANGES = {DayTwice, DayUnfit, NothingChanges}
STATUSES = {
    "calendar-missing": 503,
    "calendar-not-newer": 409,
    "calendar-taken": 409,
    "changed-meanwhile": 409,
    "conflict-of-interest": 403,
    "crime-reported": 409,
    "day-twice": 422,
    "day-unfit": 422,
    "decision-too-early": 409,
    "extension-too-long": 422,
    "file-infected": 410,
    "file-quarantined": 409,
    "file-type-mismatch": 422,
    "file-type-not-allowed": 415,
    "forwarding-too-late": 409,
    "ground-not-shown": 422,
    "learned-at-no-such-time": 422,
    "no-higher-body": 409,
    "no-such-earlier-appeal": 422,
    "no-such-point": 422,
    "not-a-direct-addressee": 422,
    "not-allowed-now": 409,
    "not-heard": 409,
    "not-in-vocabulary": 422,
    "not-your-channel": 403,
    "nothing-changes": 422,
    "nothing-remains": 422,
    "once-only": 409,
    "outside-calendar": 422,
    "party-unknown": 403,
    "penal-body": 409,
    "same-agency": 409,
    "term-expired": 409,
    "too-many-files": 409,
    "undecided": 422,
    "unknown-agency": 422,
    "unknown-calendar": 422,
    "unknown-rules": 422,
}
KINDS = {code: (KIT | PROBLEMS).kinds[code] for code in STATUSES}


def test_every_error_has_a_problem_and_every_problem_an_error() -> None:
    assert PROBLEMS.codes.keys() == errors_of(errors) | FROM_ELSEWHERE | CHANGES | {CalendarMissing, NotAllowedNow}
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
    "not-a-direct-addressee": ("2026-11-23T10:00", "convict", {"channel": "terminal"}),
    "not-your-channel": ("2026-11-23T10:00", "citizen", {"channel": "terminal"}),
    "party-unknown": ("2026-11-23T10:00", "unnumbered", {}),
    "unknown-agency": ("2026-11-23T10:00", "citizen", {"agency": "min-magic"}),
}
# What is filed, what is done to it before and by whom, and the last step, which is refused, when and by whom.
POINTS = {"points": ["Шатыр", "Орындық"]}
ACTED: dict[str, tuple[dict[str, Any], list[tuple[str, str]], str, str, str, dict[str, Any]]] = {
    "crime-reported": ({"reports_crime": True}, [], "2026-11-23T10:00", "police", "defect", {}),
    "decision-too-early": (
        {"kind": "application"},
        [("officer", "preliminary-decision")],
        "2026-11-25T10:00",
        "head",
        "decision",
        {"outcome": "refused"},
    ),
    "extension-too-long": ({}, [], "2026-11-23T10:00", "head", "extension", {"until": "2027-03-01"}),
    "forwarding-too-late": ({}, [], "2026-11-27T10:00", "officer", "forwarding", {}),
    "ground-not-shown": ({}, [], "2026-11-23T10:00", "officer", "leaving", {"ground": "not_corrected"}),
    "learned-at-no-such-time": (
        {}, [("officer", "decision")], "2026-11-24T10:00", "citizen", "complaints", {"learned_on": "2026-11-25"}
    ),
    "no-such-earlier-appeal": (
        {}, [], "2026-11-23T10:00", "officer", "leaving", {"ground": "repeat_without_new_arguments"}
    ),
    "no-such-point": (POINTS, [], "2026-11-23T10:00", "officer", "forwarding", {"points": [3]}),
    "not-allowed-now": ({}, [("citizen", "withdrawal")], "2026-11-23T10:00", "officer", "decision", {}),
    "not-heard": ({"kind": "application"}, [], "2026-11-23T10:00", "officer", "decision", {"outcome": "refused"}),
    "not-in-vocabulary": ({"kind": "application"}, [], "2026-11-23T10:00", "head", "decision", {"outcome": "noted"}),
    "nothing-remains": (POINTS, [], "2026-11-23T10:00", "officer", "forwarding", {"points": [1, 2]}),
    "once-only": (
        {}, [("officer", "defect"), ("citizen", "correction")], "2026-11-23T10:00", "officer", "defect", {}
    ),
    "penal-body": (
        {"who": "convict", "channel": "terminal", "agency": "general-prosecutor"},
        [],
        "2026-11-23T10:00",
        "prosecutor",
        "forwarding",
        {"agency": "penal-system-committee"},
    ),
    "same-agency": ({}, [], "2026-11-23T10:00", "officer", "forwarding", {"agency": "min-transport"}),
    "term-expired": ({}, [], "2026-12-15T10:00", "officer", "decision", {}),
}  # fmt: skip


# Of how many files in all the last is refused, its name and what is in it; then what is asked for, if it is not.
ATTACHED: dict[str, tuple[int, str, bytes]] = {
    "file-infected": (1, "a.txt", EICAR),
    "file-quarantined": (1, "a.txt", b"a"),
    "file-type-mismatch": (1, "a.pdf", b"a"),
    "file-type-not-allowed": (1, "a.txt", b"<html>"),
    "too-many-files": (MOST + 1, "a.txt", b"a"),
}
# What is complained about and by whom the last step of that, which is refused, is asked for.
COMPLAINED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "conflict-of-interest": ("min-transport", "ruling", {"outcome": "unsatisfied", "text": "Жоқ.", "language": "kk"}),
    "no-higher-body": ("government", "sending-up", {"opinion": "Жоқ."}),
}


# What is imported as a calendar.
MOVED = {"off": "2026-12-07", "worked": "2026-12-19", "source": "G26G0000999"}
CALENDAR: dict[str, Any] = {"version": "kz-2026.2", "based_on": "kz-2026.1", "swaps": [MOVED]}
IMPORTED: dict[str, dict[str, Any]] = {
    "calendar-not-newer": {"version": "kz-2025.9"},
    "calendar-taken": {"version": "kz-2026.1"},
    "day-twice": {"swaps": [MOVED, MOVED]},
    "day-unfit": {"swaps": [MOVED | {"off": "2026-12-06"}]},
    "nothing-changes": {"swaps": []},
    "unknown-calendar": {"based_on": "kz-2025.7"},
}


RACED = {"changed-meanwhile"}  # test_races.py


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, one whose token has no number, one at a terminal, and who investigates and supervises."""
    return people | {
        "unnumbered": issuer.headers("citizen", sub="u1"),
        "convict": issuer.headers("terminal", sub="t1", iin="860922399019"),
        "police": issuer.headers("officer", sub="o4", agency="min-internal-affairs"),
        "prosecutor": issuer.headers("officer", sub="o5", agency="general-prosecutor"),
    }


@pytest.fixture
def provoke(
    client: httpx.AsyncClient,
    people: People,
    filing: Filing,
    file: File,
    act: Act,
    attach_and_ask: Provoke,
    *,
    go_to: GoTo,
) -> Provoke:
    """Makes a problem come about."""

    async def complain(agency: str, action: str, body: dict[str, Any]) -> httpx.Response:
        who = {"min-transport": "officer", "government": "reviewer"}[agency]
        filed = await file(agency=agency)
        for whose, step in ((who, "decision"), ("citizen", "complaints")):
            answer = await act(whose, filed, step)
            assert answer.is_success
        return await client.post(f"/v1/complaints/{answer.json()['id']}/{action}", json=body, headers=people[who])

    async def make(code: str) -> httpx.Response:
        if code in ATTACHED:
            return await attach_and_ask(code)
        if code in ASKED:
            return await client.get(ASKED[code])
        if code in IMPORTED:
            return await client.post("/v1/calendars", json=CALENDAR | IMPORTED[code], headers=people["operator"])
        if code in FILED:
            moment, who, fields = FILED[code]
            go_to(moment)
            return await client.post("/v1/appeals", json=filing(**fields), headers=people[who])
        if code in COMPLAINED:
            return await complain(*COMPLAINED[code])
        filing_fields, before, moment, who, action, fields = ACTED[code]
        filed = await file(**filing_fields)
        for whose, step in before:
            assert (await act(whose, filed, step)).is_success
        go_to(moment)
        return await act(who, filed, action, **fields)

    return make


@pytest.fixture
def attach_and_ask(file: File, attach: Attach, download: Download, run_sweeps: RunSweeps) -> Provoke:
    """Makes a problem of a file come about."""

    async def make(code: str) -> httpx.Response:
        number, name, content = ATTACHED[code]
        filed = await file()
        for _ in range(number):
            answer = await attach("citizen", filed, content, name=name)
        if answer.is_success:
            if code == "file-infected":
                await run_sweeps()
            answer = await download("citizen", filed, answer.json())
        return answer

    return make


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_can_be_provoked_over_http(language: str, provoke: Provoke, each_is_told: EachIsTold) -> None:
    assert {*ASKED, *FILED, *IMPORTED, *ACTED, *ATTACHED, *COMPLAINED} == KINDS.keys() - RACED
    await each_is_told(KINDS, provoke, language, but=RACED)

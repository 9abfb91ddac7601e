"""The open deadline calculator: both rule sets, both weeks, every day explained, and what it cannot answer."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from servicekit.testing import Issuer

Look = Callable[..., Awaitable[Any]]
CASES = [
    ("request", "2022-06-07T13:58:00+06:00", "five", "report", "2022-06-07", "2022-06-28"),
    ("request", "2022-06-07T13:58:00+06:00", "five", "eotinish-2022", "2022-06-07", "2022-06-27"),
    ("complaint", "2022-06-07T13:58:00+06:00", "five", "eotinish-2022", "2022-06-07", "2022-07-04"),
    ("request", "2024-12-20T11:00:00+05:00", "five", "report", "2024-12-20", "2025-01-15"),
    ("request", "2026-11-28T11:00:00+05:00", "five", "report", "2026-11-30", "2026-12-22"),  # Saturday
    ("request", "2026-11-23T20:00:00+05:00", "five", "report", "2026-11-24", "2026-12-15"),  # after hours
    ("request", "2026-11-27T20:00:00+05:00", "five", "report", "2026-11-30", "2026-12-22"),  # Friday, after hours
    ("request", "2026-11-28T11:00:00+05:00", "six", "report", "2026-11-28", "2026-12-17"),
    ("message", "2026-11-23T10:00:00+05:00", "six", "report", "2026-11-23", "2026-12-10"),
    ("request", "2026-11-22T20:30:00Z", "five", "report", "2026-11-23", "2026-12-14"),  # Monday in Almaty
]
UNANSWERED: list[tuple[dict[str, str], str, str]] = [
    ({"submitted_at": "2028-01-10T10:00:00+05:00"}, "outside-calendar", "2027-12-31"),
    ({"submitted_at": "2027-12-20T10:00:00+05:00"}, "outside-calendar", "2027-12-31"),
    ({"submitted_at": "2021-06-30T10:00:00+06:00"}, "undecided", "appeal.consideration"),
    ({"submitted_at": "9999-12-31T23:59:59+05:00"}, "invalid", "errors"),
    ({"submitted_at": "9999-12-28T23:59:59+05:00"}, "outside-calendar", "2027-12-31"),
    ({"submitted_at": "9999-12-31T23:59:59-12:00"}, "invalid", "errors"),
    ({"submitted_at": "0001-01-04T00:00:00+05:00"}, "undecided", "appeal.consideration"),
    ({"submitted_at": "0001-01-01T00:00:00+14:00"}, "invalid", "errors"),
    ({"rules": "report-2099"}, "unknown-rules", "eotinish-2022"),
    ({"submitted_at": "2026-11-23T10:00:00"}, "invalid", "errors"),  # nobody knows which moment that is
    ({"submitted_at": "yesterday"}, "invalid", "errors"),
    ({"kind": "wish"}, "invalid", "errors"),
    ({"week": "seven"}, "invalid", "errors"),
    ({"when": "now"}, "invalid", "errors"),
]


@pytest.fixture
def ask(look: Look) -> Callable[..., Awaitable[Any]]:
    """Asks for a deadline, without a token."""

    async def get(kind: str = "request", **parameters: Any) -> Any:
        return await look("nobody", "/v1/deadlines", kind=kind, **parameters)

    return get


async def test_the_dates(ask: Look) -> None:
    got = []
    for kind, submitted_at, week, rules, *_ in CASES:
        answer = await ask(kind, submitted_at=submitted_at, week=week, rules=rules)
        got.append((kind, submitted_at, week, answer["basis"]["rules"], answer["registered_on"], answer["due_on"]))
    assert got == CASES


async def test_every_day_from_registration_to_the_deadline_is_explained(ask: Look) -> None:
    for kind, submitted_at, week, rules, *_ in CASES:
        answer = await ask(kind, submitted_at=submitted_at, week=week, rules=rules)
        first, last = (date.fromisoformat(answer[name]) for name in ("registered_on", "due_on"))
        dates = [date.fromisoformat(day["date"]) for day in answer["days"]]
        assert dates == [first + timedelta(days=n) for n in range((last - first).days + 1)]
        assert [day["n"] for day in answer["days"] if day["counted"]] == list(range(1, answer["term"]["n"] + 1))
        assert all(day["n"] is None and day["why"] for day in answer["days"] if not day["counted"])
        assert (answer["week"], answer["calendar"]) == (week, "kz-2026.1")


async def test_the_first_day_weekends_and_holidays_say_why(ask: Look) -> None:
    days = {day["date"]: day for day in (await ask(submitted_at="2024-12-20T11:00:00+05:00"))["days"]}
    assert (days["2024-12-20"]["counted"], days["2024-12-20"]["why"]) == (False, "first_day_not_counted")
    assert (days["2024-12-21"]["counted"], days["2024-12-21"]["why"]) == (False, "weekend")
    assert (days["2025-01-01"]["why"], days["2025-01-01"]["name"]["en"]) == ("holiday", "New Year")
    assert (days["2024-12-23"]["counted"], days["2024-12-23"]["n"], days["2024-12-23"]["name"]) == (True, 1, None)


async def test_without_a_moment_it_is_now(ask: Look) -> None:
    answer = await ask()
    assert (answer["registered_on"], answer["due_on"], answer["basis"]["rules"]) == (
        "2026-11-23", "2026-12-14", "report"
    )  # fmt: skip


async def test_what_it_cannot_answer_it_says(client: httpx.AsyncClient) -> None:
    for parameters, code, said in UNANSWERED:
        answer = await client.get("/v1/deadlines", params={"kind": "request"} | parameters)
        assert (answer.status_code, answer.json()["code"]) == (422, code), parameters
        assert said in answer.json()["detail"], parameters


async def test_a_bad_token_is_refused_even_where_none_is_needed(client: httpx.AsyncClient, issuer: Issuer) -> None:
    bad = {"Authorization": f"Bearer {issuer.token('citizen', exp=1)}"}
    assert (await client.get("/v1/deadlines?kind=request", headers=bad)).status_code == 401

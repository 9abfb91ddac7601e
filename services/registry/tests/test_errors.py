"""Every error of the registry is a problem with a stable code, a status, and texts in three languages."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from registry.domain import errors
from registry.main import PROBLEMS
from servicekit.languages import LANGUAGES
from servicekit.problems import KIT
from servicekit.testing import Issuer, errors_of, texts_at_odds
from statute.calendars import CalendarMissing
from statute.procedures import NotAllowedNow
from statute.rules import Undecided

Document = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
Receive = Callable[..., Awaitable[dict[str, Any]]]
Opened = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
GoTo = Callable[[str], None]
Provoke = Callable[[str], Awaitable[httpx.Response]]
EachIsTold = Callable[..., Awaitable[None]]

STATUSES = {
    "birth-date-needed": 422,
    "calendar-missing": 503,
    "changed-meanwhile": 409,
    "ground-missing": 409,
    "name-incomplete": 422,
    "not-allowed-now": 409,
    "not-one-question": 422,
    "office-unknown": 403,
    "received-later": 422,
    "restriction-in-force": 409,
    "undecided": 422,
}
SEARCHED = {
    "birth-date-needed": {"name": "Айгерім Сапарова"},
    "name-incomplete": {"name": "Айгерім", "birth_date": "1988-04-17"},
    "not-one-question": {"iin": "880417499014", "bin": "990140000027"},
}
RECEIVED: dict[str, tuple[str, str, dict[str, str]]] = {
    "calendar-missing": ("2027-12-30T10:00", "bailiff", {}),
    "office-unknown": ("2026-11-23T10:00", "homeless", {}),
    "received-later": ("2026-11-23T10:00", "bailiff", {"received_at": "2026-11-24T10:00:00+05:00"}),
}
ACTED: dict[str, tuple[str, dict[str, str]]] = {
    "ground-missing": ("restrictions", {"kind": "exit", "ground": "debt"}),
    "not-allowed-now": ("opening", {}),
    "restriction-in-force": ("restrictions", {}),
    "undecided": ("restrictions", {"kind": "account", "ground": "debt"}),
}
WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"region": "KZ-99"}, "/region"),
    ({"claims": []}, "/claims"),
    ({"received_at": "0001-01-01T00:00:00+05:00"}, "/received_at"),
    ({"received_at": "2026-11-23T10:00:00"}, "/received_at"),
    ({"debtor": {"scheme": "KZ-IIN", "id": "880417499013", "name": "А Б"}}, "/debtor"),
    ({"debtor": {"scheme": "DE-HRB", "id": "1", "name": "А Б"}}, "/debtor/scheme"),
)
RACED = {"changed-meanwhile"}  # test_races.py
KINDS = {code: (KIT | PROBLEMS).kinds[code] for code in STATUSES}


def test_every_error_has_a_problem_and_every_problem_an_error() -> None:
    assert PROBLEMS.codes.keys() == errors_of(errors) | {Undecided} | {CalendarMissing, NotAllowedNow}
    assert PROBLEMS.kinds.keys() <= set(PROBLEMS.codes.values()) <= KINDS.keys()


def test_every_status_is_the_one_promised() -> None:
    assert {code: kind.status for code, kind in KINDS.items()} == STATUSES


@pytest.mark.parametrize("code", STATUSES)
def test_the_three_texts_name_the_same_facts(code: str) -> None:
    assert texts_at_odds(KINDS[code]) == []


@pytest.fixture
def senders(people: People, issuer: Issuer) -> People:
    """The people, and a bailiff without an office."""
    return people | {"homeless": issuer.headers("bailiff", sub="e3", iin="790512300026")}


@pytest.fixture
def provoke(
    client: httpx.AsyncClient,
    senders: People,
    document: Document,
    opened: Opened,
    act: Act,
    go_to: GoTo,
) -> Provoke:
    """Makes a problem come about."""

    async def make(code: str) -> httpx.Response:
        if code in SEARCHED:
            return await client.post("/v1/debtors/search", json=SEARCHED[code])
        if code in RECEIVED:
            moment, who, fields = RECEIVED[code]
            go_to(moment)
            return await client.post("/v1/proceedings", json=document(**fields), headers=senders[who])
        action, fields = ACTED[code]
        proceeding = await opened()
        await act("bailiff", proceeding, "restrictions")
        return await act("bailiff", proceeding, action, **fields)

    return make


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_can_be_provoked_over_http(language: str, provoke: Provoke, each_is_told: EachIsTold) -> None:
    assert {*SEARCHED, *RECEIVED, *ACTED} == KINDS.keys() - RACED
    await each_is_told(KINDS, provoke, language, but=RACED)


async def test_anything_but_one_whole_question_is_refused(client: httpx.AsyncClient) -> None:
    born = {"birth_date": "1988-04-17"}
    for body in ({}, born, {"iin": "880417499014", **born}):
        answer = await client.post("/v1/debtors/search", json=body)
        assert answer.json()["code"] == "not-one-question"


async def test_a_document_with_wrong_values_is_told_where(
    client: httpx.AsyncClient, people: People, document: Document
) -> None:
    for fields, pointer in WRONG:
        answer = await client.post("/v1/proceedings", json=document(**fields), headers=people["bailiff"])
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_sum_that_is_none_is_refused(client: httpx.AsyncClient, people: People, opened: Opened) -> None:
    address = f"/v1/proceedings/{(await opened())['id']}/proceeds"
    for amount in ("0", "0.00", "-1", "1.001", "1e3", "01", "1,5", "10000000000000", ""):
        answer = await client.post(address, json={"amount": {"amount": amount}}, headers=people["bailiff"])
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), amount

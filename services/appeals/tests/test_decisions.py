"""The two ends that people give an appeal: the body answers it, or its applicant takes it back."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain.appeal import Outcome

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]


async def test_every_outcome_is_an_answer(file: File, act: Act, look: Look) -> None:
    for outcome in Outcome:
        filed = await file()
        answer = await act("officer", filed, "decision", outcome=outcome, text="Жауап.", language="kk")
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == '"2"'
        decided = await look("citizen", f"/v1/appeals/{filed['id']}")
        assert decided["status"] == "answered"
        assert decided["decision"].pop("answered_at").startswith("2026-11-23T10:0")
        assert decided["decision"] == {"outcome": outcome, "text": "Жауап.", "language": "kk"}
        assert [each["name"] for each in decided["actions"]] == ["complaints"]
        assert "three months" in decided["next_step"]["en"]


async def test_an_answer_on_the_last_day_is_in_time_and_the_day_after_too_late(
    file: File, act: Act, go_to: GoTo, look: Look
) -> None:
    one, two = await file(), await file()
    go_to("2026-12-14T23:30")
    assert (await act("officer", one, "decision")).status_code == 200
    go_to("2026-12-15T00:10")
    late = await act("officer", two, "decision")
    assert (late.status_code, late.json()["code"]) == (409, "term-expired")
    assert "2026-12-14" in late.json()["detail"]
    assert (await act("officer", two, "forwarding")).json()["code"] == "term-expired"
    assert (await look("citizen", f"/v1/appeals/{two['id']}"))["decision"] is None


async def test_an_answer_is_given_once(file: File, act: Act) -> None:
    filed = await file()
    await act("officer", filed, "decision")
    again = await act("officer", filed, "decision", outcome="refused")
    assert again.status_code == 409
    assert again.json()["code"] == "not-allowed-now"
    assert again.json()["allowed_actions"] == ["complaints"]
    assert "answered" in again.json()["detail"]


async def test_the_applicant_takes_it_back_with_or_without_a_reason(
    client: httpx.AsyncClient, people: People, file: File, act: Act
) -> None:
    silent = await client.post(f"/v1/appeals/{(await file())['id']}/withdrawal", headers=people["citizen"])
    assert (silent.status_code, silent.json()["status"]) == (200, "withdrawn")
    assert silent.headers["etag"] == '"2"'
    told = await act("citizen", await file(), "withdrawal", reason="Шатыр жөнделді.")
    assert (told.status_code, told.json()["actions"]) == (200, [])
    assert told.json()["next_step"]["en"].startswith("You withdrew")


async def test_what_is_forwarded_can_still_be_taken_back(file: File, act: Act) -> None:
    filed = await file()
    await act("officer", filed, "forwarding")
    assert (await act("citizen", filed, "withdrawal")).json()["status"] == "withdrawn"


async def test_what_has_ended_stays_ended(file: File, act: Act) -> None:
    filed = await file()
    await act("citizen", filed, "withdrawal")
    for who, action in (("officer", "decision"), ("officer", "forwarding"), ("citizen", "withdrawal")):
        refused = await act(who, filed, action)
        assert (refused.status_code, refused.json()["code"]) == (409, "not-allowed-now")
        assert "withdrawn" in refused.json()["detail"]
        assert refused.json()["allowed_actions"] == []


async def test_it_is_the_applicants_to_take_back_and_the_bodys_to_answer(file: File, act: Act) -> None:
    filed = await file()
    expected = {
        ("officer", "withdrawal"): 403,
        ("akimat", "withdrawal"): 403,
        ("neighbour", "withdrawal"): 404,
        ("citizen", "decision"): 403,
        ("akimat", "decision"): 404,
        ("auditor", "decision"): 403,
        ("nobody", "decision"): 401,
    }
    assert {cell: (await act(cell[0], filed, cell[1])).status_code for cell in expected} == expected


@pytest.mark.parametrize("action", ["decision", "withdrawal"])
async def test_a_stale_copy_ends_nothing(action: str, file: File, act: Act) -> None:
    who = "officer" if action == "decision" else "citizen"
    filed = await file()
    await act("officer", filed, "forwarding", agency="road-transport-committee")
    stale = await act(who, filed, action, sending={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")

"""What time does to a complaint: it goes up by law, silence above is a refusal, and lateness is a fact."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]

PASS_UP, EXPIRE = "pass-up-complaints", "end-reviews"


async def test_what_the_body_lets_lie_goes_up_by_law_on_the_day_after(
    complained: Make, look: Look, go_to: GoTo, run_sweeps: Sweeps, take: Take
) -> None:
    complaint = await complained()
    go_to("2026-11-26T23:59:30")
    assert (await run_sweeps())[PASS_UP] == 0
    go_to("2026-11-27T00:00:01")
    for who, action in (("head", "correction"), ("officer", "sending-up")):
        refused = await take(who, complaint, action)
        assert (refused.status_code, refused.json()["code"]) == (409, "term-expired")
    assert (await run_sweeps())[PASS_UP] == 1
    assert (await run_sweeps())[PASS_UP] == 0
    found = await look("reviewer", f"/v1/complaints/{complaint['id']}")
    assert (found["status"], found["sent_up"]) == (
        "under_review",
        {"on": "2026-11-27", "by_law": True, "opinion": None},
    )
    assert found["due_on"] == "2026-12-28"
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    assert (entries[-1]["event"], entries[-1]["by"]["role"]) == ("complaint.sent_up_by_law", "system")
    assert entries[-1]["data"] == {
        "agency": "min-transport",
        "appeal": complaint["appeal"],
        "calendar": "kz-2026.1",
        "correct_by": "2026-11-26",
        "higher": "government",
        "review_by": "2026-12-28",
    }
    assert (await look("reviewer", f"/v1/appeals/{complaint['appeal']}"))["status"] == "under_complaint"


async def test_silence_above_is_a_refusal_and_opens_the_court(
    sent_up: Make, look: Look, go_to: GoTo, run_sweeps: Sweeps, take: Take
) -> None:
    complaint = await sent_up()
    go_to("2026-12-22T23:59:30")
    assert (await run_sweeps())[EXPIRE] == 0
    go_to("2026-12-23T00:00:01")
    assert (await take("reviewer", complaint, "ruling")).json()["code"] == "term-expired"
    assert (await run_sweeps())[EXPIRE] == 1
    found = await look("citizen", f"/v1/complaints/{complaint['id']}")
    assert (found["status"], found["court_until"], found["actions"]) == ("refused_by_expiry", "2027-01-22", [])
    appeal = await look("citizen", f"/v1/appeals/{complaint['appeal']}")
    assert (appeal["status"], appeal["court_until"]) == ("closed", "2027-01-22")


async def test_where_nobody_stands_above_silence_of_the_body_is_the_end(
    file: Make, act: Take, complain: Take, look: Look, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    appeal = await file(agency="national-bank")
    await act("bank", appeal, "decision")
    complaint = (await complain(appeal)).json()
    go_to("2026-11-27T10:00")
    assert (await run_sweeps())[PASS_UP] == 1
    found = await look("citizen", f"/v1/complaints/{complaint['id']}")
    assert (found["status"], found["sent_up"], found["court_until"]) == ("refused_by_expiry", None, "2026-12-23")
    assert (await look("citizen", f"/v1/appeals/{appeal['id']}"))["status"] == "closed"


@pytest.mark.parametrize(("day", "late"), [("2027-02-23", False), ("2027-02-24", True)])
async def test_a_late_complaint_is_taken_and_says_so(
    day: str,
    late: bool,  # noqa: FBT001 - a case
    answered: Make,
    complain: Take,
    go_to: GoTo,
    look: Look,
) -> None:
    appeal = await answered()
    go_to(f"{day}T10:00")
    answer = await complain(appeal, late_reason="Ауруханада жаттым.")
    assert answer.status_code == 201
    assert (answer.json()["late"], answer.json()["complain_by"]) == (late, "2027-02-23")
    assert answer.json()["late_reason"] == "Ауруханада жаттым."
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    assert entries[-1]["data"]["late"] is late


async def test_the_term_runs_from_the_day_on_which_the_applicant_learned(
    answered: Make, complain: Take, go_to: GoTo
) -> None:
    appeal = await answered()
    go_to("2027-02-24T10:00")
    for day in ("2026-11-22", "2027-02-25"):
        refused = await complain(appeal, learned_on=day)
        assert (refused.status_code, refused.json()["code"]) == (422, "learned-at-no-such-time")
    answer = await complain(appeal, learned_on="2026-12-10")
    assert (answer.json()["late"], answer.json()["complain_by"]) == (False, "2027-03-10")


async def test_what_comes_after_hours_is_registered_on_the_next_working_day(
    answered: Make, complain: Take, go_to: GoTo
) -> None:
    appeal = await answered()
    go_to("2026-11-27T19:00")  # a Friday evening
    complaint = (await complain(appeal)).json()
    assert (complaint["registered_on"], complaint["due_on"]) == ("2026-11-30", "2026-12-03")


async def test_the_applicant_is_told_of_every_step_of_others(
    complained: Make, sent_up: Make, take: Take, look: Look, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    lying, silent = await complained(), await sent_up()
    corrected, ruled, returned = await complained(), await sent_up(), await sent_up()
    withdrawn = await complained()
    await take("head", corrected, "correction")
    await take("reviewer", ruled, "ruling")
    await take("reviewer", returned, "ruling", outcome="send_back")
    await take("citizen", withdrawn, "withdrawal")
    go_to("2026-12-23T10:00")
    await run_sweeps()
    told = (await look("citizen", "/v1/me/notices"))["items"]
    about = {each["id"]: name for name, each in (("lying", lying), ("silent", silent), ("corrected", corrected))}
    about |= {ruled["id"]: "ruled", returned["id"]: "returned", withdrawn["id"]: "withdrawn"}
    got = {(about[each["about"]["id"]], each["event"]) for each in told if each["about"]["kind"] == "complaint"}
    assert got == {
        ("lying", "complaint.sent_up_by_law"),
        ("silent", "complaint.sent_up"),
        ("silent", "complaint.refused_by_expiry"),
        ("corrected", "complaint.corrected"),
        ("ruled", "complaint.sent_up"),
        ("ruled", "complaint.ruled"),
        ("returned", "complaint.sent_up"),
        ("returned", "complaint.sent_back"),
    }
    texts = {each["event"]: each["text"] for each in told}
    assert "until 23 December 2026" in texts["complaint.ruled"]["en"]
    assert "must answer anew by 14 December 2026" in texts["complaint.sent_back"]["en"]
    assert "22 января 2027 года" in texts["complaint.refused_by_expiry"]["ru"]
    assert not any(set("{}") & set(text) for each in texts.values() for text in each.values())


async def test_the_metrics_tell_how_long_a_complaint_has_waited(
    complained: Make, client: httpx.AsyncClient, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    await complained()
    go_to("2026-11-28T00:00")
    await run_sweeps()
    lines = (await client.get("/metrics")).text.splitlines()
    waiting = {
        name: line.rpartition(" ")[2]
        for name in (PASS_UP, EXPIRE)
        for line in lines
        if name in line and "oldest" in line
    }
    assert waiting == {PASS_UP: "0.0", EXPIRE: "0.0"}

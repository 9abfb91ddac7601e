"""The terms of complaints among those of their appeal, as facts, and what became of each."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from .test_court_file import download

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]

COMPLAINT, CORRECTION = "appeal.complaint", "complaint.correction"
REVIEW, COURT = "complaint.review", "complaint.court"


async def terms(look: Look, complaint: Made, who: str = "citizen") -> list[tuple[Any, ...]]:
    """The terms of a complaint, of those that its appeal shows: matter, whose, end, day done, state, days late."""
    found = (await look(who, f"/v1/appeals/{complaint['appeal']}/clocks"))["items"]
    assert {each["matter"] for each in found if each["complaint"] is None} >= {"appeal.consideration"}
    names = ("matter", "binds", "due_on", "kept_on", "state", "late_by")
    return [tuple(each[name] for name in names) for each in found if each["complaint"] == complaint["id"]]


async def test_what_was_done_in_time_is_kept(
    complained: Make, take: Take, look: Look, go_to: GoTo, client: httpx.AsyncClient, *, people: Made
) -> None:
    complaint = await complained()
    filed = (COMPLAINT, "applicant", "2027-02-23", "2026-11-23", "kept", 0)
    assert await terms(look, complaint) == [filed, (CORRECTION, "body", "2026-11-26", None, "running", 0)]
    go_to("2026-11-25T10:00")
    await take("officer", complaint, "sending-up")
    sent = (CORRECTION, "body", "2026-11-26", "2026-11-25", "kept", 0)
    assert await terms(look, complaint) == [filed, sent, (REVIEW, "higher", "2026-12-24", None, "running", 0)]
    go_to("2026-11-30T10:00")
    await take("reviewer", complaint, "ruling")
    ruled = (REVIEW, "higher", "2026-12-24", "2026-11-30", "kept", 0)
    court = (COURT, "applicant", "2026-12-30", None, "running", 0)
    for who in ("citizen", "officer", "reviewer"):
        assert await terms(look, complaint, who) == [filed, sent, ruled, court]
    shown = (await look("citizen", f"/v1/appeals/{complaint['appeal']}/clocks"))["items"]
    assert [each["agency"]["code"] for each in shown if each["matter"] == REVIEW] == ["government"]
    archive = await download(client, people["citizen"], complaint["appeal"])
    assert json.loads(archive.read("clocks.json")) == shown
    go_to("2026-12-31T10:00")
    assert (await terms(look, complaint))[-1] == (COURT, "applicant", "2026-12-30", None, "not_needed", 0)


async def test_what_was_not_done_is_late_by_so_many_working_days(
    complained: Make, look: Look, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    complaint = await complained()
    go_to("2026-11-30T10:00")
    assert (await terms(look, complaint))[1] == (CORRECTION, "body", "2026-11-26", None, "late", 2)
    assert (await run_sweeps())["pass-up-complaints"] == 1
    late = (CORRECTION, "body", "2026-11-26", None, "late", 2)
    go_to("2026-12-30T10:00")
    assert (await terms(look, complaint))[1:] == [late, (REVIEW, "higher", "2026-12-29", None, "late", 1)]
    await run_sweeps()
    go_to("2026-12-31T10:00")
    assert (await terms(look, complaint))[1:] == [
        late,
        (REVIEW, "higher", "2026-12-29", None, "late", 2),
        (COURT, "applicant", "2027-01-29", None, "running", 0),
    ]


async def test_what_was_no_longer_needed_binds_nobody(
    complained: Make, sent_up: Make, take: Take, look: Look, go_to: GoTo
) -> None:
    first, second = await complained(), await sent_up()
    go_to("2026-11-24T10:00")
    for complaint in (first, second):
        assert (await take("citizen", complaint, "withdrawal")).is_success
    go_to("2027-01-31T10:00")
    assert (await terms(look, first))[1:] == [(CORRECTION, "body", "2026-11-26", None, "not_needed", 0)]
    assert (await terms(look, second))[1:] == [
        (CORRECTION, "body", "2026-11-26", "2026-11-23", "kept", 0),
        (REVIEW, "higher", "2026-12-22", None, "not_needed", 0),
    ]


async def test_what_was_corrected_is_kept_and_needs_no_court(
    file: Make, act: Take, complain: Take, take: Take, look: Look
) -> None:
    appeal = await file(agency="national-bank")
    await act("bank", appeal, "decision")
    complaint = (await complain(appeal)).json()
    assert (await terms(look, complaint))[1:] == [
        (CORRECTION, "body", "2026-11-26", None, "running", 0),
        (COURT, "applicant", "2026-12-23", None, "running", 0),
    ]
    assert (await take("bank", complaint, "correction")).is_success
    assert (await terms(look, complaint))[1:] == [
        (CORRECTION, "body", "2026-11-26", "2026-11-23", "kept", 0),
        (COURT, "applicant", "2026-12-23", None, "not_needed", 0),
    ]


async def test_a_late_complaint_shows_by_how_much(answered: Make, complain: Take, go_to: GoTo, look: Look) -> None:
    appeal = await answered()
    go_to("2027-02-26T10:00")
    complaint = (await complain(appeal)).json()
    assert (await terms(look, complaint))[0] == (COMPLAINT, "applicant", "2027-02-23", "2027-02-26", "late", 3)


async def test_each_of_two_complaints_has_its_own(complained: Make, complain: Take, take: Take, look: Look) -> None:
    first = await complained()
    await take("citizen", first, "withdrawal")
    second = (await complain({"id": first["appeal"]})).json()
    assert [each[4] for each in await terms(look, first)] == ["kept", "not_needed"]
    assert [each[4] for each in await terms(look, second)] == ["kept", "running"]

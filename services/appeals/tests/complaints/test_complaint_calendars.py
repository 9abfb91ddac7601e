"""Complaints are held to a new calendar as appeals are: each date in its way, and nobody loses a day."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from stack.testing import TestDatabase

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]
Bring = Callable[..., Awaitable[None]]
Told = Callable[[str], Awaitable[list[Made]]]

SWEEP, EVENT = "recompute-complaints", "complaint.deadline_recalculated"
ACT = "G26G0000999"
# The body's days end on Thursday 26 November, and those of the body above on 22 December.
LONGER = {"off": "2026-11-26", "worked": "2026-12-27", "source": ACT}
SHORTER = {"off": "2026-12-28", "worked": "2026-11-28", "source": ACT}


@pytest.fixture
def bring(client: httpx.AsyncClient, people: Made) -> Bring:
    """Imports a calendar."""

    async def send(*swaps: dict[str, str], version: str = "kz-2026.2") -> None:
        made = {"version": version, "based_on": "kz-2026.1", "swaps": [*swaps]}
        answer = await client.post("/v1/calendars", json=made, headers=people["operator"])
        assert answer.status_code == 201, answer.text

    return send


async def entered(look: Look) -> list[Made]:
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    return [each for each in entries if each["event"] == EVENT]


@pytest.fixture
def told(look: Look, mail: Look) -> Told:
    """What the citizen, or whoever holds office in a body, was told of dates that moved."""

    async def read(who: str) -> list[Made]:
        notices = (await look(who, "/v1/me/notices"))["items"] if who == "citizen" else await mail(who)
        return [each for each in notices if each["event"] == EVENT]

    return read


async def test_the_bodys_days_become_longer_and_both_sides_are_told(
    complained: Make, bring: Bring, run_sweeps: Sweeps, look: Look, *, told: Told
) -> None:
    complaint = await complained()
    await bring(LONGER)
    assert (await run_sweeps())[SWEEP] == 1
    assert (await run_sweeps())[SWEEP] == 0
    seen = await look("citizen", f"/v1/complaints/{complaint['id']}")
    assert (seen["correct_by"], seen["due_on"], seen["status"]) == ("2026-11-27", "2026-11-27", "filed")
    [entry] = await entered(look)
    assert (entry["by"]["role"], entry["object"]) == (
        "system",
        {"id": complaint["id"], "kind": "complaint", "version": 2},
    )
    assert entry["data"] == {
        "agency": "min-transport",
        "appeal": complaint["appeal"],
        "calendar": {"old": "kz-2026.1", "new": "kz-2026.2"},
        "dates": {"correct_by": {"old": "2026-11-26", "new": "2026-11-27"}},
        "late": False,
    }
    for who, number in (("citizen", 1), ("min-transport", 1), ("government", 0)):
        notices = await told(who)
        assert len(notices) == number, who
        for each in notices:
            assert each["about"] == {"kind": "complaint", "id": complaint["id"]}
            assert "must satisfy it or send it up by 27 November 2026" in each["text"]["en"]
            assert "2026 жылғы 27 қарашаға дейін" in each["text"]["kk"]
            assert not any(set("{}") & set(text) for text in each["text"].values())


async def test_they_never_become_shorter(
    answered: Make, complain: Take, go_to: GoTo, bring: Bring, run_sweeps: Sweeps, look: Look, *, told: Told
) -> None:
    appeal = await answered()
    go_to("2026-11-27T10:00")  # a Friday
    complaint = (await complain(appeal)).json()
    assert complaint["correct_by"] == "2026-12-02"
    await bring(SHORTER)
    assert (await run_sweeps())[SWEEP] == 1
    assert (await look("citizen", f"/v1/complaints/{complaint['id']}"))["correct_by"] == "2026-12-02"
    assert await entered(look) == []
    assert await told("citizen") == []
    assert (await run_sweeps())[SWEEP] == 0


async def test_the_body_above_has_its_days_in_full(
    sent_up: Make, bring: Bring, run_sweeps: Sweeps, look: Look, *, told: Told, go_to: GoTo, take: Take
) -> None:
    complaint = await sent_up()
    await bring(SHORTER)
    assert (await run_sweeps())[SWEEP] == 1
    assert await entered(look) == []
    await bring({"off": "2026-12-22", "worked": "2026-12-27", "source": ACT}, version="kz-2026.3")
    assert (await run_sweeps())[SWEEP] == 1
    [entry] = await entered(look)
    assert entry["data"]["dates"] == {"review_by": {"old": "2026-12-22", "new": "2026-12-23"}}
    assert {len(await told(who)) for who in ("citizen", "min-transport", "government")} == {1}
    go_to("2026-12-23T10:00")
    assert (await run_sweeps())["end-reviews"] == 0
    assert (await take("reviewer", complaint, "ruling")).status_code == 200


async def test_the_month_for_a_court_ends_on_a_working_day_of_the_new_calendar(
    sent_up: Make, take: Take, bring: Bring, run_sweeps: Sweeps, look: Look, *, told: Told
) -> None:
    complaint = await sent_up()
    ruled = (await take("reviewer", complaint, "ruling")).json()
    assert ruled["court_until"] == "2026-12-23"
    await bring({"off": "2026-12-23", "worked": "2026-12-27", "source": ACT})
    assert (await run_sweeps())[SWEEP] == 1
    for address in (f"/v1/complaints/{complaint['id']}", f"/v1/appeals/{complaint['appeal']}"):
        assert (await look("citizen", address))["court_until"] == "2026-12-24"
    [entry] = await entered(look)
    assert entry["data"]["dates"] == {"court_until": {"old": "2026-12-23", "new": "2026-12-24"}}
    [notice] = await told("citizen")
    assert "в суд можно обратиться не позднее 24 декабря 2026 года" in notice["text"]["ru"]
    assert await told("min-transport") == await told("government") == []
    await bring({"off": "2026-12-24", "worked": "2026-12-06", "source": ACT}, version="kz-2026.3")
    await run_sweeps()
    assert (await look("citizen", f"/v1/complaints/{complaint['id']}"))["court_until"] == "2026-12-24"


async def test_where_nobody_stands_above_the_month_for_a_court_moves_while_the_body_still_may_correct(
    file: Make, act: Take, complain: Take, bring: Bring, run_sweeps: Sweeps, look: Look
) -> None:
    appeal = await file(agency="national-bank")
    await act("bank", appeal, "decision")
    complaint = (await complain(appeal)).json()
    await bring({"off": "2026-12-23", "worked": "2026-12-27", "source": ACT})
    await run_sweeps()
    assert (await look("citizen", f"/v1/complaints/{complaint['id']}"))["court_until"] == "2026-12-24"
    assert (await look("citizen", f"/v1/appeals/{appeal['id']}"))["court_until"] == "2026-12-24"


async def test_what_was_late_is_in_time_when_its_last_day_became_a_day_of_rest(
    answered: Make, complain: Take, go_to: GoTo, bring: Bring, run_sweeps: Sweeps, look: Look, *, told: Told
) -> None:
    appeal = await answered()
    go_to("2027-02-24T10:00")
    complaint = (await complain(appeal)).json()
    assert (complaint["late"], complaint["complain_by"]) == (True, "2027-02-23")
    await bring({"off": "2027-02-23", "worked": "2027-02-27", "source": ACT})
    assert (await run_sweeps())[SWEEP] == 1
    seen = await look("citizen", f"/v1/complaints/{complaint['id']}")
    assert (seen["late"], seen["complain_by"]) == (False, "2027-02-24")
    [entry] = await entered(look)
    assert (entry["data"]["late"], [*entry["data"]["dates"]]) == (False, ["complain_by"])
    assert len(await told("citizen")) == 1
    assert await told("min-transport") == []


async def test_what_is_registered_later_is_registered_by_the_new_calendar(
    answered: Make, complain: Take, go_to: GoTo, bring: Bring, run_sweeps: Sweeps, look: Look, *, told: Told
) -> None:
    appeal = await answered()
    go_to("2026-11-27T19:00")  # a Friday evening
    complaint = (await complain(appeal)).json()
    assert (complaint["registered_on"], complaint["correct_by"]) == ("2026-11-30", "2026-12-03")
    await bring({"off": "2026-11-30", "worked": "2026-12-27", "source": ACT})
    await run_sweeps()
    seen = await look("citizen", f"/v1/complaints/{complaint['id']}")
    assert (seen["registered_on"], seen["correct_by"]) == ("2026-12-01", "2026-12-04")
    [notice] = await told("min-transport")
    assert "it is registered on 1 December 2026; the body must satisfy it" in notice["text"]["en"]


async def test_a_term_that_begins_later_is_counted_by_the_newest_calendar(
    complained: Make, take: Take, bring: Bring, look: Look
) -> None:
    complaint = await complained()
    await bring({"off": "2026-12-22", "worked": "2026-12-27", "source": ACT})
    sent = (await take("officer", complaint, "sending-up")).json()
    assert sent["due_on"] == "2026-12-23"
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    assert [each["data"]["calendar"] for each in entries if each["event"] == "complaint.sent_up"] == ["kz-2026.2"]


async def test_what_has_passed_or_ended_keeps_its_dates(
    complained: Make, sent_up: Make, take: Take, go_to: GoTo, bring: Bring, run_sweeps: Sweeps
) -> None:
    await complained()
    corrected, withdrawn, ruled = await complained(), await complained(), await sent_up()
    assert (await take("head", corrected, "correction")).is_success
    assert (await take("citizen", withdrawn, "withdrawal")).is_success
    assert (await take("reviewer", ruled, "ruling")).is_success
    go_to("2026-12-24T10:00")
    await bring({"off": "2026-12-25", "worked": "2026-12-27", "source": ACT})
    done = await run_sweeps()
    assert (done[SWEEP], done["pass-up-complaints"]) == (0, 1)


async def test_beyond_the_calendar_all_stays(
    sent_up: Make, bring: Bring, run_sweeps: Sweeps, look: Look, rows: Look
) -> None:
    complaint = await sent_up()
    await rows("UPDATE complaints SET sent_up_on = '2027-12-27', review_by = '2027-12-31'")
    await bring(LONGER)
    assert (await run_sweeps())[SWEEP] == 1
    assert (await look("citizen", f"/v1/complaints/{complaint['id']}"))["due_on"] == "2027-12-31"
    assert await entered(look) == []


async def test_the_metrics_tell_how_long_complaints_wait_for_it(
    complained: Make,
    bring: Bring,
    client: httpx.AsyncClient,
    go_to: GoTo,
    run_sweeps: Sweeps,
    *,
    database: TestDatabase,
) -> None:
    async def waiting() -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        [line] = [each for each in lines if SWEEP in each and "oldest_due" in each]
        return float(line.rpartition(" ")[2])

    await complained()
    await bring(LONGER)
    go_to("2026-11-24T10:00")
    # Another process has begun to sweep and hangs: the work waits, and that shows.
    other = await asyncpg.connect(database.url)
    try:
        async with other.transaction():
            await other.execute("SELECT FROM complaints FOR UPDATE")
            assert (await run_sweeps())[SWEEP] == 0
            assert 86_400 - 60 <= await waiting() < 86_400 + 60
    finally:
        await other.close()
    assert (await run_sweeps())[SWEEP] == 1
    assert await waiting() == 0

"""What complaints do to the open statistics: each appeal counts by the end that stands, and the complaints are told."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from stack.testing import TestDatabase

Made = dict[str, Any]
Answer = Awaitable[httpx.Response]
Look = Callable[..., Awaitable[Any]]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Answer]
GoTo = Callable[[str], None]
Told = Callable[..., Awaitable[Made]]
Each = Callable[..., Awaitable[list[Made]]]

PLACE = "/v1/statistics/appeals"
PARTS = ("answered", "withdrawn", "left", "refused_by_expiry", "forwarded", "open")
SHOWN = ("filed", *PARTS, "extended", "overdue", "complaints", "complaints_upheld", "median_days", "p90_days")


@pytest.fixture
def told(look: Look, sweep: Callable[[], Awaitable[int]], count: Callable[[], Awaitable[None]]) -> Told:
    """What is told of a body once what is due is done and counted, without what is zero or nothing; it adds up."""

    async def figures(agency: str = "min-transport") -> Made:
        await sweep()
        await count()
        items = (await look("nobody", PLACE, by="agency"))["items"]
        for item in items:
            assert item["filed"] == sum(item[name] for name in PARTS), item
            assert min(item[name] for name in PARTS) >= 0, item
        [found] = [item for item in items if item["agency"]["code"] == agency]
        return {name: found[name] for name in SHOWN if found[name]}

    return figures


@pytest.fixture
def five(file: Make) -> Callable[[], Awaitable[list[Made]]]:
    """Files as many appeals as are told of."""

    async def make() -> list[Made]:
        return [await file() for _ in range(5)]

    return make


@pytest.fixture
def each(act: Take, take: Take) -> Each:
    """Lets somebody do the same with each of several appeals, or complaints."""

    async def done(who: str, objects: list[Made], action: str, **fields: Any) -> list[Made]:
        do = take if "appeal" in objects[0] else act
        answers = [await do(who, each, action, **fields) for each in objects]
        assert [answer.text for answer in answers if not answer.is_success] == []
        return [answer.json() for answer in answers]

    return done


@pytest.fixture
def recount(database: TestDatabase, told: Told) -> Told:
    """What is told when all is counted anew, in one go."""

    async def anew(agency: str = "min-transport") -> Made:
        connection = await asyncpg.connect(database.admin_url)
        try:
            for table in ("figures", "answer_days", "counted"):
                await connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of our own
        finally:
            await connection.close()
        return await told(agency)

    return anew


async def test_a_silence_that_was_sent_back_and_answered_is_answered_once(
    five: Callable[[], Awaitable[list[Made]]], each: Each, told: Told, recount: Told, go_to: GoTo
) -> None:
    appeals = await five()
    assert await told() == {"filed": 5, "open": 5}
    go_to("2026-12-15T10:00")
    silent = {"filed": 5, "refused_by_expiry": 5}
    assert await told() == silent
    complaints = await each("citizen", appeals, "complaints")
    complained = silent | {"complaints": 5}
    assert await told() == complained
    await each("officer", complaints, "sending-up")
    assert await told() == complained
    await each("reviewer", complaints, "ruling", outcome="send_back")
    upheld = {"filed": 5, "complaints": 5, "complaints_upheld": 5}
    assert await told() == await recount() == upheld | {"open": 5}
    go_to("2026-12-22T10:00")  # four working days later, for there is a holiday
    await each("officer", appeals, "decision", outcome="explained")
    days = {"median_days": 4, "p90_days": 4}
    assert await told() == await recount() == upheld | days | {"answered": 5}
    complaints = await each("citizen", appeals, "complaints")
    assert await told() == await recount() == upheld | days | {"answered": 5, "complaints": 10}
    go_to("2026-12-23T10:00")
    await each("head", complaints, "correction")
    corrected = days | {"filed": 5, "answered": 5, "complaints": 10, "complaints_upheld": 10}
    assert await told() == await recount() == corrected
    complaints = await each("citizen", appeals, "complaints")
    await each("officer", complaints, "sending-up")
    await each("reviewer", complaints, "ruling", outcome="send_back")
    opened = {"filed": 5, "complaints": 15, "complaints_upheld": 15, "open": 5}
    assert await told() == await recount() == opened


@pytest.mark.parametrize("act_before", ["decision", "leaving"])
async def test_what_a_body_puts_right_itself_is_answered(
    act_before: str,
    five: Callable[[], Awaitable[list[Made]]],
    each: Each,
    told: Told,
    recount: Told,
    go_to: GoTo,
) -> None:
    appeals = await five()
    go_to("2026-11-25T10:00")
    await each("officer", appeals, act_before)
    before = {"answered": 5, "median_days": 2, "p90_days": 2} if act_before == "decision" else {"left": 5}
    assert await told() == {"filed": 5} | before
    go_to("2026-11-26T10:00")
    await each("head", await each("citizen", appeals, "complaints"), "correction")
    # What was answered then was put right later; what was not took until now.
    days = 2 if act_before == "decision" else 3
    after = {"filed": 5, "answered": 5, "median_days": days, "p90_days": days}
    assert await told() == await recount() == after | {"complaints": 5, "complaints_upheld": 5}


@pytest.mark.parametrize(
    ("outcome", "upheld"),
    [
        ("cancel_act", 5),
        ("cancel_and_adopt", 5),
        ("perform_action", 5),
        ("unsatisfied", 0),
        ("left_without_consideration", 0),
    ],
)
async def test_which_rulings_are_for_the_complainant(
    outcome: str,
    upheld: int,
    five: Callable[[], Awaitable[list[Made]]],
    each: Each,
    told: Told,
) -> None:
    appeals = await five()
    await each("officer", appeals, "decision", outcome="explained")
    complaints = await each("citizen", appeals, "complaints")
    await each("officer", complaints, "sending-up")
    grounds = ["content_against_file"] if upheld else []
    await each("reviewer", complaints, "ruling", outcome=outcome, grounds=grounds)
    found = await told()
    assert (found["answered"], found["complaints"], found.get("complaints_upheld", 0)) == (5, 5, upheld)


async def test_a_complaint_that_is_taken_back_or_that_nobody_rules_on_is_not_upheld(
    five: Callable[[], Awaitable[list[Made]]], each: Each, told: Told, go_to: GoTo
) -> None:
    appeals = await five()
    await each("officer", appeals, "decision", outcome="explained")
    await each("citizen", await each("citizen", appeals, "complaints"), "withdrawal")
    assert await told() == {"filed": 5, "answered": 5, "complaints": 5}
    await each("officer", await each("citizen", appeals, "complaints"), "sending-up")
    go_to("2027-02-01T10:00")
    assert await told() == {"filed": 5, "answered": 5, "complaints": 10}


async def test_sent_back_an_appeal_may_end_in_every_way(
    five: Callable[[], Awaitable[list[Made]]], each: Each, told: Told, recount: Told, go_to: GoTo
) -> None:
    withdrawn, forwarded, silent = await five(), await five(), await five()
    appeals = [*withdrawn, *forwarded, *silent]
    await each("head", appeals, "extension")
    await each("officer", appeals, "decision", outcome="explained")
    assert await told() == {"filed": 15, "answered": 15, "extended": 15}
    complaints = await each("citizen", appeals, "complaints")
    await each("officer", complaints, "sending-up")
    await each("reviewer", complaints, "ruling", outcome="send_back")
    common = {"filed": 15, "extended": 15, "complaints": 15, "complaints_upheld": 15}
    assert await told() == common | {"open": 15}
    await each("citizen", withdrawn, "withdrawal")
    await each("officer", forwarded, "forwarding")
    await each("head", silent, "extension")  # once more, of which nothing is to be seen
    go_to("2027-01-25T10:00")
    ended = common | {"withdrawn": 5, "forwarded": 5, "refused_by_expiry": 5}
    assert await told() == await recount() == ended
    assert await told("akimat-almaty") == await recount("akimat-almaty") == {"filed": 5, "refused_by_expiry": 5}


async def test_counted_late_an_answer_took_the_days_it_took(
    five: Callable[[], Awaitable[list[Made]]], each: Each, told: Told, go_to: GoTo
) -> None:
    """An answer is counted by its entry, not by what has become of its appeal since."""
    appeals, others = await five(), await five()
    go_to("2026-11-25T10:00")
    await each("officer", [*appeals, *others], "decision", outcome="explained")
    assert (await told())["median_days"] == 2
    complaints = await each("citizen", appeals, "complaints")
    await each("officer", complaints, "sending-up")
    await each("reviewer", complaints, "ruling", outcome="send_back")
    go_to("2026-11-26T10:00")
    await each("officer", appeals, "decision", outcome="explained")
    found = await told()
    assert (found["answered"], found["median_days"], found["p90_days"]) == (10, 1, 2)


async def test_every_form_and_the_picture_tell_of_complaints(
    client: httpx.AsyncClient,
    five: Callable[[], Awaitable[list[Made]]],
    each: Each,
    told: Told,
) -> None:
    appeals = [*await five(), *await five()]
    await each("officer", appeals, "decision", outcome="explained")
    complaints = await each("citizen", appeals, "complaints")
    await each("head", complaints[:5], "correction")
    assert (await told())["complaints_upheld"] == 5
    table = (await client.get(PLACE, params={"by": "agency", "format": "csv"})).text
    [row] = csv.DictReader(io.StringIO(table))
    assert (row["complaints"], row["complaints_upheld"]) == ("10", "5")
    line = json.loads((await client.get(PLACE, params={"by": "agency", "format": "ndjson"})).text)
    assert (line["complaints"], line["complaints_upheld"]) == (10, 5)
    pictures = {
        "kk": "шағым: 10, қанағаттандырылғаны: 5",
        "ru": "жалоб: 10, удовлетворено: 5",
        "en": "complaints: 10, upheld: 5",
    }
    for language, words in pictures.items():
        drawn = await client.get(f"{PLACE}.svg?by=agency", headers={"Accept-Language": language})
        texts = [each.text or "" for each in ET.fromstring(drawn.text).iter()]  # noqa: S314 - our own
        assert words in texts
        assert any(words in text for text in texts if text != words)  # for who hears it
    await each("head", complaints[5:7], "correction")
    assert "complaints_upheld" not in await told()  # seven, but three that were not
    anew = (await client.get(f"{PLACE}.svg?by=agency")).text
    assert "complaints: 10" in anew
    assert "upheld" not in anew

"""What bodies are told of complaints: about them when one comes, goes up and ends; and those above when it is there."""

import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

import httpx

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
GoTo = Callable[[str], None]
Mail = Callable[[str], Awaitable[list[Made]]]
Sweeps = Callable[[], Awaitable[dict[str, int]]]

BODY, ABOVE = "min-transport", "government"


async def events(mail: Mail, code: str, complaint: Made) -> list[str]:
    """The events of which a body was told about a complaint, the first first."""
    told = [each for each in await mail(code) if each["about"]["id"] == complaint["id"]]
    return [each["event"].removeprefix("complaint.") for each in reversed(told)]


async def test_each_body_is_told_what_the_others_did_and_when_it_has_it(
    complained: Make, sent_up: Make, take: Take, mail: Mail, go_to: GoTo, *, run_sweeps: Sweeps
) -> None:
    filed, up = await complained(), await sent_up()
    assert (await events(mail, BODY, filed), await events(mail, ABOVE, filed)) == (["filed"], [])
    assert (await events(mail, BODY, up), await events(mail, ABOVE, up)) == (["filed", "sent_up"], ["sent_up"])
    ruled, returned, corrected, taken_back = await sent_up(), await sent_up(), await complained(), await sent_up()
    await take("reviewer", ruled, "ruling")
    await take("reviewer", returned, "ruling", outcome="send_back")
    await take("head", corrected, "correction")
    await take("citizen", taken_back, "withdrawal")
    go_to("2026-12-23T10:00")
    await run_sweeps()
    both = ["sent_up"]
    assert await events(mail, BODY, ruled) == ["filed", *both, "ruled"]
    assert await events(mail, BODY, returned) == ["filed", *both, "sent_back"]
    assert await events(mail, ABOVE, ruled) == await events(mail, ABOVE, returned) == both
    assert await events(mail, BODY, corrected) == ["filed"]
    assert await events(mail, BODY, taken_back) == ["filed", *both, "withdrawn"]
    assert await events(mail, ABOVE, taken_back) == [*both, "withdrawn"]
    assert await events(mail, BODY, filed) == ["filed", "sent_up_by_law"]
    assert await events(mail, ABOVE, filed) == ["sent_up_by_law"]
    assert await events(mail, BODY, up) == ["filed", *both, "refused_by_expiry"]
    assert await events(mail, ABOVE, up) == [*both, "refused_by_expiry"]
    assert await mail("akimat-almaty") == []


async def test_it_names_numbers_and_days_and_no_person(
    complained: Make, take: Take, mail: Mail, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    complaint = await complained()
    await take("officer", complaint, "sending-up")
    go_to("2026-12-23T10:00")
    await run_sweeps()
    told = {each["event"]: each for each in await mail(BODY)}
    assert "By 26 November 2026 it may be satisfied" in told["complaint.filed"]["text"]["en"]
    assert "не позднее 22 декабря 2026 года" in told["complaint.sent_up"]["text"]["ru"]
    assert "2027 жылғы 22 қаңтарға дейін" in told["complaint.refused_by_expiry"]["text"]["kk"]
    for each in told.values():
        assert complaint["number"] in each["title"]["kk"]
        for texts in (each["title"], each["text"]):
            assert len(set(texts.values())) == 3
            assert not any(word in text for text in texts.values() for word in ("{", "}", "Айгерім", "880417499014"))


async def test_where_nobody_stands_above_the_body_alone_is_told(
    file: Make, act: Take, complain: Take, mail: Mail, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    appeal = await file(agency="national-bank")
    await act("bank", appeal, "decision")
    complaint = (await complain(appeal)).json()
    go_to("2026-11-27T10:00")
    await run_sweeps()
    assert await events(mail, "national-bank", complaint) == ["filed", "refused_by_expiry"]


async def test_reading_the_complaint_shows_who_was_told(complained: Make, mail: Mail) -> None:
    complaint = await complained()
    [told] = await mail(BODY)
    assert told["about"] == {"kind": "complaint", "id": complaint["id"]}
    assert told["event"] == "complaint.filed"


def test_every_text_is_there_in_three_languages() -> None:
    texts = json.loads((files("appeals") / "data" / "complaint_notices_to_bodies.json").read_text("utf-8"))
    for event, told in texts.items():
        assert event.startswith("complaint.")
        for said in told.values():
            assert list(said) == ["kk", "ru", "en"]
            assert all("{number}" in each for each in said.values())

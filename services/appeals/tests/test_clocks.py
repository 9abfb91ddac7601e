"""The terms of an appeal over HTTP: as facts, as warnings, and as a file for a calendar."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
import icalendar

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]


async def test_the_terms_of_an_appeal_and_what_became_of_them(file: File, act: Act, look: Look, go_to: GoTo) -> None:
    filed = await file(kind="application")
    go_to("2026-11-24T10:00")
    await act("officer", filed, "forwarding")
    go_to("2026-12-01T10:00")
    await act("akimat", filed, "preliminary-decision")
    go_to("2026-12-02T10:00")
    await act("citizen", filed, "objection")
    found = (await look("citizen", f"/v1/appeals/{filed['id']}/clocks"))["items"]
    assert [
        (each["matter"], each["binds"], each["agency"]["code"], each["state"], each["due_on"]) for each in found
    ] == [
        ("appeal.forwarding", "body", "min-transport", "kept", "2026-11-26"),
        ("appeal.forwarding", "body", "akimat-almaty", "not_needed", "2026-11-27"),
        ("appeal.consideration", "body", "akimat-almaty", "running", "2026-12-15"),
        ("appeal.preliminary_notice", "body", "akimat-almaty", "running", "2026-12-04"),
        ("appeal.objection", "applicant", "akimat-almaty", "kept", "2026-12-03"),
    ]
    consideration, objection = found[2], found[4]
    assert (consideration["days_left"], consideration["late_by"], consideration["kept_on"]) == (9, 0, None)
    assert consideration["term"] == {"n": 15, "unit": "working_day", "first_day_counts": False}
    assert consideration["basis"]["rules"] == "report"
    assert (objection["kept_on"], objection["days_left"]) == ("2026-12-02", None)


async def test_terms_come_in_pages(client: httpx.AsyncClient, people: People, file: File) -> None:
    filed = await file()
    address, matters = f"/v1/appeals/{filed['id']}/clocks?limit=1", []
    while address:
        page = (await client.get(address, headers=people["citizen"])).json()
        matters += [each["matter"] for each in page["items"]]
        address = page["next"]
    assert matters == ["appeal.forwarding", "appeal.consideration"]


async def test_an_appeal_warns_its_parties_and_says_nothing_once_answered(
    client: httpx.AsyncClient, people: People, file: File, act: Act, go_to: GoTo
) -> None:
    filed = await file(kind="application")
    assert filed["warnings"] == []
    address = f"/v1/appeals/{filed['id']}"

    async def warned(who: str) -> list[tuple[str, str]]:
        answer = await client.get(address, headers=people[who] | {"If-None-Match": '"1"'})
        return [] if answer.status_code == 304 else [(w["code"], w["since"]) for w in answer.json()["warnings"]]

    go_to("2026-12-08T10:00")
    assert await warned("citizen") == []
    go_to("2026-12-09T10:00")
    assert await warned("citizen") == [("notice_by", "2026-12-09"), ("term_ends_soon", "2026-12-09")]
    go_to("2026-12-10T10:00")
    for who in ("citizen", "officer"):
        assert await warned(who) == [("term_too_short", "2026-12-10"), ("term_ends_soon", "2026-12-09")]
    answered = await act("head", filed, "decision", outcome="satisfied")
    assert (answer_of(answered)["status"], answer_of(answered)["warnings"]) == ("answered", [])


def answer_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_what_is_overdue_warns_before_and_after_it_is_recorded(
    file: File, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    filed = await file()
    go_to("2026-12-15T10:00")
    for status in ("registered", "refused_by_expiry"):
        seen = await look("citizen", f"/v1/appeals/{filed['id']}")
        assert seen["status"] == status
        assert [(each["code"], each["since"]) for each in seen["warnings"]] == [("overdue", "2026-12-15")]
        assert "14 December 2026" in seen["warnings"][0]["text"]["en"]
        await sweep()


async def test_a_body_reads_what_it_must_do_and_an_applicant_what_they_may_wait_for(file: File, look: Look) -> None:
    filed = await file()
    address = f"/v1/appeals/{filed['id']}"
    assert (await look("citizen", address))["next_step"]["en"] == "The agency must answer by 14 December 2026."
    in_office = (await look("officer", address))["next_step"]["en"]
    assert in_office.startswith("Charge an officer; the answer is due by 14 December 2026.")
    assert "by 26 November 2026" in in_office


async def ics(client: httpx.AsyncClient, headers: dict[str, str], appeal: dict[str, Any]) -> tuple[str, Any]:
    """The file as it came, and its events by the name of their day as a parser of RFC 5545 reads them."""
    answer = await client.get(f"/v1/appeals/{appeal['id']}/deadline.ics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return answer.text, {str(event["UID"]).partition(".")[0]: event for event in events}


async def test_a_calendar_gets_the_last_day_as_a_day_in_the_readers_language(
    client: httpx.AsyncClient, people: People, file: File, go_to: GoTo
) -> None:
    filed = await file()
    for language, words in {"kk": "соңғы күні", "ru": "Последний день", "en": "Last day"}.items():
        text, events = await ics(client, people["citizen"] | {"Accept-Language": language}, filed)
        [event] = events.values()
        assert event["DTSTART"].dt == date(2026, 12, 14)
        assert event["DTEND"].dt == date(2026, 12, 15)
        assert "DTSTART;VALUE=DATE:20261214\r\n" in text
        assert words in event["SUMMARY"]
        assert filed["number"] in event["SUMMARY"]
        assert (str(event["UID"]), event["STATUS"]) == (f"due_on.{filed['id']}@appeals.ashyq", "CONFIRMED")
        lines = text.split("\r\n")
        assert lines[-1] == ""
        assert not any("\n" in line or len(line.encode()) > 75 for line in lines)
    go_to("2026-11-25T10:00")
    assert filed["subject"] not in text  # a calendar is shown to many


async def test_a_calendar_follows_the_appeal(
    client: httpx.AsyncClient, people: People, file: File, act: Act, go_to: GoTo
) -> None:
    filed = await file(kind="application")
    reader = people["citizen"]

    async def read() -> dict[str, tuple[date, str, int]]:
        _, events = await ics(client, reader, filed)
        return {name: (each["DTSTART"].dt, str(each["STATUS"]), int(each["SEQUENCE"])) for name, each in events.items()}

    go_to("2026-11-25T10:00")
    await act("officer", filed, "defect")
    assert await read() == {
        "due_on": (date(2026, 12, 14), "CONFIRMED", 2),
        "correct_by": (date(2026, 12, 2), "CONFIRMED", 2),
    }
    go_to("2026-11-27T10:00")
    await act("citizen", filed, "correction")
    assert await read() == {
        "due_on": (date(2026, 12, 17), "CONFIRMED", 3),
        "correct_by": (date(2026, 12, 2), "CANCELLED", 3),
    }
    await act("head", filed, "extension", until="2026-12-28")
    assert (await read())["due_on"] == (date(2026, 12, 28), "CONFIRMED", 4)
    await act("citizen", filed, "withdrawal")
    assert (await read())["due_on"] == (date(2026, 12, 28), "CANCELLED", 5)

"""The way of a complaint: to the body, to the body above it, and what becomes of the appeal and of the court's term."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Made = dict[str, Any]
Answer = Awaitable[httpx.Response]
People = dict[str, dict[str, str]]
Look = Callable[..., Awaitable[Any]]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Answer]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]


async def seen(look: Look, complaint: Made, who: str = "citizen") -> tuple[Made, Made]:
    """The complaint and its appeal, as somebody sees them."""
    return (
        await look(who, f"/v1/complaints/{complaint['id']}"),
        await look(who, f"/v1/appeals/{complaint['appeal']}"),
    )


async def test_a_complaint_is_an_object_of_its_own_with_its_dates_explained(complained: Make, look: Look) -> None:
    complaint = await complained(official="Ерболат Жұманов")
    found, appeal = await seen(look, complaint)
    assert found == complaint
    assert (found["status"], found["late"], found["number"]) == ("filed", False, f"{appeal['number']}-Ш1")
    assert (found["agency"]["code"], found["higher"]["code"]) == ("min-transport", "government")
    assert (found["learned_on"], found["complain_by"], found["correct_by"]) == (
        "2026-11-23",
        "2027-02-23",
        "2026-11-26",
    )
    assert [clock["matter"] for clock in found["clocks"]] == ["appeal.complaint", "complaint.correction"]
    assert (found["due_on"], found["term"]["n"], found["basis"]["version"]) == ("2026-11-26", 3, "2024-05")
    assert found["act"]["answer"].startswith("Шатыр")
    assert "26 November 2026" in found["next_step"]["en"]
    assert (appeal["status"], appeal["court_until"]) == ("under_complaint", None)


async def test_the_body_satisfies_a_complaint_in_full_and_that_is_its_answer_then(
    complained: Make, take: Take, look: Look
) -> None:
    answer = await take("head", await complained(), "correction", text="Шатыр жөнделді.")
    assert answer.status_code == 200, answer.text
    found, appeal = await seen(look, answer.json())
    assert (found["status"], found["correction"]["text"]) == ("corrected", "Шатыр жөнделді.")
    assert found["act"]["answer"] != "Шатыр жөнделді."
    assert (appeal["status"], appeal["decision"]["outcome"], appeal["decision"]["text"]) == (
        "answered",
        "satisfied",
        "Шатыр жөнделді.",
    )
    assert [each["name"] for each in appeal["actions"]] == ["complaints"]


@pytest.mark.parametrize("outcome", ["cancel_act", "cancel_and_adopt", "perform_action"])
async def test_the_body_above_lets_the_act_fall_on_grounds(outcome: str, sent_up: Make, take: Take, look: Look) -> None:
    complaint = await sent_up()
    assert (complaint["status"], complaint["due_on"]) == ("under_review", "2026-12-22")
    assert complaint["sent_up"] == {"on": "2026-11-23", "by_law": False, "opinion": "Жауап заңға сай."}
    answer = await take("reviewer", complaint, "ruling", outcome=outcome)
    assert answer.status_code == 200, answer.text
    found, appeal = await seen(look, complaint)
    assert (found["status"], found["ruling"]["outcome"]["code"]) == ("ruled", outcome)
    assert found["ruling"]["grounds"][0]["source"].startswith("APPC (29.06.2020 No. 350-VI) art. 100")
    assert (appeal["status"], appeal["court_until"], found["court_until"]) == ("closed", "2026-12-23", "2026-12-23")
    assert [clock["matter"] for clock in found["clocks"]][-1] == "complaint.court"
    assert (found["due_on"], found["term"]["unit"]) == ("2026-12-23", "month")
    assert "go to court until 23 December 2026" in appeal["next_step"]["en"]
    assert appeal["actions"] == []


@pytest.mark.parametrize("outcome", ["unsatisfied", "left_without_consideration"])
async def test_the_body_above_lets_the_act_stand_without_grounds(
    outcome: str, sent_up: Make, take: Take, look: Look
) -> None:
    complaint = await sent_up()
    answer = await take("reviewer", complaint, "ruling", outcome=outcome, grounds=[])
    assert answer.status_code == 200, answer.text
    found, appeal = await seen(look, complaint)
    assert (found["status"], found["ruling"]["grounds"], appeal["status"]) == ("ruled", [], "closed")
    assert appeal["decision"]["outcome"] == "explained"


async def test_sent_back_an_appeal_is_considered_anew_in_a_new_term(
    sent_up: Make, take: Take, look: Look, go_to: GoTo
) -> None:
    complaint = await sent_up()
    go_to("2026-12-01T10:00")
    answer = await take("reviewer", complaint, "ruling", outcome="send_back", grounds=["wrong_circle_of_facts"])
    assert answer.status_code == 200, answer.text
    found, appeal = await seen(look, complaint)
    assert (found["status"], found["court_until"]) == ("sent_back", "2027-01-05")
    assert (appeal["status"], appeal["decision"], appeal["registered_on"]) == ("in_progress", None, "2026-12-01")
    assert appeal["due_on"] == "2026-12-23"
    assert (appeal["submitted_at"][:10], found["act"]["outcome"]) == ("2026-11-23", "explained")


async def test_a_second_answer_may_be_complained_about_too(
    sent_up: Make, take: Take, act: Take, complain: Take, look: Look
) -> None:
    first = await sent_up()
    await take("reviewer", first, "ruling", outcome="send_back")
    appeal = {"id": first["appeal"]}
    assert (await act("officer", appeal, "decision", outcome="noted")).status_code == 200
    second = await complain(appeal)
    assert second.json()["number"].endswith("-Ш2")
    listed = await look("citizen", f"/v1/appeals/{appeal['id']}/complaints")
    assert [each["id"] for each in listed["items"]] == [first["id"], second.json()["id"]]


async def test_a_complaint_about_a_leaving_and_about_a_silence(
    file: Make, left_and_silent: Callable[[], Awaitable[tuple[Made, Made]]], complain: Take
) -> None:
    left, silent = await left_and_silent()
    answer = await complain(left)
    assert (answer.json()["act"]["status"], answer.json()["act"]["delivered_on"]) == (
        "left_without_consideration",
        "2026-11-23",
    )
    answer = await complain(silent)
    assert (answer.json()["act"]["status"], answer.json()["learned_on"]) == ("refused_by_expiry", "2026-12-15")
    refused = await complain(await file())  # its term still runs
    assert (refused.status_code, refused.json()["code"]) == (409, "not-allowed-now")


@pytest.mark.parametrize("step", ["filed", "sent up"])
async def test_withdrawn_the_act_stands_and_may_be_complained_about_again(
    step: str, complained: Make, sent_up: Make, take: Take, complain: Take, look: Look
) -> None:
    complaint = await (complained() if step == "filed" else sent_up())
    assert (await take("citizen", complaint, "withdrawal", reason="Келістік.")).status_code == 200
    found, appeal = await seen(look, complaint)
    assert (found["status"], found["actions"], appeal["status"]) == ("withdrawn", [], "answered")
    assert (await complain(appeal)).status_code == 201


async def test_withdrawn_a_leaving_and_a_refusal_stand_as_such(
    left_and_silent: Callable[[], Awaitable[tuple[Made, Made]]], complain: Take, take: Take, look: Look
) -> None:
    left, silent = await left_and_silent()
    for appeal, status in ((left, "left_without_consideration"), (silent, "refused_by_expiry")):
        complaint = (await complain(appeal)).json()
        assert (await take("citizen", complaint, "withdrawal")).status_code == 200
        assert (await look("citizen", f"/v1/appeals/{appeal['id']}"))["status"] == status


async def test_a_corrected_leaving_is_an_answer(file: Make, act: Take, complain: Take, take: Take, look: Look) -> None:
    left = await file()
    await act("officer", left, "leaving", ground="essence_not_stated")
    complaint = (await complain(left)).json()
    assert (await take("head", complaint, "correction")).status_code == 200
    appeal = await look("citizen", f"/v1/appeals/{left['id']}")
    assert (appeal["status"], appeal["ground"], appeal["decision"]["outcome"]) == ("answered", None, "satisfied")


async def test_where_nobody_stands_above_the_court_is_open_at_once(
    file: Make, act: Take, complain: Take, take: Take, look: Look
) -> None:
    appeal = await file(agency="national-bank")
    assert (await act("bank", appeal, "decision")).status_code == 200
    complaint = (await complain(appeal)).json()
    assert (complaint["higher"], complaint["court_until"], complaint["due_on"]) == (None, "2026-12-23", "2026-11-26")
    assert "a court is open at once, until 23 December 2026" in complaint["next_step"]["en"]
    assert (await look("citizen", f"/v1/appeals/{appeal['id']}"))["court_until"] == "2026-12-23"
    found = await look("bank", f"/v1/complaints/{complaint['id']}")
    assert [each["name"] for each in found["actions"]] == ["correction"]
    refused = await take("bank", complaint, "sending-up")
    assert (refused.status_code, refused.json()["code"]) == (409, "no-higher-body")


async def test_the_history_and_the_journal_tell_every_step_and_no_words(sent_up: Make, take: Take, look: Look) -> None:
    complaint = await sent_up(official="Ерболат Жұманов")
    await take("reviewer", complaint, "ruling")
    steps = (await look("citizen", f"/v1/complaints/{complaint['id']}/history"))["items"]
    assert [(step["event"], step["by"]["role"]) for step in steps] == [
        ("complaint.filed", "citizen"),
        ("complaint.sent_up", "officer"),
        ("complaint.ruled", "officer"),
    ]
    assert steps[0]["data"]["official"] == "Ерболат Жұманов"
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    assert [each["event"] for each in entries if each["object"]["id"] == complaint["appeal"]] == [
        *("appeal.registered", "appeal.answered", "appeal.complained", "appeal.closed")
    ]
    about = [each["data"] for each in entries if each["object"]["kind"] == "complaint"]
    assert about[0] == {
        "agency": "min-transport",
        "appeal": complaint["appeal"],
        "calendar": "kz-2026.1",
        "correct_by": "2026-11-26",
        "higher": "government",
        "late": False,
        "rules": "report",
        "rules_version": "2024-05",
    }
    assert (about[2]["grounds"], about[2]["court_until"]) == (["content_against_file"], "2026-12-23")
    assert not any("Жауап" in str(each) for each in about)


async def test_the_lists_show_mine_those_about_the_body_and_those_that_came_up(
    complained: Make, sent_up: Make, look: Look
) -> None:
    waiting, above = await complained(), await sent_up()
    both = [above["id"], waiting["id"]]
    assert [each["id"] for each in (await look("citizen", "/v1/complaints"))["items"]] == both
    assert [each["id"] for each in (await look("officer", "/v1/complaints"))["items"]] == both
    assert [each["id"] for each in (await look("reviewer", "/v1/complaints"))["items"]] == both[:1]
    assert (await look("akimat", "/v1/complaints"))["items"] == []
    assert [each["id"] for each in (await look("citizen", "/v1/complaints", status="filed"))["items"]] == both[1:]
    first = await look("citizen", "/v1/complaints", limit=1)
    rest = await look("citizen", first["next"])
    assert [each["id"] for each in (*first["items"], *rest["items"])] == both
    about = await look("officer", f"/v1/appeals/{above['appeal']}/complaints")
    assert [each["id"] for each in about["items"]] == both[:1]


async def test_who_acts_for_the_applicant_complains_and_all_parties_are_told(
    answered: Make, complain: Take, take: Take, look: Look
) -> None:
    owner = {"scheme": "KZ-IIN", "id": "880417499014", "name": "Айгерім Сапарова"}
    authority = {"number": "12", "date": "2026-11-01", "issuer": "Нотариус"}
    appeal = await answered(who="neighbour", channel="representative", represented=owner, authority=authority)
    complaint = (await complain(appeal, "neighbour")).json()
    await take("officer", complaint, "sending-up")
    for who in ("citizen", "neighbour"):
        assert [each["id"] for each in (await look(who, "/v1/complaints"))["items"]] == [complaint["id"]]
        assert "complaint.sent_up" in {each["event"] for each in (await look(who, "/v1/me/notices"))["items"]}
        found = await look(who, f"/v1/complaints/{complaint['id']}")
        assert [each["name"] for each in found["actions"]] == ["withdrawal"]


async def test_who_looks_in_office_leaves_a_trace_at_the_appeal(sent_up: Make, look: Look) -> None:
    complaint = await sent_up()
    await look("reviewer", f"/v1/complaints/{complaint['id']}")
    await look("citizen", f"/v1/complaints/{complaint['id']}")
    traces = (await look("citizen", f"/v1/appeals/{complaint['appeal']}/accesses"))["items"]
    assert [(each["operation"], each["agency"]["code"]) for each in traces] == [("read_complaint", "government")]


@pytest.mark.parametrize("name", ["ruling-outcomes", "ruling-grounds"])
async def test_the_vocabulary_is_open_and_pageable(name: str, look: Look) -> None:
    whole = (await look("nobody", f"/v1/{name}"))["items"]
    first = await look("nobody", f"/v1/{name}", limit=2)
    rest = await look("nobody", first["next"].replace("limit=2", "limit=9"))
    assert [*first["items"], *rest["items"]] == whole
    assert len(whole) == {"ruling-outcomes": 6, "ruling-grounds": 3}[name]
    assert all(each["source"] and set(each["name"]) == {"kk", "ru", "en"} for each in whole)


async def test_what_is_said_of_a_ruling_must_fit(sent_up: Make, take: Take) -> None:
    complaint = await sent_up()
    for fields in (
        {"outcome": "cancel_act", "grounds": []},
        {"outcome": "unsatisfied", "grounds": ["content_against_file"]},
        {"outcome": "send_back", "grounds": ["content_against_file", "content_against_file"]},
        {"outcome": "upheld"},
        {"grounds": ["injustice"]},
    ):
        answer = await take("reviewer", complaint, "ruling", **fields)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), fields

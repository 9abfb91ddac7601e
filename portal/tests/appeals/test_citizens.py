"""The citizen's room: an appeal from its form to a silence, a complaint and a receipt, as readers meet it."""

import re
import time
from collections.abc import Callable
from html import escape
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest

from verifier.receipts import verify_receipt

SignedIn = Callable[..., httpx.Client]
Api = Callable[[str], httpx.Client]
Hidden = Callable[[str], dict[str, str]]
SILENT_AT = "2025-01-16T00:01:00+05:00"
FormOf = Callable[[str, str], dict[str, str]]
FormsOf = Callable[[str], set[str]]
NOBODYS = "01a215e3-fd26-709f-a8cd-6de7122d01df"


def test_the_story_of_an_appeal_that_nobody_answered(
    citizen: httpx.Client, said: dict[str, str], move: Callable[[str], None], form_of: FormOf, forms_of: FormsOf
) -> None:
    appeal = _filed_twice(citizen, form_of(citizen.get("/en/appeals/new").text, "new") | said)
    page = citizen.get(f"/en{appeal}?filed=yes").text
    assert "Your appeal is registered" in page
    assert "The agency must answer by 15 January 2025." in page
    assert "15 working days" in page
    assert 'class="counted due">15<small>15</small>' in page
    assert "7 January 2025 – holiday: Orthodox Christmas" in page
    assert forms_of(page) == {"withdrawal", "attachments"}

    move(SILENT_AT)
    citizen.post("/sandbox/sweep").raise_for_status()
    silent = citizen.get(f"/en{appeal}").text
    assert "There was no answer by 15 January 2025, which by law is a refusal." in silent
    assert "The term ended without an answer: by law, a refusal" in silent
    assert forms_of(silent) == {"complaints"}

    complaint = _complained_twice(citizen, appeal, form_of(silent, "complaints"))
    assert complaint in citizen.get(f"/en{appeal}").text
    events = ["appeal.registered", "appeal.refused_by_expiry", "appeal.complained"]
    receipt = _sealed(citizen, f"/en{appeal}/receipt.json")
    assert receipt.headers["content-disposition"].startswith("attachment")
    assert [each.event for each in verify_receipt(receipt.content, None).entries] == events
    of_complaint = verify_receipt(_sealed(citizen, f"/en{complaint}/receipt.json").content, None)
    assert of_complaint.object_kind == "complaint"
    left = _take_back(citizen, complaint, form_of(citizen.get(f"/en{complaint}").text, "withdrawal"))
    assert forms_of(left) == set()
    assert forms_of(citizen.get(f"/en{appeal}").text) == {"complaints"}


def _filed_twice(client: httpx.Client, sent: dict[str, str]) -> str:
    """The address of the one appeal that comes of a form that is sent twice."""
    first, second = (client.post("/en/appeals/new", data=sent) for _ in range(2))
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    return first.headers["location"].partition("?")[0].removeprefix("/en")


def _complained_twice(client: httpx.Client, appeal: str, form: dict[str, str]) -> str:
    sent = form | {"complaints-text": "Silence.", "complaints-language": "en"}
    first, second = (client.post(f"/en{appeal}/complaints", data=sent) for _ in range(2))
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    complaint = first.headers["location"]
    must = "The agency must satisfy the complaint in full or send it to the higher body by 21 January 2025."
    assert must in client.get(complaint).text
    return complaint.removeprefix("/en")


def _take_back(client: httpx.Client, complaint: str, sent: dict[str, str]) -> str:
    assert client.post(f"/en{complaint}/withdrawal", data=sent).status_code == 303
    page = client.get(f"/en{complaint}").text
    assert "You withdrew the complaint." in page
    return page


def _sealed(client: httpx.Client, address: str) -> httpx.Response:
    """A file that is sealed within the first second; until then a page says so."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        answer = client.get(address)
        if answer.status_code != 202:
            return answer.raise_for_status()
        assert "The receipt is being sealed" in answer.text
        time.sleep(0.1)
    raise AssertionError(address)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ("Менің өтініштерім", "Мерзім күнтізбесі", "15 жұмыс күні", "Рождество", "Кім қарады")),
        ("ru", ("Мои обращения", "Срок по дням", "15 рабочих дней", "3 рабочих дня", "Рождество", "Кто смотрел")),
        ("en", ("My appeals", "The term, day by day", "15 working days", "Christmas", "Who looked at it")),
    ],
)
def test_every_page_of_the_room_speaks_the_readers_language(
    language: str, words: tuple[str, ...], citizen: httpx.Client, file: Callable[..., str], said: dict[str, str]
) -> None:
    appeal = file()
    listed = citizen.get(f"/{language}/appeals")
    assert (listed.status_code, words[0] in listed.text) == (200, True)
    assert appeal in listed.text
    assert words[2] in listed.text
    assert citizen.get(f"/{language}/appeals/new").status_code == 200
    page = citizen.get(f"/{language}{appeal}")
    assert page.status_code == 200
    assert [word for word in words if word not in page.text] == []
    assert "<script>alert" not in page.text
    assert escape(said["subject"]) in page.text


def test_what_is_wrong_comes_back_with_what_was_typed(
    citizen: httpx.Client, hidden: Hidden, said: dict[str, str]
) -> None:
    sent = hidden(citizen.get("/en/appeals/new").text) | said | {"agency": "nobody", "text": ""}
    refused = citizen.post("/en/appeals/new", data=sent)
    assert refused.status_code == 422
    assert escape(said["subject"]) in refused.text
    assert 'value="request" required checked' in refused.text
    assert 'id="text-fault"' in refused.text
    assert sent["key"] in refused.text
    mended = citizen.post("/en/appeals/new", data=sent | said)
    assert mended.status_code == 303


def test_only_kinds_that_anybody_may_file_are_offered_with_their_terms(citizen: httpx.Client) -> None:
    page = citizen.get("/ru/appeals/new", params={"agency": "min-transport", "kind": "proposal"}).text
    offered = re.findall(r'name="kind" value="(\w+)"', page)
    assert offered[:3] == ["request", "application", "complaint"]
    assert "lawyer_request" not in offered
    assert "Срок ответа: 5 рабочих дней" in page
    assert "Центральные органы" in page
    assert 'value="min-transport" selected' in page
    assert 'value="proposal" required checked' in page


def test_a_refused_step_keeps_what_was_typed(
    citizen: httpx.Client, file: Callable[..., str], api: Api, form_of: FormOf
) -> None:
    appeal = file(kind="message")
    act = {"outcome": "explained", "text": "<b>Soon</b>", "language": "en"}
    api("officer").post(f"/v1{appeal}/decision", json=act).raise_for_status()
    page = citizen.get(f"/en{appeal}").text
    assert "&lt;b&gt;Soon&lt;/b&gt;" in page
    assert "Explained" in page
    sent = form_of(page, "complaints") | {"complaints-text": "Not <i>so</i>.", "complaints-language": "en"}
    refused = citizen.post(f"/en{appeal}/complaints", data=sent | {"complaints-learned_on": "2020-01-01"})
    assert refused.status_code == 422
    assert "Not &lt;i&gt;so&lt;/i&gt;." in refused.text
    assert 'value="2020-01-01"' in refused.text
    assert citizen.post(f"/en{appeal}/complaints", data=sent).status_code == 303


def test_a_step_that_came_too_late_says_so_and_loses_nothing(
    citizen: httpx.Client, file: Callable[..., str], form_of: FormOf, forms_of: FormsOf
) -> None:
    appeal = file()
    sent = form_of(citizen.get(f"/en{appeal}").text, "withdrawal") | {"withdrawal-reason": "Solved."}
    assert citizen.post(f"/en{appeal}/withdrawal", data=sent).status_code == 303
    page = citizen.get(f"/en{appeal}").text
    assert "You withdrew the appeal" in page
    assert forms_of(page) == set()
    late = citizen.post(f"/en{appeal}/objection", data=sent | {"key": NOBODYS, "objection-text": "I object."})
    assert late.status_code == 409
    assert "I object." in late.text
    assert citizen.post(f"/en{appeal}/nothing", data=sent).status_code == 404


def test_a_form_that_is_shown_again_can_be_left_for_another_language(
    citizen: httpx.Client, file: Callable[..., str], form_of: FormOf
) -> None:
    appeal = file()
    shown_again = citizen.post(
        f"/en{appeal}/attachments", data=form_of(citizen.get(f"/en{appeal}").text, "attachments")
    ).text
    [other] = re.findall(r'<a href="(/kk/[^"]+)"', shown_again)
    assert citizen.get(other).headers["location"] == f"/kk{appeal}"
    complaint = f"/kk/complaints/{NOBODYS}"
    assert citizen.get(f"{complaint}/withdrawal").headers["location"] == complaint
    assert citizen.get(f"{complaint}/nothing").status_code == 404
    assert citizen.get(f"/kk{appeal}/nothing").status_code == 404


def test_what_the_body_asks_is_told_and_answered(
    citizen: httpx.Client, file: Callable[..., str], api: Api, form_of: FormOf
) -> None:
    appeal = file(kind="complaint")
    officer = api("officer")
    officer.post(f"/v1{appeal}/defect", json={"text": "No date."}).raise_for_status()
    lacking = citizen.get(f"/en{appeal}").text
    assert "No date." in lacking
    assert "the term rests: you are waited for" in citizen.get("/en/appeals").text
    corrected = form_of(lacking, "correction") | {"correction-text": "On 5 May."}
    assert citizen.post(f"/en{appeal}/correction", data=corrected).status_code == 303
    assert "On 5 May." in citizen.get(f"/en{appeal}").text
    told = {"outcome": "refused", "text": "No.", "language": "en", "no_hearing_reason": "Asked for none."}
    officer.post(f"/v1{appeal}/preliminary-decision", json=told).raise_for_status()
    hearing = citizen.get(f"/en{appeal}").text
    assert "There will be no hearing: Asked for none." in hearing
    objection = form_of(hearing, "objection") | {"objection-text": "I do not agree."}
    assert citizen.post(f"/en{appeal}/objection", data=objection).status_code == 303
    assert "I do not agree." in citizen.get(f"/en{appeal}").text


def test_a_file_is_attached_once_and_opened_when_it_is_clean(
    citizen: httpx.Client, file: Callable[..., str], form_of: FormOf
) -> None:
    appeal = file()
    page = citizen.get(f"/en{appeal}").text
    sent, photo = form_of(page, "attachments"), {"attachments-file": ("note.txt", b"Look.\n", "text/plain")}
    for _ in range(2):
        assert citizen.post(f"/en{appeal}/attachments", data=sent, files=photo).status_code == 303
    waiting = citizen.get(f"/en{appeal}").text
    assert waiting.count("note.txt") == 1
    assert "being checked" in waiting
    citizen.post("/sandbox/sweep").raise_for_status()
    clean = citizen.get(f"/en{appeal}").text
    [way] = re.findall(r'href="([^"]+/attachments/[^"]+)"', clean)
    opened = citizen.get(way)
    assert (opened.content, opened.headers["cache-control"]) == (b"Look.\n", "private, no-store")


def test_no_file_and_a_file_that_is_not_taken_are_told(
    citizen: httpx.Client, file: Callable[..., str], form_of: FormOf
) -> None:
    appeal = file()
    sent = form_of(citizen.get(f"/en{appeal}").text, "attachments")
    nothing = citizen.post(f"/en{appeal}/attachments", data=sent)
    assert (nothing.status_code, "No file was chosen" in nothing.text) == (422, True)
    program = {"attachments-file": ("run.exe", b"MZ\x90\x00", "application/x-msdownload")}
    refused = citizen.post(f"/en{appeal}/attachments", data=sent, files=program)
    assert refused.status_code in {415, 422}
    assert 'role="alert"' in refused.text


def test_files_to_keep(citizen: httpx.Client, file: Callable[..., str]) -> None:
    appeal = file()
    days = citizen.get(f"/en{appeal}/deadline.ics")
    assert (days.headers["content-type"], "20250115" in days.text) == ("text/calendar; charset=utf-8", True)
    court = _sealed(citizen, f"/en{appeal}/court-file.zip")
    assert "appeal.json" in "".join(ZipFile(BytesIO(court.content)).namelist())


def test_who_looked_is_told_to_whom_it_concerns(
    citizen: httpx.Client, signed_in: SignedIn, file: Callable[..., str]
) -> None:
    appeal = file()
    assert "Nobody has looked yet." in citizen.get(f"/en{appeal}").text
    officer = signed_in("officer")
    seen = officer.get(f"/en{appeal}").text
    assert "Who looked at it" not in seen
    page = citizen.get(f"/en{appeal}").text
    assert page.count("Ministry of Transport of the Republic of Kazakhstan</small></td><td>") == 1
    assert "read the appeal" in page


def test_what_is_not_yours_is_not_there(signed_in: SignedIn, file: Callable[..., str]) -> None:
    appeal = file()
    neighbour = signed_in("neighbour")
    assert neighbour.get(f"/en{appeal}").status_code == 404
    assert neighbour.get(f"/en{appeal}/receipt.json").status_code == 404
    assert appeal not in neighbour.get("/en/appeals").text
    assert "You have no appeals yet." in neighbour.get("/en/appeals").text
    for nowhere in (f"/en/appeals/{NOBODYS}", f"/en/complaints/{NOBODYS}", "/en/appeals/not-an-id"):
        assert neighbour.get(nowhere).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/ru/complaints",
        "/ru/appeals",
        "/ru/appeals/new",
        f"/ru/appeals/{NOBODYS}",
        f"/ru/appeals/{NOBODYS}/receipt.json",
    ],
)
def test_who_has_not_signed_in_is_sent_to_sign_in_and_back(address: str, house: httpx.Client) -> None:
    sent = house.get(address)
    assert (sent.status_code, sent.headers["location"].partition("?")[0]) == (303, "/ru/sign-in")
    assert httpx.URL(sent.headers["location"]).params["back"] == address

"""The same room for those in office: the register, what their forms do, and complaints that are ruled on."""

from collections.abc import Callable

import httpx

SignedIn = Callable[..., httpx.Client]
Api = Callable[[str], httpx.Client]
Hidden = Callable[[str], dict[str, str]]
SILENT_AT = "2025-01-16T00:01:00+05:00"
FormOf = Callable[[str, str], dict[str, str]]
FormsOf = Callable[[str], set[str]]
NOBODYS = "01a215e3-fd26-709f-a8cd-6de7122d01df"


def test_the_register_is_searched_by_those_in_office(
    signed_in: SignedIn, file: Callable[..., str], citizen: httpx.Client
) -> None:
    known, other = file(subject="Bridge at Aksai"), file(subject="A tree", kind="proposal")
    head = signed_in("head")
    found = head.get("/ru/appeals", params={"kind": "proposal", "status": "registered", "q": ""}).text
    assert "Реестр обращений" in found
    assert other in found
    assert known not in found
    assert 'value="proposal" selected' in found
    nothing = head.get("/ru/appeals", params={"q": "no such words"}).text
    assert "Таких обращений нет" in nothing
    assert 'name="status"' not in citizen.get("/ru/appeals").text


def test_those_in_office_do_what_is_simple_here(
    signed_in: SignedIn, file: Callable[..., str], citizen: httpx.Client, form_of: FormOf, forms_of: FormsOf
) -> None:
    appeal = file(kind="message")
    head, officer = signed_in("head"), signed_in("officer")
    offered = head.get(f"/en{appeal}").text
    assert forms_of(offered) == {
        "assignment",
        "attachments",
        "decision",
        "defect",
        "extension",
        "forwarding",
        "leaving",
        "preliminary-decision",
    }
    named = {"assignment-executor": "sandbox:officer", "assignment-name": "Dinara"}
    assert head.post(f"/en{appeal}/assignment", data=form_of(offered, "assignment") | named).status_code == 303
    page = officer.get(f"/en{appeal}").text
    answer = {"decision-outcome": "satisfied", "decision-text": "Mended.", "decision-language": "en"}
    assert officer.post(f"/en{appeal}/decision", data=form_of(page, "decision") | answer).status_code == 303
    told = citizen.get(f"/en{appeal}").text
    assert "Mended." in told
    assert "Dinara" in told
    assert "Your appeal" in citizen.get("/en/appeals").text


def test_an_adverse_decision_is_told_with_its_hearing(
    signed_in: SignedIn, file: Callable[..., str], citizen: httpx.Client, form_of: FormOf
) -> None:
    appeal = file(kind="complaint")
    officer = signed_in("officer")
    told = {
        "outcome": "refused",
        "text": "We shall refuse.",
        "language": "en",
        "at": "2025-01-08T10:00",
        "place": "305",
    }
    fields = {f"preliminary-decision-{name}": value for name, value in told.items()}
    sent = form_of(officer.get(f"/en{appeal}").text, "preliminary-decision") | fields
    wrong = officer.post(f"/en{appeal}/preliminary-decision", data=sent | {"preliminary-decision-at": "soon"})
    assert (wrong.status_code, 'value="soon"' in wrong.text) == (422, True)
    assert officer.post(f"/en{appeal}/preliminary-decision", data=sent).status_code == 303
    assert "8 January 2025, 10:00, 305" in citizen.get(f"/en{appeal}").text
    assert "over the API: record of the hearing." in officer.get(f"/en{appeal}").text


def test_an_appeal_is_passed_on_or_left_on_a_ground_of_the_law(
    signed_in: SignedIn, file: Callable[..., str], citizen: httpx.Client, form_of: FormOf, forms_of: FormsOf
) -> None:
    officer = signed_in("officer")
    passed, left = file(kind="message"), file(kind="message")
    sent = form_of(officer.get(f"/en{passed}").text, "forwarding")
    sent |= {"forwarding-agency": "akimat-almaty", "forwarding-reason": "A road of the city."}
    assert officer.post(f"/en{passed}/forwarding", data=sent).status_code == 303
    assert "It was forwarded to another body" in citizen.get(f"/en{passed}").text
    sent = form_of(officer.get(f"/en{left}").text, "leaving") | {"leaving-ground": "essence_not_stated"}
    assert officer.post(f"/en{left}/leaving", data=sent).status_code == 303
    page = citizen.get(f"/en{left}").text
    assert "The essence is not stated" in page
    assert forms_of(page) == {"complaints"}


def test_a_ruling_is_read_with_its_grounds(
    citizen: httpx.Client, file: Callable[..., str], api: Api, signed_in: SignedIn, form_of: FormOf
) -> None:
    appeal = file(kind="message")
    act = {"outcome": "explained", "text": "It works.", "language": "en"}
    api("officer").post(f"/v1{appeal}/decision", json=act).raise_for_status()
    sent = form_of(citizen.get(f"/en{appeal}").text, "complaints")
    words = {"complaints-text": "It does not.", "complaints-language": "en"}
    complaint = citizen.post(f"/en{appeal}/complaints", data=sent | words).headers["location"].removeprefix("/en")
    officer = signed_in("officer")
    up = form_of(officer.get(f"/en{complaint}").text, "sending-up")
    assert officer.post(f"/en{complaint}/sending-up", data=up).status_code == 422
    up |= {"sending-up-opinion": "Not founded."}
    assert officer.post(f"/en{complaint}/sending-up", data=up).status_code == 303
    higher = signed_in("higher-officer")
    _rule(higher, complaint, form_of(higher.get(f"/en{complaint}").text, "ruling"))
    page = citizen.get(f"/en{complaint}").text
    told = ("Cancel the act", "The circle of facts was drawn wrongly", "Cancelled.", "Not founded.", "Go to court")
    assert [each for each in told if each not in page] == []
    assert officer.post(f"/en{complaint}/nothing", data=up).status_code == 404


def _rule(higher: httpx.Client, complaint: str, sent: dict[str, str]) -> None:
    """Rule as the body above, first without the grounds that an act needs to fall."""
    found = higher.get("/en/complaints", params={"status": "under_review"}).text
    assert complaint in found
    sent |= {"ruling-outcome": "cancel_act", "ruling-text": "Cancelled.", "ruling-language": "en"}
    refused = higher.post(f"/en{complaint}/ruling", data=sent)
    assert refused.status_code == 422
    assert 'value="cancel_act" selected' in refused.text
    sent["ruling-grounds"] = "wrong_circle_of_facts"
    assert higher.post(f"/en{complaint}/ruling", data=sent).status_code == 303
    assert complaint not in higher.get("/en/complaints", params={"status": "under_review"}).text


def test_complaints_are_listed_for_whom_they_concern(signed_in: SignedIn) -> None:
    company = signed_in("company")
    page = company.get("/kk/complaints")
    assert (page.status_code, "Мұндай шағымдар жоқ" in page.text) == (200, True)
    assert company.get("/kk/complaints", params={"status": "nothing"}).status_code == 422

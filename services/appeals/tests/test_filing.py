"""Filing and reading an appeal: what the applicant is told, and what can be relied on afterwards."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx

from servicekit.testing import Issuer

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]


# What an executor may do with a request that is new to the body.
OFFICERS = ["defect", "forwarding", "preliminary-decision", "decision", "leaving", "attachments"]


async def test_filing_tells_number_dates_and_rule(client: httpx.AsyncClient, people: People, filing: Filing) -> None:
    answer = await client.post("/v1/appeals", json=filing(), headers=people["citizen"])
    assert answer.status_code == 201, answer.text
    filed = answer.json()
    assert answer.headers["location"] == f"/v1/appeals/{filed['id']}"
    assert answer.headers["etag"] == '"1"'
    assert UUID(filed["id"]).version == 7
    assert filed["number"].startswith("ЖТ-2026-")
    assert len(filed["number"]) == len("ЖТ-2026-000123")
    assert filed["status"] == "registered"
    assert filed["submitted_at"].startswith("2026-11-23T10:00")
    assert filed["submitted_at"].endswith("+05:00")
    assert (filed["registered_on"], filed["forward_by"], filed["due_on"]) == ("2026-11-23", "2026-11-26", "2026-12-14")
    assert filed["term"] == {"n": 15, "unit": "working_day", "first_day_counts": False}
    assert (filed["basis"]["rules"], filed["basis"]["version"]) == ("report", "2024-05")
    assert "art. 76" in filed["basis"]["source"]
    assert filed["next_step"]["en"] == "The agency must answer by 14 December 2026."
    assert filed["decision"] is None


async def test_what_was_filed_is_kept_word_for_word(file: File, look: Look) -> None:
    contact = {"phone": "+77011234567", "email": "aigerim@example.kz"}
    words = {"subject": "Жол — «қауіпті»", "text": "Бірінші.\nЕкінші \U0001f6a7 \u00e9.", "language": "kk"}
    filed = await file(kind="complaint", channel="mobile", contact=contact, **words)
    assert {name: filed[name] for name in words} == words
    assert (filed["kind"], filed["channel"], filed["contact"]) == ("complaint", "mobile", contact)
    assert filed["applicant"] == {"scheme": "KZ-IIN", "id": "880417499014", "name": "Айгерім Сапарова"}
    assert await look("citizen", f"/v1/appeals/{filed['id']}") == filed


async def test_an_agency_is_named_by_its_code_or_its_bin(file: File, look: Look) -> None:
    [body] = (await look("nobody", "/v1/agencies", q="min-transport"))["items"]
    filed = await file(agency=body["bin"])
    assert filed["agency"] == {name: body[name] for name in ("bin", "code", "name")}


async def test_a_company_files_under_its_bin(file: File, look: Look) -> None:
    filed = await file("company")
    assert filed["applicant"] == {"scheme": "KZ-BIN", "id": "150340000017", "name": "«Көктем» ЖШС"}
    assert (await look("company", "/v1/appeals"))["items"][0]["id"] == filed["id"]


async def test_what_an_invented_person_files_is_marked_as_such(
    client: httpx.AsyncClient, issuer: Issuer, filing: Filing, file: File, look: Look
) -> None:
    invented = issuer.headers("citizen", sub="c1", iin="880417499014", synthetic=True)
    filed = (await client.post("/v1/appeals", json=filing(), headers=invented)).json()
    real = await file()
    assert (filed["synthetic"], real["synthetic"]) == (True, False)
    listed = (await look("citizen", "/v1/appeals"))["items"]
    assert {each["id"]: each["synthetic"] for each in listed} == {filed["id"]: True, real["id"]: False}


async def test_numbers_never_repeat_and_ids_grow(file: File) -> None:
    filed = [await file() for _ in range(5)]
    assert len({each["number"] for each in filed}) == 5
    assert [each["id"] for each in filed] == sorted(each["id"] for each in filed)


async def test_after_hours_and_on_a_day_off_the_next_working_day_registers(file: File, go_to: GoTo) -> None:
    cases = [
        ("2026-11-23T20:00", "2026-11-24", "2026-12-15"),
        ("2026-11-28T11:00", "2026-11-30", "2026-12-22"),  # Saturday; the sixteenth of December is a holiday
    ]
    for moment, registered_on, due_on in cases:
        go_to(moment)
        filed = await file()
        assert filed["submitted_at"].startswith(moment)
        assert (filed["registered_on"], filed["due_on"]) == (registered_on, due_on)


async def test_an_appeal_of_the_last_evening_of_a_year_has_the_number_of_the_next(file: File, go_to: GoTo) -> None:
    go_to("2026-12-31T20:00")
    filed = await file()
    assert filed["registered_on"] == "2027-01-05"
    assert filed["number"].startswith("ЖТ-2027-")


async def test_a_body_with_open_saturdays_counts_them(file: File) -> None:
    filed = await file(agency="government-for-citizens")
    assert (filed["registered_on"], filed["due_on"]) == ("2026-11-23", "2026-12-10")


class TestReading:
    async def test_its_body_sees_all_but_where_the_applicant_wants_to_be_told(self, file: File, look: Look) -> None:
        filed = await file(contact={"phone": "+77011234567"})
        seen = await look("officer", f"/v1/appeals/{filed['id']}")
        assert seen["contact"] is None
        assert seen["applicant"] == filed["applicant"]
        assert seen["text"] == filed["text"]

    async def test_each_is_offered_what_they_may_do(self, file: File, look: Look) -> None:
        filed = await file()
        address = f"/v1/appeals/{filed['id']}"
        own = [{"name": name, "method": "POST", "href": f"{address}/{name}"} for name in ("withdrawal", "attachments")]
        assert filed["actions"] == own
        assert (await look("citizen", address))["actions"] == own
        assert [each["name"] for each in (await look("officer", address))["actions"]] == OFFICERS

    async def test_its_deadline_is_explained_day_by_day(self, file: File, look: Look) -> None:
        filed = await file()
        deadline = await look("citizen", f"/v1/appeals/{filed['id']}/deadline")
        assert {name: deadline[name] for name in ("registered_on", "due_on", "term", "basis")} == {
            name: filed[name] for name in ("registered_on", "due_on", "term", "basis")
        }
        assert deadline["calendar"] == "kz-2026.1"
        assert deadline["days"][0] == {
            "date": "2026-11-23", "counted": False, "n": None, "why": "first_day_not_counted", "name": None
        }  # fmt: skip
        assert (deadline["days"][-1]["date"], deadline["days"][-1]["n"]) == ("2026-12-14", 15)

    async def test_a_copy_that_is_still_good_is_not_sent_again(
        self, client: httpx.AsyncClient, people: People, file: File
    ) -> None:
        address = f"/v1/appeals/{(await file())['id']}"
        fresh = await client.get(address, headers=people["citizen"] | {"If-None-Match": '"1"'})
        assert (fresh.status_code, fresh.headers["etag"], fresh.content) == (304, '"1"', b"")
        for tag in ('"0", "1"', "*"):
            again = await client.get(address, headers=people["citizen"] | {"If-None-Match": tag})
            assert again.status_code == 304

    async def test_a_copy_that_is_old_is_replaced(
        self, client: httpx.AsyncClient, people: People, file: File, act: Act
    ) -> None:
        filed = await file()
        assert (await act("officer", filed, "forwarding")).status_code == 200
        new = await client.get(f"/v1/appeals/{filed['id']}", headers=people["citizen"] | {"If-None-Match": '"1"'})
        assert (new.status_code, new.headers["etag"]) == (200, '"2"')


class TestRepeating:
    async def test_the_same_request_under_one_key_is_carried_out_once(
        self, client: httpx.AsyncClient, people: People, filing: Filing, look: Look
    ) -> None:
        headers = people["citizen"] | {"Idempotency-Key": "abc-1"}
        first = await client.post("/v1/appeals", json=filing(), headers=headers)
        again = await client.post("/v1/appeals", json=filing(), headers=headers | {"Idempotency-Key": '"abc-1"'})
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert again.headers["idempotent-replayed"] == "true"
        assert "idempotent-replayed" not in first.headers
        for name in ("location", "etag", "idempotency-key"):
            assert again.headers[name] == first.headers[name]
        assert len((await look("citizen", "/v1/appeals"))["items"]) == 1

    async def test_a_key_is_given_to_whom_has_none(
        self, client: httpx.AsyncClient, people: People, filing: Filing
    ) -> None:
        first = await client.post("/v1/appeals", json=filing(), headers=people["citizen"])
        key = {"Idempotency-Key": first.headers["idempotency-key"]}
        again = await client.post("/v1/appeals", json=filing(), headers=people["citizen"] | key)
        assert again.json()["id"] == first.json()["id"]

    async def test_two_people_may_choose_the_same_key(
        self, client: httpx.AsyncClient, people: People, filing: Filing
    ) -> None:
        key = {"Idempotency-Key": "1"}
        ours = await client.post("/v1/appeals", json=filing(), headers=people["citizen"] | key)
        theirs = await client.post("/v1/appeals", json=filing(), headers=people["neighbour"] | key)
        assert ours.json()["id"] != theirs.json()["id"]
        assert theirs.json()["applicant"]["id"] == "850101300019"

    async def test_a_repeated_action_is_answered_though_the_state_has_moved_on(self, file: File, act: Act) -> None:
        filed = await file()
        sending = {"Idempotency-Key": "w-1", "If-Match": '"1"'}
        first = await act("citizen", filed, "withdrawal", sending=sending)
        again = await act("citizen", filed, "withdrawal", sending=sending)
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.content == again.content
        assert (await act("citizen", filed, "withdrawal")).status_code == 409

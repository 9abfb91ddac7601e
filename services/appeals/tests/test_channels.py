"""How appeals come in: at a counter, by a representative, together with others, from a terminal in a prison."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain.channels import MOST_CO_APPLICANTS
from servicekit.testing import Issuer

Filing = Callable[..., dict[str, Any]]
People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]

CITIZEN = {"scheme": "KZ-IIN", "id": "880417499014", "name": "Айгерім Сапарова"}
NEIGHBOUR = {"scheme": "KZ-IIN", "id": "791103399014", "name": "Нұрлан Ахметов"}
COMPANY = {"scheme": "KZ-BIN", "id": "120640950178", "name": "«Көктем» ЖШС"}
AUTHORITY = {"number": "12-345", "date": "2026-05-04", "issuer": "Нотариус Г. Омарова"}
COUNTER = {"channel": "front_office", "applicant": CITIZEN, "form": "oral"}
ON_BEHALF = {"channel": "representative", "represented": CITIZEN, "authority": AUTHORITY}
ACTS = ["withdrawal", "attachments"]
TOGETHER = {"channel": "collective", "co_applicants": [NEIGHBOUR, COMPANY]}


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, with numbers that a counter takes, and those who are met in these channels only."""
    return people | {
        "neighbour": issuer.headers("citizen", sub="c2", name="Нұрлан Ахметов", iin="791103399014"),
        "company": issuer.headers("company", sub="b1", name="«Көктем» ЖШС", bin="120640950178"),
        "counter": issuer.headers("front_office", sub="f1", name="Ләззат Садықова", iin="930412499019"),
        "convict": issuer.headers("terminal", sub="t1", name="Марат Абдрахманов", iin="860922399019"),
        "released": issuer.headers("citizen", sub="t1", name="Марат Абдрахманов", iin="860922399019"),
        "prosecutor": issuer.headers("officer", sub="o5", agency="general-prosecutor"),
        "warder": issuer.headers("officer", "head", sub="o6", agency="penal-department-astana"),
        "stranger": issuer.headers("citizen", sub="c9", iin="900612499010"),
    }


class TestAtACounter:
    async def test_the_person_is_the_applicant_and_the_slip_names_the_officer(self, file: File, look: Look) -> None:
        filed = await file("counter", **COUNTER)
        assert filed["applicant"] == CITIZEN
        assert (filed["channel"], filed["form"], filed["actions"]) == ("front_office", "oral", [])
        assert filed["slip"] == {
            "number": filed["number"],
            "submitted_at": filed["submitted_at"],
            "officer": "Ләззат Садықова",
        }
        seen = await look("citizen", f"/v1/appeals/{filed['id']}")
        assert (seen["slip"], [each["name"] for each in seen["actions"]]) == (filed["slip"], ACTS)
        assert [each["id"] for each in (await look("citizen", "/v1/appeals"))["items"]] == [filed["id"]]

    async def test_the_officer_at_the_counter_cannot_read_it_later(
        self, client: httpx.AsyncClient, people: People, file: File
    ) -> None:
        filed = await file("counter", **COUNTER)
        answer = await client.get(f"/v1/appeals/{filed['id']}", headers=people["counter"])
        assert answer.status_code == 403  # no role that reads appeals

    async def test_whoever_files_alone_has_a_slip_without_an_officer(self, file: File) -> None:
        filed = await file()
        assert (filed["form"], filed["slip"]["officer"], filed["confidential"]) == ("electronic", None, False)


class TestByARepresentative:
    async def test_the_represented_is_the_applicant_and_both_see_and_act(
        self, file: File, look: Look, act: Act
    ) -> None:
        filed = await file("neighbour", **ON_BEHALF, contact={"phone": "+77011234567"})
        assert filed["applicant"] == CITIZEN
        assert filed["representative"] == NEIGHBOUR | {"authority": AUTHORITY}
        for who in ("citizen", "neighbour"):
            seen = await look(who, f"/v1/appeals/{filed['id']}")
            assert [each["name"] for each in seen["actions"]] == ACTS, who
            assert seen["contact"] == filed["contact"], who
            assert [each["id"] for each in (await look(who, "/v1/appeals"))["items"]] == [filed["id"]]
            assert (await look(who, f"/v1/appeals/{filed['id']}/accesses"))["items"] == []
        assert (await act("neighbour", filed, "withdrawal")).json()["status"] == "withdrawn"

    async def test_both_are_told_and_nobody_else(self, file: File, look: Look, act: Act) -> None:
        filed = await file("neighbour", **ON_BEHALF)
        assert (await act("officer", filed, "forwarding")).status_code == 200
        for who, told in {"citizen": 1, "neighbour": 1, "stranger": 0}.items():
            assert len((await look(who, "/v1/me/notices"))["items"]) == told, who


class TestTogether:
    async def test_the_filer_acts_and_the_others_see(
        self, client: httpx.AsyncClient, people: People, file: File, look: Look, act: Act
    ) -> None:
        filed = await file(**TOGETHER)
        assert (filed["applicant"], filed["co_applicants"]) == (CITIZEN, [NEIGHBOUR, COMPANY])
        address = f"/v1/appeals/{filed['id']}"
        for who in ("neighbour", "company"):
            seen = await look(who, address)
            assert (seen["text"], seen["contact"], seen["actions"]) == (filed["text"], None, []), who
            assert [each["id"] for each in (await look(who, "/v1/appeals", q="Аялдама"))["items"]] == [filed["id"]]
            assert (await act(who, filed, "withdrawal")).status_code == 403
        assert (await client.get(address, headers=people["stranger"])).status_code == 404
        assert (await act("citizen", filed, "withdrawal")).status_code == 200

    async def test_as_many_as_are_allowed_and_no_more(
        self, client: httpx.AsyncClient, people: People, filing: Filing, file: File
    ) -> None:
        many = [{"scheme": "GB-COH", "id": f"{n:08}", "name": f"Firm {n}"} for n in range(MOST_CO_APPLICANTS + 1)]
        filed = await file(channel="collective", co_applicants=many[1:])
        assert len(filed["co_applicants"]) == MOST_CO_APPLICANTS
        more = filing(channel="collective", co_applicants=many)
        assert (await client.post("/v1/appeals", json=more, headers=people["citizen"])).status_code == 422

    async def test_a_part_that_is_split_off_keeps_its_parties(self, file: File, look: Look, act: Act) -> None:
        filed = await file(**TOGETHER, points=["Шатыр", "Орындық"])
        assert (await act("officer", filed, "forwarding", points=[2])).status_code == 200
        whole, part = sorted((await look("neighbour", "/v1/appeals"))["items"], key=lambda each: each["id"])
        assert (whole["id"], part["number"]) == (filed["id"], f"{filed['number']}/1")


class TestFromATerminal:
    async def test_it_goes_past_the_administration_and_is_read_there_and_after_release(
        self, file: File, look: Look
    ) -> None:
        filed = await file("convict", channel="terminal", agency="general-prosecutor")
        assert (filed["confidential"], filed["contact"]) == (True, None)
        address = f"/v1/appeals/{filed['id']}"
        for who in ("convict", "released"):
            assert (await look(who, address))["applicant"]["id"] == "860922399019"
        assert (await look("prosecutor", address))["text"] == filed["text"]

    @pytest.mark.parametrize("to", ["min-internal-affairs", "penal-system-committee", "penal-department-astana"])
    @pytest.mark.parametrize("points", [None, [1]])
    async def test_it_never_reaches_who_is_bypassed(
        self, to: str, points: list[int] | None, file: File, look: Look, act: Act
    ) -> None:
        filed = await file("convict", channel="terminal", agency="general-prosecutor", points=["Бірінші", "Екінші"])
        answer = await act("prosecutor", filed, "forwarding", agency=to, points=points)
        assert (answer.status_code, answer.json()["code"]) == (409, "penal-body")
        kept = await act("prosecutor", filed, "forwarding", agency="min-health")
        assert (kept.status_code, kept.json()["agency"]["code"]) == (200, "min-health")
        assert (await look("convict", f"/v1/appeals/{filed['id']}"))["confidential"] is True

    async def test_the_institutions_officers_find_nothing(
        self, client: httpx.AsyncClient, people: People, file: File, look: Look
    ) -> None:
        filed = await file("convict", channel="terminal", agency="supreme-court")
        for path in ("", "/history", "/deadline", "/receipt", "/points"):
            answer = await client.get(f"/v1/appeals/{filed['id']}{path}", headers=people["warder"])
            assert answer.status_code == 404, path
        assert (await look("warder", "/v1/appeals"))["items"] == []

    async def test_not_even_if_one_of_them_should_hold_it(
        self, client: httpx.AsyncClient, people: People, file: File, rows: Rows
    ) -> None:
        filed = await file("convict", channel="terminal", agency="supreme-court")
        await rows("UPDATE appeals SET agency = 'penal-department-astana'")
        assert (await client.get(f"/v1/appeals/{filed['id']}", headers=people["warder"])).status_code == 404

    async def test_a_crime_that_is_told_a_court_goes_to_the_prosecutor(self, file: File, look: Look) -> None:
        filed = await file("convict", channel="terminal", agency="supreme-court", reports_crime=True)
        assert (filed["status"], filed["agency"]["code"]) == ("forwarded", "general-prosecutor")
        assert (await look("prosecutor", f"/v1/appeals/{filed['id']}"))["id"] == filed["id"]


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "no applicant at the counter": ("counter", {"channel": "front_office", "form": "paper"}),
    "nothing electronic at a counter": ("counter", COUNTER | {"form": "electronic"}),
    "an authority for oneself": ("citizen", {"authority": AUTHORITY}),
    "nobody represented": ("citizen", {"channel": "representative", "authority": AUTHORITY}),
    "nobody together": ("citizen", {"channel": "collective", "co_applicants": []}),
    "a wrong digit": ("counter", COUNTER | {"applicant": CITIZEN | {"id": "880417499015"}}),
    "an unknown channel": ("citizen", {"channel": "pigeon"}),
    "a crime that is not reported": ("citizen", {"crime": "corruption"}),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_a_channel_needs_is_asked_for(
    case: str, client: httpx.AsyncClient, people: People, filing: Filing
) -> None:
    who, fields = WRONG[case]
    answer = await client.post("/v1/appeals", json=filing(**fields), headers=people[who])
    assert answer.status_code == 422, answer.text
    assert "880417499015" not in answer.text

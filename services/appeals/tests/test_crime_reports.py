"""Reports of crimes: forwarded at once to who investigates, and taken even from nobody."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain.channels import Channel
from appeals.domain.crimes import ACCEPTED_BY, INVESTIGATORS, Crime, passed_on_to
from servicekit.private_parts import reveal
from servicekit.testing import Issuer

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, and an officer of the body that investigates corruption."""
    return people | {"investigator": issuer.headers("officer", sub="o7", agency="anti-corruption-service")}


REPORT = {
    "agency": "min-transport",
    "subject": "Пара туралы",
    "text": "Инспектор пара сұрайды.",
    "language": "kk",
    "crime": "corruption",
}


class TestForwardedAtOnce:
    @pytest.mark.parametrize("crime", Crime)
    async def test_to_the_body_that_investigates(self, crime: Crime, file: File, look: Look) -> None:
        filed = await file(reports_crime=True, crime=crime)
        expected = INVESTIGATORS[crime].agency
        assert (filed["status"], filed["agency"]["code"]) == ("forwarded", expected)
        history = (await look("citizen", f"/v1/appeals/{filed['id']}/history"))["items"]
        assert [(each["event"], each["by"]["role"]) for each in history] == [
            ("appeal.registered", "citizen"),
            ("appeal.forwarded", "system"),
        ]
        assert history[0]["at"] == history[1]["at"]
        assert history[1]["data"]["to"] == expected

    async def test_the_filer_is_told_and_the_body_that_was_named_still_sees_it(
        self, client: httpx.AsyncClient, people: People, file: File, look: Look, act: Act
    ) -> None:
        filed = await file(reports_crime=True, points=["Бірінші", "Екінші"])
        [told] = (await look("citizen", "/v1/me/notices"))["items"]
        assert told["event"] == "appeal.forwarded"
        assert (await look("officer", f"/v1/appeals/{filed['id']}"))["status"] == "forwarded"
        assert len((await look("citizen", f"/v1/appeals/{filed['id']}/points"))["items"]) == 2
        answer = await client.get(f"/v1/appeals/{filed['id']}", headers=people["citizen"])
        assert answer.headers["etag"] == '"2"'
        assert (await act("citizen", filed, "withdrawal", sending={"If-Match": '"2"'})).status_code == 200

    @pytest.mark.parametrize("competent", sorted(ACCEPTED_BY))
    async def test_a_body_that_takes_reports_keeps_it(self, competent: str, file: File) -> None:
        filed = await file(agency=competent, reports_crime=True, crime="corruption")
        assert (filed["status"], filed["agency"]["code"]) == ("registered", competent)

    async def test_what_reports_no_crime_stays(self, file: File) -> None:
        assert (await file(agency="supreme-court"))["status"] == "registered"

    def test_from_a_terminal_never_to_the_ministry_of_the_penal_system(self) -> None:
        found = {crime: passed_on_to("supreme-court", crime, Channel.TERMINAL) for crime in Crime}
        assert {crime: each and each.agency for crime, each in found.items()} == {
            crime: "general-prosecutor" if crime is Crime.OTHER else INVESTIGATORS[crime].agency for crime in Crime
        }


class TestFromNobody:
    async def test_the_code_shows_it_and_nothing_else_does(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/appeals/anonymous", json=REPORT)
        assert answer.status_code == 201, answer.text
        filed = answer.json()
        code = filed.pop("code")
        assert answer.headers["cache-control"] == "no-store"
        assert (filed["applicant"], filed["agency"]["code"]) == (None, "anti-corruption-service")
        assert (filed["reports_crime"], filed["actions"]) == (True, [])
        seen = await client.get("/v1/appeals/anonymous", headers={"Appeal-Code": code})
        assert (seen.status_code, seen.json()) == (200, filed)
        for other in (code[:-1], code + "x", ""):
            wrong = await client.get("/v1/appeals/anonymous", headers={"Appeal-Code": other})
            assert wrong.status_code == 404, other
        assert (await client.get(f"/v1/appeals/{filed['id']}")).status_code == 401

    async def test_nobody_is_kept_anywhere_even_if_a_token_is_shown(
        self, client: httpx.AsyncClient, people: People, rows: Rows, capfd: pytest.CaptureFixture[str]
    ) -> None:
        keyed = people["citizen"] | {"Idempotency-Key": "k-1"}
        answer = await client.post("/v1/appeals/anonymous", json=REPORT, headers=keyed)
        assert answer.status_code == 201
        secrets = ["880417499014", "Айгерім", '"c1"', "'c1'", answer.json()["code"]]
        tables = [each["tablename"] for each in await rows("SELECT tablename FROM pg_tables WHERE schemaname='public'")]
        assert {"appeals", "journal", "replies", "notices", "accesses"} <= set(tables)
        said = await rows("SELECT entry, private, key FROM private_keys JOIN journal ON journal.id = entry")
        kept = [reveal(each["entry"], each["private"], each["key"]).data for each in said]
        assert len(kept) == 2
        assert [secret for secret in secrets if secret in repr(kept)] == []
        for table in tables:
            kept_in = repr([dict(each) for each in await rows(f'SELECT * FROM "{table}"')])  # noqa: S608 - our own names
            assert [secret for secret in secrets if secret in kept_in] == [], table
        assert await rows("SELECT * FROM replies") == []
        assert await rows("SELECT * FROM private_keys WHERE number IS NOT NULL") == []
        logged = "".join(capfd.readouterr())
        assert [secret for secret in secrets if secret in logged] == []

    async def test_a_token_is_not_looked_at_even_if_it_is_no_token(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/appeals/anonymous", json=REPORT, headers={"Authorization": "Bearer broken"})
        assert answer.status_code == 201

    async def test_it_is_decided_like_any_other_and_the_code_shows_the_answer(
        self, client: httpx.AsyncClient, act: Act, rows: Rows
    ) -> None:
        filed = (await client.post("/v1/appeals/anonymous", json=REPORT)).json()
        decided = await act("investigator", filed, "decision")
        assert decided.status_code == 200, decided.text
        seen = await client.get("/v1/appeals/anonymous", headers={"Appeal-Code": filed["code"]})
        assert (seen.json()["status"], seen.json()["decision"]["text"]) == (
            "answered",
            decided.json()["decision"]["text"],
        )
        assert await rows("SELECT * FROM notices") == []

    async def test_its_term_passes_like_any_other(
        self, client: httpx.AsyncClient, go_to: Callable[[str], None], sweep: Callable[[], Awaitable[int]]
    ) -> None:
        filed = (await client.post("/v1/appeals/anonymous", json=REPORT)).json()
        go_to("2027-02-01T10:00")
        assert await sweep() == 1
        seen = await client.get("/v1/appeals/anonymous", headers={"Appeal-Code": filed["code"]})
        assert seen.json()["status"] == "refused_by_expiry"

    async def test_two_reports_of_nobody_are_nobodys_repeats(
        self, client: httpx.AsyncClient, act: Act, look: Look
    ) -> None:
        first = (await client.post("/v1/appeals/anonymous", json=REPORT)).json()
        assert (await act("investigator", first, "decision")).status_code == 200
        second = (await client.post("/v1/appeals/anonymous", json=REPORT)).json()
        assert (await look("investigator", f"/v1/appeals/{second['id']}/earlier"))["items"] == []

    async def test_who_investigates_sees_that_nobody_was_told(self, client: httpx.AsyncClient, look: Look) -> None:
        filed = (await client.post("/v1/appeals/anonymous", json=REPORT)).json()
        seen = await look("investigator", f"/v1/appeals/{filed['id']}")
        assert (seen["applicant"], seen["text"]) == (None, REPORT["text"])
        for path in ("notices", "points", "attachments"):
            assert (await look("investigator", f"/v1/appeals/{filed['id']}/{path}"))["items"] == [], path

    async def test_only_a_report_of_a_crime_may_name_nobody(self, rows: Rows, client: httpx.AsyncClient) -> None:
        await client.post("/v1/appeals/anonymous", json=REPORT)
        with pytest.raises(Exception, match="appeals_anonymous"):
            await rows("UPDATE appeals SET crime = false RETURNING id")

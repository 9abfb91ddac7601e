"""New calendars: imported over HTTP, known to every process, and open appeals held to them once and for good."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from servicekit.testing import serving
from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Filing = Callable[..., dict[str, Any]]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Import = Callable[..., Awaitable[httpx.Response]]
Sweeps = Callable[[], Awaitable[dict[str, int]]]
Mail = Callable[[str], Awaitable[list[dict[str, Any]]]]

ACT = "G26G0000999"
# An appeal of the first morning runs from 24 November to 14 December: one takes a day out of it, one adds a day.
LONGER = {"off": "2026-12-07", "worked": "2026-12-19", "source": ACT}
SHORTER = {"off": "2026-12-18", "worked": "2026-12-05", "source": ACT}
NAME = {"kk": "Сынақ мерекесі", "ru": "Пробный праздник", "en": "Trial Day"}
_COPY = """
INSERT INTO appeals SELECT (r).* FROM (
  SELECT jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'number', 'copy ' || n)) AS r
    FROM appeals a, generate_series(1, $1) n
) copies
"""


def calendar(*swaps: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {"version": "kz-2026.2", "based_on": "kz-2026.1", "swaps": list(swaps)} | fields


@pytest.fixture
def bring(client: httpx.AsyncClient, people: People) -> Import:
    """Imports a calendar, or sends what is given to another address of calendars."""

    async def send(body: Any, address: str = "", who: str = "operator") -> httpx.Response:
        return await client.post(f"/v1/calendars{address}", json=body, headers=people[who])

    return send


async def recalculated(look: Look) -> list[dict[str, Any]]:
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    return [each for each in entries if each["event"] == "appeal.deadline_recalculated"]


class TestImporting:
    async def test_it_is_shown_with_the_days_that_it_changes_and_entered_in_the_journal(
        self, bring: Import, look: Look
    ) -> None:
        answer = await bring(calendar(LONGER))
        assert (answer.status_code, answer.headers["location"]) == (201, "/v1/calendars/kz-2026.2")
        shown = await look("nobody", "/v1/calendars/kz-2026.2")
        assert shown == answer.json()
        assert (shown["based_on"], shown["sources"]) == ("kz-2026.1", [ACT])
        assert [(each["date"], each["week"], each["was"], each["why"]) for each in shown["days"]] == [
            ("2026-12-07", "five", "working_day", "day_off_moved_here"),
            ("2026-12-19", "five", "weekend", "working_day_moved_here"),
        ]
        [entry] = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
        assert (entry["event"], entry["by"]["role"], entry["object"]["kind"]) == (
            "calendar.imported", "operator", "calendar"
        )  # fmt: skip
        assert entry["data"]["days"] == ["2026-12-07", "2026-12-19"]
        assert entry["data"]["changes"]["swaps"] == [LONGER]

    async def test_a_holiday_on_a_day_of_rest_is_taken_on_the_next_working_day(self, bring: Import, look: Look) -> None:
        made = {"date": "2026-12-12", "name": NAME, "source": ACT}  # a Saturday
        assert (await bring(calendar(holidays=[made]))).status_code == 201
        days = (await look("nobody", "/v1/calendars/kz-2026.2"))["days"]
        assert [(each["date"], each["week"], each["why"]) for each in days] == [
            ("2026-12-12", "five", "holiday"),
            ("2026-12-12", "six", "holiday"),
            ("2026-12-14", "five", "holiday_observed"),
        ]
        assert {each["name"]["en"] for each in days} == {"Trial Day"}

    async def test_the_list_has_every_version_page_by_page(
        self, bring: Import, look: Look, client: httpx.AsyncClient
    ) -> None:
        await bring(calendar(LONGER))
        await bring(calendar(SHORTER, version="kz-2026.10"))
        listed = (await look("nobody", "/v1/calendars"))["items"]
        assert [(each["version"], each["based_on"]) for each in listed] == [
            ("kz-2026.1", None), ("kz-2026.2", "kz-2026.1"), ("kz-2026.10", "kz-2026.1")
        ]  # fmt: skip
        seen, address = [], "/v1/calendars?limit=1"
        while address:
            page = (await client.get(address)).json()
            seen += page["items"]
            address = page["next"]
        assert seen == listed
        assert (await client.get("/v1/calendars/kz-2031.1")).status_code == 404

    async def test_a_preview_tells_the_same_and_keeps_nothing(self, bring: Import, file: File, look: Look) -> None:
        await file()
        told = (await bring(calendar(LONGER), "/preview")).json()
        assert (told["newest"], told["open_appeals"]) == ("kz-2026.1", 1)
        assert (await bring(calendar(version="kz-2027.1", swaps=[], dropped=[
            {"date": "2027-12-16", "source": ACT}
        ]), "/preview")).json()["open_appeals"] == 0  # fmt: skip
        assert [each["version"] for each in (await look("nobody", "/v1/calendars"))["items"]] == ["kz-2026.1"]
        made = (await bring(calendar(LONGER))).json()
        assert told["days"] == told["days_from_newest"] == made["days"]

    @pytest.mark.parametrize("address", ["", "/preview"])
    @pytest.mark.parametrize(
        ("body", "code", "said"),
        [
            (calendar(LONGER, based_on="kz-2025.7"), "unknown-calendar", "kz-2025.7"),
            (calendar(LONGER, version="kz-2026.1"), "calendar-taken", "kz-2026.1"),
            (calendar(LONGER, version="kz-2025.9"), "calendar-not-newer", "kz-2026.1"),
            (calendar(LONGER, {**SHORTER, "off": "2026-12-07"}), "day-twice", "2026-12-07"),
            (calendar({**LONGER, "off": "2026-12-06"}), "day-unfit", "working_day"),
            (calendar({**LONGER, "worked": "2026-12-08"}), "day-unfit", "day_off"),
            (calendar(dropped=[{"date": "2026-12-08", "source": ACT}]), "day-unfit", "holiday"),
            (
                calendar(holidays=[{"date": "2026-12-16", "name": NAME, "source": ACT}]),
                "day-unfit",
                "not_holiday",
            ),
            (calendar({**LONGER, "off": "2028-01-03"}), "outside-calendar", "2027-12-31"),
            (
                calendar(holidays=[{"date": "2014-12-30", "name": NAME, "source": ACT}]),
                "outside-calendar",
                "2015-01-01",
            ),
            (calendar(), "nothing-changes", "swaps"),
            (calendar({"off": "2026-12-07", "worked": "2026-12-19"}), "invalid", ""),
            (calendar(LONGER, version="2026"), "invalid", ""),
            ([], "invalid", ""),
        ],
    )
    async def test_what_does_not_fit_is_told(
        self, bring: Import, look: Look, address: str, body: Any, code: str, said: str
    ) -> None:
        answer = await bring(body, address)
        assert answer.json()["code"] == code, answer.text
        assert said in answer.json()["detail"]
        assert len((await look("nobody", "/v1/calendars"))["items"]) == 1

    async def test_of_two_at_once_one_makes_the_version(self, bring: Import) -> None:
        answers = await asyncio.gather(bring(calendar(LONGER)), bring(calendar(SHORTER)))
        assert sorted(each.status_code for each in answers) == [201, 409]
        assert {each.json().get("code") for each in answers} == {None, "calendar-taken"}


class TestCounting:
    async def test_what_is_filed_then_is_counted_by_the_new_one(self, bring: Import, file: File, look: Look) -> None:
        assert (await look("nobody", "/v1/deadlines", kind="request"))["due_on"] == "2026-12-14"
        await bring(calendar(LONGER))
        filed = await file()
        assert filed["due_on"] == "2026-12-15"
        told = await look("citizen", f"/v1/appeals/{filed['id']}/deadline")
        assert (told["calendar"], told["due_on"]) == ("kz-2026.2", "2026-12-15")
        assert {each["date"]: each["why"] for each in told["days"]}["2026-12-07"] == "day_off_moved_here"

    async def test_other_processes_meet_it_in_an_appeal_and_by_themselves(
        self, app_on: Callable[..., FastAPI], database: TestDatabase, people: People, filing: Filing
    ) -> None:
        async with (
            serving(app_on(database, sweep_seconds=60)) as one,
            serving(app_on(database, sweep_seconds=60)) as two,
        ):
            # Both have read what there was.
            for each in (one, two):
                assert (await each.get("/v1/deadlines?kind=request")).json()["calendar"] == "kz-2026.1"
            sent = await one.post("/v1/calendars", json=calendar(LONGER), headers=people["operator"])
            assert sent.status_code == 201
            filed = (await one.post("/v1/appeals", json=filing(), headers=people["citizen"])).json()
            told = await two.get(f"/v1/appeals/{filed['id']}/deadline", headers=people["citizen"])
            assert (told.json()["calendar"], told.json()["due_on"]) == ("kz-2026.2", "2026-12-15")
            assert (await two.get("/v1/deadlines?kind=request")).json()["calendar"] == "kz-2026.2"
        async with serving(app_on(database, sweep_seconds=60)) as third:
            assert (await third.get("/v1/deadlines?kind=request")).json()["calendar"] == "kz-2026.2"
        async with serving(app_on(database, sweep_seconds=0.05)) as fourth:
            made = calendar({"off": "2026-12-08", "worked": "2026-12-20", "source": ACT}, version="kz-2026.3")
            await fourth.get("/v1/deadlines?kind=request")
            async with serving(app_on(database, sweep_seconds=60)) as fifth:
                assert (await fifth.post("/v1/calendars", json=made, headers=people["operator"])).status_code == 201
            while (await fourth.get("/v1/deadlines?kind=request")).json()["calendar"] != "kz-2026.3":  # noqa: ASYNC110
                await asyncio.sleep(0.02)


class TestRecalculation:
    async def test_a_term_that_becomes_longer_is_told_with_both_dates(
        self, file: File, bring: Import, run_sweeps: Sweeps, look: Look, mail: Mail
    ) -> None:
        filed = await file()
        await bring(calendar(LONGER))
        assert (await run_sweeps())["recompute-deadlines"] == 1
        seen = await look("citizen", f"/v1/appeals/{filed['id']}")
        assert (seen["due_on"], seen["status"]) == ("2026-12-15", "registered")
        told = await look("citizen", f"/v1/appeals/{filed['id']}/deadline")
        assert (told["calendar"], told["due_on"], told["days"][-1]["n"]) == ("kz-2026.2", "2026-12-15", 15)
        [entry] = await recalculated(look)
        assert entry["data"] == {
            "agency": "min-transport",
            "calendar": {"old": "kz-2026.1", "new": "kz-2026.2"},
            "dates": {"due_on": {"old": "2026-12-14", "new": "2026-12-15"}},
        }
        assert (entry["by"]["role"], entry["object"]["version"]) == ("system", 2)
        for [notice] in ((await look("citizen", "/v1/me/notices"))["items"], await mail("min-transport")):
            assert notice["event"] == "appeal.deadline_recalculated"
            assert "15 December 2026" in notice["text"]["en"]
            assert all("{" not in text for text in notice["text"].values())

    async def test_it_never_becomes_shorter_and_is_explained_by_the_calendar_that_holds(
        self, file: File, bring: Import, run_sweeps: Sweeps, look: Look
    ) -> None:
        filed = await file()
        await bring(calendar(SHORTER))
        assert (await run_sweeps())["recompute-deadlines"] == 1
        told = await look("citizen", f"/v1/appeals/{filed['id']}/deadline")
        assert (told["calendar"], told["due_on"]) == ("kz-2026.1", "2026-12-14")
        assert await recalculated(look) == []
        assert (await run_sweeps())["recompute-deadlines"] == 0
        assert (await file())["due_on"] == "2026-12-11"

    async def test_a_date_that_stays_is_explained_by_the_new_calendar_without_an_entry(
        self, file: File, bring: Import, run_sweeps: Sweeps, look: Look
    ) -> None:
        filed = await file()
        await bring(calendar({**LONGER, "worked": "2026-12-12"}))
        assert (await run_sweeps())["recompute-deadlines"] == 1
        told = await look("citizen", f"/v1/appeals/{filed['id']}/deadline")
        assert (told["calendar"], told["due_on"]) == ("kz-2026.2", "2026-12-14")
        assert await recalculated(look) == []
        assert (await look("citizen", "/v1/me/notices"))["items"] == []

    async def test_what_the_applicant_has_to_act_in_moves_with_days_off_and_never_back(
        self, file: File, act: Act, bring: Import, run_sweeps: Sweeps, look: Look
    ) -> None:
        asked = await file(kind="application")
        assert (await act("officer", asked, "defect")).status_code == 200
        objecting = await file(kind="application")
        assert (await act("officer", objecting, "preliminary-decision")).status_code == 200
        before = (await look("citizen", f"/v1/appeals/{objecting['id']}"))["preliminary_decision"]
        assert (before["object_by"], before["decide_from"]) == ("2026-11-25", "2026-11-26")
        await bring(calendar({"off": "2026-11-25", "worked": "2026-11-29", "source": ACT}))
        assert (await run_sweeps())["recompute-deadlines"] == 2
        defect = (await look("citizen", f"/v1/appeals/{asked['id']}"))["defect"]
        assert defect["correct_by"] == "2026-11-30"  # 24, 26, 27, 29 and 30 November: one taken, one given
        after = (await look("citizen", f"/v1/appeals/{objecting['id']}"))["preliminary_decision"]
        assert (after["object_by"], after["decide_from"]) == ("2026-11-26", "2026-11-27")
        await bring(
            calendar(SHORTER, {"off": "2027-01-05", "worked": "2026-11-28", "source": ACT}, version="kz-2026.3")
        )
        await run_sweeps()
        assert (await look("citizen", f"/v1/appeals/{asked['id']}"))["defect"] == defect
        assert (await look("citizen", f"/v1/appeals/{objecting['id']}"))["preliminary_decision"] == after

    async def test_pauses_and_extensions_are_counted_in_the_new_calendar_too(
        self, file: File, act: Act, bring: Import, run_sweeps: Sweeps, look: Look, go_to: GoTo
    ) -> None:
        paused, extended = await file(), await file()
        await act("officer", paused, "defect")
        assert (await act("head", extended, "extension")).status_code == 200
        go_to("2026-11-25T10:00")
        assert (await act("citizen", paused, "correction")).json()["due_on"] == "2026-12-17"
        await bring(calendar(LONGER, {"off": "2026-12-28", "worked": "2027-01-09", "source": ACT}))
        await run_sweeps()
        told = {}
        for name, appeal in (("paused", paused), ("extended", extended)):
            seen = await look("citizen", f"/v1/appeals/{appeal['id']}")
            why = await look("citizen", f"/v1/appeals/{appeal['id']}/deadline")
            assert (why["due_on"], why["calendar"]) == (seen["due_on"], "kz-2026.2")
            assert why["days"][-1]["date"] == seen["due_on"]
            told[name] = (seen["due_on"], {day["why"] for day in why["days"]} & {"paused", "extended"})
        assert told == {"paused": ("2026-12-18", {"paused"}), "extended": ("2026-12-29", {"extended"})}

    async def test_what_has_ended_keeps_its_dates(
        self, file: File, act: Act, bring: Import, run_sweeps: Sweeps, look: Look, go_to: GoTo
    ) -> None:
        answered, withdrawn, silent = await file(), await file(), await file()
        await act("officer", answered, "decision")
        await act("citizen", withdrawn, "withdrawal")
        go_to("2026-12-15T10:00")
        await bring(calendar(LONGER))
        done = await run_sweeps()
        assert (done["recompute-deadlines"], done["expire-appeals"]) == (0, 1)
        for appeal in (answered, withdrawn, silent):
            told = await look("citizen", f"/v1/appeals/{appeal['id']}/deadline")
            assert (told["calendar"], told["due_on"]) == ("kz-2026.1", "2026-12-14")

    async def test_many_are_held_to_it_in_batches_each_once_however_many_sweep(
        self, file: File, bring: Import, run_sweeps: Sweeps, database: TestDatabase
    ) -> None:
        await file()
        admin = await asyncpg.connect(database.admin_url)
        try:
            await admin.execute(_COPY, 449)
            await bring(calendar(LONGER))
            swept = await asyncio.gather(run_sweeps(), run_sweeps(), run_sweeps())
            assert sum(each["recompute-deadlines"] for each in [*swept, await run_sweeps()]) == 450
            told = (
                "SELECT count(*), count(DISTINCT object_id) FROM journal WHERE event = 'appeal.deadline_recalculated'"
            )
            assert tuple(await admin.fetchrow(told)) == (450, 450)
            assert await admin.fetchval("SELECT count(*) FROM notices") == 2 * 450  # its applicant and its body
            batches = "SELECT DISTINCT due_on::text, calendar, recomputed_with, version FROM appeals"
            assert [tuple(row) for row in await admin.fetch(batches)] == [("2026-12-15", "kz-2026.2", "kz-2026.2", 2)]
            assert (await run_sweeps())["recompute-deadlines"] == 0
        finally:
            await admin.close()

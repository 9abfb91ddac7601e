"""The procedure of an appeal as its people live it: charge, defect, points, extension, hearing, signature, grounds."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from servicekit.testing import Issuer

File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]


async def done(answer: Awaitable[httpx.Response]) -> dict[str, Any]:
    """The appeal as it is after a step that is possible."""
    got = await answer
    assert got.status_code == 200, got.text
    appeal: dict[str, Any] = got.json()
    return appeal


class TestCharging:
    async def test_one_officer_is_charged_and_then_another(self, file: File, act: Act, look: Look) -> None:
        filed = await file()
        charged = await done(act("head", filed, "assignment"))
        assert (charged["status"], charged["executor"]) == ("in_progress", {"name": "Дәурен Оспанов"})
        assert (await act("colleague", filed, "decision")).status_code == 403
        await done(act("head", filed, "assignment", executor="o3", name="Мадина Ерік"))
        assert (await act("officer", filed, "decision")).status_code == 403
        assert (await done(act("colleague", filed, "decision")))["status"] == "answered"
        events = [step["event"] for step in (await look("citizen", f"/v1/appeals/{filed['id']}/history"))["items"]]
        assert events == ["appeal.registered", "appeal.assigned", "appeal.assigned", "appeal.answered"]

    async def test_whoever_is_charged_stays_behind_when_it_goes_elsewhere(self, file: File, act: Act) -> None:
        filed = await file()
        await done(act("head", filed, "assignment"))
        assert (await done(act("officer", filed, "forwarding")))["executor"] is None
        assert (await done(act("akimat", filed, "decision")))["status"] == "answered"


class TestDefects:
    async def test_the_days_until_the_correction_do_not_count(
        self, file: File, act: Act, go_to: GoTo, look: Look
    ) -> None:
        filed = await file()
        noticed = await done(act("officer", filed, "defect"))
        assert noticed["defect"] == {
            "text": "Аялдаманың мекенжайы көрсетілмеген.",
            "noticed_on": "2026-11-23",
            "correct_by": "2026-11-30",
            "correction": None,
        }
        go_to("2026-11-26T10:00")
        corrected = await done(act("citizen", filed, "correction"))
        assert (corrected["status"], corrected["due_on"]) == (
            "in_progress",
            "2026-12-18",
        )  # three days, and the holiday
        days = (await look("citizen", f"/v1/appeals/{filed['id']}/deadline"))["days"]
        assert [day["date"] for day in days if day["why"] == "paused"] == ["2026-11-24", "2026-11-25", "2026-11-26"]
        assert (days[-1]["date"], days[-1]["n"]) == ("2026-12-18", 15)

    async def test_what_is_not_corrected_goes_on_without_anybody(
        self, file: File, act: Act, go_to: GoTo, look: Look, run_sweeps: Sweeps
    ) -> None:
        filed = await file()
        await done(act("officer", filed, "defect", days=2))
        go_to("2026-11-25T20:00")
        assert (await run_sweeps())["lapse-defects"] == 0
        go_to("2026-11-26T00:30")
        assert (await run_sweeps())["lapse-defects"] == 1
        seen = await look("citizen", f"/v1/appeals/{filed['id']}")
        assert (seen["status"], seen["due_on"]) == ("in_progress", "2026-12-17")
        left = await done(act("officer", filed, "leaving", ground="not_corrected"))
        assert (left["status"], left["ground"]["code"]) == ("left_without_consideration", "not_corrected")
        told = [each["event"] for each in (await look("citizen", "/v1/me/notices"))["items"]]
        assert told == ["appeal.left", "appeal.not_corrected", "appeal.defect_noticed"]

    async def test_no_term_expires_while_the_applicants_runs(
        self, file: File, act: Act, go_to: GoTo, sweep: Callable[[], Awaitable[int]]
    ) -> None:
        filed = await file()
        await done(act("officer", filed, "defect", days=60))
        go_to("2026-12-20T10:00")
        assert await sweep() == 0
        assert (await done(act("citizen", filed, "correction")))["status"] == "in_progress"


class TestPoints:
    async def test_each_point_is_in_exactly_one_place(self, file: File, act: Act, look: Look) -> None:
        filed = await file(points=["Шатыр", "Орындық", "Жарық"])
        whole = await done(act("officer", filed, "forwarding", points=[3, 1]))
        assert (whole["status"], whole["agency"]["code"]) == ("registered", "min-transport")
        here = (await look("citizen", f"/v1/appeals/{filed['id']}/points"))["items"]
        assert here == [{"n": 2, "text": "Орындық"}]
        [part] = [each for each in (await look("citizen", "/v1/appeals"))["items"] if each["id"] != filed["id"]]
        assert (part["number"], part["status"]) == (f"{filed['number']}/1", "forwarded")
        there = await look("akimat", f"/v1/appeals/{part['id']}/points")
        assert [point["n"] for point in there["items"]] == [1, 3]
        seen = await look("akimat", f"/v1/appeals/{part['id']}")
        assert (seen["parent"], seen["text"]) == (filed["id"], "Шатыр\n\nЖарық")
        further = await done(act("akimat", part, "forwarding", points=[3], agency="min-health"))
        assert further["number"] == f"{filed['number']}/1"
        numbers = {each["number"] for each in (await look("citizen", "/v1/appeals"))["items"]}
        assert numbers == {filed["number"], f"{filed['number']}/1", f"{filed['number']}/1/1"}

    async def test_a_part_has_a_term_and_an_end_of_its_own(self, file: File, act: Act, look: Look) -> None:
        filed = await file(points=["Шатыр", "Орындық"])
        await done(act("officer", filed, "forwarding", points=[1]))
        [part, whole] = (await look("citizen", "/v1/appeals"))["items"]
        await done(act("akimat", part, "decision"))
        assert (await look("citizen", f"/v1/appeals/{whole['id']}"))["status"] == "registered"
        history = (await look("citizen", f"/v1/appeals/{part['id']}/history"))["items"]
        assert [step["event"] for step in history] == ["appeal.split_off", "appeal.answered"]
        assert history[0]["data"]["from"] == whole["id"]


class TestExtending:
    async def test_the_head_extends_once_and_the_days_are_told(self, file: File, act: Act, look: Look) -> None:
        filed = await file()
        assert (await act("officer", filed, "extension")).status_code == 403
        extended = await done(act("head", filed, "extension"))
        assert (extended["status"], extended["due_on"]) == ("extended", "2026-12-28")
        assert extended["extension"]["reason"] == "Аялдаманы қарап шығу керек."
        assert (await act("head", filed, "extension", until="2027-01-11")).json()["code"] == "not-allowed-now"
        days = (await look("citizen", f"/v1/appeals/{filed['id']}/deadline"))["days"]
        assert days[-1] == {"date": "2026-12-28", "counted": False, "n": None, "why": "extended", "name": None}

    async def test_an_end_on_a_day_off_moves_and_the_law_has_a_longest(self, file: File, act: Act) -> None:
        assert (await done(act("head", await file(), "extension", until="2026-12-26")))["due_on"] == "2026-12-28"
        assert (await done(act("head", await file(), "extension", until="2027-01-25")))["due_on"] == "2027-01-25"
        refused = await act("head", await file(), "extension", until="2027-01-26")
        assert (refused.status_code, refused.json()["code"]) == (422, "extension-too-long")
        assert "2027-01-25" in refused.json()["detail"]


class TestHearing:
    async def test_nobody_is_refused_unheard(self, file: File, act: Act, go_to: GoTo) -> None:
        filed = await file(kind="application")
        told = await done(
            act(
                "officer", filed, "preliminary-decision",
                hearing={"at": "2026-11-25T15:00:00+05:00", "place": "Қабанбай батыр, 32"}, no_hearing_reason=None,
            )
        )  # fmt: skip
        assert told["status"] == "hearing"
        preliminary = told["preliminary_decision"]
        assert (preliminary["decide_from"], preliminary["object_by"]) == ("2026-11-26", "2026-11-25")
        assert (await done(act("citizen", filed, "objection")))["preliminary_decision"][
            "objection"
        ] == "Шатырдан су ағады."
        go_to("2026-11-26T10:00")
        assert (await act("officer", filed, "decision", outcome="refused")).json()["code"] == "not-heard"
        record = {"began_at": "2026-11-25T15:00:00+05:00", "ended_at": "2026-11-25T15:30:00+05:00"}
        record |= {"place": "Қабанбай батыр, 32", "participants": ["А. Сапарова"], "content": "Шатыр көрсетілді."}  # type: ignore[dict-item]
        heard = await done(act("officer", filed, "hearing", not_held_reason=None, **record))
        assert heard["hearing"]["participants"] == ["А. Сапарова"]
        assert (await done(act("officer", filed, "decision", outcome="refused")))["status"] == "to_sign"
        answered = await done(act("head", filed, "signature"))
        assert (answered["status"], answered["decision"]["outcome"]) == ("answered", "refused")

    async def test_a_decision_is_too_early_until_the_notice_has_run(self, file: File, act: Act, go_to: GoTo) -> None:
        filed = await file(kind="application")
        await done(act("officer", filed, "preliminary-decision"))
        go_to("2026-11-25T18:00")
        refused = await act("head", filed, "decision", outcome="refused")
        assert (refused.status_code, refused.json()["try_after"]) == (409, "2026-11-26")
        assert (await done(act("head", filed, "decision", outcome="satisfied")))["status"] == "answered"

    async def test_an_objection_that_comes_late_is_taken_and_shown_as_late(
        self, file: File, act: Act, go_to: GoTo, look: Look
    ) -> None:
        filed = await file(kind="application")
        await done(act("officer", filed, "preliminary-decision"))
        go_to("2026-11-26T10:00")
        await done(act("citizen", filed, "objection"))
        last = (await look("citizen", f"/v1/appeals/{filed['id']}/history"))["items"][-1]
        assert (last["event"], last["data"]["in_time"]) == ("appeal.objected", False)


class TestSigning:
    async def test_the_head_gives_a_draft_back_or_signs_it(self, file: File, act: Act, look: Look) -> None:
        filed = await file(kind="application")
        drafted = await done(act("officer", filed, "decision"))
        assert (drafted["status"], drafted["decision"]) == ("to_sign", None)
        assert (await look("citizen", f"/v1/appeals/{filed['id']}"))["decision"] is None
        assert (await act("officer", filed, "signature")).status_code == 403
        assert (await done(act("head", filed, "rework")))["status"] == "in_progress"
        await done(act("officer", filed, "decision", outcome="explained"))
        assert (await done(act("head", filed, "signature")))["decision"]["outcome"] == "explained"
        told = [each["event"] for each in (await look("citizen", "/v1/me/notices"))["items"]]
        assert told == ["appeal.answered"]

    async def test_a_request_is_answered_by_its_executor(self, file: File, act: Act) -> None:
        assert (await done(act("officer", await file(), "decision", outcome="refused")))["status"] == "answered"

    async def test_what_waits_for_a_signature_expires_all_the_same(
        self, file: File, act: Act, go_to: GoTo, sweep: Callable[[], Awaitable[int]], look: Look
    ) -> None:
        filed = await file(kind="application")
        await done(act("officer", filed, "decision"))
        go_to("2026-12-15T00:30")
        assert await sweep() == 1
        assert (await look("citizen", f"/v1/appeals/{filed['id']}"))["status"] == "refused_by_expiry"


class TestLeaving:
    async def test_a_repeat_names_the_appeal_that_was_answered(self, file: File, act: Act, look: Look) -> None:
        first = await file()
        again = await file(text="  АЯЛДАМАНЫҢ шатыры қашан жөнделеді? ")
        ground = {"ground": "repeat_without_new_arguments", "earlier": first["id"]}
        assert (await act("officer", again, "leaving", **ground)).json()["code"] == "no-such-earlier-appeal"
        await done(act("officer", first, "decision"))
        alike = (await look("officer", f"/v1/appeals/{again['id']}/earlier"))["items"]
        assert [each["id"] for each in alike] == [first["id"]]
        left = await done(act("officer", again, "leaving", **ground))
        assert left["ground"]["detail"] == first["id"]

    async def test_somebody_elses_appeal_is_no_ground(self, file: File, act: Act) -> None:
        others = await file("neighbour")
        await done(act("officer", others, "decision"))
        mine = {"ground": "repeat_without_new_arguments", "earlier": others["id"]}
        assert (await act("officer", await file(), "leaving", **mine)).json()["code"] == "no-such-earlier-appeal"

    @pytest.mark.parametrize("kind", ["request", "application"])
    async def test_only_grounds_of_the_procedure_are_taken(self, kind: str, file: File, act: Act, look: Look) -> None:
        procedure = {"request": "simplified", "application": "full"}[kind]
        for ground in (await look("nobody", "/v1/leaving-grounds"))["items"]:
            fields = {"ground": ground["code"], "detail": "Заңның 5-бабы."}
            code = (await act("officer", await file(kind=kind), "leaving", **fields)).json().get("code")
            assert (code == "not-in-vocabulary") is (procedure not in ground["procedures"]), ground

    async def test_a_report_of_a_crime_is_never_left(
        self, people: dict[str, dict[str, str]], issuer: Issuer, file: File, act: Act
    ) -> None:
        people["police"] = issuer.headers("officer", sub="o4", agency="min-internal-affairs")
        filed = await file(reports_crime=True)
        assert filed["reports_crime"] is True
        assert (await act("police", filed, "leaving")).json()["code"] == "crime-reported"

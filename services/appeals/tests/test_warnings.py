"""What bodies are warned of: on the day it becomes so, once, on record, and in the mailboxes of whom it concerns."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from appeals.commands.attaching import SCANNED
from appeals.domain.agencies import agency
from appeals.domain.appeal import TRANSITIONS, Action, Status
from appeals.domain.warning import Code
from appeals.notices import TOLD, notice_to_body, notices_of, notices_of_expiry
from servicekit.testing import Issuer
from stack.testing import TestDatabase

Headers = dict[str, str]
People = dict[str, Headers]
File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
RunSweeps = Callable[[], Awaitable[dict[str, int]]]
Rows = Callable[[str], Awaitable[list[dict[str, Any]]]]
Mail = Callable[[str], Awaitable[list[dict[str, Any]]]]

_COPY = """
INSERT INTO appeals SELECT (r).* FROM (
  SELECT jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'number', 'copy ' || n)) AS r
    FROM appeals a, generate_series(1, $1) n
) copies
"""


@pytest.fixture
def people(people: People, issuer: Issuer) -> People:
    """The people, one at a terminal of a penal institution, and a prosecutor."""
    return people | {
        "terminal": issuer.headers("terminal", sub="t1", iin="860922399019"),
        "prosecutor": issuer.headers("officer", sub="o5", agency="general-prosecutor"),
    }


@pytest.fixture
def warn(run_sweeps: RunSweeps) -> Callable[[], Awaitable[int]]:
    """Lets the service warn; of how much it did."""

    async def run() -> int:
        return (await run_sweeps())["warn-appeals"]

    return run


Warn = Callable[[], Awaitable[int]]


async def warnings_on_record(look: Look) -> list[tuple[str, str, str, int]]:
    entries = (await look("nobody", "/v1/journals/appeals/entries"))["items"]
    warned = [each for each in entries if each["event"] == "appeal.warned"]
    return [
        (each["data"]["code"], each["data"]["due_on"], each["by"]["role"], each["object"]["version"]) for each in warned
    ]


async def test_a_case_warns_on_the_day_on_which_it_becomes_so_and_once(
    file: File, look: Look, go_to: GoTo, warn: Warn, mail: Mail
) -> None:
    filed = await file(kind="application")
    for day, expected in ((8, 0), (9, 1), (9, 0), (10, 1), (10, 0), (14, 0)):
        go_to(f"2026-12-{day:02}T00:00:01")
        assert await warn() == expected, day
    assert await warnings_on_record(look) == [
        ("term_ends_soon", "2026-12-14", "system", 1),
        ("term_too_short", "2026-12-14", "system", 1),
    ]
    told = await mail("min-transport")
    assert [each["event"] for each in told] == ["appeal.term_too_short", "appeal.term_ends_soon"]
    assert all(filed["number"] in each["title"][language] for each in told for language in ("kk", "ru", "en"))
    assert "due by 14 December 2026" in told[1]["text"]["en"]
    assert await mail("government") == []
    assert (await look("citizen", "/v1/me/notices"))["items"] == []


async def test_what_is_found_late_is_warned_of_all_the_same(file: File, go_to: GoTo, warn: Warn, mail: Mail) -> None:
    await file(kind="application")
    await file(kind="request")
    go_to("2026-12-14T10:00")
    assert await warn() == 3
    assert sorted(each["event"] for each in await mail("min-transport")) == [
        "appeal.term_ends_soon",
        "appeal.term_ends_soon",
        "appeal.term_too_short",
    ]


async def test_who_has_acted_is_not_warned(file: File, act: Act, go_to: GoTo, warn: Warn) -> None:
    told, answered, mended, withdrawn = [await file(kind="application") for _ in range(4)]
    go_to("2026-12-03T10:00")
    assert (await act("officer", told, "preliminary-decision")).is_success
    assert (await act("head", answered, "decision")).is_success
    assert (await act("officer", mended, "defect")).is_success
    assert (await act("citizen", withdrawn, "withdrawal")).is_success
    go_to("2026-12-10T10:00")
    assert await warn() == 1  # that the term ends soon, of the one that was told in time


async def test_a_preliminary_decision_that_comes_too_late_is_warned_of(
    file: File, act: Act, go_to: GoTo, warn: Warn, look: Look
) -> None:
    filed = await file(kind="application")
    go_to("2026-12-11T10:00")
    assert (await act("officer", filed, "preliminary-decision")).json()["preliminary_decision"][
        "decide_from"
    ] > "2026-12-14"
    assert await warn() == 2
    codes = [code for code, *_ in await warnings_on_record(look)]
    assert codes == ["term_too_short", "term_ends_soon"]


async def test_a_term_that_was_extended_warns_anew_of_its_new_end(
    file: File, act: Act, go_to: GoTo, warn: Warn, look: Look
) -> None:
    filed = await file()
    go_to("2026-12-09T10:00")
    assert await warn() == 1
    assert (await act("head", filed, "extension", until="2026-12-28")).is_success
    assert await warn() == 0
    go_to("2026-12-23T10:00")
    assert await warn() == 1
    assert [due for _, due, *_ in await warnings_on_record(look)] == ["2026-12-14", "2026-12-28"]


async def test_a_body_of_the_six_day_week_is_warned_by_its_own_days(
    file: File, go_to: GoTo, warn: Warn, database: TestDatabase
) -> None:
    await file()
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("UPDATE appeals SET week = 'six'")
    finally:
        await admin.close()
    go_to("2026-12-09T10:00")
    assert await warn() == 0  # Saturday the twelfth is a working day there
    go_to("2026-12-10T10:00")
    assert await warn() == 1


async def test_five_hundred_are_warned_of_in_batches_each_once(
    file: File, go_to: GoTo, warn: Warn, database: TestDatabase
) -> None:
    await file()
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute(_COPY, 499)
        go_to("2026-12-09T10:00")
        assert await warn() == 500
        assert await warn() == 0
        assert await admin.fetchval("SELECT count(DISTINCT appeal_id) FROM warnings") == 500
        assert await admin.fetchval("SELECT count(*) FROM notices") == 500
    finally:
        await admin.close()


async def test_silence_is_told_to_the_applicant_the_body_the_one_above_and_the_controller(
    file: File, look: Look, go_to: GoTo, run_sweeps: RunSweeps, mail: Mail
) -> None:
    filed = await file()
    go_to("2026-12-15T00:00:01")
    await run_sweeps()
    [own] = (await look("citizen", "/v1/me/notices"))["items"]
    assert "you may complain" in own["text"]["en"]
    for code in ("min-transport", "government", "legal-statistics-committee"):
        [told] = await mail(code)
        assert (told["event"], told["about"]["id"]) == ("appeal.refused_by_expiry", filed["id"])
        assert filed["number"] in told["text"]["kk"]
        assert "the higher body and the controller were told" in told["text"]["en"]
    assert await mail("akimat-almaty") == []
    await run_sweeps()
    assert len(await mail("government")) == 1


async def test_who_was_told_of_silence_may_open_the_appeal_and_its_applicant_sees_that(
    client: httpx.AsyncClient, people: People, file: File, look: Look, go_to: GoTo, run_sweeps: RunSweeps
) -> None:
    silent, answered = await file(), await file()
    watch = ("reviewer", "controller")
    for who in watch:
        assert (await client.get(f"/v1/appeals/{silent['id']}", headers=people[who])).status_code == 404
    await client.post(
        f"/v1/appeals/{answered['id']}/decision",
        json={"outcome": "explained", "text": "Жауап.", "language": "kk"},
        headers=people["officer"],
    )
    go_to("2026-12-15T10:00")
    await run_sweeps()
    address = f"/v1/appeals/{silent['id']}"
    for who in watch:
        seen = await look(who, address)
        assert (seen["status"], seen["text"], seen["contact"], seen["actions"]) == (
            "refused_by_expiry", silent["text"], None, []
        )  # fmt: skip
        assert (await look(who, f"{address}/clocks"))["items"][1]["late_by"] == 1
        assert (await look(who, f"{address}/deadline"))["due_on"] == "2026-12-14"
        for more in ("/history", "/attachments", "/court-file", "/complaints", "/receipt", "/accesses"):
            refused = await client.get(address + more, headers=people[who])
            assert refused.status_code in {403, 404}, more
        assert (await client.get(f"/v1/appeals/{answered['id']}", headers=people[who])).status_code == 404
        assert silent["id"] not in {each["id"] for each in (await look(who, "/v1/appeals"))["items"]}
    for who in ("akimat", "neighbour"):
        assert (await client.get(address, headers=people[who])).status_code == 404
    left = (await look("citizen", f"{address}/accesses"))["items"]
    assert [(each["agency"]["code"], each["operation"]) for each in left] == [
        ("legal-statistics-committee", "read_appeal"), ("government", "read_appeal")
    ]  # fmt: skip


async def test_what_they_were_told_counts_as_read_then(
    client: httpx.AsyncClient, issuer: Issuer, file: File, go_to: GoTo, run_sweeps: RunSweeps, mail: Mail
) -> None:
    filed = await file()
    go_to("2026-12-15T10:00")
    await run_sweeps()
    for code in ("government", "legal-statistics-committee"):
        assert [each["read_at"] for each in await mail(code)] == [None]
        in_office = issuer.headers("officer", sub="w1", agency=agency(code).bin)
        assert (await client.get(f"/v1/appeals/{filed['id']}", headers=in_office)).status_code == 200
        assert [each["read_at"] is not None for each in await mail(code)] == [True]


async def test_the_controller_is_told_of_its_own_silence_once(
    file: File, go_to: GoTo, run_sweeps: RunSweeps, mail: Mail
) -> None:
    await file(agency="legal-statistics-committee")
    await file(agency="president-administration")
    go_to("2026-12-15T10:00")
    await run_sweeps()
    assert len(await mail("legal-statistics-committee")) == 2
    assert len(await mail("general-prosecutor")) == 1
    assert len(await mail("president-administration")) == 1


async def test_what_is_kept_from_the_penal_administration_is_not_told_to_it_either(
    file: File, act: Act, go_to: GoTo, run_sweeps: RunSweeps, mail: Mail, *, rows: Rows
) -> None:
    for who in ("terminal", "citizen"):
        channel = {"channel": "terminal"} if who == "terminal" else {}
        filed = await file(who, agency="general-prosecutor", **channel)
        forwarded = await act("prosecutor", filed, "forwarding", agency="migration-service-committee")
        assert forwarded.is_success, forwarded.text
    go_to("2026-12-15T10:00")
    await run_sweeps()
    assert len(await mail("migration-service-committee")) == 2
    [told] = await mail("min-internal-affairs")  # which stands above it, and above the penal administration
    assert told["about"]["id"] == filed["id"]
    kept = await rows("SELECT channel, supervisors FROM appeals ORDER BY id")
    assert [(each["channel"], each["supervisors"]) for each in kept] == [
        ("terminal", ["legal-statistics-committee"]),
        ("portal", ["min-internal-affairs", "legal-statistics-committee"]),
    ]


async def test_who_holds_no_office_there_reads_none_of_it(
    file: File, go_to: GoTo, run_sweeps: RunSweeps, look: Look, people: People
) -> None:
    await file(kind="application")
    go_to("2026-12-10T10:00")
    await run_sweeps()
    for who in people.keys() - {"nobody"}:
        assert (await look(who, "/v1/me/notices"))["items"] == [], who


async def test_all_that_others_cause_is_told_in_three_languages(file: File, database: TestDatabase) -> None:
    await file(kind="application")
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("UPDATE appeals SET correct_by = due_on, object_by = due_on")
        row = dict(await admin.fetchrow("SELECT * FROM appeals"))
    finally:
        await admin.close()
    own = {Action.FILING, Action.CORRECTION, Action.OBJECTION, Action.WITHDRAWAL, Action.COMPLAINT}
    inside = {"appeal.drafted", "appeal.returned_for_rework", "appeal.split_off"}  # nothing has changed for anybody yet
    # What a complaint makes of an appeal is told with the complaint.
    caused = {
        edge.event
        for (status, action), edge in TRANSITIONS.items()
        if action not in own and status is not Status.UNDER_COMPLAINT
    }
    assert caused - inside | {SCANNED} == TOLD
    notices = [notice for event in TOLD for notice in notices_of(event, row | {"contact": None})]
    notices += [notice_to_body(code, row) for code in (Code.TERM_TOO_SHORT, Code.TERM_ENDS_SOON)]
    notices += notices_of_expiry("appeal.refused_by_expiry", row | {"contact": None})
    for notice in notices:
        for said in (notice.title, notice.text):
            assert len(set(said.values())) == 3
            assert not any(set("{}") & set(text) for text in said.values()), notice.event

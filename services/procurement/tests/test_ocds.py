"""Open data: the releases and the record of a process over a whole story, and what never leaves."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest
from ocdsmerge import Merger

from procurement.queries.compiling import MERGE_RULES
from procurement.schemas.ocds.packages import RecordPackage, ReleasePackage
from stack.testing import TestDatabase

Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
People = dict[str, dict[str, str]]

UNSEALED = "SELECT id FROM journal WHERE id NOT IN (SELECT entry FROM leaves) LIMIT 1"


@pytest.fixture
def told(
    database: TestDatabase, sweep: Callable[[], Awaitable[Any]], client: httpx.AsyncClient
) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Lets all that was done be sealed and published; gives the releases, which are valid by our own models."""

    async def read(**wanted: str) -> list[dict[str, Any]]:
        admin = await asyncpg.connect(database.admin_url)
        try:
            while await admin.fetchval(UNSEALED):  # noqa: ASYNC110 - nobody says when it is sealed
                await asyncio.sleep(0.02)
        finally:
            await admin.close()
        await sweep()
        answer = await client.get("/v1/ocds/releases", params=wanted)
        assert answer.status_code == 200, answer.text
        ReleasePackage.model_validate_json(answer.content)
        releases: list[dict[str, Any]] = answer.json()["releases"]
        return releases

    return read


Told = Callable[..., Awaitable[list[dict[str, Any]]]]


async def test_a_story_is_told_act_by_act(  # noqa: PLR0915 - one story
    *, client: httpx.AsyncClient, people: People, prepare: Do, bid: Do, told: Told, go_to: GoTo,
    sweep: Callable[[], Awaitable[Any]], look: Look,
) -> None:  # fmt: skip
    tender = await prepare()
    assert await told() == []
    await client.post(f"/v1/tenders/{tender['id']}/publication", headers=people["buyer"])
    for who, price in {"supplier": "850000", "rival": "123456.78", "trader": "876543.21"}.items():
        await bid(who, tender, price)
    (first,) = await told()
    assert first["tag"] == ["tender"]
    assert first["ocid"] == f"ocds-ashyq0-{tender['id']}"
    assert first["date"].startswith("2026-11-23T05:00:")
    go_to("2026-11-26T18:00:01")
    await sweep()
    lot = await look("nobody", f"/v1/lots/{tender['lots'][0]['id']}")
    releases = await told()
    assert [each["tag"] for each in releases[1:]] == [["tenderUpdate"], ["award"], ["tenderUpdate"]]
    complaint = {"text": "Бағасы тым төмен", "language": "kk", "grounds": ["other"]}
    address = f"/v1/lots/{lot['id']}/complaints"
    filed = await client.post(address, json=complaint, headers=people["supplier"])
    assert filed.status_code == 201, filed.text
    releases = await told()
    assert releases[-1]["complaints"][0]["status"] == "open"
    decision = {"outcome": "dismissed", "reason": "Негізсіз"}
    await client.post(f"{address}/{filed.json()['id']}/decision", json=decision, headers=people["auditor"])
    go_to("2026-12-04T10:00")
    contract = await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
    assert contract.status_code == 201, contract.text
    signed = await client.post(f"{contract.headers['location']}/signature", headers=people["rival"])
    assert signed.status_code == 200, signed.text
    releases = await told()
    assert [each["tag"][0] for each in releases[-2:]] == ["awardUpdate", "contract"]
    ocid = first["ocid"]
    answer = await client.get(f"/v1/ocds/records/{ocid}")
    RecordPackage.model_validate_json(answer.content)
    record = answer.json()["records"][0]
    assert record["releases"] == releases
    merger = Merger(merge_rules=MERGE_RULES)
    assert record["compiledRelease"] == merger.create_compiled_release(releases)
    assert record["versionedRelease"] == merger.create_versioned_release(releases)
    compiled = record["compiledRelease"]
    assert compiled["awards"][0]["status"] == "active"
    assert compiled["contracts"][0]["awardID"] == compiled["awards"][0]["id"]
    assert compiled["complaints"][0]["status"] == "dismissed"
    assert {role for party in compiled["parties"] for role in party["roles"]} >= {"buyer", "tenderer"}
    everything = json.dumps(releases, ensure_ascii=False) + answer.text
    for canary in ("880417499014", "Айгерім", "Сапарова", "Бағасы тым", "Негізсіз"):
        assert canary not in everything


@pytest.fixture
def discussed(
    client: httpx.AsyncClient, people: People, prepare: Do, told: Told, go_to: GoTo
) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
    """Has a draft commented on by a company and a person, answered and published; gives its releases."""

    async def run() -> list[dict[str, Any]]:
        draft = f"/v1/tenders/{(await prepare(bids_until='2026-12-10T18:00:00+05:00'))['id']}"
        await client.post(f"{draft}/discussion", headers=people["buyer"])
        place = f"{draft}/discussion/comments"
        said = {"text": "Мерзім тым қысқа.", "language": "kk"}
        made = [(await client.post(place, json=said, headers=people[who])).json() for who in ("rival", "trader")]
        assert len(await told()) == 3
        go_to("2026-11-30T10:00")
        for each in made:
            reply = {"text": "Мерзім заңға сай."}
            await client.post(f"{place}/{each['id']}/answer", json=reply, headers=people["buyer"])
        await client.post(f"{draft}/publication", headers=people["buyer"])
        return await told()

    return run


async def test_a_discussion_is_told_as_enquiries(
    discussed: Callable[[], Awaitable[list[dict[str, Any]]]], look: Look
) -> None:
    releases = await discussed()
    assert [each["tag"] for each in releases] == [["planning"], *[["planningUpdate"]] * 4, ["tender"]]
    opened, company, person, answer, _, published = (each["tender"] for each in releases)
    assert opened["status"] == "planning"
    assert opened["enquiryPeriod"]["endDate"] == "2026-11-25T18:59:59.000000Z"
    enquiry = dict(company["enquiries"][0])
    assert answer["enquiries"] == [
        {"id": enquiry.pop("id"), "answer": "Мерзім заңға сай.", "dateAnswered": releases[3]["date"]}
    ]
    assert enquiry == {
        "date": releases[1]["date"],
        "author": {"id": "KZ-BIN-180940974038", "name": "«Сарыарқа» ЖШС"},
        "description": "Мерзім тым қысқа.",
        "language": "kk",
    }
    assert releases[1]["parties"][1]["roles"] == ["enquirer"]
    assert person["enquiries"][0]["author"].keys() == {"id"}
    assert published["hasEnquiries"] is True
    assert published["tenderPeriod"]["startDate"] == "2026-12-01T04:00:00.000000Z"
    (record,) = (await look("nobody", f"/v1/ocds/records/{releases[0]['ocid']}"))["records"]
    assert record["compiledRelease"] == Merger(merge_rules=MERGE_RULES).create_compiled_release(releases)
    whole = record["compiledRelease"]["tender"]
    assert (whole["status"], whole["hasEnquiries"]) == ("active", True)
    assert [each["answer"] for each in whole["enquiries"]] == ["Мерзім заңға сай."] * 2
    for canary in ("880417499014", "Айгерім", "Сапарова"):
        assert canary not in json.dumps(record, ensure_ascii=False)


async def test_enquiries_go_in_and_out_as_they_are(
    client: httpx.AsyncClient, people: People, discussed: Callable[[], Awaitable[list[dict[str, Any]]]], look: Look
) -> None:
    theirs = json.loads(json.dumps(await discussed()).replace("ocds-ashyq0", "ocds-abc123"))
    for kept in (6, 0):
        answer = await client.post("/v1/ocds/imports", json=theirs, headers=people["auditor"])
        result = answer.json()
        assert (result["kept"], result["known"], result["errors"]) == (kept, 6 - kept, [])
        out = await look("nobody", "/v1/ocds/releases", ocid=theirs[0]["ocid"])
        assert out["releases"] == theirs
        theirs = out["releases"]
    del theirs[1]["tender"]["enquiries"][0]["id"]
    answer = await client.post("/v1/ocds/imports", json=theirs, headers=people["auditor"])
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["reason"]) == ("/tender/enquiries/0/id", "missing")


async def test_a_discussed_draft_that_is_given_up_is_withdrawn_and_one_nobody_saw_is_not_told(
    client: httpx.AsyncClient, people: People, prepare: Do, told: Told
) -> None:
    for steps in (("discussion", "cancellation"), ("cancellation",)):
        address = f"/v1/tenders/{(await prepare(bids_until='2026-12-10T18:00:00+05:00'))['id']}"
        for step in steps:
            body = {"reason": "?"} if step == "cancellation" else None
            answer = await client.post(f"{address}/{step}", json=body, headers=people["buyer"])
            assert answer.status_code == 200, answer.text
    releases = await told()
    assert [(each["tag"], each["tender"]["status"]) for each in releases] == [
        (["planning"], "planning"),
        (["planningUpdate"], "withdrawn"),
    ]
    assert "hasEnquiries" not in releases[0]["tender"]


async def test_a_discussion_without_comments_has_no_enquiries(
    client: httpx.AsyncClient, people: People, prepare: Do, told: Told, go_to: GoTo
) -> None:
    address = f"/v1/tenders/{(await prepare(bids_until='2026-12-10T18:00:00+05:00'))['id']}"
    await client.post(f"{address}/discussion", headers=people["buyer"])
    go_to("2026-11-26T10:00")
    await client.post(f"{address}/publication", headers=people["buyer"])
    assert (await told())[-1]["tender"]["hasEnquiries"] is False

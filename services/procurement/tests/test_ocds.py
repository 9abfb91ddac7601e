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

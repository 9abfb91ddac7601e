"""Bids: sealed from everybody, in the database too, until the deadline; then open, and provably unchanged."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from procurement.queries.sealing import Seal, SealBroken
from stack.testing import TestDatabase
from verifier.canonical import commitment_of

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]

AFTER_DEADLINE = "2026-11-26T18:00:01"
BID = UUID("01900000-0000-7000-8000-000000000001")
CONTENT = {"price": {"amount": "873421.07", "currency": "KZT"}}


def test_a_seal_opens_for_its_own_bid_and_key_alone() -> None:
    seal = Seal(bytes(32))
    sealed = seal.close(BID, CONTENT)
    opened = seal.open(BID, sealed.sealed)
    assert opened.content == CONTENT
    assert commitment_of(bytes.fromhex(opened.salt), CONTENT).hex() == sealed.commitment
    assert seal.close(BID, CONTENT).sealed != sealed.sealed
    broken = sealed.sealed[:-1] + bytes([sealed.sealed[-1] ^ 1])
    for other, key, data in ((BID, bytes(31) + b"1", sealed.sealed), (UUID(int=1), bytes(32), sealed.sealed)):
        with pytest.raises(SealBroken):
            Seal(key).open(other, data)
    for data in (broken, b"", b"short"):
        with pytest.raises(SealBroken):
            seal.open(BID, data)


async def test_before_the_deadline_a_bid_is_for_its_supplier_alone(
    client: httpx.AsyncClient, people: People, publish: Do, bid: Do, look: Look
) -> None:
    tender = await publish()
    mine = await bid("supplier", tender, "873421.07")
    assert "offer" not in mine
    for who in people:
        seen = (await look(who, f"/v1/tenders/{tender['id']}/bids"))["items"]
        one = await client.get(f"/v1/bids/{mine['id']}", headers=people[who])
        if who == "supplier":
            assert [each["offer"]["price"]["amount"] for each in seen] == ["873421.07"]
            assert one.json() == seen[0]
        else:
            assert (seen, one.status_code) == ([], 404), who


async def test_before_the_deadline_no_offer_lies_open_in_the_database(
    publish: Do, bid: Do, database: TestDatabase
) -> None:
    await bid("supplier", await publish(), "873421.07")
    admin = await asyncpg.connect(database.admin_url)
    try:
        for table in ("bids", "journal", "replies", "notices"):
            rows = await admin.fetch(f"SELECT t::text AS text FROM {table} t")  # noqa: S608 - our own names
            stored = await admin.fetch(f"SELECT * FROM {table}")  # noqa: S608
            raw = b"".join(value for row in stored for value in row.values() if isinstance(value, bytes))
            assert b"873421" not in raw
            assert "873421" not in "".join(row["text"] for row in rows)
    finally:
        await admin.close()


async def test_after_the_opening_everybody_reads_all_and_can_check_it(
    publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    tender = await publish()
    promised = await bid("supplier", tender, "873421.07")
    await bid("trader", tender)
    go_to(AFTER_DEADLINE)
    await sweep()
    items = (await look("nobody", f"/v1/tenders/{tender['id']}/bids"))["items"]
    first, second = items
    assert first["offer"]["price"]["amount"] == "873421.07"
    assert commitment_of(bytes.fromhex(first["salt"]), first["offer"]).hex() == promised["commitment"]
    entries = (await look("nobody", "/v1/journals/procurement/entries", limit=100))["items"]
    promise = next(each for each in entries if each["event"] == "bid.submitted")
    assert promise["data"]["commitment"] == promised["commitment"]
    assert first["supplier"] | {"party": ""} == {
        "party": "", "scheme": "KZ-BIN", "id": "150340962116", "name": "«Ақ Желкен» ЖШС",
    }  # fmt: skip
    assert second["supplier"] | {"party": ""} == {"party": "", "scheme": "KZ-IIN", "id": None, "name": None}
    page = await look("nobody", f"/v1/tenders/{tender['id']}/bids", limit=1)
    assert page["items"] == [first]
    assert (await look("nobody", page["next"]))["items"] == [second]


async def test_a_later_bid_takes_the_place_of_an_earlier_one(publish: Do, bid: Do, look: Look) -> None:
    tender = await publish()
    first = await bid("supplier", tender, "900000")
    second = await bid("supplier", tender, "800000", warranty_months=60)
    assert second["id"] == first["id"]
    assert second["commitment"] != first["commitment"]
    [seen] = (await look("supplier", f"/v1/tenders/{tender['id']}/bids"))["items"]
    assert (seen["offer"]["price"]["amount"], seen["offer"]["warranty_months"]) == ("800000.00", 60)


async def test_a_withdrawn_bid_is_never_opened_and_can_be_submitted_anew(
    *, client: httpx.AsyncClient, people: People, publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    tender = await publish()
    mine, other = await bid("supplier", tender), await bid("rival", tender)
    for each, who in ((mine, "supplier"), (other, "rival")):
        address = f"/v1/bids/{each['id']}/withdrawal"
        assert (await client.post(address, headers=people["trader"])).status_code == 404
        answer = await client.post(address, headers=people[who] | {"If-Match": '"1"'})
        assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
        again = await client.post(address, headers=people[who])
        assert (again.status_code, again.json()["code"]) == (409, "not-allowed-now")
    assert (await bid("rival", tender, "800000"))["status"] == "sealed"
    go_to(AFTER_DEADLINE)
    await sweep()
    opened = (await look("nobody", f"/v1/tenders/{tender['id']}/bids"))["items"]
    assert [each["id"] for each in opened] == [other["id"]]
    assert (await client.get(f"/v1/bids/{mine['id']}")).status_code == 404
    late = await client.post(f"/v1/bids/{other['id']}/withdrawal", headers=people["rival"])
    assert (late.status_code, late.json()["code"]) == (409, "bids-closed")


async def test_the_same_request_again_is_one_bid(
    client: httpx.AsyncClient, people: People, publish: Do, look: Look
) -> None:
    tender = await publish()
    years = [{"amount": "1"}] * 3
    offer = {"price": {"amount": "900000"}, "experience_years": 1, "warranty_months": 12}
    offer |= {"income": years, "taxes": years, "payroll": [None, *years[1:]]}
    body = {"lot": tender["lots"][0]["id"], "offer": offer}
    headers = people["supplier"] | {"Idempotency-Key": "one"}
    address = f"/v1/tenders/{tender['id']}/bids"
    answers = await asyncio.gather(*(client.post(address, json=body, headers=headers) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    entries = (await look("nobody", "/v1/journals/procurement/entries", limit=100))["items"]
    assert sum(each["object"]["kind"] == "bid" for each in entries) == 1


async def test_a_bid_that_cannot_be_read_holds_its_tender_and_no_other(
    publish: Do, bid: Do, look: Look, go_to: GoTo, sweep: Sweep, database: TestDatabase
) -> None:
    spoiled, sound = await publish(), await publish()
    await bid("supplier", spoiled)
    await bid("supplier", sound)
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("UPDATE bids SET sealed = 'x' WHERE tender_id = $1", UUID(spoiled["id"]))
    finally:
        await admin.close()
    go_to(AFTER_DEADLINE)
    assert await sweep() == {"open-tenders": 1, "award-lots": 1, "finish-awards": 0}
    assert (await look("nobody", f"/v1/tenders/{spoiled['id']}"))["status"] == "published"
    assert (await look("nobody", f"/v1/tenders/{sound['id']}"))["status"] == "evaluated"


async def test_a_synthetic_supplier_marks_what_it_does(client: httpx.AsyncClient, issuer: Any, publish: Do) -> None:
    tender = await publish()
    assert tender["synthetic"] is False
    headers = issuer.headers("supplier", sub="z1", bin="150340962116", synthetic=True)
    years = [{"amount": "1"}] * 3
    offer = {"price": {"amount": "1"}, "experience_years": 1, "warranty_months": 12}
    body = {"lot": tender["lots"][0]["id"], "offer": offer | {"income": years, "taxes": years, "payroll": years}}
    answer = await client.post(
        f"/v1/tenders/{tender['id']}/bids",
        content=json.dumps(body),
        headers=headers | {"Content-Type": "application/json"},
    )
    assert answer.json()["synthetic"] is True

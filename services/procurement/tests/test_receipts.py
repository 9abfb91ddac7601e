"""Receipts of procurement: of tender, bid, complaint, award and contract, for whoever sees the object itself."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from verifier.canonical import commitment_of

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Receipt = Callable[[str, str], Awaitable[dict[str, Any]]]


@pytest.fixture
def concluded(client: httpx.AsyncClient, people: People, award: Do, go_to: GoTo) -> Callable[[], Awaitable[Any]]:
    """Awards a lot and concludes its contract; the lot and the contract."""

    async def run() -> tuple[dict[str, Any], dict[str, Any]]:
        lot = await award()
        go_to("2026-12-04T09:00")
        drafted = await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
        contract = await client.post(f"{drafted.headers['location']}/signature", headers=people["supplier"])
        return lot, contract.json()

    return run


async def test_what_is_public_has_a_receipt_for_everybody(
    concluded: Callable[[], Awaitable[Any]], receipt: Receipt
) -> None:
    lot, contract = await concluded()
    acts = {
        f"/v1/tenders/{lot['tender']['id']}": "tender.evaluated",
        f"/v1/bids/{lot['award']['bid']}": "bid.evaluated",
        f"/v1/awards/{lot['award']['id']}": "award.contracted",
        f"/v1/contracts/{contract['id']}": "contract.concluded",
    }
    for address, last in acts.items():
        found = await receipt("nobody", address)
        assert found["entries"][-1]["entry"]["event"] == last, [each["entry"]["event"] for each in found["entries"]]


async def test_a_sealed_bid_has_a_receipt_for_its_supplier_alone_which_later_proves_what_was_in_it(
    *, client: httpx.AsyncClient, people: People, publish: Do, bid: Do, receipt: Receipt, go_to: GoTo, sweep: Do
) -> None:
    tender = await publish()
    sent = await bid("supplier", tender)
    address = f"/v1/bids/{sent['id']}"
    early = await receipt("supplier", address)
    for who, status in (("rival", 404), ("buyer", 404), ("nobody", 404)):
        assert (await client.get(f"{address}/receipt", headers=people[who])).status_code == status
    go_to("2026-11-30T10:01")
    await sweep()
    opened = (await client.get(address)).json()
    (promise,) = early["entries"]
    kept = await receipt("nobody", address)
    assert kept["entries"][0]["entry"] == promise["entry"]
    shown = next(each["entry"]["data"] for each in kept["entries"] if "salt" in each["entry"]["data"])
    assert shown["commitment"] == promise["entry"]["data"]["commitment"]
    assert commitment_of(bytes.fromhex(shown["salt"]), opened["offer"]).hex() == shown["commitment"]


async def test_a_complaint_has_a_receipt(
    client: httpx.AsyncClient, people: People, award: Do, receipt: Receipt
) -> None:
    lot = await award()
    body = {"text": "Баға дұрыс салыстырылмады.", "language": "kk"}
    filed = await client.post(f"/v1/lots/{lot['id']}/complaints", json=body, headers=people["rival"])
    found = await receipt("nobody", f"/v1/award-complaints/{filed.json()['id']}")
    assert found["entries"][0]["private"]["data"] == {"text": body["text"]}
    assert (await client.get(f"/v1/award-complaints/{lot['id']}/receipt")).status_code == 404

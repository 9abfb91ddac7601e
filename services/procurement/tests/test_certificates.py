"""The certificate of a lot: anybody works it out again, and the journal shows that it is the one that was published."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from scorer import canonical
from stack.testing import TestDatabase
from verifier.certificates import verify_certificate
from verifier.notes import parse_key
from verifier.receipts import Fault
from verifier.signing import fast_verify

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]
AFTER_DEADLINE = "2026-11-26T18:00:01"


@pytest.fixture
def certificate(client: httpx.AsyncClient) -> Callable[[str], Awaitable[httpx.Response]]:
    """Gives the certificate of a lot as it is downloaded, once its evaluation is sealed."""

    async def download(lot: str) -> httpx.Response:
        while True:
            answer = await client.get(f"/v1/lots/{lot}/certificate")
            if answer.status_code != 202:
                assert answer.status_code == 200, answer.text
                return answer
            assert answer.headers["retry-after"] == "1"
            await asyncio.sleep(0.02)

    return download


Certificate = Callable[[str], Awaitable[httpx.Response]]


async def test_the_certificate_of_an_award_is_worked_out_again_and_was_published(
    client: httpx.AsyncClient, award: Do, look: Look, certificate: Certificate
) -> None:
    lot = await award({"supplier": "850000", "rival": "900000"})
    answer = await certificate(lot["id"])
    keys = [parse_key(text) for text in (await client.get("/v1/journals/procurement/keys")).text.split()]
    found = verify_certificate(answer.content, keys, fast_verify)
    assert (found.winner, found.bids, found.barred, found.undecided) == (lot["award"]["bid"], 2, 0, None)
    assert found.subject is not None
    assert found.subject["lot"] == {"id": lot["id"], "position": 1}
    assert found.receipt is not None
    assert [entry.event for entry in found.receipt.entries] == ["lot.evaluated"]
    assert answer.json()["result"] == await look("nobody", f"/v1/lots/{lot['id']}/result")
    assert answer.headers["content-disposition"].startswith("attachment; filename")
    tag = {"if-none-match": answer.headers["etag"]}
    again = await client.get(f"/v1/lots/{lot['id']}/certificate", headers=tag)
    assert again.status_code in {200, 304}  # the checkpoint may be another by now
    (published,) = answer.json()["receipt"]["entries"]
    assert published["entry"]["data"] == {
        "tender": lot["tender"]["number"],
        "outcome": "awarded",
        "certificate": found.digest,
    }


async def test_before_the_result_there_is_no_certificate(client: httpx.AsyncClient, publish: Do, bid: Do) -> None:
    tender = await publish()
    await bid("supplier", tender)
    lot = tender["lots"][0]["id"]
    assert (await client.get(f"/v1/lots/{lot}/certificate")).status_code == 404
    assert (await client.get(f"/v1/lots/{lot}/receipt")).status_code == 404


async def test_a_lot_that_the_rules_do_not_decide_has_a_certificate_too(
    *, database: TestDatabase, publish: Do, bid: Do, go_to: GoTo, sweep: Sweep, look: Look, certificate: Certificate
) -> None:
    tender, nobody = await publish(), await publish()
    for who in ("supplier", "rival"):
        await bid(who, tender)
    somebody = await asyncpg.connect(database.admin_url)
    try:  # to the microsecond at the same time, which nobody can bring about by hand
        await somebody.execute("UPDATE bids SET received_at = date_trunc('hour', received_at)")
    finally:
        await somebody.close()
    go_to(AFTER_DEADLINE)
    await sweep()
    for lot, reason, bids in ((tender["lots"][0]["id"], "all_equal", 2), (nobody["lots"][0]["id"], "no_bids", 0)):
        found = verify_certificate((await certificate(lot)).content, None, fast_verify)
        assert (found.winner, found.undecided, found.bids) == (None, reason, bids)
        assert (await look("nobody", f"/v1/lots/{lot}"))["award"] is None


async def test_a_barred_bid_stands_in_the_certificate_with_the_reason(
    *, registry: Any, publish: Do, bid: Do, go_to: GoTo, sweep: Sweep, certificate: Certificate
) -> None:
    tender = await publish()
    barred = await bid("supplier", tender, "800000")
    await bid("rival", tender, "900000")
    registry.debtors.add("150340962116")
    go_to(AFTER_DEADLINE)
    await sweep()
    answer = await certificate(tender["lots"][0]["id"])
    found = verify_certificate(answer.content, None, fast_verify)
    assert (found.bids, found.barred) == (2, 1)
    told = answer.json()
    assert [(each["bid"], each["reason"]) for each in told["barred"]] == [(barred["id"], "debtor")]
    assert {each["id"]: each["checks"]["debtor"] for each in told["bids"]}[barred["id"]] == "barred"


async def test_a_certificate_with_another_receipt_or_none_is_no_proof(award: Do, certificate: Certificate) -> None:
    first, second = [(await certificate((await award())["id"])).json() for _ in range(2)]
    for receipt, place in ((None, "/receipt"), (second["receipt"], "/receipt/entries")):
        with pytest.raises(Fault) as fault:
            verify_certificate(canonical(first | {"receipt": receipt}), None, fast_verify)
        assert (fault.value.kind, fault.value.place) == ("receipt", place)


async def test_what_was_offered_is_what_was_committed_to(award: Do, certificate: Certificate) -> None:
    told = (await certificate((await award())["id"])).json()
    told["bids"][0]["stated"]["price"]["amount"] = "1.00"
    with pytest.raises(Fault) as fault:
        verify_certificate(canonical(told), None, fast_verify)
    assert (fault.value.kind, fault.value.place) == ("commitment", "/bids/0/commitment")

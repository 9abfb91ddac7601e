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
    result = await look("nobody", f"/v1/lots/{lot['id']}/result")
    told = result.pop("explanation")
    assert answer.json()["result"] == result
    assert [each["bid"] for each in told["would_have_won"]] == [result["ranking"][1]["bid"]]
    (explained,) = answer.json()["explanation"]["would_have_won"]
    assert told["would_have_won"][0]["facts"] == explained["facts"]
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


async def test_a_lot_is_recounted_by_a_profile_that_one_asks_for_and_nothing_is_stored(
    client: httpx.AsyncClient, award: Do, look: Look
) -> None:
    lot = await award({"supplier": "850000", "rival": "900000"})
    address = f"/v1/lots/{lot['id']}/recount"
    found = await look("nobody", address, profile="report-2022")
    assert (found["same_winner"], found["winner_then"], found["missing"]) == (True, lot["award"]["bid"], [])
    result = await look("nobody", f"/v1/lots/{lot['id']}/result")
    assert found["result"] == {name: value for name, value in result.items() if name != "explanation"}
    assert (await client.get(address, params={"profile": "none"})).json()["code"] == "unknown-profile"
    assert await look("nobody", address) == found
    events = [each["event"] for each in (await look("nobody", "/v1/journals/procurement/entries"))["items"]]
    assert events.count("lot.evaluated") == 1


async def test_a_loser_is_told_by_how_much_and_what_would_have_won(
    client: httpx.AsyncClient, people: People, award: Do, look: Look
) -> None:
    lot = await award({"supplier": "850000", "rival": "900000"})
    address = f"/v1/lots/{lot['id']}/result"
    (all_told,) = (await look("nobody", address))["explanation"]["would_have_won"]
    loser = all_told["bid"]
    assert loser != lot["award"]["bid"]
    assert all_told["behind"] == {"exact": "10/1", "display": "10.00"}
    assert all_told["price"] == {"amount": "849999.99", "currency": "KZT"}
    one = (await look("nobody", address, bid=loser))["explanation"]
    assert one == {"would_have_won": [all_told], "absolute": None, "reversals": None}
    winner = (await look("nobody", address, bid=lot["award"]["bid"]))["explanation"]["would_have_won"][0]
    assert (winner["behind"]["display"], winner["price"]["amount"]) == ("0.00", "900000.00")
    assert (await client.get(address, params={"bid": lot["id"]}, headers=people["nobody"])).status_code == 404

"""The supplier in second place is called when the first has not signed, and nobody after it."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from stack.testing import TestDatabase

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Post = Callable[..., Awaitable[httpx.Response]]
Sweeps = Callable[[], Awaitable[dict[str, int]]]

READY = "2026-12-04T09:00"  # the first day without complaints
REASON = {"reason": "Цены выросли."}


async def share_the_second_place(database: TestDatabase) -> None:
    """As if the bids in second and third place had come at the same microsecond."""
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute("UPDATE lots SET result = jsonb_set(result, '{ranking,2,place}', '2')")
    finally:
        await admin.close()


@pytest.fixture
def post(client: httpx.AsyncClient, people: People) -> Post:
    """Lets somebody do something."""

    async def send(who: str, place: str, **body: Any) -> httpx.Response:
        return await client.post(place, json=body or None, headers=people[who])

    return send


@pytest.fixture
def drafted(award: Do, go_to: GoTo, post: Post) -> Do:
    """A lot with bids of these prices, whose first supplier has the draft; gives the lot and the draft's address."""

    async def make(bids: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        lot = await award(bids, **fields)
        go_to(READY)
        answer = await post("buyer", f"/v1/lots/{lot['id']}/contract")
        return {"lot": f"/v1/lots/{lot['id']}", "contract": answer.headers["location"], "award": lot["award"]["id"]}

    return make


async def code_of(answer: Awaitable[httpx.Response]) -> tuple[int, str]:
    found = await answer
    return found.status_code, found.json()["code"]


async def test_the_second_is_called_when_the_first_refuses_and_delivers(
    *, drafted: Do, post: Post, look: Look, go_to: GoTo
) -> None:
    named = await drafted()
    assert "runner-up" not in [each["name"] for each in (await look("buyer", named["lot"]))["actions"]]
    await post("supplier", f"{named['contract']}/refusal", **REASON)
    go_to("2026-12-07T10:00")
    before = await look("buyer", named["lot"])
    assert [each["name"] for each in before["actions"]] == ["runner-up"]
    assert (await look("rival", named["lot"]))["actions"] == []
    called = await post("buyer", f"{named['lot']}/runner-up", deliver_by="2026-12-30")
    assert called.status_code == 201
    draft = called.json()
    assert (draft["status"], draft["amount"]["amount"], draft["late"]) == ("draft", "900000.00", False)
    assert (draft["supplier"]["id"], draft["deliver_by"]) == ("180940974038", "2026-12-30")
    award = (await look("nobody", named["lot"]))["award"]
    assert (award["status"], award["place"], award["revision"]) == ("contracted", 2, 2)
    assert (award["complaints_until"], award["supplier"]["id"]) == (None, "180940974038")
    assert "cl. 531" in award["basis"]["source"]
    told = (await look("nobody", f"/v1/awards/{named['award']}/history"))["items"][-1]
    assert (told["event"], told["data"]["place"], told["data"]["before"]) == ("award.runner_up_called", 2, "refused")
    assert told["data"]["contract_before"] == named["contract"].rpartition("/")[2]
    assert (await look("rival", "/v1/me/notices"))["items"][0]["event"] == "contract.drafted"
    place = f"/v1/contracts/{draft['id']}"
    assert (await post("rival", f"{place}/signature")).json()["status"] == "concluded"
    clocks = {each["matter"]: each for each in (await look("nobody", f"{place}/clocks"))["items"]}
    assert clocks["procurement.runner_up"]["due_on"] == "2026-12-08"
    assert clocks["procurement.contract_signature"]["state"] == "kept"
    assert await code_of(post("buyer", f"{named['lot']}/runner-up")) == (409, "not-allowed-now")


async def test_who_does_not_sign_in_its_term_has_evaded_the_contract(
    *, drafted: Do, post: Post, look: Look, go_to: GoTo
) -> None:
    named = await drafted()
    evasion = f"{named['contract']}/evasion"
    go_to("2026-12-17T10:00")  # the eighth working day after the draft, the sixteenth being a holiday
    answer = await post("buyer", evasion)
    assert (answer.status_code, answer.json()["code"]) == (409, "signature-awaited")
    assert answer.json()["try_after"] == "2026-12-18"
    go_to("2026-12-18T10:00")
    assert await code_of(post("supplier", evasion)) == (403, "forbidden")
    found = await post("buyer", evasion)
    assert (found.status_code, found.json()["status"], found.json()["ended_on"]) == (200, "evaded", "2026-12-18")
    assert (await look("supplier", "/v1/me/notices"))["items"][0]["event"] == "contract.evaded"
    assert await code_of(post("supplier", f"{named['contract']}/signature")) == (409, "not-allowed-now")
    go_to("2026-12-25T10:00")
    late = (await post("buyer", f"{named['lot']}/runner-up")).json()
    assert late["late"] is True
    # The second is not reminded: after three working days its time is over.
    evasion = f"/v1/contracts/{late['id']}/evasion"
    go_to("2026-12-30T10:00")
    assert await code_of(post("buyer", evasion)) == (409, "signature-awaited")
    go_to("2026-12-31T10:00")
    assert (await post("buyer", evasion)).json()["status"] == "evaded"
    lot = await look("nobody", named["lot"])
    assert (lot["outcome"], lot["award"]["status"]) == ("not_concluded", "cancelled")


async def test_when_the_second_refuses_too_the_lot_has_failed(drafted: Do, post: Post, look: Look) -> None:
    named = await drafted({"supplier": "850000", "rival": "900000"})
    await post("supplier", f"{named['contract']}/refusal", **REASON)
    second = (await post("buyer", f"{named['lot']}/runner-up")).headers["location"]
    await post("rival", f"{second}/refusal", **REASON)
    lot = await look("buyer", named["lot"])
    assert (lot["outcome"], lot["award"]["status"], lot["actions"]) == ("not_concluded", "cancelled", [])
    assert (await look("buyer", "/v1/me/notices"))["items"][0]["event"] == "award.not_concluded"
    history = (await look("nobody", f"/v1/awards/{named['award']}/history"))["items"]
    assert [each["event"] for each in history][-2:] == ["award.runner_up_called", "award.cancelled"]
    assert history[-1]["data"]["contract"] == second.rpartition("/")[2]
    assert await code_of(post("buyer", f"{named['lot']}/runner-up")) == (409, "not-allowed-now")


async def test_where_nobody_else_was_admitted_the_lot_fails_with_the_first(drafted: Do, post: Post, look: Look) -> None:
    named = await drafted({"supplier": "850000"})
    await post("supplier", f"{named['contract']}/refusal", **REASON)
    assert (await look("nobody", named["lot"]))["outcome"] == "not_concluded"
    assert await code_of(post("buyer", f"{named['lot']}/runner-up")) == (409, "not-allowed-now")


async def test_nobody_is_called_while_the_first_may_sign_or_has(drafted: Do, award: Do, post: Post) -> None:
    lot = await award()
    assert await code_of(post("buyer", f"/v1/lots/{lot['id']}/runner-up")) == (409, "not-allowed-now")
    named = await drafted()
    call = f"{named['lot']}/runner-up"
    assert await code_of(post("buyer", call)) == (409, "contract-stands")
    assert await code_of(post("supplier", call)) == (403, "forbidden")
    await post("supplier", f"{named['contract']}/signature")
    assert await code_of(post("buyer", call)) == (409, "contract-stands")
    assert await code_of(post("buyer", f"{named['contract']}/evasion")) == (409, "not-allowed-now")


async def test_of_two_that_share_the_second_place_nobody_is_called(
    drafted: Do, post: Post, look: Look, database: TestDatabase
) -> None:
    named = await drafted({"supplier": "850000", "rival": "900000", "trader": "900000"})
    await share_the_second_place(database)
    await post("supplier", f"{named['contract']}/refusal", **REASON)
    lot = await look("buyer", named["lot"])
    assert (lot["award"]["status"], lot["actions"]) == ("contracted", [])
    assert await code_of(post("buyer", f"{named['lot']}/runner-up")) == (409, "no-runner-up")


async def test_an_advance_to_the_second_is_at_most_its_price(drafted: Do, post: Post, look: Look) -> None:
    named = await drafted()
    await post("supplier", f"{named['contract']}/refusal", **REASON)
    advance = {"amount": "900000.01", "currency": "KZT"}
    assert await code_of(post("buyer", f"{named['lot']}/runner-up", advance=advance)) == (422, "advance-above-amount")
    assert (await look("nobody", named["lot"]))["award"]["place"] == 1


async def test_open_data_tell_of_the_second_and_of_the_failure(
    *, drafted: Do, post: Post, look: Look, run_sweeps: Sweeps
) -> None:
    named = await drafted()
    await told(run_sweeps)
    await post("supplier", f"{named['contract']}/refusal", **REASON)
    second = (await post("buyer", f"{named['lot']}/runner-up")).headers["location"]
    await told(run_sweeps)
    lot = await look("nobody", named["lot"])
    ocid = (await look("nobody", f"/v1/awards/{named['award']}"))["ocid"]
    awards = await awards_of(look, ocid)
    assert awards == {named["award"]: "cancelled", f"{named['award']}-2": "pending"}
    await post("rival", f"{second}/refusal", **REASON)
    await told(run_sweeps)
    awards = await awards_of(look, ocid)
    assert awards == {named["award"]: "cancelled", f"{named['award']}-2": "cancelled"}
    compiled = (await look("nobody", f"/v1/ocds/records/{ocid}"))["records"][0]["compiledRelease"]
    assert [(each["id"], each["status"]) for each in compiled["tender"]["lots"]] == [(lot["id"], "unsuccessful")]


async def told(run_sweeps: Sweeps) -> None:
    """One turn seals what was done, the next tells of it."""
    for _ in range(2):
        await run_sweeps()


async def awards_of(look: Look, ocid: str) -> dict[str, str]:
    record = await look("nobody", f"/v1/ocds/records/{ocid}")
    return {each["id"]: each["status"] for each in record["records"][0]["compiledRelease"]["awards"]}

"""The life of a contract over HTTP: signed, amended, accepted, paid, ended; its terms, its list, and its parties."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Act = Callable[..., Awaitable[httpx.Response]]
Sweeps = Callable[[], Awaitable[dict[str, int]]]

READY = "2026-12-04T09:00"  # the first day without complaints
OTHER = {"text": "Так решили стороны."}


@pytest.fixture
def act(client: httpx.AsyncClient, people: People) -> Act:
    """Lets somebody do something with a contract."""

    async def send(who: str, contract: dict[str, Any], action: str, **body: Any) -> httpx.Response:
        place = f"/v1/contracts/{contract['id']}/{action}"
        return await client.post(place, json=body or None, headers=people[who])

    return send


@pytest.fixture
def drafted(client: httpx.AsyncClient, people: People, award: Do, go_to: GoTo) -> Do:
    """A contract over 850,000 tenge that waits for its supplier."""

    async def make(**body: Any) -> dict[str, Any]:
        lot = await award()
        go_to(READY)
        answer = await client.post(f"/v1/lots/{lot['id']}/contract", json=body or None, headers=people["buyer"])
        assert answer.status_code == 201, answer.text
        contract: dict[str, Any] = answer.json()
        return contract

    return make


@pytest.fixture
def concluded(drafted: Do, act: Act) -> Do:
    """A contract in force."""

    async def make(**body: Any) -> dict[str, Any]:
        contract = await drafted(**body)
        answer = await act("supplier", contract, "signature")
        assert answer.status_code == 200, answer.text
        signed: dict[str, Any] = answer.json()
        return signed

    return make


def tenge(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "KZT"}


async def test_a_contract_is_signed_delivered_paid_and_so_completed(
    *, client: httpx.AsyncClient, drafted: Do, act: Act, look: Look, go_to: GoTo
) -> None:
    contract = await drafted(advance=tenge("100000"), deliver_by="2026-12-20")
    place = f"/v1/contracts/{contract['id']}"
    assert (contract["status"], contract["concluded_on"]) == ("draft", None)
    offered = (await look("supplier", place))["actions"]
    assert [each["name"] for each in offered] == ["signature", "refusal"]
    signed = await act("supplier", contract, "signature")
    assert (signed.json()["status"], signed.json()["concluded_on"]) == ("concluded", "2026-12-04")
    paid = await act("buyer", contract, "payments", day="2026-12-04", amount=tenge("100000"))
    assert (paid.status_code, paid.json()["paid"]) == (200, tenge("100000.00"))
    go_to("2026-12-21T10:00")
    taken = await act("buyer", contract, "acceptances", day="2026-12-21", amount=tenge("850000"))
    assert taken.json()["accepted"] == tenge("850000.00")
    go_to("2027-01-20T10:00")
    last = await act("buyer", contract, "payments", day="2027-01-19", amount=tenge("750000"))
    assert (last.json()["status"], last.json()["ended_on"]) == ("completed", "2027-01-20")
    assert last.json()["actions"] == []
    assert (await look("nobody", place)) == last.json()
    assert (await look("nobody", f"{place}/history"))["items"][-1]["event"] == "contract.completed"
    told = [each["event"] for each in (await look("nobody", f"{place}/history"))["items"]]
    assert told == [
        "contract.drafted", "contract.concluded", "contract.paid", "contract.accepted", "contract.paid",
        "contract.completed",
    ]  # fmt: skip
    late = (await look("nobody", f"{place}/history"))["items"][3]["data"]
    assert late["delivered_late_by"] == 1
    assert {each["event"] for each in (await look("supplier", "/v1/me/notices"))["items"]} > {
        "contract.drafted", "contract.concluded", "contract.accepted", "contract.paid",
    }  # fmt: skip
    over = await act("buyer", contract, "termination", reason="?")
    assert (over.status_code, over.json()["code"]) == (409, "not-allowed-now")
    flow = (await look("nobody", f"{place}/flow"))["steps"]
    assert [(each["name"], each["on"], each["amount"]["amount"]) for each in flow][-2:] == [
        ("acceptance", "2026-12-21", "850000.00"), ("payment", "2027-01-19", "850000.00"),
    ]  # fmt: skip
    party = (await client.get(f"/v1/parties/{contract['supplier']['party']}")).json()
    assert (party["contracts"], party["paid"], party["late_deliveries"]) == (1, tenge("850000.00"), 1)


async def test_every_term_of_a_contract_is_a_clock_and_lateness_a_fact(
    drafted: Do, act: Act, look: Look, go_to: GoTo
) -> None:
    contract = await drafted()
    place = f"/v1/contracts/{contract['id']}"
    go_to("2026-12-14T10:00")  # the days for a signature ended on the ninth
    signed = (await act("supplier", contract, "signature")).json()
    assert signed["late"] is True
    go_to("2026-12-15T10:00")
    await act("buyer", contract, "acceptances", day="2026-12-15", amount=tenge("50000"))
    go_to("2027-02-01T10:00")
    await act("buyer", contract, "payments", day="2026-12-15", amount=tenge("20000"))
    found: dict[str, list[Any]] = {}
    for each in (await look("nobody", f"{place}/clocks"))["items"]:
        found.setdefault(each["matter"].removeprefix("procurement.contract_"), []).append(each)
    [draft], [signature], [payment] = found["draft"], found["signature"], found["payment"]
    assert (draft["state"], draft["starts_on"], draft["due_on"]) == ("kept", "2026-12-03", "2026-12-08")
    assert (signature["state"], signature["due_on"], signature["late_by"]) == ("late", "2026-12-09", 3)
    assert signature["basis"]["rules"] == "report"
    assert (payment["state"], payment["due_on"], payment["done_on"]) == ("overdue", "2027-01-14", None)
    assert [each["state"] for each in found["register"]] == ["kept", "late"]
    acts = (await look("nobody", place))["acts"]
    assert [(each["kind"], each["late_by"] > 0) for each in acts] == [("acceptance", False), ("payment", True)]
    assert [each["id"] for each in (await look("nobody", "/v1/contracts", late=True))["items"]] == [contract["id"]]
    assert (await look("nobody", "/v1/contracts", late=False))["items"] == []


async def test_the_contract_of_an_award_is_found_by_it(concluded: Do, look: Look) -> None:
    contract = await concluded()
    found = await look("nobody", "/v1/contracts", award=contract["award"])
    assert [each["id"] for each in found["items"]] == [contract["id"]]
    assert (await look("nobody", "/v1/contracts", award=contract["lot"]))["items"] == []


async def test_what_is_entered_keeps_to_the_sums_and_days_of_the_contract(concluded: Do, act: Act) -> None:
    contract = await concluded()
    day = "2026-12-04"

    async def refused(action: str, **body: Any) -> tuple[int, str]:
        answer = await act("buyer", contract, action, **body)
        return answer.status_code, answer.json()["code"]

    assert await refused("payments", day=day, amount=tenge("0.01")) == (409, "more-than-accepted")
    assert await refused("acceptances", day=day, amount=tenge("850000.01")) == (409, "more-than-contracted")
    for wrong in ("2026-12-03", "2026-12-05"):
        assert await refused("acceptances", day=wrong, amount=tenge("1")) == (422, "day-outside-contract")
    assert (await act("buyer", contract, "acceptances", day=day, amount=tenge("300000"))).status_code == 200
    less = {"day": day, "amount": tenge("299999.99"), "reason": "lower_price"}
    assert await refused("amendments", **less) == (409, "less-than-accepted")
    assert await refused("acceptances", day=day, amount=tenge("0")) == (422, "invalid")
    more = await act("buyer", contract, "amendments", day=day, amount=tenge("900000"), reason="quantity", **OTHER)
    seen = more.json()
    assert (seen["awarded"], seen["amount"]) == (tenge("850000.00"), tenge("900000.00"))
    entered = seen["acts"][-1]
    assert (entered["amount_before"], entered["reason_in_words"]["en"]) == (
        tenge("850000.00"), "The quantity changed at the same unit price",
    )  # fmt: skip
    ended = await act("buyer", contract, "amendments", day=day, amount=tenge("300000"), reason="lower_price")
    assert ended.json()["status"] == "concluded"
    done = await act("buyer", contract, "payments", day=day, amount=tenge("300000"))
    assert done.json()["status"] == "completed"


async def test_an_advance_is_at_most_the_contract(
    client: httpx.AsyncClient, people: People, award: Do, go_to: GoTo
) -> None:
    lot = await award()
    go_to(READY)
    body = {"advance": tenge("850000.01")}
    answer = await client.post(f"/v1/lots/{lot['id']}/contract", json=body, headers=people["buyer"])
    assert (answer.status_code, answer.json()["code"]) == (422, "advance-above-amount")


async def test_a_supplier_may_refuse_and_a_buyer_end_it(drafted: Do, act: Act, look: Look) -> None:
    first = await drafted()
    assert (await act("buyer", first, "termination", reason="?")).json()["code"] == "not-allowed-now"
    refused = await act("supplier", first, "refusal", reason="Цены выросли.")
    assert (refused.status_code, refused.json()["status"]) == (200, "refused")
    told = [each["event"] for each in (await look("buyer", "/v1/me/notices"))["items"]]
    assert told[0] == "contract.refused"
    second = await drafted()
    await act("supplier", second, "signature")
    ended = await act("buyer", second, "termination", reason="По соглашению.")
    assert (ended.json()["status"], ended.json()["ended_on"]) == ("terminated", "2026-12-04")
    history = (await look("nobody", f"/v1/contracts/{second['id']}/history"))["items"]
    assert history[-1]["data"]["reason"] == "По соглашению."
    first_told = (await look("nobody", f"/v1/contracts/{first['id']}/history"))["items"][-1]
    assert "reason" not in first_told["data"]


async def test_many_payments_at_once_never_pay_more_than_was_accepted(concluded: Do, act: Act, look: Look) -> None:
    contract = await concluded()
    await act("buyer", contract, "acceptances", day="2026-12-04", amount=tenge("100000"))
    sent = await asyncio.gather(
        *(act("buyer", contract, "payments", day="2026-12-04", amount=tenge("60000")) for _ in range(8))
    )
    assert Counter(answer.status_code for answer in sent) == {200: 1, 409: 7}
    assert (await look("nobody", f"/v1/contracts/{contract['id']}"))["paid"] == tenge("60000.00")


async def test_a_supplier_who_becomes_a_debtor_is_an_event_and_stops_nothing(
    *, registry: Any, concluded: Do, act: Act, look: Look, go_to: GoTo, run_sweeps: Sweeps
) -> None:
    contract = await concluded()
    place = f"/v1/contracts/{contract['id']}"
    assert (await run_sweeps())["watch-debtors"] == 1
    registry.debtors.add("150340962116")
    assert (await run_sweeps())["watch-debtors"] == 0  # it was asked today
    registry.silent = True
    go_to("2026-12-07T10:00")
    assert (await run_sweeps())["watch-debtors"] == 0
    registry.silent = False
    assert (await run_sweeps())["watch-debtors"] == 1
    assert (await look("nobody", place))["supplier_is_debtor"] is True
    assert [each["id"] for each in (await look("nobody", "/v1/contracts", debtor=True))["items"]] == [contract["id"]]
    told = (await look("buyer", "/v1/me/notices"))["items"]
    assert told[0]["event"] == "contract.supplier_became_debtor"
    assert (await act("buyer", contract, "acceptances", day="2026-12-07", amount=tenge("1"))).status_code == 200
    registry.debtors.clear()
    go_to("2026-12-08T10:00")
    assert (await run_sweeps())["watch-debtors"] == 1
    assert (await look("nobody", place))["supplier_is_debtor"] is False
    events = [each["event"] for each in (await look("nobody", f"{place}/history"))["items"]]
    assert events[2:] == [
        "contract.supplier_became_debtor", "contract.accepted", "contract.supplier_no_longer_debtor",
    ]  # fmt: skip


async def test_contracts_are_listed_by_what_they_are(drafted: Do, act: Act, look: Look) -> None:
    first, second = await drafted(), await drafted()
    await act("supplier", first, "signature")
    await act("buyer", first, "amendments", day="2026-12-04", amount=tenge("700000"), reason="lower_price")

    async def ids(**asked: Any) -> list[str]:
        return [each["id"] for each in (await look("nobody", "/v1/contracts", **asked))["items"]]

    assert await ids() == [second["id"], first["id"]]
    assert await ids(status="draft") == [second["id"]]
    assert await ids(sort="amount") == [first["id"], second["id"]]
    assert await ids(sort="-amount", min="700000", max="700000") == [first["id"]]
    assert await ids(buyer="991240995750", region="KZ-71", method="rating-point") == [second["id"], first["id"]]
    assert await ids(supplier="150340962116") == [second["id"], first["id"]]
    assert await ids(**{"from": "2026-12-05"}) == await ids(to="2026-12-03") == []
    for sort in ("-drafted_at", "-amount", "amount"):
        page = await look("nobody", "/v1/contracts", sort=sort, limit=1)
        rest = await look("nobody", page["next"])
        assert {each["id"] for each in page["items"] + rest["items"]} == {first["id"], second["id"]}


async def test_of_a_person_nothing_is_told_but_the_opaque_id(client: httpx.AsyncClient, award: Do, look: Look) -> None:
    lot = await award({"trader": "850000"})
    party = lot["award"]["supplier"]["party"]
    answer = await client.get(f"/v1/parties/{party}")
    seen = answer.json()
    assert (seen["scheme"], seen["id"], seen["name"], seen["awards"], seen["bids"]) == ("KZ-IIN", None, None, 1, 1)
    assert answer.headers["x-robots-tag"] == "noindex"
    assert (await client.get("/v1/parties/01900000-0000-7000-8000-000000000000")).status_code == 404
    assert (await look("nobody", seen["links"]["awards"]))["items"][0]["id"] == lot["award"]["id"]


async def test_another_company_is_not_the_supplier(drafted: Do, act: Act) -> None:
    contract = await drafted()
    for who, status in (("rival", 403), ("buyer", 403), ("nobody", 401)):
        assert (await act(who, contract, "signature")).status_code == status

"""What services owe to each other: the registry says who is a debtor, and procurement listens, or waits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from statute.deadlines import ALMATY
from statute.identifiers import check_digit

Headers = Callable[[str], dict[str, str]]
Claims = Callable[..., dict[str, str]]
BEGINS = datetime(2026, 3, 2, 10, 0, tzinfo=ALMATY)


def company() -> str:
    """The BIN of a company that nobody has met."""
    while True:
        eleven = f"1003409{uuid4().int % 10_000:04}"
        digit = check_digit(eleven)
        if digit is not None:
            return f"{eleven}{digit}"


def publish(api: httpx.Client, headers: Headers) -> tuple[str, str]:
    """A published tender: its address, and the id of its lot."""
    lot = {
        "title": {"ru": "Бумага"},
        "item": {"code": "17.12.14", "name": "Бумага"},
        "quantity": "100",
        "unit": "пачка",
        "amount": {"amount": "200000.00"},
    }
    body = {
        "title": {"ru": "Бумага"},
        "method": "rating-point",
        "region": "KZ-71",
        "buyer_name": "Управление здравоохранения",
        "bids_until": (BEGINS + timedelta(days=10)).isoformat(),
        "lots": [lot],
    }
    tender = api.post("/v1/tenders", json=body, headers=headers("buyer")).raise_for_status().json()
    address = f"/v1/tenders/{tender['id']}"
    api.post(f"{address}/publication", json={}, headers=headers("buyer")).raise_for_status()
    return address, tender["lots"][0]["id"]


def offer(price: str) -> dict[str, Any]:
    money = [{"amount": "1000000.00"}] * 3
    return {
        "price": {"amount": price},
        "experience_years": 3,
        "income": money,
        "taxes": [{"amount": "30000.00"}] * 3,
        "payroll": [{"amount": "66000.00"}] * 3,
        "warranty_months": 0,
    }


def become_debtor(api: httpx.Client, headers: Headers, bin_: str) -> str:
    """The address of an open proceeding against a company."""
    claimant = {"scheme": "KZ-IIN", "id": "880417499014", "name": "Сапарова Айгерім"}
    body = {
        "region": "KZ-71",
        "document": {"number": "2-77/2026", "issued_by": "Сот"},
        "debtor": {"scheme": "KZ-BIN", "id": bin_, "name": "«Борышкер» ЖШС"},
        "claims": [{"claimant": claimant, "category": "labour", "amount": {"amount": "500000.00"}}],
    }
    received = api.post("/v1/proceedings", json=body, headers=headers("bailiff")).raise_for_status().json()
    address = f"/v1/proceedings/{received['id']}"
    api.post(f"{address}/opening", json={}, headers=headers("bailiff")).raise_for_status()
    return address


def test_a_debtor_cannot_bid_and_can_again_when_all_is_paid(
    api: httpx.Client, headers: Headers, set_clock: Callable[[datetime], None], claims: Claims
) -> None:
    set_clock(BEGINS)
    bin_ = company()
    supplier = claims(sub=f"supplier:{bin_}", bin=bin_, name="«Борышкер» ЖШС", roles=["company", "supplier"])
    proceeding = become_debtor(api, headers, bin_)
    address, lot = publish(api, headers)
    bid = {"lot": lot, "offer": offer("190000.00")}
    refused = api.post(f"{address}/bids", json=bid, headers=supplier)
    assert (refused.status_code, refused.json()["code"]) == (409, "debtor")

    paid = {"amount": {"amount": "500000.00"}}
    api.post(f"{proceeding}/proceeds", json=paid, headers=headers("bailiff")).raise_for_status()
    api.post(f"{proceeding}/closing", json={"ground": "paid"}, headers=headers("bailiff")).raise_for_status()
    assert api.post(f"{address}/bids", json=bid, headers=supplier).status_code == 201


def test_who_became_a_debtor_after_bidding_is_not_awarded(
    api: httpx.Client, headers: Headers, set_clock: Callable[[datetime], None], claims: Claims
) -> None:
    set_clock(BEGINS)
    address, lot = publish(api, headers)
    debtor, other = company(), company()
    for bin_, price in ((debtor, "160000.00"), (other, "198000.00")):
        supplier = claims(sub=f"supplier:{bin_}", bin=bin_, name="ЖШС", roles=["company", "supplier"])
        bid = {"lot": lot, "offer": offer(price)}
        assert api.post(f"{address}/bids", json=bid, headers=supplier).status_code == 201
    become_debtor(api, headers, debtor)
    set_clock(BEGINS + timedelta(days=10, hours=1))
    api.post("/sandbox/sweep").raise_for_status()
    award = api.get(f"/v1/lots/{lot}").raise_for_status().json()["award"]
    assert award["supplier"]["id"] == other
    assert award["id"] in {each["id"] for each in api.get("/v1/awards?limit=1000").json()["items"]}


def test_a_mailbox_has_the_notices_of_all_services(
    api: httpx.Client, headers: Headers, set_clock: Callable[[datetime], None], claims: Claims
) -> None:
    set_clock(BEGINS)
    bin_ = company()
    both = claims(sub=f"both:{bin_}", bin=bin_, name="ЖШС", roles=["company", "supplier"])
    appeal = {"kind": "request", "agency": "min-transport", "subject": "Жол", "text": "Қашан?", "language": "kk"}
    filed = api.post("/v1/appeals", json=appeal, headers=both).raise_for_status().json()
    decision = {"outcome": "explained", "text": "Көктемде.", "language": "kk"}
    api.post(f"/v1/appeals/{filed['id']}/decision", json=decision, headers=headers("officer")).raise_for_status()
    become_debtor(api, headers, bin_)
    mine = api.get("/v1/me/notices", headers=both).raise_for_status().json()
    assert {notice["service"] for notice in mine["items"]} == {"appeals", "registry"}
    assert mine["missing"] == []
    first = api.get("/v1/me/notices?limit=1", headers=both).json()
    second = api.get(first["next"], headers=both).json()
    assert [*first["items"], *second["items"]] == mine["items"]

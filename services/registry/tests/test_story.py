"""A proceeding from receipt to close, as everybody in it lives through it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx

from servicekit.testing import Issuer

Receive = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
Search = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]

AIGERIM = "880417499014"


async def test_from_receipt_to_close(receive: Receive, act: Act, look: Look, search: Search) -> None:
    received = await receive()
    address = f"/v1/proceedings/{received['id']}"
    assert UUID(received["id"]).version == 7
    assert received["number"].startswith("ИП-2026-")
    assert len(received["number"]) == len("ИП-2026-000001")
    assert (received["status"], received["opening_due_on"]) == ("received", "2026-11-26")
    assert received["term"] == {"n": 3, "unit": "working_day", "first_day_counts": False}
    assert "three business days" in received["basis"]["source"]
    assert [each["name"] for each in received["actions"]] == ["opening"]
    assert (await search(iin=AIGERIM))["items"] == []

    opened = (await act("bailiff", received, "opening")).json()
    assert (opened["status"], opened["opening_overdue"]) == ("opened", False)
    assert [each["name"] for each in opened["actions"]] == ["restrictions", "proceeds", "closing"]
    assert len((await search(iin=AIGERIM))["items"]) == 1

    restricted = (await act("bailiff", received, "restrictions")).json()
    assert [(each["kind"], each["ground"], each["lifted_at"]) for each in restricted["restrictions"]] == [
        ("account", "security", None)
    ]
    shared = (await act("bailiff", received, "proceeds")).json()
    assert [share["paid"]["amount"] for share in shared["shares"]] == ["50.00", "150.00"]
    [hit] = (await search(iin=AIGERIM))["items"]
    assert hit["amount"]["amount"] == "200.00"

    closed = (await act("bailiff", received, "closing", ground="withdrawn")).json()
    assert (closed["status"], closed["ground"], closed["actions"]) == ("closed", "withdrawn", [])
    assert closed["restrictions"][0]["lifted_at"] == closed["closed_at"]
    assert (await search(iin=AIGERIM))["items"] == []
    assert await look("debtor", address) == closed

    history = (await look("claimant", f"{address}/history"))["items"]
    assert [step["event"] for step in history] == [
        "proceeding.received",
        "proceeding.opened",
        "proceeding.restricted",
        "proceeding.proceeds_distributed",
        "proceeding.closed",
    ]
    assert {step["by"]["role"] for step in history} == {"bailiff"}


async def test_parties_are_told_of_opening_and_closing_and_nobody_else(receive: Receive, act: Act, look: Look) -> None:
    received = await receive()
    assert (await look("debtor", "/v1/me/notices"))["items"] == []
    await act("bailiff", received, "opening")
    await act("bailiff", received, "restrictions")
    await act("bailiff", received, "closing")
    for who in ("debtor", "claimant", "bank"):
        told = (await look(who, "/v1/me/notices"))["items"]
        assert sorted(each["event"] for each in told) == ["proceeding.closed", "proceeding.opened"], who
        assert all(received["number"] in text for each in told for text in each["text"].values())
        assert all("Ахметов" not in text for each in told for text in each["text"].values())
    assert (await look("stranger", "/v1/me/notices"))["items"] == []
    [closed] = [each for each in (await look("debtor", "/v1/me/notices"))["items"] if "closed" in each["event"]]
    assert "paid in full" in closed["text"]["en"]


async def test_the_journal_has_no_personal_data_and_names_a_company(
    receive: Receive, act: Act, look: Look, company: dict[str, str]
) -> None:
    for fields in ({}, {"debtor": company}):
        received = await receive(**fields)
        for action in ("opening", "restrictions", "proceeds", "closing"):
            assert (await act("bailiff", received, action)).is_success
    entries = (await look("nobody", "/v1/journals/registry/entries"))["items"]
    told = str([entry["data"] for entry in entries])
    for word in (AIGERIM, "Айгерім", "Ахметов", "Есенов", "4815"):
        assert word not in told
    assert [entry["data"]["debtor"] for entry in entries if "debtor" in entry["data"]] == [company["id"]] * 2
    assert all(entry["commitment"] for entry in entries if entry["event"] == "proceeding.received")


async def test_a_late_opening_is_a_fact_and_no_error(receive: Receive, act: Act, go_to: GoTo, look: Look) -> None:
    late, just = await receive(), await receive()
    go_to("2026-11-26T23:59:30")
    assert (await act("bailiff", just, "opening")).json()["opening_overdue"] is False
    go_to("2026-11-27T00:00:10")
    opened = (await act("bailiff", late, "opening")).json()
    assert (opened["status"], opened["opening_overdue"]) == ("opened", True)
    step = (await look("debtor", f"/v1/proceedings/{late['id']}/history"))["items"][-1]
    assert (step["event"], step["data"]["opening_overdue"]) == ("proceeding.opened", True)


async def test_the_sweep_records_an_overdue_opening_once(
    receive: Receive, act: Act, go_to: GoTo, look: Look, sweep: Sweep
) -> None:
    late, opened = await receive(), await receive()
    await act("bailiff", opened, "opening")
    go_to("2026-11-26T23:59")
    assert await sweep() == 0
    go_to("2026-11-27T00:00:01")
    assert [await sweep(), await sweep()] == [1, 0]
    seen = await look("bailiff", f"/v1/proceedings/{late['id']}")
    assert (seen["status"], seen["opening_overdue"]) == ("received", True)
    [entry] = [
        each
        for each in (await look("nobody", "/v1/journals/registry/entries"))["items"]
        if each["event"] == "proceeding.opening_overdue"
    ]
    assert (entry["object"], entry["by"]["role"]) == (
        {"kind": "proceeding", "id": late["id"], "version": 2},
        "system",
    )
    assert entry["data"] == {"office": "991240979283", "opening_due_on": "2026-11-26"}
    found = await look("bailiff", "/v1/proceedings", opening_overdue="true")
    assert [each["id"] for each in found["items"]] == [late["id"]]
    assert (await act("bailiff", late, "opening")).json()["opening_overdue"] is True


async def test_the_clock_runs_from_the_day_of_receipt_and_over_days_off(receive: Receive) -> None:
    received = await receive(received_at="2026-11-20T23:30:00+05:00")  # a Friday night
    assert received["opening_due_on"] == "2026-11-25"
    weekend = await receive(received_at="2026-11-21T12:00:00+05:00")
    assert weekend["opening_due_on"] == "2026-11-25"


async def test_the_bailiffs_list_has_their_own_in_pages_and_no_claimants(
    receive: Receive, look: Look, client: httpx.AsyncClient, people: dict[str, dict[str, str]]
) -> None:
    own = [(await receive())["id"] for _ in range(5)]
    await receive("bailiff-2")
    page = await look("bailiff", "/v1/proceedings", limit=2)
    seen = page["items"]
    while page["next"]:
        page = (await client.get(page["next"], headers=people["bailiff"])).json()
        seen += page["items"]
    assert [each["id"] for each in seen] == own[::-1]
    assert "Ахметов" not in str(seen)
    whole = await look("bailiff", f"/v1/proceedings/{own[0]}")
    assert seen[-1] == {name: whole[name] for name in seen[-1]}
    assert (await look("bailiff", "/v1/proceedings", status="opened"))["items"] == []


async def test_reading_is_conditional_and_synthetic_cases_are_marked(
    receive: Receive,
    client: httpx.AsyncClient,
    people: dict[str, dict[str, str]],
    issuer: Issuer,
    document: Callable[..., dict[str, Any]],
) -> None:
    received = await receive()
    assert received["synthetic"] is False
    headers = people["debtor"] | {"If-None-Match": '"1"'}
    assert (await client.get(f"/v1/proceedings/{received['id']}", headers=headers)).status_code == 304
    invented = issuer.headers("bailiff", sub="e1", agency="991240979283", synthetic=True)
    answer = await client.post("/v1/proceedings", json=document(), headers=invented)
    assert answer.json()["synthetic"] is True
    stale = people["bailiff"] | {"If-Match": '"7"'}
    answer = await client.post(f"/v1/proceedings/{received['id']}/opening", headers=stale)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")

"""Complaints: who may complain and until when, what they hold, and what their decision does."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

People = dict[str, dict[str, str]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[dict[str, int]]]
Act = Callable[..., Awaitable[httpx.Response]]

LAST_DAY, DAY_AFTER = "2026-12-03T23:59", "2026-12-04T00:00"
TEXT = "Жеңімпаздың тәжірибесі расталмаған."


@pytest.fixture
def act(client: httpx.AsyncClient, people: People) -> Act:
    """Lets somebody complain about a lot, decide on a complaint, or conclude the contract."""

    async def send(who: str, lot: dict[str, Any], what: str, **body: Any) -> httpx.Response:
        usual: dict[str, Any] = {}
        if what == "complaints":
            usual = {"text": TEXT, "language": "kk"}
        if what.endswith("decision"):
            usual = {"outcome": "dismissed", "reason": "Тәжірибе расталған."}
        json = usual | body if usual else None
        return await client.post(f"/v1/lots/{lot['id']}/{what}", json=json, headers=people[who])

    return send


async def test_a_complaint_holds_the_contract_until_it_is_dismissed(
    award: Do, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    lot = await award()
    place = f"/v1/lots/{lot['id']}"
    assert [each["name"] for each in (await look("rival", place))["actions"]] == ["complaints"]
    go_to(LAST_DAY)
    filed = await act("rival", lot, "complaints")
    assert (filed.status_code, filed.json()["status"], filed.json()["text"]) == (201, "open", TEXT)
    go_to(DAY_AFTER)
    assert (await sweep())["finish-awards"] == 0
    held = await act("buyer", lot, "contract")
    assert (held.status_code, held.json()["code"]) == (409, "not-allowed-now")
    assert "suspended" in held.json()["detail"]
    decided = await act("auditor", lot, f"complaints/{filed.json()['id']}/decision")
    assert (decided.status_code, decided.json()["status"]) == (200, "dismissed")
    assert (await look("nobody", place))["award"]["status"] == "announced"
    again = await act("auditor", lot, f"complaints/{filed.json()['id']}/decision", outcome="upheld")
    assert (again.status_code, again.json()["code"]) == (409, "not-allowed-now")
    assert (await act("buyer", lot, "contract")).status_code == 201
    assert [each["event"] for each in (await look("rival", "/v1/me/notices"))["items"]] == [
        "complaint.dismissed", "award.lost",
    ]  # fmt: skip


async def test_an_upheld_complaint_cancels_the_award_and_lets_the_others_lapse(
    award: Do, act: Act, look: Look, go_to: GoTo, sweep: Sweep
) -> None:
    lot = await award({"supplier": "800000", "rival": "900000", "trader": "950000"})
    first, second = [(await act(who, lot, "complaints")).json() for who in ("rival", "trader")]
    assert (await act("auditor", lot, f"complaints/{first['id']}/decision", outcome="upheld")).status_code == 200
    assert (await look("nobody", f"/v1/lots/{lot['id']}"))["award"]["status"] == "cancelled"
    listed = (await look("nobody", f"/v1/lots/{lot['id']}/complaints"))["items"]
    assert [each["status"] for each in listed] == ["upheld", "lapsed"]
    late = await act("auditor", lot, f"complaints/{second['id']}/decision")
    assert late.json()["code"] == "not-allowed-now"
    go_to(DAY_AFTER)
    assert (await sweep())["finish-awards"] == 0
    assert (await act("buyer", lot, "contract")).json()["code"] == "not-allowed-now"
    assert (await look("trader", "/v1/me/notices"))["items"][0]["event"] == "complaint.lapsed"


async def test_of_two_complaints_the_last_dismissal_lets_the_lot_go_on(award: Do, act: Act, look: Look) -> None:
    lot = await award({"supplier": "800000", "rival": "900000", "trader": "950000"})
    place = f"/v1/lots/{lot['id']}"
    for n, who in enumerate(("rival", "trader")):
        await act(who, lot, "complaints")
        assert len((await look("nobody", f"{place}/complaints"))["items"]) == n + 1
    for each, status in zip(
        (await look("nobody", f"{place}/complaints"))["items"], ("suspended", "announced"), strict=True
    ):
        assert (await act("auditor", lot, f"complaints/{each['id']}/decision")).status_code == 200
        assert (await look("nobody", place))["award"]["status"] == status
    page = await look("nobody", f"{place}/complaints", limit=1)
    assert len((await look("nobody", page["next"]))["items"]) == 1


async def test_what_a_complaint_says_is_for_its_parties(award: Do, act: Act, look: Look, people: People) -> None:
    lot = await award({"supplier": "800000", "trader": "900000"})
    filed = (await act("trader", lot, "complaints")).json()
    await act("auditor", lot, f"complaints/{filed['id']}/decision", reason="Себебі осы.")
    for who in people:
        [seen] = (await look(who, f"/v1/lots/{lot['id']}/complaints"))["items"]
        party = who in {"trader", "buyer", "auditor"}
        assert (seen["text"], seen["reason"]) == (TEXT if party else None, "Себебі осы."), who
    journal = str((await look("nobody", "/v1/journals/procurement/entries", limit=100))["items"])
    assert TEXT not in journal
    assert "Себебі осы." in journal


async def test_only_who_bid_may_complain_in_time_and_once(
    award: Do, act: Act, go_to: GoTo, publish: Do, sweep: Sweep
) -> None:
    lot = await award()
    stranger = await act("trader", lot, "complaints")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "forbidden")
    assert (await act("rival", lot, "complaints")).status_code == 201
    again = await act("rival", lot, "complaints")
    assert (again.status_code, again.json()["code"]) == (409, "already-complained")
    go_to(DAY_AFTER)
    late = await act("supplier", lot, "complaints")
    assert (late.status_code, late.json()["code"]) == (409, "complaint-window-over")
    assert "2026-12-03" in late.json()["detail"]
    go_to("2026-11-23T10:00")
    tender = await publish()
    go_to("2026-11-27T10:00")
    await sweep()
    empty = await act("buyer", tender["lots"][0], "contract")
    assert (empty.status_code, empty.json()["code"]) == (409, "not-allowed-now")

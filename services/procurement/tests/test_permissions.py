"""Who may do what: every operation by every role of the house by every tie, as the table says."""

from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

import httpx
import pytest

from procurement.domain.tender import Relation
from procurement.permissions import PERMISSIONS
from servicekit.permissions import ANY, ANYONE
from stack.testing import NOBODY, ROLES

People = dict[str, dict[str, str]]
Planning = Callable[..., dict[str, Any]]
Do = Callable[..., Awaitable[dict[str, Any]]]
GoTo = Callable[[str], None]
Headers = dict[str, str]

# The body that buys, and the supplier whose bid lost.
CLAIMS: dict[str, dict[str, str]] = {
    Relation.BUYER: {"iin": "850308499016", "agency": "991240995750"},
    Relation.BIDDER: {"bin": "180940974038"},
    Relation.NONE: {"iin": "900612499010", "agency": "991240971961"},
}
YEARS = [{"amount": "1"}] * 3
OFFER = {"price": {"amount": "1"}, "experience_years": 1, "income": YEARS, "taxes": YEARS, "payroll": YEARS}
OFFER |= {"warranty_months": 12}
COMPLAINT = {"text": "?", "language": "ru"}
REMARK = {"text": "?", "language": "ru"}
ACT = {"day": "2026-12-04", "amount": {"amount": "1"}}
RULING = {"outcome": "dismissed", "reason": "!"}
# By the rule set of the report an auditor reviews complaints, whatever else ties them.
REVIEWERS = {"auditor"}
# Operation, method, address, body, and the status of success.
READS: dict[str, str] = {
    "list_profiles": "/v1/profiles",
    "read_profile": "/v1/profiles/report-2022",
    "list_plans": "/v1/plans",
    "read_plan": "/v1/plans/{plan}",
    "read_plan_history": "/v1/plans/{plan}/history",
    "read_plan_receipt": "/v1/plans/{plan}/receipt",
    "list_tenders": "/v1/tenders",
    "read_tender": "/v1/tenders/{tender}",
    "list_tender_comments": "/v1/tenders/{tender}/discussion",
    "read_tender_protocol": "/v1/tenders/{tender}/protocol",
    "read_tender_clocks": "/v1/tenders/{tender}/clocks",
    "read_tender_history": "/v1/tenders/{tender}/history",
    "read_tender_receipt": "/v1/tenders/{tender}/receipt",
    "list_bids": "/v1/tenders/{tender}/bids",
    "read_bid": "/v1/bids/{bid}",
    "read_bid_receipt": "/v1/bids/{bid}/receipt",
    "read_lot": "/v1/lots/{lot}",
    "read_lot_result": "/v1/lots/{lot}/result",
    "read_lot_certificate": "/v1/lots/{lot}/certificate",
    "read_lot_receipt": "/v1/lots/{lot}/receipt",
    "recount_lot": "/v1/lots/{lot}/recount?profile=report-2022",
    "list_award_complaints": "/v1/lots/{lot}/complaints",
    "list_contracts": "/v1/contracts",
    "read_contract": "/v1/contracts/{contract}",
    "read_contract_clocks": "/v1/contracts/{contract}/clocks",
    "read_contract_history": "/v1/contracts/{contract}/history",
    "read_party": "/v1/parties/{party}",
    "read_contract_receipt": "/v1/contracts/{contract}/receipt",
    "list_releases": "/v1/ocds/releases",
    "read_ocds_extension": "/v1/ocds/extensions/enquiries/extension.json",
    "list_awards": "/v1/awards",
    "summarise_awards": "/v1/awards/summary?by=buyer",
    "read_award": "/v1/awards/{award}",
    "read_award_history": "/v1/awards/{award}/history",
    "read_award_receipt": "/v1/awards/{award}/receipt",
    "read_award_price": "/v1/awards/{award}/price",
    "list_overpricing": "/v1/overpricing?by=class",
    "read_price_parameters": "/v1/overpricing/parameters",
    "draw_award_price": "/v1/awards/{award}/price.svg",
    "list_spending": "/v1/pictures/spending",
    "draw_spending": "/v1/pictures/spending.svg",
    "list_concentration": "/v1/pictures/concentration",
    "draw_concentration": "/v1/pictures/concentration.svg",
    "read_contract_flow": "/v1/contracts/{contract}/flow",
    "draw_contract_flow": "/v1/contracts/{contract}/flow.svg",
    "list_flags": "/v1/flags",
    "read_flag_rules": "/v1/flags/rules",
    "read_procurement_journal": "/v1/journals/procurement/entries",
}
WRITES: dict[str, tuple[str, dict[str, Any] | None, int]] = {
    "import_releases": ("/v1/ocds/imports", {}, 200),
    "score_bids": ("/v1/scoring", {"lot": {"amount": {"amount": "1"}}, "bids": []}, 200),
    "create_plan": ("/v1/plans", None, 201),
    "approve_plan": ("/v1/plans/{plan}/approval", None, 200),
    "publish_plan": ("/v1/plans/{approved}/publication", None, 200),
    "change_plan": ("/v1/plans/{published plan}/changes", None, 200),
    "create_tender": ("/v1/tenders", None, 201),
    "open_discussion": ("/v1/tenders/{draft}/discussion", None, 200),
    "comment_on_tender": ("/v1/tenders/{discussed}/discussion/comments", REMARK, 201),
    "answer_tender_comment": ("/v1/tenders/{discussed}/discussion/comments/{comment}/answer", {"text": "!"}, 200),
    "publish_tender": ("/v1/tenders/{draft}/publication", None, 200),
    "cancel_tender": ("/v1/tenders/{running}/cancellation", {"reason": "?"}, 200),
    "submit_bid": ("/v1/tenders/{running}/bids", {"offer": OFFER}, 201),
    "withdraw_bid": ("/v1/bids/{sealed}/withdrawal", None, 200),
    "file_award_complaint": ("/v1/lots/{lot}/complaints", COMPLAINT, 201),
    "withdraw_award_complaint": ("/v1/lots/{lot}/complaints/{complaint}/withdrawal", None, 200),
    "decide_award_complaint": ("/v1/lots/{lot}/complaints/{complaint}/decision", RULING, 200),
    "draft_contract": ("/v1/lots/{final}/contract", None, 201),
    "sign_contract": ("/v1/contracts/{contract}/signature", None, 200),
    "refuse_contract": ("/v1/contracts/{contract}/refusal", {"reason": "?"}, 200),
    "find_evasion": ("/v1/contracts/{contract}/evasion", None, 200),
    "call_runner_up": ("/v1/lots/{refused}/runner-up", None, 201),
    "amend_contract": ("/v1/contracts/{contract}/amendments", {**ACT, "reason": "quantity"}, 200),
    "accept_delivery": ("/v1/contracts/{contract}/acceptances", ACT, 200),
    "pay_contract": ("/v1/contracts/{contract}/payments", ACT, 200),
    "terminate_contract": ("/v1/contracts/{contract}/termination", {"reason": "?"}, 200),
}


# What is hidden from those who have nothing to do with it.
HIDDEN = {"open_discussion", "publish_tender", "withdraw_bid", "approve_plan", "publish_plan"}


def expected(operation: str, role: str, tie: str, *, success: int) -> int:
    """What the table means for a request, said once more and independently of the code that reads it."""
    row: Mapping[str, Any] = PERMISSIONS.table[operation]
    if ANYONE not in row and role not in row:
        return 401 if role == NOBODY else 403
    ties = {tie, ANY, *([Relation.REVIEWER] if role in REVIEWERS else [])}
    if ties & set(row.get(role, row.get(ANYONE, ()))):
        return success
    # A draft, and a sealed bid, are hidden from those who have nothing to do with them.
    return 404 if operation in HIDDEN else 403


@pytest.fixture
def claims() -> dict[str, dict[str, str]]:
    """What the token of somebody with a tie says."""
    return CLAIMS


def test_every_operation_is_in_the_matrix() -> None:
    # With the story of a complaint; and of what open data is published.
    elsewhere = {"read_award_complaint_receipt", "read_record"}
    assert READS.keys() | WRITES.keys() == PERMISSIONS.table.keys() - elsewhere | {"read_procurement_journal"}


async def test_reading_is_for_everybody(
    client: httpx.AsyncClient, people: People, as_role: Callable[[str, str], Headers], award: Do, go_to: GoTo, plan: Do
) -> None:
    lot = await award()
    go_to("2026-12-04T09:00")
    contract = await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])
    named = {"tender": lot["tender"]["id"], "lot": lot["id"], "award": lot["award"]["id"]}
    named["plan"] = (await plan(published=True))["id"]
    named |= {"bid": lot["award"]["bid"], "contract": contract.json()["id"]}
    named["party"] = lot["award"]["supplier"]["party"]
    for operation, address in READS.items():
        for role in ROLES:
            answer = await client.get(address.format(**named), headers=as_role(role, Relation.NONE))
            assert answer.is_success, (operation, role)


@pytest.mark.parametrize("operation", WRITES)
async def test_every_change_by_every_role_and_tie(
    operation: str, client: httpx.AsyncClient, as_role: Callable[[str, str], Headers], scene: "Scene"
) -> None:
    address, body, success = WRITES[operation]
    got, named = {}, await scene(operation)
    for role in ROLES:
        for tie in (Relation.BUYER, Relation.BIDDER, Relation.NONE):
            sent = body
            if operation == "submit_bid":
                sent = {"lot": named["open lot"], **(body or {})}
            elif "body" in named:
                sent = named["body"]
            answer = await client.post(address.format(**named), json=sent, headers=as_role(role, tie))
            got[role, tie] = answer.status_code
            if answer.is_success:
                named = await scene(operation)
    want = {(role, tie): expected(operation, role, tie, success=success) for role, tie in got}
    # Only who holds office in a body that buys is a buyer: a company's number serves as well, a person's does not.
    assert got == want


Scene = Callable[[str], Awaitable[dict[str, Any]]]


@pytest.fixture
def plan_scene(client: httpx.AsyncClient, people: People, plan: Do, budget: Planning) -> Scene:
    """Sets up what an operation on a plan is about."""
    years = count(2026)

    async def set_up(operation: str) -> dict[str, Any]:
        made = await plan(year=next(years), published=operation == "change_plan")
        named = {"plan": made["id"], "approved": made["id"], "published plan": made["id"]}
        if operation == "publish_plan":
            await client.post(f"/v1/plans/{made['id']}/approval", headers=people["buyer"])
        body = {"reason": "?", "add": budget()["items"]} if operation == "change_plan" else budget(year=next(years))
        return named | ({"body": body} if operation in {"create_plan", "change_plan"} else {})

    return set_up


@pytest.fixture
def discussed_scene(client: httpx.AsyncClient, people: People, prepare: Do) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Sets up a draft under discussion, with a comment on it."""

    async def set_up() -> dict[str, Any]:
        place = f"/v1/tenders/{(draft := await prepare())['id']}/discussion"
        await client.post(place, headers=people["buyer"])
        made = await client.post(f"{place}/comments", json=REMARK, headers=people["rival"])
        return {"discussed": draft["id"], "comment": made.json()["id"]}

    return set_up


@pytest.fixture
def contract_scene(client: httpx.AsyncClient, people: People, award: Do, go_to: GoTo) -> Scene:
    """Sets up what an operation on a contract is about; it is the rival's, who has won this time."""

    async def set_up(operation: str) -> dict[str, Any]:
        lot = await award({"rival": "850000", "supplier": "900000"})
        go_to("2026-12-04T09:00")
        contract = (await client.post(f"/v1/lots/{lot['id']}/contract", headers=people["buyer"])).json()
        place = f"/v1/contracts/{contract['id']}"
        if operation == "find_evasion":
            go_to("2026-12-25T10:00")
        elif operation == "call_runner_up":
            await client.post(f"{place}/refusal", json={"reason": "?"}, headers=people["rival"])
        elif operation not in {"sign_contract", "refuse_contract"}:
            await client.post(f"{place}/signature", headers=people["rival"])
        if operation == "pay_contract":
            await client.post(f"{place}/acceptances", json=ACT, headers=people["buyer"])
        return {"contract": contract["id"], "refused": lot["id"]}

    return set_up


@pytest.fixture
def scene(
    *, client: httpx.AsyncClient, people: People, planning: Planning, prepare: Do, publish: Do, bid: Do, award: Do,
    go_to: GoTo, plan_scene: Scene, discussed_scene: Callable[[], Awaitable[dict[str, Any]]],
    contract_scene: Scene,
) -> Scene:  # fmt: skip
    """Sets up what an operation is about, anew each time; the names of all that is there."""

    async def set_up(operation: str) -> dict[str, Any]:  # noqa: PLR0911 - each scene is another
        go_to("2026-11-23T10:00")
        if operation.endswith("_plan") or "comment" in operation:
            return await (plan_scene(operation) if operation.endswith("_plan") else discussed_scene())
        if operation == "create_tender":
            return {"body": planning()}
        if operation in {"open_discussion", "publish_tender"}:
            return {"draft": (await prepare())["id"]}
        if operation in {"cancel_tender", "submit_bid", "withdraw_bid"}:
            tender = await publish()
            named = {"running": tender["id"], "open lot": tender["lots"][0]["id"]}
            return named | {"sealed": (await bid("rival", tender))["id"]}
        if WRITES[operation][0].startswith("/v1/contracts/") or operation == "call_runner_up":
            return await contract_scene(operation)
        lot = {"id": ""} if operation == "score_bids" else await award()
        if operation in {"decide_award_complaint", "withdraw_award_complaint"}:
            address = f"/v1/lots/{lot['id']}/complaints"
            filed = await client.post(address, json=COMPLAINT, headers=people["rival"])
            return {"lot": lot["id"], "complaint": filed.json()["id"]}
        if operation == "draft_contract":
            go_to("2026-12-04T09:00")
        return {"lot": lot["id"], "final": lot["id"]}

    return set_up


async def test_the_actions_offered_are_the_ones_that_work(
    client: httpx.AsyncClient, people: People, prepare: Do, publish: Do, bid: Do
) -> None:
    draft, running = await prepare(), await publish()
    sealed = await bid("rival", running)
    cases = [
        (f"/v1/tenders/{draft['id']}", "buyer", ["publication", "discussion", "cancellation"]),
        (f"/v1/tenders/{running['id']}", "buyer", ["cancellation"]),
        (f"/v1/tenders/{running['id']}", "other buyer", []),
        (f"/v1/tenders/{running['id']}", "supplier", []),
        (f"/v1/bids/{sealed['id']}", "rival", ["withdrawal"]),
    ]
    for address, who, names in cases:
        actions = (await client.get(address, headers=people[who])).json()["actions"]
        assert [each["name"] for each in actions] == names
        assert all(each["href"] == f"{address}/{each['name']}" for each in actions)

"""The contract: the described API is the committed one, and the running service keeps to it whatever it is sent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import schemathesis

from procurement.permissions import PERMISSIONS
from servicekit.drawing import document_text, remedy, whole
from servicekit.testing import Issuer, badly_described, operations_of

Planning = Callable[..., dict[str, Any]]
Do = Callable[..., Awaitable[dict[str, Any]]]
SendMuch = Callable[..., Awaitable[set[str]]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
LATER = "2026-12-30T10:00:00+05:00"
YEARS = [{"amount": "1"}] * 3
OFFER = {"price": {"amount": "1"}, "experience_years": 1, "income": YEARS, "taxes": YEARS, "payroll": YEARS}
OFFER |= {"warranty_months": 12}
# There are neither complaints nor contracts.
NEVER = {"decide_award_complaint", "withdraw_award_complaint", "read_award_complaint_receipt"}
NEVER |= {"answer_tender_comment", "comment_on_tender", "open_discussion"}
NEVER |= {
    *("draft_contract", "sign_contract", "refuse_contract", "amend_contract", "accept_delivery", "pay_contract"),
    *(
        "terminate_contract",
        "find_evasion",
        "call_runner_up",
        "read_contract_clocks",
        "read_contract_history",
        "read_party",
    ),
}
NEVER |= {"read_contract", "read_contract_receipt", "read_contract_flow", "draw_contract_flow"}


@dataclass(frozen=True)
class Known:
    """What exists, by its parameter or its address; and sound bodies, by the address that they are sent to."""

    ids: dict[str, list[str]]
    bodies: dict[str, dict[str, Any]]


def test_the_committed_document_is_the_services_own(described: dict[str, Any]) -> None:
    text = document_text(described)
    assert whole(COMMITTED, text) == text, remedy(f"{__file__} -k committed")


def test_every_operation_is_described_with_its_words_and_its_problems(described: dict[str, Any]) -> None:
    assert PERMISSIONS.table.keys() <= operations_of(described)
    assert badly_described(described) == []


async def test_the_running_service_keeps_to_its_document(
    *,
    send_much: SendMuch,
    issuer: Issuer,
    planning: Planning,
    prepare: Do,
    publish: Do,
    award: Do,
    bid: Do,
    budget: Planning,
    plan: Do,
    client: httpx.AsyncClient,
) -> None:
    lot = await award()
    told = {"ocid": "ocds-abc123-1", "id": "1", "date": "2020-01-01T00:00:00Z", "tag": ["tender"]}
    told |= {"initiationType": "tender"}
    await client.post("/v1/ocds/imports", json=told, headers=issuer.headers("auditor"))
    running = await publish(bids_until=LATER)
    drafts = [(await prepare(bids_until=LATER))["id"] for _ in range(4)]
    made = [await plan(approved=n > 0, published=n > 1, year=2026 + n) for n in range(6)]
    ids = {
        "plan_id": [made[-1]["id"]],
        "/v1/plans/{plan_id}/approval": [made[0]["id"]],
        "/v1/plans/{plan_id}/publication": [made[1]["id"]],
        "/v1/plans/{plan_id}/changes": [each["id"] for each in made[2:]],
        "/v1/plans/{object_id}/receipt": [made[-1]["id"]],
        "name": ["report-2022"],
        "tender_id": [running["id"], lot["tender"]["id"]],
        "/v1/tenders/{tender_id}/publication": drafts[1:],
        "/v1/tenders/{tender_id}/cancellation": drafts[:1],
        "/v1/tenders/{tender_id}/bids": [running["id"]],
        "lot_id": [lot["id"]],
        "award_id": [lot["award"]["id"]],
        "/v1/tenders/{object_id}/receipt": [running["id"]],
        "/v1/awards/{object_id}/receipt": [lot["award"]["id"]],
        "ocid": ["ocds-abc123-1"],
        "extension": ["complaints", "enquiries"],
        "file": ["extension.json", "release-schema.json"],
        "/v1/lots/{object_id}/receipt": [lot["id"]],
        "/v1/bids/{object_id}/receipt": [lot["award"]["bid"]],
        "bid_id": [(await bid("supplier", running))["id"], lot["award"]["bid"]],
    }
    bodies = {
        "/v1/scoring": {
            "lot": {"amount": {"amount": "100"}},
            "bids": [{**OFFER, "id": "one", "received_at": "2026-11-23T10:00:00+05:00"}],
        },
        "/v1/plans": budget(year=2099),
        "/v1/plans/{plan_id}/changes": {"reason": "?", "add": budget()["items"]},
        "/v1/tenders": planning(bids_until=LATER),
        "/v1/tenders/{tender_id}/bids": {"lot": running["lots"][0]["id"], "offer": OFFER},
    }
    everybody = issuer.headers("buyer", "supplier", "auditor", agency="991240995750", bin="150340962116")
    known, turns = Known(ids, bodies), count()
    done = await send_much(everybody, lambda case: name_what_exists(case, known, next(turns)), examples=9)
    assert done >= PERMISSIONS.table.keys() - NEVER


def name_what_exists(case: Case, known: Known, turn: int) -> None:
    """Put what exists, and what would be right, in the place of most of what is invented."""
    if turn % 3 == 0:
        return
    for name in case.path_parameters:
        ids = known.ids.get(case.path, known.ids.get(name))
        if ids:
            case.path_parameters[name] = ids[turn % len(ids)]
    if case.method == "POST" and case.path in known.bodies:
        case.body = known.bodies[case.path]

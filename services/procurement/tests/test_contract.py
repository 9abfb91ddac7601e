"""The contract: the described API is the committed one, and the running service keeps to it whatever it is sent."""

import asyncio
import base64
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from procurement.main import create_app
from procurement.permissions import PERMISSIONS
from procurement.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.testing import Issuer

Planning = Callable[..., dict[str, Any]]
Do = Callable[..., Awaitable[dict[str, Any]]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 9
LATER = "2026-12-30T10:00:00+05:00"
YEARS = [{"amount": "1"}] * 3
OFFER = {"price": {"amount": "1"}, "experience_years": 1, "income": YEARS, "taxes": YEARS, "payroll": YEARS}
OFFER |= {"warranty_months": 12}


@dataclass(frozen=True)
class Known:
    """What exists, by its parameter or its address; and sound bodies, by the address that they are sent to."""

    ids: dict[str, list[str]]
    bodies: dict[str, dict[str, Any]]


def described() -> dict[str, Any]:
    """The document as the service would serve it; describing needs neither a database nor an issuer."""
    app = create_app(
        Settings(
            environment="local",
            issuer=SANDBOX_ISSUER,
            jwks_url="http://issuer/jwks.json",
            database_url="-",
            bid_key=base64.b64encode(bytes(32)).decode(),
        )
    )
    document: dict[str, Any] = app.openapi()
    return document


def test_the_committed_document_is_the_services_own() -> None:
    text = json.dumps(described(), ensure_ascii=False, indent=2) + "\n"
    if os.environ.get("ASHYQ_WRITE") == "1":
        COMMITTED.write_text(text, "utf-8")
    assert COMMITTED.read_text("utf-8") == text, (
        "the API has changed; when that is meant, write openapi.json anew with "
        "`ASHYQ_WRITE=1 .venv/bin/pytest services/procurement/tests/test_contract.py -k committed`"
    )


def test_every_operation_is_described_with_its_words_and_its_problems() -> None:
    operations = {each["operationId"]: each for path in described()["paths"].values() for each in path.values()}
    assert PERMISSIONS.table.keys() <= operations.keys()
    for name, operation in operations.items():
        assert operation["description"].endswith("."), name
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
        for parameter in operation.get("parameters", ()):
            assert parameter["schema"], (name, parameter["name"])


async def test_the_running_service_keeps_to_its_document(
    *, client: httpx.AsyncClient, issuer: Issuer, planning: Planning, prepare: Do, publish: Do, award: Do, bid: Do
) -> None:
    lot = await award()
    running = await publish(bids_until=LATER)
    drafts = [(await prepare(bids_until=LATER))["id"] for _ in range(4)]
    known = {
        "name": ["report-2022"],
        "tender_id": [running["id"], lot["tender"]["id"]],
        "/v1/tenders/{tender_id}/publication": drafts[1:],
        "/v1/tenders/{tender_id}/cancellation": drafts[:1],
        "/v1/tenders/{tender_id}/bids": [running["id"]],
        "lot_id": [lot["id"]],
        "award_id": [lot["award"]["id"]],
        "bid_id": [(await bid("supplier", running))["id"], lot["award"]["bid"]],
    }
    bodies = {
        "/v1/scoring": {
            "lot": {"amount": {"amount": "100"}},
            "bids": [{**OFFER, "id": "one", "received_at": "2026-11-23T10:00:00+05:00"}],
        },
        "/v1/tenders": planning(bids_until=LATER),
        "/v1/tenders/{tender_id}/bids": {"lot": running["lots"][0]["id"], "offer": OFFER},
    }
    everybody = issuer.headers("buyer", "supplier", "auditor", agency="991240995750", bin="150340962116")
    done = await asyncio.to_thread(send_much, str(client.base_url), everybody, Known(known, bodies))
    assert done >= PERMISSIONS.table.keys() - {"decide_award_complaint", "conclude_contract", "read_contract"}


def send_much(url: str, headers: dict[str, str], known: Known) -> set[str]:
    """Send sound and unsound requests to every operation, most of them about what exists; which ever succeeded."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    done = set()
    turns = count()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @seed(2026)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE))
        def hold(case: Case) -> None:
            name_what_exists(case, known, next(turns))
            if case.call_and_validate(headers=headers, checks=CHECKS).status_code < 300:
                done.add(case.operation.definition.raw["operationId"])

        hold()
    return done


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

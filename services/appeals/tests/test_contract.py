"""The contract: the described API is the committed one, and the running service keeps to it whatever it is sent."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
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

from appeals.main import create_app
from appeals.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER

People = dict[str, dict[str, str]]
File = Callable[..., Awaitable[dict[str, Any]]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 20
OPERATIONS = {
    "list_agencies", "explain_deadline", "file_appeal", "list_appeals", "read_appeal", "read_appeal_deadline",
    "read_appeal_history", "list_appeal_accesses", "forward_appeal", "decide_appeal", "withdraw_appeal",
    "read_appeals_journal", "read_appeals_notices",
}  # fmt: skip


def described() -> dict[str, Any]:
    """The document as the service would serve it; describing needs neither a database nor an issuer."""
    app = create_app(
        Settings(environment="local", issuer=SANDBOX_ISSUER, jwks_url="http://issuer/jwks.json", database_url="-")
    )
    document: dict[str, Any] = app.openapi()
    return document


def test_the_committed_document_is_the_services_own() -> None:
    text = json.dumps(described(), ensure_ascii=False, indent=2) + "\n"
    if os.environ.get("ASHYQ_WRITE") == "1":
        COMMITTED.write_text(text, "utf-8")
    assert COMMITTED.read_text("utf-8") == text, (
        "the API has changed; when that is meant, write openapi.json anew with "
        "`ASHYQ_WRITE=1 .venv/bin/pytest services/appeals/tests/test_contract.py -k committed`"
    )


def test_every_operation_is_described_with_its_words_and_its_problems() -> None:
    operations = {each["operationId"]: each for path in described()["paths"].values() for each in path.values()}
    assert operations.keys() == OPERATIONS
    for name, operation in operations.items():
        assert operation["description"].endswith("."), name
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
        for parameter in operation.get("parameters", ()):
            assert parameter["schema"], (name, parameter["name"])


@pytest.mark.parametrize(
    ("who", "never"),
    [("citizen", {"forward_appeal", "decide_appeal"}), ("officer", {"file_appeal", "withdraw_appeal"})],
)
async def test_the_running_service_keeps_to_its_document(
    who: str, never: set[str], client: httpx.AsyncClient, people: People, file: File
) -> None:
    known = [(await file())["id"] for _ in range(12)]
    done = await asyncio.to_thread(send_much, str(client.base_url), people[who], known)
    assert done == OPERATIONS - never - ({"list_appeal_accesses"} if who == "officer" else set())


def send_much(url: str, headers: dict[str, str], known: list[str]) -> set[str]:
    """Send sound and unsound requests to every operation, most of them about what exists; which ever succeeded."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    done = set()
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
            name_what_exists(case, known)
            if case.call_and_validate(headers=headers, checks=CHECKS).status_code < 300:
                done.add(case.operation.definition.raw["operationId"])

        hold()
    return done


def name_what_exists(case: Case, known: list[str]) -> None:
    """Put an appeal that exists, and a body that exists, in the place of most of the invented ones."""
    chance = len(str(case.body))
    if str(case.path_parameters.get("appeal_id", "f")) < "8":
        case.path_parameters["appeal_id"] = known[chance % len(known)]
    if isinstance(case.body, dict) and "agency" in case.body and chance % 4:
        case.body["agency"] = "akimat-almaty"

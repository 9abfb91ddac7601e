"""The contract: the described API is the committed one, and the running service keeps to it whatever it is sent."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle
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

from registry.main import create_app
from registry.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.testing import Issuer

People = dict[str, dict[str, str]]
Opened = Callable[..., Awaitable[dict[str, Any]]]
Receive = Callable[..., Awaitable[dict[str, Any]]]
Document = Callable[..., dict[str, Any]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 10
READS = {
    "read_proceeding", "read_proceeding_history", "read_distribution", "search_debtors", "list_debtors",
    "read_registry_journal", "read_registry_notices",
}  # fmt: skip
CHANGES = {"receive_proceeding", "open_proceeding", "restrict_debtor", "distribute_proceeds", "close_proceeding"}
DONE_BY = {"in office": READS | CHANGES | {"list_proceedings", "check_debtors"}, "debtor": READS}


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
        "`ASHYQ_WRITE=1 .venv/bin/pytest services/registry/tests/test_contract.py -k committed`"
    )


def test_every_operation_is_described_with_its_words_and_its_problems() -> None:
    operations = {each["operationId"]: each for path in described()["paths"].values() for each in path.values()}
    assert operations.keys() == set().union(*DONE_BY.values())
    for name, operation in operations.items():
        assert operation["description"].endswith("."), name
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]


@pytest.fixture
def senders(people: People, issuer: Issuer) -> People:
    """The people, and somebody who conducts proceedings and checks debtors besides."""
    return people | {"in office": issuer.headers("bailiff", "service", sub="e1", agency="991240979283")}


@pytest.mark.parametrize("who", DONE_BY)
async def test_the_running_service_keeps_to_its_document(
    who: str, client: httpx.AsyncClient, senders: People, opened: Opened, receive: Receive, document: Document
) -> None:
    known = [(await make())["id"] for _ in range(6) for make in (opened, receive)]
    done = await asyncio.to_thread(send_much, str(client.base_url), senders[who], known, document())
    assert done == DONE_BY[who]


def send_much(url: str, headers: dict[str, str], known: list[str], sound: dict[str, Any]) -> set[str]:
    """Send sound and unsound requests to every operation, most of them about what exists; which ever succeeded."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    done = set()
    turns = cycle(known)
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
            name_what_exists(case, turns, sound)
            if case.call_and_validate(headers=headers, checks=CHECKS).status_code < 300:
                done.add(case.operation.definition.raw["operationId"])

        hold()
    return done


def name_what_exists(case: Case, known: Iterator[str], sound: dict[str, Any]) -> None:
    """Put what exists in the place of most of the invented things, which hardly ever have a sound number."""
    chance = len(str(case.body)) % 4
    body = case.body if isinstance(case.body, dict) and chance else {}
    if "amount" in body:
        body["amount"] = {"amount": "1.00"}
    if str(case.path_parameters.get("proceeding_id", "f")) < "b":
        case.path_parameters["proceeding_id"] = next(known)
    for name in body.keys() & {"debtor", "claims", "received_at"}:
        body[name] = sound.get(name)
    if body.keys() & {"iin", "bin", "name", "birth_date"}:
        body.clear()
        body["iin"] = sound["debtor"]["id"]
    if "subjects" in body:
        body["subjects"] = [{"scheme": "KZ-IIN", "id": sound["debtor"]["id"]}] * chance
    if body.keys() >= {"kind", "ground"} and chance > 1:
        body |= {"kind": "account", "ground": "security"}

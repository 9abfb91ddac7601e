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

from legal_acts.main import create_app
from legal_acts.permissions import PERMISSIONS
from legal_acts.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.permissions import ANYONE

People = dict[str, dict[str, str]]
Post = Callable[..., Awaitable[dict[str, Any]]]
Done = Callable[..., Awaitable[dict[str, Any]]]
Case = schemathesis.Case[Any]

COMMITTED = Path(__file__).parents[1] / "openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12
# Nothing is reported, adopted or too late while the discussion lasts.
LATER = {"adopt_draft", "produce_report", "read_report"}
OPEN = {name for name, row in PERMISSIONS.table.items() if ANYONE in row} - LATER


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
        "`ASHYQ_WRITE=1 .venv/bin/pytest services/legal-acts/tests/test_contract.py -k committed`"
    )


def test_every_operation_is_described_with_its_words_and_its_problems() -> None:
    operations = {each["operationId"]: each for path in described()["paths"].values() for each in path.values()}
    assert operations.keys() >= PERMISSIONS.table.keys()
    for name, operation in operations.items():
        assert operation["description"].endswith("."), name
        assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
        for parameter in operation.get("parameters", ()):
            assert parameter["schema"], (name, parameter["name"])


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("citizen", {"comment_on_draft", "comment_on_opinion"}),
        ("drafter", {"post_draft", "add_version", "withdraw_draft", "answer_comment"}),
    ],
)
async def test_the_running_service_keeps_to_its_document(
    who: str, may: set[str], client: httpx.AsyncClient, people: People, post: Post, done: Done
) -> None:
    drafts = [await post() for _ in range(12)]
    known = {
        "draft_id": [each["id"] for each in drafts],
        "comment_id": [(await done("citizen", each, "comments"))["id"] for each in drafts],
        "opinion_id": [(await done("expert", drafts[0], "opinions"))["id"]],
    }
    # What everybody may read is sent for once; what somebody may change, to each.
    asked = PERMISSIONS.table.keys() - (OPEN if who == "drafter" else set())
    succeeded = await asyncio.to_thread(send_much, str(client.base_url), people[who], known, asked)
    assert succeeded == (OPEN & asked) | may


def send_much(url: str, headers: dict[str, str], known: dict[str, list[str]], asked: set[str]) -> set[str]:
    """Send sound and unsound requests to operations, most of them about what exists; which ever succeeded."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    succeeded = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.definition.raw["operationId"] not in asked:
            continue

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
                succeeded.add(case.operation.definition.raw["operationId"])

        hold()
    return succeeded


def name_what_exists(case: Case, known: dict[str, list[str]]) -> None:
    """Put what exists in the place of most of what is invented, and words where the declared languages need them."""
    chance = len(str(case.body))
    for name, ids in known.items():
        if name in case.path_parameters and str(case.path_parameters[name]) < "c":
            case.path_parameters[name] = ids[chance % len(ids)]
    if "n" in case.path_parameters or "from" in (case.query or {}):
        one = {"n": 1} if "n" in case.path_parameters else {}
        case.path_parameters |= one
        case.query = dict.fromkeys(case.query or {}, 1)
    if isinstance(case.body, dict) and chance % 4:
        make_whole(case.body)


def make_whole(body: dict[str, Any]) -> None:
    """Give a draft a type, a lawful last day and words in its languages; leave out clauses that it does not have."""
    words = {"kk": "Мәтін", "ru": "Текст"}
    if "discussion_until" in body:
        body |= {"type": "law", "discussion_until": "2027-03-01", "languages": ["kk", "ru"], "title": words}
        body["agency_name"] = words
    if isinstance(body.get("clauses"), list):
        body["clauses"] = [{"number": "1", "text": words}]
    if "clause" in body:
        body["clause"] = "c1"

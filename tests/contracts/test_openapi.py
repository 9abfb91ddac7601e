"""The one document that describes the whole house is valid, complete, and good enough for a machine to write a client.

The client is generated from the document alone and used against the live house, so what it says is what happens.
"""

import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

GENERATOR = Path(sys.executable).with_name("openapi-python-client")
PACKAGE = "ashyq_generated_client"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
Module = Callable[[str], ModuleType]


ONE_OF_EACH = {"/v1/appeals", "/v1/awards", "/v1/drafts", "/v1/debtors"}
# No formatting, since nobody will read it; and what the generator should take types for that it does not know.
SETTINGS = {
    "post_hooks": [],
    "content_type_overrides": {
        "image/svg+xml": "text/html",
        "application/x-ndjson": "application/json",
        "application/zip": "application/octet-stream",
    },
}


@pytest.fixture(scope="module")
def document(api: httpx.Client) -> dict[str, Any]:
    """The document as anybody reads it, once every service has described itself, which takes seconds of starting."""
    for _ in range(400):
        found: dict[str, Any] = api.get("/openapi.json").raise_for_status().json()
        if found["paths"].keys() >= ONE_OF_EACH:
            break
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation, by its method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


@pytest.fixture(scope="module")
def module(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    """Imports a module of a client that was generated from the document, given its name below the client's package."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "settings.json").write_text(json.dumps(SETTINGS))
    options = ["--path=openapi.json", "--config=settings.json", "--meta=none", f"--output-path={PACKAGE}"]
    command = [str(GENERATOR), "generate", "--fail-on-warning", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    try:
        yield lambda name: importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_service_is_in_it(operations: dict[str, dict[str, Any]]) -> None:
    expected = {"GET /v1/me", "GET /v1/agencies", "POST /v1/appeals", "POST /sandbox/token"}
    assert expected <= operations.keys()
    assert not [name for name in operations if "/internal" in name or "/health" in name or name.endswith(" /metrics")]


def test_every_operation_has_an_id_of_its_own(operations: dict[str, dict[str, Any]]) -> None:
    ids = [operation["operationId"] for operation in operations.values()]
    assert sorted(set(ids)) == sorted(ids)
    assert all(each.isidentifier() and each == each.lower() for each in ids)


def test_every_operation_says_what_it_is_for(operations: dict[str, dict[str, Any]]) -> None:
    silent = [name for name, operation in operations.items() if not operation.get("description", "").endswith(".")]
    assert silent == []


def test_every_operation_may_answer_with_a_problem(operations: dict[str, dict[str, Any]]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for name, operation in operations.items():
        content = operation["responses"]["default"]["content"]
        assert content == {"application/problem+json": {"schema": problem}}, name
        assert "422" not in operation["responses"], name


def test_every_operation_can_be_asked_with_a_token_or_without(
    document: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert {name for name, operation in operations.items() if {"token": []} not in operation["security"]} == set()


def test_every_shape_is_used_and_every_reference_leads_to_one(document: dict[str, Any]) -> None:
    begins = "#/components/schemas/"
    used = {each.removeprefix(begins) for each in references(document)}
    assert used == set(document["components"]["schemas"])


def test_every_shape_is_titled_by_its_name(document: dict[str, Any]) -> None:
    """Programs that write clients name their classes by the title, so it must be as unique as the name."""
    assert {name: shape["title"] for name, shape in document["components"]["schemas"].items()} == {
        name: name for name in document["components"]["schemas"]
    }


def test_every_address_answers_as_something_that_is_there(
    api: httpx.Client, operations: dict[str, dict[str, Any]]
) -> None:
    for name in operations:
        method, _, path = name.partition(" ")
        if method == "GET" and "{" not in path:
            assert _once_there(api, path) in {200, 401, 422}, name


def _once_there(api: httpx.Client, path: str) -> int:
    """The status of an address; a journal has a checkpoint only when it is sealed, moments after the start."""
    for _ in range(100):
        status = api.get(path).status_code
        if status != httpx.codes.NOT_FOUND:
            break
        time.sleep(0.1)
    return status


def test_the_house_does_not_say_what_serves_it(api: httpx.Client) -> None:
    assert "server" not in api.get("/v1/agencies").headers


def test_a_generated_client_files_an_appeal_and_follows_it(module: Module, house_url: str) -> None:
    models, appeals = module("models"), "api.appeals"
    with module("").Client(base_url=house_url, raise_on_unexpected_status=True) as anybody:
        asked = models.SandboxTokenRequest(persona="citizen")
        issued = module("api.sandbox.issue_sandbox_token").sync(client=anybody, body=asked)
    new = models.AppealsNewAppeal(
        kind=models.AppealsKind.REQUEST,
        agency="min-transport",
        subject="Аялдама",
        text="Аялдаманың шатыры қашан жөнделеді?",
        language=models.AppealsNewAppealLanguage.KK,
    )
    with module("").AuthenticatedClient(base_url=house_url, token=issued.access_token) as citizen:
        filed = module(f"{appeals}.file_appeal").sync(client=citizen, body=new)
        listed = module(f"{appeals}.list_appeals").sync(client=citizen, limit=1000)
        deadline = module(f"{appeals}.read_appeal_deadline").sync(filed.id, client=citizen)
        me = module("api.about.read_me").sync(client=citizen)
    assert isinstance(filed, models.AppealsAppeal)
    assert (filed.subject, filed.status, filed.agency.code) == ("Аялдама", "registered", "min-transport")
    assert filed.id in [appeal.id for appeal in listed.items]
    assert isinstance(deadline.due_on, date)
    assert (deadline.due_on, deadline.days[-1].date) == (filed.due_on, filed.due_on)
    assert me.roles == ["citizen"]


def test_a_generated_client_understands_a_problem(module: Module, house_url: str) -> None:
    models = module("models")
    king = models.SandboxTokenRequest(persona="king")
    nameless = models.SandboxTokenRequest(claims=models.SandboxClaims(sub=""))
    with module("").Client(base_url=house_url, headers={"Accept-Language": "ru"}) as anybody:
        refused = module("api.about.read_me").sync_detailed(client=anybody)
        unknown = module("api.sandbox.issue_sandbox_token").sync(client=anybody, body=king)
        invalid = module("api.sandbox.issue_sandbox_token").sync(client=anybody, body=nameless)
    assert (refused.status_code, refused.parsed.code) == (401, "unauthenticated")
    assert isinstance(unknown, models.Problem)
    assert (unknown.status, unknown.code, unknown.title) == (422, "unknown-persona", "Такого персонажа нет")
    assert [fault.pointer for fault in invalid.errors] == ["/claims/sub"]


def references(value: Any) -> Iterator[str]:
    """Every $ref below a value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)

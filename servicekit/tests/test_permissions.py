"""The permission table: every cell of a small one, and services whose table and routes disagree."""

from dataclasses import replace
from itertools import product

import pytest
from fastapi import APIRouter

from servicekit.app import Service, UndeclaredOperation, create_service
from servicekit.base_settings import ServiceSettings
from servicekit.identity import ANONYMOUS, Caller
from servicekit.permissions import ANY, ANYONE, SIGNED_IN, Forbidden, NotFound, Permissions, Unauthenticated
from servicekit.routing import Route
from servicekit.testing import usual_settings

TABLE = Permissions(
    {
        "look": {ANYONE: {ANY}},
        "ask": {SIGNED_IN: {ANY}},
        "see": {"citizen": {"author"}, "officer": {ANY}},
        "change": {"citizen": {"author"}, "officer": {"executor"}},
        "close": {"officer": {ANY}},
        "nobody": {},
    }
)
CALLERS = {
    "anonymous": ANONYMOUS,
    "roleless": Caller(subject="r"),
    "citizen": Caller(subject="c", roles=frozenset({"citizen"})),
    "officer": Caller(subject="o", roles=frozenset({"officer"})),
    "both": Caller(subject="b", roles=frozenset({"citizen", "officer"})),
    "pretender": Caller(subject="p", roles=frozenset({ANY, "author", "executor"})),
}
ADMITTED = {
    "look": set(CALLERS),
    "ask": set(CALLERS) - {"anonymous"},
    "see": {"citizen", "officer", "both"},
    "change": {"citizen", "officer", "both"},
    "close": {"officer", "both"},
    "nobody": set(),
}


@pytest.mark.parametrize(("operation", "who"), list(product(TABLE.table, CALLERS)))
def test_admission_goes_by_role(operation: str, who: str) -> None:
    if who in ADMITTED[operation]:
        TABLE.admit(operation, CALLERS[who])
        return
    with pytest.raises(Unauthenticated if who == "anonymous" else Forbidden):
        TABLE.admit(operation, CALLERS[who])


@pytest.mark.parametrize(
    ("operation", "who", "relation", "role"),
    [
        ("look", "anonymous", "", ANYONE),
        ("look", "citizen", "author", ANYONE),
        ("ask", "anonymous", "", None),
        ("ask", "roleless", "", SIGNED_IN),
        ("ask", "citizen", "", SIGNED_IN),
        ("see", "citizen", "author", "citizen"),
        ("see", "citizen", "", None),
        ("see", "officer", "", "officer"),
        ("see", "both", "author", "citizen"),
        ("see", "both", "", "officer"),
        ("see", "anonymous", "author", None),
        ("see", "roleless", "author", None),
        ("see", "pretender", "author", None),
        ("change", "officer", "author", None),
        ("change", "officer", "executor", "officer"),
        ("change", "both", "executor", "officer"),
        ("change", "citizen", "executor", None),
        ("change", "citizen", ANY, None),
        ("close", "citizen", "author", None),
        ("nobody", "both", "author", None),
    ],
)
def test_the_role_goes_by_relation(operation: str, who: str, relation: str, role: str | None) -> None:
    assert TABLE.role_for(operation, CALLERS[who], relation) == role


@pytest.mark.parametrize(
    ("operation", "who", "relation", "outcome"),
    [
        ("change", "citizen", "author", "citizen"),
        ("change", "citizen", "", NotFound),
        ("change", "officer", "", Forbidden),
        ("change", "officer", "executor", "officer"),
        ("close", "citizen", "author", Forbidden),
        ("close", "citizen", "", NotFound),
        ("close", "anonymous", "", NotFound),
        ("close", "both", "", "officer"),
        ("nobody", "officer", "", Forbidden),
        ("nobody", "roleless", "", NotFound),
    ],
)
def test_who_may_not_see_an_object_does_not_learn_that_it_is_there(
    operation: str, who: str, relation: str, outcome: str | type[Exception]
) -> None:
    if isinstance(outcome, str):
        assert TABLE.require(operation, CALLERS[who], relation, sight="see") == outcome
        return
    with pytest.raises(outcome):
        TABLE.require(operation, CALLERS[who], relation, sight="see")


def test_an_unknown_operation_is_never_let_in() -> None:
    with pytest.raises(KeyError):
        TABLE.admit("unknown", CALLERS["officer"])


@pytest.fixture
def settings() -> ServiceSettings:
    return ServiceSettings.model_validate(usual_settings())


def test_a_service_whose_table_and_routes_agree_can_be_made(notes_service: Service, settings: ServiceSettings) -> None:
    assert create_service(notes_service, settings).title == "Notes"


def test_a_route_without_a_row_cannot_start(notes_service: Service, settings: ServiceSettings) -> None:
    hidden = APIRouter(route_class=Route)

    @hidden.delete("/v1/notes")
    async def delete_everything() -> None:
        return None

    service = replace(notes_service, routers=[*notes_service.routers, hidden])
    with pytest.raises(UndeclaredOperation, match=r"^delete_everything$"):
        create_service(service, settings)


def test_a_row_without_a_route_cannot_start(notes_service: Service, settings: ServiceSettings) -> None:
    permissions = Permissions({**notes_service.permissions.table, "burn_notes": {"officer": {ANY}}})
    with pytest.raises(UndeclaredOperation, match=r"^burn_notes$"):
        create_service(replace(notes_service, permissions=permissions), settings)


def test_a_service_cannot_loosen_the_rows_of_the_kit(notes_service: Service, settings: ServiceSettings) -> None:
    permissions = Permissions({**notes_service.permissions.table, "run_sweeps": {ANYONE: {ANY}}})
    app = create_service(replace(notes_service, permissions=permissions), settings)
    assert "/internal/sweeps" not in app.openapi()["paths"]

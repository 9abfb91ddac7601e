"""Who may do what: every operation by every role of the house by every tie to the proceeding, as the table says."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from registry.domain.proceeding import Relation
from registry.permissions import PERMISSIONS, SIGHT
from servicekit.permissions import ANY, ANYONE
from stack.testing import ABSENT_ID, NOBODY, ROLES

Document = Callable[..., dict[str, Any]]
Opened = Callable[..., Awaitable[dict[str, Any]]]
Receive = Callable[..., Awaitable[dict[str, Any]]]
Headers = dict[str, str]

ABSENT = "absent"
TIES = (*Relation, ABSENT)
ABOUT_ONE: dict[str, tuple[str, str, Any]] = {
    "read_proceeding": ("GET", "", None),
    "read_proceeding_history": ("GET", "/history", None),
    "read_proceeding_receipt": ("GET", "/receipt", None),
    "read_distribution": ("GET", "/distribution", None),
    "open_proceeding": ("POST", "/opening", None),
    "restrict_debtor": ("POST", "/restrictions", {"kind": "account", "ground": "security"}),
    "distribute_proceeds": ("POST", "/proceeds", {"amount": {"amount": "1.00"}}),
    "close_proceeding": ("POST", "/closing", {"ground": "paid"}),
}
ABOUT_ALL: dict[str, tuple[str, str, Any]] = {
    "list_proceedings": ("GET", "/v1/proceedings", None),
    "search_debtors": ("POST", "/v1/debtors/search", {"iin": "880417499014"}),
    "list_debtors": ("GET", "/v1/debtors", None),
    "check_debtors": (
        "POST",
        "/v1/debtors/check",
        {"purpose": "award", "subjects": [{"scheme": "KZ-IIN", "id": "880417499014"}]},
    ),
}
# Each has tests of its own.
ELSEWHERE = {"receive_proceeding", "read_register_answer_receipt"}
OFFICE = {"agency": "991240979283"}
CLAIMS: dict[str, dict[str, str]] = {
    Relation.HOLDER: OFFICE | {"sub": "e1", "iin": "790512300026"},
    Relation.DEBTOR: OFFICE | {"iin": "880417499014"},
    Relation.CLAIMANT: OFFICE | {"bin": "990140000027"},
    Relation.NONE: OFFICE | {"iin": "790512300026"},
    ABSENT: OFFICE | {"sub": "e1", "iin": "880417499014"},
}
READS = {name for name, (method, *_) in ABOUT_ONE.items() if method == "GET"}


def expected(operation: str, role: str, tie: str) -> int:
    """What the table means for a request, said once more and independently of the code that reads it."""
    row: Mapping[str, Any] = PERMISSIONS.table[operation]
    if ANYONE not in row and role not in row:
        return 401 if role == NOBODY else 403
    if tie == ABSENT:
        return 404
    if {tie, ANY} & set(row.get(role, row.get(ANYONE, ()))):
        return 200
    sees = tie in PERMISSIONS.table[SIGHT].get(role, ())
    return 403 if sees and operation not in READS else 404


@pytest.fixture
def claims() -> dict[str, dict[str, str]]:
    """What the token of somebody with a tie says."""
    return CLAIMS


AsRole = Callable[[str, str], Headers]


def test_every_operation_is_in_the_matrix() -> None:
    assert ABOUT_ONE.keys() | ABOUT_ALL.keys() | ELSEWHERE == PERMISSIONS.table.keys()


@pytest.mark.parametrize("operation", ABOUT_ALL)
async def test_operations_on_no_proceeding_in_particular(
    operation: str, client: httpx.AsyncClient, as_role: AsRole
) -> None:
    method, address, body = ABOUT_ALL[operation]
    got = {}
    for role in ROLES:
        answer = await client.request(method, address, json=body, headers=as_role(role, Relation.NONE))
        got[role] = answer.status_code
    assert got == {role: expected(operation, role, Relation.NONE) for role in ROLES}


async def test_a_bailiff_receives_documents_and_none_to_which_they_are_a_party(
    client: httpx.AsyncClient, as_role: AsRole, document: Document
) -> None:
    got = {}
    for role in ROLES:
        for tie in Relation:
            answer = await client.post("/v1/proceedings", json=document(), headers=as_role(role, tie))
            got[role, tie] = answer.status_code
    may = {("bailiff", Relation.HOLDER): 201, ("bailiff", Relation.NONE): 201}
    assert {cell: status for cell, status in got.items() if status < 300} == may
    assert {status for (role, _), status in got.items() if status >= 300 and role != NOBODY} == {403}
    assert {got[NOBODY, tie] for tie in Relation} == {401}


@pytest.mark.parametrize("operation", ABOUT_ONE)
async def test_operations_on_one_proceeding(
    operation: str, client: httpx.AsyncClient, as_role: AsRole, opened: Opened, receive: Receive
) -> None:
    method, path, body = ABOUT_ONE[operation]
    make = receive if operation == "open_proceeding" else opened
    address = f"/v1/proceedings/{(await make())['id']}"
    got = {}
    for role in ROLES:
        for tie in TIES:
            place = f"/v1/proceedings/{ABSENT_ID}" if tie == ABSENT else address
            answer = await client.request(method, place + path, json=body, headers=as_role(role, tie))
            got[role, tie] = 200 if answer.status_code == 202 else answer.status_code  # a receipt waits for its seal
            if method == "POST" and answer.is_success:
                address = f"/v1/proceedings/{(await make())['id']}"
    assert got == {(role, tie): expected(operation, role, tie) for role in ROLES for tie in TIES}


async def test_the_actions_offered_are_the_ones_that_work(
    client: httpx.AsyncClient, as_role: AsRole, opened: Opened, receive: Receive
) -> None:
    cells = [("bailiff", Relation.HOLDER), ("citizen", Relation.DEBTOR), ("company", Relation.CLAIMANT)]
    for make in (receive, opened):
        for role, tie in cells:
            headers = as_role(role, tie)
            for method, path, body in (ABOUT_ONE[name] for name in ABOUT_ONE.keys() - READS):
                address = f"/v1/proceedings/{(await make())['id']}"
                offered = {each["href"] for each in (await client.get(address, headers=headers)).json()["actions"]}
                answer = await client.request(method, address + path, json=body, headers=headers)
                assert answer.is_success is (address + path in offered), (role, path)

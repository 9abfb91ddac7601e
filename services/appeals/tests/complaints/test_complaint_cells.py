"""Every cell of a complaint: status, action and person, over HTTP; and every role by every tie."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain.complaint import ADDRESSES, TRANSITIONS, Action, Relation, Status
from appeals.permissions import COMPLAINT_OPERATIONS, COMPLAINT_SIGHT, PERMISSIONS
from servicekit.permissions import ANYONE
from stack.testing import ABSENT_ID, NOBODY, ROLES

Made = dict[str, Any]
Make = Callable[..., Awaitable[Made]]
Take = Callable[..., Awaitable[httpx.Response]]
GoTo = Callable[[str], None]
Sweeps = Callable[[], Awaitable[dict[str, int]]]
AsRole = Callable[[str, str], dict[str, str]]

PEOPLE: dict[str, tuple[set[str], Relation]] = {
    "citizen": ({"citizen"}, Relation.APPLICANT),
    "neighbour": ({"citizen"}, Relation.NONE),
    "officer": ({"officer"}, Relation.BODY),
    "head": ({"officer", "head"}, Relation.BODY),
    "reviewer": ({"officer"}, Relation.REVIEWER),
    "akimat": ({"officer"}, Relation.NONE),
    "auditor": ({"auditor"}, Relation.NONE),
}
WAYS: dict[Status, list[tuple[str, str, Made]]] = {
    Status.FILED: [],
    Status.UNDER_REVIEW: [("officer", "sending-up", {})],
    Status.CORRECTED: [("head", "correction", {})],
    Status.RULED: [("officer", "sending-up", {}), ("reviewer", "ruling", {})],
    Status.SENT_BACK: [("officer", "sending-up", {}), ("reviewer", "ruling", {"outcome": "send_back"})],
    Status.REFUSED_BY_EXPIRY: [("officer", "sending-up", {})],
    Status.WITHDRAWN: [("citizen", "withdrawal", {})],
}
# Who wants to send back says so at the address of a ruling.
ACTIONS = {action: ADDRESSES.get(action, action) for action in COMPLAINT_OPERATIONS}
FIELDS: dict[Action, Made] = {Action.SENDING_BACK: {"outcome": "send_back"}}
READS = {"read_complaint": "", "read_complaint_history": "/history", "read_complaint_receipt": "/receipt"}
WRITES = {"satisfy_complaint": "correction", "send_complaint_up": "sending-up", "rule_on_complaint": "ruling"}
WRITES |= {"withdraw_complaint": "withdrawal"}
BODIES: dict[str, Made] = {
    "correction": {"text": "Жөнделді.", "language": "kk"},
    "sending-up": {"opinion": "Жауап дұрыс."},
    "ruling": {"outcome": "unsatisfied", "text": "Жауап дұрыс.", "language": "kk"},
    "withdrawal": {},
}


@pytest.fixture
def standing(complained: Make, take: Take, go_to: GoTo, run_sweeps: Sweeps) -> Callable[[Status], Awaitable[Made]]:
    """Brings a complaint to a status."""

    async def make(status: Status) -> Made:
        complaint = await complained()
        for who, action, fields in WAYS[status]:
            assert (await take(who, complaint, action, **fields)).is_success, action
        if status is Status.REFUSED_BY_EXPIRY:
            go_to("2026-12-23T10:00")
            assert (await run_sweeps())["end-reviews"] == 1
            go_to("2026-11-23T10:00")
        return complaint

    return make


def expected(status: Status, action: Action, who: str) -> int:
    """What the tables say of a cell, and what nobody may do: judge the act of their own body."""
    roles, relation = PEOPLE[who]
    up = status not in {Status.FILED, Status.CORRECTED, Status.WITHDRAWN}
    if relation is Relation.REVIEWER and not up:
        relation = Relation.NONE
    row = PERMISSIONS.table[COMPLAINT_OPERATIONS[action]]
    if not roles & row.keys():
        return 403
    if not any(relation in PERMISSIONS.table[COMPLAINT_SIGHT].get(role, ()) for role in roles):
        return 404
    if not any(relation in row.get(role, ()) for role in roles):
        return 403
    if ACTIONS[action] is Action.RULING and relation is Relation.BODY:
        return 403
    return 200 if (status, action) in TRANSITIONS else 409


@pytest.mark.parametrize("status", Status)
async def test_every_cell(status: Status, standing: Callable[[Status], Awaitable[Made]], take: Take) -> None:
    complaint = await standing(status)
    for action, address in ACTIONS.items():
        for who in PEOPLE:
            answer = await take(who, complaint, address, **FIELDS.get(action, {}))
            assert answer.status_code == expected(status, action, who), (action, who, answer.text)
            if answer.is_success:
                assert answer.json()["status"] == TRANSITIONS[status, action].target
                complaint = await standing(status)
            elif answer.status_code == 409:
                assert answer.json()["code"] == "not-allowed-now", answer.text


@pytest.mark.parametrize("status", Status)
async def test_the_actions_offered_are_the_ones_that_work(
    status: Status, standing: Callable[[Status], Awaitable[Made]], take: Take, client: httpx.AsyncClient, people: Made
) -> None:
    complaint = await standing(status)
    for who in PEOPLE:
        answer = await client.get(f"/v1/complaints/{complaint['id']}", headers=people[who])
        offered = {each["name"] for each in answer.json()["actions"]} if answer.is_success else set()
        for address in BODIES:
            works = (await take(who, complaint, address)).is_success
            assert works is (address in offered), (who, address)
            if works:
                complaint = await standing(status)


@pytest.fixture
def claims() -> dict[str, dict[str, str]]:
    """What the token of somebody with a tie says."""
    return {
        Relation.APPLICANT: {"iin": "880417499014", "agency": "min-health"},
        Relation.CO_APPLICANT: {"bin": "120640950178", "agency": "min-health"},
        Relation.BODY: {"iin": "850101300019", "agency": "min-transport"},
        Relation.REVIEWER: {"iin": "850101300019", "agency": "government"},
        Relation.NONE: {"iin": "850101300019", "agency": "min-health"},
    }


@pytest.mark.parametrize("operation", [*READS, *WRITES])
async def test_every_role_by_every_tie(
    operation: str, client: httpx.AsyncClient, as_role: AsRole, complained: Make, sent_up: Make
) -> None:
    row, sight = PERMISSIONS.table[operation], PERMISSIONS.table[COMPLAINT_SIGHT]
    make = complained if operation in {"satisfy_complaint", "send_complaint_up"} else sent_up
    last = READS.get(operation, f"/{WRITES.get(operation)}")
    body = BODIES.get(last[1:])
    company = {"scheme": "KZ-BIN", "id": "120640950178", "name": "«Көктем» ЖШС"}
    together = {"filing": {"channel": "collective", "co_applicants": [company]}}
    place = f"/v1/complaints/{(await make(**together))['id']}"
    for role in ROLES:
        for tie in Relation:
            answer = await client.request(
                "POST" if body is not None else "GET", place + last, json=body, headers=as_role(role, tie)
            )
            assert ANYONE not in row
            sees = tie in sight.get(role, ()) and not (make is complained and tie is Relation.REVIEWER)
            if role not in row:
                wanted = 401 if role == NOBODY else 403
            elif not sees:
                wanted = 404
            else:
                wanted = 200 if tie in row[role] else 403
            if operation == "rule_on_complaint" and wanted == 200 and tie is Relation.BODY:
                wanted = 403
            assert {202: 200}.get(answer.status_code, answer.status_code) == wanted, (role, tie, answer.text)
            if body is not None and answer.is_success:
                place = f"/v1/complaints/{(await make(**together))['id']}"


async def test_what_one_may_not_see_answers_exactly_like_what_is_not_there(
    client: httpx.AsyncClient, people: Made, complained: Make
) -> None:
    hidden = await complained()
    for who in ("neighbour", "akimat", "reviewer"):
        for method, last, body in (*(("GET", last, None) for last in READS.values()), *_posts()):
            answers = [
                await client.request(method, f"/v1/complaints/{each}{last}", json=body, headers=people[who])
                for each in (hidden["id"], ABSENT_ID)
            ]
            told = [answer.json() for answer in answers]
            for each in told:
                each.pop("instance")
            assert told[0] == told[1], (who, last)
            assert answers[0].status_code in {403, 404}


def _posts() -> list[tuple[str, str, Made]]:
    return [("POST", f"/{name}", body) for name, body in BODIES.items()]

"""Every cell of status, action and person, over HTTP: what the tables allow is done, and all else is refused."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from appeals.domain.appeal import ADDRESSES, TRANSITIONS, Action, Relation, Status
from appeals.permissions import OPERATIONS, PERMISSIONS, SIGHT

File = Callable[..., Awaitable[dict[str, Any]]]
Act = Callable[..., Awaitable[httpx.Response]]
Look = Callable[..., Awaitable[Any]]
GoTo = Callable[[str], None]
Sweep = Callable[[], Awaitable[int]]

# Who asks, with all their roles and what ties them to an appeal of the ministry, of which its officer is charged.
PEOPLE: dict[str, tuple[set[str], Relation]] = {
    "citizen": ({"citizen"}, Relation.APPLICANT),
    "neighbour": ({"citizen"}, Relation.NONE),
    "officer": ({"officer"}, Relation.EXECUTOR),
    "colleague": ({"officer"}, Relation.HOLDER),
    "head": ({"officer", "head"}, Relation.HOLDER),
    "akimat": ({"officer"}, Relation.NONE),
    "reviewer": ({"officer"}, Relation.NONE),
    "controller": ({"officer"}, Relation.NONE),
}
# Who is told of silence sees from then on what was not answered.
WATCH = {"reviewer", "controller"}
ACTIONS = [action for action in Action if action in OPERATIONS and action not in ADDRESSES]
# How an application comes to stand there, after the officer is charged with it.
WAYS: dict[Status, list[tuple[str, str, dict[str, Any]]]] = {
    Status.IN_PROGRESS: [],
    Status.DEFECT_TERM: [("officer", "defect", {})],
    Status.EXTENDED: [("head", "extension", {})],
    Status.HEARING: [("officer", "preliminary-decision", {})],
    Status.TO_SIGN: [("officer", "decision", {})],
    Status.ANSWERED: [("head", "decision", {})],
    Status.WITHDRAWN: [("citizen", "withdrawal", {})],
    Status.LEFT_WITHOUT_CONSIDERATION: [("officer", "leaving", {"ground": "other_by_law", "detail": "Заңның 5-бабы."})],
    Status.REFUSED_BY_EXPIRY: [],
    Status.UNDER_COMPLAINT: [("head", "decision", {}), ("citizen", "complaints", {})],
    Status.CLOSED: [("head", "decision", {}), ("citizen", "complaints", {})],
}
# How the complaint about it ends.
ENDING: list[tuple[str, str, dict[str, Any]]] = [
    ("officer", "sending-up", {"opinion": "Жауап заңға сай."}),
    ("reviewer", "ruling", {"outcome": "unsatisfied", "text": "Жауап дұрыс.", "language": "kk"}),
]
# Before anybody is charged with it, colleagues are as good as its executor.
UNCHARGED = {Status.REGISTERED, Status.FORWARDED}
FIELDS: dict[str, dict[str, Any]] = {
    "leaving": {"ground": "other_by_law", "detail": "Заңның 5-бабы."},
    "preliminary-decision": {"outcome": "refused"},
}


def expected(status: Status, action: Action, who: str) -> set[int]:
    """What the two tables say of a cell; a step that they allow may still be refused by a guard of its own."""
    roles, relation = PEOPLE[who]
    if who == "reviewer" and status is Status.CLOSED:
        relation = Relation.REVIEWER
    if who in WATCH and status is Status.REFUSED_BY_EXPIRY:
        relation = Relation.SUPERVISOR
    if relation is Relation.HOLDER and status in UNCHARGED:
        relation = Relation.EXECUTOR
    may = roles & PERMISSIONS.table[OPERATIONS[action]].keys()
    tied = [role for role in may if relation in PERMISSIONS.table[OPERATIONS[action]][role]]
    if not may:
        return {403}  # nobody with such a role does this, whatever it is about
    if not tied:
        sees = any(relation in PERMISSIONS.table[SIGHT].get(role, ()) for role in roles)
        return {403} if sees else {404}
    signs = action is Action.DECISION and "head" not in tied
    known = (status, Action.DRAFT if signs else action) in TRANSITIONS
    done = 201 if action in {Action.ATTACHMENT, Action.COMPLAINT} else 200  # what they make is something of its own
    return {done} if known else {409}


@pytest.fixture
def standing(
    file: File, act: Act, go_to: GoTo, sweep: Sweep, client: httpx.AsyncClient, people: dict[str, dict[str, str]]
) -> Callable[[Status], Awaitable[dict[str, Any]]]:
    """Brings an application to a status."""

    async def make(status: Status) -> dict[str, Any]:
        if status is Status.REGISTERED:
            return await file(kind="application")
        if status is Status.FORWARDED:
            filed = await file(kind="application", agency="akimat-almaty")
            assert (await act("akimat", filed, "forwarding", agency="min-transport")).is_success
            return filed
        filed = await file(kind="application")
        for who, action, fields in [("head", "assignment", {}), *WAYS[status]]:
            assert (await act(who, filed, action, **fields)).is_success, action
        if status is Status.CLOSED:
            [complaint] = (await client.get("/v1/complaints", headers=people["head"])).json()["items"][:1]
            for who, action, body in ENDING:
                address = f"/v1/complaints/{complaint['id']}/{action}"
                assert (await client.post(address, json=body, headers=people[who])).is_success, action
        if status is Status.REFUSED_BY_EXPIRY:
            go_to("2026-12-15T10:00")
            assert await sweep() == 1
            go_to("2026-11-23T10:00")
        return filed

    return make


@pytest.mark.parametrize("status", Status)
async def test_every_cell(
    status: Status, standing: Callable[[Status], Awaitable[dict[str, Any]]], act: Act, look: Look
) -> None:
    appeal = await standing(status)
    for action in ACTIONS:
        for who in PEOPLE:
            if who == "akimat" and status is Status.FORWARDED:
                continue  # it is the forwarder here, whom test_forwarding.py follows
            answer = await act(who, appeal, action, **FIELDS.get(action, {}))
            wanted = expected(status, action, who)
            assert {answer.status_code} == wanted, (status, action, who, answer.text)
            if answer.status_code == 200:
                edge = TRANSITIONS.get((status, Action.DRAFT if answer.json()["status"] == "to_sign" else action))
                assert edge is not None
                assert (await look("citizen", f"/v1/appeals/{appeal['id']}"))["status"] == edge.target
                appeal = await standing(status)
            elif answer.status_code == 409:
                assert answer.json()["code"] == "not-allowed-now", answer.text

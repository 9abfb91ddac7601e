"""The tables of transitions, cell by cell: what they allow leads where they say, all else is refused."""

from enum import StrEnum
from types import ModuleType
from typing import Any

import pytest

from procurement.domain import award, bid, complaint, contract, plan, tender
from statute.procedures import NotAllowedNow

MODULES: tuple[Any, ...] = (plan, tender, bid, award, complaint, contract)
CELLS = [
    (module, status, action) for module in MODULES for status in (None, *module.Status) for action in module.Action
]
# Said once more, independently of the tables: where each action leads to.
TARGETS: dict[ModuleType, dict[str, str]] = {
    plan: {"creation": "draft", "approval": "approved", "publication": "published", "changes": "changed"},
    contract: {
        "drafting": "draft",
        "signature": "concluded",
        "refusal": "refused",
        "evasion": "evaded",
        "amendments": "concluded",
        "acceptances": "concluded",
        "payments": "concluded",
        "completion": "completed",
        "termination": "terminated",
    },
    tender: {
        "creation": "draft",
        "publication": "published",
        "cancellation": "cancelled",
        "discussion": "in_discussion",
        "opening": "opened",
        "evaluation": "evaluated",
    },
    bid: {
        "submission": "sealed",
        "withdrawal": "withdrawn",
        "opening": "opened",
        "evaluation": "evaluated",
        "revision": "evaluated",
    },
    award: {
        "announcement": "announced",
        "complaint": "suspended",
        "closing": "suspended",
        "resumption": "announced",
        "upholding": "cancelled",
        "order": "under_revision",
        "revision": "announced",
        "failure": "cancelled",
        "finality": "final",
        "contract": "contracted",
        "runner_up": "contracted",
    },
    complaint: {
        "filing": "open",
        "upholding": "upheld",
        "partial_upholding": "partly_upheld",
        "dismissal": "dismissed",
        "return": "returned",
        "withdrawal": "withdrawn",
        "lapse": "lapsed",
    },
}
FROM: dict[ModuleType, dict[str, set[str | None]]] = {
    plan: {
        "creation": {None},
        "approval": {"draft"},
        "publication": {"approved", "changed"},
        "changes": {"published"},
    },
    contract: {
        "drafting": {None},
        "signature": {"draft"},
        "refusal": {"draft"},
        "evasion": {"draft"},
        **{each: {"concluded"} for each in ("amendments", "acceptances", "payments", "completion", "termination")},
    },
    tender: {
        "creation": {None},
        "discussion": {"draft"},
        "publication": {"draft", "in_discussion"},
        "cancellation": {"draft", "in_discussion", "published"},
        "opening": {"published"},
        "evaluation": {"opened"},
    },
    bid: {
        "submission": {None, "sealed", "withdrawn"},
        "withdrawal": {"sealed"},
        "opening": {"sealed"},
        "evaluation": {"opened"},
        "revision": {"evaluated"},
    },
    award: {
        "announcement": {None},
        "complaint": {"announced", "suspended"},
        "closing": {"suspended"},
        "resumption": {"suspended"},
        "upholding": {"suspended"},
        "order": {"suspended"},
        "revision": {"under_revision"},
        "failure": {"under_revision", "contracted"},
        "finality": {"announced"},
        "contract": {"announced", "final"},
        "runner_up": {"contracted"},
    },
    complaint: {
        "filing": {None},
        "upholding": {"open"},
        "partial_upholding": {"open"},
        "dismissal": {"open"},
        "return": {"open"},
        "withdrawal": {"open"},
        "lapse": {"open"},
    },
}


@pytest.mark.parametrize(("module", "status", "action"), CELLS)
def test_every_cell_is_as_it_should_be(module: Any, status: StrEnum | None, action: StrEnum) -> None:
    if status in FROM[module][action]:
        edge = module.transition(status, action)
        assert edge == module.TRANSITIONS[status, action]
        assert edge.target == TARGETS[module][action]
        return
    with pytest.raises(NotAllowedNow) as caught:
        module.transition(status, action)
    assert (caught.value.action, caught.value.status) == (action, status or "new")
    possible = {each for each in module.Action if status in FROM[module][each]}
    assert set(caught.value.allowed_actions) == possible - module.BY_LAW


@pytest.mark.parametrize("module", MODULES)
def test_every_status_is_reached_from_the_beginning(module: Any) -> None:
    reached: set[str | None] = {None}
    for _ in module.Status:
        reached |= {edge.target for (status, _), edge in module.TRANSITIONS.items() if status in reached}
    assert reached == {None, *module.Status}

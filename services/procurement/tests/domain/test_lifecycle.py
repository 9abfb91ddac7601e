"""The one table of the life of a purchase is whole: every noun and action, terms that are rules, roles that may."""

from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from procurement.domain.lifecycle import BY_LAW, NOUNS, STEPS, edges
from procurement.domain.windows import rule_on
from procurement.permissions import CONTRACT_OPERATIONS, OPERATIONS, PERMISSIONS, PLAN_OPERATIONS
from stack.testing import ROLES
from statute.procedures import NotAllowedNow, follow

# The operation by which people take each action; what is not here, nobody takes.
TAKEN: dict[tuple[str, str], str] = {
    ("plan", "creation"): "create_plan",
    ("tender", "creation"): "create_tender",
    ("bid", "submission"): "submit_bid",
    ("comment", "comment"): "comment_on_tender",
    ("comment", "answer"): "answer_tender_comment",
    ("bid", "withdrawal"): "withdraw_bid",
    ("award", "complaint"): "file_award_complaint",
    ("award", "contract"): "draft_contract",
    ("award", "runner_up"): "call_runner_up",
    ("contract", "drafting"): "draft_contract",
    ("complaint", "filing"): "file_award_complaint",
    ("complaint", "withdrawal"): "withdraw_award_complaint",
    **{("plan", action): operation for action, operation in PLAN_OPERATIONS.items()},
    **{("contract", action): operation for action, operation in CONTRACT_OPERATIONS.items()},
    **{("tender", action): operation for action, operation in OPERATIONS.items()},
    **{
        ("complaint", name): "decide_award_complaint"
        for name in ("upholding", "partial_upholding", "dismissal", "return")
    },
}
CELLS = [
    (noun, status, action)
    for noun, module in NOUNS.items()
    for status in (None, *module.Status)
    for action in module.Action
]


def test_the_table_has_every_action_of_every_noun_and_no_other() -> None:
    assert STEPS.keys() == {(noun, action) for noun, module in NOUNS.items() for action in module.Action}
    found = list(edges())
    assert len(found) == sum(len(module.TRANSITIONS) for module in NOUNS.values())
    assert len({(each.noun, each.status, each.action) for each in found}) == len(found)


@pytest.mark.parametrize(("noun", "status", "action"), CELLS)
def test_every_cell_of_status_and_action_is_an_edge_or_refused_for_every_role(
    noun: str, status: StrEnum | None, action: StrEnum
) -> None:
    module: Any = NOUNS[noun]
    here = [each for each in edges() if (each.noun, each.status, each.action) == (noun, status, action)]
    if not here:
        with pytest.raises(NotAllowedNow):
            follow(module.TRANSITIONS, status, action)
        return
    [edge] = here
    assert edge.event.partition(".")[0] == noun
    assert follow(module.TRANSITIONS, status, action).target == edge.target
    may = PERMISSIONS.table[TAKEN[noun, action]].keys() if (noun, action) in TAKEN else set()
    allowed = {role for role in ROLES if role in may}
    expected = {"reviewer": {"auditor", "buyer"}, BY_LAW: set()}.get(edge.taking.who, {edge.taking.who})
    assert allowed == expected, (noun, action)


def test_every_term_is_a_rule_of_the_report() -> None:
    for taking in STEPS.values():
        if taking.clock is not None:
            assert rule_on(date(2026, 11, 23), taking.clock, "rating-point").term.n > 0


def test_events_are_told_apart_within_a_noun() -> None:
    by_event: dict[str, set[str]] = {}
    for each in edges():
        by_event.setdefault(each.event, set()).add(each.noun)
    assert all(len(nouns) == 1 for nouns in by_event.values())

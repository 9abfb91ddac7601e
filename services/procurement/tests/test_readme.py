"""The README's tables and diagram are drawn from the code, and these tests hold it to them."""

from pathlib import Path
from typing import Any

import pytest

from procurement.domain import award, bid, complaint, plan, tender
from procurement.domain.lifecycle import lifecycle_table
from procurement.permissions import PERMISSIONS
from procurement.settings import Settings
from servicekit.drawing import operation_table, place_in, remedy, state_diagram, transition_table

README = Path(__file__).parents[1] / "README.md"
DRAWN = {
    "lifecycle": lifecycle_table(),
    "plan": transition_table(plan.TRANSITIONS, plan.Status, plan.Action),
    "tender": transition_table(tender.TRANSITIONS, tender.Status, tender.Action),
    "bid": transition_table(bid.TRANSITIONS, bid.Status, bid.Action),
    "award": transition_table(award.TRANSITIONS, award.Status, award.Action),
    "complaint": transition_table(complaint.TRANSITIONS, complaint.Status, complaint.Action),
    "diagram": state_diagram(award.TRANSITIONS, award.Status),
}


@pytest.mark.parametrize("name", DRAWN)
def test_the_readme_shows_what_the_code_says(name: str) -> None:
    assert place_in(README, name, DRAWN[name]) == DRAWN[name], remedy(__file__)


def test_the_readme_shows_every_operation(described: dict[str, Any]) -> None:
    operations = operation_table(described, PERMISSIONS)
    assert place_in(README, "operations", operations) == operations, remedy(__file__)


def test_the_readme_names_every_setting() -> None:
    text = README.read_text("utf-8")
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert {name for name in names if f"`{name}`" not in text} == set()

"""The README's tables and diagram are drawn from the code, and these tests hold it to them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from appeals.domain import complaint
from appeals.domain.appeal import TAKING, TRANSITIONS, Action, Status, Taking
from appeals.permissions import PERMISSIONS
from appeals.settings import Settings
from servicekit.drawing import operation_table, place_in, remedy, state_diagram, transition_table

README = Path(__file__).parents[1] / "README.md"


def taken(taking: Mapping[Any, Taking]) -> str:
    """Who takes each action, if what is so, and within which term."""
    rows = (
        f"| `{action}` | {each.who} | {each.guard or '–'} | {f'`{each.clock}`' if each.clock else '–'} |"
        for action, each in taking.items()
    )
    return "\n".join(["| Action | By | If | Term |", "|---|---|---|---|", *rows])


DRAWN = {
    "taking": taken(TAKING),
    "complaint taking": taken(complaint.TAKING),
    "complaint transitions": transition_table(complaint.TRANSITIONS, complaint.Status, complaint.Action),
    "complaint diagram": state_diagram(complaint.TRANSITIONS, complaint.Status),
    "transitions": transition_table(TRANSITIONS, Status, Action),
    "diagram": state_diagram(TRANSITIONS, Status),
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

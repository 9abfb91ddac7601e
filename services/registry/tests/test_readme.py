"""The README's tables and diagram are drawn from the code, and these tests hold it to them."""

import os
import re
from pathlib import Path

import pytest

from registry.domain.proceeding import TRANSITIONS, Action, Status, actions_in
from registry.main import create_app
from registry.permissions import PERMISSIONS
from registry.settings import Settings
from servicekit.base_settings import SANDBOX_ISSUER
from servicekit.permissions import ANY

README = Path(__file__).parents[1] / "README.md"


def transition_table() -> str:
    """Statuses down, actions across, and where each leads."""
    lines = ["| Status | " + " | ".join(Action) + " |", "|---" * (len(Action) + 1) + "|"]
    for status in (None, *Status):
        edges = (TRANSITIONS.get((status, action)) for action in Action)
        cells = ("–" if edge is None else f"`{edge.target}`" for edge in edges)
        lines.append(f"| {'(new)' if status is None else f'`{status}`'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def state_diagram() -> str:
    """The same as a Mermaid state diagram."""
    edges = [f"    {status or '[*]'} --> {edge.target}: {action}" for (status, action), edge in TRANSITIONS.items()]
    ends = [f"    {status} --> [*]" for status in Status if not actions_in(status)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *edges, *ends, "```"])


def operation_table() -> str:
    """Every described endpoint with what it is for and who may use it."""
    app = create_app(
        Settings(environment="local", issuer=SANDBOX_ISSUER, jwks_url="http://issuer/jwks.json", database_url="-")
    )
    rows = [
        f"| `{method.upper()} {path}` | {operation['description']} | {who_may(operation['operationId'])} |"
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
        if operation["operationId"] in PERMISSIONS.table
    ]
    return "\n".join(["| Endpoint | For | Who |", "|---|---|---|", *rows])


def who_may(operation: str) -> str:
    """The operation's row of the permission table: each role with what must tie it to the proceeding."""
    ties = {role: sorted(relations - {ANY}) for role, relations in PERMISSIONS.table[operation].items()}
    return ", ".join(role + (f" ({' or '.join(needed)})" if needed else "") for role, needed in ties.items())


DRAWN = {"transitions": transition_table, "diagram": state_diagram, "operations": operation_table}


@pytest.mark.parametrize("name", DRAWN)
def test_the_readme_shows_what_the_code_says(name: str) -> None:
    between = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
    drawn = DRAWN[name]()
    if os.environ.get("ASHYQ_WRITE") == "1":
        README.write_text(between.sub(lambda _: drawn, README.read_text("utf-8"), count=1), "utf-8")
    found = between.search(README.read_text("utf-8"))
    assert found is not None, f"README.md has no place for {name}"
    assert found.group() == drawn, (
        "README.md differs from the code; draw it anew with "
        "`ASHYQ_WRITE=1 .venv/bin/pytest services/registry/tests/test_readme.py`"
    )


def test_the_readme_names_every_setting() -> None:
    text = README.read_text("utf-8")
    names = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert {name for name in names if f"`{name}`" not in text} == set()

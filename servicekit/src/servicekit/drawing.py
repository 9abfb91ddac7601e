"""What a README or a committed document shows of the code is drawn here, so that a test can hold the file to it.

With ASHYQ_WRITE=1 in the environment a file is written anew before it is read.
"""

import json
import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from servicekit.permissions import ANY, Permissions

Status = TypeVar("Status", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


class Edge(Protocol):
    """An edge of a table of transitions."""

    @property
    def target(self) -> str:
        """The status to which it leads."""


def transition_table(
    transitions: Mapping[tuple[Status | None, Action], Edge],
    statuses: type[Status],
    actions: type[Action],
    *,
    head: str = "Status",
) -> str:
    """Statuses down, actions across, and where each leads; `head` is what a status is called."""
    lines = [f"| {head} | " + " | ".join(actions) + " |", "|---" * (len(actions) + 1) + "|"]
    for status in (None, *statuses):
        edges = (transitions.get((status, action)) for action in actions)
        cells = ("–" if edge is None else f"`{edge.target}`" for edge in edges)
        lines.append(f"| {'(new)' if status is None else f'`{status}`'} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def state_diagram(
    transitions: Mapping[tuple[Status | None, Action], Edge], statuses: type[Status], *, loops: bool = True
) -> str:
    """A table of transitions as a Mermaid state diagram; `loops` are the edges that lead back to where they begin."""
    edges = [
        f"    {status or '[*]'} --> {edge.target}: {action}"
        for (status, action), edge in transitions.items()
        if loops or status != edge.target
    ]
    ends = [f"    {status} --> [*]" for status in statuses if all(status != begin for begin, _ in transitions)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *edges, *ends, "```"])


def operation_table(document: Mapping[str, Any], permissions: Permissions) -> str:
    """Every operation of an OpenAPI document that has a row of permissions: what it is for and who may use it.

    Of a description the first paragraph is shown, since a row is one line.
    """
    rows = [
        f"| `{method.upper()} {path}` | {_first_paragraph(operation['description'])} | {_who_may(row)} |"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if (row := permissions.table.get(operation["operationId"])) is not None
    ]
    return "\n".join(["| Endpoint | For | Who |", "|---|---|---|", *rows])


def _first_paragraph(description: str) -> str:
    return " ".join(description.partition("\n\n")[0].split())


def document_text(document: Mapping[str, Any]) -> str:
    """An OpenAPI document as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def place_in(file: Path, name: str, drawn: str) -> str | None:
    """What stands in a file between `<!-- name -->` and `<!-- end -->`, or None if it has no such place."""
    between = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
    if _writes():
        file.write_text(between.sub(lambda _: drawn, file.read_text("utf-8"), count=1), "utf-8")
    found = between.search(file.read_text("utf-8"))
    return None if found is None else found.group()


def whole(file: Path, drawn: str) -> str:
    """What stands in a file that is drawn as a whole."""
    if _writes():
        file.write_text(drawn, "utf-8")
    return file.read_text("utf-8")


def remedy(tests: str) -> str:
    """What to do when a file differs from what tests draw; `tests` is their path, with pytest's options behind it."""
    return (
        "the file differs from the code; when the code is right, draw it anew with "
        f"`ASHYQ_WRITE=1 .venv/bin/pytest {os.path.relpath(tests)}`"
    )


def _who_may(row: Mapping[str, frozenset[str]]) -> str:
    """Each role of a row of the permission table, with what must tie it to the object."""
    ties = {role: sorted(relations - {ANY}) for role, relations in row.items()}
    return ", ".join(role + (f" ({' or '.join(needed)})" if needed else "") for role, needed in ties.items())


def _writes() -> bool:
    return os.environ.get("ASHYQ_WRITE") == "1"

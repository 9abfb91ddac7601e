"""The document on overpricing shows the parameters in force."""

import json
import os
import re
from pathlib import Path

import pytest

from redflags.prices import PARAMETERS
from servicekit.drawing import place_in, remedy

DOCUMENT = Path(__file__).parents[3] / "docs" / "overpricing.md"
HASH = re.compile(r"(?<=Version )\S+(?=, by the SHA-256 `)|(?<=SHA-256 `)\w+(?=`)")


def _table(*rows: tuple[str, ...]) -> str:
    head, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *others))


DRAWN = {
    "parameters": _table(
        ("Parameter", "Value", "Why", "Source"),
        *(
            (f"`{name}`", "below" if name == "ladder" else f"`{json.dumps(each.value)}`", each.reason, each.source)
            for name, each in PARAMETERS.parameters.items()
        ),
    ),
    "ladder": _table(
        ("", "Rung", "Code", "Region", "In words"),
        *(
            (
                str(n),
                f"`{rung.name}`",
                "whole" if rung.prefix is None else f"first {rung.prefix} characters",
                "the same" if rung.region else "any",
                PARAMETERS.rungs[rung.name]["en"],
            )
            for n, rung in enumerate(PARAMETERS.ladder, 1)
        ),
    ),
    "classes": _table(
        ("Class", "Codes that begin with", "Source"),
        *(
            (f"`{each.name}`", ", ".join(f"`{one}`" for one in each.prefixes if one) or "all others", each.source)
            for each in PARAMETERS.classes
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_it_shows_what_is_in_force(name: str) -> None:
    assert place_in(DOCUMENT, name, DRAWN[name]) == DRAWN[name], remedy(__file__)


def test_it_names_the_version_and_the_hash() -> None:
    named = [PARAMETERS.version, PARAMETERS.hash]
    if os.environ.get("ASHYQ_WRITE"):
        values = iter(named)
        DOCUMENT.write_text(HASH.sub(lambda _: next(values), DOCUMENT.read_text("utf-8")), "utf-8")
    assert HASH.findall(DOCUMENT.read_text("utf-8")) == named, remedy(__file__)

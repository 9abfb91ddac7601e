"""The rule tables of docs/law/registry.md are drawn from the data, and these tests hold it to them."""

import json
import os
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from registry.domain.opening import RULES
from registry.domain.queues import QUEUES
from registry.domain.restrictions import RESTRICTIONS, RestrictionRule

DOCUMENT = Path(__file__).parents[3] / "docs" / "law" / "registry.md"


def table(heads: str, rows: Iterable[tuple[Any, ...]]) -> str:
    above = [f"| {heads} |", "|---" * len(heads.split("|")) + "|"]
    return "\n".join(
        [*above, *("| " + " | ".join("–" if cell is None else str(cell) for cell in row) + " |" for row in rows)]
    )


def rules() -> str:
    return table(
        "Rule set | Matter | Term | First day | Since | Until | Source",
        [
            (
                f"`{rule.rules}` {rule.version}",
                f"`{rule.matter}`",
                f"{rule.term.n} {rule.term.unit.replace('_', ' ')}s",
                "counts" if rule.term.first_day_counts else "does not count",
                rule.since,
                rule.until,
                rule.source,
            )
            for rule in RULES.rules
        ],
    )


def queues() -> str:
    return table(
        "Category | Queue | Periodic | Since | Until | Source",
        [
            (f"`{rule.category}`", rule.queue, "yes" if rule.periodic else "no", rule.since, rule.until, rule.source)
            for rule in QUEUES
        ],
    )


def restrictions() -> str:
    return table(
        "Kind | Ground | What must be so | Since | Until | Source",
        [
            (f"`{rule.kind}`", f"`{rule.ground}`", needed(rule), rule.since, rule.until, rule.source)
            for rule in RESTRICTIONS
        ],
    )


def needed(rule: RestrictionRule) -> str:
    if rule.mci is not None:
        return f"a debt of {rule.mci} MCI or more" if rule.inclusive else f"a debt above {rule.mci} MCI"
    return "a claim to periodic payments" if rule.periodic else "the proceeding is open"


def indices() -> str:
    rows = json.loads((files("registry") / "data" / "indices.json").read_text("utf-8"))
    return table(
        "MCI, tenge | Since | Until | Source",
        [(row["tenge"], row["since"], row["until"], row["source"]) for row in rows],
    )


DRAWN = {"rules": rules, "queues": queues, "restrictions": restrictions, "indices": indices}


@pytest.mark.parametrize("name", DRAWN)
def test_the_document_shows_what_the_data_says(name: str) -> None:
    between = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
    drawn = DRAWN[name]()
    if os.environ.get("ASHYQ_WRITE") == "1":
        DOCUMENT.write_text(between.sub(lambda _: drawn, DOCUMENT.read_text("utf-8"), count=1), "utf-8")
    found = between.search(DOCUMENT.read_text("utf-8"))
    assert found is not None, f"registry.md has no place for {name}"
    assert found.group() == drawn, (
        "docs/law/registry.md differs from the data; draw it anew with "
        "`ASHYQ_WRITE=1 .venv/bin/pytest services/registry/tests/test_law_document.py`"
    )

"""What docs/law/procurement.md shows of the service's data is drawn from it, and these tests hold it to that."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from servicekit.drawing import place_in, remedy

DOCUMENT = Path(__file__).parents[3] / "docs" / "law" / "procurement.md"


def data(name: str) -> Any:
    return json.loads((files("procurement") / "data" / name).read_text("utf-8"))


def table(heads: str, rows: list[tuple[Any, ...]]) -> str:
    above = [f"| {heads} |", "|---" * len(heads.split("|")) + "|"]
    return "\n".join(
        [*above, *("| " + " | ".join("–" if cell is None else str(cell) for cell in row) + " |" for row in rows)]
    )


def terms() -> str:
    return table(
        "Rule set | Matter | Kind | Term | First day | Since | Until | Source",
        [
            (
                f"`{each['name']}` {each['version']}",
                f"`{rule['matter']}`",
                rule["kind"] or "every kind",
                f"{rule['term']['n']} {rule['term']['unit'].replace('_', ' ')}{'s' * (rule['term']['n'] > 1)}",
                "counts" if rule["term"]["first_day_counts"] else "does not count",
                rule["since"],
                rule["until"],
                rule["source"],
            )
            for each in data("rules.json")
            for rule in each["rules"]
        ],
    )


def parameters() -> str:
    return table(
        "Parameter | Rule set | Value | Since | Until | Why | Source",
        [
            (
                *(f"`{row[name]}`" for name in ("name", "rules", "value")),
                *(row[name] for name in ("since", "until", "reason", "source")),
            )
            for row in data("parameters.json")
        ],
    )


def exceptions() -> str:
    rows = data("plan_exceptions.json").items()
    return table("Ground | Source", [(f"`{name}`: {row['words']['en']}", row["source"]) for name, row in rows])


def grounds() -> str:
    rows = [(f"`{row['code']}`: {row['words']['en']}", row["since"], row["source"]) for row in data("grounds.json")]
    return table("Ground | Since | Source", rows)


def bars() -> str:
    rows = [
        (f"`{row['code']}`: {row['words']['en']}", ", ".join(f"`{name}`" for name in row["since"]), row["source"])
        for row in data("bars.json")
    ]
    return table("Bar | Rule sets | Source", rows)


DRAWN = {"bars": bars, "grounds": grounds, "terms": terms, "choices": parameters, "exceptions": exceptions}


@pytest.mark.parametrize("name", DRAWN)
def test_the_document_shows_what_the_data_says(name: str) -> None:
    drawn = DRAWN[name]()
    assert place_in(DOCUMENT, name, drawn) == drawn, remedy(__file__)

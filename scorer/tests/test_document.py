"""What docs/law/procurement.md says of every profile is drawn from the profiles."""

import os
import re
from pathlib import Path
from typing import Any

from scorer import Profile, profile, profiles

DOCUMENT = Path(__file__).parents[2] / "docs" / "law" / "procurement.md"
TOLD_ELSEWHERE = "report-2022"


def formula(text: str) -> str:
    return f"`{text.replace('*', '·').replace('/', '÷')}`"


def table(headings: str, rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rule = "|---" * len(headings.split("|")) + "|"
    return "\n".join([f"| {headings} |", rule, *lines]) if rows else "None."


def value(given: Any) -> str:
    if isinstance(given, list):
        return ", ".join(
            f"{row['value']} up to {row['up_to']:,}" if row["up_to"] else f"else {row['value']}" for row in given
        )
    if isinstance(given, dict):
        return "; ".join(f"{name}: {value(one)}" for name, one in given.items())
    return f"`{given}`"


def parameters(rules: Profile) -> str:
    rows = []
    for name, row in rules.as_data()["parameters"].items():
        others = "".join(f", not `{answer}`" for answer in row.get("answers", ()) if answer != row["value"])
        is_open = " **(open)**" if row.get("open") else ""
        rows.append([f"`{name}`{is_open}", value(row["value"]) + others, row["reason"], row["source"]])
    return table("Parameter | Value | Why | Source", rows)


def drawn(rules: Profile) -> str:
    data = rules.as_data()
    until = rules.until or "further notice"
    complaint = rules.complaint["words"]["en"] if rules.complaint else "Not part of the formula."
    source = f" ({rules.complaint['source']})" if rules.complaint else ""
    whose = "another bid may enter: reversals are listed" if rules.relative else "no bid enters another's number"
    ahead = f"Of two bids the one with the {rules.total.better} {formula(rules.total.formula.text)} is ahead"
    criteria = [
        [row["title"]["en"], ("weight · " if "weight" in row else "") + formula(row["formula"]), row["source"]]
        for row in data["criteria"]
    ]
    measures = [[f"`{row['name']}`", formula(row["formula"]), row["title"]["en"]] for row in data["measures"]]
    bars = [[f"`{row['name']}`", formula(row["formula"]), row["source"]] for row in data["refusals"]]
    ties = [[f"`{row['name']}`", f"{row['better']} {formula(row['formula'])}", row["source"]] for row in data["ties"]]
    return "\n\n".join(
        [
            f"### `{rules.name}`",
            rules.source,
            f"Version {rules.version}, from {rules.since} until {until}; SHA-256 `{rules.hash}`. {ahead}; {whose}.",
            f"Complaints: {complaint}{source}",
            table("Criterion | Points or percent | Source", criteria),
            *([table("Measure | Formula | What it is", measures)] if measures else []),
            table("Bar | A bid is refused if | Source", bars),
            table("Tie | Ahead is the | Source", ties),
            parameters(rules),
        ]
    )


def test_the_document_tells_every_profile() -> None:
    between = re.compile(r"(?<=<!-- profiles -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
    told = "\n\n".join(drawn(profile(name)) for name in profiles() if name != TOLD_ELSEWHERE)
    if os.environ.get("ASHYQ_WRITE") == "1":
        DOCUMENT.write_text(between.sub(lambda _: told, DOCUMENT.read_text("utf-8"), count=1), "utf-8")
    found = between.search(DOCUMENT.read_text("utf-8"))
    assert found is not None
    assert found.group() == told, "draw it anew with `ASHYQ_WRITE=1 .venv/bin/pytest scorer/tests/test_document.py`"

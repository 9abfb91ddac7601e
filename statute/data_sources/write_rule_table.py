"""Write the table of rules in docs/law/appeals.md anew from the data.

Run from the root of the repository after a change of rules.json: `python statute/data_sources/write_rule_table.py`.
"""  # noqa: INP001 - a program, not a package

import datetime as dt
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from statute.rules import Rule, RuleSet, read_rule_sets

DOCUMENT = Path(__file__).parents[2] / "docs" / "law" / "appeals.md"
BEGIN, END = "<!-- rules: begin -->\n", "<!-- rules: end -->\n"
HEAD = (
    "| Rule set | Matter | Kind | Term | First day | Cut-off | Since | Until | Parameters | Source |\n"
    "|---|---|---|---|---|---|---|---|---|---|\n"
)
UNITS = {"working_day": "working days", "calendar_day": "calendar days", "month": "months"}


def table() -> str:
    """Return the rows of every rule set, whatever day they are in force."""
    rule_sets = read_rule_sets(files("statute").joinpath("data", "rules.json").read_text(encoding="utf-8"))
    return HEAD + "".join(
        f"| {' | '.join(_cells(rule_set, rule))} |\n" for rule_set in rule_sets for rule in rule_set.rules
    )


def _cells(rule_set: RuleSet, rule: Rule) -> Iterator[str]:
    yield f"`{rule.rules}` {rule.version}"
    yield f"`{rule.matter}`"
    yield rule.kind or "every kind"
    yield f"{rule.term.n} {UNITS[rule.term.unit]}"
    yield "counts" if rule.term.first_day_counts else "does not count"
    yield f"{rule_set.day_ends:%H:%M}"
    yield _date(rule.since)
    yield _date(rule.until)
    yield ", ".join(f"`{name}: {answer}`" for name, answer in rule.parameters.items()) or "–"
    yield rule.source


def _date(day: dt.date | None) -> str:
    return "–" if day is None else day.isoformat()


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.split(END)[1], encoding="utf-8")

"""The rule table in docs/law is drawn from the data, and held to it."""

import json
import os
import re
from importlib.resources import files
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[3] / "docs" / "law" / "legal-acts.md"


def rule_table() -> str:
    """Every dated rule on drafts and comments."""
    lines = [
        "| Rule set | Matter | Type | Term | First day | Since | Until | Source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for rule_set in json.loads((files("legal_acts") / "data" / "rules.json").read_text("utf-8")):
        for rule in rule_set["rules"]:
            term = rule["term"]
            lines.append(
                f"| `{rule_set['name']}` {rule_set['version']} | `{rule['matter']}`"
                f" | {rule['kind'] or 'every type without its own row'}"
                f" | {term['n']} {term['unit'].replace('_', ' ')}s"
                f" | {'counts' if term['first_day_counts'] else 'does not count'}"
                f" | {rule['since']} | {rule['until'] or '–'} | {rule['source']} |"
            )
    return "\n".join(lines)


def type_table() -> str:
    """Every type of draft."""
    lines = ["| Type | Қазақша | По-русски | English | Since | Until | Source |", "|---|---|---|---|---|---|---|"]
    for row in json.loads((files("legal_acts") / "data" / "draft_types.json").read_text("utf-8")):
        name = row["name"]
        lines.append(
            f"| `{row['code']}` | {name['kk']} | {name['ru']} | {name['en']}"
            f" | {row['since']} | {row['until'] or '–'} | {row['source']} |"
        )
    return "\n".join(lines)


DRAWN = {"rules": rule_table, "types": type_table}


@pytest.mark.parametrize("name", DRAWN)
def test_the_document_shows_what_the_data_says(name: str) -> None:
    drawn = DRAWN[name]()
    between = re.compile(rf"(?<=<!-- {name}: begin -->\n).*?(?=\n<!-- {name}: end -->)", re.DOTALL)
    if os.environ.get("ASHYQ_WRITE") == "1":
        TABLE.write_text(between.sub(lambda _: drawn, TABLE.read_text("utf-8")), "utf-8")
    found = between.search(TABLE.read_text("utf-8"))
    assert found is not None
    assert found.group() == drawn, "draw it anew: `ASHYQ_WRITE=1 .venv/bin/pytest -k document_shows`"

"""The rules as data, the page that is drawn from them, and the README as it runs."""

import doctest
import os
import re
from pathlib import Path

from redflags import RULES
from redflags.examination import OF_PARTS, OF_PROCESS, Populations
from redflags.options import Options
from redflags.rules import Rule

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "redflags.md"


def test_each_rule_says_what_it_is() -> None:
    assert len(RULES) >= 20
    for code, rule in RULES.items():
        assert re.fullmatch(r"R0\d\d", code)
        assert rule.title.keys() == {"kk", "ru", "en"}
        assert all(rule.title.values())
        assert code in rule.source
        assert rule.formula.endswith(".")
        assert rule.fields
        assert all(parameter.reason for parameter in rule.parameters)
        assert "fraud" not in str(rule.as_data()).lower()


def test_each_rule_is_computed_where_it_says() -> None:
    population = Populations(Options())._of.keys()  # noqa: SLF001 - what is computed
    of_process = OF_PROCESS.keys() | OF_PARTS.keys()
    assert not population & of_process
    assert {code for code, rule in RULES.items() if rule.scope == "population"} == population
    assert {code for code, rule in RULES.items() if rule.scope == "process"} == of_process


def test_the_page_is_drawn_from_the_rules() -> None:
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition("<!-- rules -->\n")
    _, _, tail = rest.partition("<!-- end -->")
    drawn = f"{head}<!-- rules -->\n{''.join(map(_drawn, RULES.values()))}<!-- end -->{tail}"
    if os.environ.get("ASHYQ_WRITE"):
        PAGE.write_text(drawn, "utf-8")
    assert text == drawn, "run with ASHYQ_WRITE=1"


def test_the_readme_runs() -> None:
    failures, examples = doctest.testfile(str(ROOT / "redflags" / "README.md"), module_relative=False)
    assert examples
    assert not failures


def _drawn(rule: Rule) -> str:
    lines = [
        f"### {rule.code} {rule.title['en']}",
        f"{rule.title['kk']} · {rule.title['ru']}",
        f"Version {rule.version}, of one {rule.scope}; subject: {', '.join(rule.subjects)}. {rule.formula}",
        f"- Value: {rule.value}.",
        f"- Needs: {', '.join(f'`{name}`' for name in rule.fields)}.",
        *(f"- `{one.name}` = `{one.default!r}`: {one.reason}" for one in rule.parameters),
        *(f"- Not computable, `{code}`: {why}." for code, why in rule.reasons.items()),
        f"- Source: {rule.source}.",
    ]
    return "\n".join([*lines[:1], "", lines[1], "", lines[2], "", *lines[3:]]) + "\n\n"

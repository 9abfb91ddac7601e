"""The dated rule sets: complete for the six kinds, strict about their form, and told by the document."""

import copy
import datetime as dt
import json
import runpy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from statute.rules import RULE_SETS, Undecided, UnknownRuleSet, read_rule_sets, rules_on
from statute.terms import Term, Unit

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 23)
KINDS = ("request", "response", "proposal", "message", "application", "complaint")


def raw() -> list[dict[str, Any]]:
    text = files("statute").joinpath("data", "rules.json").read_text(encoding="utf-8")
    rule_sets: list[dict[str, Any]] = json.loads(text)
    return rule_sets


def test_the_rule_sets() -> None:
    assert RULE_SETS == ("report", "eotinish-2022")
    assert rules_on(TODAY).name == "report"
    assert [rules_on(TODAY, name).version for name in RULE_SETS] == ["2024-05", "2022-12"]
    assert {rules_on(TODAY, name).day_ends for name in RULE_SETS} == {dt.time(18, 30)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_gives_every_kind_fifteen_days(kind: str) -> None:
    rule = rules_on(TODAY).rule("appeal.consideration", kind)
    assert rule.term == Term(n=15, unit=Unit.WORKING_DAY, first_day_counts=False)
    assert (rule.rules, rule.version, rule.kind) == ("report", "2024-05", kind)
    assert "report" in rule.source
    assert "art. 76" in rule.source


@pytest.mark.parametrize("kind", KINDS)
def test_eotinish_counts_the_first_day_and_gives_a_complaint_twenty(kind: str) -> None:
    rule = rules_on(TODAY, "eotinish-2022").rule("appeal.consideration", kind)
    assert rule.term == Term(n=20 if kind == "complaint" else 15, unit=Unit.WORKING_DAY, first_day_counts=True)


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize("kind", [None, *KINDS])
def test_forwarding_takes_three_days_and_restarts_the_term(name: str, kind: str | None) -> None:
    rule = rules_on(TODAY, name).rule("appeal.forwarding", kind)
    assert (rule.term.n, rule.term.unit) == (3, Unit.WORKING_DAY)
    assert rule.parameters == {"term_at_receiving_body": "restarts"}


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize(
    ("matter", "kind"),
    [("appeal.consideration", "petition"), ("appeal.consideration", None), ("appeal.hearing", "request")],
)
def test_a_gap_is_named_not_filled(name: str, matter: str, kind: str | None) -> None:
    with pytest.raises(Undecided) as gap:
        rules_on(TODAY, name).rule(matter, kind)
    assert (gap.value.rules, gap.value.matter, gap.value.kind) == (name, matter, kind)


@pytest.mark.parametrize("name", RULE_SETS)
def test_rules_begin_with_the_code(name: str) -> None:
    assert rules_on(dt.date(2021, 7, 1), name).rule("appeal.consideration", "request").since == dt.date(2021, 7, 1)
    with pytest.raises(Undecided):
        rules_on(dt.date(2021, 6, 30), name).rule("appeal.consideration", "request")


def test_an_unknown_rule_set_is_refused() -> None:
    with pytest.raises(UnknownRuleSet) as refused:
        rules_on(TODAY, "tomorrow")
    assert refused.value.name == "tomorrow"


def test_a_changed_law_is_one_more_row() -> None:
    document = raw()
    rows = document[0]["rules"]
    amended = copy.deepcopy(rows[0])
    rows[0]["until"] = "2026-12-31"
    amended["since"], amended["term"]["n"] = "2027-01-01", 10
    rows.append(amended)
    versions = [rule for rule in read_rule_sets(json.dumps(document))[0].rules if rule.kind == "request"]
    for day, n in ((dt.date(2026, 12, 31), 15), (dt.date(2027, 1, 1), 10)):
        assert [rule.term.n for rule in versions if rule.in_force_on(day)] == [n]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row.update(surprise=1),
        lambda row: row.pop("source"),
        lambda row: row.update(since="yesterday"),
        lambda row: row["term"].update(n=0),
        lambda row: row["term"].update(unit="week"),
        lambda row: row.update(parameters={"term_at_receiving_body": "perhaps"}),
        lambda row: row.update(parameters={"mood": "restarts"}),
        lambda row: row.update(kind="response"),  # a second row for a kind that has one
    ],
)
def test_a_malformed_row_is_refused(spoil: Any) -> None:
    document = raw()
    read_rule_sets(json.dumps(document))
    spoil(document[0]["rules"][0])
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_rule_sets(json.dumps(document))


def test_the_document_tells_the_same_rules() -> None:
    program = runpy.run_path(str(ROOT / "statute" / "data_sources" / "write_rule_table.py"))
    text = (ROOT / "docs" / "law" / "appeals.md").read_text(encoding="utf-8")
    told = text.partition(program["BEGIN"])[2].partition(program["END"])[0]
    assert told == program["table"]()
    assert len(told.splitlines()) == 2 + sum(len(rule_set["rules"]) for rule_set in raw())

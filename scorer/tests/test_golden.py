"""Lots reckoned by hand, each with its clause and its arithmetic; totals of prices are in tenge."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scorer import profile, profiles, read_bid, read_lot, score

GOLDEN = Path(__file__).parent / "golden"
LOTS = [(file.stem, lot) for file in sorted(GOLDEN.glob("*.json")) for lot in json.loads(file.read_text("utf-8"))]
FEWEST = 40


def test_every_profile_has_lots_that_were_reckoned_by_hand() -> None:
    assert {name for name, _ in LOTS} == set(profiles())
    assert len(LOTS) >= FEWEST
    assert all(lot["clause"] and lot["arithmetic"] for _, lot in LOTS)


@pytest.mark.parametrize(("name", "case"), LOTS, ids=[f"{name}: {lot['name']}" for name, lot in LOTS])
def test_a_lot_reckoned_by_hand(name: str, case: dict[str, Any]) -> None:
    rules = profile(name)
    told = score(rules, read_lot(rules, case["lot"]), [read_bid(rules, bid) for bid in case["bids"]])
    unit = 100 if rules.total.unit == "tenge" else 1
    assert {one.bid: one.total for one in told.ranking} == {
        bid: Fraction(total) * unit for bid, total in case["totals"].items()
    }
    assert (told.winner, told.undecided) == (case["winner"], case["undecided"])
    assert {one.bid: one.reason for one in told.refused} == case["refused"]
    assert not case["ties"] or [step.step for step in told.ties] == case["ties"]

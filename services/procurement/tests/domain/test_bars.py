"""Every bar of the law, asked of bids that meet it and of bids that do not; what nobody knows bars nobody."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.domain.bars import (
    Bar,
    Candidate,
    Circumstances,
    Declared,
    Party,
    Result,
    barred_by,
    bars_after,
    check_all,
    declared_in,
    named_by,
)
from procurement.domain.bid import SCHEMES
from statute.deadlines import ALMATY

UNTIL = datetime(2026, 11, 26, 18, tzinfo=ALMATY)
A: Party = ("KZ-BIN", "150340962116")
B: Party = ("KZ-BIN", "180940974038")
C: Party = ("KZ-BIN", "120640950178")
ABROAD: Party = ("GB-COH", "01234567")
BUYER = "991240995750"
NOTHING = Declared(state_owned=False, affiliates=frozenset(), subcontractors={})
KNOWN = Circumstances(
    rules="report",
    law_on=date(2026, 11, 23),
    buyer=BUYER,
    amount=100_000_000,
    bids_until=UNTIL,
    debtors=(),
    registered=SCHEMES.__contains__,
)


def candidate(name: str, supplier: Party = A, declared: Declared | None = NOTHING, **fields: Any) -> Candidate:
    usual: dict[str, Any] = {"price": 90_000_000, "received_at": UNTIL - timedelta(hours=1)} | fields
    return Candidate(name, supplier, usual["price"], usual["received_at"], declared)


def results(*candidates: Candidate, known: Circumstances = KNOWN) -> dict[str, dict[str, Result]]:
    return {bid: {each.bar: each.result for each in found} for bid, found in check_all(candidates, known).items()}


def saying(**fields: Any) -> Declared:
    return replace(NOTHING, **fields)


# Who bids, what is known, and which bid is barred by what.
CASES: Mapping[str, tuple[list[Candidate], dict[str, Any], dict[str, str]]] = {
    "nothing": ([candidate("a")], {}, {}),
    "a debtor": ([candidate("a")], {"debtors": [A]}, {"a": "debtor"}),
    "an affiliate who is a debtor": (
        [candidate("a", declared=saying(affiliates=frozenset({C})))], {"debtors": [C]}, {"a": "debtor_affiliate"},
    ),
    "a subcontractor who is a debtor": (
        [candidate("a", declared=saying(subcontractors={C: 10}))], {"debtors": [C]}, {"a": "debtor_subcontractor"},
    ),
    "thirty per cent given away": ([candidate("a", declared=saying(subcontractors={B: 20, C: 10}))], {}, {}),
    "more than thirty": (
        [candidate("a", declared=saying(subcontractors={B: 21, C: 10}))], {}, {"a": "subcontracting"},
    ),
    "affiliates in one lot, declared by one of them": (
        [candidate("a", declared=saying(affiliates=frozenset({B}))), candidate("b", B, None), candidate("c", C)], {},
        {"a": "affiliate_in_lot", "b": "affiliate_in_lot"},
    ),
    "the state's beside one private bid": (
        [candidate("a", declared=saying(state_owned=True)), candidate("b", B)], {}, {},
    ),
    "the state's beside two": (
        [candidate("a", declared=saying(state_owned=True)), candidate("b", B), candidate("c", ABROAD)], {},
        {"a": "state_owned"},
    ),
    "the state's beside two, one of them a debtor": (
        [candidate("a", declared=saying(state_owned=True)), candidate("b", B), candidate("c", C)], {"debtors": [B]},
        {"a": "state_owned", "b": "debtor"},
    ),
    "two that say nothing of themselves": (
        [candidate("a", declared=saying(state_owned=True)), candidate("b", B, None), candidate("c", C, None)], {}, {},
    ),
    "the buyer itself": ([candidate("a", ("KZ-BIN", BUYER))], {}, {"a": "buyer_bids"}),
    "a bid too late": ([candidate("a", received_at=UNTIL)], {}, {"a": "late"}),
    "the same supplier twice": ([candidate("a"), candidate("b")], {}, {"a": "duplicate", "b": "duplicate"}),
    "a price that the profile refuses": ([candidate("a", price=100_000_001)], {}, {}),
    "somebody from abroad": ([candidate("a", ABROAD)], {"debtors": [A]}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_bar_bars_whom_it_should(name: str) -> None:
    candidates, known, barred = CASES[name]
    found = barred_by(check_all(candidates, replace(KNOWN, **known)))
    assert {bid: bar.reason for bid, bar in found.items()} == barred


def test_every_reason_has_evidence_words_and_a_clause() -> None:
    for candidates, known, barred in CASES.values():
        found = barred_by(check_all(candidates, replace(KNOWN, **known)))
        for bid in barred:
            told = found[bid].as_data(bid)
            assert told["evidence"], told
            assert told["words"].keys() == {"kk", "ru", "en"}
            assert "No. 106-VIII" in told["source"] or "No. 687" in told["source"]


def test_what_is_not_declared_or_has_no_source_is_unknown() -> None:
    [found] = results(candidate("a", declared=None)).values()
    unknown = {name for name, result in found.items() if result is Result.UNKNOWN}
    assert {"debtor_affiliate", "debtor_subcontractor", "subcontracting", "affiliate_in_lot", "state_owned"} <= unknown
    assert {"unfair_supplier", "conflict_of_interest", "offshore"} <= unknown
    assert {name for name, result in found.items() if result is Result.PASSED} == {
        "duplicate", "late", "price_above_allocation", "debtor", "buyer_bids",
    }  # fmt: skip


def test_a_foreign_number_is_in_no_register_here_so_nobody_knows() -> None:
    [found] = results(candidate("a", ABROAD, saying(affiliates=frozenset({ABROAD})))).values()
    assert (found["debtor"], found["debtor_affiliate"]) == (Result.UNKNOWN, Result.UNKNOWN)


def test_the_bars_of_the_law_of_2024_are_not_those_of_2015() -> None:
    state = [candidate("a", declared=saying(state_owned=True)), candidate("b", B), candidate("c", C)]
    before = results(*state, known=replace(KNOWN, rules="kz-2015", law_on=date(2024, 3, 1)))
    assert "state_owned" not in before["a"]
    assert before["a"]["debtor"] is Result.PASSED
    assert results(*state, known=replace(KNOWN, rules="kz-2025"))["a"]["state_owned"] is Result.BARRED


def test_a_ruling_takes_bars_away_and_puts_them_there() -> None:
    result = {"refused": [
        {"bid": "a", "reason": "debtor", "evidence": {"register": "debtors"}},
        {"bid": "b", "reason": "price_above_allocation"},
        {"bid": "d", "reason": "state_owned"},
    ]}  # fmt: skip
    admit, bar = ({"bid": name, "treatment": how, "reason": "?"} for name, how in (("a", "admit"), ("c", "bar")))
    again = {"bid": "c", "treatment": "admit", "reason": "?"}
    found = bars_after(result, [("first", [admit, bar])])
    assert found == {"c": Bar("ruling", {"complaint": "first", "reason": "?"}), "d": Bar("state_owned")}
    assert bars_after(result, [("first", [admit, bar]), ("second", [again])]).keys() == {"d"}


def test_who_is_asked_about_and_what_is_declared_is_read_from_the_bid() -> None:
    said = {"state_owned": True, "affiliates": [{"scheme": B[0], "id": B[1]}]}
    said["subcontractors"] = [{"scheme": C[0], "id": C[1], "percent": 7}]
    declared = declared_in({"declared": said})
    assert declared == Declared(state_owned=True, affiliates=frozenset({B}), subcontractors={C: 7})
    assert declared_in({}) is None
    assert named_by(candidate("a", declared=declared)) == {A, B, C}
    assert named_by(candidate("a", declared=None)) == {A}


@given(debtors=st.sets(st.sampled_from([A, B, C])), states=st.lists(st.booleans(), min_size=3, max_size=3))
def test_a_bid_is_barred_exactly_if_a_check_says_so_and_more_debtors_never_free_one(
    debtors: set[Party], states: list[bool]
) -> None:
    bids = [
        candidate(name, party, saying(state_owned=state))
        for name, party, state in zip("abc", (A, B, C), states, strict=True)
    ]
    checks = check_all(bids, replace(KNOWN, debtors=debtors))
    barred = barred_by(checks)
    assert barred.keys() == {bid for bid, each in checks.items() if any(one.result is Result.BARRED for one in each)}
    assert barred.keys() <= barred_by(check_all(bids, replace(KNOWN, debtors=[A, B, C]))).keys()

"""What becomes of a lot: with bids, without, with debtors, with equals."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.domain.bars import DEBTOR, Bar
from procurement.domain.evaluation import (
    FEWEST_ADMITTED,
    Evaluation,
    Outcome,
    ProfileChanged,
    evaluate,
    pinned_profile,
)
from scorer import Lot, bid_data, profile

RULES = profile("report-2022")
LOT = Lot(100_000_000, {"weights": RULES.default_weights, "warranty_months": 12})
SUBJECT = {"service": "procurement"}
RECEIVED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def bid(name: str, price: str, received_at: datetime = RECEIVED) -> dict[str, Any]:
    years = [{"amount": "2000000.00", "currency": "KZT"}] * 3
    content: dict[str, Any] = {"price": {"amount": price, "currency": "KZT"}, "experience_years": 10}
    content |= {"income": years, "taxes": years, "payroll": years, "warranty_months": 48}
    return bid_data(name, received_at, content)


def of(*bids: dict[str, Any], debtors: set[str] | None = None) -> Evaluation:
    return evaluate(RULES, LOT, bids, {name: Bar(DEBTOR) for name in debtors or ()}, SUBJECT)


def test_without_bids_there_is_no_award_and_the_reason_is_told() -> None:
    found = of()
    assert (found.outcome, found.winner, found.refusals) == (Outcome.NO_BIDS, None, {})
    assert found.result["undecided"]["reason"] == "no_bids"


def test_a_single_admitted_bid_is_enough() -> None:
    assert FEWEST_ADMITTED == 1
    assert of(bid("a", "900000")).winner == "a"


def test_the_best_wins_and_a_price_above_the_allocation_is_refused() -> None:
    found = of(bid("a", "900000"), bid("b", "850000"), bid("c", "1000000.01"))
    assert (found.outcome, found.winner) == (Outcome.AWARDED, "b")
    assert found.refusals == {"c": "price_above_allocation"}


def test_a_debtor_is_not_scored_and_the_reason_stands_with_its_source() -> None:
    found = of(bid("a", "900000"), bid("b", "850000"), debtors={"b"})
    assert (found.outcome, found.winner, found.refusals) == (Outcome.AWARDED, "a", {"b": "debtor"})
    [refused] = found.result["refused"]
    assert (refused["bid"], refused["words"].keys()) == ("b", {"kk", "ru", "en"})
    assert "art. 7" in refused["source"]
    assert [each["bid"] for each in found.result["ranking"]] == ["a"]


def test_where_all_are_refused_nobody_is_admitted() -> None:
    assert of(bid("a", "2000000"), bid("b", "900000"), debtors={"b"}).outcome is Outcome.NONE_ADMITTED


def test_what_the_rules_leave_open_is_undecided() -> None:
    found = of(bid("a", "900000"), bid("b", "900000"))
    assert (found.outcome, found.winner) == (Outcome.UNDECIDED, None)
    assert found.result["undecided"]["reason"] == "all_equal"


@given(prices=st.lists(st.integers(1, 1_100_000), max_size=6), debtors=st.sets(st.integers(0, 5)))
def test_whoever_wins_is_admitted_and_everybody_has_a_place_or_a_reason(prices: list[int], debtors: set[int]) -> None:
    bids = [bid(str(n), str(price)) for n, price in enumerate(prices)]
    found = of(*bids, debtors={str(n) for n in debtors})
    placed = {each["bid"] for each in found.result["ranking"]}
    assert placed | found.refusals.keys() == {each["id"] for each in bids}
    assert not placed & found.refusals.keys()
    assert (found.outcome is Outcome.AWARDED) is (found.winner is not None)
    assert found.winner is None or found.winner in placed


def test_a_tender_is_scored_by_the_very_profile_that_it_was_published_with() -> None:
    assert pinned_profile({"profile": "report-2022", "profile_hash": RULES.hash}) is RULES
    for other in ({"profile": "report-2022", "profile_hash": "0"}, {"profile": "gone", "profile_hash": RULES.hash}):
        with pytest.raises(ProfileChanged):
            pinned_profile(other)

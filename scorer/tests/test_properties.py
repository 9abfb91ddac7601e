"""What holds for every lot and every set of bids: the properties that make a scorer fair.

The numbers are drawn close together and from few values, so that ties and limits are met again and again.
"""

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer import Bid, Lot, Ranked, canonical, margin, profile, score

REPORT = profile("report-2022")
LEAST, MOST = 900, 1_000
"""Of the amount allocated, in tiyn. Prices are drawn around it, down to where price gives all its points and below."""
NOON = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)


def years(most: int) -> st.SearchStrategy[tuple[int | None, ...]]:
    figures = st.integers(0, most)
    whole: st.SearchStrategy[tuple[int | None, ...]] = st.tuples(figures, figures, figures)
    return whole | st.tuples(figures, st.none() | figures, st.none() | figures)


@st.composite
def lots(draw: st.DrawFn) -> Lot:
    cuts = sorted(draw(st.lists(st.integers(0, 70), min_size=3, max_size=3)))
    parts = [cuts[0] + 30, cuts[1] - cuts[0], cuts[2] - cuts[1], 70 - cuts[2]]
    weights = dict(zip(REPORT.criteria, parts, strict=True))
    return Lot(draw(st.integers(LEAST, MOST)), {"weights": weights, "warranty_months": draw(st.integers(0, 24))})


bids = st.builds(
    Bid,
    id=st.uuids().map(str),
    price=st.integers(600, MOST + 50) | st.just(LEAST),
    received_at=st.sampled_from([NOON, NOON + dt.timedelta(1)]),
    facts=st.fixed_dictionaries(
        {
            "experience_years": st.integers(0, 12),
            "income": years(2 * MOST),
            "taxes": years(MOST // 10),
            "payroll": years(MOST // 10),
            "warranty_months": st.integers(0, 70),
        }
    ),
)


def changed(bid: Bid, **change: Any) -> Bid:
    """Change fields of a bid, or facts of it."""
    fields = {name: change.pop(name) for name in ("id", "price", "received_at") if name in change}
    return replace(bid, **fields, facts={**bid.facts, **change})


admitted = bids.map(lambda bid: changed(bid, price=min(bid.price, LEAST)))
bid_lists = st.lists(bids, max_size=5, unique_by=lambda bid: bid.id)
several = st.lists(bids, min_size=1, max_size=5, unique_by=lambda bid: bid.id)


def own(lot: Lot, bid: Bid) -> Ranked:
    return score(REPORT, lot, [bid]).ranking[0]


def multiplied(figures: tuple[int | None, ...], times: int) -> tuple[int | None, ...]:
    return tuple(None if figure is None else figure * times for figure in figures)


def points(lot: Lot, bid: Bid) -> dict[str, Fraction]:
    return {one.criterion: one.points for one in own(lot, bid).points}


@given(lots(), bid_lists, st.randoms())
def test_the_order_of_bids_does_not_matter(lot: Lot, received: list[Bid], dice: Any) -> None:
    told = score(REPORT, lot, received)
    dice.shuffle(received)
    assert score(REPORT, lot, received) == told


@given(lots(), bid_lists)
def test_the_same_input_gives_the_same_bytes(lot: Lot, received: list[Bid]) -> None:
    assert canonical(score(REPORT, lot, received).as_data()) == canonical(score(REPORT, lot, received).as_data())


@given(lots(), bid_lists)
def test_everybody_is_ranked_or_refused_and_the_first_wins(lot: Lot, received: list[Bid]) -> None:
    told = score(REPORT, lot, received)
    assert sorted([*(one.bid for one in told.ranking), *(one.bid for one in told.refused)]) == sorted(
        bid.id for bid in received
    )
    first = [one.bid for one in told.ranking if one.place == 1]
    assert told.winner == (first[0] if len(first) == 1 else None)
    assert (told.winner is None) is (told.undecided is not None)
    assert [one.total for one in told.ranking] == sorted((one.total for one in told.ranking), reverse=True)


@given(lots(), several)
def test_points_stay_within_their_weights(lot: Lot, received: list[Bid]) -> None:
    for one in score(REPORT, lot, received).ranking:
        assert one.total == sum(earned.points for earned in one.points)
        assert 0 <= one.total <= 100
        for earned in one.points:
            assert earned.weight is not None
            assert earned.share is not None
            assert 0 <= earned.points == earned.weight * earned.share <= lot.terms["weights"][earned.criterion]
            assert isinstance(earned.points, Fraction)


@given(lots(), several, st.data())
def test_removing_a_bid_never_changes_how_the_others_stand(lot: Lot, received: list[Bid], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(received)).id
    whole, rest = score(REPORT, lot, received), score(REPORT, lot, [bid for bid in received if bid.id != gone])
    before = [(one.bid, one.total, one.points) for one in whole.ranking if one.bid != gone]
    assert [(one.bid, one.total, one.points) for one in rest.ranking] == before
    if whole.winner != gone and whole.winner is not None:
        assert rest.winner == whole.winner


@given(lots(), admitted, bid_lists, st.integers(0, MOST), st.integers(0, 70))
def test_a_better_offer_never_makes_a_place_worse(lot: Lot, bid: Bid, others: list[Bid], price: int, more: int) -> None:
    received = [bid, *others]
    place = {one.bid: one.place for one in score(REPORT, lot, received).ranking}[bid.id]
    for better in (
        changed(bid, price=min(price, bid.price)),
        changed(bid, experience_years=bid.facts["experience_years"] + more),
        changed(bid, warranty_months=bid.facts["warranty_months"] + more),
        changed(bid, received_at=min(NOON, bid.received_at)),
    ):
        told = score(REPORT, lot, [better, *others])
        assert {one.bid: one.place for one in told.ranking}[bid.id] <= place
        assert own(lot, better).total >= own(lot, bid).total


@given(lots(), admitted, st.sampled_from(["taxes", "payroll"]), st.integers(0, 2), st.integers(0, 100))
def test_more_taxes_or_payroll_never_cost_points(lot: Lot, bid: Bid, figure: str, year: int, more: int) -> None:
    figures: list[int | None] = list(bid.facts[figure])
    # A figure that completes a year would bring in that year's income too, against which all taxes are then set.
    figures = [None if one is None else one + more * (n == year) for n, one in enumerate(figures)]
    better = changed(bid, **{figure: tuple(figures)})
    assert points(lot, better)["financial_stability"] >= points(lot, bid)["financial_stability"]


@given(lots(), admitted, st.integers(1, 5))
def test_more_income_with_its_taxes_never_costs_points(lot: Lot, bid: Bid, times: int) -> None:
    better = changed(bid, income=multiplied(bid.facts["income"], times), taxes=multiplied(bid.facts["taxes"], times))
    assert points(lot, better)["financial_stability"] >= points(lot, bid)["financial_stability"]


@given(lots(), admitted, st.integers(0, 10), st.integers(0, 50))
def test_caps_bind(lot: Lot, bid: Bid, years_more: int, months_more: int) -> None:
    """Beyond the limit of a criterion nothing is gained."""
    full = changed(
        bid, price=lot.amount * 4 // 5, experience_years=10, warranty_months=lot.terms["warranty_months"] + 36
    )
    beyond = changed(
        full,
        price=full.price // 2,
        experience_years=10 + years_more,
        warranty_months=full.facts["warranty_months"] + months_more,
    )
    assert points(lot, beyond) == points(lot, full)


@given(lots(), bid_lists, st.integers(2, 1000))
def test_the_unit_of_money_does_not_matter(lot: Lot, received: list[Bid], times: int) -> None:
    dear = [
        changed(
            bid,
            price=bid.price * times,
            income=multiplied(bid.facts["income"], times),
            taxes=multiplied(bid.facts["taxes"], times),
            payroll=multiplied(bid.facts["payroll"], times),
        )
        for bid in received
    ]
    told, again = score(REPORT, lot, received), score(REPORT, replace(lot, amount=lot.amount * times), dear)
    assert [(one.bid, one.place, one.total) for one in again.ranking] == [
        (one.bid, one.place, one.total) for one in told.ranking
    ]
    assert (again.winner, again.ties, again.refused) == (told.winner, told.ties, told.refused)


@settings(deadline=None, max_examples=30)
@given(lots(), admitted, bid_lists)
def test_the_margin_is_the_least_that_wins(lot: Lot, bid: Bid, others: list[Bid]) -> None:
    """Against trying every price, year and month one after another, on a small lot."""
    lot = replace(lot, amount=lot.amount // 20)
    bid, *others = (replace(one, price=one.price // 20) for one in (bid, *others))

    def tried(field: str, values: range) -> int | None:
        tries = ((value, changed(bid, **{field: value})) for value in values)
        return next((value for value, one in tries if score(REPORT, lot, [*others, one]).winner == bid.id), None)

    told = margin(REPORT, lot, [bid, *others], bid.id)
    assert told.price == tried("price", range(lot.amount, -1, -1))
    assert told.facts["experience_years"] == tried("experience_years", range(15))
    assert told.facts["warranty_months"] == tried("warranty_months", range(80))


def test_the_margin_may_lie_beyond_the_last_year_that_earns_points() -> None:
    """Both have all points for experience and the same price, so one year more than the other's eleven decides."""
    lot = Lot(MOST, {"weights": REPORT.default_weights, "warranty_months": 0})
    figures = dict.fromkeys(("income", "taxes", "payroll"), (0,) * 3)
    facts = {"experience_years": 10, "warranty_months": 0, **figures}
    late = Bid("late", LEAST, NOON + dt.timedelta(1), facts)
    told = margin(REPORT, lot, [late, changed(late, id="first", received_at=NOON, experience_years=11)], "late")
    assert (told.price, told.facts["experience_years"], told.facts["warranty_months"]) == (LEAST - 1, 12, 1)


def test_the_margin_of_a_bid_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        margin(REPORT, Lot(MOST, {"weights": REPORT.default_weights, "warranty_months": 0}), [], "nobody")

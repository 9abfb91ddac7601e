"""Examples worked by hand, refusals, ties, and what the rules leave undecided."""

import datetime as dt
import json
from dataclasses import replace
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scorer import Bid, Lot, Scoring, UnfitBid, UnfitLot, canonical, check_lot, profile, read_bid, read_lot, score

REPORT = profile("report-2022")
LOT = Lot(10_000_000_00, {"weights": REPORT.default_weights, "warranty_months": 12})
NOON = dt.datetime.fromisoformat("2026-11-23T12:00:00+05:00")
PLAIN = Bid(
    id="plain",
    price=10_000_000_00,
    received_at=NOON,
    facts={
        "experience_years": 0,
        "income": (0, 0, 0),
        "taxes": (0, 0, 0),
        "payroll": (0, 0, 0),
        "warranty_months": 12,
    },
)


def changed(bid: Bid, **change: Any) -> Bid:
    """Change fields of a bid, or facts of it."""
    fields = {name: change.pop(name) for name in ("id", "price", "received_at") if name in change}
    return replace(bid, **fields, facts={**bid.facts, **change})


ALTAI = changed(
    PLAIN,
    id="altai",
    price=9_000_000_00,
    experience_years=4,
    income=(6_000_000_00, 6_000_000_00, 3_000_000_00),
    taxes=(120_000_00, 120_000_00, 60_000_00),
    payroll=(330_000_00, 330_000_00, 330_000_00),
    warranty_months=24,
)


def weighed(weights: Any) -> Lot:
    return Lot(LOT.amount, {**LOT.terms, "weights": weights})


def result(*bids: Bid, lot: Lot = LOT) -> Scoring:
    return score(REPORT, lot, bids)


def shares(bid: Bid) -> dict[str, Fraction | None]:
    return {one.criterion: one.share for one in result(bid).ranking[0].points}


def test_a_bid_worked_by_hand() -> None:
    """Every step of the arithmetic on paper.

    Price: 10 % below, half of the band of 20 %. Experience: 4 of 10 years. Income: 5 of 10 million a year, a half.
    Taxes: 0.3 of 15 million, 2 %, two thirds of 3 %. Payroll: 0.33 of 10 million, 3.3 %, a half of 6.6 %. The mean of
    1/2, 2/3 and 1/2 is 5/9. Warranty: 12 of 36 months beyond.
    """
    (altai,) = result(ALTAI).ranking
    found: list[Any] = [(one.criterion, one.weight, one.share, one.points) for one in altai.points]
    assert found == [
        ("price", 40, Fraction(1, 2), 20),
        ("experience", 20, Fraction(2, 5), 8),
        ("financial_stability", 20, Fraction(5, 9), Fraction(100, 9)),
        ("warranty", 20, Fraction(1, 3), Fraction(20, 3)),
    ]
    assert altai.total == Fraction(412, 9)  # 20 + 8 + 11 1/9 + 6 2/3 = 45 7/9
    parts = altai.points[2].parts
    assert [(part.name, part.value) for part in parts] == [
        ("income_ratio", Fraction(1, 2)),
        ("income_share", Fraction(1, 2)),
        ("taxes_ratio", Fraction(2, 100)),
        ("taxes_share", Fraction(2, 3)),
        ("payroll_ratio", Fraction(33, 1000)),
        ("payroll_share", Fraction(1, 2)),
    ]
    assert [(one.value, one.unit) for one in altai.points] == [
        (9_000_000_00, "tenge"),
        (4, "year"),
        (Fraction(5, 9), "share"),
        (24, "month"),
    ]


def test_a_dearer_bid_may_win() -> None:
    """Altai asks a million more and wins with 45 7/9 points over 40 by price alone."""
    cheap = changed(PLAIN, id="cheap", price=8_000_000_00)
    told = result(cheap, ALTAI)
    assert [(one.bid, one.place, one.total) for one in told.ranking] == [
        ("altai", 1, Fraction(412, 9)),
        ("cheap", 2, 40),
    ]
    assert (told.winner, told.undecided, told.ties, told.refused) == ("altai", None, (), ())


@pytest.mark.parametrize(
    ("price", "share"),
    [
        (10_000_000_00, Fraction(0)),
        (9_999_999_99, Fraction(1, 200_000_000)),
        (9_500_000_00, Fraction(1, 4)),
        (8_000_000_01, 1 - Fraction(1, 200_000_000)),
        (8_000_000_00, Fraction(1)),
        (7_999_999_99, Fraction(1)),
        (0, Fraction(1)),
    ],
)
def test_price(price: int, share: Fraction) -> None:
    assert shares(changed(PLAIN, price=price))["price"] == share


@pytest.mark.parametrize(("years", "share"), [(0, 0), (1, Fraction(1, 10)), (9, Fraction(9, 10)), (10, 1), (11, 1)])
def test_experience(years: int, share: Fraction) -> None:
    assert shares(changed(PLAIN, experience_years=years))["experience"] == share


@pytest.mark.parametrize(
    ("months", "share"), [(0, 0), (11, 0), (12, 0), (13, Fraction(1, 36)), (47, Fraction(35, 36)), (48, 1), (99, 1)]
)
def test_warranty(months: int, share: Fraction) -> None:
    assert shares(changed(PLAIN, warranty_months=months))["warranty"] == share


@pytest.mark.parametrize(
    ("income", "taxes", "payroll", "share"),
    [
        ((0, 0, 0), (0, 0, 0), (0, 0, 0), Fraction(0)),
        ((0, 0, 0), (5, 5, 5), (0, 0, 0), Fraction(0)),  # taxes without income
        ((0, 0, 1), (0, 0, 1), (0, 0, 0), Fraction(1, 9_000_000_000) + Fraction(1, 3)),
        ((10_000_000_00,) * 3, (0,) * 3, (0,) * 3, Fraction(1, 3)),
        ((30_000_000_00, 0, 0), (900_000_00, 0, 0), (1_980_000_00, 0, 0), Fraction(1)),
        ((90_000_000_00,) * 3, (9_000_000_00,) * 3, (9_000_000_00,) * 3, Fraction(1)),
        ((None,) * 3, (None,) * 3, (None,) * 3, Fraction(0)),
        # Two years of three, full in themselves: two thirds of the income and of the payroll, the taxes in full.
        ((None, *(10_000_000_00,) * 2), (None, *(300_000_00,) * 2), (None, *(660_000_00,) * 2), Fraction(7, 9)),
        # A year with one figure kept back is missing in all three.
        ((10_000_000_00,) * 3, (None, *(300_000_00,) * 2), (660_000_00,) * 3, Fraction(7, 9)),
    ],
)
def test_financial_stability(income: Any, taxes: Any, payroll: Any, share: Fraction) -> None:
    bid = changed(PLAIN, income=income, taxes=taxes, payroll=payroll)
    assert shares(bid)["financial_stability"] == share


def test_more_income_on_the_same_taxes_may_cost_points() -> None:
    """The share of taxes falls as income rises: of all figures, this one alone can be too high."""
    modest = changed(PLAIN, income=(3_000_000_00, 0, 0), taxes=(90_000_00, 0, 0))
    richer = changed(modest, income=(6_000_000_00, 0, 0))
    assert shares(modest)["financial_stability"] == Fraction(11, 30)
    assert shares(richer)["financial_stability"] == Fraction(7, 30)


def test_a_price_above_the_allocated_amount_is_refused() -> None:
    told = result(ALTAI, changed(PLAIN, id="dear", price=LOT.amount + 1), changed(PLAIN, id="at the limit"))
    assert [one.bid for one in told.ranking] == ["altai", "at the limit"]
    (dear,) = told.refused
    assert (dear.bid, dear.reason) == ("dear", "price_above_allocation")
    assert set(dear.words) == {"kk", "ru", "en"}


@pytest.mark.parametrize("bids", [(), (changed(PLAIN, price=LOT.amount + 1),)])
def test_without_an_admitted_bid_nobody_wins(bids: tuple[Bid, ...]) -> None:
    told = result(*bids)
    assert (told.ranking, told.winner, told.undecided) == ((), None, "no_bids")
    assert len(told.refused) == len(bids)


def test_the_lower_price_decides_a_tie() -> None:
    """Both are below the band, so price gives them the same."""
    told = result(changed(PLAIN, id="a", price=7_000_000_00), changed(PLAIN, id="b", price=6_000_000_00))
    assert told.ranking[0].total == told.ranking[1].total == 40
    assert told.winner == "b"
    (step,) = told.ties
    assert (step.step, step.bids, step.order, step.decided) == ("lower_price", ("a", "b"), (("b",), ("a",)), True)


def test_more_experience_decides_next() -> None:
    """A year and the months that give as much: 18 months are half of 36, as 5 years are half of 10."""
    told = result(
        changed(PLAIN, id="a", warranty_months=30), changed(PLAIN, id="b", experience_years=5), changed(PLAIN, id="c")
    )
    assert (told.winner, told.undecided) == ("b", None)
    assert [(step.step, step.order) for step in told.ties] == [
        ("lower_price", (("a", "b"),)),
        ("more_experience", (("b",), ("a",))),
    ]


def test_earlier_receipt_decides_last() -> None:
    first = changed(PLAIN, id="b", received_at=NOON - dt.timedelta(microseconds=1))
    told = result(changed(PLAIN, id="a"), first, changed(PLAIN, id="c", price=9_999_999_99))
    assert [(one.bid, one.place) for one in told.ranking] == [("c", 1), ("b", 2), ("a", 3)]
    assert [step.step for step in told.ties] == ["lower_price", "more_experience", "earlier_receipt"]
    assert told.ties[-1].order == (("b",), ("a",))


def test_the_hour_that_the_clock_repeated() -> None:
    """On 29 February 2024 Almaty's clocks went from midnight back to 23:00."""
    almaty = ZoneInfo("Asia/Almaty")
    earlier = changed(PLAIN, id="b", received_at=dt.datetime(2024, 2, 29, 23, 30, tzinfo=almaty))
    later = changed(PLAIN, id="a", received_at=dt.datetime(2024, 2, 29, 23, 10, tzinfo=almaty, fold=1))
    assert result(earlier, later).winner == "b"


def test_what_is_equal_in_everything_is_left_undecided() -> None:
    utc = changed(PLAIN, id="b", received_at=NOON.astimezone(dt.UTC))
    told = result(changed(PLAIN, id="c", received_at=NOON + dt.timedelta(1)), changed(PLAIN, id="a"), utc)
    assert (told.winner, told.undecided) == (None, "all_equal")
    assert [(one.bid, one.place) for one in told.ranking] == [("a", 1), ("b", 1), ("c", 3)]
    assert told.ties[-1].order == (("a", "b"), ("c",))


def test_a_tie_further_down_leaves_the_winner_alone() -> None:
    told = result(ALTAI, changed(PLAIN, id="a"), changed(PLAIN, id="b"))
    assert (told.winner, told.undecided) == ("altai", None)
    assert [one.place for one in told.ranking] == [1, 2, 2]


def weights(price: Any = 40, experience: Any = 20, financial_stability: Any = 20, warranty: Any = 20) -> dict[str, Any]:
    return {
        "price": price,
        "experience": experience,
        "financial_stability": financial_stability,
        "warranty": warranty,
    }


@pytest.mark.parametrize("chosen", [weights(), weights(30, 70, 0, 0), weights(100, 0, 0, 0)])
def test_weights_that_a_buyer_may_choose(chosen: dict[str, int]) -> None:
    check_lot(REPORT, weighed(chosen))


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (weights(29, 31), "price_weight_too_low"),
        (weights(41), "weights_do_not_sum"),
        (weights(39), "weights_do_not_sum"),
        (weights(60, -20, 30, 30), "weights_not_whole"),
        (weights(40.0), "weights_not_whole"),
        (weights(99, True, 0, 0), "weights_not_whole"),  # noqa: FBT003 - a bool counts as 1 in Python, not here
        ({"price": 100}, "weights_of_other_criteria"),
        ({**weights(), "beauty": 0}, "weights_of_other_criteria"),
        ({}, "weights_of_other_criteria"),
    ],
)
def test_unfit_weights(chosen: dict[str, int], reason: str) -> None:
    with pytest.raises(UnfitLot) as refused:
        check_lot(REPORT, weighed(chosen))
    assert refused.value.reason == reason
    with pytest.raises(UnfitLot):
        result(ALTAI, lot=weighed(chosen))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": 0}, "amount_not_positive"),
        ({"amount": -1}, "amount_not_positive"),
        ({"amount": 1.0}, "amount_not_positive"),
        ({"warranty_months": -1}, "number_not_whole"),
        ({"warranty_months": 0.5}, "number_not_whole"),
        ({"warranty_months": None}, "number_not_whole"),
        ({"colour": "red"}, "not_asked_for"),
    ],
)
def test_unfit_lots(change: dict[str, Any], reason: str) -> None:
    whole = {"amount": LOT.amount, **LOT.terms, **change}
    with pytest.raises(UnfitLot) as refused:
        result(ALTAI, lot=Lot(whole.pop("amount"), whole))
    assert refused.value.reason == reason
    with pytest.raises(UnfitLot) as read:
        read_lot(REPORT, {"amount": change.get("amount", 1), "terms": {**LOT.terms, **change}})
    assert read.value.reason == reason or "amount" in change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": -1}, "number_not_whole"),
        ({"price": 1e6}, "number_not_whole"),
        ({"experience_years": 1.5}, "number_not_whole"),
        ({"warranty_months": -1}, "number_not_whole"),
        ({"income": (0, 0, -1)}, "number_not_whole"),
        ({"taxes": (0, 0.1, 0)}, "number_not_whole"),
        ({"payroll": (True, 0, 0)}, "number_not_whole"),
        ({"payroll": (0, 0)}, "years_wrong"),
        ({"beauty": 1}, "not_asked_for"),
        ({"received_at": NOON.replace(tzinfo=None)}, "received_without_offset"),
    ],
)
def test_unfit_bids(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnfitBid) as refused:
        result(changed(PLAIN, **change))
    assert (refused.value.bid, refused.value.reason) == ("plain", reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"id": "a", "price": 1}, "other_fields"),
        ({"id": "a", "price": 1, "received_at": NOON.isoformat(), "colour": "red"}, "other_fields"),
        ({"id": 7, "price": 1, "received_at": NOON.isoformat()}, "other_fields"),
        ({"id": "a", "price": 1, "received_at": "noon", "facts": {}}, "received_is_no_moment"),
        ({"id": "a", "price": 1, "received_at": NOON.isoformat(), "facts": {}}, "missing"),
        ({"id": "a", "price": "1", "received_at": NOON.isoformat(), "facts": {}}, "number_not_whole"),
    ],
)
def test_data_that_is_no_bid(data: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnfitBid) as refused:
        read_bid(REPORT, data)
    assert refused.value.reason == reason


def test_data_that_is_no_lot() -> None:
    for data in ({}, {"amount": 1, "colour": "red"}, {"amount": 1, "terms": []}):
        with pytest.raises(UnfitLot) as refused:
            read_lot(REPORT, data)
        assert refused.value.reason == "other_fields"


def test_lots_and_bids_are_read_back_from_their_data() -> None:
    lot = json.loads(canonical(LOT.as_data()))
    bid = json.loads(canonical(changed(ALTAI, income=(None, 1, 2)).as_data()))
    assert read_lot(REPORT, lot) == LOT
    assert read_bid(REPORT, bid) == changed(ALTAI, income=(None, 1, 2))
    assert bid["received_at"] == "2026-11-23T07:00:00.000000+00:00"
    assert read_lot(REPORT, {"amount": 1}).terms == {"weights": REPORT.default_weights, "warranty_months": 0}


def test_bids_that_cannot_stand_together() -> None:
    with pytest.raises(UnfitBid) as twice:
        result(PLAIN, ALTAI, PLAIN)
    assert (twice.value.bid, twice.value.reason) == ("plain", "same_id_twice")


def test_the_result_as_data() -> None:
    dear = changed(PLAIN, id="dear", price=LOT.amount + 1)
    told = result(ALTAI, dear, changed(PLAIN, id="a"), changed(PLAIN, id="b"))
    data = json.loads(canonical(told.as_data()))
    assert data["profile"] == {"name": REPORT.name, "version": REPORT.version, "hash": REPORT.hash}
    assert (data["winner"], data["undecided"]) == ("altai", None)
    first = data["ranking"][0]
    assert (first["bid"], first["place"]) == ("altai", 1)
    assert first["total"] == {"exact": "412/9", "display": "45.78", "unit": "point"}
    assert data["runner_up"] is None
    price, _, stability, warranty = first["points"]
    assert price["value"] == {"exact": "9000000/1", "display": "9000000.00", "unit": "tenge"}
    assert (price["weight"], price["share"], price["points"]["exact"]) == (
        40,
        {"exact": "1/2", "display": "0.50"},
        "20/1",
    )
    assert [part["value"]["exact"] for part in stability["parts"][1::2]] == ["1/2", "2/3", "1/2"]
    assert warranty["points"] == {"exact": "20/3", "display": "6.67"}
    for one in first["points"]:
        assert one["formula"]
        assert one["source"]
        assert set(one["words"]) == {"kk", "ru", "en"}
    assert [(tie["step"], tie["decided"]) for tie in data["ties"]] == [
        ("lower_price", False),
        ("more_experience", False),
        ("earlier_receipt", False),
    ]
    assert [(one["bid"], one["reason"]) for one in data["refused"]] == [("dear", "price_above_allocation")]


def test_undecided_as_data() -> None:
    told = result().as_data()["undecided"]
    assert told["reason"] == "no_bids"
    assert set(told["words"]) == {"kk", "ru", "en"}

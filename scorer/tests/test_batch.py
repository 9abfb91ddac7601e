"""Ranking many lots at once gives what scoring each of them gives."""

import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from scorer import Bid, Lot, Profile, UnfitBid, UnfitLot, profile, profiles, read_profile, score
from scorer.batch import LARGEST, Order, doubts, prepare, rank
from scorer.batch.formulas import read_rules

SEED = 7
CHEAP = {"price": 29, "experience": 71, "financial_stability": 0, "warranty": 0}
"""Weights of which that of the price is too low."""


@pytest.mark.parametrize("name", profiles())
def test_no_lot_is_ranked_otherwise(drawn: Any, name: str) -> None:
    rules, dice = profile(name), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    batch = []
    for _ in range(250):
        lot = drawn.lot(rules, dice)
        batch.append((lot, drawn.bids(rules, lot, dice)))
    prepared = prepare(rules, batch)
    assert doubts(prepared) < len(batch) * 9 // 10, "columns should decide something, however many ties were drawn"
    for (lot, bids), order in zip(batch, rank(prepared), strict=True):
        assert order == by_score(rules, lot, bids), (lot, bids)


def far_apart(profile: Profile, lot: Lot, bid: Bid, dice: random.Random) -> Bid:
    """Draw the figures of a bid anew, from one tiyn to the largest that there are."""

    def figure() -> int:
        return int(dice.choice((0, 1, 3, 10 ** dice.randint(0, 18) - dice.randint(0, 1))))

    drawn: dict[str, Callable[[], Any]] = {
        "money": figure,
        "years": lambda: tuple(dice.choice((None, figure())) for _ in range(3)),
    }
    facts = {name: drawn[one.kind]() for name, one in profile.bid.items() if one.kind in drawn}
    return replace(bid, price=lot.amount - min(lot.amount, figure()), facts={**bid.facts, **facts})


@pytest.mark.parametrize("name", profiles())
def test_small_numbers_beside_large_ones_are_ranked_as_ever(drawn: Any, name: str) -> None:
    rules, dice = profile(name), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    batch = []
    for _ in range(150):
        lot = replace(drawn.lot(rules, dice), amount=10 ** dice.randint(0, 18))
        batch.append((lot, [far_apart(rules, lot, bid, dice) for bid in drawn.bids(rules, lot, dice)]))
    for (lot, bids), order in zip(batch, rank(prepare(rules, batch)), strict=True):
        assert order == by_score(rules, lot, bids), (lot, bids)


def test_equal_totals_that_were_earned_differently_are_in_doubt(drawn: Any) -> None:
    """A percent off the price earns as much as a year of experience, which floats make nearly the same."""
    rules, dice = profile("report-2022"), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    weights = {"price": 46, "experience": 23, "financial_stability": 20, "warranty": 11}
    batch = []
    for _ in range(50):
        lot = Lot(100 * dice.randint(1, 10**9), {"weights": weights, "warranty_months": 12})
        one, less = drawn.bid(rules, lot, "a", dice), dice.randint(1, 10)
        one = replace(one, price=lot.amount, facts={**one.facts, "experience_years": 10})
        facts = {**one.facts, "experience_years": 10 - less}
        batch.append((lot, [one, replace(one, id="b", price=lot.amount // 100 * (100 - less), facts=facts)]))
    prepared = prepare(rules, batch)
    assert doubts(prepared) == len(batch)
    assert rank(prepared) == [by_score(rules, lot, bids) for lot, bids in batch]


def by_score(rules: Profile, lot: Lot, bids: list[Bid]) -> Order:
    told = score(rules, lot, bids)
    return tuple(one.bid for one in told.ranking), told.winner


def test_what_columns_cannot_tell_is_left_to_fractions(drawn: Any) -> None:
    """A share that may be missing is none that a column could hold."""
    data, dice = profile("report-2022").as_data(), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    data["parameters"]["zero_income"]["value"] = "left_out"
    rules = read_profile(data)
    lot = drawn.lot(rules, dice)
    bids = [replace(bid, facts={**bid.facts, "income": (0, 0, 0)}) for bid in drawn.bids(rules, lot, dice, least=3)]
    prepared = prepare(rules, [(lot, bids)])
    assert doubts(prepared) == 1
    assert rank(prepared) == [by_score(rules, lot, bids)]
    with pytest.raises(UnfitBid, match="same_id_twice"):
        prepare(rules, [(lot, [bids[0], bids[0]])])


def test_an_alternative_reckons_anew_only_what_depends_on_its_answer() -> None:
    rules = profile("KZ-2025-tender")
    alone = read_rules(replace(rules, parameters={**rules.parameters, **_settled(rules)}))
    together = read_rules(rules)
    assert len(together.fewest) == 6
    assert len(together.ranking) < 2 * len(alone.ranking)


def _settled(rules: Profile) -> dict[str, Any]:
    return {name: replace(one, open=False) for name, one in rules.parameters.items() if one.open}


Spoil = Callable[[Profile, Lot, list[Bid]], tuple[Lot, list[Bid]]]


def _with_fact(name: str, value: Any) -> Spoil:
    return lambda _, lot, bids: (lot, [*bids[:-1], replace(bids[-1], facts={**bids[-1].facts, name: value})])


def _without_fact(name: str) -> Spoil:
    def spoil(_: Profile, lot: Lot, bids: list[Bid]) -> tuple[Lot, list[Bid]]:
        facts = {fact: value for fact, value in bids[-1].facts.items() if fact != name}
        return lot, [*bids[:-1], replace(bids[-1], facts=facts)]

    return spoil


def _with_term(name: str, value: Any) -> Spoil:
    return lambda _, lot, bids: (replace(lot, terms={**lot.terms, name: value}), bids)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("lowest-price", lambda _, lot, bids: (lot, [*bids, bids[0]])),
        ("lowest-price", _with_fact("quality", 1)),
        ("lowest-price", _with_term("quality", 1)),
        ("lowest-ratio", _with_fact("quality", 101)),
        ("lowest-ratio", _with_fact("quality", -1)),
        ("lowest-ratio", _with_fact("quality", value=True)),
        ("lowest-ratio", _with_fact("quality", 1.0)),
        ("lowest-ratio", _without_fact("quality")),
        ("lowest-ratio", _with_term("weights", {"price": 50, "quality": 49})),
        ("lowest-ratio", _with_term("weights", {"price": 50, "quality": 50.0})),
        ("lowest-ratio", _with_term("weights", {"price": 50, "beauty": 50})),
        ("report-2022", _with_term("warranty_months", None)),
        (
            "report-2022",
            _with_term("weights", CHEAP),
        ),
        ("report-2022", _with_fact("income", (1, 2))),
        ("report-2022", _with_fact("income", [1, 2, 3])),
        ("report-2022", _with_fact("income", (1, 2, -1))),
        ("report-2022", _with_fact("income", (1, None, False))),
        ("report-2022", _with_fact("income", 3)),
        ("KZ-2025-tender", _with_term("kind", "gifts")),
        ("KZ-2025-tender", _with_term("kind", ["works"])),
        ("KZ-2025-tender", _with_fact("quick_ratio", 1)),
        ("KZ-2025-tender", _with_fact("located", 1)),
        ("KZ-2025-tender", _with_fact("objects", ((1, 0),) * 11)),
        ("KZ-2025-tender", _with_fact("objects", ((1, True),))),
        ("prozorro-coefficient", _with_fact("features", {"term": Fraction(1)})),
        ("prozorro-coefficient", _with_fact("features", {"term": 0})),
        ("prozorro-coefficient", _with_term("features_most", {"term": Fraction(9, 10)})),
    ],
)
def test_what_is_unfit_is_refused_as_when_scored(drawn: Any, name: str, spoil: Spoil) -> None:
    rules, dice = profile(name), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    batch = []
    for _ in range(9):
        lot = drawn.lot(rules, dice)
        batch.append((lot, drawn.bids(rules, lot, dice, least=1)))
    prepare(rules, batch)
    batch[4], batch[7] = spoil(rules, *batch[4]), spoil(rules, *batch[7])
    with pytest.raises((UnfitLot, UnfitBid)) as scored:
        score(rules, *batch[4])
    with pytest.raises(scored.type) as prepared:
        prepare(rules, batch)
    assert vars(prepared.value) == vars(scored.value)


def test_what_does_not_fit_a_column_is_refused(drawn: Any) -> None:
    rules, dice = profile("lowest-price"), random.Random(SEED)  # noqa: S311 - repeatable, not secret
    lot = drawn.lot(rules, dice)
    large = replace(drawn.bid(rules, lot, "a", dice), price=LARGEST + 1)
    with pytest.raises(OverflowError):
        prepare(rules, [(lot, [large])])


def test_nothing_to_rank() -> None:
    assert rank(prepare(profile("lowest-price"), [])) == []

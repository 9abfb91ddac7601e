"""What holds under every profile, for every lot and every set of bids."""

import copy
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer import (
    Asked,
    Bid,
    Lot,
    Profile,
    Scoring,
    UnfitBid,
    canonical,
    margin,
    profile,
    profiles,
    read_bid,
    read_lot,
    read_profile,
    reversals,
    score,
)

everywhere = pytest.mark.parametrize("name", profiles())
dices = st.randoms(use_true_random=False)
few = settings(deadline=None, max_examples=30)

HASHES = {
    "KZ-2015": "83fb0e5dfe00e3ab13b95ee3afced1d50954c62ef1f47bf7e4de659c324c7b37",
    "KZ-2025-rating-point": "7ae6e664c73f907c094cd700e7d54edfeeefdc272d487a93860ac7fe7b8016a7",
    "KZ-2025-tender": "847ca3b45eff371bd8bfca58e80f7d20d844ac537e44fdf4b4f8683ab115aa83",
    "lowest-price": "2b4157384f934858c31e43c24f15bcc7a275860e76e7f8b62292f36c2883cce7",
    "lowest-ratio": "49f8339560b4ed9a01e83e297a6528f184da6133714b299fa470b37a75a42faf",
    "prozorro-coefficient": "62be73638378d540d5d9290bd2809106ed3306a4c440155ffc3e36484d660e9a",
    "report-2022": "ae0072914436823d425fe70c3c36838dc6884c678ce04f95ec1c3faccc92e19d",
    "world-bank-qcbs": "cf35e97bbe199257f33e6a74082eed088df984d68068e6c4e405b9de7875a69b",
}
"""A published profile never changes: what would change one of these lines is a profile of another name."""


def standing(told: Scoring) -> list[tuple[str, int, Fraction]]:
    return [(one.bid, one.place, one.total) for one in told.ranking]


def place_of(told: Scoring, bid: str) -> int:
    """The place of a bid; behind everybody's if it is refused."""
    return {one.bid: one.place for one in told.ranking}.get(bid, 99)


def floor_of(told: Scoring, lot: Lot) -> int:
    """The lowest price that the rules expect."""
    parameters = told.profile.parameters
    if told.profile.dumping is None:
        return 0
    below: Mapping[str, Fraction] = parameters["dumping"].value  # type: ignore[assignment]
    return ceil(lot.amount * (1 - below[lot.terms["kind"]]))


def test_the_hashes_are_pinned() -> None:
    assert {name: profile(name).hash for name in profiles()} == HASHES


@everywhere
def test_profiles_are_read_back(name: str) -> None:
    rules = profile(name)
    assert read_profile(rules.as_data()) == rules
    assert read_profile(rules.as_data()).hash == rules.hash
    assert all(parameter.source and parameter.reason for parameter in rules.parameters.values())
    rows = [*rules.criteria.values(), *rules.ties, *rules.refusals.values(), rules.total, *rules.gaps.values()]
    assert all(row.source and all(row.words.values()) and all(row.title.values()) for row in rows)


@everywhere
@few
@given(dices)
def test_the_order_of_bids_does_not_matter(drawn: Any, name: str, dice: random.Random) -> None:
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    bids = drawn.bids(rules, lot, dice)
    told = score(rules, lot, bids)
    dice.shuffle(bids)
    assert canonical(score(rules, lot, bids).as_data()) == canonical(told.as_data())


@everywhere
@few
@given(dices)
def test_numbers_are_exact_and_data_is_read_back(drawn: Any, name: str, dice: random.Random) -> None:
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    bids = drawn.bids(rules, lot, dice)
    told = score(rules, lot, bids)
    again = score(rules, read_lot(rules, lot.as_data()), [read_bid(rules, bid.as_data()) for bid in bids])
    assert again == told
    assert all(isinstance(one.total, Fraction) for one in told.ranking)
    assert canonical(told.as_data())
    assert not any(isinstance(leaf, float) for leaf in leaves(told.as_data()))


def leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from leaves(one)
    else:
        yield data


@everywhere
@few
@given(dices)
def test_everybody_has_a_place_or_a_bar_and_there_is_a_winner_or_a_reason(
    drawn: Any, name: str, dice: random.Random
) -> None:
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    bids = drawn.bids(rules, lot, dice)
    told = score(rules, lot, bids)
    assert sorted([*(one.bid for one in told.ranking), *(one.bid for one in told.refused)]) == [bid.id for bid in bids]
    assert (told.winner is None) is (told.undecided is not None)
    assert told.undecided is None or told.undecided in rules.gaps
    assert bool(told.differing) is (told.undecided == "answers_differ")
    totals = [one.total for one in told.ranking]
    assert totals == sorted(totals, reverse=rules.total.better == "higher")
    if told.winner:
        assert told.ranking[0].bid == told.winner
        assert len(told.ranking) == 1 or told.ranking[1].place == 2
        assert told.runner_up != told.winner


@everywhere
@few
@given(dices)
def test_a_lower_price_never_makes_a_place_worse(drawn: Any, name: str, dice: random.Random) -> None:
    """Down to the lowest price that the rules expect, where there is one."""
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    own, *others = drawn.bids(rules, lot, dice, least=1)
    told = score(rules, lot, [own, *others])
    lower = replace(own, price=max(own.price - dice.choice((1, 2, lot.amount // 20)), floor_of(told, lot), 0))
    if lower.price < own.price:
        assert place_of(score(rules, lot, [lower, *others]), own.id) <= place_of(told, own.id)


@everywhere
@few
@given(dices)
def test_a_better_fact_never_makes_a_place_worse(drawn: Any, name: str, dice: random.Random) -> None:
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    own, *others = drawn.bids(rules, lot, dice, least=1)
    place = place_of(score(rules, lot, [own, *others]), own.id)
    for fact, asked in rules.bid.items():
        if asked.better:
            changed = better(own, asked, dice)
            try:
                told = score(rules, lot, [replace(own, facts={**own.facts, fact: changed}), *others])
            except UnfitBid:
                continue  # no mark is above the full one
            assert place_of(told, own.id) <= place, fact


def better(own: Bid, asked: Asked, dice: random.Random) -> Any:
    value = own.facts[asked.name]
    if asked.kind == "flag":
        return asked.better == "more"
    if asked.kind == "years":
        year = dice.randint(0, 2)
        return tuple(one if one is None else one + (n == year) * dice.choice((1, 10**6)) for n, one in enumerate(value))
    if asked.kind == "objects":
        return (*value, (1, 0)) if len(value) < asked.length else value
    more = Fraction(1, 10) if asked.kind == "fraction" else dice.choice((1, 5))
    return value + more if asked.better == "more" else max(0, value - more)


@everywhere
@few
@given(dices)
def test_without_a_loser(drawn: Any, name: str, dice: random.Random) -> None:
    """Where no bid enters another's number the winner stays; elsewhere the reversals are listed, all of them."""
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    bids = drawn.bids(rules, lot, dice, least=1, most=4)
    told = score(rules, lot, bids)
    found = {}
    for loser in bids:
        if loser.id != told.winner:
            rest = score(rules, lot, [bid for bid in bids if bid.id != loser.id])
            if rest.winner != told.winner:
                found[loser.id] = rest.winner
            if not rules.relative:
                before = [row for row in standing(told) if row[0] != loser.id]
                assert [(bid, total) for bid, _, total in standing(rest)] == [(bid, total) for bid, _, total in before]
                assert told.winner is None or rest.winner == told.winner
    if rules.relative:
        assert {one.without: one.winner for one in reversals(rules, lot, bids)} == found


@everywhere
@few
@given(dices, st.integers(2, 1000))
def test_the_unit_of_money_does_not_matter(drawn: Any, name: str, dice: random.Random, times: int) -> None:
    """Thresholds in money are multiplied with the rest, and what rounds to a unit is asked not to."""
    rules = profile(name)
    data = rules.as_data()
    if "rounding" in data["parameters"]:
        data["parameters"]["rounding"]["value"] = "only_display"
    rules = read_profile(data)
    lot = drawn.lot(rules, dice)
    bids = drawn.bids(rules, lot, dice)
    if "mrp" in data["parameters"]:
        data["parameters"]["mrp"]["value"] *= times
    told, again = (
        score(rules, lot, bids),
        score(read_profile(data), replace(lot, amount=lot.amount * times), [dearer(rules, bid, times) for bid in bids]),
    )
    assert [(bid, place) for bid, place, _ in standing(again)] == [(bid, place) for bid, place, _ in standing(told)]
    scale = times if rules.total.unit == "tenge" else 1
    assert [total for _, _, total in standing(again)] == [total * scale for _, _, total in standing(told)]
    assert [(one.bid, one.bars) for one in again.refused] == [(one.bid, one.bars) for one in told.refused]


def dearer(rules: Profile, bid: Bid, times: int) -> Bid:
    facts = dict(bid.facts)
    for name, asked in rules.bid.items():
        if asked.kind == "money":
            facts[name] *= times
        if asked.kind == "years":
            facts[name] = tuple(None if one is None else one * times for one in facts[name])
    return replace(bid, price=bid.price * times, facts=facts)


@everywhere
@settings(deadline=None, max_examples=15)
@given(dices)
def test_the_margins_are_the_least_that_win(drawn: Any, name: str, dice: random.Random) -> None:
    """What is found wins, what is one less does not, and where nothing is found nothing that was tried wins."""
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    bids = drawn.bids(rules, lot, dice, least=2, most=3)
    own, others = bids[0], bids[1:]
    told = margin(rules, lot, bids, own.id)

    def wins(changed: Bid) -> bool:
        try:
            return bool(own.id == score(rules, lot, [changed, *others]).winner)
        except UnfitBid:
            return False

    prices = set(range(lot.amount, 0, -max(1, lot.amount // 7))) | {bid.price for bid in others}
    floor = floor_of(score(rules, lot, bids), lot)
    if told.price is not None:
        assert wins(replace(own, price=told.price))
        assert told.price == lot.amount or not wins(replace(own, price=told.price + 1))
    tried = [price for price in prices if price >= floor and wins(replace(own, price=price))]
    assert max(tried, default=-1) <= (-1 if told.price is None else told.price)
    for fact, value in told.facts.items():
        check_fact(rules.bid[fact], own, value, wins)


def check_fact(asked: Asked, own: Bid, value: Any, wins: Any) -> None:
    def becoming(value: Any) -> Bid:
        return replace(own, facts={**own.facts, asked.name: value})

    if asked.kind in {"whole", "money"}:
        step = 1 if asked.better == "more" else -1
        if value is None:
            assert not wins(becoming(own.facts[asked.name]))
            assert not wins(becoming(100 if asked.better == "more" else 0))
        else:
            assert wins(becoming(value))
            assert value == 0 or asked.better == "less" or not wins(becoming(value - step))
    elif asked.kind == "flag":
        assert wins(becoming(value)) if value is not None else not (wins(becoming(False)) or wins(becoming(True)))  # noqa: FBT003
    elif asked.kind == "fraction":
        assert wins(becoming(value)) if value is not None else not wins(becoming(Fraction(1000)))
        assert not value or not wins(becoming(value - Fraction(1, 1000)))
    elif asked.kind == "objects" and value is not None:
        kept = tuple(year for year in own.facts[asked.name] if sum(year))
        assert wins(becoming(kept + ((1, 0),) * value))
        assert not value or not wins(becoming(kept + ((1, 0),) * (value - 1)))


@everywhere
@few
@given(dices)
def test_what_comes_later_changes_nothing(drawn: Any, name: str, dice: random.Random) -> None:
    """A result keeps nothing of what its caller may change afterwards; a fact that is not asked for is no fact."""
    rules = profile(name)
    lot = drawn.lot(rules, dice)
    bids = drawn.bids(rules, lot, dice, least=1)
    told = score(rules, lot, bids)
    before, data = canonical(told.as_data()), copy.deepcopy([bid.as_data() for bid in bids])
    for bid in bids:
        with pytest.raises(UnfitBid):
            score(rules, lot, [replace(bid, facts={**bid.facts, "later": 1})])
        bid.facts.clear()
    assert canonical(told.as_data()) == before
    assert canonical(score(rules, lot, [read_bid(rules, one) for one in data]).as_data()) == before

"""Every profile against a second scorer, written differently: rules by hand, whole numbers, duels instead of sorting.

Nothing here reads a profile. Discounts are whole tenths of a percent, prices are compared by multiplying crosswise, and
a place is one more than the duels lost. `report-2022` has a file of its own.
"""

import random
from collections.abc import Callable
from math import prod
from typing import Any

import pytest

from scorer import Bid, Lot, profile, score

MRP = 393200
Duel = Callable[[Bid, Bid], bool]
"""Whether the first is strictly ahead of the second."""
Options = dict[str, str]
USUAL: Options = {"round": "none", "negative": "below", "tenths": "full", "state": "admitted"}
OTHERS = {"round": ("tiyn", "tenge"), "negative": ("zero",), "tenths": ("part",), "state": ("all",)}


def ahead_by(*keys: Callable[[Bid], tuple[int, int]]) -> Duel:
    """Compare fractions, written as pairs of whole numbers with the second above zero: the lower is ahead."""

    def ahead(one: Bid, other: Bid) -> bool:
        for key in keys:
            (a, b), (c, d) = key(one), key(other)
            if a * d != c * b:
                return a * d < c * b
        return False

    return ahead


def received(bid: Bid) -> tuple[int, int]:
    return bid.received_at.second * 10**6 + bid.received_at.microsecond, 1


def price_of(bid: Bid) -> tuple[int, int]:
    return bid.price, 1


def lowest_price(lot: Lot, bids: list[Bid], _: Options) -> tuple[list[Bid], Duel]:
    return [bid for bid in bids if bid.price <= lot.amount], ahead_by(price_of, received)


def lowest_ratio(lot: Lot, bids: list[Bid], _: Options) -> tuple[list[Bid], Duel]:
    standing = [bid for bid in bids if bid.price <= lot.amount]
    least = min((bid.price for bid in standing), default=0)
    price, quality = lot.terms["weights"]["price"], lot.terms["weights"]["quality"]

    def points(bid: Bid) -> tuple[int, int]:
        mark = quality * bid.facts["quality"]
        if bid.price == 0:
            return -(100 * price + mark), 100
        return -(100 * price * least + mark * bid.price), 100 * bid.price

    return standing, ahead_by(points, price_of, received)


def quality_and_cost(lot: Lot, bids: list[Bid], _: Options) -> tuple[list[Bid], Duel]:
    standing = [b for b in bids if b.price <= lot.amount and b.facts["technical"] >= lot.terms["minimum_technical"]]
    least = min((bid.price for bid in standing), default=0)
    most = max((bid.facts["technical"] for bid in standing), default=0) or 1
    price, technical = lot.terms["weights"]["price"], lot.terms["weights"]["technical"]

    def points(bid: Bid) -> tuple[int, int]:
        top, bottom = (1, 1) if bid.price == 0 else (least, bid.price)
        return -(price * top * most + technical * bid.facts["technical"] * bottom), bottom * most

    return standing, ahead_by(points, lambda bid: (-bid.facts["technical"], 1))


def prozorro(lot: Lot, bids: list[Bid], _: Options) -> tuple[list[Bid], Duel]:
    most = lot.terms["features_most"].values()
    whole = prod(share.denominator for share in most)
    left = whole - sum(share.numerator * (whole // share.denominator) for share in most)

    def reduced(bid: Bid) -> tuple[int, int]:
        chosen = bid.facts["features"].values()
        of = prod(share.denominator for share in chosen)
        sum_ = sum(share.numerator * (of // share.denominator) for share in chosen)
        # price ÷ (1 + (sum/of) ÷ (left/whole)) = price · left · of ÷ (left · of + sum · whole)
        top, bottom = (bid.price + bid.facts["life_cycle_cost"]) * left * of, left * of + sum_ * whole
        return (2 * top + bottom) // (2 * bottom), 1

    return [bid for bid in bids if bid.price <= lot.amount], ahead_by(reduced, received)


def rounded(top: int, bottom: int, how: str) -> tuple[int, int]:
    """Round a price in tiyn, a half upwards."""
    unit = {"none": 0, "tiyn": 1, "tenge": 100}[how]
    return ((2 * top + bottom * unit) // (2 * bottom * unit) * unit, 1) if unit else (top, bottom)


def tenths_for_years(bid: Bid) -> int:
    """Tenths of a percent: 10 or 5 for a year, 2 and 1 for the two further objects that count, the best first."""
    earned = 0
    for main, sub in bid.facts["objects"]:
        year = sorted([2] * min(main, 4) + [1] * min(sub, 4), reverse=True)[:3]
        if year:
            earned += (10 if year[0] == 2 else 5) + sum(year[1:])
    return earned


def figures(bid: Bid, *names: str) -> list[int]:
    """Add each figure up over the years that have all of them."""
    years = [year for year in zip(*(bid.facts[name] for name in names), strict=True) if None not in year]
    return [sum(year[n] for year in years) for n in range(len(names))]


def tenths_for_taxes(bid: Bid) -> int:
    income, taxes = figures(bid, "income", "taxes")
    return 0 if not income else max(0, min(30, (taxes * 1000 - 30 * income) // income))


def kz_2015(lot: Lot, bids: list[Bid], how: Options) -> tuple[list[Bid], Duel]:
    def conditional(bid: Bid) -> tuple[int, int]:
        discount = min(tenths_for_years(bid), 100) + tenths_for_taxes(bid)
        return rounded(bid.price * (1000 - discount), 1000, how["round"])

    return [bid for bid in bids if bid.price <= lot.amount], ahead_by(conditional, received)


WORKS = ("works", "medium_road_repair", "current_repair")
PERCENT_BELOW = {"works": 2, "medium_road_repair": 5, "current_repair": 20}
TIERS: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    **dict.fromkeys(
        WORKS,
        ((200, 400, 800, 1600, 3200), (25, 50, 100, 200, 500, 700), (50, 70, 100, 100, 100, 100)),
    ),
    "design": ((4, 8, 16, 32), (25, 30, 35, 40, 45), (50, 55, 60, 65, 70)),
    "supervision": ((1, 4, 8, 16, 32), (25, 30, 35, 40, 45, 50), (50, 55, 60, 65, 70, 75)),
}
"""Bounds in thousands of indices, and the caps of income and of payroll up to each."""


def experience(lot: Lot, bid: Bid) -> int:
    kind, years = lot.terms["kind"], sum(1 for year in bid.facts["objects"] if any(year))
    large = lot.amount > MRP * (20_000 if kind == "design" else 200_000)
    if kind == "supervision":
        return min(10 * years, 50)
    if kind not in {*WORKS, "design"}:
        return 0
    earned = tenths_for_years(bid)
    if kind == "medium_road_repair":
        further = sum(main + sub - 1 for main, sub in bid.facts["objects"] if main + sub)
        earned = min(10 * years, 100) + min(2 * further, 10)
    return min(earned, 100 if large else 50)


def place_and_audit(lot: Lot, bid: Bid) -> int:
    kind, facts, earned = lot.terms["kind"], bid.facts, 0
    below = 3_200_000 if kind in WORKS else 32_000 if kind in {"design", "supervision"} else 0
    if facts["located"] and lot.amount < below * MRP:
        earned += 20
    if kind == "works" and lot.amount > 300_000 * MRP and facts["audited"]:
        earned += 10 * (facts["equity"] >= 300_000 * MRP) + 4 * (facts["quick_ratio"] >= 1)
        earned += 2 * (facts["own_working_capital"] >= 0)
        earned += 2 * (facts["autonomy"] * 2 >= 1) + 2 * (facts["return_on_assets"] * 10 >= 1)
    return earned


def goods(bid: Bid) -> int:
    better = sum(min(5 * bid.facts[f"better_{what}"], 30) for what in ("functions", "parameters", "operation"))
    return int(min(better + 50 * bid.facts["better_quality"], 100) + 30 * bid.facts["producer"])


def indicator(lot: Lot, bid: Bid, how: Options) -> tuple[int, int]:
    """Return minus the indicator, over a denominator that all have."""
    if lot.terms["kind"] not in TIERS:
        return 0, 1
    bounds, of_income, of_payroll = TIERS[lot.terms["kind"]]
    tier = sum(lot.amount > bound * 1000 * MRP for bound in bounds)
    income, _, payroll = figures(bid, "income", "taxes", "payroll")
    base, taxes = figures(bid, "income", "taxes")
    parts = [(1000 * income - 500 * lot.amount, lot.amount, 5, of_income[tier])]
    parts += [(1000 * taxes - 30 * base, base, 50, 65)] if base else []
    parts += [(1000 * payroll - 66 * lot.amount, lot.amount, 10, of_payroll[tier])]
    whole = lot.amount * (base or 1)
    sum_ = 0
    for top, bottom, hundredths, cap in parts:
        if how["tenths"] == "full":
            top, bottom = top // bottom, 1  # noqa: PLW2901 - the same, in full tenths
        sum_ += max(0, min(hundredths * top * (whole // bottom if bottom != 1 else whole), 100 * cap * whole))
    return -sum_, 100 * whole


def kz_2025(lot: Lot, bids: list[Bid], how: Options) -> tuple[list[Bid], Duel]:
    kind = lot.terms["kind"]
    below = PERCENT_BELOW.get(kind, 10)
    standing = []
    for bid in bids:
        short = lot.amount * (100 - below) - 100 * bid.price
        deposit = bid.facts["deposit"] if kind in {"goods", "services"} else 0
        if bid.price <= lot.amount and (short <= 0 or 100 * deposit >= short):
            standing.append(bid)
    private = sum(not bid.facts["state_owned"] for bid in (bids if how["state"] == "all" else standing))
    standing = [bid for bid in standing if not (bid.facts["state_owned"] and private >= 2)]

    def conditional(bid: Bid) -> tuple[int, int]:
        discount = experience(lot, bid) + tenths_for_taxes(bid) + place_and_audit(lot, bid)
        discount += goods(bid) if kind == "goods" else 0
        discount -= 2 * bid.facts.get("contracts", bid.facts.get("lots_won", 0)) + 2 * bid.facts["unfair"]
        if how["negative"] == "zero":
            discount = max(discount, 0)
        return rounded(bid.price * (1000 - (discount if len(standing) > 1 else 0)), 1000, how["round"])

    return standing, ahead_by(
        conditional,
        lambda bid: indicator(lot, bid, how),
        lambda bid: (bid.facts["contracts_value"], 1),
        lambda bid: (bid.facts["active_contracts"], 1),
        received,
    )


RULES: dict[str, tuple[Callable[[Lot, list[Bid], Options], tuple[list[Bid], Duel]], int, tuple[str, ...]]] = {
    "KZ-2015": (kz_2015, 2, ("round",)),
    "KZ-2025-rating-point": (kz_2025, 1, tuple(OTHERS)),
    "KZ-2025-tender": (kz_2025, 1, tuple(OTHERS)),
    "lowest-price": (lowest_price, 1, ()),
    "lowest-ratio": (lowest_ratio, 1, ()),
    "prozorro-coefficient": (prozorro, 1, ()),
    "world-bank-qcbs": (quality_and_cost, 1, ()),
}
"""The rule, how many bids it wants at least, and the questions that it leaves open."""


def places(name: str, lot: Lot, bids: list[Bid], how: Options) -> tuple[dict[str, int], str | None]:
    rule, fewest, _ = RULES[name]
    standing, ahead = rule(lot, bids, how)
    found = {bid.id: 1 + sum(ahead(other, bid) for other in standing) for bid in standing}
    first = [bid for bid, place in found.items() if place == 1]
    return found, first[0] if len(first) == 1 and len(standing) >= fewest else None


def compare(drawn: Any, name: str, cases: int, seed: int) -> dict[str, int]:
    dice, rules = random.Random(seed), profile(name)  # noqa: S311 - repeatable, not secret
    seen: dict[str, int] = {}
    for case in range(cases):
        lot = drawn.lot(rules, dice)
        bids = drawn.bids(rules, lot, dice)
        told, which = score(rules, lot, bids), f"{name}, seed {seed}, case {case}: {lot}, {bids}"
        found, winner = places(name, lot, bids, USUAL)
        assert {one.bid: one.place for one in told.ranking} == found, which
        others = [{**USUAL, question: answer} for question in RULES[name][2] for answer in OTHERS[question]]
        agreed = all(places(name, lot, bids, how)[1] == winner for how in others)
        assert told.winner == (winner if agreed else None), which
        assert (told.undecided == "answers_differ") is not agreed or not found, which
        for what in (told.undecided or "won", "tied" if told.ties else "", "refused" if told.refused else ""):
            seen[what] = seen.get(what, 0) + 1
    return seen


@pytest.mark.parametrize("name", RULES)
def test_some_hundred_lots(drawn: Any, name: str) -> None:
    seen = compare(drawn, name, 300, seed=2025)
    reasons = {"won", "no_bids", "refused"} | ({"answers_differ"} if RULES[name][2] else set())
    assert all(seen.get(reason, 0) >= 3 for reason in reasons), seen


MANY = {
    **dict.fromkeys(("lowest-price", "lowest-ratio", "world-bank-qcbs"), 250_000),
    "prozorro-coefficient": 150_000,
    "KZ-2015": 60_000,
    "KZ-2025-rating-point": 20_000,
    "KZ-2025-tender": 20_000,
}
"""A million lots in all; fewer where each is scored six times over."""


@pytest.mark.prove
@pytest.mark.timeout(2700)
@pytest.mark.parametrize("name", MANY)
def test_a_million_lots(drawn: Any, name: str) -> None:
    compare(drawn, name, MANY[name], seed=random.SystemRandom().randrange(2**32))

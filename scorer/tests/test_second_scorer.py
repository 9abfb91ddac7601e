"""The scorer against a second one, written differently: whole numbers over one denominator, and duels.

The second one knows the profile's numbers by itself. It never divides: a share is a pair of whole numbers, a total is
one whole number over a denominator that all bids of the lot have, and a place is the number of duels lost.
"""

import datetime as dt
import random
from math import prod

import pytest

from scorer import Bid, Lot, profile, score

REPORT = profile("report-2022")
NOON = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
Pair = tuple[int, int]


def share(numerator: int, denominator: int) -> Pair:
    """Cut to what lies between nothing and the whole."""
    if numerator <= 0 or denominator == 0:
        return 0, 1
    return (1, 1) if numerator >= denominator else (numerator, denominator)


def shares(lot: Lot, bid: Bid) -> list[tuple[int, Pair]]:
    """Weights with shares, those of financial stability at a third of its weight: the whole is three hundred."""
    income = taxes = payroll = 0
    for one, two, three in zip(bid.facts["income"], bid.facts["taxes"], bid.facts["payroll"], strict=True):
        if one is not None and two is not None and three is not None:
            income, taxes, payroll = income + one, taxes + two, payroll + three
    weight = lot.terms["weights"]
    return [
        (weight["price"] * 3, share(5 * (lot.amount - bid.price), lot.amount)),
        (weight["experience"] * 3, share(bid.facts["experience_years"], 10)),
        (weight["financial_stability"], share(income, 3 * lot.amount)),
        (weight["financial_stability"], share(100 * taxes, 3 * income)),
        (weight["financial_stability"], share(1000 * payroll, 3 * 66 * lot.amount)),
        (weight["warranty"] * 3, share(bid.facts["warranty_months"] - lot.terms["warranty_months"], 36)),
    ]


def total(lot: Lot, bid: Bid) -> Pair:
    judged = shares(lot, bid)
    whole = prod(denominator for _, (_, denominator) in judged)
    return sum(weight * top * (whole // bottom) for weight, (top, bottom) in judged), 3 * whole


def duel(lot: Lot, one: Bid, other: Bid) -> int:
    """Return whether the other is ahead (1), behind (-1) or equal (0)."""
    (mine, of), (theirs, out_of) = total(lot, one), total(lot, other)
    for worse, better in (
        (mine * out_of, theirs * of),
        (other.price, one.price),
        (one.facts["experience_years"], other.facts["experience_years"]),
        ((other.received_at - NOON).microseconds, (one.received_at - NOON).microseconds),
    ):
        if worse != better:
            return 1 if better > worse else -1
    return 0


def places(lot: Lot, bids: list[Bid]) -> dict[str, int]:
    standing = [bid for bid in bids if bid.price <= lot.amount]
    return {bid.id: 1 + sum(duel(lot, bid, other) > 0 for other in standing) for bid in standing}


def any_lot(dice: random.Random) -> Lot:
    price = dice.randint(30, 100)
    experience = dice.randint(0, 100 - price)
    stability = dice.randint(0, 100 - price - experience)
    parts = (price, experience, stability, 100 - price - experience - stability)
    weights = REPORT.default_weights if dice.random() < 0.5 else dict(zip(REPORT.criteria, parts, strict=True))
    amount = dice.choice((1, 100_00, dice.randint(1, 10**12)))
    return Lot(amount, {"weights": weights, "warranty_months": dice.choice((0, 12, 24))})


def any_bid(dice: random.Random, name: int, amount: int) -> Bid:
    def figures(most: int) -> tuple[int | None, ...]:
        return tuple(None if dice.random() < 0.05 else dice.choice((0, most, dice.randint(0, most))) for _ in "123")

    prices = (amount, amount * 4 // 5, amount // 2, amount + 1, dice.randint(amount // 2, amount))
    return Bid(
        id=str(name),
        price=dice.choice(prices),
        received_at=NOON + dt.timedelta(microseconds=dice.randint(0, 2)),
        facts={
            "experience_years": dice.choice((0, 5, 10, dice.randint(0, 12))),
            "income": figures(2 * amount),
            "taxes": figures(amount // 20),
            "payroll": figures(amount // 10),
            "warranty_months": dice.choice((0, 12, 48, dice.randint(0, 70))),
        },
    )


def any_bids(dice: random.Random, amount: int) -> list[Bid]:
    bids: list[Bid] = []
    for name in range(dice.randint(0, 4)):
        bid = any_bid(dice, name, amount)
        twin = dice.choice(bids) if bids and dice.random() < 0.2 else None
        bids.append(bid if twin is None else copied(twin, bid, dice))
    return bids


def copied(twin: Bid, bid: Bid, dice: random.Random) -> Bid:
    """Make a bid that differs from another in its moment at most, so that the last steps of the chain are met."""
    moment = dice.choice((bid.received_at, twin.received_at))
    return Bid(**{**vars(twin), "id": bid.id, "received_at": moment})


def compare(cases: int, seed: int) -> dict[str, int]:
    dice, seen = random.Random(seed), dict.fromkeys(("won", "no_bids", "all_equal", "tied", "refused"), 0)  # noqa: S311 - repeatable, not secret
    for case in range(cases):
        lot = any_lot(dice)
        bids = any_bids(dice, lot.amount)
        told, expected, which = score(REPORT, lot, bids), places(lot, bids), f"seed {seed}, case {case}: {lot}, {bids}"
        assert {one.bid: one.place for one in told.ranking} == expected, which
        for one in told.ranking:
            top, bottom = total(lot, bids[int(one.bid)])
            assert one.total.numerator * bottom == one.total.denominator * top, which
        firsts = [bid for bid, place in expected.items() if place == 1]
        assert told.winner == (firsts[0] if len(firsts) == 1 else None), which
        seen[told.undecided or "won"] += 1
        seen["tied"] += bool(told.ties)
        seen["refused"] += bool(told.refused)
    return seen


def test_a_thousand_lots() -> None:
    seen = compare(1_000, seed=2022)
    assert all(times > 20 for times in seen.values()), seen


@pytest.mark.prove
@pytest.mark.timeout(2700)
def test_a_million_lots() -> None:
    seen = compare(1_000_000, seed=random.SystemRandom().randrange(2**32))
    assert all(seen.values()), seen

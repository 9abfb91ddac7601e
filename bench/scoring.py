"""Ranking many lots: columns of floats with bounds, against a plain loop over `decimal.Decimal`, and fractions."""

import datetime as dt
import os
import random
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from rounds import Goal, Measured, Section, interleaved, ratio
from scorer import Bid, Lot, profile
from scorer.batch import Order, doubts, prepare, rank
from scorer.scoring import standing

LOTS = int(os.environ.get("LOTS", "20000"))
_SEED = 2022
_A_NEAR_TIE_IN = 2000
_NOON = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
_FAST, _LOOP, _WHOLE = "rank, prepared", "Decimal loop", "rank with preparing"
_NOUGHT, _ONE = Decimal(0), Decimal(1)
_BAND, _YEARS, _TAXES, _PAYROLL, _MONTHS = map(Decimal, ("0.2", "10", "0.03", "0.066", "36"))


def measure(_data: Path, _port: int) -> Section:
    """In one process, on lots that are made from a seed; every order is compared with that of exact fractions."""
    rules, batch = profile("report-2022"), _lots(random.Random(_SEED))  # noqa: S311 - repeatable, not secret
    prepared = prepare(rules, batch)
    figures = interleaved(
        {
            _FAST: lambda: _timed(lambda: rank(prepared)),
            _LOOP: lambda: _timed(lambda: [_by_decimals(lot, bids) for lot, bids in batch]),
            _WHOLE: lambda: _timed(lambda: rank(prepare(rules, batch))),
        }
    )
    exact = [standing(rules, lot, bids) for lot, bids in batch]
    differing = sum(one != other for one, other in zip(rank(prepared), exact, strict=True))
    by_decimals = sum(_by_decimals(lot, bids) != order for (lot, bids), order in zip(batch, exact, strict=True))
    speed = ratio(figures, _FAST, _LOOP)
    goals = [
        Goal(f"{_FAST} / {_LOOP}", speed, 10.0),
        Goal("lots ranked otherwise than by exact fractions", float(differing), 0.0, at_least=False),
    ]
    bids = sum(len(bids) for _, bids in batch)
    told = {"lots": LOTS, "bids": bids, "left to fractions": doubts(prepared), "Decimal loop differs": by_decimals}
    ratios = {goals[0].name: speed, f"{_WHOLE} / {_LOOP}": ratio(figures, _WHOLE, _LOOP)}
    return Section("scoring", list(figures.values()), ratios, goals, told, unit="lots a second")


def _timed(work: Callable[[], object]) -> Measured:
    began = time.perf_counter()
    work()
    return LOTS / (time.perf_counter() - began), None, None


def _lots(dice: random.Random) -> list[tuple[Lot, list[Bid]]]:
    weights = {"price": 40, "experience": 20, "financial_stability": 20, "warranty": 20}
    batch = []
    for _ in range(LOTS):
        lot = Lot(dice.randint(10**7, 10**11), {"weights": weights, "warranty_months": 12})
        bids = [_bid(str(name), lot.amount, dice) for name in range(dice.randint(2, 6))]
        if dice.randrange(_A_NEAR_TIE_IN) == 0:
            nearly = Bid("twin", bids[0].price - dice.choice((0, 1)), _NOON, bids[0].facts)
            bids.append(nearly)
        batch.append((lot, bids))
    return batch


def _bid(name: str, amount: int, dice: random.Random) -> Bid:
    def years(most: int) -> tuple[int | None, ...]:
        return tuple(None if dice.random() < 1 / 50 else dice.randint(0, most) for _ in range(3))

    income, taxes, payroll = years(2 * amount), years(amount // 20), years(amount // 10)
    facts = {"income": income, "taxes": taxes, "payroll": payroll}
    facts |= {"experience_years": dice.randint(0, 14), "warranty_months": dice.randint(0, 60)}  # type: ignore[dict-item]
    moment = _NOON + dt.timedelta(seconds=dice.randint(0, 9999))
    return Bid(name, dice.randint(amount * 7 // 10, amount), moment, facts)


def _by_decimals(lot: Lot, bids: list[Bid]) -> Order:
    """Rank as one would in a plain program: a loop, decimals of 28 digits, a sort."""
    rows = sorted((*_key(lot, bid), bid.id) for bid in bids if bid.price <= lot.amount)
    keys = [row[:-1] for row in rows]
    alone = bool(rows) and (len(rows) == 1 or keys[0] != keys[1])
    return tuple(row[-1] for row in rows), rows[0][-1] if alone else None


def _key(lot: Lot, bid: Bid) -> tuple[Decimal, int, int, dt.datetime]:
    amount, facts, weights = Decimal(lot.amount), bid.facts, lot.terms["weights"]
    income = taxes = payroll = 0
    for one, two, three in zip(facts["income"], facts["taxes"], facts["payroll"], strict=True):
        if one is not None and two is not None and three is not None:
            income, taxes, payroll = income + one, taxes + two, payroll + three
    shares = (
        _cut(Decimal(income) / 3 / amount),
        _cut(Decimal(taxes) / Decimal(income) / _TAXES) if income else _NOUGHT,
        _cut(Decimal(payroll) / 3 / amount / _PAYROLL),
    )
    total = weights["price"] * _cut((amount - bid.price) / (amount * _BAND))
    total += weights["experience"] * _cut(facts["experience_years"] / _YEARS)
    total += weights["financial_stability"] * (sum(shares, _NOUGHT) / 3)
    total += weights["warranty"] * _cut((facts["warranty_months"] - lot.terms["warranty_months"]) / _MONTHS)
    return -total, bid.price, -facts["experience_years"], bid.received_at


def _cut(share: Decimal) -> Decimal:
    return min(max(share, _NOUGHT), _ONE)

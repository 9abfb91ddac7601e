"""Lots and bids of any profile, drawn so close together that ties, caps, floors and bars are met again and again."""

import datetime as dt
import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from scorer import Asked, Bid, Lot, Profile

_NOON = dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
_MRP = 393200
_SIZES = (1000, 4000, 16000, 20000, 200_000, 300_000, 400_000, 3_200_000)
_FRACTIONS = tuple(map(Fraction, ("0", "1/2", "1", "1/10", "-1/10", "3/2", "99/1000")))


class Drawn:
    """Draws by dice: a `random.Random`, or the one that hypothesis shrinks."""

    def lot(self, profile: Profile, dice: random.Random) -> Lot:
        size = dice.choice((dice.choice(_SIZES) * _MRP + dice.choice((0, 0, 1)), 1000_00, dice.randint(900, 1000)))
        return Lot(size, {name: self._term(profile, asked, dice) for name, asked in profile.lot.items()})

    def bid(self, profile: Profile, lot: Lot, name: str, dice: random.Random) -> Bid:
        below = dice.choice((0, 0, 1, 2, 5, 10, 20, dice.randint(0, 12)))
        price = max(0, lot.amount * (100 - below) // 100 + dice.choice((0, 0, 0, 1, -1)))
        facts = {fact: self._fact(lot, asked, dice) for fact, asked in profile.bid.items()}
        return Bid(name, price, _NOON + dt.timedelta(microseconds=dice.randint(0, 2)), facts)

    def bids(self, profile: Profile, lot: Lot, dice: random.Random, most: int = 5, least: int = 0) -> list[Bid]:
        bids: list[Bid] = []
        for name in "abcdefgh"[: dice.randint(least, most)]:
            bid = self.bid(profile, lot, name, dice)
            if bids and dice.random() < 0.4:
                twin = dice.choice(bids)
                facts = {**twin.facts, **{fact: bid.facts[fact] for fact in bid.facts if dice.random() < 0.1}}
                bid = replace(twin, id=name, facts=facts, received_at=dice.choice((bid.received_at, twin.received_at)))
            bids.append(bid)
        return bids

    def _term(self, profile: Profile, asked: Asked, dice: random.Random) -> Any:
        if asked.kind == "weights":
            rest = dice.randint(0, 70)
            others = [name for name in profile.criteria if name != "price"]
            cuts = sorted(dice.randint(0, rest) for _ in others[1:])
            parts = [end - start for start, end in zip([0, *cuts], [*cuts, rest], strict=True)]
            return {"price": 100 - rest, **dict(zip(others, parts, strict=True))}
        if asked.kind == "shares":
            whole = {"term": Fraction(dice.randint(0, 15), 100), "quality": Fraction(dice.randint(1, 3), 20)}
            return whole if dice.random() < 0.8 else {}
        return dice.choice(asked.answers) if asked.kind == "choice" else dice.choice((0, 12, 50, 75))

    def _fact(self, lot: Lot, asked: Asked, dice: random.Random) -> Any:
        drawn: dict[str, Any] = {
            "money": lambda: dice.choice((0, 0, 1, lot.amount // 50, lot.amount, 300_000 * _MRP)),
            "whole": lambda: dice.choice((0, dice.randint(0, 6), dice.randint(0, 100))),
            "fraction": lambda: dice.choice(_FRACTIONS),
            "flag": lambda: dice.random() < 0.3,
            "years": lambda: tuple(self._figure(lot, dice) for _ in range(asked.length)),
            "objects": lambda: tuple(
                (dice.choice((0, 1, 1, 3)), dice.choice((0, 0, 1, 2))) for _ in range(dice.randint(0, asked.length))
            ),
            "shares": lambda: {
                name: most if dice.random() < 0.5 else most / dice.randint(2, 3)
                for name, most in lot.terms["features_most"].items()
            },
        }
        return drawn[asked.kind]()

    def _figure(self, lot: Lot, dice: random.Random) -> int | None:
        share = dice.choice((0, lot.amount // 300, lot.amount // 10, lot.amount // 5, lot.amount))
        return None if dice.random() < 0.05 else dice.choice((share, dice.randint(0, share)))


@pytest.fixture(scope="session")
def drawn() -> Drawn:
    return Drawn()

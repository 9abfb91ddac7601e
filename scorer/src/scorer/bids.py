"""What is scored: the lot as it was published, and the bids as they were received."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from statute.deadlines import local

Years = tuple[int | None, ...]
"""A figure in tiyn for each of the last years, oldest first; None where a year is missing."""


class UnfitLot(ValueError):
    """Nothing can be scored for this lot. `reason` is one word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the lot cannot be scored: {reason}")
        self.reason = reason


class UnfitBid(ValueError):
    """The bid is not a bid. `reason` is one word for why; a bid that is merely not admitted is refused instead."""

    def __init__(self, bid: str, reason: str) -> None:
        super().__init__(f"the bid {bid!r} cannot be scored: {reason}")
        self.bid = bid
        self.reason = reason


@dataclass(frozen=True)
class Lot:
    """What the buyer published: the `amount` allocated, in tiyn, a weight per criterion, the months required.

    Raises:
        UnfitLot: `amount_not_positive`, `warranty_not_whole`; the weights are the profile's to judge (`check_lot`).
    """

    amount: int
    weights: Mapping[str, int]
    warranty_months: int

    def __post_init__(self) -> None:
        if not _whole(self.amount) or self.amount == 0:
            raise UnfitLot("amount_not_positive")
        if not _whole(self.warranty_months):
            raise UnfitLot("warranty_not_whole")


@dataclass(frozen=True)
class Bid:
    """What a supplier offers and what the registers confirm; money in tiyn, `experience_years` in full years.

    Raises:
        UnfitBid: `number_not_whole` (also when below zero), `received_without_offset`.
    """

    id: str
    price: int
    received_at: dt.datetime
    experience_years: int
    income: Years
    taxes: Years
    payroll: Years
    warranty_months: int

    def __post_init__(self) -> None:
        numbers = (self.price, self.experience_years, self.warranty_months)
        figures = (figure for years in (self.income, self.taxes, self.payroll) for figure in years)
        if not all(map(_whole, numbers)) or not all(figure is None or _whole(figure) for figure in figures):
            raise UnfitBid(self.id, "number_not_whole")
        try:
            local(self.received_at)
        except ValueError:
            raise UnfitBid(self.id, "received_without_offset") from None


def _whole(number: object) -> bool:
    """A float or a bool must not slip in where money is counted."""
    return type(number) is int and number >= 0

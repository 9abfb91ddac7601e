"""Who is ahead among bids with the same total: the profile's chain, each step of it told."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from scorer.bids import Bid
from scorer.profiles import Profile, Wording

Group = tuple[Bid, ...]
"""Bids that nothing has set apart yet, by id."""


@dataclass(frozen=True)
class TieStep:
    """One step of the chain, asked about `bids` whose totals, and whatever came before in the chain, are equal.

    `order` is what the step made of them, best first: groups of bids that it could not set apart.
    """

    step: str
    bids: tuple[str, ...]
    order: tuple[tuple[str, ...], ...]
    words: Mapping[str, str]
    source: str

    @property
    def decided(self) -> bool:
        """Whether the step set anybody apart."""
        return len(self.order) > 1


def settle(profile: Profile, tied: Group) -> tuple[list[Group], list[TieStep]]:
    """Return the groups that remain after the whole chain, best first, and the steps that were needed."""
    groups, steps = [tied], []
    for told in profile.ties:
        apart: list[Group] = []
        for group in groups:
            parts = list(_parts(profile, group, told.name))
            apart += parts
            if len(group) > 1:
                steps.append(_told(told, group, parts))
        groups = apart
    return groups, steps


def _parts(profile: Profile, group: Group, step: str) -> Iterator[Group]:
    def place(bid: Bid) -> Any:
        return _PLACES[step](profile, bid)

    for _, equal in groupby(sorted(group, key=place), key=place):
        yield tuple(equal)


def _told(told: Wording, group: Group, parts: list[Group]) -> TieStep:
    order = tuple(_ids(part) for part in parts)
    return TieStep(step=told.name, bids=_ids(group), order=order, words=told.words, source=told.source)


def _ids(bids: Group) -> tuple[str, ...]:
    return tuple(bid.id for bid in bids)


def _lower_price(_profile: Profile, bid: Bid) -> int:
    return bid.price


def _more_experience(profile: Profile, bid: Bid) -> Fraction:
    years = Fraction(bid.experience_years)
    if profile.answer("experience_in_ties") == "counted_years":
        years = min(years, profile.number("experience_full_years"))
    return -years


def _earlier_receipt(_profile: Profile, bid: Bid) -> dt.datetime:
    # Two moments of one zone are compared by their clocks alone, which is wrong in the hour that a zone repeats.
    return bid.received_at.astimezone(dt.UTC)


_PLACES: Mapping[str, Callable[[Profile, Bid], Any]] = {
    "lower_price": _lower_price,
    "more_experience": _more_experience,
    "earlier_receipt": _earlier_receipt,
}

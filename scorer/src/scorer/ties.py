"""Who is ahead among bids with the same total: the profile's chain, each step of it told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from scorer.cases import Case
from scorer.profiles import Profile, Step

Group = tuple[Case, ...]
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


def ordered(profile: Profile, compared: list[Case]) -> tuple[list[Group], list[TieStep]]:
    """Return the bids in their order, best first, groups where nothing sets them apart; and the steps of the chain."""
    groups: list[Group] = []
    steps: list[TieStep] = []
    for tied in _parts(profile.total, tuple(compared)):
        settled, asked = _settled(profile, tied)
        groups += settled
        steps += asked
    return groups, steps


def place(step: Step, case: Case) -> Any:
    """Return what a bid is compared by under a step: the less, the further ahead."""
    value = step.formula.value(case)
    return -value if step.better == "higher" else value


def _settled(profile: Profile, tied: Group) -> tuple[list[Group], list[TieStep]]:
    groups, steps = [tied], []
    for step in profile.ties:
        apart: list[Group] = []
        for group in groups:
            parts = list(_parts(step, group)) if len(group) > 1 else [group]
            apart += parts
            if len(group) > 1:
                steps.append(_told(step, group, parts))
        groups = apart
    return groups, steps


def _parts(step: Step, group: Group) -> Iterator[Group]:
    # Sorting keeps the order of equals, so a group stays in the order of ids.
    placed = sorted(((place(step, case), case) for case in group), key=lambda pair: pair[0])
    for _, equal in groupby(placed, key=lambda pair: pair[0]):
        yield tuple(case for _, case in equal)


def _told(step: Step, group: Group, parts: list[Group]) -> TieStep:
    order = tuple(_ids(part) for part in parts)
    return TieStep(step=step.name, bids=_ids(group), order=order, words=step.words, source=step.source)


def _ids(group: Group) -> tuple[str, ...]:
    return tuple(case.bid.id for case in group)

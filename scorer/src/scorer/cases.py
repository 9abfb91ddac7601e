"""One bid of one lot under one profile: where the names in the profile's formulas stand for something."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from scorer.inputs import Bid, Lot
from scorer.language import Formula
from scorer.profiles import Profile

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(eq=False)
class Field:
    """The bids of a lot that are looked at together: those `compared` now, and all that were `received`."""

    compared: list["Case"] = field(default_factory=list)
    received: list["Case"] = field(default_factory=list)
    _known: dict[tuple[str, bool], list[Any]] = field(default_factory=dict)

    def asked(self, part: Formula, *, received: bool) -> list[Any]:
        """Return what a formula is for each of the bids."""
        key = part.text, received
        if key not in self._known:
            self._known[key] = [part.value(case) for case in (self.received if received else self.compared)]
        return self._known[key]


class Case:
    """A bid in a field of others. What was reckoned once is kept."""

    def __init__(self, profile: Profile, lot: Lot, bid: Bid, among: Field) -> None:
        self.profile, self.lot, self.bid, self.field = profile, lot, bid, among
        self._known: dict[str, Any] = {**profile.constants, **bid.facts, "price": bid.price}

    def named(self, name: str) -> Any:
        """Return what a name in a formula stands for."""
        if name not in self._known:
            self._known[name] = self._reckoned(name)
        return self._known[name]

    def term(self, name: str) -> Any:
        """Return a term of the lot, or the amount allocated."""
        return self.lot.amount if name == "amount" else self.lot.terms[name]

    def among(self, part: Formula, *, received: bool) -> list[Any]:
        """Return what a formula is for each of the bids that are compared, or for all that were received."""
        return self.field.asked(part, received=received)

    def total(self) -> Any:
        """Return the number by which bids are ranked."""
        return self.named(_TOTAL)

    def _reckoned(self, name: str) -> Any:
        if name in self.profile.measures:
            return self.profile.measures[name].formula.value(self)
        return _RECKONED[name](self)


_TOTAL = "the total"  # no name of a formula has a space


def _earned(case: Case) -> Fraction:
    points: Mapping[str, Any] = case.named("points")
    return sum(points.values(), Fraction())


def _points(case: Case) -> dict[str, Any]:
    return {name: _weighed(case, name) for name in case.profile.criteria}


def _weighed(case: Case, name: str) -> Any:
    criterion = case.profile.criteria[name]
    share = criterion.formula.value(case)
    return share if criterion.weight is None else criterion.weight.value(case) * share


def moment(bid: Bid) -> int:
    """Return when a bid was received, in microseconds of UTC since 1970."""
    # Two moments of one zone are compared by their clocks alone, which is wrong in the hour that a zone repeats.
    return (bid.received_at.astimezone(dt.UTC) - _EPOCH) // _MICROSECOND


_RECKONED: Mapping[str, Callable[[Case], Any]] = {
    _TOTAL: lambda case: case.profile.total.formula.value(case),
    "earned": _earned,
    "points": _points,
    "bids": lambda case: len(case.field.compared),
    "received_at": lambda case: moment(case.bid),
}


def cases(profile: Profile, lot: Lot, bids: Iterable[Bid], received: Field | None = None) -> list[Case]:
    """Return the bids as cases of one field. `received` is the field of all bids, where these are fewer."""
    together = Field()
    together.compared = [Case(profile, lot, bid, together) for bid in bids]
    together.received = together.compared if received is None else received.compared
    return together.compared


def admitted(profile: Profile, lot: Lot, bids: Iterable[Bid]) -> tuple[list[Case], dict[str, tuple[str, ...]]]:
    """Return the bids that are compared, and by refused bid the bars that it did not pass.

    A bar that asks about other bids is asked of those that pass the others, all of them together.
    """
    everybody = cases(profile, lot, bids)
    alone = [bar for bar in profile.refusals.values() if not bar.formula.among]
    among = [bar for bar in profile.refusals.values() if bar.formula.among]
    refused = {case.bid.id: tuple(bar.name for bar in alone if bar.formula.value(case)) for case in everybody}
    standing = [case for case in everybody if not refused[case.bid.id]]
    field_ = everybody[0].field if everybody else None
    if among:
        standing = cases(profile, lot, [case.bid for case in standing], field_)
        refused |= {case.bid.id: tuple(bar.name for bar in among if bar.formula.value(case)) for case in standing}
    compared = cases(profile, lot, [case.bid for case in standing if not refused[case.bid.id]], field_)
    return compared, {bid: bars for bid, bars in refused.items() if bars}

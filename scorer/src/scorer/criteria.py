"""The four criteria: from what a bid says to points, each exact and each told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from scorer.bids import Bid, Lot, UnfitLot, Years
from scorer.profiles import Profile

_TIYN_IN_TENGE = 100


@dataclass(frozen=True)
class Part:
    """One of the shares that financial stability is the mean of.

    `value` is the ratio before it is compared with the full one; both are None when the part is left out.
    """

    name: str
    value: Fraction | None
    share: Fraction | None


@dataclass(frozen=True)
class Earned:
    """Points of one bid under one criterion: `points` = `weight` · `share`, `share` from 0 to 1.

    `value` is what was judged, in `unit`: `tenge`, `year`, `month`, or `share` where `parts` tell more.
    """

    criterion: str
    value: Fraction
    unit: str
    parts: tuple[Part, ...]
    weight: int
    share: Fraction
    points: Fraction
    formula: str
    words: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class _Judged:
    value: Fraction
    unit: str
    share: Fraction
    parts: tuple[Part, ...] = ()


def check_weights(profile: Profile, weights: Mapping[str, int]) -> None:
    """Check the weights a buyer wants to publish.

    Raises:
        UnfitLot: `weights_of_other_criteria`, `weights_not_whole` (also when below zero), `weights_do_not_sum`,
            `price_weight_too_low`.
    """
    if set(weights) != set(profile.criteria):
        raise UnfitLot("weights_of_other_criteria")
    if not all(type(weight) is int and weight >= 0 for weight in weights.values()):
        raise UnfitLot("weights_not_whole")
    if sum(weights.values()) != profile.number("weights_total"):
        raise UnfitLot("weights_do_not_sum")
    if weights["price"] < profile.number("price_weight_minimum"):
        raise UnfitLot("price_weight_too_low")


def refusal(profile: Profile, lot: Lot, bid: Bid) -> str | None:
    """Return why the bid is not admitted, or None."""
    if bid.price > lot.amount:
        return "price_above_allocation"
    if bid.warranty_months < lot.warranty_months and profile.answer("warranty_below_required") == "refused":
        return "warranty_below_required"
    return None


def earned(profile: Profile, lot: Lot, bid: Bid) -> tuple[Earned, ...]:
    """Return the points of a bid, in the order of the profile's criteria."""
    return tuple(_earned(profile, lot, bid, criterion) for criterion in profile.criteria)


def _earned(profile: Profile, lot: Lot, bid: Bid, criterion: str) -> Earned:
    judged, told, weight = _JUDGES[criterion](profile, lot, bid), profile.criteria[criterion], lot.weights[criterion]
    return Earned(
        criterion=criterion,
        value=judged.value,
        unit=judged.unit,
        parts=judged.parts,
        weight=weight,
        share=judged.share,
        points=weight * judged.share,
        formula=told.formula,
        words=told.words,
        source=told.source,
    )


def _price(profile: Profile, lot: Lot, bid: Bid) -> _Judged:
    below = Fraction(lot.amount - bid.price, lot.amount)
    return _Judged(Fraction(bid.price, _TIYN_IN_TENGE), "tenge", _clamped(below / profile.number("price_band")))


def _experience(profile: Profile, _lot: Lot, bid: Bid) -> _Judged:
    years = Fraction(bid.experience_years)
    return _Judged(years, "year", _clamped(years / profile.number("experience_full_years")))


def _financial_stability(profile: Profile, lot: Lot, bid: Bid) -> _Judged:
    income, taxes, payroll = _yearly_means(profile, bid)
    parts = (
        _part("income", income / lot.amount, profile),
        _part("taxes", taxes / income if income else _ratio_to_no_income(profile), profile),
        _part("payroll", payroll / lot.amount, profile),
    )
    shares = [part.share for part in parts if part.share is not None]
    mean = Fraction(sum(shares), len(shares))
    return _Judged(mean, "share", mean, parts)


def _warranty(profile: Profile, lot: Lot, bid: Bid) -> _Judged:
    beyond = Fraction(bid.warranty_months - lot.warranty_months)
    share = _clamped(beyond / profile.number("warranty_full_months"))
    return _Judged(Fraction(bid.warranty_months), "month", share)


_JUDGES: Mapping[str, Callable[[Profile, Lot, Bid], _Judged]] = {
    "price": _price,
    "experience": _experience,
    "financial_stability": _financial_stability,
    "warranty": _warranty,
}


def _yearly_means(profile: Profile, bid: Bid) -> tuple[Fraction, ...]:
    """Return the mean income, taxes and payroll of a year.

    A year of which one figure is missing is missing in all three, so that nobody gains by keeping one of them back.
    """
    figures: tuple[Years, ...] = (bid.income, bid.taxes, bid.payroll)
    whole = [year for year in zip(*figures, strict=True) if None not in year]
    counted = profile.number("financial_years")
    if profile.answer("missing_year") == "left_out":
        counted = Fraction(max(len(whole), 1))
    return tuple(sum((year[figure] or 0 for year in whole), Fraction()) / counted for figure in range(len(figures)))


def _ratio_to_no_income(profile: Profile) -> Fraction | None:
    return None if profile.answer("zero_income") == "left_out" else Fraction()


def _part(name: str, value: Fraction | None, profile: Profile) -> Part:
    return Part(name, value, None if value is None else _clamped(value / profile.number(f"{name}_full_ratio")))


def _clamped(share: Fraction) -> Fraction:
    return min(max(share, Fraction(0)), Fraction(1))

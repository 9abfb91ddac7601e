"""Rules that one process decides by its tender, its bids and its awards.

Those of R003, R018, R028, R030, R035 and R036 are Cardinal's, with all that it leaves out. The sources and the words of
the formulas are in ``data/rules.json``.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from redflags.findings import CLEAR, FLAG, NOT_COMPUTABLE, Finding, State
from redflags.lots import subject_of
from redflags.options import Currency, Options, names
from redflags.releases import (
    Release,
    all_final,
    awards,
    bids,
    ids,
    instant,
    method,
    money,
    number,
    part,
    parts,
    submitted,
    text,
    valid,
    whole_days,
)

DETAILS = "bids/details"
PERIOD = "tender/tenderPeriod/"


class Case(NamedTuple):
    """A release, the rule that looks at it and what it is told."""

    rule: str
    release: Release
    options: Options
    currency: Currency
    lot: str | None = None

    def parameter(self, name: str) -> Any:
        """A parameter of the rule."""
        return self.options.of(self.rule)[name]

    def told(self, state: State, value: float | None = None, **evidence: Any) -> Finding:
        """A finding about the process, or the lot."""
        parties = tuple(dict.fromkeys(evidence.pop("parties", ())))
        return Finding(
            self.rule, state, value=value, evidence=evidence, parties=parties, **subject_of(self.release, self.lot)
        )

    def untold(self, *missing: str, reason: str | None = None) -> Finding:
        """A finding that the rule says nothing about the process, or the lot."""
        return Finding(self.rule, NOT_COMPUTABLE, missing=missing, reason=reason, **subject_of(self.release, self.lot))


def short_submission(case: Case) -> Finding:
    """R003."""
    tender = part(case.release, "tender")
    methods = names(case.parameter("procurement_methods"))
    if methods and method(case.release) not in methods:
        return _other_method(case)
    period = part(tender, "tenderPeriod")
    written = {name: text(period, name) for name in ("startDate", "endDate")}
    times = {name: instant(one) for name, one in written.items()}
    start, end = times["startDate"], times["endDate"]
    if start is None or end is None:
        return case.untold(*(PERIOD + name for name, one in times.items() if one is None))
    days = whole_days(start, end)
    by_details = case.parameter("procurement_method_details")
    threshold = by_details.get(text(tender, "procurementMethodDetails"), case.parameter("threshold"))
    if days < threshold:
        return case.told(FLAG, 1.0, days=days, threshold=threshold, **written)
    return case.told(CLEAR, days=days, threshold=threshold)


def single_bid(case: Case) -> Finding:
    """R018."""
    methods = names(case.parameter("procurement_methods"))
    if methods and method(case.release) not in methods:
        return _other_method(case)
    tenderers = part(case.release, "tender").get("numberOfTenderers")
    if isinstance(tenderers, bool) or not isinstance(tenderers, int | float):
        return case.untold("tender/numberOfTenderers")
    if type(tenderers) is int and tenderers == 1:
        return case.told(FLAG, 1.0, number_of_tenderers=1)
    return case.told(CLEAR, number_of_tenderers=tenderers)


def identical_prices(case: Case) -> Finding:
    """R028."""
    if not case.options.compares_prices(case.release):
        return case.untold(reason="prices_not_compared")
    last: dict[tuple[float, str], frozenset[str]] = {}
    same: list[dict[str, Any]] = []
    for bid in submitted(case.release):
        tenderers, price = frozenset(ids(parts(bid, "tenderers"))), money(bid)
        if price is None or not tenderers:
            continue
        other = last.get(price)
        if other is not None and other != tenderers:
            same.append({"amount": price[0], "currency": price[1], "tenderers": sorted(tenderers | other)})
        last[price] = tenderers
    if same:
        return case.told(FLAG, 1.0, prices=same, parties=(one for price in same for one in price["tenderers"]))
    return case.told(CLEAR, prices=len(last)) if last else _no_prices(case)


def late_bid_won(case: Case) -> Finding:
    """R030; times are compared as they are written, so it takes one form of them."""
    end, details = text(part(part(case.release, "tender"), "tenderPeriod"), "endDate"), bids(case.release)
    missing = {PERIOD + "endDate": end, "awards": parts(case.release, "awards"), DETAILS: details}
    if end is None or details is None or parts(case.release, "awards") is None:
        return case.untold(*(name for name, one in missing.items() if one is None))
    winners = {one for award in awards(case.release) for one in ids(parts(award, "suppliers"))}
    dated = [bid for bid in details if text(bid, "status") == "valid" and text(bid, "date") is not None]
    late = [
        (tenderer, bid["date"])
        for bid in dated
        if bid["date"] > end
        for tenderer in ids(parts(bid, "tenderers"))
        if tenderer in winners
    ]
    if late:
        told = [{"tenderer": tenderer, "date": date} for tenderer, date in late]
        return case.told(FLAG, 1.0, deadline=end, late=told, parties=(tenderer for tenderer, _ in late))
    if not winners:
        return case.untold(reason="no_active_award")
    return case.told(CLEAR, deadline=end, bids=len(dated)) if dated else case.untold(f"{DETAILS}/date")


def others_disqualified(case: Case) -> Finding:
    """R035."""
    details = bids(case.release)
    if details is None or parts(case.release, "awards") is None:
        return _without(case, details)
    if not all_final(case.release):
        return case.untold(reason="awards_not_final")
    winners = {one for award in awards(case.release) for one in ids(parts(award, "suppliers"))}
    found: dict[str, set[str]] = {"valid": set(), "disqualified": set()}
    for bid in details:
        if (status := text(bid, "status")) in found:
            found[status].update(ids(parts(bid, "tenderers")))
    if not winners:
        return case.untold(reason="no_active_award")
    others = sorted(found["disqualified"] - found["valid"])
    threshold = max(1, case.parameter("threshold"))
    if len(found["valid"]) == 1 and found["valid"] == winners and len(others) >= threshold:
        return case.told(FLAG, float(len(others)), winner=min(winners), disqualified=others, parties=winners)
    return case.told(CLEAR, valid=len(found["valid"]), disqualified=len(others), threshold=threshold)


def lowest_disqualified(case: Case) -> Finding:
    """R036."""
    if not case.options.compares_prices(case.release):
        return case.untold(reason="prices_not_compared")
    if parts(case.release, "awards") is None:
        return case.untold("awards")
    if not awards(case.release):
        return case.untold(reason="no_active_award")
    lowest: tuple[float, Any] | None = None
    has_valid = False
    for bid in submitted(case.release):
        price = money(bid)
        if price is None or not case.currency.is_main(price[1]):
            continue
        if lowest is None or price[0] < lowest[0]:
            lowest = price[0], bid
        has_valid = has_valid or bid["status"] == "valid"
    if lowest is None or not has_valid:
        return _no_prices(case)
    amount, bid = lowest
    if bid["status"] == "disqualified":
        tenderers = ids(parts(bid, "tenderers"))
        return case.told(FLAG, 1.0, lowest=amount, currency=case.currency.main, tenderers=tenderers)
    return case.told(CLEAR, lowest=amount, currency=case.currency.main)


def unjustified_method(case: Case) -> Finding:
    """R010."""
    used, tender = method(case.release), part(case.release, "tender")
    if used is None:
        return case.untold("tender/procurementMethod")
    if used not in names(case.parameter("procurement_methods")):
        return case.told(CLEAR, method=used)
    rationale = (text(tender, "procurementMethodRationale") or "").strip()
    return case.told(CLEAR, method=used, rationale=rationale) if rationale else case.told(FLAG, 1.0, method=used)


def complaint(case: Case) -> Finding:
    """R020."""
    complaints = parts(case.release, "complaints")
    if complaints is None:
        return case.untold("complaints")
    told = [name for one in complaints if (name := text(one, "id")) is not None]
    return case.told(FLAG, float(len(told)), complaints=told) if told else case.told(CLEAR, complaints=[])


def disparity(case: Case) -> Finding:
    """R022."""
    prices = _valid_prices(case)
    if isinstance(prices, Finding):
        return prices
    if len(prices) < 2:  # noqa: PLR2004 - a range takes two
        return case.untold(reason="too_few_bids")
    low, high, threshold = prices[0], prices[-1], case.parameter("threshold")
    spread = (high - low) / low
    state: State = FLAG if spread >= threshold else CLEAR
    return case.told(state, spread, lowest=low, highest=high, bids=len(prices), threshold=threshold)


def fixed_multiples(case: Case) -> Finding:
    """R023."""
    prices = _valid_prices(case)
    if isinstance(prices, Finding):
        return prices
    if len(prices) < case.parameter("minimum_bids"):
        return case.untold(reason="too_few_bids")
    tolerance = case.parameter("tolerance")
    ratios = [high / low for low, high in pairwise(prices)]
    told = {"prices": prices, "ratios": ratios, "tolerance": tolerance}
    if min(ratios) > 1 + tolerance and max(ratios) - min(ratios) <= tolerance:
        return case.told(FLAG, sum(ratios) / len(ratios), **told)
    return case.told(CLEAR, **told)


def unanswered(case: Case) -> Finding:
    """R039."""
    enquiries = parts(part(case.release, "tender"), "enquiries")
    if enquiries is None:
        return case.untold("tender/enquiries")
    if text(part(case.release, "tender"), "status") not in {"complete", "unsuccessful"}:
        return case.untold(reason="not_over")
    open_ones = [text(one, "id") for one in enquiries if not (text(one, "answer") or "").strip()]
    state: State = FLAG if open_ones else CLEAR
    value = float(len(open_ones)) if open_ones else None
    return case.told(state, value, enquiries=len(enquiries), unanswered=open_ones)


def _valid_prices(case: Case) -> list[float] | Finding:
    """The lowest valid bid of each tenderer in one currency, in order; or why there are none."""
    if not case.options.compares_prices(case.release):
        return case.untold(reason="prices_not_compared")
    details = bids(case.release)
    if details is None:
        return case.untold(DETAILS)
    lowest: dict[str, float] = defaultdict(lambda: float("inf"))
    for tenderer, bid in valid(details):
        price = money(bid)
        if price is not None and price[0] > 0 and case.currency.is_main(price[1]):
            lowest[tenderer] = min(lowest[tenderer], price[0])
    return sorted(lowest.values()) or _no_prices(case)


def _other_method(case: Case) -> Finding:
    if method(case.release) is None:
        return case.untold("tender/procurementMethod")
    return case.untold(reason="method_out_of_scope")


def _no_prices(case: Case) -> Finding:
    def unpriced(bid: Any) -> Iterator[str]:
        value = part(bid, "value")
        yield from () if number(value, "amount") is not None else (f"{DETAILS}/value/amount",)
        yield from () if text(value, "currency") is not None else (f"{DETAILS}/value/currency",)
        yield from () if ids(parts(bid, "tenderers")) else (f"{DETAILS}/tenderers/id",)

    details = bids(case.release)
    if details is None:
        return case.untold(DETAILS)
    missing = dict.fromkeys(name for bid in submitted(case.release) for name in unpriced(bid))
    return case.untold(*missing) if missing else case.untold(reason="too_few_bids")


def _without(case: Case, details: list[Any] | None) -> Finding:
    there = {"awards": parts(case.release, "awards"), DETAILS: details}
    return case.untold(*(name for name, one in there.items() if one is None))

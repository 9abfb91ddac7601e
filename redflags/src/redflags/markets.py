"""Rules over the dealings of buyers, suppliers and markets: shares, concentration, pairs, first digits, splitting.

A market is a classification scheme, the first digits of a class, and a currency: amounts are never added across
currencies.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from redflags.findings import CLEAR, FLAG, NOT_COMPUTABLE, Finding, State
from redflags.options import Options, names
from redflags.quartiles import quartiles, upper_fence
from redflags.releases import (
    DAY,
    Release,
    all_final,
    awards,
    bids,
    buyer,
    ids,
    instant,
    method,
    money,
    number,
    only_id,
    part,
    parts,
    procuring_entity,
    submitted,
    text,
    valid,
)

WHOLE = 10_000  # of the Herfindahl-Hirschman index
PEERS = 20  # processes that evidence names at most


class DirectBuyer:
    """R013."""

    def __init__(self, options: Options) -> None:
        self._options = options.of("R013")
        self._methods = names(self._options["procurement_methods"])
        self._of: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, release: Release) -> None:
        """Count a buyer's processes and those without competition."""
        bought_by, used = buyer(release), method(release)
        if bought_by is not None and used is not None:
            self._of[bought_by][0] += used in self._methods
            self._of[bought_by][1] += 1

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every buyer."""
        least, threshold = self._options["minimum_processes"], self._options["threshold"]
        shares = {one: direct / count for one, (direct, count) in self._of.items() if count >= least}
        first, third = quartiles(shares.values())
        fence = upper_fence(first, third) if threshold is None else float(threshold)
        for one, (direct, count) in self._of.items():
            evidence: dict[str, Any] = {"direct": direct, "processes": count, "peers": len(shares)}
            if one not in shares:
                yield _untold("R013", "buyer", one, "too_few_processes", evidence, buyer=one)
            elif not fence > 0:
                yield _untold("R013", "buyer", one, "no_spread", evidence, buyer=one)
            else:
                evidence |= {"upper_fence": fence} | ({} if threshold is not None else {"q1": first, "q3": third})
                state: State = FLAG if shares[one] >= fence else CLEAR
                yield Finding("R013", state, "buyer", one, shares[one], evidence, buyer=one)


class FewBidders:
    """R019."""

    def __init__(self, options: Options) -> None:
        self._options = options.of("R019")
        self._methods = names(self._options["procurement_methods"])
        self._of: dict[str, dict[str, int]] = defaultdict(dict)

    def add(self, release: Release) -> None:
        """Note how many bid, for the entity and each class."""
        entity, count = procuring_entity(release) or buyer(release), _bidders(release)
        if entity is None or count is None or method(release) not in self._methods:
            return
        for market in _markets(part(release, "tender"), self._options["digits"]):
            self._of[f"{entity}/{market}"][release["ocid"]] = count

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every entity and class."""
        for subject, counts in self._of.items():
            mean = sum(counts.values()) / len(counts)
            evidence = {"processes": len(counts), "ocids": sorted(counts)[:PEERS]}
            if len(counts) < self._options["minimum_processes"]:
                yield _untold("R019", "procuring_entity", subject, "too_few_processes", evidence)
            else:
                state: State = FLAG if mean <= self._options["threshold"] else CLEAR
                evidence |= {"threshold": self._options["threshold"]}
                yield Finding("R019", state, "procuring_entity", subject, mean, evidence)


class FirstDigits:
    """R029."""

    def __init__(self, options: Options) -> None:
        self._options = options.of("R029")
        self._of: dict[str, Counter[int]] = defaultdict(Counter)

    def add(self, release: Release) -> None:
        """Count the first digits of prices bid to the buyer."""
        bought_by = buyer(release)
        for bid in submitted(release) if bought_by is not None else ():
            amount = number(part(bid, "value"), "amount")
            if bought_by is not None and amount is not None and amount > 0:
                self._of[bought_by][int(f"{amount:e}"[0])] += 1

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every buyer."""
        for one, digits in self._of.items():
            count = digits.total()
            shares = {str(digit): digits[digit] / count for digit in range(1, 10)}
            evidence = {"prices": count, "shares": shares}
            if count < self._options["minimum_prices"]:
                yield _untold("R029", "buyer", one, "too_few_bids", evidence, buyer=one)
            else:
                apart = sum(abs(shares[str(digit)] - math.log10(1 + 1 / digit)) for digit in range(1, 10)) / 9
                evidence |= {"threshold": self._options["threshold"]}
                state: State = FLAG if apart > self._options["threshold"] else CLEAR
                yield Finding("R029", state, "buyer", one, apart, evidence, buyer=one)


class BuyersSupplier:
    """R040."""

    def __init__(self, options: Options) -> None:
        self._options = options.of("R040")
        self._of: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, release: Release) -> None:
        """Count the buyer's awards to one supplier each."""
        bought_by = buyer(release)
        for award in awards(release):
            supplier = only_id(parts(award, "suppliers"))
            if bought_by is not None and supplier is not None:
                self._of[bought_by][supplier] += 1

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every buyer and supplier."""
        for one, suppliers in self._of.items():
            count = suppliers.total()
            for supplier, won in suppliers.items():
                evidence = {"awards": won, "awards_of_buyer": count, "suppliers": len(suppliers)}
                if count < self._options["minimum_awards"]:
                    reason = "too_few_awards"
                    yield _untold("R040", "pair", f"{one}/{supplier}", reason, evidence, buyer=one, parties=(supplier,))
                    continue
                share = won / count
                state: State = FLAG if share >= self._options["threshold"] else CLEAR
                evidence |= {"threshold": self._options["threshold"]}
                told: dict[str, Any] = {"buyer": one, "parties": (supplier,)}
                yield Finding("R040", state, "pair", f"{one}/{supplier}", share, evidence, **told)


class Sales:
    """What suppliers sold in each market; for R050 and R051 alike. An award of several classes is of the first."""

    def __init__(self, digits: int) -> None:
        self._digits = digits
        self.of: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0]))

    def add(self, release: Release) -> None:
        """Add the awards of one supplier each."""
        for award in awards(release):
            supplier, price = only_id(parts(award, "suppliers")), money(award)
            markets = _markets(award, self._digits) or _markets(part(release, "tender"), self._digits)
            if supplier is not None and price is not None and markets:
                row = self.of[f"{markets[0]}/{price[1]}"][supplier]
                row[0] += price[0]
                row[1] += 1


class MarketShare:
    """R050."""

    def __init__(self, options: Options, sales: Sales) -> None:
        self._options, self._sales = options.of("R050"), sales

    def add(self, release: Release) -> None:
        """The sales take it in."""

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every supplier in every market."""
        for market, suppliers in self._sales.of.items():
            total, count = sum(row[0] for row in suppliers.values()), sum(row[1] for row in suppliers.values())
            few = count < self._options["minimum_awards"] or not total > 0
            for supplier, (sold, won) in suppliers.items():
                evidence = {"sold": sold, "market": total, "awards": won, "awards_of_market": count}
                subject, parties = f"{market}/{supplier}", (supplier,)
                if few:
                    yield _untold("R050", "pair", subject, "too_few_awards", evidence, parties=parties)
                    continue
                state: State = FLAG if sold / total >= self._options["threshold"] else CLEAR
                evidence |= {"threshold": self._options["threshold"], "suppliers": len(suppliers)}
                yield Finding("R050", state, "pair", subject, sold / total, evidence, parties=parties)


class Concentration:
    """R051."""

    def __init__(self, options: Options, sales: Sales) -> None:
        self._options, self._sales = options.of("R051"), sales

    def add(self, release: Release) -> None:
        """The sales take it in."""

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every market."""
        for market, suppliers in self._sales.of.items():
            total, count = sum(row[0] for row in suppliers.values()), sum(row[1] for row in suppliers.values())
            evidence: dict[str, Any] = {"market": total, "awards": count, "suppliers": len(suppliers)}
            if count < self._options["minimum_awards"] or not total > 0:
                yield _untold("R051", "class", market, "too_few_awards", evidence)
                continue
            index = sum((row[0] / total) ** 2 for row in suppliers.values()) * WHOLE
            largest = sorted(suppliers, key=lambda one: (-suppliers[one][0], one))[:3]
            evidence |= {"threshold": self._options["threshold"], "largest": largest}
            state: State = FLAG if index >= self._options["threshold"] else CLEAR
            yield Finding("R051", state, "class", market, index, evidence)


class CoBidders:
    """R053."""

    def __init__(self, options: Options) -> None:
        self._options = options.of("R053")
        self._of: dict[tuple[str, str], list[tuple[str, str | None]]] = defaultdict(list)

    def add(self, release: Release) -> None:
        """Note each pair of a process that one of its valid bidders won alone."""
        details, complete = bids(release), awards(release)
        if details is None or not all_final(release) or len(complete) != 1:
            return
        winner = only_id(parts(complete[0], "suppliers"))
        bidders = sorted({tenderer for tenderer, _ in valid(details)})
        if winner is None or len(bidders) > self._options["maximum_bidders"]:
            return
        for pair in combinations(bidders, 2):
            self._of[pair].append((release["ocid"], winner if winner in pair else None))

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every pair that met often enough."""
        for pair, met in self._of.items():
            if len(met) < self._options["minimum_processes"]:
                continue  # pairs that met once are as many as the square of the bidders, and say nothing
            won = Counter(winner for _, winner in met if winner is not None)
            winner, often = min(won.items(), key=lambda one: (-one[1], one[0])) if won else (None, 0)
            share = often / len(met)
            told = {"processes": len(met), "winner": winner, "won": often, "ocids": [ocid for ocid, _ in met[:PEERS]]}
            state: State = FLAG if share >= self._options["threshold"] else CLEAR
            evidence = told | {"threshold": self._options["threshold"]}
            yield Finding("R053", state, "pair", "/".join(pair), share, evidence, parties=pair)


class SmallPurchases:
    """R011 and R055: purchases below a threshold that exceed it together, of one class, or from one supplier."""

    def __init__(self, options: Options, rule: str) -> None:
        self._rule, self._options = rule, options.of(rule)
        self._methods = names(self._options["procurement_methods"])
        self._of: dict[tuple[str, str], list[tuple[int, str, float]]] = defaultdict(list)

    def add(self, release: Release) -> None:
        """Note what was bought without competition, in the currency of the threshold."""
        bought_by = buyer(release)
        if bought_by is None or method(release) not in self._methods:
            return
        for other, written, price in self._purchases(release):
            at = instant(written)
            if at is not None and price is not None and price[1] == self._options["currency"]:
                self._of[bought_by, other].append((at, release["ocid"], price[0]))

    def _purchases(self, release: Release) -> Iterator[tuple[str, str | None, tuple[float, str] | None]]:
        tender = part(release, "tender")
        if self._rule == "R011":
            written = text(part(tender, "tenderPeriod"), "startDate") or next(
                (date for award in awards(release) if (date := text(award, "date")) is not None), None
            )
            for market in _markets(tender, self._options["digits"])[:1]:
                yield market, written, money(tender)
        else:
            for award in awards(release):
                supplier = only_id(parts(award, "suppliers"))
                if supplier is not None:
                    yield supplier, text(award, "date"), money(award)

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every buyer and class, or buyer and supplier."""
        threshold = self._options["threshold"]
        for (bought_by, other), purchases in self._of.items():
            below = sorted(one for one in purchases if one[2] < threshold)
            total, run = _largest_window(below, self._options["days"] * DAY)
            told: Mapping[str, Any] = {"ocids": [ocid for _, ocid, _ in run[:PEERS]], "purchases": len(run)}
            evidence = dict(told) | {"sum": total, "days": self._options["days"], "threshold": threshold}
            parties = (other,) if self._rule == "R055" else ()
            state: State = FLAG if len(run) >= self._options["minimum_purchases"] and total >= threshold else CLEAR
            told = {"buyer": bought_by, "parties": parties}
            yield Finding(self._rule, state, "pair", f"{bought_by}/{other}", total, evidence, **told)


def _largest_window(purchases: list[tuple[int, str, float]], length: int) -> tuple[float, list[tuple[int, str, float]]]:
    """The largest sum of purchases within a length of time, and these; the first of equals."""
    best: tuple[float, int, int] = (0.0, 0, 0)
    start = 0
    for end in range(1, len(purchases) + 1):
        while purchases[end - 1][0] - purchases[start][0] > length:
            start += 1
        total = math.fsum(price for _, _, price in purchases[start:end])
        if total > best[0]:
            best = total, start, end
    return best[0], purchases[best[1] : best[2]]


def _bidders(release: Release) -> int | None:
    count = part(release, "tender").get("numberOfTenderers")
    if type(count) is int:
        return count
    if bids(release) is None:
        return None
    return len({tenderer for bid in submitted(release) for tenderer in ids(parts(bid, "tenderers"))})


def _markets(holder: Any, digits: int) -> list[str]:
    """Scheme and first digits of the classes of the items, each once, in order."""
    found = (part(item, "classification") for item in parts(holder, "items") or ())
    told = ((text(one, "scheme") or "", text(one, "id")) for one in found)
    return list(dict.fromkeys(f"{scheme}:{code[:digits]}" for scheme, code in told if code))


def _untold(rule: str, kind: Any, subject: str, reason: str, evidence: Mapping[str, Any], **more: Any) -> Finding:
    return Finding(rule, NOT_COMPUTABLE, kind, subject, evidence=evidence, reason=reason, **more)

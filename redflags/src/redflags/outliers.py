"""Rules that take a population and find its outliers by quartiles: R024, R025, R038, R048 and R058, as Cardinal does.

Each gathers what a release gives, in constant time and one small row a subject, and tells its findings at the end.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Protocol, TypeAlias

from redflags.findings import CLEAR, FLAG, NOT_COMPUTABLE, Finding, Kind, State
from redflags.lots import subject_of
from redflags.options import Currency, Options
from redflags.quartiles import lower_fence, quantile, quartiles, upper_fence
from redflags.releases import (
    Release,
    all_final,
    awards,
    bids,
    buyer,
    classes,
    ids,
    money,
    only_id,
    parts,
    procuring_entity,
    submitted,
    text,
    valid,
)

Subject: TypeAlias = tuple[str, str | None]
"""A process by its ocid, or one of its lots."""


class Population(Protocol):
    """What is gathered over releases for one rule."""

    def add(self, release: Release) -> None:
        """Take in one compiled release."""

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every subject, now that all are known."""


class Ratios:
    """By how much the second lowest valid bid exceeds the winning one, a process; for R024 and R058 alike.

    The winner's lowest valid bid counts. Left out are processes without exactly one active award to exactly one
    supplier, with awards that are not final, and those that the lowest price did not win; bids of several tenderers,
    and bids in another than the main currency: the one that all releases share, else each process's own.
    """

    def __init__(self, options: Options, currency: Currency | None) -> None:
        self._options, self._currency = options, currency
        self.ratios: dict[Subject, float] = {}
        self.told: dict[Subject, tuple[str, str, float, float, dict[str, Any]]] = {}
        self.untold: dict[Subject, tuple[tuple[str, ...], str | None, dict[str, Any]]] = {}

    def add(self, release: Release, lot: str | None = None) -> None:
        """Take in one compiled release, or that of a lot."""
        subject = release["ocid"], lot
        found = self._second_lowest(release)
        if isinstance(found[0], float):
            ratio, winner, second, low, high = found
            self.ratios[subject] = ratio
            self.told[subject] = winner, second, low, high, subject_of(release, lot)
        else:
            self.untold[subject] = (*found, subject_of(release, lot))

    def _second_lowest(self, release: Release) -> Any:
        """Ratio, winner, second and their amounts; or what is missing, and the reason."""
        details, decided = bids(release), parts(release, "awards")
        if not self._options.compares_prices(release):
            return (), "prices_not_compared"
        if details is None or decided is None:
            there = {"awards": decided, "bids/details": details}
            return tuple(name for name, one in there.items() if one is None), None
        if not all_final(release):
            return (), "awards_not_final"
        complete = awards(release)
        if len(complete) != 1:
            return (), "several_active_awards" if complete else "no_active_award"
        supplier = only_id(parts(complete[0], "suppliers"))
        if supplier is None:
            joint = len(parts(complete[0], "suppliers") or ()) > 1
            return (() if joint else ("awards/suppliers/id",)), "joint_suppliers" if joint else None
        return self._compare(supplier, details)

    def _compare(self, supplier: str, details: list[Any]) -> Any:
        won: float | None = None
        second: tuple[float, str] | None = None
        currency = self._currency or Currency(self._options.currency)
        for tenderer, bid in valid(details):
            price = money(bid)
            if price is None or not currency.is_main(price[1]):
                continue
            if tenderer == supplier:
                won = price[0] if won is None else min(won, price[0])
            elif second is None or price[0] < second[0]:
                second = price[0], tenderer
        if won is None or second is None:
            return (), "too_few_bids"
        if second[0] < won:
            return (), "not_lowest_won"
        difference = second[0] - won
        if won == 0:
            # As doubles divide; nothing over nothing is no ratio.
            return (math.inf, supplier, second[1], won, second[0]) if difference > 0 else ((), "too_few_bids")
        return difference / won, supplier, second[1], won, second[0]


class CloseToWinner:
    """R024."""

    def __init__(self, options: Options, ratios: Ratios) -> None:
        self._threshold, self._ratios = options.of("R024")["threshold"], ratios

    def add(self, release: Release) -> None:
        """The ratios take it in, for this rule and R058 at once."""

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every process."""
        first, third = quartiles(self._ratios.ratios.values())
        fence = lower_fence(first, third) if self._threshold is None else float(self._threshold)
        bound = fence > 0 and (first > 0 or self._threshold is not None)
        numbers = _numbers(self._threshold, "lower_fence", fence, first, third, len(self._ratios.ratios))
        yield from _of_ratios("R024", self._ratios, bound, lambda ratio: ratio <= fence, numbers)


class HeavyDiscount:
    """R058."""

    def __init__(self, options: Options, ratios: Ratios) -> None:
        self._threshold, self._ratios = options.of("R058")["threshold"], ratios

    def add(self, release: Release) -> None:
        """The ratios take it in, for this rule and R024 at once."""

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every process."""
        first, third = quartiles(self._ratios.ratios.values())
        fence = upper_fence(first, third) if self._threshold is None else float(self._threshold)
        numbers = _numbers(self._threshold, "upper_fence", fence, first, third, len(self._ratios.ratios))
        yield from _of_ratios("R058", self._ratios, fence > 0, lambda ratio: ratio >= fence, numbers)


def _of_ratios(rule: str, ratios: Ratios, bound: bool, flags: Any, numbers: dict[str, Any]) -> Iterator[Finding]:  # noqa: FBT001
    for subject, ratio in ratios.ratios.items():
        winner, second, low, high, of = ratios.told[subject]
        evidence = {"winner": winner, "second": second, "won": low, "second_lowest": high} | numbers
        if not bound:
            yield Finding(rule, NOT_COMPUTABLE, value=ratio, evidence=evidence, reason="no_spread", **of)
        elif flags(ratio):
            parties = (winner, second) if rule == "R024" else (winner,)
            yield Finding(rule, FLAG, value=ratio, evidence=evidence, parties=parties, **of)
        else:
            yield Finding(rule, CLEAR, value=ratio, evidence=evidence, **of)
    for subject, (missing, reason, of) in ratios.untold.items():
        if subject in ratios.ratios:  # the same process again, in another state
            continue
        yield Finding(rule, NOT_COMPUTABLE, missing=missing, reason=reason, **of)


class SerialLoser:
    """R025."""

    def __init__(self, options: Options) -> None:
        self._percentile, self._threshold = (options.of("R025")[name] for name in ("percentile", "threshold"))
        self._won: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, release: Release) -> None:
        """Count each tenderer of a valid bid once a process."""
        details, complete = bids(release), awards(release)
        if details is None or not all_final(release) or len(complete) != 1:
            return
        supplier = only_id(parts(complete[0], "suppliers"))
        if supplier is None:
            return
        for tenderer in {tenderer for tenderer, _ in valid(details)}:
            row = self._won[tenderer]
            row[0] += tenderer == supplier
            row[1] += 1

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every tenderer."""
        many = quantile([float(count) for _, count in self._won.values()], self._percentile / 100)
        ratios = {tenderer: won / count for tenderer, (won, count) in self._won.items()}
        first, third = quartiles(ratios.values())
        fence = lower_fence(first, third) if self._threshold is None else float(self._threshold)
        bound = fence > 0 and (first > 0 or self._threshold is not None)
        numbers = _numbers(self._threshold, "lower_fence", fence, first, third, len(ratios))
        for tenderer, ratio in ratios.items():
            won, count = self._won[tenderer]
            state: State = FLAG if count >= many and ratio <= fence else CLEAR
            yield Finding(
                "R025",
                state if bound else NOT_COMPUTABLE,
                "tenderer",
                tenderer,
                ratio,
                {"won": won, "processes": count, "many": many} | numbers,
                reason=None if bound else "no_spread",
                parties=(tenderer,),
            )


class Disqualified:
    """R038."""

    def __init__(self, options: Options) -> None:
        self._options = options.of("R038")
        self._of: dict[Kind, dict[str, list[int]]] = {
            kind: defaultdict(lambda: [0, 0]) for kind in ("buyer", "procuring_entity", "tenderer")
        }

    def add(self, release: Release) -> None:
        """Count submitted bids and those of them that were disqualified."""
        stand = submitted(release)
        if not stand:
            return
        out = 0
        for bid in stand:
            is_out = text(bid, "status") == "disqualified"
            out += is_out
            for tenderer in ids(parts(bid, "tenderers")):
                _count(self._of["tenderer"][tenderer], is_out, 1)
        by: tuple[tuple[Kind, str | None], ...] = (
            ("buyer", buyer(release)),
            ("procuring_entity", procuring_entity(release)),
        )
        for kind, subject in by:
            if subject is not None:
                _count(self._of[kind][subject], out, len(stand))

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every buyer, procuring entity and tenderer.

        Both settings are minimums of submitted bids, though one is named after processes: so Cardinal counts.
        """
        for kind, rows in self._of.items():
            name = "minimum_submitted_bids" if kind == "tenderer" else "minimum_contracting_processes"
            ratios = {subject: out / count for subject, (out, count) in rows.items() if count >= self._options[name]}
            first, third = quartiles(ratios.values())
            threshold = self._options["threshold"]
            fence = upper_fence(first, third) if threshold is None else float(threshold)
            numbers = _numbers(threshold, "upper_fence", fence, first, third, len(ratios))
            for subject, (out, count) in rows.items():
                evidence = {"disqualified": out, "submitted": count}
                of: dict[str, Any] = {"kind": kind, "subject": subject}
                of |= {"buyer": subject} if kind == "buyer" else {}
                of |= {"parties": (subject,)} if kind == "tenderer" else {}
                if subject not in ratios:
                    yield Finding("R038", NOT_COMPUTABLE, evidence=evidence, reason="too_few_bids", **of)
                elif not fence > 0:
                    yield Finding("R038", NOT_COMPUTABLE, evidence=evidence | numbers, reason="no_spread", **of)
                else:
                    state: State = FLAG if ratios[subject] >= fence else CLEAR
                    yield Finding("R038", state, value=ratios[subject], evidence=evidence | numbers, **of)


class Heterogeneous:
    """R048."""

    def __init__(self, options: Options) -> None:
        self._options = options.of("R048")
        self._of: dict[str, tuple[list[int], set[str]]] = {}

    def add(self, release: Release) -> None:
        """Note the classes of what suppliers were awarded alone; a supplier is counted once a process."""
        seen: set[str] = set()
        for award in awards(release):
            supplier, codes = only_id(parts(award, "suppliers")), classes(award, self._options["digits"])
            if supplier is not None and codes:
                count, known = self._of.setdefault(supplier, ([0], set()))
                count[0] += supplier not in seen
                seen.add(supplier)
                known.update(codes)

    def findings(self) -> Iterator[Finding]:
        """What the rule says of every supplier."""
        least, threshold = self._options["minimum_contracting_processes"], self._options["threshold"]
        variety = {one: float(len(codes)) for one, (count, codes) in self._of.items() if count[0] >= least}
        first, third = quartiles(variety.values())
        fence = upper_fence(first, third) if threshold is None else float(threshold)
        numbers = _numbers(threshold, "upper_fence", fence, first, third, len(variety))
        for one, (count, codes) in self._of.items():
            evidence = {"processes": count[0], "classes": sorted(codes)}
            of: dict[str, Any] = {"kind": "tenderer", "subject": one, "parties": (one,)}
            if one not in variety:
                yield Finding("R048", NOT_COMPUTABLE, evidence=evidence, reason="too_few_processes", **of)
            else:
                state: State = FLAG if variety[one] >= fence else CLEAR
                yield Finding("R048", state, value=variety[one], evidence=evidence | numbers, **of)


def _count(row: list[int], out: int, count: int) -> None:
    row[0] += out
    row[1] += count


def _numbers(
    threshold: float | None, name: str, fence: float, first: float, third: float, peers: int
) -> dict[str, Any]:
    """The peers' numbers; quartiles only where they made the fence."""
    numbers = {name: fence, "peers": float(peers)} | ({} if threshold is not None else {"q1": first, "q3": third})
    return {told: number if math.isfinite(number) else None for told, number in numbers.items()} | {"peers": peers}

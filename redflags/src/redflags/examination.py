"""All the rules at once: what one release says by itself, and what many say together."""

from collections.abc import Callable, Iterator

from redflags import bids, contracts
from redflags.bids import Case
from redflags.findings import Finding
from redflags.lots import by_lot
from redflags.markets import (
    BuyersSupplier,
    CoBidders,
    Concentration,
    DirectBuyer,
    FewBidders,
    FirstDigits,
    MarketShare,
    Sales,
    SmallPurchases,
)
from redflags.options import Currency, Options
from redflags.outliers import (
    CloseToWinner,
    Disqualified,
    HeavyDiscount,
    Heterogeneous,
    Population,
    Ratios,
    SerialLoser,
)
from redflags.releases import Release, is_cancelled

OF_PROCESS: dict[str, Callable[[Case], Finding]] = {
    "R003": bids.short_submission,
    "R010": bids.unjustified_method,
    "R018": bids.single_bid,
    "R020": bids.complaint,
    "R022": bids.disparity,
    "R023": bids.fixed_multiples,
    "R028": bids.identical_prices,
    "R030": bids.late_bid_won,
    "R035": bids.others_disqualified,
    "R036": bids.lowest_disqualified,
    "R039": bids.unanswered,
}
OF_PARTS: dict[str, Callable[[Case], Iterator[Finding]]] = {
    "R031": contracts.near_estimate,
    "R054": contracts.direct_and_modified,
    "R059": contracts.contract_against_award,
    "R060": contracts.slow_signature,
    "R061": contracts.decision_short,
    "R062": contracts.decision_long,
    "R064": contracts.modified,
    "R068": contracts.overpaid,
}


OF_LOTS = frozenset({"R022", "R023", "R024", "R025", "R028", "R035", "R036", "R053", "R058"})
"""Those about bids that compete with each other; with ``Options.by_lot``, they look at each lot by itself."""


def examine(release: Release, options: Options, currency: Currency | None = None) -> Iterator[Finding]:
    """What the rules of one process say of a compiled release, whose ``ocid`` is a string.

    A cancelled tender, or a kind of procedure that is left out, is not computable by any of them.
    """
    put_aside = aside(release, options)
    money = currency or Currency(options.currency)
    lots = list(by_lot(release)) if options.by_lot and put_aside is None else [(None, release)]
    for rule in options.rules:
        case = Case(rule, release, options, money)
        if put_aside is not None and rule in OF_PROCESS:
            yield case.untold(reason=put_aside)
        elif rule in OF_LOTS and rule in OF_PROCESS:
            yield from (OF_PROCESS[rule](case._replace(release=one, lot=lot)) for lot, one in lots)
        elif rule in OF_PROCESS:
            yield OF_PROCESS[rule](case)
        elif rule in OF_PARTS and put_aside is None:
            yield from OF_PARTS[rule](case)


def aside(release: Release, options: Options) -> str | None:
    """Why no rule looks at a release, if so."""
    if is_cancelled(release):
        return "cancelled"
    return "method_excluded" if options.excludes(release) else None


class Populations:
    """The rules of populations: ``add`` every release, then ask for the ``findings``.

    Without a ``currency`` that the releases share, prices are compared in the main one of each process.
    """

    def __init__(self, options: Options, currency: Currency | None = None) -> None:
        self._options = options
        shared = Ratios(options, currency)
        sales = {digits: Sales(digits) for digits in {options.of(rule)["digits"] for rule in ("R050", "R051")}}
        makers: dict[str, Callable[[], Population]] = {
            "R011": lambda: SmallPurchases(options, "R011"),
            "R013": lambda: DirectBuyer(options),
            "R019": lambda: FewBidders(options),
            "R024": lambda: CloseToWinner(options, shared),
            "R025": lambda: SerialLoser(options),
            "R029": lambda: FirstDigits(options),
            "R038": lambda: Disqualified(options),
            "R040": lambda: BuyersSupplier(options),
            "R048": lambda: Heterogeneous(options),
            "R050": lambda: MarketShare(options, sales[options.of("R050")["digits"]]),
            "R051": lambda: Concentration(options, sales[options.of("R051")["digits"]]),
            "R053": lambda: CoBidders(options),
            "R055": lambda: SmallPurchases(options, "R055"),
            "R058": lambda: HeavyDiscount(options, shared),
        }
        self._of = {rule: make() for rule, make in makers.items() if rule in options.rules}
        self._ratios = shared if {"R024", "R058"} & self._of.keys() else None
        self._sales = list(sales.values()) if {"R050", "R051"} & self._of.keys() else []

    def add(self, release: Release) -> None:
        """Take in a compiled release, whose ``ocid`` is a string, unless no rule looks at it."""
        if aside(release, self._options) is not None:
            return
        lots = list(by_lot(release)) if self._options.by_lot else [(None, release)]
        if self._ratios is not None:
            for lot, one in lots:
                self._ratios.add(one, lot)
        for sales in self._sales:
            sales.add(release)
        for rule, population in self._of.items():
            for _, one in lots if rule in OF_LOTS else [(None, release)]:
                population.add(one)

    def findings(self) -> Iterator[Finding]:
        """What the rules say of every subject, rule by rule in the order of the options."""
        for rule in self._options.rules:
            if rule in self._of:
                yield from self._of[rule].findings()

"""What bars a bid from a lot, apart from its points: every bar of the law asked, with a result of three values.

A bar is a row of `data/bars.json` with its clause. What can be worked out from the bid, the other bids, and what the
register of debtors said is `passed` or `barred`; what nobody could be asked is `unknown`, and bars nobody.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from procurement.domain.parameters import parameter_on
from statute.money import Money
from statute.rules import Undecided

DEBTOR = "debtor"
RULING = "ruling"
_FEWEST_PRIVATE = 2

Party: TypeAlias = tuple[str, str]
"""Scheme and number."""


class Result(StrEnum):
    """What came of asking a bar of a bid."""

    PASSED = "passed"
    BARRED = "barred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """A bar that was asked: `evidence` is public, and says why where nobody knows."""

    bar: str
    result: Result
    evidence: Mapping[str, Any]

    def as_data(self) -> dict[str, Any]:
        return {"bar": self.bar, "result": str(self.result), "evidence": dict(self.evidence)}


@dataclass(frozen=True, slots=True)
class Declared:
    """What a supplier says of itself: whether it is the state's, its affiliates, and subcontractors with percents."""

    state_owned: bool
    affiliates: frozenset[Party]
    subcontractors: Mapping[Party, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bid as the bars see it; `price` in tiyn, `declared` None when the supplier said nothing of itself."""

    id: str
    supplier: Party
    price: int
    received_at: datetime
    declared: Declared | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a lot: its buyer's BIN, amount in tiyn and deadline; who is in the register, and whom it knows.

    `registered` tells whether the register of debtors knows numbers of a scheme.
    """

    rules: str
    law_on: date
    buyer: str
    amount: int
    bids_until: datetime
    debtors: Collection[Party]
    registered: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a bid is barred: `reason` is a bar or `ruling`, `evidence` is public."""

    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def as_data(self, bid: str) -> dict[str, Any]:
        """The refusal of a bid, as the result of its lot has it."""
        told = _refusals()[self.reason]
        shown = {"evidence": dict(self.evidence)} if self.evidence else {}
        return {"bid": bid, "reason": self.reason, **shown, "words": told["words"], "source": told["source"]}


class Field:
    """All bids for a lot, found by whom they are of and by whom they name, for a thousand may be asked about each."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._by: defaultdict[Party, set[str]] = defaultdict(set)
        self._naming: defaultdict[Party, set[str]] = defaultdict(set)
        for each in candidates:
            self._by[each.supplier].add(each.id)
            for party in () if each.declared is None else each.declared.affiliates:
                self._naming[party].add(each.id)

    def of_the_same(self, one: Candidate) -> list[str]:
        """The other bids of a bid's supplier."""
        return sorted(self._by[one.supplier] - {one.id})

    def tied_to(self, one: Candidate) -> list[str]:
        """The other bids whose suppliers a bid names as affiliates, or which name its supplier."""
        named = one.declared.affiliates if one.declared is not None else ()
        return sorted(self._naming[one.supplier].union(*(self._by[party] for party in named)) - {one.id})


def declared_in(content: Mapping[str, Any]) -> Declared | None:
    """What the content of a bid declares; None when nothing."""
    said = content.get("declared")
    if said is None:
        return None
    return Declared(
        state_owned=said["state_owned"],
        affiliates=frozenset((each["scheme"], each["id"]) for each in said["affiliates"]),
        subcontractors={(each["scheme"], each["id"]): each["percent"] for each in said["subcontractors"]},
    )


def candidate_of(row: Mapping[str, Any]) -> Candidate:
    """An opened bid with its supplier's `scheme` and `number`, as the bars see it."""
    price = Money.from_text(row["content"]["price"]["amount"]).tiyn
    party = (row["scheme"], row["number"])
    return Candidate(str(row["id"]), party, price, row["received_at"], declared_in(row["content"]))


def named_by(candidate: Candidate) -> frozenset[Party]:
    """Everybody whom the register is asked about for a bid."""
    if candidate.declared is None:
        return frozenset({candidate.supplier})
    return frozenset({candidate.supplier, *candidate.declared.affiliates, *candidate.declared.subcontractors})


def check_all(candidates: Sequence[Candidate], known: Circumstances) -> dict[str, list[Check]]:
    """Ask every bar in force of every bid for a lot, by the id of the bid and in the order of the list.

    Whether state-owned bidders give way comes last: it may depend on which private bids nothing else bars.
    """
    asked = [row["code"] for row in _bars() if _in_force(row, known)]
    all_ = Field(candidates)
    found = {
        each.id: {code: _ask(code, each, all_, known) for code in asked if code != "state_owned"} for each in candidates
    }
    if "state_owned" in asked:
        private = _private(candidates, found, known)
        for each in candidates:
            found[each.id]["state_owned"] = _gives_way(each, private)
    return {bid: [checks[code] for code in asked] for bid, checks in found.items()}


def barred_by(checks: Mapping[str, Sequence[Check]]) -> dict[str, Bar]:
    """By the id of a bid, the first bar that it did not pass; too high a price is the profile's to refuse."""
    return {
        bid: Bar(first.bar, first.evidence)
        for bid, each in checks.items()
        for first in [
            check for check in each if check.result is Result.BARRED and check.bar != "price_above_allocation"
        ][:1]
    }


def results_of(checks: Sequence[Check]) -> dict[str, str]:
    """The result of each bar, as a certificate has it."""
    return {each.bar: str(each.result) for each in checks}


def bars_after(result: Mapping[str, Any], rulings: Sequence[tuple[str, Sequence[Mapping[str, str]]]]) -> dict[str, Bar]:
    """What bars bids by id when a lot is evaluated again: what did before, as the orders of the rulings change it.

    `rulings` are the complaints in the order in which they were decided, each with its orders of `bid`, `treatment`
    (`admit` or `bar`) and `reason`. What the profile itself refuses is refused anew by the profile.
    """
    barred = {
        each["bid"]: Bar(each["reason"], each.get("evidence") or {})
        for each in result["refused"]
        if each["reason"] in _refusals() and each["reason"] != "price_above_allocation"
    }
    for complaint, orders in rulings:
        for order in orders:
            barred.pop(order["bid"], None)
            if order["treatment"] == "bar":
                barred[order["bid"]] = Bar(RULING, {"complaint": complaint, "reason": order["reason"]})
    return barred


def _ask(code: str, one: Candidate, all_: Field, known: Circumstances) -> Check:
    question = _QUESTIONS.get(code)
    if question is None:
        return Check(code, Result.UNKNOWN, {"why": "no_source"})
    return replace(question(one, all_, known), bar=code)


def _duplicate(one: Candidate, all_: Field, _: Circumstances) -> Check:
    others = all_.of_the_same(one)
    return _found({"bids": others} if others else None, {"bids": 1})


def _late(one: Candidate, _: Field, known: Circumstances) -> Check:
    evidence = {"received_at": one.received_at.isoformat(), "bids_until": known.bids_until.isoformat()}
    return _found(evidence if one.received_at >= known.bids_until else None, evidence)


def _dear(one: Candidate, _: Field, known: Circumstances) -> Check:
    evidence = {"price": Money(one.price).text(), "allocated": Money(known.amount).text()}
    return _found(evidence if one.price > known.amount else None, evidence)


def _debtor(one: Candidate, _: Field, known: Circumstances) -> Check:
    scheme = one.supplier[0]
    if not known.registered(scheme):
        return Check("", Result.UNKNOWN, {"why": "scheme_not_in_register", "scheme": scheme})
    return _found({"register": "debtors"} if one.supplier in known.debtors else None, {"register": "debtors"})


def _debtors_named(named: Callable[[Declared], Collection[Party]]) -> Callable[..., Check]:
    def question(one: Candidate, _: Field, known: Circumstances) -> Check:
        if one.declared is None:
            return Check("", Result.UNKNOWN, {"why": "not_declared"})
        given = sorted(named(one.declared))
        hit = [_shown(each) for each in given if each in known.debtors]
        unasked = [_shown(each) for each in given if not known.registered(each[0])]
        if not hit and unasked:
            return Check("", Result.UNKNOWN, {"why": "scheme_not_in_register", "parties": unasked})
        return _found({"register": "debtors", "parties": hit} if hit else None, {"declared": len(given)})

    return question


def _subcontracting(one: Candidate, _: Field, known: Circumstances) -> Check:
    if one.declared is None:
        return Check("", Result.UNKNOWN, {"why": "not_declared"})
    try:
        most = int(parameter_on(known.law_on, "subcontracting_percent", rules=known.rules).value)
    except Undecided:
        return Check("", Result.UNKNOWN, {"why": "undecided"})
    evidence = {"percent": sum(one.declared.subcontractors.values()), "most": most}
    return _found(evidence if evidence["percent"] > most else None, evidence)


def _affiliate_in_lot(one: Candidate, all_: Field, _: Circumstances) -> Check:
    tied = all_.tied_to(one)
    if not tied and one.declared is None:
        return Check("", Result.UNKNOWN, {"why": "not_declared"})
    return _found({"bids": tied} if tied else None, {})


def _buyer_bids(one: Candidate, _: Field, known: Circumstances) -> Check:
    return _found({"buyer": known.buyer} if one.supplier == ("KZ-BIN", known.buyer) else None, {"buyer": known.buyer})


def _gives_way(one: Candidate, private: Collection[str]) -> Check:
    if one.declared is None:
        return Check("state_owned", Result.UNKNOWN, {"why": "not_declared"})
    barred = one.declared.state_owned and len(private) >= _FEWEST_PRIVATE
    evidence = {"private_bids": sorted(private) if barred else []}
    return replace(_found(evidence if barred else None, {"state_owned": one.declared.state_owned}), bar="state_owned")


def _private(
    candidates: Sequence[Candidate], found: Mapping[str, Mapping[str, Check]], known: Circumstances
) -> list[str]:
    """The bids that count as private: those of suppliers that say that they are not the state's."""
    counted = parameter_on(known.law_on, "private_bids_counted", rules=known.rules).value
    return [
        each.id
        for each in candidates
        if each.declared is not None and not each.declared.state_owned
        if counted == "received" or all(check.result is not Result.BARRED for check in found[each.id].values())
    ]


def _found(evidence: Mapping[str, Any] | None, otherwise: Mapping[str, Any]) -> Check:
    """A bar that is met when there is evidence for it."""
    if evidence is None:
        return Check("", Result.PASSED, otherwise)
    return Check("", Result.BARRED, evidence)


def _shown(party: Party) -> dict[str, str]:
    return {"scheme": party[0], "id": party[1]}


_QUESTIONS: Mapping[str, Callable[[Candidate, Field, Circumstances], Check]] = {
    "duplicate": _duplicate,
    "late": _late,
    "price_above_allocation": _dear,
    "debtor": _debtor,
    "debtor_affiliate": _debtors_named(lambda declared: declared.affiliates),
    "debtor_subcontractor": _debtors_named(lambda declared: declared.subcontractors),
    "subcontracting": _subcontracting,
    "affiliate_in_lot": _affiliate_in_lot,
    "buyer_bids": _buyer_bids,
}


def _in_force(row: Mapping[str, Any], known: Circumstances) -> bool:
    since = row["since"].get(known.rules)
    return since is not None and date.fromisoformat(since) <= known.law_on


@cache
def _bars() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((files("procurement") / "data" / "bars.json").read_text("utf-8")))


@cache
def _refusals() -> dict[str, Any]:
    others: dict[str, Any] = json.loads((files("procurement") / "data" / "refusals.json").read_text("utf-8"))
    return others | {row["code"]: row for row in _bars()}


@cache
def bar_source(code: str) -> Mapping[str, Any]:
    """The words and the source of a bar."""
    return {name: _refusals()[code][name] for name in ("words", "source")}

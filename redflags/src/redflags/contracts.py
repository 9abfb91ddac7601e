"""Rules about one award or one contract: its price, its time, its amendments and payments."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from redflags.bids import PERIOD, Case
from redflags.findings import CLEAR, FLAG, NOT_COMPUTABLE, Finding, State
from redflags.options import names
from redflags.releases import awards, buyer, ids, instant, method, money, part, parts, text, whole_days


class On(NamedTuple):
    """An award that a rule looks at, or a contract, whose suppliers are those of its award."""

    case: Case
    one: Mapping[str, Any]
    kind: Literal["award", "contract"] = "award"

    def told(self, state: State, value: float | None = None, **evidence: Any) -> Finding:
        """A finding about it."""
        return Finding(self.case.rule, state, value=value, evidence=evidence, **self._subject())

    def untold(self, *missing: str, reason: str | None = None) -> Finding:
        """A finding that the rule says nothing about it."""
        return Finding(self.case.rule, NOT_COMPUTABLE, missing=missing, reason=reason, **self._subject())

    def _subject(self) -> dict[str, Any]:
        ocid, name = self.case.release["ocid"], text(self.one, "id") or ""
        told = {
            "kind": self.kind,
            "subject": f"{ocid}/{name}",
            "ocid": ocid,
            "buyer": buyer(self.case.release),
            self.kind: name,
        }
        award: Any = self.one
        if self.kind == "contract":
            told["award"] = text(self.one, "awardID")
            award = _awarded(self.case).get(told["award"] or "")
        return told | {"parties": tuple(dict.fromkeys(ids(parts(award, "suppliers"))))}


def near_estimate(case: Case) -> Iterator[Finding]:
    """R031."""
    tender = part(case.release, "tender")
    lots = {name: money(lot) for lot in parts(tender, "lots") or () if (name := text(lot, "id")) is not None}
    for award in awards(case.release):
        related = parts(award, "relatedLots") or ()
        estimate = lots.get(related[0]) if len(related) == 1 and isinstance(related[0], str) else None
        estimate = estimate or (money(tender) if not lots or len(lots) == 1 else None)
        price = money(award)
        if estimate is None or price is None or estimate[0] <= 0:
            missing = [] if estimate is not None else ["tender/value or tender/lots/value"]
            yield On(case, award).untold(*missing, *([] if price is not None else ["awards/value"]))
        elif estimate[1] != price[1]:
            yield On(case, award).untold(reason="other_currency")
        else:
            share, threshold = price[0] / estimate[0], 1 - case.parameter("margin")
            state: State = FLAG if share >= threshold else CLEAR
            yield On(case, award).told(state, share, award=price[0], estimate=estimate[0], threshold=threshold)


def decision_short(case: Case) -> Iterator[Finding]:
    """R061."""
    for award, days in _decisions(case):
        if isinstance(days, Finding):
            yield days
        else:
            state: State = FLAG if days < case.parameter("threshold") else CLEAR
            yield On(case, award).told(state, float(days), days=days, threshold=case.parameter("threshold"))


def decision_long(case: Case) -> Iterator[Finding]:
    """R062."""
    for award, days in _decisions(case):
        if isinstance(days, Finding):
            yield days
        else:
            state: State = FLAG if days > case.parameter("threshold") else CLEAR
            yield On(case, award).told(state, float(days), days=days, threshold=case.parameter("threshold"))


def contract_against_award(case: Case) -> Iterator[Finding]:
    """R059."""
    awarded = _awarded(case)
    for contract in _contracts(case):
        award, price = awarded.get(text(contract, "awardID") or ""), money(contract)
        award_price = money(award) if award is not None else None
        if price is None or award_price is None or award_price[0] <= 0:
            there = {"contracts/awardID": award, "awards/value": award_price, "contracts/value": price}
            yield On(case, contract, "contract").untold(*(name for name, one in there.items() if one is None))
        elif price[1] != award_price[1]:
            yield On(case, contract, "contract").untold(reason="other_currency")
        else:
            difference, threshold = abs(price[0] - award_price[0]) / award_price[0], case.parameter("threshold")
            state: State = FLAG if difference >= threshold else CLEAR
            numbers = {"award": award_price[0], "contract": price[0], "threshold": threshold}
            yield On(case, contract, "contract").told(state, difference, **numbers)


def slow_signature(case: Case) -> Iterator[Finding]:
    """R060."""
    awarded = _awarded(case)
    for contract in _contracts(case):
        award = awarded.get(text(contract, "awardID") or "")
        decided, signed = instant(text(award, "date")), instant(text(contract, "dateSigned"))
        if decided is None or signed is None:
            there = {"awards/date": decided, "contracts/dateSigned": signed}
            yield On(case, contract, "contract").untold(*(name for name, one in there.items() if one is None))
        else:
            days, threshold = whole_days(decided, signed), case.parameter("threshold")
            state: State = FLAG if days > threshold else CLEAR
            yield On(case, contract, "contract").told(state, float(days), days=days, threshold=threshold)


def modified(case: Case) -> Iterator[Finding]:
    """R064."""
    for contract in _contracts(case):
        amendments = parts(contract, "amendments")
        if amendments is None:
            yield On(case, contract, "contract").untold("contracts/amendments")
        elif len(amendments) >= case.parameter("threshold"):
            told = [text(one, "id") for one in amendments]
            yield On(case, contract, "contract").told(FLAG, float(len(amendments)), amendments=told)
        else:
            yield On(case, contract, "contract").told(CLEAR, amendments=len(amendments))


def direct_and_modified(case: Case) -> Iterator[Finding]:
    """R054."""
    used, awarded = method(case.release), _awarded(case)
    for contract in _contracts(case):
        amendments, price = parts(contract, "amendments"), money(contract)
        before = money(awarded.get(text(contract, "awardID") or ""))
        there: dict[str, Any] = {"tender/procurementMethod": used, "contracts/amendments": amendments}
        there |= {"contracts/value": price, "awards/value": before}
        if used is not None and used not in names(case.parameter("procurement_methods")):
            yield On(case, contract, "contract").untold(reason="method_out_of_scope")
        elif used is None or amendments is None or price is None or before is None:
            yield On(case, contract, "contract").untold(*(name for name, one in there.items() if one is None))
        elif price[1] != before[1] or price[1] != case.parameter("currency"):
            yield On(case, contract, "contract").untold(reason="other_currency")
        else:
            threshold = case.parameter("threshold")
            state: State = FLAG if amendments and before[0] <= threshold < price[0] else CLEAR
            numbers = {"award": before[0], "contract": price[0], "amendments": len(amendments), "threshold": threshold}
            yield On(case, contract, "contract").told(state, price[0] - before[0], **numbers)


def overpaid(case: Case) -> Iterator[Finding]:
    """R068."""
    for contract in _contracts(case):
        price, transactions = money(contract), parts(part(contract, "implementation"), "transactions")
        paid = [money(one) for one in transactions or ()]
        if price is None or transactions is None or None in paid:
            there = {"contracts/value": price, "contracts/implementation/transactions": transactions}
            missing = [name for name, one in there.items() if one is None]
            missing += ["contracts/implementation/transactions/value"] if None in paid else []
            yield On(case, contract, "contract").untold(*missing)
        elif any(one is not None and one[1] != price[1] for one in paid):
            yield On(case, contract, "contract").untold(reason="other_currency")
        else:
            total = sum(one[0] for one in paid if one is not None)
            state: State = FLAG if total > price[0] * (1 + case.parameter("tolerance")) else CLEAR
            yield On(case, contract, "contract").told(
                state, total - price[0], paid=total, contract=price[0], payments=len(paid)
            )


def _decisions(case: Case) -> Iterator[tuple[Any, int | Finding]]:
    end = instant(text(part(part(case.release, "tender"), "tenderPeriod"), "endDate"))
    for award in awards(case.release):
        decided = instant(text(award, "date"))
        if end is None or decided is None:
            there = {PERIOD + "endDate": end, "awards/date": decided}
            yield award, On(case, award).untold(*(name for name, one in there.items() if one is None))
        else:
            yield award, whole_days(end, decided)


def _awarded(case: Case) -> dict[str, Any]:
    return {name: one for one in parts(case.release, "awards") or () if (name := text(one, "id")) is not None}


def _contracts(case: Case) -> Iterator[Any]:
    """Contracts that stand, with an id; one that was cancelled, or has not begun, binds nobody."""
    for contract in parts(case.release, "contracts") or ():
        if text(contract, "id") is not None and text(contract, "status") not in {"cancelled", "pending"}:
            yield contract

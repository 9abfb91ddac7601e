"""What bidders and buyers are told, in Kazakh, Russian and English."""

import json
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from servicekit.database import Row
from servicekit.journal import Object
from servicekit.notices import Notice
from statute.money import Money

_TEXTS: dict[str, dict[str, dict[str, str]]] = json.loads(
    (files("procurement") / "data" / "notices.json").read_text("utf-8")
)


def awarded(award: Mapping[str, Any], bid: Row) -> Notice:
    """To the winner: the lot is theirs, and until when a complaint may hold the contract."""
    until = award["complaints_until"]
    event = "award.won_finally" if until is None else "award.won"
    return _to_bidder(event, bid, _award(award), tender=award["tender_number"], complaints_until=until)


def not_awarded(award: Mapping[str, Any], bid: Row) -> Notice:
    """To the others: where the points are told, and until when one can complain."""
    until = award["complaints_until"]
    event = "award.lost_finally" if until is None else "award.lost"
    facts = {"tender": award["tender_number"], "lot": award["lot_id"]}
    return _to_bidder(event, bid, _award(award), **facts, complaints_until=until)


def award_revised(award: Mapping[str, Any], bid: Row) -> Notice:
    """To everybody who bid for a lot whose result was reached anew upon a complaint."""
    return _to_bidder("award.revised", bid, _award(award), tender=award["tender_number"], lot=award["lot_id"])


def lot_unsuccessful(tender: Row, bid: Row) -> Notice:
    """To everybody who bid for a lot that nobody got."""
    return _to_bidder("lot.unsuccessful", bid, _bid(bid), tender=tender["number"], lot=bid["lot_id"])


def refused_as_debtor(tender: Row, bid: Row) -> Notice:
    """To a supplier that the register of debtors barred at the award."""
    return _to_bidder("bid.refused_as_debtor", bid, _bid(bid), tender=tender["number"])


def bid_barred(tender: Row, bid: Row) -> Notice:
    """To a supplier whose bid another bar of the law keeps from being scored; which one stands with the bid."""
    return _to_bidder("bid.barred", bid, _bid(bid), tender=tender["number"], id=bid["id"])


def award_suspended(award: Mapping[str, Any]) -> Notice:
    """To the buyer: a complaint holds the contract."""
    return _to_buyer("award.suspended", award)


def award_final(award: Mapping[str, Any]) -> Notice:
    """To the buyer: the contract can be concluded."""
    return _to_buyer("award.final", award)


def complaint_decided(complaint: Row, status: str) -> Notice:
    """To the supplier that complained; the reason is with the complaint."""
    about = Object("complaint", complaint["id"], complaint["version"] + 1)
    return _notice(f"complaint.{status}", (complaint["scheme"], complaint["number"]), about, lot=complaint["lot_id"])


def contract_drafted(contract: Mapping[str, Any], supplier: tuple[str, str], due_on: date | None) -> Notice:
    """To the supplier: the draft waits for its signature, until when."""
    return _notice(
        "contract.drafted",
        supplier,
        _contract(contract),
        number=contract["number"],
        tender=contract["tender_number"],
        contract=contract["id"],
        due_on=due_on or "?",
    )


def contract_concluded(contract: Mapping[str, Any], supplier: tuple[str, str]) -> Notice:
    """To the supplier."""
    facts = {"number": contract["number"], "tender": contract["tender_number"]}
    return _notice("contract.concluded", supplier, _contract(contract), **facts)


def contract_refused(contract: Mapping[str, Any]) -> Notice:
    """To the buyer: the supplier will not sign."""
    return _to_contracting("contract.refused", contract)


def contract_evaded(contract: Mapping[str, Any], supplier: tuple[str, str]) -> Notice:
    """To the supplier: its days for the signature are over."""
    return _notice("contract.evaded", supplier, _contract(contract), number=contract["number"])


def award_not_concluded(award: Mapping[str, Any]) -> Notice:
    """To the buyer: nobody is left to sign."""
    return _to_buyer("award.not_concluded", award)


def contract_changed(event: str, contract: Mapping[str, Any], supplier: tuple[str, str], tiyn: int) -> Notice:
    """To the supplier: an amendment, an acceptance or a payment was entered."""
    return _notice(event, supplier, _contract(contract), number=contract["number"], amount=Money(tiyn).text())


def contract_terminated(contract: Mapping[str, Any], supplier: tuple[str, str], reason: str) -> Notice:
    """To the supplier: the contract ended before its time."""
    return _notice("contract.terminated", supplier, _contract(contract), number=contract["number"], reason=reason)


def supplier_and_debts(event: str, contract: Mapping[str, Any]) -> Notice:
    """To the buyer: the supplier entered the register of debtors, or left it."""
    return _to_contracting(event, contract)


def _to_contracting(event: str, contract: Mapping[str, Any]) -> Notice:
    facts = {"number": contract["number"], "contract": contract["id"]}
    return _notice(event, ("KZ-BIN", contract["buyer"]), _contract(contract), **facts)


def _contract(contract: Mapping[str, Any]) -> Object:
    return Object("contract", contract["id"], contract["version"])


def _to_bidder(event: str, bid: Row, about: Object, **facts: object) -> Notice:
    return _notice(event, (bid["scheme"], bid["number"]), about, **facts)


def _to_buyer(event: str, award: Mapping[str, Any]) -> Notice:
    facts = {"tender": award["tender_number"], "lot": award["lot_id"]}
    return _notice(event, ("KZ-BIN", award["buyer"]), _award(award), **facts)


def _notice(event: str, to: tuple[str, str], about: Object, **facts: object) -> Notice:
    texts = _TEXTS[event]
    return Notice(
        event=event,
        to=to,
        about=about,
        title=texts["title"],
        text={language: text.format(**facts) for language, text in texts["text"].items()},
    )


def _award(award: Mapping[str, Any]) -> Object:
    return Object("award", award["id"], award["version"])


def _bid(bid: Row) -> Object:
    return Object("bid", bid["id"], bid["version"])

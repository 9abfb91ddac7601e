"""Who may do what in procurement: operation by role by relation to the tender, the bid or the award."""

from collections.abc import Mapping
from typing import Any

from procurement.domain.complaint import Reviewer
from procurement.domain.contract import Action as ContractAction
from procurement.domain.plan import Action as PlanAction
from procurement.domain.tender import Action, Relation
from servicekit.identity import Caller
from servicekit.permissions import ANY, ANYONE, Permissions
from statute.identifiers import InvalidIdentifier, parse_bin

_EVERYBODY = {ANYONE: {ANY}}
_BUYER = {"buyer": {Relation.BUYER}}
_BIDDER = {"supplier": {Relation.BIDDER}}

PERMISSIONS = Permissions(
    {
        "list_profiles": _EVERYBODY,
        "read_profile": _EVERYBODY,
        "score_bids": _EVERYBODY,
        "create_plan": {"buyer": {ANY}},
        "list_plans": _EVERYBODY,
        "read_plan": _EVERYBODY,
        "read_plan_history": _EVERYBODY,
        "read_plan_receipt": _EVERYBODY,
        "approve_plan": _BUYER,
        "publish_plan": _BUYER,
        "change_plan": _BUYER,
        "create_tender": {"buyer": {ANY}},
        "list_tenders": _EVERYBODY,
        "read_tender": _EVERYBODY,
        "read_tender_history": _EVERYBODY,
        "read_tender_clocks": _EVERYBODY,
        "read_tender_protocol": _EVERYBODY,
        "read_tender_receipt": _EVERYBODY,
        "open_discussion": _BUYER,
        "list_tender_comments": _EVERYBODY,
        "comment_on_tender": {"supplier": {ANY}},
        "answer_tender_comment": _BUYER,
        "publish_tender": _BUYER,
        "cancel_tender": _BUYER,
        "submit_bid": {"supplier": {ANY}},
        "list_bids": _EVERYBODY,
        "read_bid": _EVERYBODY,
        "read_bid_receipt": _EVERYBODY,
        "withdraw_bid": _BIDDER,
        "read_lot": _EVERYBODY,
        "read_lot_result": _EVERYBODY,
        "read_lot_certificate": _EVERYBODY,
        "recount_lot": _EVERYBODY,
        "read_lot_receipt": _EVERYBODY,
        "file_award_complaint": _BIDDER,
        "list_award_complaints": _EVERYBODY,
        "read_award_complaint_receipt": _EVERYBODY,
        "withdraw_award_complaint": _BIDDER,
        "decide_award_complaint": {"auditor": {Relation.REVIEWER}, "buyer": {Relation.REVIEWER}},
        "draft_contract": _BUYER,
        "sign_contract": _BIDDER,
        "refuse_contract": _BIDDER,
        "find_evasion": _BUYER,
        "call_runner_up": _BUYER,
        "amend_contract": _BUYER,
        "accept_delivery": _BUYER,
        "pay_contract": _BUYER,
        "terminate_contract": _BUYER,
        "list_contracts": _EVERYBODY,
        "read_contract": _EVERYBODY,
        "read_contract_clocks": _EVERYBODY,
        "read_contract_history": _EVERYBODY,
        "read_party": _EVERYBODY,
        "read_contract_receipt": _EVERYBODY,
        "list_releases": _EVERYBODY,
        "read_record": _EVERYBODY,
        "read_ocds_extension": _EVERYBODY,
        "import_releases": {"auditor": {ANY}},
        "list_awards": _EVERYBODY,
        "summarise_awards": _EVERYBODY,
        "read_award": _EVERYBODY,
        "read_award_history": _EVERYBODY,
        "read_award_receipt": _EVERYBODY,
        "read_award_price": _EVERYBODY,
        "list_overpricing": _EVERYBODY,
        "read_price_parameters": _EVERYBODY,
        "draw_award_price": _EVERYBODY,
        "list_spending": _EVERYBODY,
        "draw_spending": _EVERYBODY,
        "list_concentration": _EVERYBODY,
        "draw_concentration": _EVERYBODY,
        "read_contract_flow": _EVERYBODY,
        "draw_contract_flow": _EVERYBODY,
        "list_flags": _EVERYBODY,
        "read_flag_rules": _EVERYBODY,
    }
)
SIGHT = "read_tender"
PLAN_SIGHT = "read_plan"
PLAN_OPERATIONS = {
    PlanAction.APPROVAL: "approve_plan",
    PlanAction.PUBLICATION: "publish_plan",
    PlanAction.CHANGES: "change_plan",
}
OPERATIONS = {
    Action.DISCUSSION: "open_discussion",
    Action.PUBLICATION: "publish_tender",
    Action.CANCELLATION: "cancel_tender",
}


CONTRACT_OPERATIONS = {
    ContractAction.SIGNATURE: "sign_contract",
    ContractAction.REFUSAL: "refuse_contract",
    ContractAction.EVASION: "find_evasion",
    ContractAction.AMENDMENTS: "amend_contract",
    ContractAction.ACCEPTANCES: "accept_delivery",
    ContractAction.PAYMENTS: "pay_contract",
    ContractAction.TERMINATION: "terminate_contract",
}


def relation_to(row: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to the plan, the tender or the award in this row: an office in the body that buys."""
    office = office_of(caller)
    return Relation.BUYER if office is not None and office == row["buyer"] else Relation.NONE


def bidder_of(row: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to the bid in this row, which has its supplier's `scheme` and `number`."""
    mine = caller.party is not None and caller.party == (row["scheme"], row["number"])
    return Relation.BIDDER if mine else Relation.NONE


def reviewer_of(reviewer: str, lot: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to a complaint about the lot: who reviews it by law is the `reviewer` of its row."""
    by_buyer = reviewer == Reviewer.BUYER
    reviews = relation_to(lot, caller) is Relation.BUYER if by_buyer else "auditor" in caller.roles
    return Relation.REVIEWER if reviews else Relation.NONE


def tie_to(contract: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to a contract: buys by it, or supplies (`scheme` and `party_number` are the supplier's)."""
    relation = relation_to(contract, caller)
    if relation is Relation.NONE and caller.party == (contract["scheme"], contract["party_number"]):
        return Relation.BIDDER
    return relation


def office_of(caller: Caller) -> str | None:
    """The BIN of the body that the caller buys for; None when the token names none."""
    for number in (caller.agency, caller.bin):
        if number is not None and "buyer" in caller.roles:
            try:
                return parse_bin(number).value
            except InvalidIdentifier:
                continue
    return None

"""Who may do what with proceedings and the register: operation by role by relation to the proceeding."""

from collections.abc import Mapping
from typing import Any

from registry.domain.proceeding import Action, Relation
from servicekit.identity import Caller
from servicekit.permissions import ANY, ANYONE, SIGNED_IN, Permissions

_HOLDER = {"bailiff": {Relation.HOLDER}}
_PARTIES = {
    "bailiff": {Relation.HOLDER},
    "citizen": {Relation.DEBTOR, Relation.CLAIMANT},
    "company": {Relation.DEBTOR, Relation.CLAIMANT},
}

PERMISSIONS = Permissions(
    {
        "receive_proceeding": _HOLDER,
        "list_proceedings": {"bailiff": {ANY}},
        "read_proceeding": _PARTIES,
        "read_proceeding_history": _PARTIES,
        "read_proceeding_receipt": _PARTIES,
        "read_distribution": _PARTIES,
        "open_proceeding": _HOLDER,
        "restrict_debtor": _HOLDER,
        "distribute_proceeds": _HOLDER,
        "close_proceeding": _HOLDER,
        "search_debtors": {ANYONE: {ANY}},
        "read_register_answer_receipt": {SIGNED_IN: {ANY}},
        "list_debtors": {ANYONE: {ANY}},
        "check_debtors": {"service": {ANY}},
    }
)
SIGHT = "read_proceeding"
OPERATIONS = {
    Action.OPENING: "open_proceeding",
    Action.RESTRICTIONS: "restrict_debtor",
    Action.PROCEEDS: "distribute_proceeds",
    Action.CLOSING: "close_proceeding",
}


def relation_to(row: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to the proceeding in this row.

    Being a party comes first: a bailiff who is one conducts nothing in the case.
    """
    if caller.party == (row["debtor_scheme"], row["debtor_id"]):
        return Relation.DEBTOR
    if any(caller.party == (claim["scheme"], claim["number"]) for claim in row["claims"]):
        return Relation.CLAIMANT
    return Relation.HOLDER if caller.subject == row["bailiff"] else Relation.NONE

"""Who may do what with a draft and what is said of it: operation by role by relation to the draft or the comment."""

from collections.abc import Mapping
from typing import Any

from legal_acts.domain.draft import Action, Relation
from servicekit.identity import Caller
from servicekit.permissions import ANY, ANYONE, Permissions
from statute.identifiers import InvalidIdentifier, parse_bin

_EVERYBODY = {ANYONE: {ANY}}
_DRAFTER = {"drafter": {Relation.AGENCY}}
_PUBLIC = {"citizen": {ANY}, "company": {ANY}}

PERMISSIONS = Permissions(
    {
        "list_draft_types": _EVERYBODY,
        "post_draft": {"drafter": {ANY}},
        "list_drafts": _EVERYBODY,
        "read_draft": _EVERYBODY,
        "read_draft_deadline": _EVERYBODY,
        "read_draft_history": _EVERYBODY,
        "read_draft_receipt": _EVERYBODY,
        "add_version": _DRAFTER,
        "read_version": _EVERYBODY,
        "compare_versions": _EVERYBODY,
        "withdraw_draft": _DRAFTER,
        "adopt_draft": _DRAFTER,
        "produce_report": _DRAFTER,
        "read_report": _EVERYBODY,
        "read_report_receipt": _EVERYBODY,
        "read_draft_metrics": _EVERYBODY,
        "comment_on_draft": _PUBLIC,
        "list_comments": _EVERYBODY,
        "read_comment": _EVERYBODY,
        "read_comment_history": _EVERYBODY,
        "read_comment_receipt": _EVERYBODY,
        "answer_comment": _DRAFTER,
        "moderate_comment": {"moderator": {ANY}},
        "post_opinion": {"expert": {ANY}},
        "list_opinions": _EVERYBODY,
        "read_opinion": _EVERYBODY,
        "read_opinion_history": _EVERYBODY,
        "read_opinion_receipt": _EVERYBODY,
        "comment_on_opinion": _PUBLIC,
        "list_opinion_comments": _EVERYBODY,
    }
)
SIGHT = "read_draft"
OPERATIONS = {
    Action.COMMENTS: "comment_on_draft",
    Action.OPINIONS: "post_opinion",
    Action.VERSIONS: "add_version",
    Action.REPORT: "produce_report",
    Action.ADOPTION: "adopt_draft",
    Action.WITHDRAWAL: "withdraw_draft",
}


def relation_to(draft: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to the draft in this row: an office in the body that drafts, or nothing."""
    return Relation.AGENCY if caller.agency == draft["agency_bin"] else Relation.NONE


def relation_to_comment(comment: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to the comment in this row; nobody owes an answer to a comment on an opinion."""
    if caller.party == (comment["author_scheme"], comment["author_id"]):
        return Relation.AUTHOR
    return relation_to(comment, caller) if comment["opinion_id"] is None else Relation.NONE


def sees_hidden(comment: Mapping[str, Any], caller: Caller) -> bool:
    """Whether the caller still reads a hidden comment: who wrote it, who must answer it, and who may show it again."""
    relation = relation_to_comment(comment, caller)
    answers = PERMISSIONS.role_for("answer_comment", caller, relation)
    moderates = PERMISSIONS.role_for("moderate_comment", caller, relation)
    return relation is Relation.AUTHOR or answers is not None or moderates is not None


def office_of(caller: Caller) -> str | None:
    """The BIN of the body where the caller holds office; None also when the token names it otherwise."""
    if caller.agency is None:
        return None
    try:
        return parse_bin(caller.agency).value
    except InvalidIdentifier:
        return None

"""Who may do what with an appeal: operation by role by relation to it."""

from collections.abc import Mapping
from typing import Any

from appeals.domain import complaint
from appeals.domain.agencies import UnknownAgency, agency
from appeals.domain.appeal import Action, Relation
from appeals.domain.channels import is_confidential, is_penal
from servicekit.erasure import OPERATOR
from servicekit.identity import Caller
from servicekit.permissions import ANY, ANYONE, Permissions

# In whose appeal one acts, and which one sees because it is one's own.
ACTING = {Relation.APPLICANT, Relation.REPRESENTATIVE}
OWN = ACTING | {Relation.CO_APPLICANT}
_OWNERS = {"citizen": OWN, "company": OWN, "terminal": OWN}
_PARTIES = _OWNERS | {
    "officer": {Relation.EXECUTOR, Relation.HOLDER, Relation.REVIEWER, Relation.FORWARDER},
    "head": {Relation.EXECUTOR, Relation.HOLDER, Relation.REVIEWER, Relation.FORWARDER},
}
# Who was told of silence may see what was not answered, and how late that is; nothing else.
_SUPERVISED = _PARTIES | {role: _PARTIES[role] | {Relation.SUPERVISOR} for role in ("officer", "head")}
_APPLICANT = {"citizen": ACTING, "company": ACTING, "terminal": ACTING}
_EXECUTOR = {"officer": {Relation.EXECUTOR}}
_HEAD = {"head": {Relation.EXECUTOR, Relation.HOLDER}}
_COMPLAINANT = {role: {complaint.Relation.APPLICANT} for role in ("citizen", "company", "terminal")}
_WHOSE_COMPLAINT = {
    role: {complaint.Relation.APPLICANT, complaint.Relation.CO_APPLICANT} for role in ("citizen", "company", "terminal")
}
_TWO_BODIES = {role: {complaint.Relation.BODY, complaint.Relation.REVIEWER} for role in ("officer", "head")}
_OF_COMPLAINT = _WHOSE_COMPLAINT | _TWO_BODIES

PERMISSIONS = Permissions(
    {
        "list_agencies": {ANYONE: {ANY}},
        "explain_deadline": {ANYONE: {ANY}},
        "list_appeal_figures": {ANYONE: {ANY}},
        "draw_appeal_figures": {ANYONE: {ANY}},
        "list_calendars": {ANYONE: {ANY}},
        "read_calendar": {ANYONE: {ANY}},
        "import_calendar": {OPERATOR: {ANY}},
        "preview_calendar": {OPERATOR: {ANY}},
        "list_kinds": {ANYONE: {ANY}},
        "file_appeal": {"citizen": {ANY}, "company": {ANY}, "front_office": {ANY}, "terminal": {ANY}},
        "report_crime": {ANYONE: {ANY}},
        "read_crime_report": {ANYONE: {ANY}},
        "list_appeals": {"citizen": {ANY}, "company": {ANY}, "terminal": {ANY}, "officer": {ANY}, "head": {ANY}},
        "read_appeal": _SUPERVISED,
        "read_appeal_deadline": _SUPERVISED,
        "list_appeal_clocks": _SUPERVISED,
        "list_appeal_notices": _PARTIES,
        "read_appeal_calendar": _PARTIES,
        "read_appeal_history": _PARTIES,
        "read_appeal_receipt": _PARTIES,
        "list_appeal_accesses": _OWNERS,
        "list_appeal_points": _PARTIES,
        "list_appeal_attachments": _PARTIES,
        "read_appeal_attachment": _PARTIES,
        "list_earlier_appeals": {"officer": {Relation.EXECUTOR, Relation.HOLDER}} | _HEAD,
        "list_leaving_grounds": {ANYONE: {ANY}},
        "assign_appeal": _HEAD,
        "notice_defect": _EXECUTOR,
        "correct_appeal": _APPLICANT,
        "forward_appeal": _EXECUTOR,
        "extend_appeal": _HEAD,
        "tell_preliminary_decision": _EXECUTOR,
        "object_to_preliminary_decision": _APPLICANT,
        "record_hearing": _EXECUTOR,
        "decide_appeal": _EXECUTOR | _HEAD,
        "sign_decision": _HEAD,
        "return_for_rework": _HEAD,
        "leave_appeal": _EXECUTOR,
        "withdraw_appeal": _APPLICANT,
        "attach_to_appeal": _APPLICANT | _EXECUTOR,
        "file_complaint": _APPLICANT,
        "list_appeal_complaints": _PARTIES,
        "read_court_file": _PARTIES,
        "list_complaints": {role: {ANY} for role in ("citizen", "company", "terminal", "officer", "head")},
        "list_ruling_outcomes": {ANYONE: {ANY}},
        "list_ruling_grounds": {ANYONE: {ANY}},
        "read_complaint": _OF_COMPLAINT,
        "read_complaint_history": _OF_COMPLAINT,
        "read_complaint_receipt": _OF_COMPLAINT,
        "satisfy_complaint": {"head": {complaint.Relation.BODY}},
        "send_complaint_up": {role: {complaint.Relation.BODY} for role in ("officer", "head")},
        # The body may ask, and is told why it never can.
        "rule_on_complaint": _TWO_BODIES,
        "withdraw_complaint": _COMPLAINANT,
    }
)
SIGHT = "read_appeal"
IN_OFFICE = frozenset({"officer", "head"})
OPERATIONS = {
    Action.ASSIGNMENT: "assign_appeal",
    Action.DEFECT: "notice_defect",
    Action.CORRECTION: "correct_appeal",
    Action.FORWARDING: "forward_appeal",
    Action.SPLIT: "forward_appeal",
    Action.EXTENSION: "extend_appeal",
    Action.PRELIMINARY_DECISION: "tell_preliminary_decision",
    Action.OBJECTION: "object_to_preliminary_decision",
    Action.HEARING: "record_hearing",
    Action.DRAFT: "decide_appeal",
    Action.REWORK: "return_for_rework",
    Action.DECISION: "decide_appeal",
    Action.SIGNATURE: "sign_decision",
    Action.LEAVING: "leave_appeal",
    Action.WITHDRAWAL: "withdraw_appeal",
    Action.ATTACHMENT: "attach_to_appeal",
    Action.COMPLAINT: "file_complaint",
}
COMPLAINT_SIGHT = "read_complaint"
COMPLAINT_OPERATIONS = {
    complaint.Action.CORRECTION: "satisfy_complaint",
    complaint.Action.SENDING_UP: "send_complaint_up",
    complaint.Action.RULING: "rule_on_complaint",
    complaint.Action.SENDING_BACK: "rule_on_complaint",
    complaint.Action.WITHDRAWAL: "withdraw_complaint",
}


def relation_to(row: Mapping[str, Any], caller: Caller) -> Relation:
    """What ties the caller to the appeal in this row: being a party, or an office where it is, was or is overseen.

    No office of the penal administration is tied to what came from a terminal.
    """
    if caller.party == (row["applicant_scheme"], row["applicant_id"]):
        return Relation.APPLICANT
    for each in row["participants"] or ():
        if caller.party == (each["scheme"], each["id"]):
            return Relation(each["as"])
    office = office_of(caller)
    if office is not None and is_confidential(row["channel"]) and is_penal(office):
        return Relation.NONE
    if office == row["agency"]:
        return Relation.EXECUTOR if row["executor"] in {None, caller.subject} else Relation.HOLDER
    others = (
        (Relation.REVIEWER, (row["reviewer"],)),
        (Relation.FORWARDER, row["forwarded_by"]),
        (Relation.SUPERVISOR, row["supervisors"] or ()),
    )
    return next((tie for tie, bodies in others if office is not None and office in bodies), Relation.NONE)


def relation_to_complaint(row: Mapping[str, Any], caller: Caller) -> complaint.Relation:
    """What ties the caller to the complaint in this row; the body above sees it once it is there."""
    if caller.party == (row["applicant_scheme"], row["applicant_id"]):
        return complaint.Relation.APPLICANT
    for each in row["participants"] or ():
        if caller.party == (each["scheme"], each["id"]):
            acts = each["as"] == Relation.REPRESENTATIVE
            return complaint.Relation.APPLICANT if acts else complaint.Relation.CO_APPLICANT
    office = office_of(caller)
    if office is not None and is_confidential(row["channel"]) and is_penal(office):
        return complaint.Relation.NONE
    if office == row["agency"]:
        return complaint.Relation.BODY
    if office is not None and office == row["higher"] and row["sent_up_on"] is not None:
        return complaint.Relation.REVIEWER
    return complaint.Relation.NONE


def office_of(caller: Caller) -> str | None:
    """The code of the body where the caller holds office; None also when the token names a body that we do not know."""
    if caller.agency is None:
        return None
    try:
        return agency(caller.agency).code
    except UnknownAgency:
        return None

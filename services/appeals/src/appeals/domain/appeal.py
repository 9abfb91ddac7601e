"""The life of an appeal: its kinds and statuses, and the one table of what may follow what, by whom and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType

from statute.procedures import Procedure, Transition, actions_from, follow


class Kind(StrEnum):
    """The six kinds of the national report (APPC, 29.06.2020 No. 350-VI, art. 4), and ten that eOtinish takes besides.

    How long each takes, and by which procedure it is decided, are rows of `statute`.
    """

    REQUEST = "request"
    RESPONSE = "response"
    PROPOSAL = "proposal"
    MESSAGE = "message"
    APPLICATION = "application"
    COMPLAINT = "complaint"
    INFORMATION_REQUEST = "information_request"
    NOTARY_REQUEST = "notary_request"
    LAWYER_REQUEST = "lawyer_request"
    MEDIA_REQUEST = "media_request"
    BAILIFF_REQUEST = "bailiff_request"
    DECLASSIFICATION_REQUEST = "declassification_request"
    REHABILITATION_APPLICATION = "rehabilitation_application"
    PUBLIC_SERVICE_COMPLAINT = "public_service_complaint"
    TAX_COMPLAINT = "tax_complaint"
    TAX_MONITORING_COMPLAINT = "tax_monitoring_complaint"


class Status(StrEnum):
    """Where an appeal stands. `forwarded` is with another body than it was filed with, which has its own term."""

    REGISTERED = "registered"
    FORWARDED = "forwarded"
    IN_PROGRESS = "in_progress"
    DEFECT_TERM = "defect_term"
    EXTENDED = "extended"
    HEARING = "hearing"
    TO_SIGN = "to_sign"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    LEFT_WITHOUT_CONSIDERATION = "left_without_consideration"
    REFUSED_BY_EXPIRY = "refused_by_expiry"
    UNDER_COMPLAINT = "under_complaint"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done with an appeal; each is the last word of an address, but for what time or the rules do.

    `answer` and `draft` share the address `decision`: which of them it is, the rule on the kind and the role say.
    """

    FILING = "filing"
    ASSIGNMENT = "assignment"
    DEFECT = "defect"
    CORRECTION = "correction"
    LAPSE = "lapse"
    FORWARDING = "forwarding"
    SPLIT = "split"
    EXTENSION = "extension"
    PRELIMINARY_DECISION = "preliminary-decision"
    OBJECTION = "objection"
    HEARING = "hearing"
    DRAFT = "draft"
    REWORK = "rework"
    DECISION = "decision"
    SIGNATURE = "signature"
    LEAVING = "leaving"
    WITHDRAWAL = "withdrawal"
    ATTACHMENT = "attachments"
    EXPIRY = "expiry"
    RECALCULATION = "recalculation"
    COMPLAINT = "complaints"
    CORRECTING = "correcting"
    ANSWER_STANDS = "answer-stands"
    LEAVING_STANDS = "leaving-stands"
    REFUSAL_STANDS = "refusal-stands"
    SENDING_BACK = "sending-back"
    CLOSING = "closing"


class Outcome(StrEnum):
    """How a body may decide an appeal."""

    EXPLAINED = "explained"
    SATISFIED = "satisfied"
    PARTLY_SATISFIED = "partly_satisfied"
    REFUSED = "refused"
    NOTED = "noted"


ADVERSE = frozenset({Outcome.PARTLY_SATISFIED, Outcome.REFUSED})
"""What burdens the applicant, who is heard before it where the rule on the kind says so (APPC art. 73)."""


class Relation(StrEnum):
    """What ties a caller to an appeal."""

    APPLICANT = "applicant"
    REPRESENTATIVE = "representative"  # acts for the applicant with an authority
    CO_APPLICANT = "co_applicant"  # somebody else files for them too
    EXECUTOR = "executor"  # in the body that must answer now, and charged with the appeal, or nobody is yet
    HOLDER = "holder"  # in the body that must answer now, while another officer is charged
    REVIEWER = "reviewer"  # in the higher body to which a complaint about it went
    FORWARDER = "forwarder"  # in a body that has passed it on
    SUPERVISOR = "supervisor"  # in a body that was told that nobody answered in time
    NONE = "none"


_WORKED_ON = (Status.REGISTERED, Status.FORWARDED, Status.IN_PROGRESS)
_NOT_YET_HEARD = (*_WORKED_ON, Status.EXTENDED)
_DECIDED_FROM = (*_NOT_YET_HEARD, Status.HEARING)
_UNDER_WAY = (*_DECIDED_FROM, Status.TO_SIGN)
_OWED = (*_UNDER_WAY, Status.DEFECT_TERM)
_CHALLENGED = (Status.ANSWERED, Status.LEFT_WITHOUT_CONSIDERATION, Status.REFUSED_BY_EXPIRY)


def _from(
    statuses: tuple[Status, ...], action: Action, event: str, target: Status | None = None
) -> Iterator[tuple[tuple[Status, Action], Transition[Status]]]:
    """The same step from several statuses; without a target each stays what it is."""
    for status in statuses:
        yield (status, action), Transition(target or status, event)


def _after_complaint(
    action: Action, event: str, target: Status
) -> dict[tuple[Status | None, Action], Transition[Status]]:
    return dict(_from((Status.UNDER_COMPLAINT,), action, event, target))


TRANSITIONS: Procedure[Status, Action] = MappingProxyType(
    {
        (None, Action.FILING): Transition(Status.REGISTERED, "appeal.registered"),
        (None, Action.SPLIT): Transition(Status.FORWARDED, "appeal.split_off"),
        **dict(_from(_WORKED_ON, Action.ASSIGNMENT, "appeal.assigned", Status.IN_PROGRESS)),
        **dict(_from((Status.EXTENDED, Status.HEARING), Action.ASSIGNMENT, "appeal.assigned")),
        **dict(_from(_WORKED_ON, Action.DEFECT, "appeal.defect_noticed", Status.DEFECT_TERM)),
        (Status.DEFECT_TERM, Action.CORRECTION): Transition(Status.IN_PROGRESS, "appeal.corrected"),
        (Status.DEFECT_TERM, Action.LAPSE): Transition(Status.IN_PROGRESS, "appeal.not_corrected"),
        **dict(_from(_WORKED_ON, Action.FORWARDING, "appeal.forwarded", Status.FORWARDED)),
        **dict(_from(_WORKED_ON, Action.SPLIT, "appeal.forwarded_in_part")),
        **dict(_from(_WORKED_ON, Action.EXTENSION, "appeal.extended", Status.EXTENDED)),
        (Status.HEARING, Action.EXTENSION): Transition(Status.HEARING, "appeal.extended"),
        **dict(_from(_NOT_YET_HEARD, Action.PRELIMINARY_DECISION, "appeal.preliminary_decision", Status.HEARING)),
        (Status.HEARING, Action.OBJECTION): Transition(Status.HEARING, "appeal.objected"),
        (Status.HEARING, Action.HEARING): Transition(Status.HEARING, "appeal.heard"),
        **dict(_from(_DECIDED_FROM, Action.DRAFT, "appeal.drafted", Status.TO_SIGN)),
        (Status.TO_SIGN, Action.REWORK): Transition(Status.IN_PROGRESS, "appeal.returned_for_rework"),
        **dict(_from(_DECIDED_FROM, Action.DECISION, "appeal.answered", Status.ANSWERED)),
        (Status.TO_SIGN, Action.SIGNATURE): Transition(Status.ANSWERED, "appeal.answered"),
        **dict(_from(_NOT_YET_HEARD, Action.LEAVING, "appeal.left", Status.LEFT_WITHOUT_CONSIDERATION)),
        **dict(_from(_OWED, Action.WITHDRAWAL, "appeal.withdrawn", Status.WITHDRAWN)),
        **dict(_from(_OWED, Action.ATTACHMENT, "appeal.attached")),
        **dict(_from(_UNDER_WAY, Action.EXPIRY, "appeal.refused_by_expiry", Status.REFUSED_BY_EXPIRY)),
        **dict(_from(_OWED, Action.RECALCULATION, "appeal.deadline_recalculated")),
        **dict(_from(_CHALLENGED, Action.COMPLAINT, "appeal.complained", Status.UNDER_COMPLAINT)),
        **_after_complaint(Action.CORRECTING, "appeal.act_corrected", Status.ANSWERED),
        **_after_complaint(Action.ANSWER_STANDS, "appeal.act_stands", Status.ANSWERED),
        **_after_complaint(Action.LEAVING_STANDS, "appeal.act_stands", Status.LEFT_WITHOUT_CONSIDERATION),
        **_after_complaint(Action.REFUSAL_STANDS, "appeal.act_stands", Status.REFUSED_BY_EXPIRY),
        **_after_complaint(Action.SENDING_BACK, "appeal.sent_back", Status.IN_PROGRESS),
        **_after_complaint(Action.CLOSING, "appeal.closed", Status.CLOSED),
    }
)

# What becomes of an appeal when the complaint about it ends follows from how that ends.
_BY_COMPLAINT = frozenset(action for status, action in TRANSITIONS if status is Status.UNDER_COMPLAINT)
_BY_LAW = frozenset({Action.EXPIRY, Action.LAPSE, Action.RECALCULATION}) | _BY_COMPLAINT
# Steps that have no address of their own: their action is taken at that of another.
ADDRESSES: Mapping[Action, Action] = MappingProxyType({Action.DRAFT: Action.DECISION, Action.SPLIT: Action.FORWARDING})
OPEN = frozenset(_OWED)
"""An answer is still owed in these; a term runs in each, the body's or the applicant's."""
EXPIRING = frozenset(status for status, action in TRANSITIONS if action is Action.EXPIRY and status is not None)
"""The body's own term runs in these."""

actions_in = partial(actions_from, TRANSITIONS, by_law=_BY_LAW)
transition = partial(follow, TRANSITIONS, by_law=_BY_LAW)


@dataclass(frozen=True, slots=True)
class Taking:
    """How an action is taken: by whom, if what besides the status is so, and within which term (a matter of a rule)."""

    who: str
    guard: str | None = None
    clock: str | None = None


_RULES = "the rules"
TAKING: Mapping[Action, Taking] = MappingProxyType(
    {
        Action.FILING: Taking("applicant", None, "appeal.consideration"),
        Action.ASSIGNMENT: Taking("head"),
        Action.DEFECT: Taking("executor", "once, and not of a report of a crime", "appeal.defect_correction"),
        Action.CORRECTION: Taking("applicant", None, "appeal.defect_correction"),
        Action.LAPSE: Taking(_RULES, "the days for correction have passed"),
        Action.FORWARDING: Taking(
            "executor; at filing the rules", "another body is competent, as for a crime", "appeal.forwarding"
        ),
        Action.SPLIT: Taking("executor", "some of its points, not all", "appeal.forwarding"),
        Action.EXTENSION: Taking("head", "in the term, once, no longer than the law allows", "appeal.extension"),
        Action.PRELIMINARY_DECISION: Taking("executor", "an adverse outcome", "appeal.preliminary_notice"),
        Action.OBJECTION: Taking("applicant", "until the decision", "appeal.objection"),
        Action.HEARING: Taking("executor", "held, or not with a reason that is stated"),
        Action.DRAFT: Taking("executor", "where the head signs, and an adverse one is allowed by now"),
        Action.REWORK: Taking("head"),
        Action.DECISION: Taking("executor or head", "who may sign, and an adverse one is allowed by now"),
        Action.SIGNATURE: Taking("head", "an adverse one is allowed by now", "appeal.consideration"),
        Action.LEAVING: Taking("executor", "on a ground of the law, never a report of a crime"),
        Action.WITHDRAWAL: Taking("applicant"),
        Action.ATTACHMENT: Taking("applicant or executor", "a file of a type that is taken, and not too many"),
        Action.EXPIRY: Taking(_RULES, "the term has passed", "appeal.consideration"),
        Action.RECALCULATION: Taking(_RULES, "a new calendar moves one of its days", "appeal.consideration"),
        Action.COMPLAINT: Taking("applicant", "late or not, which is recorded", "appeal.complaint"),
        Action.CORRECTING: Taking(_RULES, "the body satisfied the complaint in full"),
        Action.ANSWER_STANDS: Taking(_RULES, "the complaint is withdrawn"),
        Action.LEAVING_STANDS: Taking(_RULES, "the complaint is withdrawn"),
        Action.REFUSAL_STANDS: Taking(_RULES, "the complaint is withdrawn"),
        Action.SENDING_BACK: Taking(_RULES, "the higher body ruled so", "appeal.consideration"),
        Action.CLOSING: Taking(_RULES, "the complaint is ruled on, or its term has passed", "complaint.court"),
    }
)

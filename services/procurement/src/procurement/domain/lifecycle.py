"""The whole life of a purchase, from plan to payment, as one table put together from those of its nouns.

Each noun keeps its own table of what may follow what (`plan.py`, `tender.py`, `bid.py`, `award.py`, `complaint.py`,
`contract.py`); here stands what they have in common: who takes the step, what must be so besides the status, and which
term of the law runs. A new noun adds its module to `NOUNS`, and a line of `STEPS` for each of its actions. The README
draws the table, and the tests hold it to the nouns, the permissions and the rules.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from procurement.domain import award, bid, complaint, contract, discussion, plan, tender

BY_LAW = "the rules"
"""Who takes a step that nobody takes: time does, or the rules."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How an action is taken: by whom, under what condition besides the status, and within which term (a matter)."""

    who: str
    guard: str | None = None
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A step of the life of a purchase; `status` None is before the object exists."""

    noun: str
    status: str | None
    action: str
    target: str
    event: str
    taking: Taking


NOUNS: Mapping[str, Any] = MappingProxyType(
    {
        "plan": plan,
        "tender": tender,
        "comment": discussion,
        "bid": bid,
        "award": award,
        "complaint": complaint,
        "contract": contract,
    }
)

_BUYER, _SUPPLIER, _REVIEWER = "buyer", "supplier", "reviewer"

STEPS: Mapping[tuple[str, str], Taking] = MappingProxyType(
    {
        ("plan", "creation"): Taking(_BUYER, "one plan a year"),
        ("plan", "approval"): Taking(_BUYER, None, "procurement.plan_approval"),
        ("plan", "publication"): Taking(_BUYER, None, "procurement.plan_publication"),
        ("plan", "changes"): Taking(_BUYER, "at most twice a month", "procurement.plan_change_publication"),
        ("tender", "creation"): Taking(_BUYER, "no more than the plan has left, where an item is named"),
        ("tender", "discussion"): Taking(_BUYER, None, "procurement.discussion_comments"),
        ("comment", "comment"): Taking(_SUPPLIER, "within the days for comments", "procurement.discussion_comments"),
        ("comment", "answer"): Taking(_BUYER, None, "procurement.discussion_answers"),
        ("tender", "publication"): Taking(
            _BUYER, "enough days for bids, and any discussion over", "procurement.bid_window"
        ),
        ("tender", "cancellation"): Taking(_BUYER, "before the deadline for bids"),
        ("tender", "opening"): Taking(BY_LAW, "the deadline for bids has passed"),
        ("tender", "evaluation"): Taking(BY_LAW, "the register of debtors has answered", "procurement.results"),
        ("bid", "submission"): Taking(_SUPPLIER, "bids are open, and no debtor"),
        ("bid", "withdrawal"): Taking(_SUPPLIER, "before the deadline"),
        ("bid", "opening"): Taking(BY_LAW, "with the tender"),
        ("bid", "evaluation"): Taking(BY_LAW, "with the tender"),
        ("bid", "revision"): Taking(BY_LAW, "with the award"),
        ("award", "announcement"): Taking(BY_LAW, "the rules name a winner"),
        ("award", "complaint"): Taking(_SUPPLIER, "within the days for complaints", "procurement.complaint_window"),
        ("award", "closing"): Taking(BY_LAW, "another complaint is open"),
        ("award", "resumption"): Taking(BY_LAW, "no other complaint is open"),
        ("award", "upholding"): Taking(BY_LAW, "the ruling cancels"),
        ("award", "order"): Taking(BY_LAW, "the ruling orders a revision"),
        ("award", "revision"): Taking(BY_LAW, "the rules name a winner", "procurement.revision"),
        ("award", "failure"): Taking(BY_LAW, "the rules name none, or nobody signs who may be called"),
        ("award", "finality"): Taking(BY_LAW, "the days for complaints have passed"),
        ("award", "contract"): Taking(_BUYER, "the days for complaints have passed"),
        ("award", "runner_up"): Taking(
            _BUYER, "the first has not signed, and one bid stands second", "procurement.runner_up"
        ),
        ("complaint", "filing"): Taking(_SUPPLIER, "bid for the lot", "procurement.complaint_window"),
        ("complaint", "upholding"): Taking(
            _REVIEWER, "a remedy that can be carried out", "procurement.complaint_decision"
        ),
        ("complaint", "partial_upholding"): Taking(
            _REVIEWER, "a remedy that can be carried out", "procurement.complaint_decision"
        ),
        ("complaint", "dismissal"): Taking(_REVIEWER, None, "procurement.complaint_decision"),
        ("complaint", "return"): Taking(_REVIEWER, None, "procurement.complaint_return"),
        ("complaint", "withdrawal"): Taking(_SUPPLIER, "its own"),
        ("complaint", "lapse"): Taking(BY_LAW, "the award falls by another complaint"),
        ("contract", "drafting"): Taking(_BUYER, "with the award's contract", "procurement.contract_draft"),
        ("contract", "signature"): Taking(_SUPPLIER, None, "procurement.contract_signature"),
        ("contract", "refusal"): Taking(_SUPPLIER),
        ("contract", "evasion"): Taking(_BUYER, "the days to sign have passed", "procurement.contract_evasion"),
        ("contract", "amendments"): Taking(_BUYER, "for no less than is accepted", "procurement.contract_register"),
        ("contract", "acceptances"): Taking(_BUYER, "no more than is contracted", "procurement.contract_register"),
        ("contract", "payments"): Taking(_BUYER, "no more than is owed", "procurement.contract_payment"),
        ("contract", "completion"): Taking(BY_LAW, "all is accepted and paid"),
        ("contract", "termination"): Taking(_BUYER),
    }
)


def edges() -> Iterator[Edge]:
    """Every step of the life, noun by noun, in the order of their tables."""
    for noun, module in NOUNS.items():
        for (status, action), transition in module.TRANSITIONS.items():
            yield Edge(noun, status, action, transition.target, transition.event, STEPS[noun, action])


def lifecycle_table() -> str:
    """The table as the README has it."""
    rows = [
        f"| {each.noun} | {'(new)' if each.status is None else f'`{each.status}`'} | `{each.action}` | `{each.target}` "
        f"| `{each.event}` | {each.taking.who} | {each.taking.guard or '–'} "
        f"| {f'`{each.taking.clock}`' if each.taking.clock else '–'} |"
        for each in edges()
    ]
    heads = ("Noun", "Status", "Action", "Leads to", "Event", "By", "If", "Term")
    return "\n".join(["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|", *rows])

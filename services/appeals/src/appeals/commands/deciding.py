"""How a body ends an appeal: by a decision that whoever may signs, or on a ground of the law."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from appeals.commands.taking import begin_in_time, tell
from appeals.domain.appeal import Action, Outcome
from appeals.domain.clocks import days_taken, pinned_clocks
from appeals.domain.errors import CrimeReported, NoSuchEarlierAppeal
from appeals.domain.hearing import require_heard
from appeals.domain.vocabulary import Procedure, ground, procedure_of, require_outcome
from appeals.permissions import PERMISSIONS, SIGHT, relation_to
from appeals.queries import answered_earlier
from appeals.tables import appeals
from servicekit.database import Row, Writing
from servicekit.identity import Caller
from servicekit.steps import Step, changing
from statute.deadlines import local


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A body's answer."""

    outcome: Outcome
    text: str
    language: str


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """The code of a ground, and what it rests on: words, or an earlier appeal."""

    ground: str
    detail: str | None
    earlier: UUID | None


async def decide_appeal(writing: Writing, caller: Caller, row: Row, decision: Decision, *, now: datetime) -> Row:
    """Answer an appeal; where the head signs and somebody else decides, lay the decision before the head.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
        NotInVocabulary: the procedure of this kind knows no such outcome.
        NotHeard, DecisionTooEarly: as `require_heard`.
    """
    role = PERMISSIONS.require("decide_appeal", caller, relation_to(row, caller), sight=SIGHT)
    rule = pinned_clocks(row).rule
    to_sign = procedure_of(rule) is Procedure.FULL and role != "head"
    step = begin_in_time(row, caller, Action.DRAFT if to_sign else Action.DECISION, now)
    require_outcome(rule, decision.outcome)
    require_heard(row, decision.outcome, rule, local(now).date())
    if not to_sign:
        return await _answer(writing, step, decision, _signed(row, decision, caller, caller, now))
    draft = {"outcome": decision.outcome, "text": decision.text, "language": decision.language, "by": caller.subject}
    public = {"agency": row["agency"]}
    return await tell(writing, step, _DRAFT, {"draft": draft}, public=public, private=_words(decision))


async def sign_decision(writing: Writing, caller: Caller, row: Row, *, now: datetime) -> Row:
    """Sign the decision that was laid before one, which makes it the body's.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
        NotHeard, DecisionTooEarly: as `require_heard`.
    """
    step = begin_in_time(row, caller, Action.SIGNATURE, now)
    draft = row["draft"]
    decision = Decision(outcome=Outcome(draft["outcome"]), text=draft["text"], language=draft["language"])
    require_heard(row, decision.outcome, pinned_clocks(row).rule, local(now).date())
    values = _signed(row, decision, None, caller, now) | {"decided_by": draft["by"]}
    return await _answer(writing, step, decision, values)


async def return_for_rework(writing: Writing, caller: Caller, row: Row, *, reason: str, now: datetime) -> Row:
    """Give a decision that one does not sign back to its executor.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
    """
    step = begin_in_time(row, caller, Action.REWORK, now)
    public = {"agency": row["agency"]}
    return await tell(writing, step, _REWORK, {"draft": None}, public=public, private={"reason": reason})


async def leave_appeal(writing: Writing, caller: Caller, row: Row, leaving: Leaving, *, now: datetime) -> Row:
    """End an appeal without considering it, on a ground of the law, which must be shown.

    Raises:
        NotAllowedNow, NotFound, Forbidden, TermExpired: as `begin_in_time`.
        CrimeReported: an appeal that reports a crime is never left.
        NotInVocabulary: the procedure of this kind knows no such ground, or the ground lacks what it rests on.
        NoSuchEarlierAppeal: the earlier appeal is not the applicant's, or was not answered.
    """
    step = begin_in_time(row, caller, Action.LEAVING, now)
    if row["crime"]:
        raise CrimeReported
    found, earlier = ground(pinned_clocks(row).rule, leaving.ground), leaving.earlier
    if found.needs == "earlier" and (earlier is None or not await answered_earlier(writing, row, earlier)):
        raise NoSuchEarlierAppeal
    found.require(detail=leaving.detail, defect=row["defect_noticed_on"] is not None and row["correction"] is None)
    shown = leaving.detail if earlier is None else str(earlier)
    public = {"agency": row["agency"], "ground": found.code, "source": found.source}
    values = {"ground": found.code, "ground_detail": shown}
    return await tell(writing, step, _LEAVE, values, public=public, private={"detail": shown})


async def _answer(writing: Writing, step: Step, decision: Decision, values: dict[str, Any]) -> Row:
    public = {
        "agency": step.row["agency"],
        "outcome": decision.outcome,
        "due_on": step.row["due_on"].isoformat(),
        "days_taken": values["days_taken"],
    }
    return await tell(writing, step, _DECIDE, values, public=public, private=_words(decision))


def _signed(row: Row, decision: Decision, decided: Caller | None, signed: Caller, now: datetime) -> dict[str, Any]:
    return {
        "outcome": decision.outcome,
        "answer": decision.text,
        "answer_language": decision.language,
        "answered_at": now,
        "draft": None,
        "decided_by": None if decided is None else decided.subject,
        "signed_by": signed.subject,
        "days_taken": days_taken(pinned_clocks(row), local(now).date()),
    }


def _words(decision: Decision) -> dict[str, str]:
    return {"text": decision.text, "language": decision.language}


_ANSWER = ("outcome", "answer", "answer_language", "answered_at", "draft", "decided_by", "signed_by", "days_taken")
_DECIDE = changing(appeals, *_ANSWER)
_DRAFT = changing(appeals, "draft")
_REWORK = changing(appeals, "draft")
_LEAVE = changing(appeals, "ground", "ground_detail")

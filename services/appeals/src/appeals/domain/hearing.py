"""What must come before a decision against an applicant: they were told of it in time, and heard (APPC art. 73)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from appeals.domain.appeal import ADVERSE, Outcome
from appeals.domain.errors import DecisionTooEarly, NotHeard
from statute.rules import Rule


def require_heard(row: Mapping[str, Any], outcome: Outcome, rule: Rule, today: date) -> None:
    """Let a decision pass that does not burden the applicant, or that may by now.

    Raises:
        NotHeard: there was no preliminary decision, or neither a hearing nor the stated reason for none.
        DecisionTooEarly: the days between the preliminary decision and this one have not passed.
    """
    if outcome not in ADVERSE or rule.parameters["heard_before_adverse"] == "no":
        return
    told = row["preliminary"]
    if told is None or (row["hearing"] is None and told["no_hearing_reason"] is None):
        raise NotHeard
    if today < row["decide_from"]:
        raise DecisionTooEarly(row["decide_from"])

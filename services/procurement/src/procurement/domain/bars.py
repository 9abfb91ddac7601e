"""What bars a bid from a lot, apart from its points: each reason with its clause, and the evidence of the case."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

DEBTOR = "debtor"
RULING = "ruling"
_REFUSALS: dict[str, Any] = json.loads((files("procurement") / "data" / "refusals.json").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a bid is barred: `reason` is a key of `data/refusals.json`, `evidence` is public."""

    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def as_data(self, bid: str) -> dict[str, Any]:
        """The refusal of a bid, as the result of its lot has it."""
        shown = {"evidence": dict(self.evidence)} if self.evidence else {}
        return {"bid": bid, "reason": self.reason, **shown, **_REFUSALS[self.reason]}


def bars_after(result: Mapping[str, Any], rulings: Sequence[tuple[str, Sequence[Mapping[str, str]]]]) -> dict[str, Bar]:
    """What bars bids by id when a lot is evaluated again: what did before, as the orders of the rulings change it.

    `rulings` are the complaints in the order in which they were decided, each with its orders of `bid`, `treatment`
    (`admit` or `bar`) and `reason`. What the profile itself refuses is refused anew by the profile.
    """
    barred = {
        each["bid"]: Bar(each["reason"], each.get("evidence") or {})
        for each in result["refused"]
        if each["reason"] in _REFUSALS
    }
    for complaint, orders in rulings:
        for order in orders:
            barred.pop(order["bid"], None)
            if order["treatment"] == "bar":
                barred[order["bid"]] = Bar(RULING, {"complaint": complaint, "reason": order["reason"]})
    return barred

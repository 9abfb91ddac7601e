"""How a drafter answers the public: shares with an honest denominator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from legal_acts.domain.clauses import Change, Clause, change_of


@dataclass(frozen=True)
class Metrics:
    """The comments on a draft, each counted by what became of the answer that was owed.

    `received` = `answered` + `overdue` + `not_yet_due` + `released`. Released are those that were still unanswered
    when the draft was withdrawn, since nobody owes an answer then. `decided` is the denominator of the response rate:
    the comments whose day has come or whose answer is there. A comment that is not yet due counts neither for nor
    against.
    """

    received: int
    answered: int
    answered_in_time: int
    answered_late: int
    overdue: int
    not_yet_due: int
    released: int
    hidden: int

    @property
    def decided(self) -> int:
        return self.answered + self.overdue


def metrics_of(counts: Mapping[str, Any], *, answers_owed: bool) -> Metrics:
    """The metrics by what was counted; a draft that owes no answers any more has neither overdue ones nor due ones."""
    unanswered = counts["received"] - counts["answered"]
    overdue = counts["past_due"] if answers_owed else 0
    return Metrics(
        received=counts["received"],
        answered=counts["answered"],
        answered_in_time=counts["answered_in_time"],
        answered_late=counts["answered"] - counts["answered_in_time"],
        overdue=overdue,
        not_yet_due=unanswered - overdue if answers_owed else 0,
        released=0 if answers_owed else unanswered,
        hidden=counts["hidden"],
    )


def without_change(accepted: Sequence[Mapping[str, Any]], current: int, texts: Mapping[int, Sequence[Clause]]) -> int:
    """How many comments were accepted though the clause that the answer cites still says what it said.

    Each of `accepted` has `on_version`, `answer_clause` and how many (`comments`) share them.
    """
    return sum(
        each["comments"]
        for each in accepted
        if each["on_version"] == current
        or change_of(each["answer_clause"], texts[each["on_version"]], texts[current])
        in {Change.UNCHANGED, Change.MOVED}
    )

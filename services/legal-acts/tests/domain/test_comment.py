"""Whether an answer is owed, late or in time, what a moderator may do, and what the metrics count."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legal_acts.domain.clauses import Clause
from legal_acts.domain.comment import MODERATIONS, Moderation, is_late, is_overdue, moderate
from legal_acts.domain.draft import Phase
from legal_acts.domain.errors import ModeratedAlready
from legal_acts.domain.metrics import metrics_of, without_change
from statute.deadlines import ALMATY

DUE = date(2026, 12, 7)


def comment(**fields: Any) -> dict[str, Any]:
    return {"answered_at": None, "due_on": DUE, "phase": Phase.DISCUSSION} | fields


@pytest.mark.parametrize("phase", Phase)
def test_an_answer_is_overdue_on_the_day_after_its_last_while_it_is_owed(phase: Phase) -> None:
    owed = phase in {Phase.DISCUSSION, Phase.ANSWERING}
    assert not is_overdue(comment(phase=phase), DUE)
    assert is_overdue(comment(phase=phase), date(2026, 12, 8)) is owed
    assert not is_overdue(comment(phase=phase, answered_at=datetime(2026, 12, 9, tzinfo=ALMATY)), date(2026, 12, 10))
    assert not is_overdue(comment(phase=phase, due_on=None), date(2026, 12, 10))


def test_the_whole_last_day_belongs_to_the_term() -> None:
    assert not is_late(datetime(2026, 12, 7, 23, 59, 59, tzinfo=ALMATY), DUE)
    assert is_late(datetime(2026, 12, 8, tzinfo=ALMATY), DUE)


@pytest.mark.parametrize("moderation", Moderation)
@pytest.mark.parametrize("hidden", [False, True])
def test_what_a_moderator_may_do(moderation: Moderation, hidden: bool) -> None:  # noqa: FBT001 - a cell of the table
    if (hidden, moderation) in MODERATIONS:
        assert moderate(moderation, hidden=hidden).hidden is not hidden
    else:
        with pytest.raises(ModeratedAlready):
            moderate(moderation, hidden=hidden)


counts = st.builds(
    lambda in_time, late, due, open_, hidden: {
        "received": in_time + late + due + open_,
        "answered": in_time + late,
        "answered_in_time": in_time,
        "past_due": due,
        "hidden": hidden,
    },
    *[st.integers(0, 50)] * 5,
)


@given(counts, st.booleans())
def test_every_comment_is_counted_in_one_place(counted: dict[str, int], owed: bool) -> None:  # noqa: FBT001
    found = metrics_of(counted, answers_owed=owed)
    assert found.received == found.answered + found.overdue + found.not_yet_due + found.released
    assert found.answered == found.answered_in_time + found.answered_late
    assert found.decided <= found.received
    assert (found.released == 0) or not owed
    assert min(vars(found).values()) >= 0


def test_what_was_accepted_without_a_change_is_found() -> None:
    def text(words: str, number: str = "2") -> tuple[Clause, ...]:
        return (Clause("c1", "1", None, {"kk": "а"}), Clause("c2", number, None, {"kk": words}))

    texts = {1: text("ескі"), 2: text("жаңа"), 3: text("жаңа", "5")}
    accepted = [
        {"on_version": 1, "answer_clause": "c2", "comments": 4},  # the words changed
        {"on_version": 1, "answer_clause": "c1", "comments": 1},  # they did not
        {"on_version": 2, "answer_clause": "c2", "comments": 2},  # only the number did
        {"on_version": 3, "answer_clause": "c2", "comments": 7},  # nothing newer has come
    ]
    assert without_change(accepted, 3, texts) == 10

"""The table of phases, cell by cell: what it allows leads where it says, all else is refused."""

import pytest

from legal_acts.domain.draft import OPEN, TRANSITIONS, Action, Phase, actions_in, require_open, transition
from statute.procedures import NotAllowedNow

PHASES: tuple[Phase | None, ...] = (None, *Phase)
CELLS = [(phase, action) for phase in PHASES for action in Action]
ENDS = {Phase.ADOPTED, Phase.WITHDRAWN}
EVENTS = {
    Action.POSTING: "draft.posted",
    Action.COMMENTS: "comment.submitted",
    Action.OPINIONS: "opinion.posted",
    Action.VERSIONS: "draft.version_added",
    Action.CLOSING: "draft.discussion_ended",
    Action.REPORT: "draft.reported",
    Action.ADOPTION: "draft.adopted",
    Action.WITHDRAWAL: "draft.withdrawn",
}


@pytest.mark.parametrize(("phase", "action"), [cell for cell in CELLS if cell in TRANSITIONS])
def test_an_allowed_step_leads_where_the_table_says(phase: Phase | None, action: Action) -> None:
    edge = transition(phase, action)
    assert edge == TRANSITIONS[phase, action]
    assert edge.event == EVENTS[action]


@pytest.mark.parametrize(("phase", "action"), [cell for cell in CELLS if cell not in TRANSITIONS])
def test_any_other_step_is_refused_with_what_is_allowed_instead(phase: Phase | None, action: Action) -> None:
    with pytest.raises(NotAllowedNow) as caught:
        transition(phase, action)
    assert (caught.value.action, caught.value.status) == (action, phase or "new")
    assert caught.value.allowed_actions == [str(allowed) for allowed in actions_in(phase)]
    assert str(action) not in caught.value.allowed_actions


def test_the_law_in_the_table() -> None:
    assert [phase for phase, action in TRANSITIONS if action is Action.COMMENTS] == [Phase.DISCUSSION]
    assert [phase for phase, action in TRANSITIONS if action is Action.REPORT] == [Phase.ANSWERING]
    assert [phase for phase, action in TRANSITIONS if action is Action.ADOPTION] == [Phase.REPORTED]


def test_every_phase_is_reached_from_posting_and_the_ends_lead_nowhere() -> None:
    reached: set[Phase | None] = {None}
    for _ in Phase:
        reached |= {edge.target for (phase, _), edge in TRANSITIONS.items() if phase in reached}
    assert reached == set(PHASES)
    assert {phase for phase in Phase if not actions_in(phase)} == ENDS


def test_nobody_closes_a_discussion_by_hand() -> None:
    assert all(Action.CLOSING not in actions_in(phase) for phase in PHASES)


@pytest.mark.parametrize("phase", Phase)
def test_answers_are_given_while_the_drafter_still_works(phase: Phase) -> None:
    if phase in OPEN:
        require_open(phase, "answers")
    else:
        with pytest.raises(NotAllowedNow):
            require_open(phase, "answers")

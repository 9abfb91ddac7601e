"""The terms of one appeal as facts: which have begun, whom they bind, what was kept and what was late."""

from datetime import date, datetime
from typing import Any

from appeals.domain.appeal import Kind, Status
from appeals.domain.case_clocks import Binds, CaseClock, Fact, State, clocks_of, working_days
from appeals.domain.clocks import clock, set_clocks
from statute.calendars import Week, calendar
from statute.deadlines import ALMATY


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ALMATY)


def december(day: int) -> date:
    return date(2026, 12, day)


NOTHING = dict.fromkeys(
    ("pauses", "extended_until", "answered_at", "defect_noticed_on", "correct_by", "preliminary_on", "decide_from",
     "object_by")
)  # fmt: skip
RECEIVED = moment("2026-11-23T10:00")
SET = set_clocks(RECEIVED, Kind.APPLICATION, Week.FIVE)
DATES = {name: getattr(SET, name) for name in ("registered_on", "forward_by", "due_on", "calendar")}
ROW: dict[str, Any] = {
    **NOTHING,
    **DATES,
    "kind": "application",
    "status": "registered",
    "agency": "min-transport",
    "received_at": RECEIVED,
    "rules": "report",
    "week": "five",
}
REGISTERED = Fact(
    "appeal.registered", RECEIVED, {"agency": "min-transport", "rules": "report", "calendar": SET.calendar}
)


def shown(row: dict[str, Any], today: date, *facts: Fact) -> dict[str, tuple[str, date, date | None, int, int | None]]:
    """State, end, day of keeping, lateness and what is left of each term, by the last word of its matter."""
    found = clocks_of(ROW | row, [REGISTERED, *facts], today)
    return {
        each.matter.rpartition(".")[2]: (each.state, each.due_on, each.kept_on, each.late_by, each.days_left)
        for each in found
    }


def test_a_new_appeal_has_two_terms_that_run() -> None:
    assert shown({}, date(2026, 11, 24)) == {
        "forwarding": (State.RUNNING, date(2026, 11, 26), None, 0, 2),
        "consideration": (State.RUNNING, december(14), None, 0, 14),
    }


def test_who_does_not_forward_is_competent_and_not_late() -> None:
    assert shown({}, date(2026, 11, 26))["forwarding"][0] == State.RUNNING
    assert shown({}, date(2026, 11, 27))["forwarding"] == (State.NOT_NEEDED, date(2026, 11, 26), None, 0, None)


def test_each_body_that_forwards_has_kept_a_term_of_its_own() -> None:
    received = moment("2026-11-25T19:00")
    anew = set_clocks(received, Kind.APPLICATION, Week.FIVE)
    row = ROW | {name: getattr(anew, name) for name in DATES} | {"received_at": received, "agency": "akimat-almaty"}
    forwarded = Fact("appeal.forwarded", received, {"to": "akimat-almaty", "rules": "report", "calendar": SET.calendar})
    found = clocks_of(row | {"status": "forwarded"}, [REGISTERED, forwarded], date(2026, 11, 26))
    assert [(each.matter, each.agency, each.state, each.starts_on, each.due_on, each.kept_on) for each in found] == [
        ("appeal.forwarding", "min-transport", State.KEPT, date(2026, 11, 23), date(2026, 11, 26), date(2026, 11, 25)),
        ("appeal.forwarding", "akimat-almaty", State.RUNNING, date(2026, 11, 26), december(1), None),
        ("appeal.consideration", "akimat-almaty", State.RUNNING, date(2026, 11, 26), december(18), None),
    ]


def test_a_part_that_was_forwarded_keeps_the_term() -> None:
    part = Fact("appeal.forwarded_in_part", moment("2026-11-25T10:00"), {})
    assert shown({}, december(10), part)["forwarding"][:3] == (State.KEPT, date(2026, 11, 26), date(2026, 11, 25))


def test_an_answer_keeps_the_term_and_silence_is_late_day_by_day() -> None:
    answered = {"status": "answered", "answered_at": moment("2026-12-14T23:00")}
    assert shown(answered, december(20))["consideration"] == (State.KEPT, december(14), december(14), 0, None)
    assert shown({}, december(15))["consideration"] == (State.LATE, december(14), None, 1, None)
    assert shown({"status": "refused_by_expiry"}, december(21))["consideration"][3] == 4  # the 16th is a holiday
    left = Fact("appeal.left", moment("2026-12-01T10:00"), {})
    ended = {"status": "left_without_consideration"}
    assert shown(ended, december(20), left)["consideration"][:3] == (State.KEPT, december(14), december(1))


def test_what_was_taken_back_needs_no_answer() -> None:
    withdrawn = Fact("appeal.withdrawn", moment("2026-12-01T10:00"), {})
    assert shown({"status": "withdrawn"}, december(20), withdrawn) == {
        "forwarding": (State.NOT_NEEDED, date(2026, 11, 26), None, 0, None),
        "consideration": (State.NOT_NEEDED, december(14), None, 0, None),
    }


def test_while_a_defect_is_mended_the_bodys_term_rests() -> None:
    row = {"status": "defect_term", "defect_noticed_on": date(2026, 11, 25), "correct_by": december(2)}
    now = shown(row, date(2026, 11, 27))
    assert now["defect_correction"] == (State.RUNNING, december(2), None, 0, 3)
    assert now["consideration"] == (State.PAUSED, december(14), None, 0, 13)
    assert shown(row, december(20))["consideration"][0] == State.PAUSED  # what rests cannot be missed
    assert shown(row, december(3))["defect_correction"] == (State.LATE, december(2), None, 1, None)


def test_a_defect_is_mended_in_time_or_not_at_all() -> None:
    row = {"status": "in_progress", "defect_noticed_on": date(2026, 11, 25), "correct_by": december(2)}
    corrected = Fact("appeal.corrected", moment("2026-12-01T10:00"), {})
    lapsed = Fact("appeal.not_corrected", moment("2026-12-03T00:01"), {})
    assert shown(row, december(9), corrected)["defect_correction"][:3] == (State.KEPT, december(2), december(1))
    assert shown(row, december(9), lapsed)["defect_correction"] == (State.LATE, december(2), None, 1, None)
    withdrawn = Fact("appeal.withdrawn", moment("2026-12-01T10:00"), {})
    ended = row | {"status": "withdrawn"}
    assert shown(ended, december(9), withdrawn)["defect_correction"][0] == State.NOT_NEEDED


def test_an_extension_is_told_on_its_day() -> None:
    extended = Fact("appeal.extended", moment("2026-12-10T10:00"), {})
    row = {"status": "extended", "due_on": december(28), "extended_until": december(28)}
    now = shown(row, december(11), extended)
    assert now["extension_notice"] == (State.KEPT, december(15), december(10), 0, None)
    assert now["consideration"][:2] == (State.RUNNING, december(28))


PRELIMINARY = {"preliminary_on": december(1), "decide_from": december(4), "object_by": december(3)}


def test_a_preliminary_decision_starts_a_term_of_the_body_and_one_of_the_applicant() -> None:
    row = PRELIMINARY | {"status": "hearing"}
    now = shown(row, december(2))
    assert now["preliminary_notice"] == (State.RUNNING, december(4), None, 0, 2)
    assert now["objection"] == (State.RUNNING, december(3), None, 0, 1)
    then = shown(row, december(4))
    assert then["preliminary_notice"] == (State.KEPT, december(4), december(4), 0, None)
    assert then["objection"] == (State.NOT_NEEDED, december(3), None, 0, None)


def test_an_objection_is_in_time_or_late_and_counted() -> None:
    row = PRELIMINARY | {"status": "hearing"}
    in_time, late = (Fact("appeal.objected", moment(f"2026-12-0{day}T10:00"), {}) for day in (3, 7))
    assert shown(row, december(8), in_time)["objection"] == (State.KEPT, december(3), december(3), 0, None)
    assert shown(row, december(8), late)["objection"] == (State.LATE, december(3), december(7), 2, None)


def test_a_favourable_answer_needs_no_waiting() -> None:
    answered = PRELIMINARY | {"status": "answered", "answered_at": moment("2026-12-02T10:00")}
    assert shown(answered, december(10))["preliminary_notice"][:3] == (State.NOT_NEEDED, december(4), None)


def test_others_may_add_terms_that_they_know_of() -> None:
    term = clock(ROW, "complaint.review", december(2))
    further = CaseClock(
        matter=term.matter,
        binds=Binds.HIGHER,
        agency="government",
        starts_on=term.starts_on,
        due_on=term.due_on,
        kept_on=None,
        late_by=0,
        state=State.RUNNING,
        days_left=19,
        rule=term.rule,
    )
    found = clocks_of(ROW | {"status": Status.REGISTERED}, [REGISTERED], december(3), further=[further])
    assert found[-1] is further
    assert len(found) == 3


def test_days_beyond_the_calendar_are_not_counted() -> None:
    days = calendar()
    assert working_days(days.last, date(2099, 1, 1), days, Week.FIVE) == 0

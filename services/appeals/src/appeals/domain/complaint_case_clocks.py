"""The terms of a complaint as facts on a day, beside those of the appeal that it is about."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from appeals.domain.case_clocks import Binds, CaseClock, reckoned
from appeals.domain.complaint import LIVE, TO_COURT, Status
from appeals.domain.complaint_clocks import COMPLAINT, CORRECTION, COURT, REVIEW, complaint_rules, week_of
from statute.deadlines import local


def complaint_case_clocks(row: Mapping[str, Any], today: date) -> Iterator[CaseClock]:
    """Every term of a complaint that has begun, and what became of it."""
    yield from _complaint(row, today)
    yield from _correction(row, today)
    yield from _review(row, today)
    yield from _court(row, today)


def _complaint(row: Mapping[str, Any], today: date) -> Iterator[CaseClock]:
    reckon = _reckoning(row, today, COMPLAINT, Binds.APPLICANT)
    filed_on = local(row["filed_at"]).date()
    yield reckon(starts_on=row["learned_on"], ends_on=row["complain_by"], kept_on=filed_on)


def _correction(row: Mapping[str, Any], today: date) -> Iterator[CaseClock]:
    """The body satisfies it or sends it up; what went up by law was not done, and is late until then."""
    up = row["sent_up_on"]
    by_body = up if row["opinion"] is not None else None
    reckon = _reckoning(row, today, CORRECTION, Binds.BODY)
    yield reckon(
        starts_on=row["registered_on"],
        ends_on=row["correct_by"],
        kept_on=_ended_on(row, Status.CORRECTED) or by_body,
        owed_until=up or _ended_on(row, Status.WITHDRAWN),
    )


def _review(row: Mapping[str, Any], today: date) -> Iterator[CaseClock]:
    if row["sent_up_on"] is not None:
        reckon = _reckoning(row, today, REVIEW, Binds.HIGHER)
        yield reckon(
            starts_on=row["sent_up_on"],
            ends_on=row["review_by"],
            kept_on=_ended_on(row, Status.RULED, Status.SENT_BACK),
            owed_until=_ended_on(row, Status.WITHDRAWN),
        )


def _court(row: Mapping[str, Any], today: date) -> Iterator[CaseClock]:
    """The applicant's right, which nobody owes: who does not go to court is not late."""
    if row["court_until"] is not None:
        reckon = _reckoning(row, today, COURT, Binds.APPLICANT)
        running = row["status"] in LIVE | TO_COURT and today <= row["court_until"]
        yield reckon(
            starts_on=row["court_from"],
            ends_on=row["court_until"],
            kept_on=None,
            owed_until=None if running else row["court_from"],
        )


def _reckoning(row: Mapping[str, Any], today: date, matter: str, binds: Binds) -> partial[CaseClock]:
    body = row["higher"] if matter == REVIEW else row["agency"]
    at = {"agency": body, "calendar": row["calendar"], "week": week_of(row, matter)}
    rule = complaint_rules(row).rule(matter)
    return partial(reckoned, at, today, matter, binds, rule=rule, complaint=row["id"])


def _ended_on(row: Mapping[str, Any], *statuses: Status) -> date | None:
    """The day on which a complaint ended in one of these ways."""
    return local(row["ended_at"]).date() if row["status"] in statuses else None
